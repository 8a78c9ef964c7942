#include "terminology/value_set.h"

#include <algorithm>

#include "base/text.h"
#include "fhirpath/ucum.h"

namespace qianxian::terminology {
namespace {

constexpr std::pair<std::string_view, FilterOperation> kOperations[] = {
    {"=", FilterOperation::kEqual},         {"is-a", FilterOperation::kIsA},        {"descendent-of", FilterOperation::kDescendentOf},
    {"is-not-a", FilterOperation::kIsNotA}, {"regex", FilterOperation::kRegex},     {"in", FilterOperation::kIn},
    {"not-in", FilterOperation::kNotIn},    {"generalizes", FilterOperation::kGeneralizes}, {"exists", FilterOperation::kExists}};

Error BadValueSet(std::string en, std::string zh) { return Invalid("bad-value-set", std::move(en), std::move(zh)); }

bool IsAboutCode(std::string_view property) { return property == "concept" || property == "code"; }

// The values of a property of a concept.
std::vector<std::string> ValuesOf(const CodeSystem& system, uint32_t at, std::string_view property) {
  std::vector<std::string> values;
  if (IsAboutCode(property)) values.emplace_back(system.Code(at));
  else if (property == "display") values.emplace_back(system.Display(at));
  else if (property == "definition") values.emplace_back(system.Definition(at));
  else if (property == "parent") for (uint32_t other : system.Parents(at)) values.emplace_back(system.Code(other));
  else if (property == "child") for (uint32_t other : system.Children(at)) values.emplace_back(system.Code(other));
  else {
    for (const Property& one : system.Properties(at)) {
      if (one.code == property) values.emplace_back(one.value);
    }
    if (values.empty() && property == "inactive") values.emplace_back(system.IsInactive(at) ? "true" : "false");
    if (values.empty() && property == "notSelectable") values.emplace_back(system.IsAbstract(at) ? "true" : "false");
  }
  values.erase(std::remove(values.begin(), values.end(), std::string()), values.end());
  return values;
}

bool IsHierarchical(FilterOperation operation) {
  return operation == FilterOperation::kIsA || operation == FilterOperation::kDescendentOf ||
         operation == FilterOperation::kIsNotA || operation == FilterOperation::kGeneralizes;
}

Result<Filter> ReadFilter(json::Value item, const CodeSystem* system) {
  Filter filter;
  filter.property = item.FindString("property");
  filter.value = item.FindString("value");
  const std::string_view name = item.FindString("op");
  const auto found = std::find_if(std::begin(kOperations), std::end(kOperations), [&](const auto& one) { return one.first == name; });
  const std::string shown = filter.property + " " + std::string(name) + " " + filter.value;
  const auto unsupported = [&] {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-filter", "the filter " + shown + " is not supported", "不支持过滤条件 " + shown);
  };
  if (filter.property.empty() || filter.value.empty()) return BadValueSet("a filter needs property and value", "过滤条件缺少 property 或 value");
  if (found == std::end(kOperations)) return unsupported();
  filter.operation = found->second;
  if (IsHierarchical(filter.operation)) {
    if (!IsAboutCode(filter.property)) return unsupported();
    if (system != nullptr) filter.root = system->Find(filter.value);
    if (system != nullptr && filter.root != CodeSystem::kNone && filter.operation == FilterOperation::kGeneralizes) {
      for (uint32_t above : system->Ancestors(filter.root, true)) filter.above.insert(above);
    }
    return filter;
  }
  if (system != nullptr && !system->HasProperty(filter.property)) return unsupported();
  if (filter.operation == FilterOperation::kRegex) {
    QX_TRY(fhirpath::Pattern pattern, fhirpath::Pattern::Compile(filter.value));
    filter.pattern = std::move(pattern);
  }
  if (filter.operation == FilterOperation::kIn || filter.operation == FilterOperation::kNotIn) {
    for (std::string_view part : Split(filter.value, ',')) filter.values.emplace(TrimAscii(part));
  }
  return filter;
}

ListedConcept ReadConcept(json::Value item) {
  ListedConcept made;
  made.code = item.FindString("code");
  made.display = item.FindString("display");
  if (const auto designations = item.Find("designation")) {
    for (json::Value one : designations->Elements()) {
      const json::Value use = one.Find("use").value_or(json::Value());
      made.designations.push_back({std::string(one.FindString("language")), std::string(use.FindString("system")),
                                   std::string(use.FindString("code")), std::string(use.FindString("display")),
                                   std::string(one.FindString("value"))});
    }
  }
  const auto is_true = [&](std::string_view name) {
    const auto value = item.Find(name);
    return value && value->IsBoolean() && value->AsBoolean();
  };
  made.abstract = is_true("abstract");
  made.inactive = is_true("inactive");
  return made;
}

void AddConcept(Component& component, ListedConcept made) {
  component.places.emplace(made.code, static_cast<uint32_t>(component.concepts.size()));
  component.concepts.push_back(std::move(made));
}

Result<Component> ReadComponent(json::Value item, const Resolver& resolver) {
  Component component;
  component.system = item.FindString("system");
  component.version = item.FindString("version");
  const auto concepts = item.Find("concept");
  const auto filters = item.Find("filter");
  const auto value_sets = item.Find("valueSet");
  if (component.system.empty() && (!value_sets || concepts || filters)) {
    return BadValueSet("an include needs a system or a value set", "include 缺少 system 或 valueSet");
  }
  if (concepts && filters) return BadValueSet("an include has both concepts and filters", "include 不能同时有 concept 和 filter");
  if (!component.system.empty()) {
    QX_TRY(component.code_system, resolver.code_system(component.system, component.version));
  }
  if (concepts) {
    component.listed = true;
    for (json::Value one : concepts->Elements()) AddConcept(component, ReadConcept(one));
  }
  if (filters) {
    for (json::Value one : filters->Elements()) {
      QX_TRY(Filter filter, ReadFilter(one, component.code_system.get()));
      component.filters.push_back(std::move(filter));
    }
  }
  if (value_sets) {
    for (json::Value one : value_sets->Elements()) {
      if (!one.IsString()) return BadValueSet("a value set's URL is no text", "valueSet 不是文本");
      QX_TRY(std::shared_ptr<const ValueSet> other, resolver.value_set(one.AsString()));
      component.value_sets.push_back(std::move(other));
    }
  }
  if (component.system.empty() && component.value_sets.empty()) {
    return BadValueSet("an include names neither a system nor a value set", "include 没有给出 system 或 valueSet");
  }
  return component;
}

// Codes of an expansion, also nested ones, into one component for each system and version.
Status ReadExpansion(json::Value list, ValueSet& set, const Resolver& resolver) {
  for (json::Value item : list.Elements()) {
    const std::string_view system = item.FindString("system"), version = item.FindString("version"), code = item.FindString("code");
    const auto abstract = item.Find("abstract");
    const bool hidden = abstract && abstract->IsBoolean() && abstract->AsBoolean();
    if (!code.empty() && !hidden) {
      if (system.empty()) return BadValueSet("a code of the expansion has no system: " + std::string(code), "展开结果中的代码没有 system：" + std::string(code));
      auto found = std::find_if(set.includes.begin(), set.includes.end(),
                                [&](const Component& one) { return one.system == system && one.version == version; });
      if (found == set.includes.end()) {
        Component made;
        made.system = system;
        made.version = version;
        made.listed = true;
        QX_TRY(made.code_system, resolver.code_system(system, version));
        set.includes.push_back(std::move(made));
        found = set.includes.end() - 1;
      }
      AddConcept(*found, ReadConcept(item));
    }
    if (const auto inner = item.Find("contains")) QX_DO(ReadExpansion(*inner, set, resolver));
  }
  return Ok();
}

size_t BytesOf(const ValueSet& set) {
  size_t bytes = sizeof set;
  for (const auto* list : {&set.includes, &set.excludes}) {
    for (const Component& component : *list) {
      bytes += sizeof component + component.filters.size() * sizeof(Filter);
      for (const ListedConcept& one : component.concepts) {
        bytes += sizeof one + 2 * one.code.size() + one.display.size() + 64 + one.designations.size() * 200;
      }
    }
  }
  return bytes;
}

bool IsAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool IsLanguageTag(std::string_view code) {
  const auto parts = Split(code, '-');
  const bool letters = std::all_of(parts[0].begin(), parts[0].end(), [](char c) { return IsAlphanumeric(c) && !(c >= '0' && c <= '9'); });
  if (!letters || parts[0].empty() || parts[0].size() > 8) return false;
  if (parts[0].size() == 1 && parts.size() < 2) return false;
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part.size() <= 8 && std::all_of(part.begin(), part.end(), IsAlphanumeric);
  });
}

// FHIR also takes the short names of its own formats (https://hl7.org/fhir/R4/http.html#mime-type).
bool IsMediaType(std::string_view code) {
  if (code == "json" || code == "xml" || code == "ttl") return true;
  const std::string_view type = TrimAscii(code.substr(0, code.find(';')));
  const size_t slash = type.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == type.size()) return false;
  return std::all_of(type.begin(), type.end(), [](char c) {
    return IsAlphanumeric(c) || std::string_view("/!#$&^_.+-").find(c) != std::string_view::npos;
  }) && type.find('/', slash + 1) == std::string_view::npos;
}

}  // namespace

bool Filter::Holds(const CodeSystem& system, uint32_t at) const {
  switch (operation) {
    case FilterOperation::kIsA: return root != CodeSystem::kNone && system.Subsumes(root, at);
    case FilterOperation::kDescendentOf: return root != CodeSystem::kNone && at != root && system.Subsumes(root, at);
    case FilterOperation::kIsNotA: return root == CodeSystem::kNone || !system.Subsumes(root, at);
    case FilterOperation::kGeneralizes: return above.contains(at);
    default: break;
  }
  const std::vector<std::string> there = ValuesOf(system, at, property);
  const auto any = [&](auto&& holds) { return std::any_of(there.begin(), there.end(), holds); };
  switch (operation) {
    case FilterOperation::kEqual: return any([&](const std::string& one) { return one == value; });
    case FilterOperation::kRegex: return any([&](const std::string& one) { return pattern->MatchesWhole(one); });
    case FilterOperation::kIn: return any([&](const std::string& one) { return values.contains(one); });
    case FilterOperation::kNotIn: return !any([&](const std::string& one) { return values.contains(one); });
    case FilterOperation::kExists: return there.empty() == (value == "false");
    default: return false;
  }
}

Membership InGrammar(std::string_view system, std::string_view code) {
  const auto say = [](bool yes) { return yes ? Membership::kYes : Membership::kNo; };
  if (system == "urn:ietf:bcp:47") return say(IsLanguageTag(code));
  if (system == "urn:ietf:bcp:13" || system == "http://www.rfc-editor.org/bcp/bcp13.txt") return say(IsMediaType(code));
  if (system == "http://unitsofmeasure.org") return fhirpath::ParseUnit(code).has_value() ? Membership::kYes : Membership::kUnknown;
  return Membership::kUnknown;
}

Membership Component::Contains(std::string_view asked_system, std::string_view code) const {
  Membership found = Membership::kYes;
  if (!system.empty()) {
    if (!asked_system.empty() && asked_system != system) return Membership::kNo;
    if (listed) {
      bool there = places.contains(std::string(code));
      if (!there && code_system != nullptr && !code_system->case_sensitive()) {
        const uint32_t at = code_system->Find(code);
        there = at != CodeSystem::kNone && places.contains(std::string(code_system->Code(at)));
      }
      if (!there) return Membership::kNo;
    } else if (code_system == nullptr || code_system->content() == CodeSystem::Content::kNotPresent) {
      found = filters.empty() ? InGrammar(system, code) : Membership::kUnknown;
      if (found == Membership::kNo) return found;
    } else {
      const uint32_t at = code_system->Find(code);
      if (at == CodeSystem::kNone) {
        return code_system->content() == CodeSystem::Content::kComplete ? Membership::kNo : Membership::kUnknown;
      }
      for (const Filter& filter : filters) {
        if (!filter.Holds(*code_system, at)) return Membership::kNo;
      }
    }
  }
  for (const auto& other : value_sets) {
    const Membership there = other->Contains(asked_system, code);
    if (there == Membership::kNo) return there;
    if (there == Membership::kUnknown) found = there;
  }
  return found;
}

Result<std::shared_ptr<const ValueSet>> ValueSet::Compile(json::Value resource, const Resolver& resolver) {
  if (resource.FindString("resourceType") != "ValueSet") return BadValueSet("this is no ValueSet", "这不是 ValueSet 资源");
  auto set = std::make_shared<ValueSet>();
  set->url = resource.FindString("url");
  set->version = resource.FindString("version");
  set->name = resource.FindString("name");
  set->title = resource.FindString("title");
  set->status = resource.FindString("status");
  const auto compose = resource.Find("compose");
  if (compose) {
    for (const auto& [member, list] : {std::pair("include", &set->includes), std::pair("exclude", &set->excludes)}) {
      const auto items = compose->Find(member);
      if (!items) continue;
      for (json::Value item : items->Elements()) {
        QX_TRY(Component component, ReadComponent(item, resolver));
        list->push_back(std::move(component));
      }
    }
  } else if (const auto expansion = resource.Find("expansion")) {
    set->from_expansion = true;
    if (const auto contains = expansion->Find("contains")) QX_DO(ReadExpansion(*contains, *set, resolver));
  }
  set->bytes = BytesOf(*set);
  return std::shared_ptr<const ValueSet>(std::move(set));
}

std::shared_ptr<const ValueSet> ValueSet::OfSystem(std::shared_ptr<const CodeSystem> system, std::string_view url, uint32_t root) {
  auto set = std::make_shared<ValueSet>();
  set->url = url;
  set->name = system->name();
  set->title = system->title();
  set->version = system->version();
  set->status = "active";
  Component component;
  component.system = system->url();
  if (root != CodeSystem::kNone) {
    Filter filter;
    filter.operation = FilterOperation::kIsA;
    filter.property = "concept";
    filter.value = system->Code(root);
    filter.root = root;
    component.filters.push_back(std::move(filter));
  }
  component.code_system = std::move(system);
  set->includes.push_back(std::move(component));
  set->bytes = BytesOf(*set);
  return set;
}

Membership ValueSet::Contains(std::string_view system, std::string_view code) const {
  Membership found = Membership::kNo;
  for (const Component& component : includes) {
    const Membership there = component.Contains(system, code);
    if (there == Membership::kYes) found = there;
    if (there == Membership::kUnknown && found == Membership::kNo) found = there;
    if (found == Membership::kYes) break;
  }
  if (found == Membership::kNo) return found;
  for (const Component& component : excludes) {
    const Membership there = component.Contains(system, code);
    if (there == Membership::kYes) return Membership::kNo;
    if (there == Membership::kUnknown) found = there;
  }
  return found;
}

const ListedConcept* ValueSet::FindListed(std::string_view system, std::string_view code) const {
  for (const Component& component : includes) {
    if (component.listed && (system.empty() || component.system == system)) {
      const auto found = component.places.find(std::string(code));
      if (found != component.places.end()) return &component.concepts[found->second];
    }
    for (const auto& other : component.value_sets) {
      if (const ListedConcept* found = other->FindListed(system, code)) return found;
    }
  }
  return nullptr;
}

void ValueSet::Systems(std::vector<const Component*>& out) const {
  for (const Component& component : includes) {
    const bool known = std::any_of(out.begin(), out.end(), [&](const Component* one) {
      return one->system == component.system && one->code_system == component.code_system;
    });
    if (!component.system.empty() && !known) out.push_back(&component);
    for (const auto& other : component.value_sets) other->Systems(out);
  }
}

}  // namespace qianxian::terminology
