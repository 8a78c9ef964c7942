// The header of a sheet: which column is where. Pure after Make; any thread.
// Failures: invalid "missing-columns" (names them), "duplicate-column".
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "sheet/csv.h"

namespace qianxian::intake {

class Header {
 public:
  // Column names are compared in capitals.
  explicit Header(const std::vector<std::string>& names);
  int Find(std::string_view name) const;                      // -1: there is none; the first of several
  const std::vector<int>& FindAll(std::string_view name) const;
  size_t size() const { return names_.size(); }
  const std::string& name(size_t index) const { return names_[index]; }
  // All of `required` are there, and none of `single` twice.
  Status Check(const std::vector<std::string>& required, const std::vector<std::string>& single) const;

  // The field of a row in the column `index`; "" where the row is shorter or there is no such column.
  static std::string_view Field(const sheet::Row& row, int index) {
    return index >= 0 && static_cast<size_t>(index) < row.fields.size() ? row.fields[static_cast<size_t>(index)]
                                                                       : std::string_view();
  }
  // Fields beyond the header that hold something: the first of them, "" if there is none.
  std::string_view Extra(const sheet::Row& row) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::vector<int>> places_;
};

}  // namespace qianxian::intake
