// A file read in order through one buffer: what the unpackers take from. Of bytes' own .cc files only. One thread.
// Errors: not_found, unavailable ("io").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::bytes {

class Source {
 public:
  static constexpr size_t kBufferBytes = 256 << 10;
  static Result<std::unique_ptr<Source>> Open(const std::string& path);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // What is buffered, filled from the file if nothing is; empty only at the end of the file.
  Result<std::string_view> Peek();
  std::string_view PeekBuffered() const { return std::string_view(buffer_).substr(begin_, end_ - begin_); }
  void Take(size_t size) { begin_ += size; }
  // Past the buffer, which must be empty.
  Result<size_t> ReadDirectly(char* out, size_t size);

  uint64_t position() const { return position_ - (end_ - begin_); }
  uint64_t size() const { return size_; }
  Error BadArchive(const std::string& reason) const;

 private:
  Source(int fd, std::string path, uint64_t size);
  static Error Unreadable(const std::string& path);

  int fd_;
  std::string path_;
  uint64_t size_;
  uint64_t position_ = 0;  // read from the file so far
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace qianxian::bytes
