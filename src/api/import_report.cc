#include "api/import_report.h"

#include "base/text.h"
#include "bytes/reader.h"

namespace qianxian::api {

void CsvSplitter::EndField() {
  row_.push_back(std::move(field_));
  field_.clear();
}

void CsvSplitter::EndRow(std::vector<std::vector<std::string>>& rows) {
  EndField();
  rows.push_back(std::move(row_));
  row_.clear();
  row_begun_ = false;
}

void CsvSplitter::Feed(std::string_view text, std::vector<std::vector<std::string>>& rows) {
  for (char c : text) {
    if (quoted_ && !quote_seen_) {
      if (c == '"') quote_seen_ = true;
      else field_ += c;
      continue;
    }
    if (quote_seen_ && c == '"') {         // "" inside quotes
      field_ += '"';
      quote_seen_ = false;
      continue;
    }
    if (quote_seen_) quoted_ = quote_seen_ = false;
    if (c == '\r') continue;
    if (c == '\n') {
      if (row_begun_) EndRow(rows);
      continue;
    }
    row_begun_ = true;
    if (c == ',') EndField();
    else if (c == '"' && field_.empty()) quoted_ = true;
    else field_ += c;
  }
}

void CsvSplitter::Finish(std::vector<std::vector<std::string>>& rows) {
  if (row_begun_) EndRow(rows);
}

Result<std::vector<intake::Rejection>> ReadReport(const std::string& path, size_t count) {
  if (path.empty()) return NotFound("no-report", "this import has no row report", "该导入没有逐行报告");
  Result<std::unique_ptr<bytes::Reader>> reader = bytes::Reader::Open(path);
  if (!reader.ok() && reader.error().category == ErrorCategory::kNotFound) return std::vector<intake::Rejection>{};
  if (!reader.ok()) return std::move(reader).error();
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  std::vector<std::vector<std::string>> rows;
  CsvSplitter splitter;
  std::string piece(64 << 10, '\0');
  bool first = true;
  while (rows.size() <= count) {
    QX_TRY(size_t size, (*reader)->Read(piece.data(), piece.size()));
    if (size == 0) {
      splitter.Finish(rows);
      break;
    }
    std::string_view text(piece.data(), size);
    if (first && StartsWith(text, kMark)) text.remove_prefix(kMark.size());
    first = false;
    splitter.Feed(text, rows);
  }
  std::vector<intake::Rejection> found;
  for (size_t i = 1; i < rows.size() && found.size() < count; ++i) {   // the first row is the header
    std::vector<std::string>& row = rows[i];
    row.resize(7);
    int64_t line = 0;
    (void)ParseInteger(row[0], line);
    found.push_back({static_cast<uint64_t>(line), row[1], row[2], row[3], row[4], row[5], row[6]});
  }
  return found;
}

}  // namespace qianxian::api
