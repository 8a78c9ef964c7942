#include "validate/walker.h"

#include <algorithm>

#include "base/limits.h"
#include "fhir/reference.h"
#include "fhir/shape.h"

namespace qianxian::validate {
namespace {

fhirpath::Environment MakeEnvironment(const Walker::Tools& tools) {
  fhirpath::Environment environment;
  environment.definitions = &tools.definitions;
  environment.now = tools.options.now;
  environment.offset_minutes = tools.options.offset_minutes;
  environment.type_only_references = true;
  return environment;
}

std::vector<std::string> NamedProfiles(json::Value resource) {
  std::vector<std::string> profiles;
  const auto meta = resource.Find("meta");
  const auto list = meta ? meta->Find("profile") : std::nullopt;
  if (!list) return profiles;
  for (json::Value one : list->Elements()) if (one.IsString()) profiles.emplace_back(one.AsString());
  return profiles;
}

}  // namespace

std::string Place::Text() const {
  std::string text = outer == nullptr ? std::string() : outer->Text();
  if (!text.empty()) text += '.';
  text += name;
  if (index >= 0) text += '[' + std::to_string(index) + ']';
  return text;
}

Walker::Walker(const Tools& tools) : tools_(tools), evaluator_(MakeEnvironment(tools)) {}

std::vector<fhir::Issue> Walker::Take() {
  if (dropped_ > 0) {
    issues_.push_back({Severity::kWarning, "too-costly", "too-many-issues", "另有 " + std::to_string(dropped_) + " 个问题未列出",
                       std::to_string(dropped_) + " more issues are not listed", ""});
  }
  return std::move(issues_);
}

void Walker::Say(const Place& place, Severity severity, std::string_view code, std::string_view detail, std::string en, std::string zh) {
  std::string where = place.Text();
  if (!said_.insert(where + "\n" + std::string(detail) + "\n" + en).second) return;
  if (issues_.size() >= limits::kValidateIssues) {
    ++dropped_;
    return;
  }
  if (!where.empty()) {
    en = where + ": " + en;
    zh = where + "：" + zh;
  }
  issues_.push_back({severity, std::string(code), std::string(detail), std::move(zh), std::move(en), std::move(where)});
}

bool Walker::Enter(const Place& place) {
  if (enough_) return false;
  if (++elements_ <= limits::kValidateElements && depth_ <= limits::kValidateDepth) return true;
  enough_ = true;
  Say(place, Severity::kFatal, "too-costly", "too-costly", "the resource is too large or too deep to be checked wholly", "资源过大或层级过深，未能完整校验");
  return false;
}

bool Walker::Holds(const std::function<void()>& check) {
  std::vector<fhir::Issue> kept;
  std::set<std::string> said;
  const size_t dropped = dropped_;
  kept.swap(issues_);
  said.swap(said_);
  check();
  const bool good = !fhir::HasErrors(issues_);
  issues_.swap(kept);
  said_.swap(said);
  dropped_ = dropped;
  return good;
}

const Schema* Walker::Find(std::string_view url) {
  const auto [place, is_new] = schemas_.try_emplace(std::string(url));
  if (is_new) {
    auto found = tools_.schemas.Find(url);
    if (found.ok()) {
      place->second = *found;
    } else {
      Say(Place{}, Severity::kWarning, "processing", "bad-profile", "the definition " + std::string(url) + " cannot be used: " + found.error().en,
          "无法使用结构定义 " + std::string(url) + "：" + (found.error().zh.empty() ? found.error().en : found.error().zh));
    }
  }
  return place->second.get();
}

void Walker::Resource(const Item& resource, const Place& place, const std::vector<std::string>& profiles, const Item* container) {
  if (!Enter(place) || resource.type == nullptr) return;
  const Schema* base = Find(std::string(kCore) + std::string(resource.type->name));
  if (base == nullptr) return;
  const Item* outer_container = container_;
  const Item* outer_bundle = bundle_;
  container_ = container ? container : &resource;
  evaluator_.SetVariable("rootResource", {*container_});
  if (resource.type->name == "Bundle") bundle_ = &resource;
  ++depth_;
  const Scope scope{base, true, &resource};
  Element(scope, base->root(), resource, place, nullptr);
  std::vector<std::string> all = NamedProfiles(resource.json);
  for (const std::string& one : profiles) if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  for (const std::string& url : all) {
    const Schema* schema = Find(url);
    const bool asked = std::find(profiles.begin(), profiles.end(), url) != profiles.end();
    if (schema == nullptr) {
      Say(place, asked ? Severity::kError : Severity::kWarning, "not-found", "unknown-profile", "the profile " + url + " is not known", "没有结构定义 " + url);
    } else if (schema->type() != resource.type->name && !resource.type->Is(schema->type())) {
      Say(place, Severity::kError, "invalid", "wrong-profile", "the profile " + url + " is about " + schema->type(), "结构定义 " + url + " 是关于 " + schema->type() + " 的");
    } else if (schema->is_profile()) {
      Profile(*schema, resource, place, resource);
    }
  }
  --depth_;
  container_ = outer_container;
  bundle_ = outer_bundle;
  if (container_) evaluator_.SetVariable("rootResource", {*container_});
}

void Walker::Profile(const Schema& schema, const Item& item, const Place& place, const Item& resource) {
  if (!Enter(place)) return;
  const bool whole = item.type != nullptr && item.type->kind == fhir::TypeKind::kResource;
  const Scope scope{&schema, false, whole ? &item : &resource};
  ++depth_;
  Element(scope, schema.root(), item, place, nullptr);
  --depth_;
}

void Walker::NestedResource(const Scope& scope, const Item& item, const Place& place, bool contained) {
  if (!scope.base || !item.json.IsObject()) return;   // profiles of what is within are its own
  const Item nested = fhirpath::ResourceItem(tools_.definitions, item.json);
  Resource(nested, place, {}, contained ? container_ : nullptr);
}

void Walker::Element(const Scope& scope, const Rule& rule, const Item& item, const Place& place, const fhir::Element* element) {
  if (!Enter(place)) return;
  Value(scope, rule, item, place, element);
  ++depth_;
  const Rule* holder = &rule;
  if (!rule.content_reference.empty() && rule.children.empty()) {
    if (const Rule* other = scope.schema->Find(rule.content_reference)) holder = other;
  }
  if (!holder->children.empty()) {
    Children(scope, *holder, item, place);
  } else if (scope.base && item.type != nullptr && item.type->kind == fhir::TypeKind::kComplex) {
    const Schema* type = Find(std::string(kCore) + std::string(item.type->name));
    if (type != nullptr && type != scope.schema) Element(Scope{type, true, scope.resource}, type->root(), item, place, nullptr);
  } else if (scope.base && item.type != nullptr && item.type->kind == fhir::TypeKind::kPrimitive && item.shadow.IsObject()) {
    if (const Schema* type = Find(std::string(kCore) + "Element")) Children(Scope{type, true, scope.resource}, type->root(), item, place);
  }
  if (!scope.base) TypeProfiles(scope, rule, item, place);
  --depth_;
}

std::vector<Group> Walker::Groups(const Item& item) const {
  std::vector<Group> groups;
  const json::Value object = item.json.IsObject() ? item.json : item.shadow;
  if (!object.IsObject() || item.type == nullptr) return groups;
  for (json::Member member : object.Members()) {
    const bool shadow = member.name.starts_with("_");
    const std::string_view name = shadow ? member.name.substr(1) : member.name;
    if (shadow && object.Find(name)) continue;   // said with its value
    const fhir::Member* found = item.type->FindMember(name);
    if (found == nullptr && item.type->kind == fhir::TypeKind::kPrimitive) found = tools_.definitions.Find("Element")->FindMember(name);
    if (found == nullptr) continue;
    Group group{found->element, name, {}, found->element->repeats()};
    const json::Value shadows = shadow ? member.value : object.Find("_" + std::string(name)).value_or(json::Value());
    const json::Value values = shadow ? json::Value() : member.value;
    const auto add = [&](json::Value value, json::Value beside) {
      Item one = found->type->type->kind == fhir::TypeKind::kResource ? fhirpath::ResourceItem(tools_.definitions, value)
                                                                      : fhirpath::NodeItem(value, found->type->type);
      one.shadow = beside;
      group.items.push_back(one);
    };
    const size_t count = std::max(values.IsArray() ? values.size() : 0, shadows.IsArray() ? shadows.size() : 0);
    if (!values.IsArray() && !shadows.IsArray()) add(values, shadows);
    for (size_t i = 0; i < count; ++i) {
      add(values.IsArray() && i < values.size() ? values.At(i) : json::Value(),
          shadows.IsArray() && i < shadows.size() ? shadows.At(i) : json::Value());
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

void Walker::Children(const Scope& scope, const Rule& rule, const Item& item, const Place& place) {
  const std::vector<Group> groups = Groups(item);
  std::vector<const Rule*> met;
  for (const Group& group : groups) {
    const Rule* child = rule.Child(group.element->name);
    if (child == nullptr) child = rule.Child(group.name);   // "valueQuantity" as a name of its own
    if (child == nullptr) continue;
    met.push_back(child);
    Child(scope, *child, group, place);
  }
  if (scope.base) return;   // the shape check has counted
  for (const auto& child : rule.children) {
    if (std::find(met.begin(), met.end(), child.get()) != met.end()) continue;
    const Place at{&place, child->name, -1};
    const fhir::Element* own = item.type ? item.type->FindElement(child->name) : nullptr;
    if (own == nullptr || own->minimum < child->minimum) Count(*child, 0, at, {});
    for (const auto& slice : child->slices) Count(*slice, 0, at, slice->slice_name);
  }
}

void Walker::Count(const Rule& rule, size_t count, const Place& place, std::string_view slice) {
  const std::string of = slice.empty() ? "" : " (slice " + std::string(slice) + ")", of_zh = slice.empty() ? "" : "（切片 " + std::string(slice) + "）";
  if (count < rule.minimum) {
    Say(place, Severity::kError, "required", "too-few", "at least " + std::to_string(rule.minimum) + " needed" + of + ", found " + std::to_string(count),
        "至少需要 " + std::to_string(rule.minimum) + " 个" + of_zh + "，实有 " + std::to_string(count) + " 个");
  }
  if (count > rule.maximum) {
    Say(place, Severity::kError, "structure", "too-many", "at most " + std::to_string(rule.maximum) + " allowed" + of + ", found " + std::to_string(count),
        "至多允许 " + std::to_string(rule.maximum) + " 个" + of_zh + "，实有 " + std::to_string(count) + " 个");
  }
}

void Walker::Child(const Scope& scope, const Rule& rule, const Group& group, const Place& place) {
  if (!scope.base) Count(rule, group.items.size(), Place{&place, group.name, -1}, {});
  int index = group.repeats ? 0 : -1;
  for (const Item& item : group.items) {
    if (enough_) return;
    const Place at{&place, group.name, index};
    const bool resource = item.type == nullptr || item.type->kind == fhir::TypeKind::kResource;
    if (resource && scope.base) {
      NestedResource(scope, item, at, group.name == "contained");
    } else {
      Element(scope, rule, item, at, group.element);
      const bool extension = item.type != nullptr && item.type->name == "Extension";
      if (scope.base && extension) Extension(scope, item, at, group.name == "modifierExtension");
    }
    if (index >= 0) ++index;
  }
  if (!scope.base && !rule.slices.empty()) Slices(scope, rule, group, place);
}

void Walker::Extension(const Scope& scope, const Item& item, const Place& place, bool is_modifier) {
  const std::string_view url = item.json.FindString("url");
  const bool absolute = url.find(':') != std::string_view::npos;
  bool value = false;
  for (json::Member member : item.json.Members()) value = value || member.name.starts_with("value") || member.name.starts_with("_value");
  if (value == item.json.Find("extension").has_value()) {
    Say(place, Severity::kError, "invariant", "ext-1", "ext-1: an extension has either a value or extensions, not both and not neither",
        "ext-1：扩展须有 value 或下级 extension，且只能有其一");
  }
  if (!absolute) return;   // part of another one, whose definition tells
  const Schema* schema = Find(url);
  if (schema == nullptr) {
    Say(place, is_modifier ? Severity::kWarning : Severity::kInformation, "not-found", "unknown-extension",
        "the extension " + std::string(url) + " is not known, so it was not checked", "没有扩展 " + std::string(url) + " 的定义，未校验");
    return;
  }
  if (schema->type() != "Extension") {
    Say(place, Severity::kError, "structure", "not-an-extension", std::string(url) + " is not the definition of an extension", std::string(url) + " 不是扩展的定义");
    return;
  }
  if (schema->is_profile()) Profile(*schema, item, place, *scope.resource);
}

void Walker::TypeProfiles(const Scope& scope, const Rule& rule, const Item& item, const Place& place) {
  if (item.type == nullptr) return;
  for (const TypeRule& type : rule.types) {
    if (type.profiles.empty() || type.code.empty() || !item.type->Is(type.code)) continue;
    std::vector<const Schema*> schemas;
    for (const std::string& url : type.profiles) if (const Schema* schema = Find(url); schema && schema->is_profile()) schemas.push_back(schema);
    if (schemas.size() == 1) Profile(*schemas[0], item, place, *scope.resource);
    if (schemas.size() < 2) continue;
    const bool any = std::any_of(schemas.begin(), schemas.end(), [&](const Schema* schema) {
      return Holds([&] { Profile(*schema, item, place, *scope.resource); });
    });
    if (!any) Say(place, Severity::kError, "structure", "no-profile-fits", "none of the allowed profiles fits", "不符合任何一个允许的结构定义");
  }
}

std::vector<fhir::Issue> Validator::Validate(json::Value resource, const Options& options) const {
  std::vector<fhir::Issue> issues = fhir::CheckShape(definitions_, resource, options.expected_type, limits::kValidateIssues);
  const std::string_view name = resource.FindString("resourceType");
  if (definitions_.FindResource(name) == nullptr) return issues;
  if (options.profiles.size() > limits::kValidateProfiles) {
    issues.push_back({fhir::Severity::kError, "too-costly", "too-many-profiles", "一次最多校验 " + std::to_string(limits::kValidateProfiles) + " 个结构定义",
                      "at most " + std::to_string(limits::kValidateProfiles) + " profiles at once", ""});
    return issues;
  }
  Walker walker({definitions_, schemas_, terminology_, options});
  const fhirpath::Item item = fhirpath::ResourceItem(definitions_, resource);
  walker.Resource(item, Place{nullptr, name, -1}, options.profiles, nullptr);
  for (fhir::Issue& issue : walker.Take()) issues.push_back(std::move(issue));
  return issues;
}

}  // namespace qianxian::validate
