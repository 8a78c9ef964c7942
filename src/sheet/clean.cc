#include "sheet/clean.h"

#include <cstring>

#include "base/text.h"
#include "sheet/csv.h"

namespace qianxian::sheet {
namespace {

bool IsAlphanumeric(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// The ASCII character of a full-width one (U+FF01 … U+FF5E) or an ideographic or no-break space at `p`, else 0.
char HalfWidth(const unsigned char* p, size_t left, size_t& length) {
  if (left >= 3 && p[0] == 0xef) {
    length = 3;
    if (p[1] == 0xbc && p[2] >= 0x81 && p[2] <= 0xbf) return static_cast<char>(p[2] - 0x60);
    if (p[1] == 0xbd && p[2] >= 0x80 && p[2] <= 0x9e) return static_cast<char>(p[2] - 0x20);
    return 0;
  }
  if (left >= 3 && p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) {
    length = 3;
    return ' ';
  }
  if (left >= 2 && p[0] == 0xc2 && p[1] == 0xa0) {
    length = 2;
    return ' ';
  }
  return 0;
}

// A code, number or date is wholly made half-width; inside Chinese text only digits, letters and spaces are, so that
// "（县）医院" keeps its brackets.
size_t ToHalfWidthInPlace(char* text, size_t size) {
  auto* bytes = reinterpret_cast<unsigned char*>(text);
  if (!std::memchr(text, 0xef, size) && !std::memchr(text, 0xe3, size) && !std::memchr(text, 0xc2, size)) return size;
  bool other = false;
  for (size_t i = 0; i < size && !other;) {
    size_t length = 1;
    if (bytes[i] >= 0x80 && !HalfWidth(bytes + i, size - i, length)) other = true;
    i += length;
  }
  size_t out = 0;
  for (size_t i = 0; i < size;) {
    size_t length = 1;
    const char half = bytes[i] >= 0x80 ? HalfWidth(bytes + i, size - i, length) : 0;
    if (half && (!other || half == ' ' || IsAlphanumeric(static_cast<unsigned char>(half)))) {
      text[out++] = half;
      i += length;
    } else {
      text[out++] = text[i++];
    }
  }
  return out;
}

bool HasHighBit(const char* text, size_t size) {
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, text + i, 8);
    if (word & 0x8080808080808080ULL) return true;
  }
  for (; i < size; ++i)
    if (text[i] & 0x80) return true;
  return false;
}

// ="0123" is how Excel is told to keep a text; '0123 is how a person tells it.
std::string_view UnwrapExcel(char* text, size_t size) {
  if (size >= 3 && text[0] == '=' && text[1] == '"' && text[size - 1] == '"') {
    size_t out = 0;
    for (size_t i = 2; i + 1 < size; ++i) {
      text[out++] = text[i];
      if (text[i] == '"' && i + 2 < size && text[i + 1] == '"') ++i;
    }
    return {text, out};
  }
  if (size >= 2 && text[0] == '\'' &&
      (IsAlphanumeric(static_cast<unsigned char>(text[1])) || std::strchr("=+-@", text[1])))
    return {text + 1, size - 1};
  return {text, size};
}

std::string_view TrimBoth(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r'))) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r'))) text.remove_suffix(1);
  return text;
}

}  // namespace

bool IsNullWord(std::string_view text) {
  switch (text.size()) {
    case 0: return true;
    case 1: return text == "-" || text == "/";
    case 2: return text == "--" || text == "\\N" || text == "//";
    case 3: return text == "无" || text == "—" || text == "－" || text == "／";
    case 4: return text == "null" || text == "NULL" || text == "Null";
    case 6: return text == "——";
    default: return false;
  }
}

std::string_view CleanField(char* text, size_t size) {
  if (size == 0) return {};
  const bool wide = HasHighBit(text, size);
  if (wide) size = ToHalfWidthInPlace(text, size);
  std::string_view clean = wide ? TrimUnicode({text, size}) : TrimBoth({text, size});
  if (clean.size() >= 2 && (clean[0] == '=' || clean[0] == '\'')) {
    clean = UnwrapExcel(const_cast<char*>(clean.data()), clean.size());
    clean = TrimBoth(clean);
  }
  return clean.size() <= 6 && IsNullWord(clean) ? std::string_view() : clean;
}

std::string_view CleanName(char* text, size_t size) {
  size = ToHalfWidthInPlace(text, size);
  std::string_view clean = TrimUnicode({text, size});
  if (clean.size() >= 2 && (clean[0] == '=' || clean[0] == '\''))
    clean = UnwrapExcel(const_cast<char*>(clean.data()), clean.size());
  return TrimUnicode(clean);
}

}  // namespace qianxian::sheet
