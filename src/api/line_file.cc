#include "api/line_file.h"

#include <algorithm>
#include <utility>

#include "base/files.h"

namespace qianxian::api {

LineFile::~LineFile() {
  if (file_) std::fclose(file_);
}

void LineFile::Add(std::string_view text) { good_ = good_ && file_ && std::fwrite(text.data(), 1, text.size(), file_) == text.size(); }

void LineFile::AddLine(std::string body) {
  std::replace_if(body.begin(), body.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  body += '\n';
  Add(body);
  ++lines_;
}

Result<uint64_t> LineFile::Close(bool keep_empty) {
  if (file_) good_ = std::fclose(std::exchange(file_, nullptr)) == 0 && good_;
  else good_ = false;
  if (!good_) return Unavailable("io", "the job's file cannot be written: is the disk full?", "任务文件无法写入，磁盘可能已满");
  if (lines_ == 0 && !keep_empty) QX_DO(RemoveFile(path_));
  else QX_DO(SyncFile(path_));
  return lines_;
}

}  // namespace qianxian::api
