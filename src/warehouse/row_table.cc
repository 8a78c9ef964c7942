// A view's rows as a DuckDB table.
#include "warehouse/row_maker.h"

namespace qianxian::warehouse::internal {

std::string SqlType(CellType type) {
  switch (type) {
    case CellType::kText: return "VARCHAR";
    case CellType::kInteger: return "BIGINT";
    case CellType::kDecimal: return "DECIMAL(18," + std::to_string(kDecimalScale) + ")";
    case CellType::kBoolean: return "BOOLEAN";
    case CellType::kDate: return "DATE";
  }
  return "VARCHAR";
}

std::string CreateTableSql(const RowMaker& maker) {
  std::string sql = "CREATE TABLE " + columns::QuoteName(maker.name()) + " (resource_key VARCHAR NOT NULL";
  for (const RowColumn& column : maker.columns()) sql += ", " + columns::QuoteName(column.name) + " " + SqlType(column.type);
  return sql + ")";
}

Status AppendRow(columns::Appender& out, std::string_view resource_key, const RowMaker& maker, const Row& row) {
  out.Text(resource_key);
  for (size_t i = 0; i < row.size(); ++i) {
    const RowCell& cell = row[i];
    if (cell.is_null) {
      out.Null();
      continue;
    }
    switch (maker.columns()[i].type) {
      case CellType::kText: out.Text(cell.text); break;
      case CellType::kInteger: out.Integer(cell.number); break;
      case CellType::kDecimal: out.Decimal(cell.number, kDecimalScale); break;
      case CellType::kBoolean: out.Boolean(cell.number != 0); break;
      case CellType::kDate: out.Date(static_cast<int32_t>(cell.number)); break;
    }
  }
  return out.EndRow();
}

}  // namespace qianxian::warehouse::internal
