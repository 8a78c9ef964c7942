#include "fhir/primitive.h"

#include <cstdint>

#include "base/text.h"
#include "fhir/date.h"

namespace qianxian::fhir {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool IsIdCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// [^\s]+(\s[^\s]+)*
bool IsValidCode(std::string_view text) {
  if (text.empty() || IsSpace(text.front()) || IsSpace(text.back())) return false;
  for (size_t i = 1; i < text.size(); ++i) {
    if (IsSpace(text[i]) && IsSpace(text[i - 1])) return false;
  }
  return true;
}

bool HasNoSpace(std::string_view text) {
  for (char c : text) {
    if (IsSpace(c)) return false;
  }
  return true;
}

// Text holds something besides white space, and no control characters but tab, line feed and carriage return.
bool IsValidString(std::string_view text) {
  bool ink = false;
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && !IsSpace(c)) return false;
    ink |= !IsSpace(c);
  }
  return ink;
}

bool IsValidBase64(std::string_view text) {
  size_t digits = 0;
  size_t padding = 0;
  for (char c : text) {
    if (IsSpace(c)) continue;
    bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (c == '=') {
      ++padding;
    } else if (!digit || padding > 0) {
      return false;
    }
    ++digits;
  }
  return padding <= 2 && digits % 4 == 0;
}

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool IsValidUuid(std::string_view text) {
  if (!StartsWith(text, "urn:uuid:")) return false;
  text.remove_prefix(9);
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !IsHex(static_cast<char>(text[i] | 0x20))) return false;
  }
  return true;
}

// urn:oid:[0-2](\.(0|[1-9][0-9]*))+
bool IsValidOid(std::string_view text) {
  if (!StartsWith(text, "urn:oid:")) return false;
  auto arcs = Split(text.substr(8), '.');
  if (arcs.size() < 2 || arcs[0].size() != 1 || arcs[0][0] < '0' || arcs[0][0] > '2') return false;
  for (std::string_view arc : arcs) {
    if (arc.empty() || (arc.size() > 1 && arc[0] == '0')) return false;
    for (char c : arc) {
      if (c < '0' || c > '9') return false;
    }
  }
  return true;
}

bool IsValidNumber(const Type& type, json::Value value) {
  if (type.name == "decimal") return true;   // every JSON number is one
  auto integer = value.AsInteger();
  if (!integer || *integer > INT32_MAX || *integer < INT32_MIN) return false;
  if (value.NumberText().starts_with("-0")) return false;
  if (type.name == "positiveInt") return *integer >= 1;
  if (type.name == "unsignedInt") return *integer >= 0;
  return true;
}

}  // namespace

bool IsValidId(std::string_view text) { return text.size() <= 64 && IsStorableId(text); }

bool IsStorableId(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  for (char c : text) {
    if (!IsIdCharacter(c)) return false;
  }
  return true;
}

bool IsValidPrimitiveText(std::string_view type_name, std::string_view text) {
  DateTime ignored;
  switch (type_name.empty() ? '\0' : type_name[0]) {
    case 'i':
      if (type_name == "id") return IsValidId(text);
      if (type_name == "instant") return TryParseDateTime(text, DateSyntax::kInstant, ignored);
      break;
    case 'd':
      if (type_name == "date") return TryParseDateTime(text, DateSyntax::kDate, ignored);
      if (type_name == "dateTime") return TryParseDateTime(text, DateSyntax::kDateTime, ignored);
      break;
    case 't':
      if (type_name == "time") return TryParseDateTime(text, DateSyntax::kTime, ignored);
      break;
    case 'c':
      if (type_name == "code") return IsValidCode(text);
      if (type_name == "canonical") return !text.empty() && HasNoSpace(text);
      break;
    case 'u':
      if (type_name == "uuid") return IsValidUuid(text);
      if (type_name == "uri" || type_name == "url") return !text.empty() && HasNoSpace(text);
      break;
    case 'o':
      if (type_name == "oid") return IsValidOid(text);
      break;
    case 'b':
      if (type_name == "base64Binary") return IsValidBase64(text);
      break;
    default:
      break;
  }
  return IsValidString(text);   // string, markdown, xhtml
}

bool IsValidPrimitive(const Type& type, json::Value value) {
  switch (type.form) {
    case JsonForm::kBoolean:
      return value.IsBoolean();
    case JsonForm::kNumber:
      return value.IsNumber() && IsValidNumber(type, value);
    case JsonForm::kString:
      return value.IsString() && IsValidPrimitiveText(type.name, value.AsString());
    case JsonForm::kObject:
      return value.IsObject();
  }
  return false;
}

}  // namespace qianxian::fhir
