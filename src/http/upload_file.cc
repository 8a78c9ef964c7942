#include "http/upload_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace qianxian::http {
namespace {

Error FromErrno(int number) {
  bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return Unavailable(full ? "disk-full" : "io", std::string("cannot keep an upload: ") + std::strerror(number),
                     std::string("无法保存上传的文件：") + std::strerror(number));
}

}  // namespace

Result<std::unique_ptr<UploadFile>> UploadFile::Create(const std::string& folder) {
  std::string path = folder + "/upload-XXXXXX";
  int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return FromErrno(errno);
  return std::unique_ptr<UploadFile>(new UploadFile(fd, std::move(path)));
}

UploadFile::~UploadFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(path_.c_str());
}

Status UploadFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FromErrno(errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return Ok();
}

std::string UploadFile::Release() {
  close(fd_);
  fd_ = -1;
  return path_;
}

}  // namespace qianxian::http
