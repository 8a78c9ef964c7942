// What can be wrong with a row, said so that a clerk understands it, in both languages. The codes are those of
// docs/formats/sheets.md. Pure; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intake/import.h"

namespace qianxian::intake {

// "主要诊断编码 JBDM": a column as the report names it; the name as it stands where it has no Chinese one.
std::string ColumnTitle(std::string_view column);

// The faults of the row at hand. Report takes them.
class Faults {
 public:
  void Clear() { list_.clear(); }
  bool any() const { return !list_.empty(); }
  std::vector<Rejection>& list() { return list_; }

  void Required(std::string_view column);
  // `error` is ParseDate's or Decimal's: its code decides which fault it is.
  void BadDate(std::string_view column, std::string_view value, const Error& error);
  void BadNumber(std::string_view column, std::string_view value, const Error& error);
  void Negative(std::string_view column, std::string_view value);
  void OutBeforeIn(std::string_view out_column, std::string_view out, std::string_view in_column, std::string_view in);
  void FieldCount(size_t fields, size_t columns, std::string_view first_extra);
  void BadEncoding(std::string_view column, std::string_view value);
  void UnknownOrganization(std::string_view column, std::string_view value, size_t matches);
  void NotYours(std::string_view column, std::string_view value);
  void UnknownCode(std::string_view column, std::string_view value, std::string_view allowed);
  void BadCode(std::string_view column, std::string_view value, std::string_view want_zh, std::string_view want_en);
  void DuplicateCode(std::string_view column, std::string_view value, uint64_t first_line);
  void UnknownLead(std::string_view column, std::string_view value);
  void Add(std::string_view column, std::string_view value, std::string_view code, std::string zh, std::string en);

 private:
  std::vector<Rejection> list_;
};

}  // namespace qianxian::intake
