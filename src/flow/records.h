// The records of the engine as FHIR R4, and back (docs/formats/flow.md): enrolment = EpisodeOfCare, plan = CarePlan,
// step = Task. What is not in these structures is not in the records: the engine writes them whole. Pure; any thread.
// Failures: fault "bad-flow-record" for what the engine itself did not write so.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "pack/pathway.h"

namespace qianxian::flow {

inline constexpr std::string_view kBase = "https://fhir.qianxian.cn/";

struct Enrolment {
  std::string id;                          // care-…
  uint64_t version = 0;
  std::string owner;                       // organisation code
  std::string status;                      // planned, active, finished, cancelled
  std::string pathway, patient;
  int64_t number = 1;                      // the patient's first, second, … enrolment in this pathway
  std::string since;                       // date: in the pool, then enrolled
  std::string until;
  std::string exit_reason, exit_note;
  std::string edition, definition;         // definition: hash of the frozen text
  std::string stage, stage_since;          // in which stage, since what day
  std::vector<std::string> transitions;    // "STAGE>STAGE", "STAGE>exit:REASON", in order
  std::vector<std::string> downs;          // "REFERRAL/1": sendings down that it came of, or that moved its next visit (referrals.h)
  std::string next_visit;                  // date that a sending down asks for and no step has yet
};

struct Plan {
  std::string id;                          // plan-…, of the same hash
  uint64_t version = 0;
  std::string owner, status;               // active, completed, revoked
  std::string pathway, patient, enrolment, edition;
  std::string stage, stage_since, course;
  int64_t stay = 1;                        // counts the stages that were entered: a step belongs to the stay that opened it
};

struct Step {
  std::string id;                          // step-…
  uint64_t version = 0;
  std::string owner, status;               // ready, in-progress, completed, cancelled
  std::string pathway, edition, patient, enrolment, plan, step, name, form, activity;
  int64_t occurrence = 1, stay = 1;
  std::string since, due, window_start, window_end;        // dates
  std::string wake;                        // instant, "" = never
  std::string escalated_to;                // level
  std::string done_on, why;                // date; why it was cancelled
  std::string next_due;                    // done, and it is due again: the day
  std::string asked_again;                 // done, and its answer asks for it again: the same day
  int64_t again = 0;                       // so many times in a row it was asked for again before this one
  std::vector<std::string> who, output;
  std::vector<std::string> proposals;      // "urgency criterion", when it was done
};

struct Screened {                          // one for each patient: pathways whose `screened` holds
  std::string patient;
  std::set<std::string> pathways;
};

std::string EnrolmentId(std::string_view pathway, std::string_view patient, int64_t number);
std::string PlanIdOf(std::string_view enrolment);
std::string StepId(std::string_view enrolment, std::string_view step, int64_t occurrence);
std::string ScreenedId(std::string_view patient);
std::string DefinitionHash(const pack::Pathway& pathway);
std::string DefinitionId(std::string_view hash);           // of the Basic that keeps a frozen edition

std::string AsFhir(const Enrolment& enrolment, const std::string& title);
std::string AsFhir(const Plan& plan, const std::string& title);
std::string AsFhir(const Step& step);
std::string ScreenedAsFhir(const Screened& screened);
std::string DefinitionAsFhir(const std::string& id, const pack::Pathway& pathway);

Enrolment EnrolmentFromFhir(json::Value root);             // without version and owner
Plan PlanFromFhir(json::Value root);
Step StepOfFhir(json::Value root);
// A member of an extension of ours: the value's text, "" if it is not there.
std::string ExtensionText(json::Value root, std::string_view name);
std::vector<std::string> ExtensionTexts(json::Value root, std::string_view name);    // of one that is repeated

}  // namespace qianxian::flow
