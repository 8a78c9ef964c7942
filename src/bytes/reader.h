// Reads a file's bytes, unpacked: plain, .gz, .bz2 or .zst, known by their first bytes, not by the name.
// One thread at a time. Errors: not_found, unavailable ("io"), invalid ("bad-archive").
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace qianxian::bytes {

class Reader {
 public:
  virtual ~Reader() = default;
  // Up to `size` bytes; 0 at the end.
  virtual Result<size_t> Read(char* out, size_t size) = 0;
  // Bytes of the file itself taken so far, and its size: for a progress bar.
  virtual uint64_t file_position() const = 0;
  virtual uint64_t file_size() const = 0;
  static Result<std::unique_ptr<Reader>> Open(const std::string& path);
};

}  // namespace qianxian::bytes
