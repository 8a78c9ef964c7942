#include "store/ledger_judge.h"

#include "base/text.h"
#include "store/ledger_internal.h"

namespace qianxian::store::ledger {
namespace {

using columns::QuoteName;
using columns::QuoteText;

// "a"."k1" IS NOT DISTINCT FROM "b"."k1" AND …: a hash that meets is not yet the same key.
std::string SameKey(const LedgerSchema& schema, const std::string& a, const std::string& b) {
  std::vector<std::string> parts{a + ".key_hash = " + b + ".key_hash"};
  for (const std::string& key : schema.key)
    parts.push_back(a + "." + QuoteName(key) + " IS NOT DISTINCT FROM " + b + "." + QuoteName(key));
  return Join(parts, " AND ");
}

std::string KeyList(const LedgerSchema& schema, const std::string& prefix) {
  std::vector<std::string> parts;
  for (const std::string& key : schema.key) parts.push_back(prefix + QuoteName(key));
  return Join(parts, ", ");
}

}  // namespace

std::string CreateStageSql(const LedgerSchema& schema) {
  std::string sql = "CREATE TABLE stage (\"row\" BIGINT, line BIGINT, key_hash UBIGINT, row_hash UBIGINT";
  for (const LedgerColumn& column : schema.columns) sql += ", " + QuoteName(column.name) + " " + SqlType(column.type);
  return sql + ")";
}

Result<uint64_t> Judge::Count(const std::string& sql) {
  QX_TRY(const columns::Rows rows, connection_.Query(sql));
  return static_cast<uint64_t>(rows.rows.at(0).at(0).integer);
}

Status Judge::MakeMet(const std::string& current) {
  if (current.empty())
    return connection_.Run("CREATE TABLE met (\"row\" BIGINT, batch VARCHAR, old_row BIGINT, old_hash UBIGINT, same BOOLEAN)");
  return connection_.Run("CREATE TABLE met AS SELECT s.\"row\", e.batch, e.\"row\" AS old_row, e.row_hash AS old_hash, "
                         "s.row_hash = e.row_hash AS same "
                         "FROM stage s JOIN (" + current + ") e ON " + SameKey(schema_, "s", "e"));
}

// For each row of a repeated key: what it follows (an earlier row of the session, else the ledger's), whether it is
// idle, and which later row replaces it. A key whose last row is what the ledger holds already is idle as a whole: the
// same file twice changes nothing.
Status Judge::MakeRepeated() {
  const std::string window = "(PARTITION BY s.key_hash, " + KeyList(schema_, "s.") + " ORDER BY s.\"row\")";
  QX_DO(connection_.Run(
      "CREATE TABLE follows AS SELECT s.\"row\", s.key_hash, " + KeyList(schema_, "s.") + ", s.row_hash, m.batch, m.old_row, "
      "m.old_hash, row_number() OVER w = 1 AS first, "
      "coalesce(lag(s.row_hash) OVER w, m.old_hash) AS before_hash, "
      "count(*) OVER (PARTITION BY s.key_hash, " + KeyList(schema_, "s.") + ") > 1 AS is_repeated, "
      "last_value(s.row_hash) OVER (PARTITION BY s.key_hash, " + KeyList(schema_, "s.") + " ORDER BY s.\"row\" "
      "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_hash "
      "FROM stage s LEFT JOIN met m ON m.\"row\" = s.\"row\" "
      "WHERE s.key_hash IN (SELECT key_hash FROM stage GROUP BY key_hash HAVING count(*) > 1) WINDOW w AS " + window));
  return connection_.Run(
      "CREATE TABLE repeated AS SELECT *, "
      "coalesce(last_hash = old_hash, false) OR coalesce(before_hash = row_hash, false) AS is_idle, "
      "coalesce(last_hash = old_hash, false) AS key_is_idle FROM follows WHERE is_repeated; DROP TABLE follows");
}

Result<LedgerCounts> Judge::Compare(uint64_t staged, const std::string& current) {
  QX_DO(MakeMet(current));
  QX_DO(MakeRepeated());
  QX_DO(connection_.Run("CREATE TABLE idle AS SELECT \"row\" FROM met ANTI JOIN repeated USING (\"row\") WHERE same "
                        "UNION ALL SELECT \"row\" FROM repeated WHERE is_idle"));
  LedgerCounts counts;
  QX_TRY(counts.unchanged, Count("SELECT count(*) FROM idle"));
  QX_TRY(const uint64_t keys_met,
         Count("SELECT count(*) FROM met ANTI JOIN repeated USING (\"row\") WHERE NOT same"));
  QX_TRY(const uint64_t later, Count("SELECT count(*) FROM repeated WHERE NOT is_idle AND before_hash IS NOT NULL"));
  counts.replaced = keys_met + later;
  rows_to_write_ = staged - counts.unchanged;
  counts.accepted = rows_to_write_ - counts.replaced;
  return counts;
}

Status Judge::WriteRows(const std::string& path) {
  std::string select = "SELECT " + QuoteText(batch_id_) + " AS batch, \"row\", line, key_hash, row_hash";
  for (const LedgerColumn& column : schema_.columns) select += ", " + QuoteName(column.name);
  select += " FROM stage";
  QX_TRY(const uint64_t idle, Count("SELECT count(*) FROM idle"));
  if (idle > 0) select += " ANTI JOIN idle USING (\"row\")";
  select += " ORDER BY " + (schema_.order_by.empty() ? "\"row\"" : QuoteName(schema_.order_by));
  return connection_.Run("COPY (" + select + ") TO " + QuoteText(path) +
                         " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)");
}

Result<uint64_t> Judge::WriteSuperseded(const std::string& path) {
  const std::string replaced_in_ledger =
      "SELECT batch, old_row AS \"row\" FROM met ANTI JOIN repeated USING (\"row\") WHERE NOT same "
      "UNION ALL SELECT batch, old_row FROM repeated WHERE first AND NOT key_is_idle AND batch IS NOT NULL";
  const std::string replaced_in_session =
      "SELECT " + QuoteText(batch_id_) + ", \"row\" FROM (SELECT \"row\", row_number() OVER (PARTITION BY key_hash, " +
      KeyList(schema_, "") + " ORDER BY \"row\" DESC) AS age FROM repeated WHERE NOT is_idle) WHERE age > 1";
  QX_DO(connection_.Run("CREATE TABLE superseded AS " + replaced_in_ledger + " UNION ALL " + replaced_in_session));
  QX_TRY(const uint64_t count, Count("SELECT count(*) FROM superseded"));
  if (count == 0) return count;
  QX_DO(connection_.Run("COPY (SELECT batch, \"row\" FROM superseded ORDER BY batch, \"row\") TO " + QuoteText(path) +
                        " (FORMAT parquet, COMPRESSION zstd)"));
  return count;
}

}  // namespace qianxian::store::ledger
