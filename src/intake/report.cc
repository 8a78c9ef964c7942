#include "intake/report.h"

#include <filesystem>

#include "base/decimal.h"
#include "base/files.h"

namespace qianxian::intake {
namespace {

// A value that a spreadsheet would run as a formula is led by an apostrophe; the report is opened in one.
std::string Harmless(const std::string& value) {
  if (value.empty() || std::string_view("=+-@").find(value[0]) == std::string_view::npos) return value;
  return Decimal::Parse(value, true).ok() ? value : "'" + value;
}

}  // namespace

Result<std::unique_ptr<Report>> Report::Create(const std::string& path, bool with_file) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) QX_DO(MakeDirectories(folder));
  QX_TRY(std::unique_ptr<sheet::CsvWriter> writer, sheet::CsvWriter::Create(path, sheet::CsvWriter::Encoding::kUtf8Bom));
  for (const char* name : {"line", "column", "value", "code", "reason_zh", "reason_en"}) writer->Field(name);
  if (with_file) writer->Field("file");
  QX_DO(writer->EndRow());
  return std::unique_ptr<Report>(new Report(std::move(writer), with_file));
}

Status Report::Refuse(uint64_t line, const std::string& file, const std::vector<Rejection>& faults) {
  const std::lock_guard lock(mutex_);
  ++rejected_;
  for (const Rejection& fault : faults) {
    writer_->Field(std::to_string(line));
    writer_->Field(fault.column);
    writer_->Field(Harmless(fault.value));
    writer_->Field(fault.code);
    writer_->Field(fault.reason_zh);
    writer_->Field(fault.reason_en);
    if (with_file_) writer_->Field(file);
    QX_DO(writer_->EndRow());
    ++lines_;
  }
  return Ok();
}

Status Report::Close() {
  const std::lock_guard lock(mutex_);
  return writer_->Close();
}

uint64_t Report::rejected() const {
  const std::lock_guard lock(mutex_);
  return rejected_;
}

uint64_t Report::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

}  // namespace qianxian::intake
