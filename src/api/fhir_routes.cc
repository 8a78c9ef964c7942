#include "api/fhir_api.h"

#include "api/fhir_filter.h"
#include "api/fhir_operations.h"
#include "api/http_dates.h"
#include "api/outcome.h"
#include "base/text.h"
#include "fhir/primitive.h"

namespace qianxian::api {
namespace {

bool WantsXmlOnly(std::string_view accept) {
  if (accept.empty() || accept.find("*/*") != std::string_view::npos) return false;
  return accept.find("json") == std::string_view::npos && accept.find("xml") != std::string_view::npos;
}

Status CheckFormat(const http::Request& request, const NamedValues& query) {
  bool refused = WantsXmlOnly(request.Header("accept"));
  for (const auto& [name, value] : query) {
    if (name != "_format") continue;
    std::string format = ToLowerAscii(value);
    // '+' of "application/fhir+json" is a blank when it was not percent-encoded.
    refused = format.find("json") == std::string::npos;
  }
  if (!refused) return Ok();
  return Invalid("not-acceptable", "only application/fhir+json is spoken here", "本服务仅支持 application/fhir+json");
}

Status CheckContentType(const http::Request& request) {
  std::string_view type = request.Header("content-type");
  bool has_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (!has_body || type.empty() || type.find("json") != std::string_view::npos) return Ok();
  if (type.find("application/x-www-form-urlencoded") != std::string_view::npos) return Ok();
  return Invalid("unsupported-media-type", "send application/fhir+json", "请以 application/fhir+json 发送");
}

std::string BaseUrl(const http::Request& request) {
  std::string_view proto = request.Header("x-forwarded-proto");
  std::string_view host = request.Header("host");
  return (proto == "https" ? "https://" : "http://") + std::string(host.empty() ? "localhost" : host) + "/fhir";
}

void ReadPrefer(std::string_view prefer, Exchange& exchange) {
  for (size_t at = 0; at < prefer.size();) {
    size_t end = prefer.find_first_of(",;", at);
    std::string_view part = TrimAscii(prefer.substr(at, end == std::string_view::npos ? end : end - at));
    if (part == "handling=lenient") exchange.lenient = true;
    if (StartsWith(part, "return=")) exchange.prefer_given = true;
    if (part == "respond-async") exchange.respond_async = true;
    if (part == "return=minimal") exchange.prefer = Exchange::Return::kMinimal;
    if (part == "return=OperationOutcome") exchange.prefer = Exchange::Return::kOutcome;
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
}

Error NoSuchType(const std::string& type) {
  return NotFound("unknown-type", "R4 has no resource type " + type, "R4 没有这种资源类型：" + type);
}

Error NoSuchRoute(const Call& call) {
  return MakeError(ErrorCategory::kUnsupported, "method-not-allowed", call.method + " is not done here", "此处不支持 " + call.method);
}

}  // namespace

FhirApi::FhirApi(const Services& services) : services_(services) {}

std::string EntityTag(uint64_t version) { return "W/\"" + std::to_string(version) + "\""; }

Result<uint64_t> ParseEntityTag(std::string_view tag) {
  std::string_view text = TrimAscii(tag);
  if (StartsWith(text, "W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  int64_t version = 0;
  if (ParseInteger(text, version) && version > 0) return static_cast<uint64_t>(version);
  return Invalid("bad-entity-tag", "a version is named as W/\"3\", not " + std::string(tag), "版本号应写作 W/\"3\"");
}

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> parts;
  for (std::string_view part : Split(path, '/')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

Result<Exchange> FhirApi::MakeExchange(const http::Request& request, const auth::Session& session,
                                       const NamedValues& query) const {
  const Operation* operation = OperationOfPath(SplitPath(request.path));
  if (!operation || !operation->own_formats) QX_DO(CheckFormat(request, query));
  QX_DO(CheckContentType(request));
  Exchange exchange;
  exchange.session = &session;
  exchange.base = BaseUrl(request);
  std::string_view owner = request.Header("x-qianxian-owner");
  exchange.owner_given = !owner.empty();
  exchange.owner = owner;
  if (owner.empty() && !session.caller.whole_county && !session.organizations.empty()) {
    exchange.owner = session.organizations.front();
  }
  ReadPrefer(request.Header("prefer"), exchange);
  for (const auto& [name, value] : query) {
    if (name == "_pretty") exchange.pretty = value != "false";
  }
  return exchange;
}

http::Response FhirApi::Handle(http::Request& request, const auth::Session& session) {
  Call call;
  call.method = request.method == "HEAD" ? "GET" : request.method;
  call.path = SplitPath(std::string_view(request.path).substr(std::string_view("/fhir").size()));
  call.query = request.query;
  call.body = std::move(request.body);
  call.content_type = request.Header("content-type");
  call.accept = request.Header("accept");
  call.if_match = request.Header("if-match");
  call.if_none_match = request.Header("if-none-match");
  call.if_none_exist = request.Header("if-none-exist");
  call.if_modified_since = request.Header("if-modified-since");
  Result<Exchange> exchange = MakeExchange(request, session, call.query);
  if (!exchange.ok()) return FhirError(exchange.error());
  if (call.path.size() == 1 && call.path[0] == "metadata" && call.method == "GET") return Metadata(request);
  return Finish(*exchange, Route(*exchange, call));
}

http::Response FhirApi::Metadata(const http::Request& request) {
  Status format = CheckFormat(request, request.query);
  if (!format.ok()) return FhirError(format.error());
  http::Response response;
  response.Set("Content-Type", kFhirJson);
  response.body = MakeCapabilityStatement(services_, BaseUrl(request));
  return response;
}

http::Response FhirApi::Finish(const Exchange& exchange, http::Response response) const {
  if (!exchange.pretty || response.body.empty()) return response;
  Result<json::Document> document = json::Document::Parse(std::move(response.body));
  if (!document.ok()) return FhirError(document.error());
  response.body = Indent(document->root());
  return response;
}

http::Response FhirApi::Route(const Exchange& exchange, const Call& call) {
  Result<http::Response> answer = RouteChecked(exchange, call);
  return answer.ok() ? std::move(*answer) : FhirError(answer.error());
}

Result<http::Response> FhirApi::RouteChecked(const Exchange& exchange, const Call& call) {
  const std::vector<std::string>& path = call.path;
  if (!path.empty() && StartsWith(path.back(), "$")) return RunOperation(services_, exchange, call);
  if (path.empty()) {
    if (call.method == "POST") return RunBundle(exchange, call.body);
    if (call.method == "GET") return Search(exchange, call, "", call.query);
    return NoSuchRoute(call);
  }
  if (path.size() == 1 && path[0] == "_history" && call.method == "GET") return History(exchange, call, "", "");
  if (path.size() == 1 && path[0] == "_search" && call.method == "POST") {
    NamedValues asked = call.query;
    for (auto& pair : search::DecodeForm(call.body)) asked.push_back(std::move(pair));
    return Search(exchange, call, "", asked);
  }
  if (!services_.definitions->FindResource(path[0])) return NoSuchType(path[0]);
  return path.size() == 1 || path[1] == "_search" || path[1] == "_history" ? RouteType(exchange, call)
                                                                        : RouteInstance(exchange, call);
}

Result<http::Response> FhirApi::RouteType(const Exchange& exchange, const Call& call) {
  const std::string& type = call.path[0];
  if (call.path.size() == 1) {
    if (call.method == "GET") return Search(exchange, call, type, call.query);
    if (call.method == "POST" || call.method == "PUT" || call.method == "PATCH" || call.method == "DELETE") return RunWrite(exchange, call);
    return NoSuchRoute(call);
  }
  if (call.path.size() == 2 && call.path[1] == "_history" && call.method == "GET") return History(exchange, call, type, "");
  if (call.path.size() == 2 && call.path[1] == "_search" && call.method == "POST") {
    NamedValues asked = call.query;
    for (auto& pair : search::DecodeForm(call.body)) asked.push_back(std::move(pair));
    return Search(exchange, call, type, asked);
  }
  return NoSuchRoute(call);
}

Result<http::Response> FhirApi::RouteInstance(const Exchange& exchange, const Call& call) {
  const std::vector<std::string>& path = call.path;
  if (!fhir::IsValidId(path[1])) {
    if (call.method == "GET") return NotFound("no-such-resource", "no resource has such an id", "没有这个资源");
    return Invalid("bad-id", "an id has 1 to 64 letters, digits, '-' and '.'", "资源标识只能由 1 至 64 个字母、数字、“-”和“.”组成");
  }
  if (path.size() == 2) {
    if (call.method == "GET") return Read(exchange, call);
    if (call.method == "PUT" || call.method == "PATCH" || call.method == "DELETE") return RunWrite(exchange, call);
    return NoSuchRoute(call);
  }
  if (path[2] == "_history" && call.method == "GET") {
    if (path.size() == 3) return History(exchange, call, path[0], path[1]);
    if (path.size() == 4) return ReadVersion(exchange, call);
  }
  if (path[2] == "_history") return NoSuchRoute(call);
  return MakeError(ErrorCategory::kUnsupported, "unsupported-interaction", "there are no compartments here: search by parameter",
                   "不支持该路径，请改用检索参数");
}

}  // namespace qianxian::api
