#include "patch/value.h"

#include <vector>

#include "base/text.h"
#include "json/writer.h"
#include "patch/errors.h"

namespace qianxian::patch {
namespace {

// One member of a complex value that parts make, with all the values that it got.
struct Built {
  std::string name;
  bool repeats = false;
  std::vector<NewValue> values;
};

bool AnyShadow(const Built& built) {
  for (const NewValue& value : built.values) {
    if (!value.shadow.empty()) return true;
  }
  return false;
}

void WriteBuilt(json::Writer& writer, const Built& built) {
  auto write = [&](std::string_view name, std::string NewValue::*text) {
    writer.Name(name);
    if (built.repeats) writer.BeginArray();
    for (const NewValue& value : built.values) writer.Raw((value.*text).empty() ? "null" : value.*text);
    if (built.repeats) writer.EndArray();
  };
  bool any_value = false;
  for (const NewValue& value : built.values) any_value = any_value || !value.json.empty();
  if (any_value) write(built.name, &NewValue::json);
  if (AnyShadow(built)) write("_" + built.name, &NewValue::shadow);
}

const fhir::Type* OnlyType(const fhir::Element* element) {
  return element && element->types.size() == 1 ? element->types.front().type : nullptr;
}

Result<std::string> BuildFromParts(const fhir::Definitions& definitions, json::Value parts, const fhir::Type& type) {
  std::vector<Built> all;
  for (json::Value part : parts.Elements()) {
    std::string name(part.FindString("name"));
    const fhir::Element* element = FindElement(type, name);
    if (!element) return BadPatch(std::string(type.name) + " has no element " + name, std::string(type.name) + " 没有元素 " + name);
    QX_TRY(NewValue value, ReadValue(definitions, part, element));
    QX_TRY(std::string member, MemberName(type, name, value));
    Built* built = nullptr;
    for (Built& one : all) {
      if (one.name == member) built = &one;
    }
    if (built && !built->repeats) return BadPatch(member + " can be there only once", member + " 只能出现一次");
    if (!built) built = &all.emplace_back(Built{member, element->repeats(), {}});
    built->values.push_back(std::move(value));
  }
  json::Writer writer;
  writer.BeginObject();
  for (const Built& built : all) WriteBuilt(writer, built);
  writer.EndObject();
  return writer.Take();
}

}  // namespace

Result<NewValue> ReadValue(const fhir::Definitions& definitions, json::Value part, const fhir::Element* element) {
  NewValue value;
  bool any = false;
  for (json::Member member : part.Members()) {
    if (StartsWith(member.name, "value") && member.name.size() > 5) {
      value.json = std::string(member.value.Raw());
      value.type = member.name.substr(5);
      any = true;
    } else if (StartsWith(member.name, "_value") && member.name.size() > 6) {
      value.shadow = std::string(member.value.Raw());
      value.type = member.name.substr(6);
      any = true;
    } else if (member.name == "resource") {
      value.json = std::string(member.value.Raw());
      any = true;
    } else if (member.name == "part") {
      const fhir::Type* type = OnlyType(element);
      if (!type) return BadPatch("it is not known what the parts of this value make", "无法确定这些 part 组成的类型");
      QX_TRY(value.json, BuildFromParts(definitions, member.value, *type));
      any = true;
    }
  }
  if (!any) return BadPatch("this operation needs a value", "该操作缺少 value");
  return value;
}

const fhir::Element* FindElement(const fhir::Type& parent, std::string_view name) {
  if (const fhir::Member* member = parent.FindMember(name)) return member->element;
  return parent.FindElement(name);
}

Result<std::string> MemberName(const fhir::Type& parent, std::string_view name, const NewValue& value) {
  const fhir::Element* element = FindElement(parent, name);
  if (!element) {
    return BadPatch(std::string(parent.name) + " has no element " + std::string(name), std::string(parent.name) + " 没有元素 " + std::string(name));
  }
  if (!element->choice) return std::string(element->name);
  if (value.type.empty()) return std::string(name);
  std::string member = std::string(element->name) + value.type;
  if (parent.FindMember(member)) return member;
  return BadPatch(std::string(parent.name) + "." + std::string(element->name) + " cannot be a " + value.type,
                  std::string(parent.name) + "." + std::string(element->name) + " 不能是 " + value.type);
}

}  // namespace qianxian::patch
