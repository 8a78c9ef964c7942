#include "referral/parts.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/date.h"
#include "json/writer.h"

namespace qianxian::referral {

Instant InstantOf(std::string_view text) {
  fhir::DateTime time;
  return fhir::TryParseDateTime(text, fhir::DateSyntax::kDateTime, time) ? Instant{fhir::RangeOf(time).low} : Instant{};
}

std::string KeyOf(std::string_view a, std::string_view b) {
  return crypto::Sha256Hex(std::to_string(a.size()) + ":" + std::string(a) + std::string(b)).substr(0, 24);
}

store::Change NoticeChange(const Notice& notice, Instant at) {
  const std::string id = "notice-" + KeyOf(notice.event, notice.recipient);
  json::Writer w;
  w.BeginObject().Member("resourceType", "Communication").Member("id", id).Member("status", "in-progress");
  w.Name("category").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", std::string(kBase) + "notice").Member("code", notice.kind).EndObject().EndArray().EndObject().EndArray();
  if (!notice.patient.empty()) w.Name("subject").BeginObject().Member("reference", "Patient/" + notice.patient).EndObject();
  w.Name("about").BeginArray().BeginObject().Member("reference", notice.about).EndObject().EndArray();
  w.Member("sent", FormatInstant(at));
  w.Name("recipient").BeginArray().BeginObject().Member("reference", "Organization/" + notice.recipient).EndObject().EndArray();
  w.Name("payload").BeginArray();
  for (const std::string* text : {&notice.zh, &notice.en}) w.BeginObject().Member("contentString", *text).EndObject();
  w.EndArray().EndObject();
  store::Change change;
  change.type = "Communication";
  change.id = id;
  change.body = w.Take();
  change.owner = notice.recipient;
  return change;
}

store::Change RelationChange(std::string_view request, std::string_view patient, std::string_view organization, std::string_view owner,
                             Instant start, Instant end) {
  const std::string id = "relation-" + KeyOf(request, organization);
  json::Writer w;
  w.BeginObject().Member("resourceType", "Consent").Member("id", id).Member("status", "active");
  w.Name("scope").BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://terminology.hl7.org/CodeSystem/consentscope").Member("code", "treatment").EndObject().EndArray().EndObject();
  w.Name("category").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode").Member("code", "INFAO").EndObject().EndArray().EndObject().EndArray();
  w.Name("patient").BeginObject().Member("reference", "Patient/" + std::string(patient)).EndObject();
  w.Member("dateTime", FormatInstant(start));
  w.Name("policyRule").BeginObject().Member("text", "care relation").EndObject();
  w.Name("provision").BeginObject().Member("type", "permit").Name("period").BeginObject();
  w.Member("start", FormatInstant(start)).Member("end", FormatInstant(end)).EndObject();
  w.Name("actor").BeginArray().BeginObject().Name("role").BeginObject().Member("text", "PRCP").EndObject();
  w.Name("reference").BeginObject().Member("reference", "Organization/" + std::string(organization)).EndObject().EndObject().EndArray();
  // What it is about: the request and what belongs to it.
  w.Name("data").BeginArray().BeginObject().Member("meaning", "related").Name("reference").BeginObject().Member("reference", request);
  w.EndObject().EndObject().EndArray().EndObject().EndObject();
  store::Change change;
  change.type = "Consent";
  change.id = id;
  change.body = w.Take();
  change.owner = owner;
  return change;
}

}  // namespace qianxian::referral
