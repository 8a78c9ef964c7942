// Follow: the feed from the cursor on, each change judged for each subscription, numbers given.
#include <algorithm>

#include "base/limits_exchange.h"
#include "base/log.h"
#include "subscribe/running.h"

namespace qianxian::subscribe {
namespace {

constexpr size_t kPiece = 1000;             // changes a round
constexpr uint64_t kCursorEvery = 1000;     // commits that nobody asked for; after a crash they are judged again, to no effect

access::Caller Self() { return access::SystemCaller("subscriptions"); }

// none: there is no such version to be read (it is a deletion, or the first).
Result<std::optional<store::Resource>> ReadVersion(store::Snapshot& snapshot, const store::FeedEntry& entry, uint64_t version) {
  if (version == 0) return std::optional<store::Resource>();
  Result<store::Resource> found = snapshot.ReadVersion(entry.type, entry.id, version);
  if (found.ok()) return found->deleted ? std::nullopt : std::optional<store::Resource>(std::move(*found));
  if (found.error().category == ErrorCategory::kNotFound) return std::optional<store::Resource>();
  return std::move(found).error();
}

// A deletion has no body to say when it was.
Result<Instant> TimeOf(store::Snapshot& snapshot, const store::FeedEntry& entry) {
  QX_TRY(store::HistoryPage history, snapshot.History(entry.type, entry.id, std::nullopt, 20, ""));
  for (const store::Resource& version : history.versions) {
    if (version.version == entry.version) return version.last_updated;
  }
  return Instant{};
}

}  // namespace

struct Service::Round {
  store::Snapshot& snapshot;
  std::vector<std::shared_ptr<Running>> active;
  std::map<std::string, std::vector<Event>> events;
  std::map<std::string, std::unique_ptr<store::Snapshot>> readers;   // by user; nullptr: there is no such user any more
};

void Service::FindActive(Round& round) {
  round.active.clear();
  for (const auto& [id, running] : board_.Lock()->running) {
    if (running->claim && running->problem.empty() && running->subscription.status == "active") round.active.push_back(running);
  }
}

Result<bool> Service::Follow() {
  std::lock_guard lock(follow_);
  QX_TRY(std::vector<store::FeedEntry> entries, options_.store->ReadFeed(Self(), cursor_, kPiece));
  if (entries.empty()) return false;
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  Round round{*snapshot, {}, {}, {}};
  if (std::any_of(entries.begin(), entries.end(), [](const store::FeedEntry& entry) { return entry.type == "Basic"; })) {
    QX_DO(LoadTopics(*snapshot));
    std::vector<std::string> ids;
    for (const auto& [id, running] : board_.Lock()->running) ids.push_back(id);
    for (const std::string& id : ids) QX_DO(Refresh(*snapshot, id));
  }
  FindActive(round);
  for (const store::FeedEntry& entry : entries) {
    if (access::IsInternalType(entry.type)) continue;
    if (entry.type == "Subscription") {
      QX_DO(Refresh(*snapshot, entry.id));
      FindActive(round);
    }
    QX_DO(Number(entry, round));
  }
  QX_DO(FinishRound(round, entries.back().t));
  return true;
}

Status Service::Number(const store::FeedEntry& entry, Round& round) {
  auto interested = [&](const std::shared_ptr<Running>& running) {
    return running->claim->from_t < entry.t && running->topic->IsAbout(entry.type);
  };
  if (std::none_of(round.active.begin(), round.active.end(), interested)) return Ok();
  Occurrence occurrence;
  QX_TRY(std::optional<store::Resource> current, ReadVersion(round.snapshot, entry, entry.deleted ? 0 : entry.version));
  QX_TRY(std::optional<store::Resource> previous, ReadVersion(round.snapshot, entry, entry.version - 1));
  if (!current && !previous) return Ok();
  std::optional<json::Document> current_document, previous_document;
  if (current) {
    QX_TRY(current_document, json::Document::Parse(current->body));
    occurrence.current = &*current;
    occurrence.current_body = current_document->root();
  }
  if (previous) {
    QX_TRY(previous_document, json::Document::Parse(previous->body));
    occurrence.previous = &*previous;
    occurrence.previous_body = previous_document->root();
  }
  occurrence.interaction = !current ? Interaction::kDelete : previous ? Interaction::kUpdate : Interaction::kCreate;
  JudgeTools tools{*options_.definitions, *options_.parameters, Now()};
  for (const std::shared_ptr<Running>& running : round.active) {
    if (!interested(running) || !Concerns(tools, *running->topic, running->subscription, occurrence)) continue;
    QX_TRY(bool may, MayRead(running->claim->user, entry, round));
    if (!may) continue;
    Event event;
    event.t = entry.t;
    event.type = entry.type;
    event.id = entry.id;
    event.version = entry.version;
    event.interaction = occurrence.interaction;
    event.at = current ? current->last_updated : Instant{};
    if (!current) {
      QX_TRY(event.at, TimeOf(round.snapshot, entry));
    }
    round.events[running->subscription.id].push_back(std::move(event));
  }
  return Ok();
}

Result<bool> Service::MayRead(const std::string& user, const store::FeedEntry& entry, Round& round) {
  auto reader = round.readers.find(user);
  if (reader == round.readers.end()) {
    Result<access::Caller> caller = options_.caller_of(user);
    std::unique_ptr<store::Snapshot> snapshot;
    if (caller.ok()) {
      QX_TRY(snapshot, options_.store->OpenSnapshot(*caller));
    } else if (caller.error().category != ErrorCategory::kNotFound) {
      return std::move(caller).error();
    }
    reader = round.readers.emplace(user, std::move(snapshot)).first;
  }
  if (!reader->second) return false;
  return reader->second->ReadVersion(entry.type, entry.id, entry.deleted ? entry.version - 1 : entry.version).ok();
}

// The numbers, the events and the cursor in one commit.
Status Service::FinishRound(Round& round, uint64_t t) {
  std::vector<store::Change> changes;
  std::map<std::string, uint64_t> last;
  for (const std::shared_ptr<Running>& running : round.active) {
    const std::string& id = running->subscription.id;
    auto found = round.events.find(id);
    if (found == round.events.end()) continue;
    qianxian::subscribe::Claim claim = *running->claim;
    uint64_t before = claim.last;
    for (Event& event : found->second) event.number = ++claim.last;
    changes.push_back(PutClaim(id, claim));
    AppendEvents(id, found->second, changes);
    last[id] = claim.last;
    if (before / limits::kSubscriptionBlock == claim.last / limits::kSubscriptionBlock || claim.last <= limits::kSubscriptionEventsKept) continue;
    uint64_t keep_from = claim.last - limits::kSubscriptionEventsKept;
    if (running->IsHook()) {
      auto board = board_.Lock();
      keep_from = std::min(keep_from, running->delivered);
    }
    QX_TRY(std::vector<store::Change> old, ForgetEvents(round.snapshot, id, keep_from, 2 * limits::kSubscriptionBlock));
    for (store::Change& change : old) changes.push_back(std::move(change));
  }
  bool far = saved_cursor_ && t - *saved_cursor_ >= kCursorEvery;
  if (!changes.empty() || far) {
    changes.push_back(PutCursor(t));
    QX_DO(options_.store->Commit(Self(), Request(std::move(changes), "events")));
    saved_cursor_ = t;
  }
  cursor_ = t;
  auto board = board_.Lock();
  for (const auto& [id, number] : last) {
    auto running = board->running.find(id);
    if (running != board->running.end() && running->second->claim) running->second->claim->last = number;
  }
  return Ok();
}

}  // namespace qianxian::subscribe
