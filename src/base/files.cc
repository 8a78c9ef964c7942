#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace qianxian {
namespace {

Error FromErrno(int number, const std::string& what, const std::string& path) {
  std::string en = "cannot " + what + " " + path + ": " + std::strerror(number);
  if (number == ENOENT || number == ENOTDIR) return NotFound("no-file", en, "没有这个文件：" + path);
  if (number == ENOSPC || number == EDQUOT) return Unavailable("disk-full", en, "磁盘已满：" + path);
  return Unavailable("io", en, "无法读写文件：" + path + "（" + std::strerror(number) + "）");
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int Close() {
    int result = close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

std::string ParentOf(const std::string& path) {
  std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FromErrno(errno, "write", path);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return Ok();
}

Status WriteNewFile(const std::string& path, std::string_view content) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.get() < 0) return FromErrno(errno, "create", path);
  QX_DO(WriteAll(file.get(), content, path));
  if (fsync(file.get()) != 0) return FromErrno(errno, "sync", path);
  if (file.Close() != 0) return FromErrno(errno, "close", path);
  return Ok();
}

Status SyncPath(const std::string& path, int flags) {
  Descriptor file(open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FromErrno(errno, "open", path);
  if (fsync(file.get()) != 0) return FromErrno(errno, "sync", path);
  return Ok();
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FromErrno(errno, "open", path);
  struct stat info{};
  if (fstat(file.get(), &info) != 0) return FromErrno(errno, "read", path);
  if (S_ISDIR(info.st_mode)) return FromErrno(EISDIR, "read", path);
  std::string content;
  size_t used = 0;
  // One byte more than the file has, so that the last read meets its end; files of /proc have size 0 and grow.
  content.resize(static_cast<size_t>(info.st_size) + 1);
  while (true) {
    if (used == content.size()) content.resize(content.size() * 2);
    ssize_t got = read(file.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "read", path);
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  content.resize(used);
  return content;
}

Status WriteFileDurably(const std::string& path, std::string_view content) {
  static std::atomic<uint64_t> counter{0};
  std::string beside = path + ".new-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
  Status written = WriteNewFile(beside, content);
  if (written.ok() && rename(beside.c_str(), path.c_str()) != 0) written = FromErrno(errno, "rename", path);
  if (!written.ok()) {
    unlink(beside.c_str());
    return written;
  }
  return SyncDirectory(ParentOf(path));
}

Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return Ok();
  Error failed = FromErrno(error.value(), "make folder", path);
  if (failed.category == ErrorCategory::kNotFound) failed.zh = "无法建立目录 " + path + "：请换一个可以写入的位置";
  return failed;
}

Status SyncFile(const std::string& path) { return SyncPath(path, 0); }
Status SyncDirectory(const std::string& path) { return SyncPath(path, O_DIRECTORY); }

bool FileExists(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0;
}

Result<uint64_t> FileSize(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return FromErrno(errno, "look at", path);
  return static_cast<uint64_t>(info.st_size);
}

Status RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return FromErrno(errno, "remove", path);
  return Ok();
}

Result<std::vector<std::string>> ListFiles(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> paths;
  fs::recursive_directory_iterator it(directory, error);  // links to folders are not followed: they may go round
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;  // a link to nowhere is no file
    if (it->is_regular_file(ignored)) paths.push_back(it->path().string());
  }
  if (error) return FromErrno(error.value(), "list", directory);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace qianxian
