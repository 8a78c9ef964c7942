#include "referral/table.h"

#include <set>

#include "base/text.h"

namespace qianxian::referral {
namespace {

// What is sent goes under review first where somebody has to look at it, and down at once where it goes down (service.cc).
constexpr Transition kTransitions[] = {
    {"draft", "send", "sent", Side::kSender},
    {"draft", "withdraw", "withdrawn", Side::kSender},
    {"under-review", "review-approve", "sent", Side::kReviewer},
    {"under-review", "review-return", "draft", Side::kReviewer, kText},
    {"under-review", "withdraw", "withdrawn", Side::kSender, kReason},
    {"under-review", "expire", "expired", Side::kProgram},
    {"sent", "accept", "accepted", Side::kReceiver, kSlot},
    {"sent", "decline", "declined", Side::kReceiver, kReason},
    {"sent", "withdraw", "withdrawn", Side::kSender, kReason},
    {"sent", "expire", "expired", Side::kProgram},
    {"accepted", "arrive", "arrived", Side::kReceiver},
    {"accepted", "no-show", "no-show", Side::kReceiver},
    {"accepted", "decline", "declined", Side::kReceiver, kReason},
    {"accepted", "withdraw", "withdrawn", Side::kSender, kReason},
    {"arrived", "interim", "arrived", Side::kReceiver, kText},
    {"arrived", "return-result", "result-returned", Side::kReceiver, kResult},
    {"result-returned", "return-result", "result-returned", Side::kReceiver, kResult},
    {"result-returned", "send-down", "sent-down", Side::kReceiver, kPlan},
    {"result-returned", "close", "closed", Side::kSender},
    {"sent-down", "take-over", "taken-over", Side::kTaker},
    {"sent-down", "refuse-take-over", "not-taken-over", Side::kTaker, kReason},
    {"sent-down", "withdraw", "withdrawn", Side::kGiver, kReason},
    {"not-taken-over", "send-down", "sent-down", Side::kGiver, kPlan},
    {"not-taken-over", "close", "closed", Side::kGiver},
    {"taken-over", "close", "closed", Side::kTaker},
    {"no-show", "accept", "accepted", Side::kReceiver, kSlot},
    {"no-show", "arrive", "arrived", Side::kReceiver},
    {"no-show", "withdraw", "withdrawn", Side::kSender, kReason},
};

struct State { std::string_view state, task, request; bool final; };
constexpr State kStates[] = {
    {"draft", "draft", "draft", false},           {"under-review", "received", "active", false},
    {"sent", "requested", "active", false},       {"accepted", "accepted", "active", false},
    {"declined", "rejected", "revoked", true},    {"arrived", "in-progress", "active", false},
    {"result-returned", "in-progress", "active", false}, {"sent-down", "in-progress", "active", false},
    {"taken-over", "in-progress", "active", false}, {"not-taken-over", "on-hold", "active", false},
    {"closed", "completed", "completed", true},   {"withdrawn", "cancelled", "revoked", true},
    {"no-show", "failed", "active", false},       {"expired", "failed", "revoked", true},
};

const State* Find(std::string_view state) {
  for (const State& one : kStates) {
    if (one.state == state) return &one;
  }
  return nullptr;
}

}  // namespace

std::span<const Transition> Transitions() { return kTransitions; }

const Transition* FindTransition(std::string_view from, std::string_view verb) {
  for (const Transition& one : kTransitions) {
    if (one.from == from && one.verb == verb) return &one;
  }
  return nullptr;
}

std::string_view TaskStatus(std::string_view state) {
  const State* found = Find(state);
  return found ? found->task : std::string_view();
}
std::string OpenStatuses(bool drafts) {
  std::set<std::string> open;
  for (const Transition& one : kTransitions)
    if (!IsFinal(one.from) && (drafts || one.from != "draft")) open.emplace(TaskStatus(one.from));
  return Join({open.begin(), open.end()}, ",");
}
std::string_view RequestStatus(std::string_view state) {
  const State* found = Find(state);
  return found ? found->request : std::string_view();
}
bool IsFinal(std::string_view state) {
  const State* found = Find(state);
  return !found || found->final;
}

}  // namespace qianxian::referral
