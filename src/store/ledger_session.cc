// One import into a ledger. Rows are staged in a DuckDB of their own, in memory and beyond its bound in a spill file (a file
// of its own would be compressed and synced for nothing), inside one transaction; Finish judges them in
// sets (ledger_judge.cc), writes the files, makes them durable and records them in one commit.
#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/text.h"
#include "columns/database.h"
#include "crypto/crypto.h"
#include "store/ledger_internal.h"
#include "store/ledger_judge.h"

namespace qianxian::store::ledger {
namespace {

// What DuckDB holds beyond its own bound, while rows spill, is for the last quarter.
constexpr size_t kStageBytes = limits::kLedgerMemoryBytes / 4 * 3;

// Hash of a value after others; null, "" and 0 differ.
uint64_t HashValue(const LedgerValue& value, ColumnType type, uint64_t seed) {
  if (value.is_null) return HashFnv1a64("\x01", seed);
  if (type == ColumnType::kText) return HashFnv1a64(std::string_view("\x02"), HashFnv1a64(value.text, seed));
  char number[9] = {'\x03'};
  for (int i = 0; i < 8; ++i) number[1 + i] = static_cast<char>(static_cast<uint64_t>(value.number) >> (8 * i));
  return HashFnv1a64({number, 9}, seed);
}

class SessionImpl final : public LedgerSession {
 public:
  SessionImpl(Folders folders, Store& store, Clock& clock, const LedgerSchema& schema, std::string staging,
              std::unique_ptr<Lock> lock)
      : folders_(std::move(folders)), store_(store), clock_(clock), schema_(schema), staging_(std::move(staging)),
        lock_(std::move(lock)) {
    for (const LedgerColumn& column : schema_.columns)
      is_key_.push_back(std::find(schema_.key.begin(), schema_.key.end(), column.name) != schema_.key.end());
  }

  ~SessionImpl() override {
    appender_.reset();
    connection_.reset();
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(staging_, ignored);
  }

  Status Start() {
    QX_DO(MakeDirectories(staging_));
    QX_TRY(database_, columns::Database::Open({.path = "",
                                               .memory_bytes = kStageBytes,
                                               .temporary_directory = staging_ + "/spill"}));
    QX_TRY(connection_, database_->Connect());
    QX_DO(connection_->Run("SET preserve_insertion_order = false; " + CreateStageSql(schema_) + "; BEGIN"));
    QX_TRY(appender_, connection_->Append("stage"));
    return Ok();
  }

  Status Append(uint64_t line, const std::vector<LedgerValue>& row) override {
    QX_CHECK(appender_ != nullptr, "Append after Finish");
    QX_CHECK(row.size() == schema_.columns.size(), "a row of another schema");
    uint64_t key = HashFnv1a64(""), all = key;
    for (size_t i = 0; i < row.size(); ++i) {
      all = HashValue(row[i], schema_.columns[i].type, all);
      if (is_key_[i]) key = HashValue(row[i], schema_.columns[i].type, key);
    }
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
    return a.EndRow();
  }

  Result<LedgerReceipt> Finish(const access::Caller& caller, const BatchOrigin& origin,
                               std::function<std::vector<Change>(const LedgerCounts&)> extra, const Cancel& cancel,
                               std::function<void(double fraction)> progress) override {
    QX_CHECK(appender_ != nullptr, "Finish twice");
    connection_->SetCancel(&cancel);
    auto receipt = FinishHere(caller, origin, extra, cancel, progress);
    connection_->SetCancel(nullptr);
    return receipt;
  }

 private:
  Result<LedgerReceipt> FinishHere(const access::Caller& caller, const BatchOrigin& origin,
                                   const std::function<std::vector<Change>(const LedgerCounts&)>& extra,
                                   const Cancel& cancel, const std::function<void(double)>& progress) {
    const auto report = [&](double fraction) { if (progress) progress(fraction); };
    QX_DO(access::Decide(caller, access::Verb::kImport, schema_.kind, ""));
    if (cancel.requested()) return Invalid("cancelled", "Cancelled.", "已取消。");
    QX_DO(appender_->Close());
    appender_.reset();
    QX_DO(connection_->Run("COMMIT"));
    report(0.05);
    QX_TRY(const std::vector<BatchRecord> earlier, ReadBatches(store_, schema_.kind));
    BatchRecord batch{.kind = schema_.kind, .sequence = earlier.size() + 1};
    Judge judge(*connection_, schema_, BatchId(batch.kind, batch.sequence));
    LedgerReceipt receipt;
    std::vector<std::string> columns = schema_.key;
    columns.insert(columns.end(), {"key_hash", "row_hash"});
    QX_TRY(receipt.counts, judge.Compare(rows_, SelectCurrent(folders_, earlier, columns)));
    report(0.35);
    CommitRequest request{.reason = "import:" + schema_.kind};
    if (judge.rows_to_write() > 0) {
      QX_DO(WriteFiles(judge, batch));
      report(0.9);
      Record(batch, origin, request);
      receipt.batch = BatchId(batch.kind, batch.sequence);
    }
    if (extra)
      for (Change& change : extra(receipt.counts)) request.changes.push_back(std::move(change));
    if (cancel.requested()) return Invalid("cancelled", "Cancelled.", "已取消。");
    if (request.changes.empty()) {
      receipt.t = store_.LastT();
    } else {
      // The importer was judged above; the documents are the program's own, whoever brings the rows.
      QX_TRY(const CommitReceipt committed, store_.Commit(access::SystemCaller("ledger"), std::move(request)));
      receipt.t = committed.t;
    }
    report(1.0);
    return receipt;
  }

  Status WriteFiles(Judge& judge, BatchRecord& batch) {
    const std::string data = staging_ + "/rows.parquet", superseded = staging_ + "/superseded.parquet";
    QX_DO(judge.WriteRows(data));
    batch.rows = judge.rows_to_write();
    QX_DO(MakeDirectories(folders_.OfKind(schema_.kind)));
    QX_TRY(batch.data, Settle(data, ".parquet"));
    QX_TRY(const uint64_t replaced, judge.WriteSuperseded(superseded));
    if (replaced > 0) {
      QX_TRY(batch.superseded, Settle(superseded, ".superseded.parquet"));
    }
    QX_DO(SyncDirectory(folders_.OfKind(schema_.kind)));
    return SyncDirectory(folders_.Ledger());
  }

  // Makes a staged file durable under the name of its content.
  Result<BatchRecord::File> Settle(const std::string& path, std::string_view ending) {
    BatchRecord::File file;
    QX_DO(SyncFile(path));
    QX_TRY(file.sha256, crypto::Sha256HexOfFile(path));
    QX_TRY(file.bytes, FileSize(path));
    file.url = "ledger/" + schema_.kind + "/" + file.sha256 + std::string(ending);
    std::error_code error;
    std::filesystem::rename(path, folders_.Absolute(file.url), error);
    if (error) return Unavailable("io", "Cannot move a batch file into place: " + error.message(), "无法保存批次文件");
    return file;
  }

  void Record(const BatchRecord& batch, const BatchOrigin& origin, CommitRequest& request) {
    const Instant at = clock_.Now();
    const std::string id = BatchId(batch.kind, batch.sequence);
    request.changes.push_back({.type = "DocumentReference", .id = id, .body = DocumentJson(batch, at), .if_version = 0});
    request.changes.push_back(
        {.type = "Provenance", .id = id + "-provenance", .body = ProvenanceJson(batch, origin, at), .if_version = 0});
  }

  const Folders folders_;
  Store& store_;
  Clock& clock_;
  const LedgerSchema& schema_;
  const std::string staging_;
  std::unique_ptr<Lock> lock_;
  std::vector<bool> is_key_;
  std::unique_ptr<columns::Database> database_;
  std::unique_ptr<columns::Connection> connection_;
  std::unique_ptr<columns::Appender> appender_;
  uint64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<LedgerSession>> MakeSession(const Folders& folders, Store& store, Clock& clock, Random& random,
                                                   const LedgerSchema& schema) {
  QX_TRY(std::unique_ptr<Lock> lock, Lock::Take(folders));
  QX_DO(RemoveLeftovers(folders, store));
  auto session = std::make_unique<SessionImpl>(folders, store, clock, schema,
                                               folders.Ledger() + "/staging-" + NewUuid(clock, random), std::move(lock));
  QX_DO(session->Start());
  return std::unique_ptr<LedgerSession>(std::move(session));
}

}  // namespace qianxian::store::ledger
