// One element's value: type, fixed and pattern, bounds, binding, invariants, the target of a reference.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "fhir/reference.h"
#include "validate/walker.h"

namespace qianxian::validate {
namespace {

using terminology::Membership;

std::string Shown(json::Value value) {
  const std::string_view raw = value.Raw();
  if (raw.size() <= 80) return std::string(raw);
  size_t end = 80;
  while (end > 0 && (static_cast<unsigned char>(raw[end]) & 0xC0) == 0x80) --end;
  return std::string(raw.substr(0, end)) + "…";
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// -1, 0, 1; none where they cannot be compared.
std::optional<int> Compare(json::Value a, json::Value b) {
  if (a.IsNumber() && b.IsNumber()) return a.AsDouble() < b.AsDouble() ? -1 : a.AsDouble() > b.AsDouble() ? 1 : 0;
  if (a.IsString() && b.IsString() && a.AsString().size() == b.AsString().size()) {   // dates of the same precision
    return a.AsString() < b.AsString() ? -1 : a.AsString() > b.AsString() ? 1 : 0;
  }
  if (a.IsObject() && b.IsObject() && a.FindString("code") == b.FindString("code")) {   // quantities of the same unit
    const auto one = a.Find("value"), other = b.Find("value");
    if (one && other) return Compare(*one, *other);
  }
  return std::nullopt;
}

bool LacksLinkId(json::Value items) {
  for (json::Value item : items.Elements()) {
    if (item.FindString("linkId").empty() || item.FindString("linkId").ends_with("._null") || LacksLinkId(item.Find("item").value_or(json::Value()))) return true;
  }
  return false;
}

// Invariants that HL7's own published R4 examples break, where they break them: said as warnings (as fhir/shape.cc does).
// que-2 in questionnaires that HL7 made by a program, some of whose items have no linkId or one ending in "._null"; sdf-4 in
// logical models.
bool IsForgiven(const Constraint& constraint, json::Value value) {
  if (constraint.key == "que-2") return LacksLinkId(value.Find("item").value_or(json::Value()));
  return constraint.key == "sdf-4" && value.FindString("kind") == "logical";
}

Membership Better(Membership a, Membership b) {
  if (a == Membership::kYes || b == Membership::kYes) return Membership::kYes;
  return a == Membership::kUnknown || b == Membership::kUnknown ? Membership::kUnknown : Membership::kNo;
}

}  // namespace

bool HasPattern(json::Value value, json::Value pattern) {
  if (pattern.IsObject()) {
    for (json::Member member : pattern.Members()) {
      const auto there = value.Find(member.name);
      if (!there || !HasPattern(*there, member.value)) return false;
    }
    return value.IsObject();
  }
  if (pattern.IsArray()) {
    if (!value.IsArray()) return false;
    for (json::Value wanted : pattern.Elements()) {
      bool any = false;
      for (json::Value one : value.Elements()) any = any || HasPattern(one, wanted);
      if (!any) return false;
    }
    return true;
  }
  return json::Equal(value, pattern);
}

void Walker::Value(const Scope& scope, const Rule& rule, const Item& item, const Place& place, const fhir::Element* element) {
  if (rule.fixed && !json::Equal(item.json, *rule.fixed)) {
    Say(place, Severity::kError, "value", "not-fixed-value", "the value must be " + Shown(*rule.fixed), "取值必须是 " + Shown(*rule.fixed));
  }
  if (rule.pattern && !HasPattern(item.json, *rule.pattern)) {
    Say(place, Severity::kError, "value", "not-in-pattern", "the value must have all of " + Shown(*rule.pattern), "取值必须包含 " + Shown(*rule.pattern));
  }
  if (!scope.base) Type(rule, item, place);
  Bounds(rule, item, place);
  // The shape check has seen the closed lists of the base.
  const bool seen = scope.base && element != nullptr && element->codes != nullptr && item.type != nullptr && item.type->name == "code";
  if (rule.binding && !seen && !item.json.IsNull()) BindingOf(rule, item, place);
  if (item.type != nullptr && item.type->name == "Reference") Target(scope, rule, item, place);
  Constraints(scope, rule, item, place);
}

void Walker::Type(const Rule& rule, const Item& item, const Place& place) {
  if (rule.types.empty() || item.type == nullptr) return;
  std::string allowed;
  for (const TypeRule& type : rule.types) {
    if (type.code.empty() || item.type->Is(type.code) || type.code == "BackboneElement" || type.code == "Element") return;
    allowed += (allowed.empty() ? "" : ", ") + type.code;
  }
  if (item.type->kind == fhir::TypeKind::kBackbone) return;
  Say(place, Severity::kError, "structure", "wrong-type", "the type must be " + allowed + ", not " + std::string(item.type->name),
      "类型必须是 " + allowed + "，而不是 " + std::string(item.type->name));
}

void Walker::Bounds(const Rule& rule, const Item& item, const Place& place) {
  if (rule.longest != UINT32_MAX && item.json.IsString() && Characters(item.json.AsString()) > rule.longest) {
    Say(place, Severity::kError, "too-long", "too-long", "longer than " + std::to_string(rule.longest) + " characters", "超过 " + std::to_string(rule.longest) + " 个字符");
  }
  if (rule.least && Compare(item.json, *rule.least).value_or(0) < 0) {
    Say(place, Severity::kError, "value", "too-small", "less than " + Shown(*rule.least), "小于 " + Shown(*rule.least));
  }
  if (rule.most && Compare(item.json, *rule.most).value_or(0) > 0) {
    Say(place, Severity::kError, "value", "too-great", "more than " + Shown(*rule.most), "大于 " + Shown(*rule.most));
  }
}

void Walker::Constraints(const Scope& scope, const Rule& rule, const Item& item, const Place& place) {
  for (const auto& constraint : rule.constraints) {
    auto found = evaluator_.Evaluate(*constraint->expression, item, *scope.resource);
    if (!found.ok()) {
      Say(place, Severity::kInformation, "not-supported", "invariant-not-judged",
          constraint->key + " could not be judged: " + found.error().en, constraint->key + " 无法判断：" + (found.error().zh.empty() ? found.error().en : found.error().zh));
      continue;
    }
    bool good = true;   // nothing found: it does not apply
    if (found->size() == 1) {
      const auto value = fhirpath::ToSystem((*found)[0], evaluator_.arena());
      good = !value || value->kind != fhirpath::ItemKind::kBoolean || value->boolean;
    }
    evaluator_.Clear();
    if (good) continue;
    const bool error = constraint->is_error && !IsForgiven(*constraint, item.json);
    Say(place, error ? Severity::kError : Severity::kWarning, "invariant", constraint->key,
        constraint->key + ": " + constraint->human, "不满足约束 " + constraint->key + "：" + constraint->human);
  }
}

const terminology::ValueSet* Walker::FindValueSet(const std::string& canonical) {
  const auto [place, is_new] = value_sets_.try_emplace(canonical);
  if (is_new) {
    auto found = tools_.terminology.FindValueSet(canonical);
    if (found.ok()) place->second = *found;
  }
  return place->second.get();
}

Membership Walker::IsMember(const std::string& value_set, const Item& item, bool& any_code) {
  const terminology::ValueSet* set = FindValueSet(value_set);
  const auto coding = [&](json::Value value) {
    const std::string_view code = value.FindString("code");
    if (code.empty()) return Membership::kNo;
    any_code = true;
    return set ? set->Contains(value.FindString("system"), code) : Membership::kUnknown;
  };
  if (item.json.IsString()) {
    any_code = true;
    return set ? set->Contains({}, item.json.AsString()) : Membership::kUnknown;
  }
  if (item.type != nullptr && item.type->name == "CodeableConcept") {
    Membership best = Membership::kNo;
    if (const auto codings = item.json.Find("coding")) {
      for (json::Value one : codings->Elements()) best = Better(best, coding(one));
    }
    return best;
  }
  return coding(item.json);   // Coding, Quantity
}

void Walker::BindingOf(const Rule& rule, const Item& item, const Place& place) {
  const Binding& binding = *rule.binding;
  const bool required = binding.strength == Binding::Strength::kRequired;
  if (binding.value_set.empty() || (!required && binding.strength != Binding::Strength::kExtensible)) return;
  bool any_code = false;
  const Membership membership = IsMember(binding.value_set, item, any_code);
  if (membership == Membership::kYes) return;
  const std::string& set = binding.value_set;
  if (!any_code) {   // only text, or an extension in place of the code
    const bool concept_ = item.type != nullptr && item.type->name == "CodeableConcept";
    if (required && concept_ && !item.json.Find("extension")) {
      Say(place, Severity::kError, "code-invalid", "no-code", "a code of the value set " + set + " is needed", "需要值集 " + set + " 中的代码");
    }
    return;
  }
  if (membership == Membership::kUnknown) {
    return Say(place, Severity::kInformation, "not-found", "code-not-judged", "whether the code is in " + set + " cannot be said: not all of its codes are here",
               "本机没有值集 " + set + " 的全部代码，无法判断");
  }
  Say(place, required ? Severity::kError : Severity::kWarning, "code-invalid", required ? "not-in-value-set" : "not-in-extensible-value-set",
      Shown(item.json) + " is not in the value set " + set + (required ? "" : ", which should be used if it has a fitting code"),
      Shown(item.json) + " 不在值集 " + set + " 中" + (required ? "" : "，其中若有合适代码应优先使用"));
}

std::optional<fhirpath::Item> Walker::Referenced(std::string_view reference) const {
  const fhir::Reference parsed = fhir::ParseReference(reference);
  if (parsed.kind == fhir::Reference::Kind::kContained) {
    if (parsed.id.empty()) return *container_;
    const auto list = container_->json.Find("contained");
    if (!list) return std::nullopt;
    for (json::Value one : list->Elements()) if (one.FindString("id") == parsed.id) return fhirpath::ResourceItem(tools_.definitions, one);
    return std::nullopt;
  }
  if (bundle_ == nullptr) return std::nullopt;
  const auto entries = bundle_->json.Find("entry");
  if (!entries) return std::nullopt;
  for (json::Value entry : entries->Elements()) {
    const auto resource = entry.Find("resource");
    if (!resource) continue;
    const std::string_view full = entry.FindString("fullUrl");
    const bool local = parsed.kind == fhir::Reference::Kind::kLocal && resource->FindString("resourceType") == parsed.type &&
                       resource->FindString("id") == parsed.id;
    if (local || (!full.empty() && full == parsed.whole)) return fhirpath::ResourceItem(tools_.definitions, *resource);
  }
  return std::nullopt;
}

std::string_view Walker::ReferencedType(const Item& item) const {
  const std::string_view reference = item.json.FindString("reference");
  if (reference.empty()) return item.json.FindString("type");
  if (const auto found = Referenced(reference); found && found->type) return found->type->name;
  const fhir::Reference parsed = fhir::ParseReference(reference);
  return tools_.definitions.FindResource(parsed.type) ? parsed.type : std::string_view();
}

bool Walker::IsTarget(const TypeRule& type, std::string_view resource_type) {
  for (const std::string& url : type.target_profiles) {
    std::string_view target = LastSegment(fhir::ParseCanonical(url).url);
    if (target == "Resource" || target == resource_type) return true;
    if (tools_.definitions.FindResource(target) != nullptr && url.starts_with(kCore)) continue;
    const Schema* schema = Find(url);
    if (schema == nullptr || schema->type() == resource_type) return true;   // a profile that is not here: not judged
  }
  return false;
}

void Walker::Target(const Scope& scope, const Rule& rule, const Item& item, const Place& place) {
  const std::string_view found = ReferencedType(item);
  const std::string_view reference = item.json.FindString("reference");
  if (scope.base && reference.size() > 1 && reference[0] == '#' && !Referenced(reference)) {
    Say(place, Severity::kError, "not-found", "no-such-contained", "there is no contained resource " + std::string(reference), "没有 contained 资源 " + std::string(reference));
  }
  if (found.empty() || tools_.definitions.FindResource(found) == nullptr) return;
  bool any = false;
  std::string allowed;
  for (const TypeRule& type : rule.types) {
    if (type.code != "Reference") continue;
    if (type.target_profiles.empty() || IsTarget(type, found)) return;
    any = true;
    for (const std::string& url : type.target_profiles) allowed += (allowed.empty() ? "" : ", ") + std::string(LastSegment(url));
  }
  if (!any) return;
  // What only the address says is not certain, and HL7's own examples have a few such: an error only in a profile.
  const bool certain = !scope.base || reference.empty() || Referenced(reference).has_value();
  Say(place, certain ? Severity::kError : Severity::kWarning, "structure", "wrong-target", "a reference to " + std::string(found) + " is not allowed here, only to " + allowed,
      "此处不能引用 " + std::string(found) + "，只能引用 " + allowed);
}

}  // namespace qianxian::validate
