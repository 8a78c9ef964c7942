#include "base/text.h"

#include <charconv>
#include <cstring>

namespace qianxian {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The length of the white-space character that `text` begins with, 0 if none.
size_t LeadingSpace(std::string_view text) {
  if (text.empty()) return 0;
  if (IsAsciiSpace(text[0])) return 1;
  if (StartsWith(text, "\xc2\xa0")) return 2;
  if (StartsWith(text, "\xe3\x80\x80") || StartsWith(text, "\xef\xbb\xbf")) return 3;
  return 0;
}

size_t TrailingSpace(std::string_view text) {
  if (text.empty()) return 0;
  if (IsAsciiSpace(text.back())) return 1;
  if (EndsWith(text, "\xc2\xa0")) return 2;
  if (EndsWith(text, "\xe3\x80\x80") || EndsWith(text, "\xef\xbb\xbf")) return 3;
  return 0;
}

// Decodes the code point at `position`; returns its length, 0 if the bytes are not UTF-8.
size_t Decode(std::string_view text, size_t position, uint32_t& code_point) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[position + i]); };
  size_t left = text.size() - position;
  unsigned char first = byte(0);
  if (first < 0x80) {
    code_point = first;
    return 1;
  }
  auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (first >= 0xc2 && first <= 0xdf && left >= 2 && continues(1)) {
    code_point = static_cast<uint32_t>(first & 0x1f) << 6 | (byte(1) & 0x3f);
    return 2;
  }
  if (first >= 0xe0 && first <= 0xef && left >= 3 && continues(1) && continues(2)) {
    code_point = static_cast<uint32_t>(first & 0x0f) << 12 | static_cast<uint32_t>(byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return code_point >= 0x800 && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4 && left >= 4 && continues(1) && continues(2) && continues(3)) {
    code_point = static_cast<uint32_t>(first & 0x07) << 18 | static_cast<uint32_t>(byte(1) & 0x3f) << 12 |
                 static_cast<uint32_t>(byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    return code_point >= 0x10000 && code_point <= 0x10ffff ? 4 : 0;
  }
  return 0;
}

// -12, +3.5, .5: what a spreadsheet shows as a number rather than runs.
bool LooksLikeNumber(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  size_t digits = 0, points = 0;
  for (char c : text) {
    if (IsDigit(c)) ++digits;
    else if (c == '.') ++points;
    else return false;
  }
  return digits > 0 && points <= 1;
}

bool StartsFormula(std::string_view text) {
  return !text.empty() && std::strchr("=+-@\t\r", text[0]) != nullptr && !LooksLikeNumber(text);
}

}  // namespace

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

std::string_view TrimAscii(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view TrimUnicode(std::string_view text) {
  while (size_t length = LeadingSpace(text)) text.remove_prefix(length);
  while (size_t length = TrailingSpace(text)) text.remove_suffix(length);
  return text;
}

std::string ToLowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string ToUpperAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return out;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  while (true) {
    size_t end = text.find(separator, begin);
    if (end == std::string_view::npos) break;
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) return std::string(text);
  std::string out;
  size_t begin = 0;
  for (size_t at = text.find(from); at != std::string_view::npos; at = text.find(from, begin)) {
    out += text.substr(begin, at - begin);
    out += to;
    begin = at + from.size();
  }
  out += text.substr(begin);
  return out;
}

std::string ToHalfWidth(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t position = 0; position < text.size();) {
    uint32_t code_point = 0;
    size_t length = Decode(text, position, code_point);
    if (length == 3 && code_point >= 0xff01 && code_point <= 0xff5e) {
      out += static_cast<char>(code_point - 0xff01 + '!');
    } else if (length == 3 && code_point == 0x3000) {
      out += ' ';
    } else {
      out += text.substr(position, length == 0 ? 1 : length);
    }
    position += length == 0 ? 1 : length;
  }
  return out;
}

bool HasControlCharacters(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const uint32_t c = NextCodePoint(text, i);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
  }
  return false;
}

bool IsValidUtf8(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    if (text.size() - position >= 8) {
      uint64_t eight;
      std::memcpy(&eight, text.data() + position, 8);
      if ((eight & 0x8080808080808080ULL) == 0) {
        position += 8;
        continue;
      }
    }
    uint32_t code_point = 0;
    size_t length = Decode(text, position, code_point);
    if (length == 0) return false;
    position += length;
  }
  return true;
}

uint32_t NextCodePoint(std::string_view text, size_t& position) {
  uint32_t code_point = 0;
  size_t length = Decode(text, position, code_point);
  position += length == 0 ? 1 : length;
  return length == 0 ? kReplacement : code_point;
}

void AppendUtf8(std::string& out, uint32_t code_point) {
  if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff)) code_point = kReplacement;
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      out += static_cast<char>(0xe0 | code_point >> 12);
    } else {
      out += static_cast<char>(0xf0 | code_point >> 18);
      out += static_cast<char>(0x80 | (code_point >> 12 & 0x3f));
    }
    out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
  }
  out += static_cast<char>(0x80 | (code_point & 0x3f));
}

std::string CsvField(std::string_view text, bool guard_formulas) {
  bool guarded = guard_formulas && StartsFormula(text);
  bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  std::string out;
  out.reserve(text.size() + 3);
  if (quoted) out += '"';
  if (guarded) out += '\'';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quoted) out += '"';
  return out;
}

bool ParseInteger(std::string_view text, int64_t& out) {
  if (text.size() > 1 && text[0] == '+' && IsDigit(text[1])) text.remove_prefix(1);
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  out = value;
  return true;
}

std::string HexEncode(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

uint64_t HashFnv1a64(std::string_view text, uint64_t seed) {
  for (unsigned char byte : text) seed = (seed ^ byte) * 0x100000001b3ULL;
  return seed;
}

}  // namespace qianxian
