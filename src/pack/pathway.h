// A pathway: who enters it, its stages, their steps with due days and windows, what is done when nobody does them, and how
// it ends. One file packs/ID/pathways/PATHWAY.yaml; every key: docs/formats/pathway.md. Conditions are FHIRPath texts: the
// module flow compiles and evaluates them. Plain values; the parser is pure; any thread.
// Failures: invalid "bad-pack", every fault with file and line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "pack/text.h"

namespace qianxian::pack {

struct Pack;

struct Entry {
  std::vector<std::string> conditions;     // ICD-10 prefixes of Condition.code, in upper case without dots at their end
  int age_from = 0, age_to = 150;          // both included
  std::string sex;                         // "", "female", "male"
  std::vector<std::string> types;          // looked at only for patients with a record of one of these types
  std::string screened, target, exclude;   // FHIRPath; "" = none
  bool automatic = false;                  // enrol: automatic
  bool by_referral = false;                // enrol: by-referral: once for each sending down
};

struct Exit {
  std::string id;
  Text name;
  std::string when;                        // FHIRPath: the record itself ends it
  bool by_hand = true;                     // a person may give it as the reason
};

struct Escalation {
  int after_days = 0;                      // after the due day
  std::string to;                          // level: village, township, county, city
};

struct ProposedReferral {
  std::string when;                        // "" = always
  std::string urgency;                     // emergency, urgent, routine
  std::string criterion;                   // "hypertension/uncontrolled-twice"
};

struct RepeatBranch {
  std::string when;
  int days = 0;
};

struct Repeat {
  int days = 0;
  std::vector<RepeatBranch> next;          // the first that holds says the days
  int times = 0;                           // 0 = without end
};

struct Again {                             // asked for again, instead of being done with
  std::string when;                        // FHIRPath
  std::string on;                          // FHIRPath of a date; "" = the answer `next-date` of the form
  int days = 1;                            // after it was done, where there is no such date
  int most = 0;                            // so many times in a row; 0 = without end
  bool escalate = true;                    // after that: again all the same, but escalated at once; else it stays done
};

struct Step {
  std::string id;
  Text name;
  std::string form;                        // one of form and activity
  std::string activity;                    // referral, consultation, test, treatment, message
  std::string course;                      // "" = the stage's
  std::vector<std::string> who;            // levels; the first one's list it is on
  enum class Anchor { kEnrolment, kStage, kStep, kDate } anchor = Anchor::kStage;
  std::string anchor_step;                 // kStep
  std::string date;                        // kDate: FHIRPath
  int offset_days = 0;
  int days_before = 0, days_after = 0;     // window around the due day
  std::string when, done;                  // FHIRPath
  std::optional<Repeat> repeat;
  std::optional<Again> again;
  std::vector<Escalation> escalate;        // by days, rising
  std::vector<ProposedReferral> refer;
};

struct Stage {
  std::string id;
  Text name;
  std::string course;                      // prevent, screen, diagnose, treat, rehabilitate
  std::string enter;                       // FHIRPath; "" only for the first
  std::vector<std::string> from;           // stages that it is entered from besides those before it
  int alert_days = 0;                      // 0 = no bound
  std::vector<Step> steps;
};

struct Pathway {
  std::string id;
  int order = 1000;
  std::string kind;                        // tumour, chronic, contract, after-care
  Text title, description;
  std::string edition;
  Date effective_from;
  std::optional<Date> effective_to;
  std::vector<Source> sources;
  Entry entry;
  std::vector<std::pair<std::string, std::string>> let;    // in order: a later one may use an earlier one
  std::vector<Exit> exits;
  std::vector<Stage> stages;
  std::vector<std::string> measures;       // shown with the programme; ids of any pack
  std::string file;
  std::string text;                        // the file as it is: what is frozen with an enrolment
};

// An expression and the named ones that it may use.
std::string WithLets(const std::vector<std::pair<std::string, std::string>>& let, const std::string& text);
const Step* FindStep(const Pathway& pathway, std::string_view id);
std::string_view CourseOfStep(const Pathway& pathway, std::string_view step);      // its own or its stage's; "" = no such step
const Stage* StageOfStep(const Pathway& pathway, std::string_view step);

// What ends a course wherever it is said: of every pathway, also of one whose file says nothing about it.
inline constexpr std::string_view kDeath = "death";
// The pathway's own exits, and moved-away, declined, excluded and death where it has none of that id.
std::vector<Exit> ExitsOf(const Pathway& pathway);

// One file's text, e.g. a frozen edition out of the record.
Result<Pathway> ParsePathway(const std::string& path, const std::string& text);
// Every FHIRPath text of it, with the words to say where it stands ("stages/managed/steps/follow-up/done").
std::vector<std::pair<std::string, std::string>> ExpressionsOf(const Pathway& pathway);

// As FHIR R4 PlanDefinition JSON, for /fhir/PlanDefinition/<id>.
std::string PathwayAsFhir(const Pack& pack, const Pathway& pathway);

}  // namespace qianxian::pack
