// One generated sheet: writes rows and counts what an importer must say of each. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demo/demo.h"
#include "sheet/csv.h"

namespace qianxian::demo {

class SheetFile {
 public:
  // `file` says kind, path, organization and region; its counts start at 0. A path that ends with .gz is packed.
  static Result<std::unique_ptr<SheetFile>> Create(GeneratedFile file, sheet::CsvWriter::Encoding encoding,
                                                   std::vector<std::string> header);

  Status Accept(std::span<const std::string_view> fields);       // a new row
  Status Repeat(std::span<const std::string_view> fields);       // exactly a row from before
  Status Replace(std::span<const std::string_view> fields);      // the key of a row from before, another content
  Status Refuse(std::span<const std::string_view> fields, const std::string& column, const std::string& code);
  Result<GeneratedFile> Close();
  uint64_t rows() const { return file_.rows; }

 private:
  SheetFile(GeneratedFile file, std::unique_ptr<sheet::CsvWriter> writer)
      : file_(std::move(file)), writer_(std::move(writer)) {}
  Status Write(std::span<const std::string_view> fields);

  GeneratedFile file_;
  std::unique_ptr<sheet::CsvWriter> writer_;
  uint64_t line_ = 1;          // the next row's first line
  uint64_t row_line_ = 0;      // the last row's first line
};

// "12.50" for 1250, appended.
void AppendMoney(int64_t cents, std::string& out);
// "１２．５０" for "12.50": what some hospital systems print.
std::string ToFullWidth(std::string_view text);

// When the odd rows of a file come: the n-th on or after its day. Later days do not change earlier ones.
class OddRows {
 public:
  OddRows() = default;
  // `kinds` odd rows, `rounds` times over, from the first day on.
  OddRows(int32_t first_day, int kinds, int rounds, int32_t days_between);
  int Next(int32_t day);       // the kind that is due, or -1

 private:
  int32_t first_day_ = 0, days_between_ = 0;
  int kinds_ = 0, total_ = 0, done_ = 0;
};

}  // namespace qianxian::demo
