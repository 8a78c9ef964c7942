#include "store/relation.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/date.h"

namespace qianxian::store {
namespace {

std::string_view IdAfter(std::string_view reference, std::string_view type) {
  if (!reference.starts_with(type) || reference.size() <= type.size() + 1 || reference[type.size()] != '/') return {};
  return reference.substr(type.size() + 1);
}

std::optional<Instant> TimeOf(json::Value period, std::string_view name, bool end) {
  fhir::DateTime time;
  if (!fhir::TryParseDateTime(period.FindString(name), fhir::DateSyntax::kDateTime, time)) return std::nullopt;
  const fhir::DateRange range = fhir::RangeOf(time);
  // A day that is named as the end is inside; an instant ends there.
  const bool whole = time.precision <= fhir::DatePrecision::kDay;
  return Instant{end && whole ? range.high : range.low};
}

}  // namespace

std::optional<Relation> RelationFrom(json::Value consent) {
  Relation relation;
  const json::Value provision = consent.Find("provision").value_or(json::Value());
  const json::Value period = provision.Find("period").value_or(json::Value());
  const auto start = TimeOf(period, "start", false);
  const auto end = TimeOf(period, "end", true);
  relation.patient = IdAfter(consent.Find("patient").value_or(json::Value()).FindString("reference"), "Patient");
  if (consent.FindString("status") != "active" || provision.FindString("type") != "permit" || relation.patient.empty() || !start || !end) {
    return std::nullopt;
  }
  relation.start = *start;
  relation.end = *end;
  for (json::Value actor : provision.Find("actor").value_or(json::Value()).Elements()) {
    const std::string_view named = actor.Find("reference").value_or(json::Value()).FindString("reference");
    if (!IdAfter(named, "Organization").empty() || !IdAfter(named, "Practitioner").empty()) relation.actors.emplace_back(named);
  }
  if (relation.actors.empty()) return std::nullopt;
  return relation;
}

std::string PersonActor(const access::Caller& caller) {
  if (!caller.practitioner.empty()) return "Practitioner/" + caller.practitioner;
  return caller.user.empty() ? std::string() : "Practitioner/account-" + crypto::Sha256Hex(ToLowerAscii(ToHalfWidth(caller.user))).substr(0, 40);
}

std::vector<std::string> RelationActors(const access::Caller& caller) {
  std::vector<std::string> actors;
  if (caller.whole_county || !access::RelationOpens(caller, "Patient")) return actors;
  for (const std::string& organization : caller.organizations) {
    if (!organization.empty()) actors.push_back("Organization/" + organization);
  }
  if (const std::string person = PersonActor(caller); !person.empty()) actors.push_back(person);
  return actors;
}

}  // namespace qianxian::store
