#include "demo/sheet_file.h"

#include <algorithm>

namespace qianxian::demo {

Result<std::unique_ptr<SheetFile>> SheetFile::Create(GeneratedFile file, sheet::CsvWriter::Encoding encoding,
                                                     std::vector<std::string> header) {
  QX_TRY(auto writer, sheet::CsvWriter::Create(file.path, encoding));
  std::unique_ptr<SheetFile> out(new SheetFile(std::move(file), std::move(writer)));
  std::vector<std::string_view> fields(header.begin(), header.end());
  QX_DO(out->Write(fields));
  out->file_.rows = 0;
  return out;
}

Status SheetFile::Write(std::span<const std::string_view> fields) {
  row_line_ = line_++;
  for (std::string_view field : fields) {
    line_ += static_cast<uint64_t>(std::count(field.begin(), field.end(), '\n'));
    writer_->Field(field);
  }
  ++file_.rows;
  return writer_->EndRow();
}

Status SheetFile::Accept(std::span<const std::string_view> fields) {
  ++file_.accepted;
  return Write(fields);
}

Status SheetFile::Repeat(std::span<const std::string_view> fields) {
  ++file_.unchanged;
  return Write(fields);
}

Status SheetFile::Replace(std::span<const std::string_view> fields) {
  ++file_.replaced;
  return Write(fields);
}

Status SheetFile::Refuse(std::span<const std::string_view> fields, const std::string& column, const std::string& code) {
  QX_DO(Write(fields));
  ++file_.rejected[code];
  file_.refusals.push_back({row_line_, column, code});
  return Ok();
}

Result<GeneratedFile> SheetFile::Close() {
  QX_DO(writer_->Close());
  return file_;
}

void AppendMoney(int64_t cents, std::string& out) {
  char digits[24];
  int at = 24;
  bool negative = cents < 0;
  uint64_t left = negative ? static_cast<uint64_t>(-cents) : static_cast<uint64_t>(cents);
  for (int i = 0; i < 2 || left > 0 || i < 3; ++i) {
    if (i == 2) digits[--at] = '.';
    digits[--at] = static_cast<char>('0' + left % 10);
    left /= 10;
  }
  if (negative) digits[--at] = '-';
  out.append(digits + at, static_cast<size_t>(24 - at));
}

std::string ToFullWidth(std::string_view text) {
  std::string out;
  for (char c : text) {   // U+FF01 + (c - '!') as UTF-8
    uint32_t point = 0xff01u + static_cast<uint32_t>(c - '!');
    out.push_back(static_cast<char>(0xe0 | point >> 12));
    out.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  }
  return out;
}

OddRows::OddRows(int32_t first_day, int kinds, int rounds, int32_t days_between)
    : first_day_(first_day), days_between_(days_between), kinds_(kinds), total_(kinds * rounds) {}

int OddRows::Next(int32_t day) {
  if (done_ >= total_ || day < first_day_ + (done_ + 1) * days_between_) return -1;
  return done_++ % kinds_;
}

}  // namespace qianxian::demo
