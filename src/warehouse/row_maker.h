// From a resource to the rows of one of the pack's views. The only place of the warehouse that knows the view module.
// Threads: a RowMaker is immutable; a RowRunner belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "columns/database.h"
#include "json/value.h"

namespace qianxian::fhir {
class Definitions;
}

namespace qianxian::warehouse::internal {

enum class CellType : uint8_t { kText, kInteger, kDecimal, kBoolean, kDate };

inline constexpr int kDecimalScale = 4;                // a view's decimals: DECIMAL(18,4), finer digits rounded half up

struct RowColumn {
  std::string name;
  CellType type = CellType::kText;
  bool is_moment = false;                              // a dateTime or instant: kept in China's time, so that its day and month are
                                                       // the ones of whoever counts
};

struct RowCell {
  bool is_null = true;
  int64_t number = 0;                                  // integer, units of the decimal, days, 0 or 1
  std::string text;
};

using Row = std::vector<RowCell>;

class RowRunner {
 public:
  virtual ~RowRunner() = default;
  virtual Result<std::vector<Row>> Make(json::Value resource) = 0;
};

class RowMaker {
 public:
  virtual ~RowMaker() = default;
  virtual const std::string& name() const = 0;          // the table's
  virtual const std::string& resource_type() const = 0;
  virtual const std::vector<RowColumn>& columns() const = 0;
  virtual std::unique_ptr<RowRunner> NewRunner() const = 0;
};

// `path` is the view's file, for messages.
Result<std::unique_ptr<RowMaker>> MakeRowMaker(const fhir::Definitions* definitions, const std::string& path,
                                               const std::string& view_json);

std::string SqlType(CellType type);
// CREATE TABLE name (resource_key VARCHAR, …).
std::string CreateTableSql(const RowMaker& maker);
Status AppendRow(columns::Appender& out, std::string_view resource_key, const RowMaker& maker, const Row& row);

}  // namespace qianxian::warehouse::internal
