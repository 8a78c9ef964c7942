// Sendings down as a pathway sees them: what the Tasks `referral-…` of a patient's record say of who was sent down, to whom, with
// which plan, and what came of it. One for each sending down: who was refused and is sent down again has two. Read from the
// record alone (docs/formats/referral.md); the module that writes it is a peer. Pure; any thread. Nothing fails: what
// says less (no steps, no plan) is taken as far as it goes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flow/programme.h"

namespace qianxian::flow {

inline constexpr std::string_view kReferralPrefix = "referral-";

struct Down {
  std::string referral;                    // id
  int64_t number = 1;                      // the referral's first, second, … sending down
  std::string sent_at, sent_on;            // instant and day; "" = not said
  enum class Outcome { kWaiting, kTaken, kRefused, kWithdrawn } outcome = Outcome::kWaiting;
  std::string decided_on, reason;          // day and reason of the answer
  bool is_last = true;                     // the plan is this one's
  bool is_over = false;                    // the referral has ended
  std::string moved_on;                    // day of the referral's last step
  std::string taker;                       // organisation that is to take over; "" = not said
  std::string pathway, next_date;          // the plan's; "" = none

  std::string Mark() const { return referral + "/" + std::to_string(number); }
};

// In the order in which they were sent.
std::vector<Down> DownsOf(const PatientRecord& record);

}  // namespace qianxian::flow
