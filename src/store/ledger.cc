// The ledger as its readers see it: its batches, the SQL of its current rows, its check.
#include <filesystem>

#include "base/files.h"
#include "base/text.h"
#include "columns/database.h"
#include "crypto/crypto.h"
#include "store/ledger_internal.h"

namespace qianxian::store {
namespace ledger {
namespace {

using columns::QuoteName;
using columns::QuoteText;

std::string PathList(const std::vector<std::string>& paths) {
  std::vector<std::string> quoted;
  for (const std::string& path : paths) quoted.push_back(QuoteText(path));
  return "read_parquet([" + Join(quoted, ", ") + "])";
}

class LedgerImpl final : public Ledger {
 public:
  LedgerImpl(Folders folders, Store& store, Clock& clock, Random& random, const LedgerBounds& bounds)
      : folders_(std::move(folders)), store_(store), clock_(clock), random_(random), bounds_(bounds) {}

  Result<std::unique_ptr<LedgerSession>> Begin(const access::Caller& caller, const LedgerSchema& schema) override {
    QX_DO(access::Decide(caller, access::Verb::kImport, schema.kind, ""));
    return MakeSession(folders_, store_, clock_, random_, schema, bounds_);
  }

  Result<std::vector<Batch>> Batches(const access::Caller& caller, std::string_view kind) override {
    QX_DO(MayCount(caller, kind));
    QX_TRY(const std::vector<BatchRecord> records, ReadBatches(store_, kind));
    std::vector<Batch> batches;
    for (const BatchRecord& record : records) {
      if (record.withdrawn) continue;
      batches.push_back({.id = BatchId(kind, record.sequence),
                         .kind = record.kind,
                         .path = folders_.Absolute(record.data.url),
                         .superseded_path = record.superseded.any() ? folders_.Absolute(record.superseded.url) : "",
                         .sequence = record.sequence,
                         .rows = record.rows,
                         .t = record.t});
    }
    return batches;
  }

  Result<std::string> CurrentRowsSql(const access::Caller& caller, std::string_view kind) override {
    QX_DO(MayCount(caller, kind));
    const LedgerSchema* schema = FindSchema(kind);
    if (!schema) return NotFound("no-such-ledger", "There is no ledger " + std::string(kind), "没有这个台账");
    QX_TRY(const std::vector<BatchRecord> records, ReadBatches(store_, kind));
    std::vector<std::string> columns;
    for (const LedgerColumn& column : schema->columns) columns.push_back(column.name);
    columns.push_back("line");
    const std::string sql = SelectCurrent(folders_, records, columns);
    return sql.empty() ? EmptySql(*schema) : sql;
  }

  Result<CheckReport> Check(const access::Caller& caller) override {
    QX_DO(access::Decide(caller, access::Verb::kManage, "settlement", ""));
    return CheckLedgers(folders_, store_);
  }

 private:
  // Numbers are for whoever may count; which persons' rows are shown is decided by who shows them (access::kCases).
  static Status MayCount(const access::Caller& caller, std::string_view kind) {
    if (access::Decide(caller, access::Verb::kRead, kind, "").ok()) return Ok();
    return access::Decide(caller, access::Verb::kMeasure, kind, caller.organizations.empty() ? "" : caller.organizations[0]);
  }

  static std::string EmptySql(const LedgerSchema& schema) {
    std::string sql = "SELECT NULL::VARCHAR AS batch, NULL::BIGINT AS \"row\"";
    for (const LedgerColumn& column : schema.columns)
      sql += ", NULL::" + SqlType(column.type) + " AS " + QuoteName(column.name);
    return sql + ", NULL::BIGINT AS line WHERE false";
  }

  const Folders folders_;
  Store& store_;
  Clock& clock_;
  Random& random_;
  const LedgerBounds bounds_;
};

// One line of the report: what, how many were looked at, which were bad.
void Fail(CheckReport::Line& line, const std::string& what) {
  ++line.bad;
  if (line.first_bad.empty()) line.first_bad = what;
}

Status CheckFile(const Folders& folders, const BatchRecord::File& file, CheckReport::Line& line) {
  ++line.checked;
  auto hash = crypto::Sha256HexOfFile(folders.Absolute(file.url));
  if (!hash.ok()) Fail(line, file.url + ": " + hash.error().en);
  else if (*hash != file.sha256) Fail(line, file.url + ": its content is not what was recorded");
  return Ok();
}

Status CheckRows(columns::Connection& connection, const Folders& folders, const std::vector<BatchRecord>& batches,
                 const LedgerSchema& schema, CheckReport::Line& rows, CheckReport::Line& keys) {
  for (const BatchRecord& batch : batches) {
    rows.checked += batch.rows;
    auto count = connection.Query("SELECT count(*) FROM " + PathList({folders.Absolute(batch.data.url)}));
    if (!count.ok()) Fail(rows, batch.data.url + ": " + count.error().en);
    else if (static_cast<uint64_t>(count->rows.at(0).at(0).integer) != batch.rows)
      Fail(rows, batch.data.url + ": not as many rows as were recorded");
  }
  const std::string current = SelectCurrent(folders, batches, schema.key);
  if (current.empty() || rows.bad) return Ok();
  std::vector<std::string> key;
  for (const std::string& name : schema.key) key.push_back(QuoteName(name));
  auto doubles = connection.Query("SELECT coalesce(sum(n), 0)::BIGINT, count(*) FILTER (n > 1), any_value(k) FILTER (n > 1) "
                                  "FROM (SELECT concat_ws('|', " + Join(key, ", ") + ") AS k, count(*) AS n FROM (" +
                                  current + ") GROUP BY 1)");
  if (!doubles.ok()) {
    Fail(keys, doubles.error().en);
    return Ok();
  }
  const auto& row = doubles->rows.at(0);
  keys.checked += static_cast<uint64_t>(row[0].integer);
  if (row[1].integer > 0) {
    keys.bad += static_cast<uint64_t>(row[1].integer);
    keys.first_bad = schema.kind + " " + row[2].text + ": more than one current row";
  }
  return Ok();
}

}  // namespace

std::string SelectCurrent(const Folders& folders, const std::vector<BatchRecord>& batches,
                          const std::vector<std::string>& columns) {
  std::vector<std::string> data, superseded;
  for (const BatchRecord& batch : batches) {
    if (batch.withdrawn) continue;
    data.push_back(folders.Absolute(batch.data.url));
    if (batch.superseded.any()) superseded.push_back(folders.Absolute(batch.superseded.url));
  }
  if (data.empty()) return "";
  std::string sql = "SELECT r.batch, r.\"row\"";
  for (const std::string& column : columns) sql += ", r." + QuoteName(column);
  sql += " FROM " + PathList(data) + " r";
  if (!superseded.empty())
    sql += " ANTI JOIN " + PathList(superseded) + " s ON r.batch = s.batch AND r.\"row\" = s.\"row\"";
  return sql;
}

Result<CheckReport> CheckLedgers(const Folders& folders, Store& store) {
  CheckReport::Line files{.what = "ledger files"}, rows{.what = "ledger rows"}, keys{.what = "ledger keys, each once"};
  std::error_code no_folder;
  const std::filesystem::path spill = std::filesystem::temp_directory_path(no_folder) / "qianxian-check";
  QX_TRY(const std::unique_ptr<columns::Database> database,
         columns::Database::Open({.temporary_directory = no_folder ? "" : spill.string()}));
  QX_TRY(const std::unique_ptr<columns::Connection> connection, database->Connect());
  for (const LedgerSchema* schema : {&SettlementSchema(), &PopulationSchema()}) {
    QX_TRY(const std::vector<BatchRecord> batches, ReadBatches(store, schema->kind));
    for (const BatchRecord& batch : batches) {
      QX_DO(CheckFile(folders, batch.data, files));
      if (batch.superseded.any()) QX_DO(CheckFile(folders, batch.superseded, files));
    }
    QX_DO(CheckRows(*connection, folders, batches, *schema, rows, keys));
  }
  return CheckReport{{files, rows, keys}};
}

}  // namespace ledger

Result<std::unique_ptr<Ledger>> OpenLedger(const std::string& directory, Store& store, Clock& clock, Random& random,
                                           const LedgerBounds& bounds) {
  std::error_code error;
  const std::string root = std::filesystem::absolute(directory, error).lexically_normal().string();
  if (error) return Unavailable("io", "Cannot find the folder " + directory + ": " + error.message());
  ledger::Folders folders{root.size() > 1 && root.back() == '/' ? root.substr(0, root.size() - 1) : root};
  return std::unique_ptr<Ledger>(std::make_unique<ledger::LedgerImpl>(std::move(folders), store, clock, random, bounds));
}

Result<std::unique_ptr<Ledger>> OpenLedger(const std::string& directory, Store& store, Clock& clock, Random& random) {
  return OpenLedger(directory, store, clock, random, LedgerBounds{});
}

}  // namespace qianxian::store
