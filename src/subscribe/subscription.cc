#include "subscribe/subscription.h"

#include <algorithm>

#include "base/limits_exchange.h"
#include "base/text.h"
#include "fhir/date.h"

namespace qianxian::subscribe {
namespace {

constexpr std::string_view kExtension = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

Error Bad(const std::string& en, const std::string& zh) {
  return Invalid("bad-subscription", "this Subscription cannot be served: " + en, "该订阅无法受理：" + zh);
}

std::vector<json::Value> Extensions(std::optional<json::Value> element, std::string_view name) {
  std::vector<json::Value> found;
  std::optional<json::Value> all = element ? element->Find("extension") : std::nullopt;
  if (!all) return found;
  for (json::Value one : all->Elements()) {
    if (one.FindString("url") == std::string(kExtension) + std::string(name)) found.push_back(one);
  }
  return found;
}

// A number from 1 to most; `otherwise` if it is not there.
Result<int> NumberOf(json::Value channel, std::string_view name, int otherwise, int most) {
  std::vector<json::Value> found = Extensions(channel, name);
  if (found.empty()) return otherwise;
  for (json::Member member : found.front().Members()) {
    if (!StartsWith(member.name, "value")) continue;
    std::optional<int64_t> number = member.value.IsNumber() ? member.value.AsInteger() : std::nullopt;
    if (number && *number >= 1 && *number <= most) return static_cast<int>(*number);
  }
  return Bad(std::string(name) + " is a number from 1 to " + std::to_string(most), std::string(name) + " 应为 1 至 " + std::to_string(most) + " 的整数");
}

bool IsHeaderName(std::string_view name) {
  static constexpr std::string_view kOurs[] = {"host", "content-length", "connection", "transfer-encoding", "content-type", "expect", "upgrade"};
  std::string lower = ToLowerAscii(name);
  return !name.empty() && std::find(std::begin(kOurs), std::end(kOurs), lower) == std::end(kOurs) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

Status ReadHeaders(json::Value channel, Subscription& out) {
  std::optional<json::Value> headers = channel.Find("header");
  if (!headers) return Ok();
  for (json::Value header : headers->Elements()) {
    std::string_view text = header.IsString() ? header.AsString() : std::string_view();
    size_t colon = text.find(':');
    std::string_view name = TrimAscii(text.substr(0, colon));
    std::string_view value = colon == std::string_view::npos ? std::string_view() : TrimAscii(text.substr(colon + 1));
    bool printable = std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
    if (colon == std::string_view::npos || !IsHeaderName(name) || !printable) {
      return Bad("header is \"Name: value\", and none that the connection itself needs", "header 应为“名称: 值”，且不能是连接本身使用的请求头");
    }
    out.headers.emplace_back(name, value);
  }
  return Ok();
}

Status ReadChannel(json::Value channel, Subscription& out) {
  std::string_view type = channel.FindString("type");
  if (type != "rest-hook" && type != "websocket") {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-channel", "channels here are rest-hook and websocket", "仅支持 rest-hook 和 websocket 通道");
  }
  out.channel = type == "websocket" ? Subscription::Channel::kWebSocket : Subscription::Channel::kRestHook;
  out.endpoint = channel.FindString("endpoint");
  if (out.channel == Subscription::Channel::kRestHook) QX_DO(ParseEndpoint(out.endpoint));
  std::string_view payload = channel.FindString("payload");
  if (!payload.empty() && payload.find("json") == std::string_view::npos) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-payload", "notifications are sent as application/fhir+json", "通知仅以 application/fhir+json 发送");
  }
  std::vector<json::Value> content = Extensions(channel.Find("_payload"), "backport-payload-content");
  if (!content.empty()) {
    QX_TRY(out.content, ParseContent(content.front().FindString("valueCode")));
  }
  QX_TRY(out.heartbeat_seconds, NumberOf(channel, "backport-heartbeat-period", 0, limits::kSubscriptionHeartbeatSeconds));
  QX_TRY(out.timeout_seconds, NumberOf(channel, "backport-timeout", limits::kSubscriptionTimeoutDefault, limits::kSubscriptionTimeoutSeconds));
  QX_TRY(int at_once, NumberOf(channel, "backport-max-count", 1, limits::kSubscriptionEventsAtOnce));
  out.events_at_once = static_cast<size_t>(at_once);
  return ReadHeaders(channel, out);
}

Status ReadFilters(const search::Parameters& parameters, const Topic& topic, std::optional<json::Value> criteria, Subscription& out) {
  for (json::Value extension : Extensions(criteria, "backport-filter-criteria")) {
    std::string_view text = extension.FindString("valueString");
    std::string type(text.substr(0, text.find('?')));
    if (text.find('?') == std::string_view::npos || !topic.IsAbout(type)) {
      return Bad("a filter is \"Type?parameter=value\" of a type of the topic: " + std::string(text), "过滤条件应为“类型?参数=值”，且类型属于该主题：" + std::string(text));
    }
    QX_TRY(search::Query query, ReadCriteria(parameters, type, text));
    for (const search::Clause& clause : query.clauses) {
      if (!topic.MayFilter(type, clause.code)) {
        return Bad("the topic cannot be filtered by " + clause.code, "该主题不能按 " + clause.code + " 过滤");
      }
    }
    out.filters.push_back({std::move(type), std::move(query)});
  }
  return Ok();
}

}  // namespace

std::string_view Name(Content content) {
  return content == Content::kEmpty ? "empty" : content == Content::kIdOnly ? "id-only" : "full-resource";
}

Result<Content> ParseContent(std::string_view text) {
  for (Content content : {Content::kEmpty, Content::kIdOnly, Content::kFullResource}) {
    if (text == Name(content)) return content;
  }
  return Bad("content is empty, id-only or full-resource", "内容级别应为 empty、id-only 或 full-resource");
}

Result<Endpoint> ParseEndpoint(std::string_view url) {
  constexpr std::string_view kHttp = "http://", kHttps = "https://";
  Error bad = Invalid("bad-endpoint", "an endpoint is https://host:port/path or http://host:port/path: " + std::string(url),
                      "端点应为 https://主机:端口/路径 或 http://主机:端口/路径：" + std::string(url));
  Endpoint endpoint;
  endpoint.tls = StartsWith(url, kHttps);
  if (!endpoint.tls && !StartsWith(url, kHttp)) return bad;
  std::string_view rest = url.substr(endpoint.tls ? kHttps.size() : kHttp.size());
  size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view place = rest.substr(0, slash), target = rest.substr(slash);
  if (StartsWith(place, "[")) {
    size_t close = place.find(']');
    if (close == std::string_view::npos) return bad;
    endpoint.host = place.substr(1, close - 1);
    place.remove_prefix(close + 1);
  } else {
    endpoint.host = place.substr(0, place.find(':'));
    place.remove_prefix(endpoint.host.size());
  }
  int64_t port = endpoint.tls ? 443 : 80;
  if (!place.empty() && (place[0] != ':' || !ParseInteger(place.substr(1), port) || port < 1 || port > 65535)) return bad;
  bool clean = std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '@' && c != '#'; });
  if (endpoint.host.empty() || !clean) return bad;
  endpoint.host = ToLowerAscii(endpoint.host);
  endpoint.port = static_cast<uint16_t>(port);
  endpoint.target = StartsWith(target, "/") ? std::string(target) : "/" + std::string(target);
  return endpoint;
}

Result<Subscription> ReadSubscription(const search::Parameters& parameters, const FindTopic& find_topic, json::Value resource) {
  Subscription out;
  out.id = resource.FindString("id");
  out.status = resource.FindString("status");
  out.topic = resource.FindString("criteria");
  std::string bare = out.topic.substr(0, out.topic.find('|'));
  QX_TRY(const Topic* topic, find_topic(bare));
  if (!topic->active) return Bad("its topic is not active", "其主题未启用");
  std::optional<json::Value> channel = resource.Find("channel");
  if (!channel) return Bad("it has no channel", "缺少 channel");
  QX_DO(ReadChannel(*channel, out));
  QX_DO(ReadFilters(parameters, *topic, resource.Find("_criteria"), out));
  out.topic = std::move(bare);
  std::string_view end = resource.FindString("end");
  if (!end.empty()) {
    fhir::DateTime read;
    if (!fhir::TryParseDateTime(end, fhir::DateSyntax::kInstant, read)) return Bad("end is no instant", "end 不是时间");
    out.end = Instant{fhir::RangeOf(read).low};
  }
  return out;
}

}  // namespace qianxian::subscribe
