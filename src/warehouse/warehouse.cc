// The warehouse's file, its one writer and its many readers. A CatchUp is one transaction: readers see the state before or
// after it, a kill leaves the state before, and cursor and rows cannot disagree.
#include "warehouse/warehouse.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>

#include "base/files.h"
#include "base/limits.h"
#include "base/locked.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"
#include "warehouse/answers.h"
#include "warehouse/county.h"
#include "warehouse/kept_tables.h"
#include "warehouse/pack_tables.h"
#include "warehouse/resources.h"
#include "warehouse/settlements.h"
#include "warehouse/state.h"
#include "warehouse/summaries.h"

namespace qianxian::warehouse {
namespace {

// An eighth of the machine's memory, but never less than what a county needs: a province's questions (120 million settlements,
// distinct people) do not fit into that.
size_t MemoryBytes() { return std::max(limits::kColumnsMemoryBytes, MachineMemoryBytes() / 8); }

using internal::State;
using Progress = std::function<void(uint64_t, uint64_t)>;

Error Locked_(const std::string& path) {
  return MakeError(ErrorCategory::kBusy, "locked",
                   path + " is in use by another process (probably `qianxian serve`). Stop it first, or ask it over the web page "
                          "or its API.",
                   path + " 正被另一个进程使用（多半是 qianxian serve）。请先停止它，或通过网页、接口查询。");
}

class WarehouseImpl final : public Warehouse {
 public:
  explicit WarehouseImpl(const Options& options) : options_(options) {}

  Status Start() {
    const std::string path = options_.directory + "/warehouse/warehouse.duckdb";
    QX_TRY(bool good, TryOpen(path));
    if (!good) {                              // derived data that this release cannot read: away with it
      LogWarning("the warehouse is of another release or damaged; it will be made again: " + path);
      writer_.reset();
      database_.reset();
      QX_DO(RemoveFile(path));
      QX_DO(RemoveFile(path + ".wal"));
      QX_TRY(good, TryOpen(path));
      if (!good) return Unavailable("warehouse", "The warehouse cannot be made: " + path, "无法建立分析库：" + path);
    }
    QX_TRY(std::unique_ptr<columns::Connection> connection, database_->Connect());
    answers_ = std::make_unique<internal::Answers>(std::move(connection));
    return Ok();
  }

  Result<uint64_t> CatchUp(const Cancel& cancel, Progress progress) override { return Follow(cancel, progress, false); }

  uint64_t as_of() const override { return as_of_.load(); }
  bool ready() const override { return pack_followed_.load(); }

  std::string county() const override { return *county_.Lock(); }

  Result<columns::Rows> Query(const std::string& sql, const std::vector<columns::Parameter>& parameters,
                              const Cancel* cancel) override {
    const std::shared_lock reading(trimming_);
    QX_TRY(std::unique_ptr<columns::Connection> connection, TakeReader());
    connection->SetCancel(cancel);
    Result<columns::Rows> rows = QueryReadOnly(*connection, sql, parameters);
    connection->SetCancel(nullptr);
    // A connection whose statement failed may stand in a broken transaction: it is not used again.
    if (rows.ok()) readers_.Lock()->push_back(std::move(connection));
    return rows;
  }

  std::string CachedAnswer(std::string_view key, uint64_t as_of) override { return answers_->Find(key, as_of, changed_at_.load()); }

  void KeepAnswer(std::string_view key, uint64_t as_of, std::string_view answer) override {
    answers_->Keep(key, as_of, changed_at_.load(), answer);
  }

  Status Rebuild(const Cancel& cancel, Progress progress) override {
    const Result<uint64_t> done = Follow(cancel, progress, true);
    if (!done.ok()) return done.error();
    return Ok();
  }

 private:
  // False: it is there but cannot be used by this release.
  Result<bool> TryOpen(const std::string& path) {
    const bool there = FileExists(path);
    Result<std::unique_ptr<columns::Database>> database = columns::Database::Open({.path = path, .memory_bytes = MemoryBytes()});
    if (!database.ok()) {
      if (database.error().category == ErrorCategory::kBusy) return Locked_(path);
      if (there && database.error().code == "io") return false;
      return std::move(database).error();
    }
    database_ = std::move(*database);
    QX_TRY(writer_, database_->Connect());
    Result<State> state = LoadState();
    if (!state.ok()) {
      if (there) return false;
      return std::move(state).error();
    }
    const std::string format = state->values["format"];
    if (!format.empty() && format != internal::kFormat) return false;
    Adopt(*state);
    return true;
  }

  Result<State> LoadState() {
    QX_DO(internal::MakeStateTables(*writer_));
    return internal::ReadState(*writer_);
  }

  void Adopt(const State& state) {
    const auto county = state.values.find("county");
    *county_.Lock() = !options_.county.empty() ? options_.county : county == state.values.end() ? "" : county->second;
    county_in_tables_ = county == state.values.end() ? "" : county->second;
    changed_at_ = state.Number("changed_at");
    pack_followed_ = state.values.contains("pack") && state.values.at("pack") == options_.pack->hash;
    as_of_ = pack_followed_ ? state.Number("as_of") : 0;
  }

  Result<std::unique_ptr<columns::Connection>> TakeReader() {
    {
      auto readers = readers_.Lock();
      if (!readers->empty()) {
        std::unique_ptr<columns::Connection> connection = std::move(readers->back());
        readers->pop_back();
        return connection;
      }
    }
    return database_->Connect();
  }

  static Result<columns::Rows> QueryReadOnly(columns::Connection& connection, const std::string& sql,
                                             const std::vector<columns::Parameter>& parameters) {
    QX_DO(connection.Run("BEGIN TRANSACTION READ ONLY"));
    Result<columns::Rows> rows = connection.Query(sql, parameters);
    if (!rows.ok()) return rows;
    QX_DO(connection.Run("COMMIT"));
    return rows;
  }

  Result<uint64_t> Follow(const Cancel& cancel, const Progress& progress, bool anew) {
    std::lock_guard lock(following_);
    const uint64_t t = options_.store->LastT();
    const bool county_set = options_.county.empty() || county_in_tables_ == options_.county;
    if (!anew && pack_followed_ && county_set && t == as_of_ && t > 0) return t;
    QX_DO(MakeMakers());
    QX_DO(writer_->Run("BEGIN TRANSACTION"));
    writer_->SetCancel(&cancel);
    Result<State> state = FollowInTransaction(t, cancel, progress, anew);
    writer_->SetCancel(nullptr);
    const Status ended = state.ok() ? writer_->Run("COMMIT") : Status(state.error());
    if (!ended.ok()) {
      (void)writer_->Run("ROLLBACK").ok();    // the first error is the one to tell
      return ended.error();
    }
    const bool changed = state->Number("changed_at") != changed_at_.load();
    Adopt(*state);
    if (changed) {
      answers_->Forget();
      Trim();
    }
    return t;
  }

  // Gives back the memory that a large CatchUp filled with pages: a lower limit for a moment makes DuckDB let go of them
  // (400 MiB become 110 after eight million rows). No query may run meanwhile, it would find no room.
  void Trim() {
    const std::unique_lock alone(trimming_);
    const Status lower = writer_->Run("SET memory_limit = '64MB'");       // refused where that is less than what is in use
    const Status back = writer_->Run("SET memory_limit = '" + std::to_string(MemoryBytes()) + "B'");
    if (!lower.ok()) LogInfo("the warehouse keeps its memory: " + lower.error().en);
    if (!back.ok()) LogError("the warehouse's memory limit: " + back.error().en);
  }

  Status MakeMakers() {
    if (makers_.size() == options_.pack->views.size()) return Ok();
    makers_.clear();
    for (const pack::NamedFile& view : options_.pack->views) {
      QX_TRY(std::unique_ptr<internal::RowMaker> maker, internal::MakeRowMaker(options_.definitions, view.path, view.content));
      makers_.push_back(std::move(maker));
    }
    return Ok();
  }

  Status DropAll() {
    QX_TRY(const columns::Rows tables,
           writer_->Query("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND table_name NOT IN "
                          "('warehouse_state', 'warehouse_answer')"));
    for (const auto& row : tables.rows) QX_DO(writer_->Run("DROP TABLE IF EXISTS " + columns::QuoteName(row[0].text)));
    return Ok();
  }

  Result<State> FollowInTransaction(uint64_t t, const Cancel& cancel, const Progress& progress, bool anew) {
    QX_TRY(State state, internal::ReadState(*writer_));
    if (anew) {
      QX_DO(DropAll());
      state = {};
    }
    const std::string reading = state.values["settlement"];
    QX_DO(internal::PrepareSettlements(*writer_, *options_.pack, state));
    QX_TRY(bool changed, internal::FollowPack(*writer_, *options_.pack, makers_, state));
    changed |= reading != state.values["settlement"];   // the settlements are read otherwise now: the tables are empty
    internal::KeptTables kept(*writer_, *options_.pack);
    const internal::Eating eating{writer_.get(), options_.store, &makers_, &cancel, progress, &kept, 0};
    QX_TRY(const internal::ResourceChanges resources, internal::FollowResources(eating, t, state));
    const bool look_at_ledgers = resources.documents || resources.from_nothing || changed || makers_.empty();
    changed |= !resources.views.empty();
    if (changed) {
      QX_TRY(const bool institutions, internal::FollowInstitutions(*writer_, *options_.pack));
      changed |= institutions;
    }
    if (look_at_ledgers && options_.ledger) {
      QX_TRY(const bool ledgers, internal::FollowLedgers(*writer_, *options_.pack, *options_.ledger, state, progress));
      changed |= ledgers;
    }
    if (changed || (!options_.county.empty() && state.values["county"] != options_.county)) QX_DO(SetCounty(state, changed));
    QX_TRY(const bool kept_changed, kept.Refresh(state));
    changed |= kept_changed;
    if (changed) QX_DO(internal::Summarise(*writer_));
    state.values["format"] = internal::kFormat;
    state.values["as_of"] = std::to_string(t);
    if (changed) state.values["changed_at"] = std::to_string(t);
    QX_DO(internal::WriteState(*writer_, state));
    return state;
  }

  Status SetCounty(State& state, bool& changed) {
    std::string county = options_.county;
    if (county.empty()) {
      QX_TRY(county, internal::FindCounty(*writer_, *options_.pack));
    }
    changed |= county != state.values["county"];
    state.values["county"] = county;
    QX_DO(writer_->Run("DELETE FROM setting"));
    return writer_->Run("INSERT INTO setting VALUES (" + columns::QuoteText(county) + ")");
  }

  const Options options_;
  std::unique_ptr<columns::Database> database_;
  std::unique_ptr<columns::Connection> writer_;
  std::unique_ptr<internal::Answers> answers_;
  std::vector<std::unique_ptr<internal::RowMaker>> makers_;
  mutable Locked<std::string> county_;
  Locked<std::vector<std::unique_ptr<columns::Connection>>> readers_;
  std::mutex following_;                      // guards writer_, makers_ and the two below: one CatchUp at a time
  std::shared_mutex trimming_;                // queries share it; Trim alone
  std::atomic<bool> pack_followed_{false};
  std::string county_in_tables_;
  std::atomic<uint64_t> as_of_{0};
  std::atomic<uint64_t> changed_at_{0};       // the newest t at which a row changed
};

}  // namespace

Result<std::unique_ptr<Warehouse>> Warehouse::Open(const Options& options) {
  auto warehouse = std::make_unique<WarehouseImpl>(options);
  QX_DO(warehouse->Start());
  return std::unique_ptr<Warehouse>(std::move(warehouse));
}

}  // namespace qianxian::warehouse
