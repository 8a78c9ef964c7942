// What a step of a pathway proposes when it was done: "refer him, so fast, because of this criterion" (extension `proposals` of the
// step's Task, docs/formats/flow.md). It may be done by a visit, and then a page is open; or by a laboratory's result, and then
// nobody is told. So it becomes a draft of whoever has the step, and a notice (Referrals::Follow).
// Pure; any thread. What cannot be read proposes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "referral/referral.h"

namespace qianxian::referral {

struct Proposal {
  std::string task;                        // id of the step
  std::string patient, sender;             // id; code of the organisation that has the step
  std::string done_on;                     // the day
  std::string urgency, criterion;
  std::vector<std::string> evidence;       // what the step was done by: references that travel with the patient
};

inline constexpr std::string_view kStepPrefix = "step-";

// None: it is not done, or proposes nothing.
std::vector<Proposal> ProposalsOf(const store::Resource& step);
// The same for the same step and criterion.
std::string ProposedId(const Proposal& proposal);
// To whoever has the step. `criterion`: of the packs, null pointer where they have it no more.
Notice ProposedNotice(const Referral& draft, const pack::Criterion* criterion);

}  // namespace qianxian::referral
