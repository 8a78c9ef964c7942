#include "store/ledger_stage.h"

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "store/ledger_internal.h"

namespace qianxian::store::ledger {
namespace {

using columns::QuoteName;
using columns::QuoteText;

// Hash of a value after others; null, "" and 0 differ.
uint64_t HashValue(const LedgerValue& value, ColumnType type, uint64_t seed) {
  if (value.is_null) return HashFnv1a64("\x01", seed);
  if (type == ColumnType::kText) return HashFnv1a64(std::string_view("\x02"), HashFnv1a64(value.text, seed));
  char number[9] = {'\x03'};
  for (int i = 0; i < 8; ++i) number[1 + i] = static_cast<char>(static_cast<uint64_t>(value.number) >> (8 * i));
  return HashFnv1a64({number, 9}, seed);
}

}  // namespace

std::string ReadParquet(const std::vector<std::string>& paths) {
  std::vector<std::string> quoted;
  for (const std::string& path : paths) quoted.push_back(QuoteText(path));
  return "read_parquet([" + Join(quoted, ", ") + "])";
}

Stage::Stage(columns::Connection& connection, const LedgerSchema& schema, const LedgerBounds& bounds, std::string directory)
    : connection_(connection), schema_(schema), bounds_(bounds), directory_(std::move(directory)) {
  for (const LedgerColumn& column : schema_.columns)
    is_key_.push_back(std::find(schema_.key.begin(), schema_.key.end(), column.name) != schema_.key.end());
  ordering_ = schema_.columns.size();
  for (size_t i = 0; i < schema_.columns.size(); ++i)
    if (schema_.columns[i].name == schema_.order_by) ordering_ = i;
}

Status Stage::Start() {
  std::string sql = "CREATE TABLE incoming (\"row\" BIGINT, line BIGINT, key_hash UBIGINT, row_hash UBIGINT";
  for (const LedgerColumn& column : schema_.columns) sql += ", " + QuoteName(column.name) + " " + SqlType(column.type);
  QX_DO(connection_.Run(sql + ")"));
  return Begin();
}

// In a transaction, for rows that come faster than they could be committed one chunk at a time.
Status Stage::Begin() {
  rows_held_ = bytes_held_ = 0;
  newest_ = INT64_MIN;
  is_sorted_ = true;
  QX_DO(connection_.Run("BEGIN"));
  QX_TRY(appender_, connection_.Append("incoming"));
  return Ok();
}

// Most exports come in the order of their days: then there is nothing to sort.
void Stage::Watch(const LedgerValue& ordering) {
  if (ordering.is_null || schema_.columns[ordering_].type == ColumnType::kText || ordering.number < newest_) is_sorted_ = false;
  else newest_ = ordering.number;
}

Status Stage::Append(uint64_t line, const std::vector<LedgerValue>& row) {
  uint64_t key = HashFnv1a64(""), all = key;
  for (size_t i = 0; i < row.size(); ++i) {
    all = HashValue(row[i], schema_.columns[i].type, all);
    if (is_key_[i]) key = HashValue(row[i], schema_.columns[i].type, key);
    bytes_held_ += 8 + row[i].text.size();
  }
  if (ordering_ < row.size()) Watch(row[ordering_]);
  columns::Appender& a = *appender_;
  a.Integer(static_cast<int64_t>(++rows_));
  a.Integer(static_cast<int64_t>(line));
  a.Integer(static_cast<int64_t>(key));
  a.Integer(static_cast<int64_t>(all));
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i].is_null) { a.Null(); continue; }
    switch (schema_.columns[i].type) {
      case ColumnType::kText: a.Text(row[i].text); break;
      case ColumnType::kDate: a.Date(static_cast<int32_t>(row[i].number)); break;
      case ColumnType::kMoney: a.Decimal(row[i].number, 2); break;
      case ColumnType::kInteger: a.Integer(row[i].number); break;
    }
  }
  QX_DO(a.EndRow());
  most_rows_held_ = std::max(most_rows_held_, ++rows_held_);
  if (rows_held_ < bounds_.run_rows && bytes_held_ < bounds_.run_bytes) return Ok();
  QX_DO(WriteRun());
  return Begin();
}

Status Stage::Close() { return WriteRun(); }

// The table is made anew by a rollback: nothing of the run stays in the database.
Status Stage::WriteRun() {
  QX_DO(appender_->Close());
  appender_.reset();
  if (rows_held_ > 0) {
    const std::string name = directory_ + "/run-" + std::to_string(runs_.size() + 1);
    const Run run{name + ".parquet", name + ".keys.parquet", rows_ - rows_held_ + 1, rows_};
    std::string keys = "\"row\", key_hash, row_hash";
    for (const std::string& key : schema_.key) keys += ", " + QuoteName(key);
    const std::string order = is_sorted_ ? "" : " ORDER BY " + QuoteName(schema_.order_by) + ", \"row\"";
    QX_DO(connection_.Run("SET preserve_insertion_order = true; COPY (SELECT * FROM incoming" + order + ") TO " + QuoteText(run.rows) +
                          " (FORMAT parquet, COMPRESSION snappy); SET preserve_insertion_order = false"));
    QX_DO(connection_.Run("COPY (SELECT " + keys + " FROM incoming ORDER BY key_hash) TO " + QuoteText(run.keys) +
                          " (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 16384)"));
    runs_.push_back(run);
  }
  return connection_.Run("ROLLBACK");
}

}  // namespace qianxian::store::ledger
