#include "fhir/base64.h"

#include <cstdint>

namespace qianxian::fhir {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error Bad() { return Invalid("bad-base64", "this is not base64", "不是有效的 base64"); }

}  // namespace

Result<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int count = 0, padding = 0;              // characters of the group of four, and how many of them are '='
  for (char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    size_t value = kAlphabet.find(c);
    if (c == '=') {
      if (count < 2) return Bad();
      ++padding;
      value = 0;
    } else if (value == std::string_view::npos || padding > 0) {
      return Bad();
    }
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++count < 4) continue;
    for (int i = 0; i < 3 - padding; ++i) bytes += static_cast<char>(bits >> (16 - 8 * i) & 0xff);
    bits = 0;
    count = 0;
    if (padding > 0) count = -1000;        // nothing may follow
  }
  if (count != 0 && count != -1000) return Bad();
  return bytes;
}

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) bits = bits << 8 | (i + j < bytes.size() ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) text += i + j <= bytes.size() ? kAlphabet[bits >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

}  // namespace qianxian::fhir
