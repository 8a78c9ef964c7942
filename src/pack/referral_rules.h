// When a patient goes up or down, and how fast it must be answered: packs/ID/referral/*.yaml (criteria by disease) and
// packs/ID/referral-settings.yaml (times, reasons, words; one pack has it). Every key: docs/formats/referral.md.
// Plain values, and a parser that says each fault with file and line. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"

namespace qianxian::pack {

struct Criterion {
  std::string id;                          // "emergency"; asked for as "hypertension/emergency"
  bool up = true;
  std::string from, to;                    // levels: village, township, county, city, province; "": any
  std::string urgency;                     // up: of the settings; down: "" = routine
  bool skip_levels = false;                // sent at once, without review level by level
  std::vector<std::string> services;       // what the receiver must offer
  std::string plan;                        // down: the pathway that the receiver takes over
  Text text;
  std::string mark;                        // official, read, K, K-low
};

struct ReferralCatalogue {                 // one disease, or "general"
  std::string id;
  Text name;
  std::vector<std::string> conditions;     // ICD-10 prefixes: offered first to who has one
  std::vector<Source> sources;
  std::vector<Criterion> criteria;         // up, then down, in the file's order
};

struct Urgency {
  std::string id;                          // emergency, urgent, routine
  Text name;
  int order = 0;                           // in the queue; its place in the file
  int64_t answer_minutes = 0;              // accepted or declined by then
  std::vector<int64_t> escalate_minutes;   // who stands above the receiver is told, ascending
  int64_t expire_minutes = 0;              // then nobody will answer any more
  bool skip_levels = false;
  std::string mark;
};

struct Word {                              // a reason, a state
  std::string id;
  Text text;
};

// So long a referral may stand in a state before whoever has to act is reminded; to answer is another's: Urgency.
struct Timer {
  std::string state;                       // of a referral; "consultation": all have answered and nobody concludes
  int64_t hours = 0;
  std::string mark;
};

struct ReferralSettings {
  std::vector<Urgency> urgencies;
  std::vector<Timer> timers;               // of every state in which somebody has to act but for the answer
  int64_t remind_hours = 24;               // between the first reminder and the second; then twice as long each time
  int64_t load_kilometres = 2;             // an open referral weighs so much when receivers are compared
  int64_t relation_days_open = 180;        // the longest a relation lasts while nobody moves the request
  int64_t relation_days_after = 30;        // after it was closed
  int64_t proposal_days = 90;              // what a step proposed longer ago makes no draft any more
  std::vector<std::string> review_levels;  // levels between sender and receiver that look at it first
  std::vector<Word> decline, withdraw, not_taken_over;     // reasons
  std::vector<Word> states;                // what the doctor reads
  std::vector<Word> patient_states;        // what the patient is told
  std::vector<Word> consultation;          // the states of consultations and of who is invited, and what notices of them say
  std::vector<Source> sources;

  int64_t HoursOf(std::string_view state) const;           // 0: nobody has to act in this state
};

struct ReferralRules {
  std::vector<ReferralCatalogue> catalogues;
  std::optional<ReferralSettings> settings;

  const Criterion* Find(std::string_view name) const;      // "hypertension/emergency"; null pointer: there is none
  const Urgency* FindUrgency(std::string_view id) const;
};

// Files of one pack: path inside it → content; only the referral files are looked at. Errors: invalid "bad-pack".
Result<ReferralRules> ParseReferralFiles(const std::map<std::string, std::string>& files);
// Several packs' together: invalid "duplicate-id"; "bad-pack" where a criterion asks for an urgency that there is not.
Result<ReferralRules> MergeReferralRules(const std::vector<ReferralRules>& all);

// The levels, from below: village, township, county, city, province. -1: no level.
int LevelRank(std::string_view level);
const Word* FindWord(const std::vector<Word>& words, std::string_view id);

}  // namespace qianxian::pack
