#include "search/clauses.h"

#include <algorithm>

namespace qianxian::search {

Clause AnyOf(std::string_view type, std::string_view code, std::vector<Clause> parts) {
  Clause clause;
  clause.kind = Clause::Kind::kAny;
  clause.type = type;
  clause.code = code;
  clause.chained = std::move(parts);
  return clause;
}

Clause NoneOf(std::string_view type, std::string_view code, std::vector<Clause> parts) {
  Clause clause = AnyOf(type, code, std::move(parts));
  clause.modifier = Modifier::kNot;
  return clause;
}

Clause AllOf(std::string_view type, std::string_view code, std::vector<Clause> parts) {
  std::vector<Clause> negated;
  for (Clause& part : parts) {
    std::vector<Clause> one;
    one.push_back(std::move(part));
    negated.push_back(NoneOf(type, code, std::move(one)));
  }
  return NoneOf(type, code, std::move(negated));
}

namespace {
bool IsNone(const Clause& clause) { return clause.kind == Clause::Kind::kAny && clause.modifier == Modifier::kNot; }
}  // namespace

std::vector<const Clause*> PartsOfAll(const Clause& clause) {
  std::vector<const Clause*> parts;
  if (!IsNone(clause) || clause.chained.size() < 2) return parts;
  for (const Clause& one : clause.chained) {
    if (!IsNone(one) || one.chained.size() != 1) return {};
    parts.push_back(&one.chained[0]);
  }
  return parts;
}

bool IsText(const Clause& clause) { return clause.kind == Clause::Kind::kValues && (clause.code == "_text" || clause.code == "_content"); }

bool IsWithin(const Clause& clause) {
  return clause.kind == Clause::Kind::kValues && clause.parameter != nullptr && clause.parameter->kind == ParameterKind::kReference &&
         (clause.modifier == Modifier::kAbove || clause.modifier == Modifier::kBelow) && !clause.values.empty() && !clause.values[0].code.empty();
}

bool IsUnequal(const Clause& clause) {
  if (clause.kind != Clause::Kind::kValues || clause.parameter == nullptr || clause.values.empty()) return false;
  const ParameterKind kind = clause.parameter->kind;
  const bool compares = kind == ParameterKind::kString || kind == ParameterKind::kToken || kind == ParameterKind::kReference || kind == ParameterKind::kUri;
  return compares && clause.values[0].prefix == Prefix::kNe;
}

bool NeedsStore(const Clause& clause) {
  if (clause.kind == Clause::Kind::kAny) return std::any_of(clause.chained.begin(), clause.chained.end(), NeedsStore);
  return clause.kind != Clause::Kind::kValues || IsText(clause) || IsWithin(clause);
}

const Parameter* HierarchyOf(const Parameters& parameters, std::string_view type) {
  for (const std::string_view code : {"partof", "part-of"}) {
    const Parameter* parameter = parameters.Find(type, code);
    if (parameter == nullptr || parameter->kind != ParameterKind::kReference) continue;
    if (std::find(parameter->targets.begin(), parameter->targets.end(), type) != parameter->targets.end()) return parameter;
  }
  return nullptr;
}

bool Explains(const Query& query) {
  return std::any_of(query.notes.begin(), query.notes.end(), [](const std::string& note) { return note.starts_with(kPlanMark); });
}

namespace {

std::string DescribeValues(const Clause& clause) {
  static constexpr std::string_view kModifiers[] = {"", ":exact", ":contains", ":missing", ":not", ":text", ":identifier", ":above",
                                                    ":below", ":in", ":not-in", ":of-type"};
  std::string text = clause.code + std::string(kModifiers[static_cast<size_t>(clause.modifier)]);
  if (clause.modifier == Modifier::kMissing) return text + "=" + (clause.missing ? "true" : "false");
  const bool texts = clause.parameter != nullptr && (clause.parameter->kind == ParameterKind::kString || clause.parameter->kind == ParameterKind::kUri);
  if (IsUnequal(clause)) text += " ne ";
  else if (texts && !clause.values.empty() && clause.values[0].prefix == Prefix::kAp) text += " eq ";
  else if (texts && !clause.values.empty() && clause.values[0].prefix == Prefix::kEb) text += " ew ";
  else text += "=";
  for (size_t i = 0; i < clause.values.size() && i < 3; ++i) {
    const QueryValue& value = clause.values[i];
    const std::string shown = !value.text.empty() ? value.text : value.system.empty() ? value.code : value.system + "|" + value.code;
    text += (i == 0 ? "" : ",") + shown.substr(0, 60);
  }
  return clause.values.size() > 3 ? text + ",… (" + std::to_string(clause.values.size()) + ")" : text;
}

std::string DescribeAll(const std::vector<const Clause*>& clauses) {
  std::string out;
  for (size_t i = 0; i < clauses.size() && i < 8; ++i) out += (i == 0 ? "" : ", ") + DescribeClause(*clauses[i]);
  return clauses.size() > 8 ? out + ", …" : out;
}

}  // namespace

std::string DescribeClause(const Clause& clause) {
  const std::vector<const Clause*> all = PartsOfAll(clause);
  if (!all.empty()) return "all(" + DescribeAll(all) + ")";
  std::vector<const Clause*> chained;
  for (const Clause& one : clause.chained) chained.push_back(&one);
  const std::string inside = DescribeAll(chained);
  switch (clause.kind) {
    case Clause::Kind::kAny: return (IsNone(clause) ? "none(" : "any(") + inside + ")";
    case Clause::Kind::kChain: return clause.code + ".(" + inside + ")";
    case Clause::Kind::kHas: return "_has:" + (clause.chained.empty() ? "" : clause.chained[0].type) + ":" + clause.code + ":(" + inside + ")";
    case Clause::Kind::kValues: break;
  }
  return DescribeValues(clause);
}

}  // namespace qianxian::search
