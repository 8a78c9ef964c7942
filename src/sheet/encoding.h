// Which encoding a file has, found before the first row is given: byte order mark, then strict UTF-8 over the whole file,
// then GB18030. For sheet's own files. One thread. Failures: as csv.h says ("empty-file", "not-text", and those of reading).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::sheet {

enum class Encoding : uint8_t { kUtf8, kGb18030, kUtf16Little, kUtf16Big };
std::string_view Name(Encoding encoding);

struct Detected {
  Encoding encoding = Encoding::kUtf8;
  size_t mark_bytes = 0;       // of the byte order mark, to be passed over
  bool clean = false;          // UTF-8 that was looked through to the end: no byte of it is broken
};

Result<Detected> DetectEncoding(const std::string& path);

// Counts characters of UTF-8 in pieces of a stream.
class Utf8Scan {
 public:
  void Add(std::string_view piece);
  void End() { broken_ += pending_.empty() ? 0 : 1; pending_.clear(); }
  uint64_t characters() const { return characters_; }   // good ones of more than one byte
  uint64_t broken() const { return broken_; }

 private:
  size_t Scan(std::string_view text, bool last);
  std::string pending_;        // the beginning of a character at the end of the last piece
  uint64_t characters_ = 0;
  uint64_t broken_ = 0;
};

}  // namespace qianxian::sheet
