// One import into a ledger. Rows are staged in runs by a DuckDB of their own (ledger_stage.h); Finish judges them in sets, a slice
// at a time (ledger_judge.h), writes the files, makes them durable and records them in one commit. What is held in memory is a run
// or a slice, never the import; DuckDB spills where even these are too much for its bound.
#include <filesystem>

#include "base/files.h"
#include "base/ids.h"
#include "columns/database.h"
#include "crypto/crypto.h"
#include "store/ledger_internal.h"
#include "store/ledger_judge.h"
#include "store/ledger_stage.h"

namespace qianxian::store::ledger {
namespace {

class SessionImpl final : public LedgerSession {
 public:
  SessionImpl(Folders folders, Store& store, Clock& clock, const LedgerSchema& schema,
              const LedgerBounds& bounds, std::string staging, std::unique_ptr<Lock> lock)
      : folders_(std::move(folders)), store_(store), clock_(clock), schema_(schema), bounds_(bounds),
        staging_(std::move(staging)), lock_(std::move(lock)) {}

  ~SessionImpl() override {
    stage_.reset();
    connection_.reset();
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(staging_, ignored);
  }

  Status Start() {
    QX_DO(MakeDirectories(staging_));
    QX_TRY(database_, columns::Database::Open({.path = "",
                                               .memory_bytes = limits::kLedgerColumnsBytes,
                                               .temporary_directory = staging_ + "/spill"}));
    QX_TRY(connection_, database_->Connect());
    QX_DO(connection_->Run("SET preserve_insertion_order = false"));
    stage_ = std::make_unique<Stage>(*connection_, schema_, bounds_, staging_);
    return stage_->Start();
  }

  Status Append(uint64_t line, const std::vector<LedgerValue>& row) override {
    QX_CHECK(!finished_, "Append after Finish");
    QX_CHECK(row.size() == schema_.columns.size(), "a row of another schema");
    return stage_->Append(line, row);
  }

  Result<LedgerReceipt> Finish(const access::Caller& caller, const BatchOrigin& origin,
                               std::function<std::vector<Change>(const LedgerCounts&)> extra, const Cancel& cancel,
                               std::function<void(double fraction)> progress) override {
    QX_CHECK(!finished_, "Finish twice");
    finished_ = true;
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
    QX_DO(stage_->Close());
    report(0.05);
    QX_TRY(const std::vector<BatchRecord> earlier, ReadBatches(store_, schema_.kind));
    BatchRecord batch{.kind = schema_.kind, .sequence = earlier.size() + 1};
    Judge judge(*connection_, schema_, BatchId(batch.kind, batch.sequence), staging_);
    LedgerReceipt receipt;
    std::vector<std::string> columns = schema_.key;
    columns.insert(columns.end(), {"key_hash", "row_hash"});
    QX_TRY(receipt.counts, judge.Compare(stage_->runs(), bounds_.slice_rows, SelectCurrent(folders_, earlier, columns),
                                         [&](double fraction) { report(0.05 + 0.4 * fraction); }));
    if (bounds_.seen) *bounds_.seen = {stage_->runs().size(), judge.slices(), stage_->most_rows_held()};
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
    QX_TRY(const bool replaced, judge.WriteSuperseded(superseded));
    if (replaced) {
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
  const LedgerBounds bounds_;
  const std::string staging_;
  std::unique_ptr<Lock> lock_;
  std::unique_ptr<columns::Database> database_;
  std::unique_ptr<columns::Connection> connection_;
  std::unique_ptr<Stage> stage_;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<LedgerSession>> MakeSession(const Folders& folders, Store& store, Clock& clock, Random& random,
                                                   const LedgerSchema& schema, const LedgerBounds& bounds) {
  QX_TRY(std::unique_ptr<Lock> lock, Lock::Take(folders));
  QX_DO(RemoveLeftovers(folders, store));
  auto session = std::make_unique<SessionImpl>(folders, store, clock, schema, bounds,
                                               folders.Ledger() + "/staging-" + NewUuid(clock, random), std::move(lock));
  QX_DO(session->Start());
  return std::unique_ptr<LedgerSession>(std::move(session));
}

}  // namespace qianxian::store::ledger
