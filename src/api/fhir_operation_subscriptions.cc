// Subscription/$status, $events and $get-ws-binding-token of the Subscriptions R5 Backport.
// Source: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/operations.html
#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "base/text.h"
#include "json/writer.h"
#include "subscribe/service.h"

namespace qianxian::api {
namespace {

Result<subscribe::Subscriptions*> Served(const OperationCall& call) {
  if (call.services.subscriptions) return call.services.subscriptions;
  return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "subscriptions are not served here", "此处不提供订阅服务");
}

// Of the address, or of the parameters `id`.
std::vector<std::string> IdsOf(const OperationCall& call) {
  if (!call.id.empty()) return {call.id};
  std::vector<std::string> ids;
  for (const Argument* argument : call.arguments.FindAll("id")) ids.push_back(argument->text);
  return ids;
}

// "http://host/fhir" → "ws://host/subscriptions"
std::string SocketAddress(std::string base) {
  constexpr std::string_view kTail = "/fhir";
  if (EndsWith(base, kTail)) base.resize(base.size() - kTail.size());
  return "ws" + base.substr(4) + "/subscriptions";
}

}  // namespace

Result<http::Response> RunSubscriptionStatus(OperationCall& call) {
  QX_DO(call.arguments.Allow({"id"}));
  QX_TRY(subscribe::Subscriptions * subscriptions, Served(call));
  QX_TRY(std::string answer, subscriptions->StatusOf(call.exchange.caller(), call.exchange.base, IdsOf(call)));
  return FhirAnswer(std::move(answer));
}

Result<http::Response> RunSubscriptionEvents(OperationCall& call) {
  QX_DO(call.arguments.Allow({"eventsSinceNumber", "eventsUntilNumber", "content"}));
  QX_TRY(subscribe::Subscriptions * subscriptions, Served(call));
  QX_TRY(std::optional<uint64_t> first, call.arguments.Number("eventsSinceNumber"));
  QX_TRY(std::optional<uint64_t> last, call.arguments.Number("eventsUntilNumber"));
  std::optional<subscribe::Content> content;
  if (call.arguments.Find("content")) {
    QX_TRY(content, subscribe::ParseContent(call.arguments.Text("content")));
  }
  QX_TRY(std::string answer, subscriptions->Events(call.exchange.caller(), call.id, first.value_or(1), last, content));
  return FhirAnswer(std::move(answer));
}

Result<http::Response> RunSubscriptionToken(OperationCall& call) {
  QX_DO(call.arguments.Allow({"id"}));
  QX_TRY(subscribe::Subscriptions * subscriptions, Served(call));
  std::vector<std::string> ids = IdsOf(call);
  QX_TRY(subscribe::SocketToken token, subscriptions->MakeToken(call.exchange.caller(), ids));
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Parameters").Name("parameter").BeginArray();
  writer.BeginObject().Member("name", "token").Member("valueString", token.token).EndObject();
  writer.BeginObject().Member("name", "expiration").Member("valueDateTime", FormatInstant(token.expires)).EndObject();
  for (const std::string& id : ids) writer.BeginObject().Member("name", "subscription").Member("valueString", id).EndObject();
  writer.BeginObject().Member("name", "websocket-url").Member("valueUrl", SocketAddress(call.exchange.base)).EndObject();
  writer.EndArray().EndObject();
  return FhirAnswer(writer.Take());
}

}  // namespace qianxian::api
