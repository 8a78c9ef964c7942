// Finds where a run of plain string bytes or of white space ends, 16 bytes at a step where the machine can (SSE2, which
// every x86-64 has), else byte by byte. Of json's own .cc files only. Pure.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace qianxian::json::internal {

inline bool IsPlain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }
inline bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The first byte in [at, end) that is a quote, a backslash or a control character; end if there is none.
inline const char* SkipPlain(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
  for (; end - at >= 16; at += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));  // unsigned: ≤ 0x1f
    if (int mask = _mm_movemask_epi8(found)) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && IsPlain(*at)) ++at;
  return at;
}

inline const char* SkipSpace(const char* at, const char* end) {
  if (at == end || !IsSpace(*at)) return at;
#if defined(__SSE2__)
  // Indentation is line break and blanks; whichever else it is takes the slow way.
  const __m128i blank = _mm_set1_epi8(' ');
  for (++at; end - at >= 16; at += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    unsigned other = ~static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, blank))) & 0xffff;
    if (other != 0) {
      at += __builtin_ctz(other);
      break;
    }
  }
#endif
  while (at != end && IsSpace(*at)) ++at;
  return at;
}

}  // namespace qianxian::json::internal
