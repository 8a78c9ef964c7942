// What subscribers ask: $status, $events, tokens and WebSockets.
#include <algorithm>

#include "base/limits_exchange.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/outcome.h"
#include "subscribe/running.h"

namespace qianxian::subscribe {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr std::string_view kBind = "bind-with-token ";

access::Caller Self() { return access::SystemCaller("subscriptions"); }

Error TooManyEvents(size_t most) {
  std::string number = std::to_string(most);
  return Invalid("too-many-events", "one answer has room for " + number + " of these events: say eventsUntilNumber", "一次最多返回其中 " + number + " 个事件，请指定 eventsUntilNumber");
}

}  // namespace

Result<Notice> Service::StatusNotice(store::Snapshot& snapshot, std::string_view base, const store::Resource& resource) {
  QX_TRY(json::Document document, json::Document::Parse(resource.body));
  QX_TRY(std::optional<qianxian::subscribe::Claim> claim, ReadClaim(snapshot, resource.id));
  Notice notice;
  notice.base = base;
  notice.subscription_id = resource.id;
  notice.topic = document.root().FindString("criteria");
  notice.status = document.root().FindString("status");
  notice.error = document.root().FindString("error");
  notice.events_since_start = claim ? claim->last : 0;
  return notice;
}

Result<std::string> Service::StatusOf(const access::Caller& caller, std::string_view base, const std::vector<std::string>& ids) {
  QX_TRY(auto own, options_.store->OpenSnapshot(caller));
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  std::vector<Notice> notices;
  for (const std::string& id : ids) {
    QX_TRY(store::Resource resource, own->Read("Subscription", id));
    QX_TRY(Notice notice, StatusNotice(*snapshot, base, resource));
    notices.push_back(std::move(notice));
  }
  for (std::string after; ids.empty();) {
    QX_TRY(std::vector<store::Resource> page, own->Scan("Subscription", after, 100));
    if (page.empty()) break;
    for (const store::Resource& resource : page) {
      after = resource.id;
      QX_TRY(Notice notice, StatusNotice(*snapshot, base, resource));
      notices.push_back(std::move(notice));
    }
  }
  return StatusBundle(notices, *options_.clock, *options_.random);
}

// What a subscription has said is for who subscribed: it was judged by his scope.
Result<Claim> Service::OwnClaim(const access::Caller& caller, const std::string& id) {
  QX_TRY(auto own, options_.store->OpenSnapshot(caller));
  QX_DO(own->Read("Subscription", id));
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  QX_TRY(std::optional<qianxian::subscribe::Claim> claim, ReadClaim(*snapshot, id));
  if (claim && claim->user == caller.user) return *claim;
  return MakeError(ErrorCategory::kForbidden, "not-your-subscription", "only the subscriber gets the events of a subscription", "只有订阅人可以取得订阅事件");
}

Result<std::string> Service::Events(const access::Caller& caller, const std::string& id, uint64_t first, std::optional<uint64_t> last,
                                    std::optional<Content> content) {
  QX_TRY(qianxian::subscribe::Claim claim, OwnClaim(caller, id));
  first = std::max<uint64_t>(first, 1);
  uint64_t until = std::min(last.value_or(claim.last), claim.last);
  if (first <= until && until - first >= limits::kSubscriptionEventsAnswer) {
    return TooManyEvents(limits::kSubscriptionEventsAnswer);
  }
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  QX_TRY(store::Resource resource, snapshot->Read("Subscription", id));
  QX_TRY(std::vector<Event> events, ReadEvents(*snapshot, id, first, until, limits::kSubscriptionEventsAnswer));
  uint64_t asked = first <= until ? until - first + 1 : 0;
  if (events.size() < asked) {
    std::string begin = events.empty() ? std::to_string(claim.last) : std::to_string(events.front().number);
    return NotFound("events-gone", "events before number " + begin + " are not kept any more: read the resources again", "编号 " + begin + " 之前的事件已不再保存，请重新读取资源");
  }
  Running running;
  running.subscription.id = id;
  running.claim = claim;
  QX_TRY(json::Document document, json::Document::Parse(resource.body));
  running.subscription.topic = document.root().FindString("criteria");
  running.subscription.status = document.root().FindString("status");
  if (!content) {
    content = Content::kIdOnly;
    std::shared_ptr<const Topic> kept;
    FindTopic any = [&](std::string_view url) -> Result<const Topic*> {
      QX_TRY(kept, FindTopicNow(url));
      return kept.get();
    };
    Result<Subscription> read = ReadSubscription(*options_.parameters, any, document.root());
    if (read.ok()) content = read->content;
  }
  QX_TRY(Notice notice, MakeNotice(running, NoticeKind::kQuery, std::move(events), *content));
  if (notice.events.size() < asked) return TooManyEvents(notice.events.size());
  return NotificationBundle(notice, *options_.clock, *options_.random);
}

Result<SocketToken> Service::MakeToken(const access::Caller& caller, const std::vector<std::string>& ids) {
  if (ids.empty()) return Invalid("bad-parameters", "name the subscriptions: id", "请指明订阅：id");
  for (const std::string& id : ids) {
    QX_TRY(qianxian::subscribe::Claim claim, OwnClaim(caller, id));
    auto board = board_.Lock();
    auto found = board->running.find(id);
    if (found == board->running.end() || found->second->IsHook()) {
      return Invalid("not-a-socket", "Subscription/" + id + " has no websocket channel, or is switched off", "Subscription/" + id + " 不是 websocket 通道，或已停用");
    }
  }
  SocketToken made{crypto::NewSecret(*options_.random), {Now().microseconds + limits::kSubscriptionTokenSeconds * kSecond}};
  auto board = board_.Lock();
  std::erase_if(board->tokens, [&](const auto& token) { return token.second.expires <= Now(); });
  if (board->tokens.size() >= limits::kSubscriptionSockets) {
    return MakeError(ErrorCategory::kBusy, "too-many-sockets", "too many tokens wait to be used: try again in a minute", "待使用的令牌过多，请稍后再试");
  }
  board->tokens[crypto::Sha256Hex(made.token)] = Token{caller.user, ids, made.expires};
  return made;
}

Result<std::shared_ptr<http::Pipe>> Service::OpenSocket() {
  auto board = board_.Lock();
  DropSockets(*board, Now());
  size_t open = board->waiting.size();
  for (const auto& [id, running] : board->running) open += running->sockets.size();
  if (open >= limits::kSubscriptionSockets) {
    return MakeError(ErrorCategory::kBusy, "too-many-sockets", "too many WebSockets are open: try again later", "WebSocket 连接过多，请稍后再试");
  }
  auto self = std::make_shared<std::weak_ptr<http::Pipe>>();   // the pipe has this function, and not the other way round
  http::Pipe::Options options;
  options.bound_bytes = limits::kSubscriptionSocketBytes;
  options.on_message = [this, self](std::string message) {
    if (std::shared_ptr<http::Pipe> pipe = self->lock()) Hear(pipe, message);
  };
  auto pipe = std::make_shared<http::Pipe>(std::move(options));
  *self = pipe;
  board->waiting.push_back({pipe, {Now().microseconds + limits::kSubscriptionBindSeconds * kSecond}});
  return pipe;
}

void Service::Hear(const std::shared_ptr<http::Pipe>& pipe, const std::string& message) {
  std::string_view text = TrimAscii(message);
  if (StartsWith(text, kBind)) return Bind(pipe, std::string(TrimAscii(text.substr(kBind.size()))));
  pipe->Send(fhir::OutcomeJson({fhir::IssueOf(Invalid("bad-message", "say: bind-with-token TOKEN", "请发送：bind-with-token 令牌"))}));
  pipe->End();
}

void Service::Bind(const std::shared_ptr<http::Pipe>& pipe, const std::string& token) {
  auto board = board_.Lock();
  auto found = board->tokens.find(crypto::Sha256Hex(token));
  if (found == board->tokens.end() || found->second.expires <= Now()) {
    pipe->Send(fhir::OutcomeJson({fhir::IssueOf(MakeError(ErrorCategory::kUnauthenticated, "bad-token", "this token is unknown, used or too old", "令牌无效、已使用或已过期"))}));
    pipe->End();
    return;
  }
  Token bound = std::move(found->second);
  board->tokens.erase(found);                              // once
  std::erase_if(board->waiting, [&](const Waiting& one) { return one.pipe == pipe; });
  for (const std::string& id : bound.subscriptions) {
    auto running = board->running.find(id);
    if (running == board->running.end() || !running->second->claim || running->second->claim->user != bound.user) continue;
    Running& one = *running->second;
    if (one.sockets.empty()) one.delivered = one.claim->last;   // from now on; what was before is for $events
    one.sockets.push_back(pipe);
    one.last_sent = Now();
    Result<Notice> notice = MakeNotice(one, NoticeKind::kHandshake, {}, one.subscription.content);
    if (notice.ok()) pipe->Send(NotificationBundle(*notice, *options_.clock, *options_.random));
  }
}

void Service::DropSockets(Board& board, Instant now) {
  auto closed = [](const std::shared_ptr<http::Pipe>& pipe) { return !pipe->open(); };
  for (auto& [id, running] : board.running) std::erase_if(running->sockets, closed);
  std::erase_if(board.waiting, [&](Waiting& one) {
    if (now >= one.until) one.pipe->End();
    return !one.pipe->open();
  });
}

}  // namespace qianxian::subscribe
