// Flow: pathways at work. A person in a pathway has an enrolment (EpisodeOfCare), a plan (CarePlan, with the stage) and
// one Task for each open step. The engine follows the feed and the clock: what changed about a patient is looked at once
// more by the rules of the pathway (pack), and what follows from it is committed together with the engine's place in the
// feed, so that it is done exactly once however often it is told. Nothing is kept in memory that a restart would lose.
//
// Records and their extensions: docs/formats/flow.md. Ids are made from keys: the same twice is one.
// Threads: any; Tick is serialised. Failures as the store's; invalid for bad requests; conflict for stale versions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/ids.h"
#include "base/result.h"
#include "pack/pack.h"
#include "store/store.h"

namespace qianxian::fhir {
class Definitions;
}

namespace qianxian::flow {

struct Tools {
  store::Store* store = nullptr;
  const search::Parameters* parameters = nullptr;
  const fhir::Definitions* definitions = nullptr;
  const pack::Pack* pack = nullptr;
  Clock* clock = nullptr;
};

struct EnrolRequest {
  std::string patient, pathway, organization;              // organization: code; "" = the patient's
};

struct ExitRequest {
  std::string enrolment, reason, note;                     // reason: one of pack::ExitsOf the pathway; "dead" is death
  std::string on;                                          // the day of a death, "" = not known
};

struct MoveRequest {
  std::string enrolment, organization, reason;             // to another organisation, or
  bool newest_edition = false;                             // to the pack's edition
};

struct TaskVersion {
  std::string task;
  uint64_t version = 0;
};

// Answers by item: a number's text, "true"/"false", a date, a text, a code; several codes for `choices`.
struct FormAnswers {
  std::string form;
  std::vector<std::pair<std::string, std::vector<std::string>>> answers;
};

struct InitialRequest {
  std::string form, patient, task;                         // task: the step that is being done; "" = none
};

struct VisitRequest {
  std::string key;                                         // the client's; twice is once
  std::string patient, method, note;
  std::optional<Instant> at;                               // none: now
  std::vector<TaskVersion> tasks;
  std::vector<FormAnswers> forms;
};

struct OpenStep {                                          // for lists
  std::string task;
  uint64_t version = 0;
  std::string patient, pathway, step, enrolment, form, activity, status, escalated_to, owner;
  pack::Text pathway_title, name;
  std::string due, window_start, window_end;               // dates
  std::vector<std::string> who;
};

struct FoundDanger {
  std::string form, id, urgency, criterion;
  pack::Text text;
};

struct Proposal {                                          // a referral that the pathway proposes; a person decides
  std::string pathway, step, urgency, criterion;
};

struct VisitResult {
  std::string visit;
  bool again = false;                                      // the same key was sent before: nothing was written now
  std::vector<std::string> completed;
  std::vector<OpenStep> next;
  std::vector<FoundDanger> dangers;
  std::vector<Proposal> proposals;
};

class Flow {
 public:
  virtual ~Flow() = default;
  // Looks at what is new in the feed and at tasks whose time has come, for a second or so: the next call goes on. Says how many it wrote.
  virtual Result<uint64_t> Tick() = 0;

  virtual Result<std::string> Enrol(const access::Caller& caller, const EnrolRequest& request) = 0;    // the enrolment's id
  // Ends it, and closes its open steps; the same twice is once. Death ends all of the patient's, and is said of the Patient.
  virtual Status Exit(const access::Caller& caller, const ExitRequest& request) = 0;
  virtual Status Move(const access::Caller& caller, const MoveRequest& request) = 0;
  // conflict "already-done": another version of a task was seen than there is (what there is: read the task).
  virtual Result<VisitResult> Visit(const access::Caller& caller, const VisitRequest& request) = 0;
  // What the record, as far as the caller may read it, says for items with `initial`. What the item could not take is left out.
  virtual Result<FormAnswers> Initial(const access::Caller& caller, const InitialRequest& request) = 0;
  // What the pathway would make for this patient, as CarePlan with its Tasks contained; nothing is written.
  virtual Result<std::string> Apply(const access::Caller& caller, std::string_view pathway, std::string_view patient) = 0;
};

std::unique_ptr<Flow> MakeFlow(const Tools& tools);

// Every FHIRPath text of the pack's pathways and forms that cannot be read, one a line: invalid "bad-pack".
Status CheckExpressions(const pack::Pack& pack);
// A step's Task as it stands; what a list of the page is made of.
Result<OpenStep> StepFromFhir(const store::Resource& task, const pack::Pack& pack);

}  // namespace qianxian::flow
