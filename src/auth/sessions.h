// Sessions in memory and in the store. The memory is a cache of the store: an entry is believed for
// limits::kSessionCheckSeconds and then read again (another process may have ended it, or changed its account).
// Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/auth.h"

namespace qianxian::auth {

inline constexpr std::string_view kSessionType = "QianxianSession";

struct StoredSession {                     // the record
  std::string user;
  std::string origin;
  bool token = false;
  Instant created, expires, last_used;
};

class Sessions {
 public:
  explicit Sessions(const Tools& tools) : tools_(tools) {}

  Result<SignedIn> Start(const Account& account, bool token, Instant expires, std::string_view origin);
  Result<std::shared_ptr<const Session>> Find(std::string_view secret, bool may_write = true);
  Result<std::shared_ptr<const Session>> Look(std::string_view secret);
  Status End(std::string_view secret);
  // Ends every session of the user but `but_secret`'s; tokens only if `tokens_too`.
  Status EndAll(std::string_view user, std::string_view but_secret, bool tokens_too);
  void Forget();                           // the cache only

 private:
  struct Entry {
    StoredSession stored;
    uint64_t account_version = 0;
    std::shared_ptr<const Session> session;
    std::atomic<int64_t> last_used{0};     // microseconds
    std::atomic<int64_t> last_saved{0};
    std::atomic<int64_t> checked_at{0};
  };
  using EntryPointer = std::shared_ptr<Entry>;

  EntryPointer Cached(const std::string& id);
  void Keep(const std::string& id, EntryPointer entry);
  void Drop(const std::string& id);
  Result<EntryPointer> Current(const std::string& id, int64_t now);
  bool IsOver(const StoredSession& stored, int64_t last_used, int64_t now) const;
  Result<EntryPointer> Load(const std::string& id, const EntryPointer& known);
  void SaveUse(const std::string& id, Entry& entry, int64_t now);
  Status Delete(const std::vector<std::string>& ids);
  Result<std::vector<std::pair<std::string, StoredSession>>> All();
  void RemoveOld(int64_t now);

  Tools tools_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, EntryPointer> entries_;
  std::atomic<int64_t> cleaned_at_{0};
};

// The account with its current version; not_found ("no-such-user").
Result<Account> ReadAccount(store::Store& store, std::string_view user);
// Writes it over exactly the version that was read (conflict otherwise).
Status WriteAccount(store::Store& store, const Account& account, std::string_view reason);
// The scope of an account now, for work that goes on without its user; not_found also if it is disabled.
Result<access::Caller> CallerOf(store::Store& store, std::string_view user);
Result<access::Caller> MakeCaller(store::Store& store, const Account& account, std::string_view origin);

}  // namespace qianxian::auth
