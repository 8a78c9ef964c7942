// Emergency access 紧急查阅 ("break the glass"): who treats somebody whose record other institutions keep may open it at once, by the
// number on a card and with a reason, alone, for limits::kEmergencyHours, for reading. Whoever keeps the record is told at once, and
// somebody who opens no records (the auditor, or the director) says afterwards whether it was right; if it was not, it ends there.
// What there is stands in the record alone: a Task `emergency-…`, the Consent `relation-…` that opens (store/relation.h; purpose BTG),
// a Communication for each notice. Every look-up, with or without an answer, is noted in the audit under the name of who asked.
// Threads: any; the store must outlive it. Failures: the store's; invalid ("no-identifier", "no-reason", …), not_found
// ("nobody-with-number", "no-such-opening"), forbidden ("not-your-work", "not-in-scope"), busy ("too-many-openings"), conflict
// ("version-conflict", "already-reviewed").
// Source: https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG); GB/T 39725-2020 on access in emergencies [K]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "search/parameters.h"
#include "store/store.h"

namespace qianxian::referral {

inline constexpr std::string_view kEmergencyPrefix = "emergency-";

struct EmergencyOpening {
  std::string id;
  uint64_t version = 0;
  std::string patient, patient_name;
  std::string keeper;                      // organisation that keeps the record
  std::string user, name, organization;    // who opened it, as people read the name, for which institution
  std::string reason, text;                // one of EmergencyReasons(); in words
  std::string at, until;                   // instants
  std::string state;                       // waiting, justified, unjustified
  std::string reviewed_at, reviewer, reviewer_name, note;
};

struct NewEmergency {
  std::string client_key;                  // sent twice is once
  std::string identifier;                  // whole, as it stands on the card
  std::string reason, text;
  std::string name, organization;          // of who asks
};

// A person with that number; several when several institutions keep one.
struct OpenedPatient {
  std::string patient, name;
  std::optional<EmergencyOpening> opening;  // none: the caller may read that record anyway
};

struct EmergencyPage {
  std::vector<EmergencyOpening> openings;  // the newest first
  uint64_t total = 0, waiting = 0;
};

const std::vector<std::string>& EmergencyReasons();
Result<EmergencyOpening> EmergencyFrom(const store::Resource& task);

class Emergencies {
 public:
  Emergencies(store::Store& store, const search::Parameters& parameters, Clock& clock) : store_(store), parameters_(parameters), clock_(clock) {}

  Result<std::vector<OpenedPatient>> Open(const access::Caller& caller, const NewEmergency& wanted);
  // Until when the caller may read this patient for an emergency; none: he may not, or not for that.
  Result<std::optional<Instant>> HoldsUntil(const access::Caller& caller, const std::string& patient);
  // For those who review. state: "waiting", "" for all.
  Result<EmergencyPage> List(const access::Caller& caller, std::string_view state, size_t offset, size_t count);
  Result<EmergencyOpening> Review(const access::Caller& caller, std::string_view id, uint64_t version, bool justified, std::string_view note,
                                  const std::string& by);
  // Is reviewing the caller's work?
  static Status MayReview(const access::Caller& caller);

 private:
  Result<std::vector<store::Resource>> PeopleWith(const access::Caller& caller, const std::string& identifier);
  Status CheckFew(store::Snapshot& snapshot, const access::Caller& caller, Instant now);
  Result<EmergencyOpening> OpenOne(const access::Caller& caller, const NewEmergency& wanted, const store::Resource& patient, Instant now);
  store::Change RelationOf(const EmergencyOpening& opening, const std::string& actor, bool holds) const;

  store::Store& store_;
  const search::Parameters& parameters_;
  Clock& clock_;
};

}  // namespace qianxian::referral
