#include "api/fhir_api.h"

#include "api/fhir_export.h"
#include "api/fhir_import.h"
#include "api/fhir_format.h"
#include "api/fhir_operations.h"
#include "api/fhir_view_export.h"
#include "api/http_dates.h"
#include "api/oauth_api.h"
#include "api/outcome.h"
#include "base/text.h"
#include "fhir/primitive.h"

namespace qianxian::api {
namespace {

bool WantsPretty(const NamedValues& query) {
  bool pretty = false;
  for (const auto& [name, value] : query) {
    if (name == "_pretty") pretty = value != "false";
  }
  return pretty;
}

std::string BaseUrl(const http::Request& request) {
  std::string_view host = request.Header("host");
  return (request.secure ? "https://" : "http://") + std::string(host.empty() ? "localhost" : host) + "/fhir";
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

std::unique_ptr<BulkJobs> MakeJobs(const Services& services) {
  std::vector<std::unique_ptr<BulkKind>> kinds;
  kinds.push_back(std::make_unique<ExportKind>(services));
  kinds.push_back(std::make_unique<ImportKind>(services));
  kinds.push_back(std::make_unique<ViewExportKind>(services));
  return std::make_unique<BulkJobs>(services, std::move(kinds));
}

// POST _search: what stands in the address and in the form.
NamedValues AskedByForm(const Call& call) {
  NamedValues asked = call.query;
  for (auto& pair : search::DecodeForm(call.body)) asked.push_back(std::move(pair));
  return asked;
}

}  // namespace

FhirApi::FhirApi(const Services& services)
    : services_(services), jobs_(MakeJobs(services)) {}

FhirApi::~FhirApi() = default;

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
  Exchange exchange;
  if (!operation || !operation->own_formats) {
    QX_TRY(Format format, FormatAskedFor(request));
    exchange.xml = format == Format::kXml;
  }
  QX_DO(CheckContentType(request));
  exchange.session = &session;
  exchange.base = BaseUrl(request);
  std::string_view owner = request.Header("x-qianxian-owner");
  exchange.owner_given = !owner.empty();
  exchange.owner = owner;
  if (owner.empty() && !session.caller.whole_county && !session.organizations.empty()) {
    exchange.owner = session.organizations.front();
  }
  ReadPrefer(request.Header("prefer"), exchange);
  exchange.pretty = WantsPretty(query);
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
  Result<std::string> body = BodyAsJson(*services_.definitions, call.content_type, std::move(call.body));
  if (!body.ok()) return Finish(*exchange, FhirError(body.error()));
  call.body = std::move(*body);
  if (call.path.size() == 1 && call.path[0] == "metadata" && call.method == "GET") return Metadata(request);
  return Finish(*exchange, Route(*exchange, call));
}

http::Response FhirApi::Metadata(const http::Request& request) {
  Result<Format> format = FormatAskedFor(request);
  if (!format.ok()) return FhirError(format.error());
  http::Response response = FhirAnswer(MakeCapabilityStatement(services_, BaseUrl(request), PlaceOf(services_, request).issuer));
  return InFormat(*services_.definitions, *format, WantsPretty(request.query), std::move(response));
}

http::Response FhirApi::Finish(const Exchange& exchange, http::Response response) const {
  return InFormat(*services_.definitions, exchange.xml ? Format::kXml : Format::kJson, exchange.pretty, std::move(response));
}

http::Response FhirApi::Route(const Exchange& exchange, const Call& call) {
  Result<http::Response> answer = RouteChecked(exchange, call);
  return answer.ok() ? std::move(*answer) : FhirError(answer.error());
}

Result<http::Response> FhirApi::RouteChecked(const Exchange& exchange, const Call& call) {
  const std::vector<std::string>& path = call.path;
  if (!path.empty() && StartsWith(path.back(), "$")) return RunOperation(services_, *jobs_, exchange, call);
  if (path.empty()) {
    if (call.method == "POST") return RunBundle(exchange, call.body);
    if (call.method == "GET") return Search(exchange, call, "", call.query);
    return NoSuchRoute(call);
  }
  if (path.size() == 1 && path[0] == "_history" && call.method == "GET") return History(exchange, call, "", "");
  if (path.size() == 1 && path[0] == "_search" && call.method == "POST") {
    return Search(exchange, call, "", AskedByForm(call));
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
    return Search(exchange, call, type, AskedByForm(call));
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
  if (path[2] != "*" && !services_.definitions->FindResource(path[2])) return NoSuchType(path[2]);
  if (path.size() == 3 && call.method == "GET") return SearchCompartment(exchange, call, call.query);
  if (path.size() == 4 && path[3] == "_search" && call.method == "POST") return SearchCompartment(exchange, call, AskedByForm(call));
  return NoSuchRoute(call);
}

}  // namespace qianxian::api
