#include "store/ledger_judge.h"

#include <algorithm>

#include "base/files.h"
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

Result<uint64_t> Judge::Count(const std::string& sql) {
  QX_TRY(const columns::Rows rows, connection_.Query(sql));
  return static_cast<uint64_t>(rows.rows.at(0).at(0).integer);
}

Status Judge::MakeMet(const std::string& current, const std::string& of_slice) {
  if (current.empty())
    return connection_.Run("CREATE TABLE met (\"row\" BIGINT, batch VARCHAR, old_row BIGINT, old_hash UBIGINT, same BOOLEAN)");
  return connection_.Run("CREATE TABLE met AS SELECT s.\"row\", e.batch, e.\"row\" AS old_row, e.row_hash AS old_hash, "
                         "s.row_hash = e.row_hash AS same "
                         "FROM stage s JOIN (SELECT * FROM (" + current + ") WHERE " + of_slice + ") e ON " + SameKey(schema_, "s", "e"));
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

Result<LedgerCounts> Judge::Compare(const std::vector<Run>& runs, uint64_t slice_rows, const std::string& current,
                                    const std::function<void(double)>& progress) {
  runs_ = runs;
  uint64_t staged = 0;
  for (const Run& run : runs_) {
    staged += run.last - run.first + 1;
    keys_.push_back(run.keys);
  }
  slices_ = std::max<uint64_t>(1, (staged + slice_rows - 1) / slice_rows);
  LedgerCounts counts;
  if (staged == 0) return counts;
  for (uint64_t slice = 0; slice < slices_; ++slice) {
    QX_DO(CompareSlice(slice, current, counts));
    progress(static_cast<double>(slice + 1) / static_cast<double>(slices_));
  }
  rows_to_write_ = staged - counts.unchanged;
  counts.accepted = rows_to_write_ - counts.replaced;
  return counts;
}

Status Judge::CompareSlice(uint64_t slice, const std::string& current, LedgerCounts& counts) {
  const uint64_t width = UINT64_MAX / slices_, first = slice * width;
  const uint64_t last = slice + 1 == slices_ ? UINT64_MAX : first + width - 1;
  const std::string of_slice = "key_hash BETWEEN " + std::to_string(first) + "::UBIGINT AND " + std::to_string(last) + "::UBIGINT";
  QX_DO(connection_.Run("CREATE TABLE stage AS SELECT * FROM " + ReadParquet(keys_) + " WHERE " + of_slice));
  QX_DO(MakeMet(current, of_slice));
  QX_DO(MakeRepeated());
  QX_DO(connection_.Run("CREATE TABLE idle AS SELECT \"row\" FROM met ANTI JOIN repeated USING (\"row\") WHERE same "
                        "UNION ALL SELECT \"row\" FROM repeated WHERE is_idle"));
  QX_TRY(const uint64_t idle, Count("SELECT count(*) FROM idle"));
  QX_TRY(const uint64_t keys_met,
         Count("SELECT count(*) FROM met ANTI JOIN repeated USING (\"row\") WHERE NOT same"));
  QX_TRY(const uint64_t later, Count("SELECT count(*) FROM repeated WHERE NOT is_idle AND before_hash IS NOT NULL"));
  counts.unchanged += idle;
  counts.replaced += keys_met + later;
  QX_DO(KeepFindings(slice, idle));
  return connection_.Run("DROP TABLE stage; DROP TABLE met; DROP TABLE repeated; DROP TABLE idle; DROP TABLE superseded");
}

Status Judge::KeepFindings(uint64_t slice, uint64_t idle) {
  const std::string name = directory_ + "/slice-" + std::to_string(slice);
  if (idle > 0) {
    idle_.push_back(name + ".idle.parquet");
    QX_DO(connection_.Run("COPY (SELECT \"row\" FROM idle ORDER BY \"row\") TO " + QuoteText(idle_.back()) +
                          " (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 16384)"));
  }
  const std::string replaced_in_ledger =
      "SELECT batch, old_row AS \"row\" FROM met ANTI JOIN repeated USING (\"row\") WHERE NOT same "
      "UNION ALL SELECT batch, old_row FROM repeated WHERE first AND NOT key_is_idle AND batch IS NOT NULL";
  const std::string replaced_in_session =
      "SELECT " + QuoteText(batch_id_) + ", \"row\" FROM (SELECT \"row\", row_number() OVER (PARTITION BY key_hash, " +
      KeyList(schema_, "") + " ORDER BY \"row\" DESC) AS age FROM repeated WHERE NOT is_idle) WHERE age > 1";
  QX_DO(connection_.Run("CREATE TABLE superseded AS " + replaced_in_ledger + " UNION ALL " + replaced_in_session));
  QX_TRY(const uint64_t count, Count("SELECT count(*) FROM superseded"));
  if (count == 0) return Ok();
  superseded_.push_back(name + ".superseded.parquet");
  return connection_.Run("COPY (SELECT batch, \"row\" FROM superseded ORDER BY batch, \"row\") TO " + QuoteText(superseded_.back()) +
                         " (FORMAT parquet, COMPRESSION snappy)");
}

// A run again, without what changes nothing. Rows are numbered as they came, so a run's are a range.
Status Judge::LeaveOutIdle(Run& run) {
  const std::string idle = "SELECT \"row\" FROM " + ReadParquet(idle_) + " WHERE \"row\" BETWEEN " + std::to_string(run.first) +
                           " AND " + std::to_string(run.last);
  const std::string kept = run.rows + ".kept";
  QX_DO(connection_.Run("COPY (SELECT r.* FROM " + ReadParquet({run.rows}) + " r ANTI JOIN (" + idle + ") i ON r.\"row\" = i.\"row\") TO " +
                        QuoteText(kept) + " (FORMAT parquet, COMPRESSION snappy)"));
  QX_DO(RemoveFile(run.rows));
  run.rows = kept;
  return Ok();
}

// In the order of the runs, each of which is sorted: what a bureau exports in the order of its days stays so.
Status Judge::WriteRows(const std::string& path) {
  std::vector<std::string> files;
  for (Run& run : runs_) {
    if (!idle_.empty()) QX_DO(LeaveOutIdle(run));
    files.push_back(run.rows);
  }
  std::string select = "SELECT " + QuoteText(batch_id_) + " AS batch, \"row\", line, key_hash, row_hash";
  for (const LedgerColumn& column : schema_.columns) select += ", " + QuoteName(column.name);
  QX_DO(connection_.Run("SET preserve_insertion_order = true"));
  return connection_.Run("COPY (" + select + " FROM " + ReadParquet(files) + ") TO " + QuoteText(path) +
                         " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)");
}

Result<bool> Judge::WriteSuperseded(const std::string& path) {
  if (superseded_.empty()) return false;
  QX_DO(connection_.Run("COPY (SELECT batch, \"row\" FROM " + ReadParquet(superseded_) + ") TO " + QuoteText(path) +
                        " (FORMAT parquet, COMPRESSION zstd)"));
  return true;
}

}  // namespace qianxian::store::ledger
