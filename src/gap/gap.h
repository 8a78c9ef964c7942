// Gap: the one joint. An expectation (a measure's target) that a subject's record does not meet becomes a gap with an
// owner; the director approves an action from the pack's menu; the same frozen definition is measured again and gives
// before → after against comparable units, with a verdict and its uncertainty. A gap closes only by the record.
//
// Records: gap = DetectedIssue (HL7 Da Vinci DEQM uses it for gaps in care) with the frozen definition (measure, edition,
// target, direction, guard, SQL, exclusions; of coverage also the list), evidence MeasureReports and its subject in `implicated`;
// action = Task with focus on the gap, its owner, restriction.period.end as due date and the expected change as input. History is
// the store's. An open gap is judged by its frozen definition whatever becomes of the pack's (definition.h); a new one takes the pack's.
// Same sweep twice is once: a gap's id is made of subject, measure and (if any) disease group; opened again when it was closed.
// Threads: any; Sweep is serialised. Errors as the store's; invalid for bad requests; conflict for stale versions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "measure/measure.h"
#include "store/store.h"

namespace qianxian::gap {

enum class GapState { kOpen, kActing, kClosed };
enum class Verdict { kNone, kWorked, kDidNot, kCannotTell };

struct Carrier {                           // what the shortfall is made of
  std::string disease_group, destination;
  pack::Text disease_group_name, destination_name;
  std::string cases, amount;               // cases that leave / fall short, and money
  std::string share;                       // of the whole shortfall
  // Of a list's coverage: a disease or technique that is not covered; `cases` are the hospital's own. "": not known.
  std::string item, specialty;
  pack::Text item_name;
  std::string cases_minimum;               // so many a year would cover it
  std::string county_cases;                // in all hospitals of the county, by their first pages
  std::string leaving_cases;               // stays of the county's insured elsewhere, by settlements
};

struct Point { std::string period, numerator, denominator, value; };

struct Comparison {                        // before → after
  Point before, after;
  std::string change, change_low, change_high;        // difference of value, 95 % interval
  std::string comparable_change;                      // mean change of the comparable units over the same periods
  size_t comparable_units = 0;
  std::vector<std::pair<pack::Text, std::string>> comparable;   // each unit and its change
  std::string effect, effect_low, effect_high;        // change less comparable change
  Verdict verdict = Verdict::kNone;
  pack::Text why;                                     // in words
  std::vector<pack::Text> gained, lost;               // of a list: its items that became covered, and that are no longer
};

struct ActionStep {
  std::string at;                          // local time
  std::string status, who, note;           // the status that it then had
};

struct Action {
  std::string disease_group;               // what it is aimed at; "" = the whole measure
  pack::Text disease_group_name;
  std::optional<Comparison> comparison;    // of what it is aimed at, from its start (Get only)
  std::string id;
  uint64_t version = 0;
  std::string gap_id, type;                // type: id in the pack's menu
  pack::Text type_name;
  std::string status;                      // requested, accepted, in-progress, completed, cancelled (Task.status)
  std::string owner, note;
  std::string due_on;                      // date
  std::string expected_value;              // of the measure, by the due date
  std::string started_on, finished_on, approved_by;
  bool overdue = false;
  std::vector<ActionStep> history;         // oldest first
};

struct Gap {
  std::string id;
  uint64_t version = 0;
  GapState state = GapState::kOpen;
  std::string measure, subject, subject_name, disease_group;
  pack::Text measure_name, disease_group_name, summary;
  std::string owner;                       // a role's name (access::Name) until somebody is named
  std::string opened_on, closed_on;        // dates
  std::string target;
  std::string edition, definition_hash;    // the frozen definition
  std::vector<pack::Text> notes;           // what must be known of it: the pack's or its tables have changed since, …
  Point baseline;                          // when it opened
  Point latest;
  double severity = 0;                     // for sorting: how far from the target, as a share of the target
  std::vector<Point> trend;                // by month; of coverage the years that end with each month
  std::vector<Carrier> carriers;
  std::vector<Action> actions;
  std::optional<Comparison> comparison;
};

struct ActionRequest {                     // type, owner, due_on and expected_value are required
  std::string type, owner, due_on, expected_value, note;
  std::string disease_group;               // optional aim
  std::string started_on;                  // optional: an action that began earlier; "" = it begins when it is accepted
};

struct ActionChange {
  std::optional<std::string> status, owner, due_on, note, expected_value;
  uint64_t if_version = 0;
};

class Gaps {
 public:
  virtual ~Gaps() = default;
  // Looks at every measure with a target up to each subject's newest whole month (complete.h), opens, refreshes and closes gaps.
  // Returns how many records it changed. Does nothing when neither data nor pack changed since the last sweep.
  virtual Result<uint64_t> Sweep() = 0;
  virtual Result<std::vector<Gap>> List(const access::Caller& caller, bool closed_too) = 0;   // worst first; no trend/carriers
  virtual Result<Gap> Get(const access::Caller& caller, std::string_view id) = 0;
  virtual Result<Gap> AddAction(const access::Caller& caller, std::string_view gap_id, const ActionRequest& request) = 0;
  virtual Result<Gap> ChangeAction(const access::Caller& caller, std::string_view action_id, const ActionChange& change) = 0;
  virtual Result<std::vector<Action>> ListActions(const access::Caller& caller, bool ended_too) = 0;
};
std::unique_ptr<Gaps> MakeGaps(store::Store& store, measure::Measures& measures, warehouse::Warehouse& warehouse, Clock& clock,
                               Random& random);

}  // namespace qianxian::gap
