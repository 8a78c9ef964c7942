#include "subscribe/service.h"

#include <algorithm>

#include "base/limits_exchange.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"
#include "subscribe/running.h"

namespace qianxian::subscribe {
namespace {

access::Caller Self() { return access::SystemCaller("subscriptions"); }

bool IsLoopback(std::string_view host) { return host == "localhost" || host == "127.0.0.1" || host == "::1"; }

}  // namespace

Status SendByHttp(const Subscription& subscription, const std::string& body, const std::string& ca_file) {
  QX_TRY(Endpoint endpoint, ParseEndpoint(subscription.endpoint));
  http::ClientRequest request;
  request.host = endpoint.host;
  request.port = endpoint.port;
  request.tls = endpoint.tls;
  request.ca_file = ca_file;
  request.method = "POST";
  request.target = endpoint.target;
  request.headers = subscription.headers;
  request.headers.emplace_back("Content-Type", "application/fhir+json; charset=utf-8");
  request.body = body;
  request.timeout_seconds = subscription.timeout_seconds;
  QX_TRY(http::Response response, http::Send(request));
  if (response.status >= 200 && response.status < 300) return Ok();
  std::string status = std::to_string(response.status);
  return Unavailable("refused-by-endpoint", "the endpoint answered " + status, "接收端返回 " + status);
}

Result<std::unique_ptr<Subscriptions>> Subscriptions::Open(const Options& options) {
  auto service = std::make_unique<Service>(options);
  QX_DO(service->Begin());
  return std::unique_ptr<Subscriptions>(std::move(service));
}

Status Service::Begin() {
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  QX_TRY(std::optional<uint64_t> cursor, ReadCursor(*snapshot));
  cursor_ = cursor.value_or(snapshot->t());   // as long as nobody subscribed, nothing was missed
  saved_cursor_ = cursor;
  QX_DO(LoadTopics(*snapshot));
  for (std::string after;;) {
    QX_TRY(std::vector<store::Resource> page, snapshot->Scan("Subscription", after, 100));
    if (page.empty()) return Ok();
    for (const store::Resource& resource : page) {
      after = resource.id;
      QX_DO(Refresh(*snapshot, resource.id));
    }
  }
}

Status Service::LoadTopics(store::Snapshot& snapshot) {
  std::map<std::string, std::shared_ptr<const Topic>> topics;
  QX_TRY(search::Query query, search::Query::ParseText(*options_.parameters, "Basic", "code=http://hl7.org/fhir/fhir-types|SubscriptionTopic&_count=100"));
  do {
    QX_TRY(store::SearchPage page, snapshot.Search(query));
    for (const store::Resource& resource : page.matches) {
      QX_TRY(json::Document document, json::Document::Parse(resource.body));
      Result<Topic> topic = ReadTopic(*options_.parameters, document.root());
      std::string url = topic.ok() ? topic->url : "";
      if (topic.ok()) topics[url] = std::make_shared<const Topic>(std::move(*topic));
      else LogWarning("subscriptions: Basic/" + resource.id + ": " + Describe(topic.error()));
    }
    query.place = page.next;
  } while (!query.place.empty());
  board_.Lock()->topics = std::move(topics);
  return Ok();
}

Result<std::shared_ptr<const Topic>> Service::FindTopicNow(std::string_view url) {
  if (std::optional<Topic> built_in = BuiltInTopic(*options_.parameters, url)) return std::make_shared<const Topic>(std::move(*built_in));
  auto board = board_.Lock();
  auto found = board->topics.find(std::string(url));
  if (found != board->topics.end()) return found->second;
  return Invalid("unknown-topic", "there is no such topic here: " + std::string(url) + " (https://fhir.qianxian.cn/SubscriptionTopic/TYPE is there for every type)",
                 "没有该订阅主题：" + std::string(url) + "（每种资源类型都有 https://fhir.qianxian.cn/SubscriptionTopic/类型）");
}

bool Service::IsAllowed(const Endpoint& endpoint) const {
  if (IsLoopback(endpoint.host)) return true;
  std::string with_port = endpoint.host + ":" + std::to_string(endpoint.port);
  return std::any_of(options_.endpoints.begin(), options_.endpoints.end(), [&](const std::string& allowed) {
    std::string lower = ToLowerAscii(allowed);
    return lower == endpoint.host || lower == with_port;
  });
}

Status Service::Check(json::Value resource) {
  if (IsTopicResource(resource)) {
    QX_DO(ReadTopic(*options_.parameters, resource));
    return Ok();
  }
  if (resource.FindString("resourceType") != "Subscription" || resource.FindString("status") == "off") return Ok();
  {
    auto snapshot = options_.store->OpenSnapshot(Self());
    if (snapshot.ok()) QX_DO(LoadTopics(**snapshot));   // it may have come a moment ago
  }
  std::shared_ptr<const Topic> kept;
  FindTopic find = [&](std::string_view url) -> Result<const Topic*> {
    QX_TRY(kept, FindTopicNow(url));
    return kept.get();
  };
  QX_TRY(Subscription subscription, ReadSubscription(*options_.parameters, find, resource));
  if (subscription.channel == Subscription::Channel::kRestHook) {
    QX_TRY(Endpoint endpoint, ParseEndpoint(subscription.endpoint));
    if (!IsAllowed(endpoint)) {
      return MakeError(ErrorCategory::kForbidden, "endpoint-not-allowed",
                       "notifications may not go to " + endpoint.host + ": whoever runs the server allows it with --hook " + endpoint.host,
                       "不允许向 " + endpoint.host + " 发送通知：需由服务器管理者以 --hook " + endpoint.host + " 启动来允许");
    }
  }
  auto board = board_.Lock();
  bool is_new = board->running.find(subscription.id) == board->running.end();
  if (is_new && board->running.size() >= limits::kSubscriptions) {
    return MakeError(ErrorCategory::kBusy, "too-many-subscriptions", "there are too many subscriptions: switch some off", "订阅过多，请先停用一些");
  }
  return Ok();
}

Status Service::Claim(const access::Caller& caller, std::string_view base, const std::string& id, uint64_t version) {
  std::lock_guard lock(follow_);
  QX_TRY(auto snapshot, options_.store->OpenSnapshot(Self()));
  QX_TRY(std::optional<qianxian::subscribe::Claim> old, ReadClaim(*snapshot, id));
  qianxian::subscribe::Claim claim = old.value_or(qianxian::subscribe::Claim{});
  if (claim.version > version) return Ok();               // somebody wrote it again meanwhile
  claim.user = caller.user;
  claim.base = base;
  claim.version = version;
  // One that stays active misses nothing that is committed but not yet judged.
  QX_TRY(store::Resource resource, snapshot->Read("Subscription", id));
  QX_TRY(json::Document document, json::Document::Parse(resource.body));
  if (!old || document.root().FindString("status") != "active") claim.from_t = snapshot->t();
  std::vector<store::Change> changes = {PutClaim(id, claim)};
  if (!old) changes.push_back(PutDelivered(id, {}));
  if (!saved_cursor_) changes.push_back(PutCursor(cursor_));   // from the first subscriber on
  QX_DO(options_.store->Commit(Self(), Request(std::move(changes), "claim")));
  if (!saved_cursor_) saved_cursor_ = cursor_;
  QX_TRY(snapshot, options_.store->OpenSnapshot(Self()));
  return Refresh(*snapshot, id);
}

// Makes the running one of what the record says now.
Status Service::Refresh(store::Snapshot& snapshot, const std::string& id) {
  Result<store::Resource> found = snapshot.Read("Subscription", id);
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return Remove(snapshot, id);
  if (!found.ok()) return std::move(found).error();
  QX_TRY(json::Document document, json::Document::Parse(found->body));
  QX_TRY(std::optional<qianxian::subscribe::Claim> claim, ReadClaim(snapshot, id));
  QX_TRY(Delivered delivered, ReadDelivered(snapshot, id));
  auto made = std::make_shared<Running>();
  FindTopic find = [&](std::string_view url) -> Result<const Topic*> {
    QX_TRY(made->topic, FindTopicNow(url));
    return made->topic.get();
  };
  std::string_view status = document.root().FindString("status");
  bool idle = status == "off" || status == "error";
  Result<Subscription> read = ReadSubscription(*options_.parameters, find, document.root());
  if (read.ok()) made->subscription = std::move(*read);
  else made->problem = Describe(read.error());
  made->subscription.id = id;
  made->subscription.status = status;
  made->owner = found->owner;
  made->version = found->version;
  if (claim && claim->version == found->version) made->claim = std::move(claim);
  made->seen_at = made->last_sent = Now();
  made->delivered = delivered.through;
  auto board = board_.Lock();
  auto old = board->running.find(id);
  if (old != board->running.end()) {
    if (old->second->version > made->version) return Ok();
    made->sockets = old->second->sockets;
    made->delivered = std::max(made->delivered, old->second->delivered);
    if (old->second->version == made->version) {
      made->failures = old->second->failures;
      made->next_try = old->second->next_try;
      made->last_sent = old->second->last_sent;
      made->seen_at = old->second->seen_at;
    }
  }
  if (idle) {
    for (auto& socket : made->sockets) socket->End();
    board->running.erase(id);
  } else {
    board->running[id] = std::move(made);
  }
  return Ok();
}

Status Service::Remove(store::Snapshot& snapshot, const std::string& id) {
  std::shared_ptr<Running> gone;
  {
    auto board = board_.Lock();
    auto found = board->running.find(id);
    if (found != board->running.end()) gone = found->second;
    board->running.erase(id);
  }
  if (gone) {
    for (auto& socket : gone->sockets) socket->End();
  }
  QX_TRY(std::optional<qianxian::subscribe::Claim> claim, ReadClaim(snapshot, id));
  if (!claim) return Ok();
  for (bool all = false; !all;) {
    QX_TRY(auto newest, options_.store->OpenSnapshot(Self()));
    QX_TRY(std::vector<store::Change> changes, ForgetEvents(*newest, id, UINT64_MAX, limits::kSubscriptionBlock));
    all = changes.size() < limits::kSubscriptionBlock;
    if (all) {
      for (store::Change& change : ForgetAll(id)) changes.push_back(std::move(change));
    }
    QX_DO(options_.store->Commit(Self(), Request(std::move(changes), "forget")));
  }
  return Ok();
}

std::vector<std::string> Service::TopicUrls() {
  std::vector<std::string> urls;
  for (const auto& [url, topic] : board_.Lock()->topics) {
    if (topic->active) urls.push_back(url);
  }
  return urls;
}

}  // namespace qianxian::subscribe
