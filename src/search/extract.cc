#include "search/extract.h"

#include <algorithm>

namespace qianxian::search {

using fhirpath::Expression;
using fhirpath::Item;
using fhirpath::Node;

Extraction::Extraction(const fhir::Definitions& definitions, const fhir::Type& type, int offset_minutes)
    : definitions_(definitions), type_(type), offset_minutes_(offset_minutes) {}

// Building -----------------------------------------------------------------------------------------------------------

Extraction::Branch& Extraction::BranchFor(const PlainPath& path) {
  Branch* branch = &root_;
  for (const PathStep& step : path.steps) {
    auto edge = std::lower_bound(branch->edges.begin(), branch->edges.end(), step.member,
                                 [](const Edge& e, const std::string& name) { return e.member < name; });
    if (edge == branch->edges.end() || edge->member != step.member) {
      edge = branch->edges.insert(edge, Edge{step.member, std::make_unique<Branch>()});
    }
    branch = edge->branch.get();
    if (step.guard_member.empty()) continue;
    auto guard = std::find_if(branch->guards.begin(), branch->guards.end(), [&](const Guard& g) {
      return g.member == step.guard_member && g.value == step.guard_value;
    });
    if (guard == branch->guards.end()) {
      guard = branch->guards.insert(guard, Guard{step.guard_member, step.guard_value, std::make_unique<Branch>()});
    }
    branch = guard->branch.get();
  }
  return *branch;
}

Status Extraction::AddParameter(const Parameter& parameter, const std::vector<const Node*>& alternatives,
                                std::shared_ptr<const Expression> expression) {
  all_.push_back({&parameter, expression});
  std::vector<PlainPath> paths;
  bool plain = true;
  for (const Node* node : alternatives) {
    auto compiled = CompilePaths(definitions_, *node, type_, type_);
    if (!compiled) {
      plain = false;
      break;
    }
    paths.insert(paths.end(), compiled->begin(), compiled->end());
  }
  if (!plain && parameter.kind == ParameterKind::kComposite) {
    return Fault("bad-definitions", "composite " + parameter.type + "." + parameter.code + " is not plain");
  }
  if (!plain) {
    general_.push_back({&parameter, std::move(expression)});
    return Ok();
  }
  for (const PlainPath& path : paths) {
    Leaf leaf{parameter.number, parameter.kind, ReadingFor(parameter.kind, *path.type, parameter.by_sound), path.reference_type, -1};
    if (parameter.kind == ParameterKind::kComposite) {
      QX_TRY(Composite composite, CompileComposite(parameter, *path.type));
      leaf.composite = static_cast<int>(composites_.size());
      composites_.push_back(std::move(composite));
    } else if (leaf.reading == Reading::kNone) {
      continue;
    }
    BranchFor(path).leaves.push_back(std::move(leaf));
  }
  return Ok();
}

Result<Extraction::Composite> Extraction::CompileComposite(const Parameter& parameter, const fhir::Type& place) {
  Composite composite{parameter.number, {}};
  for (const ComponentParameter& part : parameter.components) {
    QX_TRY(Expression expression, Expression::Parse(part.expression));
    auto paths = CompilePaths(definitions_, expression.root(), place, type_);
    if (!paths) return Fault("bad-definitions", "component " + part.expression + " of " + parameter.code + " is not plain");
    Component component{part.kind, {}, std::make_shared<const Expression>(std::move(expression))};
    for (PlainPath& path : *paths) {
      Reading reading = ReadingFor(part.kind, *path.type);
      if (reading != Reading::kNone) component.paths.emplace_back(std::move(path), reading);
    }
    composite.components.push_back(std::move(component));
  }
  return composite;
}

std::vector<std::string> Extraction::general_parameters() const {
  std::vector<std::string> codes;
  for (const General& general : general_) codes.push_back(general.parameter->code);
  return codes;
}

// Walking ------------------------------------------------------------------------------------------------------------

void Extraction::Extract(json::Value resource, std::vector<IndexEntry>& out) const {
  for (const Leaf& leaf : root_.leaves) {
    if (leaf.composite >= 0) AppendComposite(composites_[static_cast<size_t>(leaf.composite)], resource, resource, out);
  }
  VisitObject(root_, resource, resource, out);
  if (general_.empty()) return;
  fhirpath::Evaluator evaluator = MakeEvaluator();
  Item item = fhirpath::NodeItem(resource, &type_);
  for (const General& general : general_) AppendGeneral(*general.parameter, *general.expression, evaluator, item, out);
}

void Extraction::VisitObject(const Branch& branch, json::Value value, json::Value resource,
                             std::vector<IndexEntry>& out) const {
  for (json::Member member : value.Members()) {
    auto edge = std::lower_bound(branch.edges.begin(), branch.edges.end(), member.name,
                                 [](const Edge& e, std::string_view name) { return e.member < name; });
    if (edge == branch.edges.end() || edge->member != member.name) continue;
    if (member.value.IsArray()) {
      for (json::Value one : member.value.Elements()) Visit(*edge->branch, one, resource, out);
    } else {
      Visit(*edge->branch, member.value, resource, out);
    }
  }
}

void Extraction::Visit(const Branch& branch, json::Value value, json::Value resource, std::vector<IndexEntry>& out) const {
  for (const Leaf& leaf : branch.leaves) {
    if (leaf.composite >= 0) {
      AppendComposite(composites_[static_cast<size_t>(leaf.composite)], value, resource, out);
    } else {
      AppendValue({leaf.parameter, leaf.kind, leaf.reference_type, offset_minutes_}, leaf.reading, value, out);
    }
  }
  for (const Guard& guard : branch.guards) {
    if (value.FindString(guard.member) == guard.value) Visit(*guard.branch, value, resource, out);
  }
  if (!branch.edges.empty() && value.IsObject()) VisitObject(branch, value, resource, out);
}

namespace {

void VisitPath(const PlainPath& path, size_t step, json::Value value, const ValueTarget& target, Reading reading,
               std::vector<IndexEntry>& out) {
  if (step == path.steps.size()) return AppendValue(target, reading, value, out);
  const PathStep& next = path.steps[step];
  auto found = value.Find(next.member);
  if (!found) return;
  auto enter = [&](json::Value one) {
    if (next.guard_member.empty() || one.FindString(next.guard_member) == next.guard_value) {
      VisitPath(path, step + 1, one, target, reading, out);
    }
  };
  if (!found->IsArray()) return enter(*found);
  for (json::Value one : found->Elements()) enter(one);
}

}  // namespace

void Extraction::AppendComponent(const Composite& composite, const Component& component, json::Value place,
                                 json::Value resource, std::vector<IndexEntry>& out) const {
  for (const auto& [path, reading] : component.paths) {
    ValueTarget target{composite.parameter, component.kind, path.reference_type, offset_minutes_};
    VisitPath(path, 0, path.from_resource ? resource : place, target, reading, out);
  }
}

// Every combination of the parts' values is a tuple. The last part is looked at first: it is missing most often.
void Extraction::AppendComposite(const Composite& composite, json::Value place, json::Value resource,
                                 std::vector<IndexEntry>& out) const {
  std::vector<std::vector<IndexEntry>> parts(composite.components.size());
  for (size_t i = parts.size(); i-- > 0;) {
    AppendComponent(composite, composite.components[i], place, resource, parts[i]);
    if (parts[i].empty()) return;
  }
  std::vector<size_t> at(parts.size(), 0);
  while (true) {
    IndexEntry& entry = out.emplace_back();
    entry.parameter = composite.parameter;
    entry.kind = ParameterKind::kComposite;
    for (size_t i = 0; i < parts.size(); ++i) entry.components.push_back(parts[i][at[i]]);
    size_t i = parts.size();
    while (i > 0 && ++at[i - 1] == parts[i - 1].size()) at[--i] = 0;
    if (i == 0) return;
  }
}

// The general engine -------------------------------------------------------------------------------------------------

fhirpath::Evaluator Extraction::MakeEvaluator() const {
  fhirpath::Environment environment;
  environment.definitions = &definitions_;
  environment.offset_minutes = offset_minutes_;
  environment.type_only_references = true;   // where(resolve() is Patient) needs no more than the type
  return fhirpath::Evaluator(std::move(environment));
}

namespace {

// A text or a number that the expression made on the way.
void AppendComputed(const ValueTarget& target, const Item& item, std::vector<IndexEntry>& out) {
  IndexEntry entry;
  entry.parameter = target.parameter;
  entry.kind = target.kind;
  if (item.kind == fhirpath::ItemKind::kString && !item.text.empty()) {
    if (target.kind == ParameterKind::kToken) entry.code = item.text;
    else if (target.kind == ParameterKind::kString || target.kind == ParameterKind::kUri) entry.text = item.text;
    else return;
    if (target.kind == ParameterKind::kString && (entry.code = Fold(item.text)).empty()) return;
  } else if (item.IsNumber() && target.kind == ParameterKind::kNumber) {
    entry.number = entry.number_low = entry.number_high = item.number.ToDouble();
  } else {
    return;
  }
  out.push_back(std::move(entry));
}

}  // namespace

void Extraction::AppendItem(const ValueTarget& target, const Item& item, std::vector<IndexEntry>& out) const {
  if (item.kind == fhirpath::ItemKind::kBoolean && target.kind == ParameterKind::kToken) {
    IndexEntry& entry = out.emplace_back();
    entry.parameter = target.parameter;
    entry.kind = ParameterKind::kToken;
    entry.code = item.boolean ? "true" : "false";
    return;
  }
  if (!item.IsNode()) return AppendComputed(target, item, out);
  if (item.type == nullptr) return;
  AppendValue(target, ReadingFor(target.kind, *item.type, target.by_sound), item.json, out);
}

void Extraction::AppendGeneral(const Parameter& parameter, const Expression& expression, fhirpath::Evaluator& evaluator,
                               const Item& resource, std::vector<IndexEntry>& out) const {
  auto items = evaluator.Evaluate(expression, resource);
  if (!items.ok()) return;   // an expression that a resource makes fail gives no entry, as an empty one
  for (const Item& item : *items) AppendItem({parameter.number, parameter.kind, {}, offset_minutes_, parameter.by_sound}, item, out);
}

void Extraction::ExtractSlowly(json::Value resource, std::vector<IndexEntry>& out) const {
  fhirpath::Evaluator evaluator = MakeEvaluator();
  Item whole = fhirpath::NodeItem(resource, &type_);
  for (const General& general : all_) {
    if (general.parameter->kind != ParameterKind::kComposite) {
      AppendGeneral(*general.parameter, *general.expression, evaluator, whole, out);
      continue;
    }
    auto places = evaluator.Evaluate(*general.expression, whole);
    if (!places.ok()) continue;
    for (const Item& place : *places) {
      auto composite = std::find_if(composites_.begin(), composites_.end(),
                                    [&](const Composite& c) { return c.parameter == general.parameter->number; });
      std::vector<IndexEntry> tuples(1);
      tuples[0].parameter = general.parameter->number;
      tuples[0].kind = ParameterKind::kComposite;
      for (const Component& component : composite->components) {
        std::vector<IndexEntry> values;
        // as(DateTime) is how R4 writes dateTime; FHIRPath takes it for System.DateTime.
        std::string text = component.expression->text();
        size_t at = text.find("as(DateTime)");
        if (at != std::string::npos) text.replace(at, 12, "as(dateTime)");
        auto items = evaluator.Evaluate(Expression::Parse(text).value(), place, whole);
        for (const Item& item : items.value_or({})) {
          AppendItem({general.parameter->number, component.kind, {}, offset_minutes_}, item, values);
        }
        std::vector<IndexEntry> longer;
        for (const IndexEntry& tuple : tuples) {
          for (const IndexEntry& value : values) {
            longer.push_back(tuple);
            longer.back().components.push_back(value);
          }
        }
        tuples = std::move(longer);
      }
      out.insert(out.end(), tuples.begin(), tuples.end());
    }
  }
}

}  // namespace qianxian::search
