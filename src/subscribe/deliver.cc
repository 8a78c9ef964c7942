// DeliverOne: whose turn it is, what is due, and what follows when it fails. No lock is held while the network is waited for.
#include <algorithm>

#include "base/limits_exchange.h"
#include "base/log.h"
#include "json/writer.h"
#include "subscribe/running.h"

namespace qianxian::subscribe {
namespace {

constexpr int64_t kSecond = 1'000'000;

access::Caller Self() { return access::SystemCaller("subscriptions"); }

Instant After(Instant now, int64_t seconds) { return Instant{now.microseconds + seconds * kSecond}; }

// The resource with another status, and with the reason when it is an error; all else as it was.
std::string WithStatus(json::Value resource, std::string_view status, const std::string& error) {
  json::Writer writer;
  writer.BeginObject();
  for (json::Member member : resource.Members()) {
    if (member.name == "error" || member.name == "_error") continue;
    if (member.name == "status") writer.Member("status", status);
    else writer.Name(member.name).Copy(member.value);
  }
  writer.MemberIfAny("error", error).EndObject();
  return writer.Take();
}

}  // namespace

struct Service::Task {
  Running running;
  Work work = Work::kNone;
};

Service::Work Service::DueOf(const Running& running, Instant now) const {
  if (!running.claim) return now >= After(running.seen_at, limits::kSubscriptionClaimSeconds) ? Work::kUnclaimed : Work::kNone;
  if (!running.problem.empty()) return Work::kUnreadable;
  if (now < running.next_try) return Work::kNone;
  const Subscription& subscription = running.subscription;
  if (subscription.end && now >= *subscription.end) return Work::kEnd;
  if (subscription.status != "active") return Work::kHandshake;
  if (!running.IsHook() && running.sockets.empty()) return Work::kNone;
  if (running.delivered < running.claim->last) return Work::kEvents;
  bool silent = subscription.heartbeat_seconds > 0 && now >= After(running.last_sent, subscription.heartbeat_seconds);
  return silent ? Work::kHeartbeat : Work::kNone;
}

// The next after the one that had its turn last.
std::optional<Service::Task> Service::TakeDue() {
  auto board = board_.Lock();
  Instant now = Now();
  DropSockets(*board, now);
  auto at = board->running.upper_bound(board->last_delivered);
  for (size_t looked = 0; looked < board->running.size(); ++looked, ++at) {
    if (at == board->running.end()) at = board->running.begin();
    Work work = board->busy.count(at->first) ? Work::kNone : DueOf(*at->second, now);
    if (work == Work::kNone) continue;
    board->busy.insert(at->first);
    board->last_delivered = at->first;
    return Task{*at->second, work};
  }
  return std::nullopt;
}

bool Service::DeliverOne() {
  std::optional<Task> task = TakeDue();
  if (!task) return false;
  Status done = DoWork(*task);
  if (!done.ok()) Failed(*task, done.error());
  board_.Lock()->busy.erase(task->running.subscription.id);
  return true;
}

Status Service::DoWork(const Task& task) {
  const Running& running = task.running;
  switch (task.work) {
    case Work::kNone: return Ok();
    case Work::kUnclaimed:
      return SetStatus(running, "error", "没有订阅人：请通过 /fhir 重新提交 · nobody subscribed (an import?): write it again through /fhir");
    case Work::kUnreadable: return SetStatus(running, "error", running.problem);
    case Work::kEnd: return SetStatus(running, "off", "");
    case Work::kHandshake: {
      if (running.IsHook()) {
        QX_TRY(Notice notice, MakeNotice(running, NoticeKind::kHandshake, {}, running.subscription.content));
        QX_DO(SendOut(running, notice));
      }
      return SetStatus(running, "active", "");
    }
    case Work::kEvents:
    case Work::kHeartbeat: return Deliver(task);
  }
  return Ok();
}

void Service::Change(const std::string& id, const std::function<void(Running&)>& change) {
  auto board = board_.Lock();
  auto found = board->running.find(id);
  if (found != board->running.end()) change(*found->second);
}

Status Service::Deliver(const Task& task) {
  const Running& running = task.running;
  const std::string& id = running.subscription.id;
  uint64_t through = running.delivered;
  std::vector<Event> events;
  if (task.work == Work::kEvents) {
    uint64_t waiting = running.claim->last - running.delivered;
    if (waiting > limits::kSubscriptionBacklog) {
      return SetStatus(running, "error", "积压通知过多 · " + std::to_string(waiting) + " events wait: too many; ask $events for them");
    }
    QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
    QX_TRY(events, ReadEvents(*snapshot, id, running.delivered + 1, running.claim->last, running.subscription.events_at_once));
    through = events.empty() ? running.claim->last : events.back().number;
  }
  NoticeKind kind = events.empty() ? NoticeKind::kHeartbeat : NoticeKind::kEvents;
  Result<Notice> notice = MakeNotice(running, kind, events, running.subscription.content);
  if (!notice.ok() && notice.error().category == ErrorCategory::kNotFound) return SetStatus(running, "error", Describe(notice.error()));
  if (!notice.ok()) return std::move(notice).error();
  QX_DO(SendOut(running, *notice));
  if (!notice->events.empty()) through = notice->events.back().event.number;
  Instant now = Now();
  Change(id, [&](Running& there) {
    there.delivered = std::max(there.delivered, through);
    there.failures = 0;
    there.next_try = {};
    there.last_sent = now;
  });
  if (events.empty() || !running.IsHook()) return Ok();
  // The subscriber has it; if this is not written, he gets it again after a crash.
  Result<store::CommitReceipt> saved = options_.store->Commit(Self(), Request({PutDelivered(id, {through})}, "delivered"));
  if (!saved.ok()) LogWarning("subscriptions: what was delivered was not saved: " + Describe(saved.error()));
  return Ok();
}

Result<Notice> Service::MakeNotice(const Running& running, NoticeKind kind, std::vector<Event> events, Content content) {
  Notice notice;
  notice.kind = kind;
  notice.base = running.claim->base;
  notice.subscription_id = running.subscription.id;
  notice.topic = running.subscription.topic;
  notice.status = running.subscription.status;
  notice.events_since_start = running.claim->last;
  notice.content = content;
  if (events.empty()) return notice;
  QX_TRY(access::Caller caller, options_.caller_of(running.claim->user));
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(caller));
  size_t bytes = 0;
  for (Event& event : events) {
    if (bytes >= limits::kSubscriptionNoticeBytes) break;   // the rest goes with the next
    ShownEvent shown;
    bool gone = event.interaction == Interaction::kDelete;
    Result<store::Resource> read = snapshot->ReadVersion(event.type, event.id, gone ? event.version - 1 : event.version);
    if (!read.ok() && read.error().category != ErrorCategory::kNotFound && read.error().category != ErrorCategory::kForbidden) {
      return std::move(read).error();
    }
    shown.readable = read.ok();
    if (read.ok() && !gone && content == Content::kFullResource) shown.body = std::move(read->body);
    bytes += shown.body.size();
    shown.event = std::move(event);
    notice.events.push_back(std::move(shown));
  }
  if (kind == NoticeKind::kEvents) notice.events_since_start = notice.events.back().event.number;
  return notice;
}

Status Service::SendOut(const Running& running, const Notice& notice) {
  std::string body = NotificationBundle(notice, *options_.clock, *options_.random);
  if (running.IsHook()) {
    QX_TRY(Endpoint endpoint, ParseEndpoint(running.subscription.endpoint));
    if (!IsAllowed(endpoint)) {   // the server was started again without it
      return MakeError(ErrorCategory::kForbidden, "endpoint-not-allowed", "notifications may not go to " + endpoint.host, "不允许向 " + endpoint.host + " 发送通知");
    }
    return options_.send ? options_.send(running.subscription, body) : SendByHttp(running.subscription, body, options_.ca_file);
  }
  for (const auto& socket : running.sockets) socket->Send(body);
  return Ok();
}

// The pause doubles with each failure; after the last one the subscription is in error and holds nobody up.
void Service::Failed(const Task& task, const Error& error) {
  const std::string& id = task.running.subscription.id;
  int failures = task.running.failures + 1;
  int64_t pause = std::min<int64_t>(int64_t{1} << std::min(failures - 1, 30), limits::kSubscriptionPauseSeconds);
  Change(id, [&](Running& there) {
    there.failures = failures;
    there.next_try = After(Now(), pause);
  });
  if (failures < limits::kSubscriptionFailures) return;
  Status set = SetStatus(task.running, "error", Describe(error));
  if (!set.ok()) LogWarning("subscriptions: " + id + ": " + Describe(set.error()));
}

Status Service::SetStatus(const Running& running, std::string_view status, const std::string& error) {
  std::lock_guard lock(follow_);
  const std::string& id = running.subscription.id;
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  Result<store::Resource> found = snapshot->Read("Subscription", id);
  if (!found.ok() && found.error().category != ErrorCategory::kNotFound) return std::move(found).error();
  if (!found.ok() || found->version != running.version) return Refresh(*snapshot, id);   // somebody changed it meanwhile
  QX_TRY(json::Document document, json::Document::Parse(found->body));
  QX_TRY(std::optional<qianxian::subscribe::Claim> claim, ReadClaim(*snapshot, id));
  store::Change put;
  put.type = "Subscription";
  put.id = id;
  put.body = WithStatus(document.root(), status, error);
  put.keep_owner = true;
  put.if_version = found->version;
  std::vector<store::Change> changes = {std::move(put)};
  if (claim && running.claim) {
    claim->version = found->version + 1;
    if (status == "active") claim->from_t = snapshot->t();
    changes.push_back(PutClaim(id, *claim));
  }
  Result<store::CommitReceipt> committed = options_.store->Commit(Self(), Request(std::move(changes), "status"));
  if (!committed.ok() && committed.error().category != ErrorCategory::kConflict) return std::move(committed).error();
  QX_TRY(snapshot, options_.store->OpenSnapshot(Self()));
  return Refresh(*snapshot, id);
}

}  // namespace qianxian::subscribe
