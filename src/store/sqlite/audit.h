// Who did or saw what. Writes are noted in their own transaction; reads wait here, bounded, and go with the next group
// of commits or within a second. A read that cannot be noted is refused. Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "store/audit.h"
#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {

AuditRecord MakeAuditRecord(const access::Caller& caller, Instant at, uint64_t t, const char* verb,
                            std::string_view type, std::string_view what, uint64_t rows);

class AuditQueue {
 public:
  // `patience`: how long a reader waits for room.
  explicit AuditQueue(std::chrono::milliseconds patience = std::chrono::seconds(5)) : patience_(patience) {}
  // unavailable ("audit-full") if limits::kAuditWaiting records wait and the writer does not take them away in time.
  Status Add(AuditRecord record);
  std::vector<AuditRecord> Take();
  void PutBack(std::vector<AuditRecord> records);     // they could not be written
  bool empty() const;

 private:
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::vector<AuditRecord> records_;
};

// The last note there is. Each note has a link that is made of it and of the link before (audit_chain.h).
struct ChainHead {
  int64_t number = 0;          // 0: there is none
  std::string link;            // "": it has none
};

// Writes records within the writer's transaction.
class AuditWriter {
 public:
  Status Write(Database& database, const std::vector<AuditRecord>& records);
  void Forget() { contexts_.clear(), head_.reset(); }      // after a rollback, or another process's commit

 private:
  Result<int64_t> Context(Database& database, const AuditRecord& record);
  std::unordered_map<std::string, int64_t> contexts_;
  std::optional<ChainHead> head_;
};

}  // namespace qianxian::store::sqlite
