#include "fhir/definitions.h"

#include <algorithm>

extern "C" const char qianxian_r4_text_begin[];
extern "C" const char qianxian_r4_text_end[];

namespace qianxian::fhir {

const std::string_view* CodeList::FindSystem(std::string_view code) const {
  for (const Part& part : parts) {
    if (std::binary_search(part.codes.begin(), part.codes.end(), code)) return &part.system;
  }
  return nullptr;
}

const Member* Type::FindMember(std::string_view json_name) const {
  auto it = std::lower_bound(members.begin(), members.end(), json_name,
                             [](const Member& member, std::string_view name) { return member.name < name; });
  return it != members.end() && it->name == json_name ? &*it : nullptr;
}

const Element* Type::FindElement(std::string_view element_name) const {
  for (const Element& element : elements) {
    if (element.name == element_name) return &element;
  }
  return nullptr;
}

bool Type::Is(std::string_view type_name) const {
  for (const Type* type = this; type != nullptr; type = type->base) {
    if (type->name == type_name) return true;
  }
  return false;
}

bool Type::Is(const Type* other) const {
  for (const Type* type = this; type != nullptr; type = type->base) {
    if (type == other) return true;
  }
  return false;
}

const Definitions& Definitions::R4() {
  static const std::unique_ptr<const Definitions> r4 = [] {
    auto read = Read(std::string(qianxian_r4_text_begin, qianxian_r4_text_end));
    QX_CHECK(read.ok(), "the embedded R4 definitions: " + Describe(read.error()));
    return std::move(read).value();
  }();
  return *r4;
}

const Type* Definitions::Find(std::string_view type_name) const {
  auto it = by_name_.find(type_name);
  return it == by_name_.end() ? nullptr : it->second;
}

const Type* Definitions::FindResource(std::string_view type_name) const {
  const Type* type = Find(type_name);
  return type != nullptr && type->kind == TypeKind::kResource && !type->abstract ? type : nullptr;
}

const CodeList* Definitions::FindCodeList(std::string_view url) const {
  auto it = code_lists_by_url_.find(url);
  return it == code_lists_by_url_.end() ? nullptr : it->second;
}

}  // namespace qianxian::fhir
