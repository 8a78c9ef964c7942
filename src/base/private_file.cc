#include "base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/files.h"

namespace qianxian {
namespace {

Error CannotWrite(const std::string& path) {
  return Unavailable(errno == ENOSPC ? "disk-full" : "io", "cannot write " + path + ": " + std::strerror(errno), "无法写入文件：" + path);
}

bool WriteAll(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) content.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(file) == 0;
}

}  // namespace

Status WritePrivateFile(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new-" + std::to_string(getpid());
  unlink(beside.c_str());
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return CannotWrite(beside);
  const bool written = WriteAll(file, content);
  if (close(file) != 0 || !written || rename(beside.c_str(), path.c_str()) != 0) {
    Error error = CannotWrite(path);
    unlink(beside.c_str());
    return error;
  }
  const size_t slash = path.rfind('/');
  return SyncDirectory(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace qianxian
