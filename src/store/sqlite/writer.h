// Writer: the one thread that writes. It takes all commits that wait, writes them in one SQLite transaction, syncs the
// disk once, and only then tells each of them what became of it. Threads: Commit and Run from any; without a thread of its own
// (OpenOptions::own_threads) from one, and each is a group by itself.
// Failures: those of the commits; busy when another process holds the record for too long; unavailable (disk).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "store/sqlite/engine.h"
#include "store/sqlite/group.h"

namespace qianxian::store::sqlite {

class Writer {
 public:
  // `committed` is called from the writer's thread after each group that changed the record.
  static Result<std::unique_ptr<Writer>> Start(Engine& engine, bool own_thread, std::function<void()> committed);
  ~Writer();                                      // finishes what waits

  Result<CommitReceipt> Commit(PreparedCommit commit);
  // Work of the store's own inside a transaction of the writer. The job must leave `memory` as the database is.
  using Job = std::function<Status(Database&, WriterMemory&)>;
  Status Run(Job job);
  // Writes the audit records that wait.
  void FlushAudit();

 private:
  struct Waiting {
    PreparedCommit* commit = nullptr;
    const Job* job = nullptr;
    std::optional<Result<CommitReceipt>> result;
    // A wait that sleeps at once: many clients that spin take the processor from the writer they wait for.
    std::mutex mutex;
    std::condition_variable wake;
    bool done = false;
    void Wait();
    void Finish();
  };
  Writer(Engine& engine, std::unique_ptr<Database> database, std::function<void()> committed);
  void Await(Waiting& waiting);                   // until it is done
  void Loop();
  std::vector<Waiting*> TakeGroup();
  void Process(const std::vector<Waiting*>& group);
  Status Begin();
  Status WriteGroup(const std::vector<Waiting*>& group, Group& work, const std::vector<AuditRecord>& audit);
  // What the group means for the search parameters that the record defines.
  Status KeepCustom(const Group& work);

  Engine& engine_;
  std::unique_ptr<Database> database_;
  std::function<void()> committed_;
  WriterMemory memory_;
  int64_t data_version_ = -1;
  bool stale_ = true;                             // memory_ must be loaded again

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting*> queue_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace qianxian::store::sqlite
