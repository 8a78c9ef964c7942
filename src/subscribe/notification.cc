#include "subscribe/notification.h"

#include "json/writer.h"

namespace qianxian::subscribe {
namespace {

constexpr std::string_view kProfiles = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

std::string_view Name(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::kHandshake: return "handshake";
    case NoticeKind::kHeartbeat: return "heartbeat";
    case NoticeKind::kEvents: return "event-notification";
    case NoticeKind::kStatus: return "query-status";
    case NoticeKind::kQuery: return "query-event";
  }
  return "query-status";
}

std::string Place(const Notice& notice, const Event& event) { return notice.base + "/" + event.type + "/" + event.id; }

void WriteReference(json::Writer& writer, std::string_view name, const std::string& reference) {
  writer.BeginObject().Member("name", name).Name("valueReference").BeginObject().Member("reference", reference).EndObject().EndObject();
}

void WriteEvent(json::Writer& writer, const Notice& notice, const ShownEvent& shown) {
  writer.BeginObject().Member("name", "notification-event").Name("part").BeginArray();
  writer.BeginObject().Member("name", "event-number").Member("valueString", std::to_string(shown.event.number)).EndObject();
  writer.BeginObject().Member("name", "timestamp").Member("valueInstant", FormatInstant(shown.event.at)).EndObject();
  if (notice.content != Content::kEmpty && shown.readable) WriteReference(writer, "focus", Place(notice, shown.event));
  writer.EndArray().EndObject();
}

void WriteStatus(json::Writer& writer, const Notice& notice, const std::string& id) {
  writer.BeginObject().Member("resourceType", "Parameters").MemberIfAny("id", id);
  writer.Name("meta").BeginObject().Name("profile").BeginArray();
  writer.String(std::string(kProfiles) + "backport-subscription-status-r4").EndArray().EndObject();
  writer.Name("parameter").BeginArray();
  WriteReference(writer, "subscription", notice.base + "/Subscription/" + notice.subscription_id);
  writer.BeginObject().Member("name", "topic").Member("valueCanonical", notice.topic).EndObject();
  writer.BeginObject().Member("name", "status").Member("valueCode", notice.status).EndObject();
  writer.BeginObject().Member("name", "type").Member("valueCode", Name(notice.kind)).EndObject();
  writer.BeginObject().Member("name", "events-since-subscription-start").Member("valueString", std::to_string(notice.events_since_start)).EndObject();
  for (const ShownEvent& event : notice.events) WriteEvent(writer, notice, event);
  if (!notice.error.empty()) {
    writer.BeginObject().Member("name", "error").Name("valueCodeableConcept").BeginObject().Member("text", notice.error).EndObject().EndObject();
  }
  writer.EndArray().EndObject();
}

void BeginEntry(json::Writer& writer, const std::string& url) { writer.BeginObject().Member("fullUrl", url); }

void WriteExchange(json::Writer& writer, std::string_view method, const std::string& url, std::string_view status) {
  writer.Name("request").BeginObject().Member("method", method).Member("url", url).EndObject();
  writer.Name("response").BeginObject().Member("status", status).EndObject();
}

void WriteFocus(json::Writer& writer, const Notice& notice, const ShownEvent& shown) {
  const Event& event = shown.event;
  BeginEntry(writer, Place(notice, event));
  if (notice.content == Content::kFullResource && !shown.body.empty()) writer.Name("resource").Raw(shown.body);
  std::string url = event.type + (event.interaction == Interaction::kCreate ? "" : "/" + event.id);
  switch (event.interaction) {
    case Interaction::kCreate: WriteExchange(writer, "POST", url, "201"); break;
    case Interaction::kUpdate: WriteExchange(writer, "PUT", url, "200"); break;
    case Interaction::kDelete: WriteExchange(writer, "DELETE", url, "204"); break;
  }
  writer.EndObject();
}

}  // namespace

std::string StatusParameters(const Notice& notice) {
  json::Writer writer;
  WriteStatus(writer, notice, "");
  return writer.Take();
}

std::string NotificationBundle(const Notice& notice, Clock& clock, Random& random) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("id", NewUuid(clock, random));
  writer.Name("meta").BeginObject().Name("profile").BeginArray();
  writer.String(std::string(kProfiles) + "backport-subscription-notification-r4").EndArray().EndObject();
  writer.Member("type", "history").Member("timestamp", FormatInstant(clock.Now())).Name("entry").BeginArray();
  std::string id = NewUuid(clock, random);
  BeginEntry(writer, "urn:uuid:" + id);
  writer.Name("resource");
  WriteStatus(writer, notice, id);
  WriteExchange(writer, "GET", "Subscription/" + notice.subscription_id + "/$status", "200");
  writer.EndObject();
  for (const ShownEvent& shown : notice.events) {
    if (notice.content != Content::kEmpty && shown.readable) WriteFocus(writer, notice, shown);
  }
  writer.EndArray().EndObject();
  return writer.Take();
}

std::string StatusBundle(const std::vector<Notice>& notices, Clock& clock, Random& random) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("type", "searchset").Member("timestamp", FormatInstant(clock.Now()));
  writer.Member("total", notices.size()).Name("entry").BeginArray();
  for (const Notice& notice : notices) {
    std::string id = NewUuid(clock, random);
    BeginEntry(writer, "urn:uuid:" + id);
    writer.Name("resource");
    WriteStatus(writer, notice, id);
    writer.Name("search").BeginObject().Member("mode", "match").EndObject().EndObject();
  }
  writer.EndArray().EndObject();
  return writer.Take();
}

}  // namespace qianxian::subscribe
