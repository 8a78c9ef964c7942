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

namespace {

struct RelationWords {
  std::string id;
  std::string_view request, patient, actor, owner, purpose;
  Instant start, end;
  bool holds = true;
};

store::Change ConsentChange(const RelationWords& r) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Consent").Member("id", r.id).Member("status", r.holds ? "active" : "inactive");
  w.Name("scope").BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://terminology.hl7.org/CodeSystem/consentscope").Member("code", "treatment").EndObject().EndArray().EndObject();
  w.Name("category").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode").Member("code", "INFAO").EndObject().EndArray().EndObject().EndArray();
  w.Name("patient").BeginObject().Member("reference", "Patient/" + std::string(r.patient)).EndObject();
  w.Member("dateTime", FormatInstant(r.start));
  w.Name("policyRule").BeginObject().Member("text", r.purpose.empty() ? "care relation" : "emergency").EndObject();
  w.Name("provision").BeginObject().Member("type", "permit").Name("period").BeginObject();
  w.Member("start", FormatInstant(r.start)).Member("end", FormatInstant(r.end)).EndObject();
  w.Name("actor").BeginArray().BeginObject().Name("role").BeginObject().Member("text", "PRCP").EndObject();
  w.Name("reference").BeginObject().Member("reference", r.actor).EndObject().EndObject().EndArray();
  if (!r.purpose.empty()) {
    w.Name("purpose").BeginArray().BeginObject().Member("system", "http://terminology.hl7.org/CodeSystem/v3-ActReason");
    w.Member("code", r.purpose).EndObject().EndArray();
  }
  // What it is about: the request and what belongs to it.
  w.Name("data").BeginArray().BeginObject().Member("meaning", "related").Name("reference").BeginObject().Member("reference", r.request);
  w.EndObject().EndObject().EndArray().EndObject().EndObject();
  store::Change change;
  change.type = "Consent";
  change.id = r.id;
  change.body = w.Take();
  change.owner = r.owner;
  return change;
}

}  // namespace

store::Change RelationChange(std::string_view request, std::string_view patient, std::string_view organization, std::string_view owner,
                             Instant start, Instant end) {
  return ConsentChange({"relation-" + KeyOf(request, organization), request, patient, "Organization/" + std::string(organization), owner, "", start, end});
}

std::string PersonRelationId(std::string_view patient, std::string_view actor) { return "relation-" + KeyOf("emergency/" + std::string(patient), actor); }

store::Change PersonRelationChange(std::string_view request, std::string_view patient, std::string_view actor, std::string_view owner, Instant start,
                                   Instant end, bool holds) {
  return ConsentChange({PersonRelationId(patient, actor), request, patient, actor, owner, "BTG", start, end, holds});
}

}  // namespace qianxian::referral
