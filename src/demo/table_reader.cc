#include "demo/table_reader.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "sheet/csv.h"

namespace qianxian::demo {

Error TableRow::Bad(const std::string& column, const std::string& why) const {
  std::string where = *file_ + ":" + std::to_string(line_) + " " + column + ": ";
  return Invalid("bad-table", where + why, where + "演示县数据表有误：" + why);
}

Result<std::string> TableRow::Text(const std::string& column) const {
  auto found = columns_->find(column);
  if (found == columns_->end()) return Bad(column, "no such column");
  return found->second < fields_.size() ? fields_[found->second] : std::string();
}

Result<std::string> TableRow::Required(const std::string& column) const {
  QX_TRY(std::string text, Text(column));
  if (text.empty()) return Bad(column, "is empty");
  return text;
}

Result<double> TableRow::NumberOr(const std::string& column, double other) const {
  QX_TRY(std::string text, Text(column));
  if (text.empty()) return other;
  double value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return Bad(column, "is not a number: " + text);
  }
  if (value < 0) return Bad(column, "is negative: " + text);
  return value;
}

Result<double> TableRow::Number(const std::string& column) const {
  QX_DO(Required(column));
  return NumberOr(column, 0);
}

Result<int> TableRow::Whole(const std::string& column) const {
  QX_TRY(double value, Number(column));
  if (value != std::floor(value) || value > 100'000'000) return Bad(column, "is not a whole number");
  return static_cast<int>(value);
}

Result<Table> Table::Read(const std::string& directory, const std::string& name) {
  Table table;
  table.file_ = name;
  QX_TRY(auto reader, sheet::CsvReader::Open(directory + "/" + name));
  const auto& header = reader->header();
  for (size_t i = 0; i < header.size(); ++i) table.columns_[ToLowerAscii(header[i])] = i;
  sheet::Row row;
  for (;;) {
    QX_TRY(bool more, reader->Next(row));
    if (!more) break;
    std::vector<std::string> fields(row.fields.begin(), row.fields.end());
    if (fields.size() > header.size()) {
      return Invalid("bad-table", name + ":" + std::to_string(row.line) + " has more fields than columns");
    }
    table.rows_.emplace_back(row.line, std::move(fields));
  }
  if (table.rows_.empty()) return Invalid("bad-table", name + " has no rows");
  return table;
}

std::vector<TableRow> Table::rows() const {
  std::vector<TableRow> out;
  out.reserve(rows_.size());
  for (const auto& [line, fields] : rows_) out.emplace_back(file_, line, columns_, fields);
  return out;
}

}  // namespace qianxian::demo
