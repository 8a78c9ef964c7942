// The writer: rows are gathered in a buffer and written a block at a time.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "bytes/compress.h"
#include "sheet/csv.h"
#include "sheet/gb18030.h"

namespace qianxian::sheet {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

class CsvWriterImpl final : public CsvWriter {
 public:
  CsvWriterImpl(int file, std::string path, Encoding encoding)
      : file_(file), path_(std::move(path)), encoding_(encoding), packed_(EndsWith(path_, ".gz")) {
    if (encoding_ == Encoding::kUtf8Bom) block_ = "\xef\xbb\xbf";
  }
  ~CsvWriterImpl() override {
    if (file_ >= 0) ::close(file_);
  }

  void Field(std::string_view text) override {
    if (!first_) row_.push_back(',');
    first_ = false;
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      row_.append(text);
      return;
    }
    row_.append(CsvField(text));
  }

  Status EndRow() override {
    row_.append("\r\n");
    if (encoding_ == Encoding::kGb18030) AppendGb18030(row_, block_);
    else block_.append(row_);
    row_.clear();
    first_ = true;
    return block_.size() >= kBlockBytes ? Write() : Ok();
  }

  Status Close() override {
    if (file_ < 0) return Ok();
    QX_DO(Write());
    const int closed = ::close(file_);
    file_ = -1;
    return closed == 0 ? Ok() : Status(Broken());
  }

 private:
  // Each block of a packed file is a gzip member of its own; members one after another are one file (RFC 1952 §2.2).
  Status Write() {
    const std::string bytes = packed_ && !block_.empty() ? bytes::Gzip(block_) : std::move(block_);
    block_.clear();
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t wrote = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return Broken();
      done += static_cast<size_t>(wrote);
    }
    return Ok();
  }

  Error Broken() const {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    const std::string why = std::strerror(errno);
    return Unavailable(full ? "disk-full" : "io", "Cannot write " + path_ + ": " + why, "无法写入 " + path_ + "：" + why);
  }

  int file_;
  std::string path_;
  Encoding encoding_;
  bool packed_;
  bool first_ = true;
  std::string row_, block_;
};

}  // namespace

Result<std::unique_ptr<CsvWriter>> CsvWriter::Create(const std::string& path, Encoding encoding) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) {
    const std::string why = std::strerror(errno);
    return Unavailable("io", "Cannot create " + path + ": " + why, "无法创建 " + path + "：" + why);
  }
  return std::unique_ptr<CsvWriter>(std::make_unique<CsvWriterImpl>(file, path, encoding));
}

}  // namespace qianxian::sheet
