// The temporary file of a streamed upload: removed when it is let go, unless it was released to the handler.
// Of http's own .cc files only. One thread at a time. Errors: unavailable ("disk-full", "io").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::http {

class UploadFile {
 public:
  static Result<std::unique_ptr<UploadFile>> Create(const std::string& folder);
  ~UploadFile();
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;
  Status Write(std::string_view bytes);
  std::string Release();  // closes the file and gives it away

 private:
  UploadFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

}  // namespace qianxian::http
