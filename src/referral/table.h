// The states of a referral as one table: from which state, by which verb, to which, who may, what it needs. Pure.
// Source: IHE 360X 1.1 §X.4 (request, accept, decline, interim, outcome, cancel, no-show); the states of the field's own forms
// 双向转诊单 and 回转单.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace qianxian::referral {

// Taker and giver: who takes the patient back below, and who sends him there. Of an up-referral they are sender and receiver;
// of one that is sent down by itself it is the other way round.
enum class Side { kSender, kReceiver, kReviewer, kTaker, kGiver, kProgram };
enum Needs : unsigned { kNothing = 0, kReason = 1, kSlot = 2, kResult = 4, kPlan = 8, kText = 16 };

struct Transition {
  std::string_view from, verb, to;
  Side side;
  unsigned needs = kNothing;
};

std::span<const Transition> Transitions();
// Null pointer: there is no such step from this state.
const Transition* FindTransition(std::string_view from, std::string_view verb);
// FHIR's own word (http://hl7.org/fhir/task-status); "": there is no such state.
std::string_view TaskStatus(std::string_view state);
bool IsFinal(std::string_view state);
// FHIR's statuses of the states that are not final, with commas. A draft waits for its sender, and is no work for anybody else.
std::string OpenStatuses(bool drafts);
// FHIR's word for the ServiceRequest.
std::string_view RequestStatus(std::string_view state);

}  // namespace qianxian::referral
