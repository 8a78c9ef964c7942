#include "sheet/gb18030.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace qianxian::sheet {
namespace {

constexpr int kTrails = 191;                 // 0x40 … 0xFE
constexpr int kPairs = 126 * kTrails;        // leads 0x81 … 0xFE
constexpr int kBmpQuads = 39420;             // 81308130 … 8431A439: the rest of the first plane
constexpr uint32_t kSupplementary = 189000;  // the linear number of 90308130 = U+10000
constexpr char kReplacement[] = "\xef\xbf\xbd";

struct Tables {
  std::vector<uint16_t> pair;                // pair number → code point; 0: none
  std::vector<uint16_t> quad;                // linear number of a four-byte character → code point; 0: none
  std::vector<uint16_t> to_pair;             // code point → lead << 8 | trail; 0: none
  std::vector<uint16_t> to_quad;             // code point → linear number + 1; 0: none

  Tables() : pair(kPairs), quad(kBmpQuads), to_pair(65536), to_quad(65536) {
    UErrorCode status = U_ZERO_ERROR;
    UConverter* converter = ucnv_open("gb18030", &status);
    ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    QX_CHECK(U_SUCCESS(status), "ICU has no gb18030 converter");
    for (int i = 0; i < kPairs; ++i) {
      const unsigned char bytes[2] = {static_cast<unsigned char>(0x81 + i / kTrails),
                                      static_cast<unsigned char>(0x40 + i % kTrails)};
      if (bytes[1] == 0x7f) continue;
      pair[i] = CodePointOf(converter, bytes, 2);
      if (pair[i] && !to_pair[pair[i]]) to_pair[pair[i]] = static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
    }
    for (int i = 0; i < kBmpQuads; ++i) {
      const unsigned char bytes[4] = {
          static_cast<unsigned char>(0x81 + i / 12600), static_cast<unsigned char>(0x30 + i / 1260 % 10),
          static_cast<unsigned char>(0x81 + i / 10 % 126), static_cast<unsigned char>(0x30 + i % 10)};
      quad[i] = CodePointOf(converter, bytes, 4);
      if (quad[i] && !to_quad[quad[i]]) to_quad[quad[i]] = static_cast<uint16_t>(i + 1);
    }
    ucnv_close(converter);
  }

  static uint16_t CodePointOf(UConverter* converter, const unsigned char* bytes, int count) {
    UChar out[4];
    UErrorCode status = U_ZERO_ERROR;
    const int32_t length = ucnv_toUChars(converter, out, 4, reinterpret_cast<const char*>(bytes), count, &status);
    return U_SUCCESS(status) && length == 1 ? out[0] : 0;
  }

  static const Tables& Get() {
    static const Tables tables;
    return tables;
  }
};

inline char* PutUtf8(uint32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xe0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  } else {
    *out++ = static_cast<char>(0xf0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  }
  return out;
}

bool IsLead(unsigned char c) { return c >= 0x81 && c <= 0xfe; }
bool IsDigitByte(unsigned char c) { return c >= 0x30 && c <= 0x39; }

// The character that begins at in[0], a byte over 0x7f. Returns its length; 0: more bytes are needed; 1 with code 0: none.
size_t DecodeOne(const Tables& tables, const unsigned char* in, size_t left, uint32_t& code) {
  code = 0;
  if (in[0] == 0x80) {                       // the euro sign of Windows' code page 936
    code = 0x20ac;
    return 1;
  }
  if (!IsLead(in[0])) return 1;
  if (left < 2) return 0;
  if (in[1] >= 0x40) {
    if (in[1] != 0x7f && in[1] != 0xff) code = tables.pair[(in[0] - 0x81) * kTrails + (in[1] - 0x40)];
    return code ? 2 : 1;
  }
  if (!IsDigitByte(in[1])) return 1;
  if (left < 3) return 0;
  if (!IsLead(in[2])) return 1;
  if (left < 4) return 0;
  if (!IsDigitByte(in[3])) return 1;
  const uint32_t linear =
      (((in[0] - 0x81u) * 10 + (in[1] - 0x30u)) * 126 + (in[2] - 0x81u)) * 10 + (in[3] - 0x30u);
  if (linear < kBmpQuads) code = tables.quad[linear];
  else if (linear >= kSupplementary && linear - kSupplementary <= 0xfffff) code = 0x10000 + (linear - kSupplementary);
  return code ? 4 : 1;
}

}  // namespace

DecodeResult DecodeGb18030(std::string_view in, bool last, char* out) {
  static const Tables& tables = Tables::Get();
  const auto* bytes = reinterpret_cast<const unsigned char*>(in.data());
  const size_t size = in.size();
  DecodeResult result;
  char* const begin = out;
  size_t i = 0;
  while (i < size) {
    if (bytes[i] < 0x80) {
      uint64_t word;
      if (size - i >= 8 && (std::memcpy(&word, bytes + i, 8), (word & 0x8080808080808080ULL) == 0)) {
        std::memcpy(out, &word, 8);
        out += 8;
        i += 8;
      } else {
        *out++ = static_cast<char>(bytes[i++]);
      }
      continue;
    }
    uint32_t code = 0;
    size_t length = DecodeOne(tables, bytes + i, size - i, code);
    if (length == 0) {
      if (!last) break;
      length = 1;
    }
    if (code) {
      out = PutUtf8(code, out);
      ++result.characters;
    } else {
      std::memcpy(out, kReplacement, 3);
      out += 3;
      ++result.broken;
    }
    i += length;
  }
  result.taken = i;
  result.written = static_cast<size_t>(out - begin);
  return result;
}

void AppendGb18030(std::string_view text, std::string& out) {
  static const Tables& tables = Tables::Get();
  size_t position = 0;
  while (position < text.size()) {
    if (!(text[position] & 0x80)) {
      out.push_back(text[position++]);
      continue;
    }
    const uint32_t code = NextCodePoint(text, position);
    if (code < 0x10000 && tables.to_pair[code]) {
      out.push_back(static_cast<char>(tables.to_pair[code] >> 8));
      out.push_back(static_cast<char>(tables.to_pair[code] & 0xff));
      continue;
    }
    uint32_t linear;
    if (code >= 0x10000) linear = kSupplementary + (code - 0x10000);
    else if (tables.to_quad[code]) linear = tables.to_quad[code] - 1u;
    else linear = tables.to_quad[0xfffd] - 1u;
    out.push_back(static_cast<char>(0x81 + linear / 12600));
    out.push_back(static_cast<char>(0x30 + linear / 1260 % 10));
    out.push_back(static_cast<char>(0x81 + linear / 10 % 126));
    out.push_back(static_cast<char>(0x30 + linear % 10));
  }
}

}  // namespace qianxian::sheet
