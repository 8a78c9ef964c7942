#include "fhir/shape.h"

#include <array>
#include <string>
#include <utility>

#include "fhir/primitive.h"

namespace qianxian::fhir {
namespace {

// Required elements that HL7's own published R4 examples leave out: said as warnings, so that those can be stored.
constexpr std::pair<std::string_view, std::string_view> kForgiven[] = {{"Questionnaire.item", "linkId"},
                                                                       {"SearchParameter", "base"}};

bool IsForgiven(const Type& type, const Element& element) {
  for (const auto& [type_name, element_name] : kForgiven) {
    if (type.name == type_name && element.name == element_name) return true;
  }
  return false;
}

// Where we are: a list of steps back to the root, made into text only when there is something to say.
struct Place {
  const Place* outer = nullptr;
  std::string_view name;
  int index = -1;

  std::string Text() const {
    std::string text = outer == nullptr ? std::string() : outer->Text();
    if (!text.empty()) text += '.';
    text += name;
    if (index >= 0) text += '[' + std::to_string(index) + ']';
    return text;
  }
};

std::string Shown(json::Value value) {
  std::string_view raw = value.Raw();
  constexpr size_t kMost = 60;
  if (raw.size() <= kMost) return std::string(raw);
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(raw[end]) & 0xC0) == 0x80) --end;
  return std::string(raw.substr(0, end)) + "…";
}

class Checker {
 public:
  Checker(const Definitions& definitions, size_t maximum) : definitions_(definitions), maximum_(maximum) {}

  void CheckResource(json::Value value, const Place& place, std::string_view expected) {
    if (!value.IsObject()) {
      return Say(place, "structure", "not-an-object", "a resource must be a JSON object", "资源必须是 JSON 对象");
    }
    std::string_view name = value.FindString("resourceType");
    if (name.empty()) {
      return Say(place, "structure", "no-resource-type", "resourceType is missing", "缺少 resourceType");
    }
    const Type* type = definitions_.FindResource(name);
    std::string text(name.substr(0, 64));
    if (type == nullptr) {
      return Say(place, "structure", "unknown-resource-type", "\"" + text + "\" is no R4 resource type",
                 "“" + text + "”不是 R4 资源类型");
    }
    if (!expected.empty() && name != expected) {
      return Say(place, "invalid", "wrong-resource-type", "expected " + std::string(expected) + ", found " + text,
                 "应为 " + std::string(expected) + "，实为 " + text);
    }
    Place own = place;
    if (own.outer == nullptr) own.name = type->name;
    CheckObject(*type, value, own);
  }

  std::vector<Issue> Take() { return std::move(issues_); }

 private:
  void Say(const Place& place, std::string_view code, std::string_view detail, std::string en, std::string zh,
           Severity severity = Severity::kError) {
    if (issues_.size() >= maximum_) return;
    std::string path = place.Text();
    if (!path.empty()) {
      en = path + ": " + en;
      zh = path + "：" + zh;
    }
    issues_.push_back({severity, std::string(code), std::string(detail), std::move(zh), std::move(en), path});
  }
  bool full() const { return issues_.size() >= maximum_; }

  void CheckObject(const Type& type, json::Value value, const Place& place) {
    if (value.size() == 0) {
      return Say(place, "structure", "empty-object", "an object must not be empty", "对象不能为空");
    }
    // Which elements were seen, by their index in the type; the largest type has 65 of them.
    std::array<const Member*, 128> seen{};
    for (json::Member member : value.Members()) {
      if (full()) return;
      if (member.name == "resourceType" && type.kind == TypeKind::kResource) continue;
      bool shadow = member.name.starts_with("_");
      std::string_view name = shadow ? member.name.substr(1) : member.name;
      Place inner{&place, name, -1};
      const Member* found = type.FindMember(name);
      if (found == nullptr || (shadow && found->type->type->kind != TypeKind::kPrimitive)) {
        std::string shown(member.name.substr(0, 64));
        Say(place, "structure", "unknown-element", "unknown element \"" + shown + "\"", "未知元素“" + shown + "”");
        continue;
      }
      size_t index = static_cast<size_t>(found->element - type.elements.data());
      QX_CHECK(index < seen.size(), "a type with more elements than CheckObject has room for");
      if (seen[index] != nullptr && seen[index] != found) {
        Say(inner, "structure", "two-choices", "only one of the types of " + std::string(found->element->name) + "[x] may be given",
            std::string(found->element->name) + "[x] 只能给出一种类型");
      }
      seen[index] = found;
      shadow ? CheckShadow(*found, member.value, value, inner) : CheckMember(*found, member.value, value, inner);
    }
    for (size_t i = 0; i < type.elements.size(); ++i) {
      const Element& element = type.elements[i];
      if (element.minimum == 0 || seen[i] != nullptr) continue;
      std::string shown = std::string(element.name) + (element.choice ? "[x]" : "");
      Say(place, "required", "missing-element", "required element \"" + shown + "\" is missing",
          "缺少必填元素“" + shown + "”", IsForgiven(type, element) ? Severity::kWarning : Severity::kError);
    }
  }

  void CheckMember(const Member& member, json::Value value, json::Value object, const Place& place) {
    const Element& element = *member.element;
    if (!element.repeats()) {
      if (value.IsArray()) {
        return Say(place, "structure", "not-repeating", "may be given only once, not as an array", "只能出现一次，不能是数组");
      }
      return CheckValue(member, value, place);
    }
    if (!value.IsArray()) {
      return Say(place, "structure", "not-an-array", "must be an array", "必须是数组");
    }
    if (value.size() == 0) return Say(place, "structure", "empty-array", "an array must not be empty", "数组不能为空");
    if (value.size() > element.maximum && element.maximum != Element::kMany) {
      Say(place, "structure", "too-many", "at most " + std::to_string(element.maximum) + " are allowed",
          "最多允许 " + std::to_string(element.maximum) + " 个");
    }
    if (value.size() < element.minimum) {
      Say(place, "required", "too-few", "at least " + std::to_string(element.minimum) + " are needed",
          "至少需要 " + std::to_string(element.minimum) + " 个");
    }
    Place item = place;
    for (json::Value part : value.Elements()) {
      ++item.index;
      if (full()) return;
      // A null holds the place of a primitive that has only an id or extensions, in the array beside.
      if (part.IsNull() && HasShadow(object, member.name, static_cast<size_t>(item.index))) continue;
      CheckValue(member, part, item);
    }
  }

  static bool HasShadow(json::Value object, std::string_view name, size_t index) {
    auto shadow = object.Find("_" + std::string(name));
    return shadow && shadow->IsArray() && index < shadow->size() && shadow->At(index).IsObject();
  }

  void CheckShadow(const Member& member, json::Value value, json::Value object, const Place& place) {
    const Type& element = *definitions_.Find("Element");
    if (!member.element->repeats()) {
      if (value.IsObject()) return CheckObject(element, value, place);
      return Say(place, "structure", "not-an-object", "_" + std::string(member.name) + " must be an object",
                 "_" + std::string(member.name) + " 必须是对象");
    }
    if (!value.IsArray()) return Say(place, "structure", "not-an-array", "must be an array", "必须是数组");
    auto beside = object.Find(member.name);
    if (beside && beside->IsArray() && beside->size() != value.size()) {
      Say(place, "structure", "uneven-arrays", "the arrays of values and of their extensions differ in length",
          "值数组与其扩展数组长度不一致", Severity::kWarning);
    }
    Place item = place;
    for (json::Value part : value.Elements()) {
      ++item.index;
      if (part.IsNull()) continue;
      if (!part.IsObject()) {
        Say(item, "structure", "not-an-object", "must be an object or null", "必须是对象或 null");
        continue;
      }
      CheckObject(element, part, item);
    }
  }

  void CheckValue(const Member& member, json::Value value, const Place& place) {
    const Type& type = *member.type->type;
    if (type.kind == TypeKind::kResource) return CheckResource(value, place, {});
    if (type.form == JsonForm::kObject) {
      if (!value.IsObject()) {
        return Say(place, "structure", "not-an-object", "must be an object (" + std::string(type.name) + ")",
                   "必须是对象（" + std::string(type.name) + "）");
      }
      return CheckObject(type, value, place);
    }
    if (!IsValidPrimitive(type, value)) {
      std::string name(type.name);
      if (name == "id" && value.IsString() && IsStorableId(value.AsString())) {
        return Say(place, "value", "long-id", Shown(value) + " is longer than the 64 characters of an id",
                   Shown(value) + " 超过 id 的 64 个字符", Severity::kWarning);
      }
      return Say(place, "value", "bad-value", Shown(value) + " is not a valid " + name, Shown(value) + " 不是有效的 " + name);
    }
    if (member.element->codes != nullptr && type.name == "code" &&
        member.element->codes->FindSystem(value.AsString()) == nullptr) {
      std::string list(member.element->codes->url);
      Say(place, "code-invalid", "unknown-code", Shown(value) + " is not in the code list " + list,
          Shown(value) + " 不在代码表 " + list + " 中");
    }
  }

  const Definitions& definitions_;
  const size_t maximum_;
  std::vector<Issue> issues_;
};

}  // namespace

bool HasErrors(const std::vector<Issue>& issues) {
  for (const Issue& issue : issues) {
    if (issue.severity <= Severity::kError) return true;
  }
  return false;
}

std::vector<Issue> CheckShape(const Definitions& definitions, json::Value resource, std::string_view expected_type,
                              size_t maximum_issues) {
  Checker checker(definitions, maximum_issues);
  checker.CheckResource(resource, Place{}, expected_type);
  return checker.Take();
}

}  // namespace qianxian::fhir
