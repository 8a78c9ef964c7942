#include "referral/inbox.h"

#include <algorithm>
#include <map>

namespace qianxian::referral {
namespace {

constexpr int64_t kHour = 3'600'000'000;
constexpr uint64_t kLookedBack = 40;       // versions of a thing whose notices a step settles
constexpr size_t kFoundMost = 1000;
constexpr int kTries = 5;                  // when others read it meanwhile

Error NoSuchNotice() { return NotFound("no-such-notice", "There is no such notice.", "没有这条通知。"); }

bool Has(const std::vector<std::string>& all, std::string_view one) { return std::find(all.begin(), all.end(), one) != all.end(); }

// The institutions for which the caller may act.
std::vector<std::string> PlacesOf(const access::Caller& caller) {
  std::vector<std::string> places;
  for (const std::string& one : caller.organizations)
    if (!Has(places, one) && access::Decide(caller, access::Verb::kWrite, "Task", one).ok()) places.push_back(one);
  return places;
}

std::string Since(Instant now, int64_t hours) { return FormatInstant({std::max<int64_t>(0, now.microseconds - hours * kHour)}); }

// Everybody's, or the caller's own, or long not read by whom it was for.
std::string FilterFor(const access::Caller& caller, Instant now) {
  std::string filter = "not (_tag eq \"" + std::string(kForPerson) + "\" and sent ge \"" + Since(now, kPersonalHours) + "\")";
  for (const std::string& actor : ActorsOf(caller)) filter += " or recipient re \"" + actor + "\"";
  return filter;
}

// The caller has read it.
void MarkAsRead(const access::Caller& caller, NoticeRecord& record) {
  record.read_by.push_back(AccountOf(caller));
  if (Has(ActorsOf(caller), record.notice.person) || record.read_by.size() >= kReadersMost) record.settled = true;
}

InboxEntry EntryOf(const access::Caller& caller, const NoticeRecord& record, Instant now) {
  const Notice& notice = record.notice;
  const bool old = InstantOf(record.at).microseconds < now.microseconds - kUnreadDays * 24 * kHour;
  return {record.id, notice.event, record.at, notice.kind, notice.zh, notice.en, notice.about, notice.patient,
          record.settled || old || Has(record.read_by, AccountOf(caller))};
}

// An event that several institutions of one person were told of is one entry, unread as long as one of them is.
void Add(std::vector<InboxEntry>& entries, std::map<std::string, size_t>& events, InboxEntry one) {
  if (!one.event.empty()) {
    const auto [there, is_new] = events.try_emplace(one.event, entries.size());
    if (!is_new) {
      if (entries[there->second].read && !one.read) entries[there->second] = std::move(one);
      return;
    }
  }
  entries.push_back(std::move(one));
}

// The record, if it is there and the caller may act on it.
Result<std::optional<NoticeRecord>> Found(store::Snapshot& snapshot, const access::Caller& caller, std::string_view id) {
  const std::optional<NoticeRecord> none;
  const Result<store::Resource> read = snapshot.Read("Communication", id);
  if (!read.ok()) return read.error().category == ErrorCategory::kNotFound ? Result<std::optional<NoticeRecord>>(none) : read.error();
  QX_TRY(NoticeRecord record, NoticeFrom(*read));
  // Who may look at it because he treats the patient is not whom it was sent to.
  if (!IsAt(record, caller)) return none;
  return std::optional<NoticeRecord>(std::move(record));
}

}  // namespace

Result<std::optional<store::Change>> Settled(const store::Resource& notice) {
  QX_TRY(NoticeRecord record, NoticeFrom(notice));
  if (record.settled) return std::optional<store::Change>();
  record.settled = true;
  return std::optional<store::Change>(NoticeChange(record));
}

Status SettleTold(store::Snapshot& snapshot, std::string_view thing, uint64_t version, std::string_view institution, std::string_view who,
                  std::vector<store::Change>& changes) {
  for (uint64_t told = version > kLookedBack ? version - kLookedBack : 0; told < version; ++told) {
    const Result<store::Resource> notice = snapshot.Read("Communication", NoticeId(std::string(thing) + "/" + std::to_string(told), institution));
    if (!notice.ok() && notice.error().category == ErrorCategory::kNotFound) continue;
    if (!notice.ok()) return notice.error();
    QX_TRY(NoticeRecord record, NoticeFrom(*notice));
    if (record.settled || (!record.notice.person.empty() && record.notice.person != ActorOf(who))) continue;
    record.settled = true;
    changes.push_back(NoticeChange(record));
  }
  return Ok();
}

Result<uint64_t> Inbox::CountUnread(store::Snapshot& snapshot, const search::NamedValues& unread, bool several) {
  search::NamedValues asked = unread;
  asked.emplace_back("_summary", "count");
  QX_TRY(const search::Query count, search::Query::Parse(parameters_, "Communication", asked, {}));
  QX_TRY(const store::SearchPage counted, snapshot.Search(count));
  uint64_t events = counted.total.value_or(0);
  if (!several || events < 2) return events;
  search::NamedValues by_event = unread;
  by_event.emplace_back("_sort", "identifier");
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Communication", by_event, {}));
  QX_TRY(const std::vector<store::Tally> tallies, snapshot.CountBy(query));
  for (const store::Tally& one : tallies) events -= one.resources - 1;
  return events;
}

Result<InboxPage> Inbox::List(const access::Caller& caller, bool read_too, size_t count) {
  InboxPage page;
  const std::vector<std::string> places = PlacesOf(caller);
  if (places.empty()) return page;
  const Instant now = clock_.Now();
  std::string recipients;
  for (const std::string& one : places) recipients += (recipients.empty() ? "" : ",") + ("Organization/" + one);
  const search::NamedValues all = {{"recipient", recipients}, {"category", std::string(kNoticeSystem) + "|"}, {"_filter", FilterFor(caller, now)}};
  search::NamedValues unread = all;
  unread.insert(unread.end(), {{"status", "in-progress"}, {"sent", "ge" + Since(now, kUnreadDays * 24)}, {"_tag:not", std::string(kReadBySystem) + "|" + AccountOf(caller)}});
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  QX_TRY(page.unread, CountUnread(*snapshot, unread, places.size() > 1));
  search::NamedValues asked = read_too ? all : unread;
  asked.insert(asked.end(), {{"_sort", "-sent"}, {"_count", std::to_string(std::min(count * places.size(), std::max(count, kFoundMost)))}});
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Communication", asked, {}));
  QX_TRY(const store::SearchPage found, snapshot->Search(query));
  std::map<std::string, size_t> events;
  for (const store::Resource& resource : found.matches) {
    QX_TRY(const NoticeRecord record, NoticeFrom(resource));
    Add(page.notices, events, EntryOf(caller, record, now));
  }
  if (page.notices.size() > count) page.notices.resize(count);
  return page;
}

// The changes by which it, and what other institutions of the caller were told of the same event, is read; none: it was before.
Result<std::vector<store::Change>> Inbox::Reading(const access::Caller& caller, std::string_view id) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  QX_TRY(const std::optional<NoticeRecord> asked, Found(*snapshot, caller, id));
  if (!asked) return NoSuchNotice();
  std::vector<NoticeRecord> told = {*asked};
  for (const std::string& place : PlacesOf(caller)) {
    if (asked->notice.event.empty() || place == asked->notice.recipient) continue;
    QX_TRY(std::optional<NoticeRecord> other, Found(*snapshot, caller, NoticeId(asked->notice.event, place)));
    if (other) told.push_back(std::move(*other));
  }
  std::vector<store::Change> changes;
  for (NoticeRecord& one : told) {
    if (one.settled || Has(one.read_by, AccountOf(caller))) continue;
    MarkAsRead(caller, one);
    changes.push_back(NoticeChange(one));
  }
  return changes;
}

Status Inbox::MarkRead(const access::Caller& caller, std::string_view id) {
  if (!id.starts_with(kNoticePrefix)) return NoSuchNotice();
  access::Caller program = access::SystemCaller("referral");
  program.user = caller.user;
  for (int tries = 1;; ++tries) {
    store::CommitRequest request;
    request.reason = "referral:read";
    QX_TRY(request.changes, Reading(caller, id));
    if (request.changes.empty()) return Ok();
    const Result<store::CommitReceipt> done = store_.Commit(program, std::move(request));
    if (done.ok()) return Ok();
    // Somebody else read it at the same time.
    if (done.error().code != "version-conflict" || tries >= kTries) return done.error();
  }
}

}  // namespace qianxian::referral
