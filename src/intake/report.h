// The row report: refused rows with their reasons, written as they come (CSV, UTF-8 with BOM), all of them: a report
// is as long as what was wrong with the file. Threads: any. Failures: unavailable ("io", "disk-full").
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "intake/import.h"
#include "sheet/csv.h"

namespace qianxian::intake {

class Report {
 public:
  // `with_file`: a seventh column says which file the row is of.
  static Result<std::unique_ptr<Report>> Create(const std::string& path, bool with_file);
  // One refused row with all its faults.
  Status Refuse(uint64_t line, const std::string& file, const std::vector<Rejection>& faults);
  Status Close();
  uint64_t rejected() const;                       // rows of the file
  uint64_t lines() const;                          // of the report, with its header: one a fault

 private:
  Report(std::unique_ptr<sheet::CsvWriter> writer, bool with_file) : writer_(std::move(writer)), with_file_(with_file) {}
  mutable std::mutex mutex_;
  std::unique_ptr<sheet::CsvWriter> writer_;
  const bool with_file_;
  uint64_t rejected_ = 0;
  uint64_t lines_ = 1;
};

}  // namespace qianxian::intake
