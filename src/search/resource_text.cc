#include "search/resource_text.h"

#include "base/text.h"
#include "fhir/definitions.h"
#include "search/parameters_state.h"

namespace qianxian::search {
namespace {

class Walker {
 public:
  Walker(const fhir::Definitions& definitions, ResourceText& out) : definitions_(definitions), out_(out) {}

  void Resource(json::Value resource) {
    const fhir::Type* type = definitions_.FindResource(resource.FindString("resourceType"));
    if (type != nullptr) Object(*type, resource);
  }

 private:
  void Object(const fhir::Type& type, json::Value object) {
    for (json::Member member : object.Members()) {
      const fhir::Member* known = type.FindMember(member.name);
      if (known == nullptr || known->type == nullptr || known->type->type == nullptr) continue;
      if (type.name == "Reference" && member.name == "reference") continue;   // a string by its type, but an address
      if (member.value.IsArray()) {
        for (json::Value one : member.value.Elements()) Value(*known->type->type, one);
      } else {
        Value(*known->type->type, member.value);
      }
    }
  }

  void Value(const fhir::Type& type, json::Value value) {
    if (value.IsObject()) {
      if (type.kind == fhir::TypeKind::kResource) Resource(value);
      else Object(type, value);
      return;
    }
    if (!value.IsString()) return;
    if (type.name == "xhtml") words::AppendTextWords(TextOfXhtml(value.AsString()), out_.narrative);
    else if (type.name == "string" || type.name == "markdown") words::AppendTextWords(value.AsString(), out_.other);
  }

  const fhir::Definitions& definitions_;
  ResourceText& out_;
};

// The character of "amp", "#8212", "#x2014"; 0: none.
uint32_t Entity(std::string_view name) {
  static constexpr std::pair<std::string_view, uint32_t> kNamed[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
  for (const auto& [known, character] : kNamed) {
    if (known == name) return character;
  }
  if (name.size() < 2 || name.size() > 9 || name[0] != '#') return 0;
  const bool hex = name[1] == 'x' || name[1] == 'X';
  uint32_t character = 0;
  for (const char c : name.substr(hex ? 2 : 1)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0 || character > 0x10FFFF) return 0;
    character = character * (hex ? 16 : 10) + static_cast<uint32_t>(digit);
  }
  return character <= 0x10FFFF && (character < 0xD800 || character > 0xDFFF) ? character : 0;
}

}  // namespace

std::string TextOfXhtml(std::string_view xhtml) {
  std::string out;
  for (size_t i = 0; i < xhtml.size();) {
    if (xhtml[i] == '<') {
      const bool comment = xhtml.substr(i).starts_with("<!--");
      const size_t end = comment ? xhtml.find("-->", i) : xhtml.find('>', i);
      out += ' ';
      i = end == std::string_view::npos ? xhtml.size() : end + (comment ? 3 : 1);
      continue;
    }
    const size_t end = xhtml[i] == '&' ? xhtml.find(';', i) : std::string_view::npos;
    const uint32_t character = end == std::string_view::npos ? 0 : Entity(xhtml.substr(i + 1, end - i - 1));
    if (character != 0) {
      AppendUtf8(out, character);
      i = end + 1;
    } else {
      out += xhtml[i++];
    }
  }
  return out;
}

void AppendText(const Parameters& parameters, json::Value resource, ResourceText& out) {
  Walker(*parameters.state().definitions, out).Resource(resource);
}

}  // namespace qianxian::search
