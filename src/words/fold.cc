// Fold: how strings are compared. Hand-made tables for the scripts that names in a Chinese county have: Latin with
// diacritics (pinyin, Vietnamese, European), Greek, Cyrillic, full-width forms. Han characters stay as they are.
#include "words/fold.h"

#include <cstdint>

#include "base/text.h"

namespace qianxian::words {
namespace {

// Base letters, one for each code point from the first on. A = ae, J = ij, O = oe, S = ss, T = th, * = as it is.
constexpr std::string_view kLatin1 =            // U+00C0
    "aaaaaaAceeeeiiiidnooooo*ouuuuyTSaaaaaaAceeeeiiiidnooooo*ouuuuyTy";
constexpr std::string_view kLatinExtendedA =    // U+0100
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiJJjjkkkllllllllllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuu"
    "wwyyyzzzzzzs";
constexpr std::string_view kPinyin = "aaiioouuuuuuuuuu";   // U+01CD
constexpr std::string_view kLatinAdditional =   // U+1E00
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuu"
    "uuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyasssSdaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuu"
    "uuuuuuuuyyyyyyyyllvvyy";
static_assert(kLatin1.size() == 64 && kLatinExtendedA.size() == 128 && kPinyin.size() == 16 && kLatinAdditional.size() == 256);

struct Pair {
  uint32_t from;
  uint32_t to;
};
constexpr Pair kGreek[] = {{0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7}, {0x38A, 0x3B9}, {0x38C, 0x3BF}, {0x38E, 0x3C5},
                           {0x38F, 0x3C9}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7}, {0x3AF, 0x3B9}, {0x3C2, 0x3C3},
                           {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9}};

bool AppendLatin(uint32_t c, std::string& out) {
  char base = '*';
  if (c >= 0xC0 && c < 0x100) base = kLatin1[c - 0xC0];
  else if (c >= 0x100 && c < 0x180) base = kLatinExtendedA[c - 0x100];
  else if (c >= 0x1CD && c < 0x1DD) base = kPinyin[c - 0x1CD];
  else if (c >= 0x1E00 && c < 0x1F00) base = kLatinAdditional[c - 0x1E00];
  switch (base) {
    case '*': return false;
    case 'A': out += "ae"; break;
    case 'J': out += "ij"; break;
    case 'O': out += "oe"; break;
    case 'S': out += "ss"; break;
    case 'T': out += "th"; break;
    default: out += base; break;
  }
  return true;
}

uint32_t LowerOther(uint32_t c) {
  if (c >= 0x386 && c <= 0x3CE) {
    for (const Pair& pair : kGreek) {
      if (pair.from == c) return pair.to;
    }
    if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
  }
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c == 0x401 ? 0x435 : c + 0x50;
  if (c == 0x451) return 0x435;
  return c;
}

bool IsSpace(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200B) || c == 0xFEFF;
}

void AppendFolded(uint32_t c, std::string& out) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;   // full width
  if (IsSpace(c)) {
    if (!out.empty() && out.back() != ' ') out += ' ';
    return;
  }
  if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  if (c >= 0x300 && c <= 0x36F) return;   // combining marks
  if (AppendLatin(c, out)) return;
  AppendUtf8(out, LowerOther(c));
}

}  // namespace

std::string Fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t position = 0; position < text.size();) {
    unsigned char byte = static_cast<unsigned char>(text[position]);
    if (byte < 0x80) {
      ++position;
      AppendFolded(byte, out);
    } else {
      AppendFolded(NextCodePoint(text, position), out);
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace qianxian::words
