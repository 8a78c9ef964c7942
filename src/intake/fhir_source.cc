#include "intake/fhir_source.h"

#include <filesystem>

#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

namespace qianxian::intake {
namespace {

std::string Unpacked(std::string_view path) {
  std::string name = ToLowerAscii(path);
  for (std::string_view packed : {".gz", ".bz2", ".zst"})
    if (EndsWith(name, packed)) return name.substr(0, name.size() - packed.size());
  return name;
}

Error TooLarge() {
  return Invalid("too-large", "A resource or Bundle is larger than 64 MiB; split it, or send NDJSON.",
                 "单个资源或 Bundle 超过 64 MiB；请拆分，或改用 NDJSON。");
}

}  // namespace

bool IsLineFile(std::string_view path) {
  const std::string name = Unpacked(path);
  return EndsWith(name, ".ndjson") || EndsWith(name, ".jsonl");
}

Result<std::vector<InputFile>> FhirFiles(const Work& work, uint64_t& passed_over) {
  std::vector<InputFile> files;
  for (size_t i = 0; i < work.request.paths.size(); ++i) {
    const std::string& path = work.request.paths[i];
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
      files.push_back({files.size(), path, work.names[i]});
      continue;
    }
    QX_TRY(const std::vector<std::string> found, ListFiles(path));
    for (const std::string& file : found) {
      if (IsLineFile(file) || EndsWith(Unpacked(file), ".json"))
        files.push_back({files.size(), file, std::filesystem::path(file).lexically_relative(path).string()});
      else ++passed_over;
    }
  }
  return files;
}

Result<FhirText> FhirText::Open(const std::string& path) {
  QX_TRY(std::unique_ptr<bytes::Reader> reader, bytes::Reader::Open(path));
  return FhirText(std::move(reader));
}

Result<bool> FhirText::Fill() {
  constexpr size_t kPiece = 256 << 10;
  if (begin_ > 0) buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t have = buffer_.size();
  buffer_.resize(have + kPiece);
  QX_TRY(const size_t got, reader_->Read(buffer_.data() + have, kPiece));
  buffer_.resize(have + got);
  at_end_ = got == 0;
  return got > 0;
}

Result<std::string> FhirText::ReadAll() {
  while (true) {
    if (buffer_.size() - begin_ > limits::kJsonBytes) return TooLarge();
    QX_TRY(const bool more, Fill());
    if (!more) break;
  }
  std::string text = std::move(buffer_);
  buffer_.clear();
  if (StartsWith(text, "\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

Result<bool> FhirText::ReadLine(std::string& text, uint64_t& line) {
  size_t looked = begin_;
  while (true) {
    const size_t end = buffer_.find('\n', looked);
    if (end == std::string::npos && !at_end_) {
      if (buffer_.size() - begin_ > limits::kJsonBytes) return TooLarge();
      looked = buffer_.size() - begin_;
      QX_TRY(const bool more, Fill());
      (void)more;
      continue;
    }
    if (end == std::string::npos && begin_ == buffer_.size()) return false;
    const size_t stop = end == std::string::npos ? buffer_.size() : end;
    std::string_view found = TrimAscii(std::string_view(buffer_).substr(begin_, stop - begin_));
    if (++line_ == 1 && StartsWith(found, "\xef\xbb\xbf")) found.remove_prefix(3);
    text = found;
    begin_ = end == std::string::npos ? stop : stop + 1;
    looked = begin_;
    if (text.empty()) continue;
    line = line_;
    return true;
  }
}

}  // namespace qianxian::intake
