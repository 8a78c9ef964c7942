// A care relation: somebody who treats a patient at the asking of whoever keeps the record may read that record, for a time.
// Written by the program alone as Consent `relation-…` (access::IsKeptRecord); both engines read it through here. It opens
// what access::RelationOpens says, for reading only. Rights are those of now: the relation's newest version and the store's
// clock decide, whatever earlier state of the record is looked at.
// Pure; any thread. What is no whole relation (no patient, nobody named, no time) opens nothing.
// Source: https://hl7.org/fhir/R4/consent.html (status, provision.actor, provision.period)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/relation.h"
#include "base/clock.h"
#include "json/value.h"

namespace qianxian::store {

inline constexpr std::string_view kRelationType = "Consent";
inline constexpr std::string_view kRelationPrefix = "relation-";

struct Relation {
  std::string patient;                     // id
  std::vector<std::string> actors;         // "Organization/H001", "Practitioner/p7"
  Instant start, end;                      // [start, end)
  bool Holds(Instant now) const { return start <= now && now < end; }
};

std::optional<Relation> RelationFrom(json::Value consent);
// A person by name: who has no FHIR id is named by the account, in a form that nobody else has.
std::string PersonActor(const access::Caller& caller);
// What the caller is named by: his organisations and himself; empty for whom relations open nothing.
std::vector<std::string> RelationActors(const access::Caller& caller);

}  // namespace qianxian::store
