// A file that a job writes line by line: buffered, closed when it is let go, durable after Close. One thread.
// Failures: unavailable ("io").
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::api {

class LineFile {
 public:
  explicit LineFile(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wb")) {}
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  void Add(std::string_view text);         // as it is; a failure is told by Close
  void AddLine(std::string body);          // a resource: line breaks stand only between the parts of JSON, never in its texts
  uint64_t lines() const { return lines_; }
  // How many lines; no file is left where there is none (unless `keep_empty`).
  Result<uint64_t> Close(bool keep_empty = false);

 private:
  const std::string path_;
  std::FILE* file_;
  bool good_ = true;
  uint64_t lines_ = 0;
};

}  // namespace qianxian::api
