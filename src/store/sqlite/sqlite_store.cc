// SqliteStore: the parts put together, and the thread that looks after them: other processes' commits, the audit,
// dictionaries.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "search/parameters.h"
#include "store/sqlite/audit_seal.h"
#include "store/sqlite/change_sign.h"
#include "store/sqlite/check.h"
#include "store/sqlite/custom_work.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/writer.h"

namespace qianxian::store {
namespace sqlite {
namespace {

constexpr int kBusyMilliseconds = 20'000;
constexpr auto kWatch = std::chrono::milliseconds(200);      // how long another process's commit may go unnoticed
constexpr int kWatchesAnAudit = 5;
constexpr auto kWorkAgain = std::chrono::seconds(5);         // after a failure
constexpr int64_t kSealAgainMicroseconds = int64_t{600} * 1'000'000;   // after a failure
constexpr size_t kDictionaryBytes = 48u << 10;

// Held while a file becomes a store or is found to be one. SQLite does not wait where two connections both turn a new file to write-ahead
// logging: one of them would be told that it is busy. A folder that cannot be locked (a file system without locks) is opened all the same.
class FolderHeld {
 public:
  explicit FolderHeld(const std::string& directory) : folder_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (folder_ >= 0 && ::flock(folder_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  ~FolderHeld() {
    if (folder_ >= 0) ::close(folder_);
  }
  FolderHeld(const FolderHeld&) = delete;
  FolderHeld& operator=(const FolderHeld&) = delete;

 private:
  const int folder_;
};

// Listeners, each called after every group of commits until its handle is gone.
class Listeners {
 public:
  std::shared_ptr<void> Add(std::function<void(uint64_t)> listener) {
    const auto entry = std::make_shared<Entry>();
    entry->listener = std::move(listener);
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    // When the handle dies, no call is running or comes any more.
    return std::shared_ptr<void>(entry.get(), [entry](void*) {
      const std::lock_guard entry_lock(entry->mutex);
      entry->listener = nullptr;
    });
  }
  void Call(uint64_t t) {
    std::vector<std::shared_ptr<Entry>> entries;
    {
      const std::lock_guard lock(mutex_);
      entries = entries_;
    }
    bool gone = false;
    for (const auto& entry : entries) {
      const std::lock_guard entry_lock(entry->mutex);
      if (entry->listener) {
        entry->listener(t);
      } else {
        gone = true;
      }
    }
    if (!gone) return;
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [](const std::shared_ptr<Entry>& entry) {
      const std::lock_guard entry_lock(entry->mutex);
      return !entry->listener;
    });
  }

 private:
  struct Entry {
    std::mutex mutex;
    std::function<void(uint64_t)> listener;
  };
  std::mutex mutex_;
  std::vector<std::shared_ptr<Entry>> entries_;
};

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const OpenOptions& options);
  ~SqliteStore() override;

  Result<CommitReceipt> Commit(const access::Caller& caller, CommitRequest request) override;
  Result<std::unique_ptr<Snapshot>> OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) override;
  Result<std::vector<FeedEntry>> ReadFeed(const access::Caller& caller, uint64_t after_t, size_t maximum) override;
  uint64_t LastT() override;
  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)> listener) override { return listeners_.Add(std::move(listener)); }
  Result<CheckReport> Check(const access::Caller& caller) override;
  Status RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) override;
  Status FinishIndexing(const access::Caller& caller) override;
  void Tend() override;

 private:
  SqliteStore(std::shared_ptr<Engine> engine, bool own_threads) : engine_(std::move(engine)), own_threads_(own_threads) {}
  Status Begin();
  // Takes in what other processes committed, if anything did. Cheap when nothing did.
  Status Notice();
  void Watch();
  void LookAfter(bool audit);            // a round of Watch; `audit`: the notes of reads too
  void WorkInBackground();
  void MakeDictionaries();
  void SealAudit();

  std::shared_ptr<Engine> engine_;
  const bool own_threads_;
  Listeners listeners_;
  std::unique_ptr<Writer> writer_;
  std::mutex notice_mutex_;
  std::unique_ptr<Database> notice_database_;
  ChangeSign sign_;                      // of notice_database_
  std::optional<ChangeSign::Mark> seen_;
  int64_t data_version_ = -1;

  std::mutex watch_mutex_;
  std::condition_variable watch_wake_, work_wake_;
  bool stop_ = false;
  uint64_t called_t_ = 0;
  int64_t sealed_before_ = INT64_MIN;    // LocalDay up to which the audit is sealed, or nothing was to be
  Instant seal_again_;
  std::thread watcher_;
  std::thread worker_;
};

Result<std::unique_ptr<Store>> SqliteStore::Open(const OpenOptions& options) {
  if (!options.parameters || !options.clock) return Fault("open-options", "A store needs parameters and a clock.");
  QX_DO(MakeDirectories(options.directory));
  const std::string path = options.directory + "/record.db";
  {
    const FolderHeld held(options.directory);
    QX_TRY(const auto database, Database::Open(path, Database::Mode::kWrite, kBusyMilliseconds));
    QX_DO(CreateOrVerifySchema(*database));
  }
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  auto engine = std::make_shared<Engine>(path, *options.parameters, *options.clock, options.own_threads ? std::min(threads - 1, 7u) : 0u);
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(engine), options.own_threads));
  QX_DO(store->Begin());
  return std::unique_ptr<Store>(std::move(store));
}

Status SqliteStore::Begin() {
  QX_TRY(notice_database_, Database::Open(engine_->path, Database::Mode::kRead, kBusyMilliseconds));
  QX_DO(notice_database_->Execute("PRAGMA query_only=1; PRAGMA cache_size=-500"));
  QX_DO(engine_->catalog.Refresh(*notice_database_));
  sign_ = ChangeSign::Of(*notice_database_);
  QX_DO(Notice());
  QX_TRY(writer_, Writer::Start(*engine_, own_threads_, [this] { watch_wake_.notify_all(); }));
  QX_TRY(const int64_t fingerprint, ReadSetting(*notice_database_, "index_fingerprint", 0));
  const int64_t wanted = IndexFingerprint(engine_->parameters.fingerprint());
  if (fingerprint != wanted) {
    if (engine_->state.newest().t > 0) {
      LogWarning("store: the search index was made by another release or for other search parameters; it is made again");
      QX_DO(sqlite::RebuildIndex(*engine_, *writer_, [tenth = uint64_t{0}](uint64_t done, uint64_t total) mutable {
        if (total == 0 || done * 10 / total == tenth) return;
        tenth = done * 10 / total;
        LogInfo("store: search index " + std::to_string(tenth * 10) + " %");
      }));
    } else {
      QX_DO(writer_->Run([&](Database& database, WriterMemory&) { return WriteSetting(database, "index_fingerprint", wanted); }));
    }
  }
  QX_DO(writer_->Run([&](Database& database, WriterMemory& memory) { return engine_->custom.Open(*engine_, database, memory.next_slot - 1); }));
  QX_DO(engine_->custom.Refresh(*engine_, *notice_database_));
  called_t_ = engine_->state.newest().t;
  if (!own_threads_) return Ok();
  worker_ = std::thread([this] { WorkInBackground(); });
  watcher_ = std::thread([this] { Watch(); });
  return Ok();
}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(watch_mutex_);
    stop_ = true;
  }
  watch_wake_.notify_all();
  work_wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  if (worker_.joinable()) worker_.join();
  if (writer_) writer_->FlushAudit();
  writer_.reset();
}

Status SqliteStore::Notice() {
  const std::lock_guard lock(notice_mutex_);
  const std::optional<ChangeSign::Mark> mark = sign_.Read();
  if (mark && mark == seen_) return Ok();
  QX_TRY(Statement* statement, notice_database_->Cached("PRAGMA data_version"));
  const Resetter resetter(*statement);
  QX_TRY(const bool row, statement->Step());
  const int64_t version = row ? statement->Integer(0) : 0;
  if (version == data_version_) {
    seen_ = mark;
    return Ok();
  }
  statement->Reset();
  QX_TRY(const Moment newest, ReadNewestMoment(*notice_database_));
  if (newest.t > engine_->state.newest().t) {
    QX_DO(engine_->catalog.Refresh(*notice_database_));
    QX_DO(engine_->state.CatchUp(*notice_database_, newest));
  }
  QX_DO(engine_->custom.Refresh(*engine_, *notice_database_));
  data_version_ = version;
  seen_ = mark;
  return Ok();
}

void SqliteStore::Watch() {
  for (int round = 0;; ++round) {
    {
      std::unique_lock lock(watch_mutex_);
      watch_wake_.wait_for(lock, kWatch, [&] { return stop_ || engine_->state.newest().t != called_t_; });
      if (stop_) return;
    }
    LookAfter(round % kWatchesAnAudit == 0);
  }
}

void SqliteStore::LookAfter(bool audit) {
  const Status noticed = Notice();
  if (!noticed.ok()) LogWarning("store: " + Describe(noticed.error()));
  work_wake_.notify_all();
  const uint64_t t = engine_->state.newest().t;
  if (t != called_t_) {
    called_t_ = t;
    listeners_.Call(t);
  }
  if (audit) writer_->FlushAudit();
  if (engine_->samples.HasReady()) MakeDictionaries();
  SealAudit();
}

void SqliteStore::Tend() {
  if (own_threads_) return;
  LookAfter(true);
  const Status indexed = FinishCustom(*engine_, *writer_);
  if (!indexed.ok()) LogWarning("store: search parameters could not be indexed, it is tried again: " + Describe(indexed.error()));
}

// What the record's own search parameters leave to be done, until nothing is left; then it waits for the next change of them.
void SqliteStore::WorkInBackground() {
  pthread_setname_np(pthread_self(), "store-indexer");
  for (int64_t worked = -1;;) {
    const int64_t epoch = engine_->custom.epoch();
    Result<bool> more = false;
    if (epoch != worked) more = WorkOnCustom(*engine_, *writer_);
    if (more.ok() && !*more) worked = epoch;
    if (!more.ok()) LogWarning("store: search parameters could not be indexed, it is tried again: " + Describe(more.error()));
    std::unique_lock lock(watch_mutex_);
    if (!more.ok()) work_wake_.wait_for(lock, kWorkAgain, [&] { return stop_; });
    else if (!*more) work_wake_.wait(lock, [&] { return stop_ || engine_->custom.epoch() != worked; });
    if (stop_) return;
  }
}

void SqliteStore::SealAudit() {
  const Instant now = engine_->clock.Now();
  if (LocalDay(now) == sealed_before_ || now < seal_again_) return;
  const Result<std::optional<Seal>> sealed = SealIfDue(*engine_, *writer_);
  if (sealed.ok()) {
    sealed_before_ = LocalDay(now);
    return;
  }
  seal_again_ = {now.microseconds + kSealAgainMicroseconds};
  LogError("store: " + Describe(sealed.error()));
}

void SqliteStore::MakeDictionaries() {
  while (const std::optional<DictionarySamples::Ready> ready = engine_->samples.TakeReady()) {
    const std::string dictionary = bytes::TrainDictionary(ready->bodies, kDictionaryBytes);
    if (dictionary.empty()) continue;
    const Status stored = writer_->Run([&](Database& database, WriterMemory&) -> Status {
      QX_TRY(Statement* statement, database.Cached("INSERT INTO dictionary(type, data) SELECT number, ?2 FROM type "
                                                   "WHERE name = ?1"));
      statement->Text(1, ready->type);
      statement->Bytes(2, dictionary);
      return statement->Run();
    });
    if (!stored.ok()) {
      LogWarning("store: a dictionary was not stored: " + Describe(stored.error()));
      continue;
    }
    const std::lock_guard lock(notice_mutex_);
    const Status refreshed = engine_->catalog.Refresh(*notice_database_);
    if (!refreshed.ok()) LogWarning("store: " + Describe(refreshed.error()));
  }
}

Result<CommitReceipt> SqliteStore::Commit(const access::Caller& caller, CommitRequest request) {
  if (request.changes.size() > limits::kCommitChanges) {
    return Invalid("too-many-changes", "A commit has at most " + std::to_string(limits::kCommitChanges) + " changes.",
                   "一次提交最多 " + std::to_string(limits::kCommitChanges) + " 项变更。");
  }
  for (const Change& change : request.changes) {
    if (access::IsInternalType(change.type) && caller.role != access::Role::kSystem) {
      return MakeError(ErrorCategory::kForbidden, "not-your-work", "Your role does not do this.", "您的角色没有这项权限。");
    }
    QX_DO(access::DecideKept(caller, request.reason, change.type, change.id));
  }
  PreparedCommit commit{caller, std::move(request.reason), {}, engine_->custom.current()};
  commit.changes.resize(request.changes.size());
  std::vector<Status> states(request.changes.size(), Ok());
  engine_->crew.ForEach(request.changes.size(), [&](size_t i) {
    Result<PreparedChange> prepared = engine_->preparer.Prepare(std::move(request.changes[i]), commit.custom);
    if (prepared.ok()) {
      commit.changes[i] = std::move(prepared).value();
    } else {
      states[i] = std::move(prepared).error();
    }
  });
  for (Status& state : states) QX_DO(std::move(state));
  return writer_->Commit(std::move(commit));
}

Result<std::unique_ptr<Snapshot>> SqliteStore::OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) {
  QX_DO(Notice());
  Moment moment = engine_->state.newest();
  if (t && *t != moment.t) {
    QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
    QX_TRY(moment, ReadMoment(*database, *t));
  }
  return std::unique_ptr<Snapshot>(std::make_unique<SqliteSnapshot>(engine_, caller, moment));
}

Result<std::vector<FeedEntry>> SqliteStore::ReadFeed(const access::Caller& caller, uint64_t after_t, size_t maximum) {
  if (caller.role != access::Role::kSystem) {
    return MakeError(ErrorCategory::kForbidden, "not-your-work", "Only the program itself reads the feed.",
                     "只有程序本身可以读取变更流。");
  }
  QX_DO(Notice());
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  std::vector<FeedEntry> out;
  const Moment newest = engine_->state.newest();
  if (after_t >= newest.t || maximum == 0) return out;
  QX_TRY(const Moment from, ReadMoment(*database, after_t));
  QX_TRY(Statement* statement, database->Cached("SELECT t, type, id, version, deleted FROM stored WHERE slot > ?1 AND "
                                                "slot <= ?2 ORDER BY slot"));
  const Resetter resetter(*statement);
  statement->Integer(1, from.last);
  statement->Integer(2, newest.last);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return out;
    const auto t = static_cast<uint64_t>(statement->Integer(0));
    if (out.size() >= maximum && t != out.back().t) return out;   // whole commits only
    FeedEntry entry;
    entry.t = t;
    QX_TRY(entry.type, engine_->catalog.TypeName(statement->Integer(1), *database));
    entry.id = std::string(statement->Text(2));
    entry.version = static_cast<uint64_t>(statement->Integer(3));
    entry.deleted = statement->Integer(4) != 0;
    out.push_back(std::move(entry));
  }
}

uint64_t SqliteStore::LastT() {
  const Status noticed = Notice();
  if (!noticed.ok()) LogWarning("store: " + Describe(noticed.error()));
  return engine_->state.newest().t;
}

Result<CheckReport> SqliteStore::Check(const access::Caller& caller) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  return CheckStore(*engine_);
}

Status SqliteStore::RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  QX_DO(sqlite::RebuildIndex(*engine_, *writer_, progress));
  return FinishCustom(*engine_, *writer_);
}

Status SqliteStore::FinishIndexing(const access::Caller& caller) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  QX_DO(Notice());
  return FinishCustom(*engine_, *writer_);
}

}  // namespace
}  // namespace sqlite

Result<std::unique_ptr<Store>> OpenSqliteStore(const OpenOptions& options) { return sqlite::SqliteStore::Open(options); }

}  // namespace qianxian::store
