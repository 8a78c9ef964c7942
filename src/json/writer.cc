#include "json/writer.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "json/scan.h"

namespace qianxian::json {
namespace {

void AppendEscape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\': out += c; break;
    case '\b': out += 'b'; break;
    case '\f': out += 'f'; break;
    case '\n': out += 'n'; break;
    case '\r': out += 'r'; break;
    case '\t': out += 't'; break;
    default:
      out += "u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
  }
}

std::string Repaired(std::string_view text) {
  std::string out;
  for (size_t position = 0; position < text.size();) AppendUtf8(out, NextCodePoint(text, position));
  return out;
}

void AppendQuoted(std::string& out, std::string_view text) {
  std::string repaired;
  if (!IsValidUtf8(text)) text = repaired = Repaired(text);
  out += '"';
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const char* stop = internal::SkipPlain(at, end);
    out.append(at, stop);
    at = stop;
    if (at != end) AppendEscape(out, *at++);
  }
  out += '"';
}

}  // namespace

void Writer::BeforeValue() {
  if (stack_.empty()) {
    QX_CHECK(out_.empty(), "a second value at the top of a document");
    return;
  }
  if (stack_.back() == 'o') {
    QX_CHECK(named_, "a value without a name in an object");
    named_ = false;
    return;
  }
  if (!first_) out_ += ',';
  first_ = false;
}

Writer& Writer::BeginObject() {
  BeforeValue();
  out_ += '{';
  stack_ += 'o';
  first_ = true;
  return *this;
}

Writer& Writer::EndObject() {
  QX_CHECK(!stack_.empty() && stack_.back() == 'o' && !named_, "EndObject in a wrong place");
  out_ += '}';
  stack_.pop_back();
  first_ = false;
  return *this;
}

Writer& Writer::BeginArray() {
  BeforeValue();
  out_ += '[';
  stack_ += 'a';
  first_ = true;
  return *this;
}

Writer& Writer::EndArray() {
  QX_CHECK(!stack_.empty() && stack_.back() == 'a', "EndArray in a wrong place");
  out_ += ']';
  stack_.pop_back();
  first_ = false;
  return *this;
}

Writer& Writer::Name(std::string_view name) {
  QX_CHECK(!stack_.empty() && stack_.back() == 'o' && !named_, "a name in a wrong place");
  if (!first_) out_ += ',';
  first_ = false;
  AppendQuoted(out_, name);
  out_ += ':';
  named_ = true;
  return *this;
}

Writer& Writer::String(std::string_view text) {
  BeforeValue();
  AppendQuoted(out_, text);
  return *this;
}

Writer& Writer::Integer(int64_t number) {
  char text[24];
  auto [end, error] = std::to_chars(text, text + sizeof text, number);
  static_cast<void>(error);  // 24 characters hold every int64
  return Raw({text, static_cast<size_t>(end - text)});
}

Writer& Writer::Number(std::string_view text) { return Raw(text); }

Writer& Writer::Double(double number) {
  if (!std::isfinite(number)) return Null();
  char text[40];
  auto [end, error] = std::to_chars(text, text + sizeof text, number);
  static_cast<void>(error);  // the shortest form takes at most 24
  return Raw({text, static_cast<size_t>(end - text)});
}

Writer& Writer::Boolean(bool value) { return Raw(value ? "true" : "false"); }
Writer& Writer::Null() { return Raw("null"); }

Writer& Writer::Raw(std::string_view json) {
  BeforeValue();
  out_ += json;
  return *this;
}

std::string Writer::Take() {
  QX_CHECK(stack_.empty() && !out_.empty(), "Take of an unfinished document");
  std::string out = std::move(out_);
  out_.clear();
  first_ = true;
  return out;
}

std::string Quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  AppendQuoted(out, text);
  return out;
}

}  // namespace qianxian::json
