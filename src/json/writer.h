// Writer makes compact JSON text. Misuse (a value without a name inside an object, End without Begin) is a CHECK.
// One thread at a time.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/value.h"

namespace qianxian::json {

class Writer {
 public:
  Writer& BeginObject();
  Writer& EndObject();
  Writer& BeginArray();
  Writer& EndArray();
  Writer& Name(std::string_view name);
  Writer& String(std::string_view text);           // must be UTF-8; bad bytes become U+FFFD
  Writer& Integer(int64_t number);
  Writer& Number(std::string_view text);           // number text as it is, e.g. a Decimal's
  Writer& Double(double number);                   // shortest that reads back the same; null for NaN and infinity
  Writer& Boolean(bool value);
  Writer& Null();
  Writer& Raw(std::string_view json);              // any JSON text, trusted
  Writer& Copy(Value value) { return Raw(value.Raw()); }

  // Name and value at once.
  Writer& Member(std::string_view name, std::string_view text) { return Name(name).String(text); }
  Writer& Member(std::string_view name, const char* text) { return Name(name).String(text); }
  Writer& Member(std::string_view name, bool value) { return Name(name).Boolean(value); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Writer& Member(std::string_view name, T number) { return Name(name).Integer(static_cast<int64_t>(number)); }
  Writer& Member(std::string_view name, double number) { return Name(name).Double(number); }
  // Nothing at all when the text is empty.
  Writer& MemberIfAny(std::string_view name, std::string_view text) { return text.empty() ? *this : Member(name, text); }

  const std::string& text() const { return out_; }
  std::string Take();                              // CHECK: everything that was begun has ended

 private:
  void BeforeValue();
  std::string out_;
  std::string stack_;      // one char a level: 'o' object, 'a' array
  bool first_ = true;      // nothing written yet on this level
  bool named_ = false;     // a Name waits for its value
};

std::string Quote(std::string_view text);          // "…" with escapes

}  // namespace qianxian::json
