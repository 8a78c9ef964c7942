// The quiet inbox: what the caller is told by notices (Communication `notice-…`, notice_records.h). They are records, so that
// they survive reloads.
// Whose: each notice is to an institution, for who may act there. One that names a person is his alone for kPersonalHours; after
// that, if he has not read it, it is everybody's there: he may be on leave, or gone. Once: an event that was told to several
// institutions of one caller is one entry. Read: by each for himself; a notice is settled, read for everybody, when the person
// whom it names has read it, when kReadersMost have, or when somebody has acted on what it says (SettleTold). What is older than
// kUnreadDays counts as read: whoever has to act is reminded by newer ones.
// Threads: any. Failures: the store's; not_found ("no-such-notice"), conflict ("version-conflict") when others kept writing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "referral/notice_records.h"
#include "search/parameters.h"
#include "search/query.h"

namespace qianxian::referral {

inline constexpr int64_t kPersonalHours = 24, kUnreadDays = 90;

struct InboxEntry {
  std::string id, event, at, kind, zh, en, about, patient;
  bool read = false;                       // by the caller
};

struct InboxPage {
  std::vector<InboxEntry> notices;         // newest first
  uint64_t unread = 0;
};

// The notice, read for everybody; none: it was before. Pure.
Result<std::optional<store::Change>> Settled(const store::Resource& notice);

// Somebody of the institution has acted: what it was told before of this thing (its id, its version before the step) is settled,
// but for what names another person. `who`: of the step.
Status SettleTold(store::Snapshot& snapshot, std::string_view thing, uint64_t version, std::string_view institution, std::string_view who,
                  std::vector<store::Change>& changes);

class Inbox {
 public:
  Inbox(store::Store& store, const search::Parameters& parameters, Clock& clock) : store_(store), parameters_(parameters), clock_(clock) {}
  // `caller`: with the account's own institutions.
  Result<InboxPage> List(const access::Caller& caller, bool read_too, size_t count);
  Status MarkRead(const access::Caller& caller, std::string_view id);

 private:
  Result<uint64_t> CountUnread(store::Snapshot& snapshot, const search::NamedValues& unread, bool several);
  Result<std::vector<store::Change>> Reading(const access::Caller& caller, std::string_view id);

  store::Store& store_;
  const search::Parameters& parameters_;
  Clock& clock_;
};

}  // namespace qianxian::referral
