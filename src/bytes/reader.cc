#include "bytes/reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bytes/source.h"
#include "bytes/unpackers.h"

namespace qianxian::bytes {

Source::Source(int fd, std::string path, uint64_t size) : fd_(fd), path_(std::move(path)), size_(size) {}

Source::~Source() { close(fd_); }

Result<std::unique_ptr<Source>> Source::Open(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return NotFound("no-file", "there is no file " + path, "没有这个文件：" + path);
  }
  struct stat info{};
  if (fd >= 0 && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    close(fd);
    fd = -1;
    errno = EISDIR;
  }
  if (fd < 0) return Unreadable(path);
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<Source>(new Source(fd, path, static_cast<uint64_t>(info.st_size)));
}

Error Source::Unreadable(const std::string& path) {
  std::string reason = std::strerror(errno);
  return Unavailable("io", "cannot read " + path + ": " + reason, "无法读取文件：" + path + "（" + reason + "）");
}

Error Source::BadArchive(const std::string& reason) const {
  return Invalid("bad-archive", path_ + " is damaged or cut short: " + reason, path_ + " 已损坏或不完整：" + reason);
}

Result<size_t> Source::ReadDirectly(char* out, size_t size) {
  while (true) {
    ssize_t got = read(fd_, out, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(path_);
    position_ += static_cast<uint64_t>(got);
    return static_cast<size_t>(got);
  }
}

Result<std::string_view> Source::Peek() {
  if (begin_ == end_) {
    buffer_.resize(kBufferBytes);
    QX_TRY(size_t got, ReadDirectly(buffer_.data(), buffer_.size()));
    begin_ = 0;
    end_ = got;
  }
  return std::string_view(buffer_).substr(begin_, end_ - begin_);
}

namespace {

class PlainReader final : public Reader {
 public:
  explicit PlainReader(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  Result<size_t> Read(char* out, size_t size) override {
    std::string_view waiting = source_->PeekBuffered();
    if (waiting.empty()) return source_->ReadDirectly(out, size);
    size_t part = std::min(size, waiting.size());
    std::memcpy(out, waiting.data(), part);
    source_->Take(part);
    return part;
  }
  uint64_t file_position() const override { return source_->position(); }
  uint64_t file_size() const override { return source_->size(); }

 private:
  std::unique_ptr<Source> source_;
};

bool Begins(std::string_view bytes, std::string_view magic) { return bytes.substr(0, magic.size()) == magic; }

// "BZh", a level, then the mark of a block or of an empty end; a text could begin with the first three.
bool IsBzip2(std::string_view bytes) {
  return bytes.size() >= 10 && Begins(bytes, "BZh") && bytes[3] >= '1' && bytes[3] <= '9' &&
         (bytes.substr(4, 6) == "1AY&SY" || bytes.substr(4, 6) == "\x17\x72\x45\x38\x50\x90");
}

bool IsZstd(std::string_view bytes) {
  if (Begins(bytes, "\x28\xb5\x2f\xfd")) return true;
  // A skippable frame (RFC 8878 §3.1.2), which some tools put first.
  return bytes.size() >= 8 && (static_cast<unsigned char>(bytes[0]) & 0xf0) == 0x50 && bytes.substr(1, 3) == "\x2a\x4d\x18";
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::Open(const std::string& path) {
  QX_TRY(std::unique_ptr<Source> source, Source::Open(path));
  QX_TRY(std::string_view first, source->Peek());
  if (Begins(first, "\x1f\x8b\x08")) return MakeGzipReader(std::move(source));
  if (IsBzip2(first)) return MakeBzip2Reader(std::move(source));
  if (IsZstd(first)) return MakeZstdReader(std::move(source));
  return std::unique_ptr<Reader>(new PlainReader(std::move(source)));
}

}  // namespace qianxian::bytes
