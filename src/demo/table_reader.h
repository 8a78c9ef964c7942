// One CSV table of packs/demo-county, read whole and checked as it is read: a wrong table is an error with its file and
// line, never a guess. One thread. Errors: invalid "bad-table"; those of sheet/csv.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace qianxian::demo {

class TableRow {
 public:
  TableRow(const std::string& file, uint64_t line, const std::map<std::string, size_t>& columns,
           std::vector<std::string> fields)
      : file_(&file), line_(line), columns_(&columns), fields_(std::move(fields)) {}

  // Empty where the field is empty; an error where the table has no such column.
  Result<std::string> Text(const std::string& column) const;
  Result<std::string> Required(const std::string& column) const;
  Result<double> Number(const std::string& column) const;                    // required
  Result<double> NumberOr(const std::string& column, double other) const;    // other where empty
  Result<int> Whole(const std::string& column) const;
  Error Bad(const std::string& column, const std::string& why) const;

 private:
  const std::string* file_;
  uint64_t line_;
  const std::map<std::string, size_t>* columns_;
  std::vector<std::string> fields_;
};

class Table {
 public:
  static Result<Table> Read(const std::string& directory, const std::string& name);
  std::vector<TableRow> rows() const;

 private:
  std::string file_;
  std::map<std::string, size_t> columns_;
  std::vector<std::pair<uint64_t, std::vector<std::string>>> rows_;
};

}  // namespace qianxian::demo
