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
  bool needs_code = false;                 // half a session
  int wrong_codes = 0;                     // of this half
  std::string client, scope, anchor;       // of a Grant
  Instant created, expires, last_used;
};

class Sessions {
 public:
  explicit Sessions(const Tools& tools) : tools_(tools) {}

  Result<SignedIn> Start(const Account& account, bool token, Instant expires, std::string_view origin);
  Result<std::shared_ptr<const Session>> Find(std::string_view secret, bool may_write = true);
  Result<std::shared_ptr<const Session>> Look(std::string_view secret);
  // The first half of a sign-in: for minutes, and for presenting a code only.
  Result<SignedIn> StartHalf(const Account& account, std::string_view origin);
  Result<SignedIn> StartGranted(const Account& account, const Grant& grant, Instant expires, std::string_view origin);
  Status EndGranted(std::string_view id);
  Status EndClient(std::string_view client);
  // A wrong code ends a half session at limits::kHalfSessionTries.
  Status CountWrongCode(std::string_view secret);
  Status End(std::string_view secret);
  // The sessions and tokens of a user that have not ended, the last used first; half ones are none.
  Result<std::vector<std::pair<std::string, StoredSession>>> Of(std::string_view user);
  // One of them, by its id; not_found ("no-such-session") for anybody else's.
  Status EndOne(std::string_view user, std::string_view id);
  static std::string IdOf(std::string_view secret);
  // Ends every session of the user but `but_secret`'s; tokens only if `tokens_too`.
  Status EndAll(std::string_view user, std::string_view but_secret, bool tokens_too);
  void Forget();                           // the cache only

 private:
  struct Entry {
    StoredSession stored;
    uint64_t version = 0;                  // of the record
    uint64_t account_version = 0;
    std::shared_ptr<const Session> session;
    std::atomic<int64_t> last_used{0};     // microseconds
    std::atomic<int64_t> last_saved{0};
    std::atomic<int64_t> checked_at{0};
  };
  using EntryPointer = std::shared_ptr<Entry>;

  EntryPointer Cached(const std::string& id);
  void Keep(const std::string& id, EntryPointer entry, uint64_t read_at);
  Result<SignedIn> Begin(const StoredSession& stored, std::string_view reason);
  void Drop(const std::string& id);
  Result<EntryPointer> Current(const std::string& id, int64_t now);
  bool IsOver(const StoredSession& stored, int64_t last_used, int64_t now) const;
  Result<EntryPointer> Load(const std::string& id, const EntryPointer& known);
  void SaveUse(const std::string& id, Entry& entry, int64_t now);
  Status Delete(const std::vector<std::string>& ids, const access::Caller& by = access::SystemCaller("auth"));
  Result<std::vector<std::pair<std::string, StoredSession>>> All();
  void RemoveOld(int64_t now);

  Tools tools_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, EntryPointer> entries_;
  uint64_t ended_ = 0;                     // goes up whenever something ends: what was read before is not kept after
  std::atomic<int64_t> cleaned_at_{0};
};

// Again while somebody else changes the account at the same time: what is counted on it is counted one after the other.
template <typename Work>
auto RetryConflicts(const Work& work) {
  constexpr int kTries = 8;
  for (int attempt = 0;; ++attempt) {
    auto result = work();
    if (result.ok() || result.error().code != "version-conflict" || attempt >= kTries) return result;
  }
}

}  // namespace qianxian::auth
