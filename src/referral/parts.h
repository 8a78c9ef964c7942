// What a step of a referral writes beside its Task: notices (as FHIR: notice_records.h) and care relations. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace qianxian::referral {

inline constexpr std::string_view kBase = "https://fhir.qianxian.cn/";

struct Notice {
  std::string event;                       // "referral-x/3": one notice for each event and recipient
  std::string kind;                        // "referral:sent"
  std::string recipient;                   // organisation
  std::string about;                       // "Task/referral-x"
  std::string patient;                     // id
  std::string zh, en;                      // what it says
  std::string person;                      // of the recipient: who it is for, as steps name him (WhoOf); "" = each who may act there
  std::string doer;                        // the account whose step it tells of (AccountOf), to which it is no news; "" = of nobody there
};

// Of a FHIR dateTime; the beginning of time of what is none.
Instant InstantOf(std::string_view text);
// 24 hexadecimal digits of two parts: ids that are the same for the same thing.
std::string KeyOf(std::string_view a, std::string_view b);
// `organization` may read the patient's record from `start` to `end`, because of `request` ("ServiceRequest/…").
store::Change RelationChange(std::string_view request, std::string_view patient, std::string_view organization, std::string_view owner,
                             Instant start, Instant end);
// One person may read it, for an emergency (purpose BTG); a later one of the same two takes the place of an earlier.
std::string PersonRelationId(std::string_view patient, std::string_view actor);
store::Change PersonRelationChange(std::string_view request, std::string_view patient, std::string_view actor, std::string_view owner, Instant start,
                                   Instant end, bool holds);

}  // namespace qianxian::referral
