#include "store/sqlite/writer.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/log.h"

namespace qianxian::store::sqlite {
namespace {

constexpr int kBusyMilliseconds = 20'000;
constexpr size_t kChangesInGroup = 20'000;     // a big import does not make the small commits behind it wait for long

}  // namespace

Result<std::unique_ptr<Writer>> Writer::Start(Engine& engine, bool own_thread, std::function<void()> committed) {
  QX_TRY(std::unique_ptr<Database> database, Database::Open(engine.path, Database::Mode::kWrite, kBusyMilliseconds));
  // FULL: the log is synced at every commit. The log is folded into the file when it has grown to 64 MB.
  QX_DO(database->Execute("PRAGMA synchronous=FULL; PRAGMA cache_size=-49152; PRAGMA temp_store=MEMORY; "
                          "PRAGMA wal_autocheckpoint=16384; PRAGMA journal_size_limit=134217728; "
                          "PRAGMA foreign_keys=OFF"));
  std::unique_ptr<Writer> writer(new Writer(engine, std::move(database), std::move(committed)));
  if (own_thread) writer->thread_ = std::thread([raw = writer.get()] { raw->Loop(); });
  return writer;
}

Writer::Writer(Engine& engine, std::unique_ptr<Database> database, std::function<void()> committed)
    : engine_(engine), database_(std::move(database)), committed_(std::move(committed)) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Writer::Waiting::Wait() {
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return done; });
}

void Writer::Waiting::Finish() {
  const std::lock_guard lock(mutex);   // held over the notification: afterwards this may be gone
  done = true;
  wake.notify_one();
}

void Writer::Await(Waiting& waiting) {
  if (!thread_.joinable()) return Process({&waiting});
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(&waiting);
  }
  wake_.notify_one();
  waiting.Wait();
}

Result<CommitReceipt> Writer::Commit(PreparedCommit commit) {
  Waiting waiting;
  waiting.commit = &commit;
  Await(waiting);
  return std::move(*waiting.result);
}

Status Writer::Run(Job job) {
  Waiting waiting;
  waiting.job = &job;
  Await(waiting);
  if (!waiting.result->ok()) return std::move(*waiting.result).error();
  return Ok();
}

void Writer::FlushAudit() {
  if (engine_.audit.empty()) return;
  Waiting waiting;   // neither commit nor job: every group takes the waiting records along
  Await(waiting);
  if (!waiting.result->ok()) LogError("store: the audit could not be written: " + Describe(waiting.result->error()));
}

std::vector<Writer::Waiting*> Writer::TakeGroup() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stop_ || !queue_.empty(); });
  std::vector<Waiting*> group;
  size_t changes = 0;
  while (!queue_.empty() && group.size() < limits::kGroupCommitMaximum) {
    Waiting* next = queue_.front();
    // A job has a transaction to itself.
    if (next->job && !group.empty()) break;
    if (next->commit) {
      if (!group.empty() && changes + next->commit->changes.size() > kChangesInGroup) break;
      changes += next->commit->changes.size();
    }
    queue_.pop_front();
    group.push_back(next);
    if (next->job) break;
  }
  return group;
}

void Writer::Loop() {
  pthread_setname_np(pthread_self(), "store-writer");   // as it is seen in profiles
  for (;;) {
    const std::vector<Waiting*> group = TakeGroup();
    if (group.empty()) return;   // told to stop, and nothing waits
    Process(group);
    for (Waiting* waiting : group) waiting->Finish();
  }
}

Status Writer::Begin() {
  QX_TRY(Statement* begin, database_->Cached("BEGIN IMMEDIATE"));
  QX_DO(begin->Run());
  QX_TRY(Statement* version, database_->Cached("PRAGMA data_version"));
  const Resetter resetter(*version);
  QX_TRY(const bool row, version->Step());
  const int64_t now = row ? version->Integer(0) : 0;
  if (now == data_version_ && !stale_) return Ok();
  // Somebody else wrote: another process, or we were rolled back.
  QX_DO(memory_.Load(*database_));
  QX_TRY(const Moment newest, ReadNewestMoment(*database_));
  QX_DO(stale_ ? engine_.catalog.ReadAgain(*database_) : engine_.catalog.Refresh(*database_));
  QX_DO(engine_.state.CatchUp(*database_, newest));
  QX_DO(engine_.custom.Refresh(engine_, *database_));
  data_version_ = now;
  stale_ = false;
  return Ok();
}

Status Writer::KeepCustom(const Group& work) {
  if (!work.HasChanges()) return Ok();
  const Slot last = memory_.next_slot - 1;
  if (work.ChangesSearchParameters()) QX_DO(engine_.custom.Reconcile(engine_, *database_, last));
  return engine_.custom.Note(*database_, last);
}

Status Writer::WriteGroup(const std::vector<Waiting*>& group, Group& work, const std::vector<AuditRecord>& audit) {
  for (Waiting* waiting : group) {
    if (waiting->commit) {
      const CustomSet custom = engine_.custom.current();
      if (waiting->commit->custom != custom) QX_DO(engine_.preparer.PrepareAgain(*waiting->commit, custom, *database_));
      waiting->result = work.Judge(*waiting->commit);
      // A refusal is this commit's own. An error of the disk has taken the transaction back: what is written after it would stand alone.
      if (!waiting->result->ok() && !database_->InTransaction()) return waiting->result->error();
      continue;
    }
    if (waiting->job) QX_DO((*waiting->job)(*database_, memory_));
    waiting->result = CommitReceipt{};
  }
  QX_DO(work.Write(audit));
  QX_DO(KeepCustom(work));
  QX_TRY(Statement* commit, database_->Cached("COMMIT"));
  return commit->Run();
}

void Writer::Process(const std::vector<Waiting*>& group) {
  Status begun = Begin();
  Status written = Ok();
  std::optional<Group> work;
  std::vector<AuditRecord> audit;
  if (begun.ok()) {
    audit = engine_.audit.Take();
    work.emplace(*database_, memory_, engine_.clock.Now());
    written = WriteGroup(group, *work, audit);
  }
  if (!begun.ok() || !written.ok()) {
    const Error& error = begun.ok() ? written.error() : begun.error();
    for (Waiting* waiting : group) {
      // A commit that was refused keeps its own reason.
      if (!waiting->result || waiting->result->ok()) waiting->result = error;
    }
    stale_ = true;
    engine_.custom.Forget();
    engine_.audit.PutBack(std::move(audit));
    const Status undone = database_->Execute("ROLLBACK");
    if (!undone.ok() && begun.ok()) LogWarning("store: " + Describe(undone.error()));
    return;
  }
  // Also where every commit was refused: the name of its type is stored now, and nobody will call it new again.
  if (work->new_names()) {
    const Status refreshed = engine_.catalog.Refresh(*database_);
    if (!refreshed.ok()) LogWarning("store: " + Describe(refreshed.error()));
  }
  if (work->ChangesSearchParameters()) {
    // Before anybody is told, so that who wrote the parameter finds it.
    const Status refreshed = engine_.custom.Refresh(engine_, *database_);
    if (!refreshed.ok()) {
      LogWarning("store: " + Describe(refreshed.error()));
      stale_ = true;
    }
  }
  if (!work->HasChanges()) {
    if (group[0]->job) stale_ = true;   // a job may have changed what memory_ holds
    return;
  }
  engine_.state.Advance(memory_.newest, memory_.next_slot - 1, work->supersessions());
  committed_();
}

}  // namespace qianxian::store::sqlite
