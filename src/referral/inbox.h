// The quiet inbox: notices (Communication `notice-…`) to the caller's institutions. They are records, so that they survive
// reloads; one for each event and recipient. Threads: any. Failures: the store's; not_found ("no-such-notice").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "referral/parts.h"
#include "search/parameters.h"

namespace qianxian::referral {

struct InboxEntry {
  std::string id, at, kind, zh, en, about, patient;
  bool read = false;
};

struct InboxPage {
  std::vector<InboxEntry> notices;         // newest first
  uint64_t unread = 0;
};

// The notice, read; none: it was read before. Pure.
std::optional<store::Change> AsRead(const store::Resource& notice);

class Inbox {
 public:
  Inbox(store::Store& store, const search::Parameters& parameters) : store_(store), parameters_(parameters) {}
  Result<InboxPage> List(const access::Caller& caller, bool read_too, size_t count);
  Status MarkRead(const access::Caller& caller, std::string_view id);

 private:
  store::Store& store_;
  const search::Parameters& parameters_;
};

}  // namespace qianxian::referral
