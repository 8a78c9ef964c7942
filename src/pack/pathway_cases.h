// Boundary cases of pathways, cases/pathways/NAME.yaml (docs/formats/pathway.md): a patient, dated events, and what must be
// there afterwards. Played by the module flow. Plain values; any thread. Failures: invalid "bad-pack", with file and line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "pack/text.h"

namespace qianxian::pack {

struct CaseEvent {
  int day = 0;                             // after the first day
  int line = 0;
  enum class Kind { kCondition, kObservation, kResource, kEnrol, kForm, kDeath, kDecline, kExit, kMove, kEdition, kClock } kind = Kind::kClock;
  std::string text;                        // condition: code; enrol, move: organisation; form: its id; exit: reason; edition
  std::string code, value, unit;           // observation
  std::string resource;                    // JSON
  std::vector<std::pair<std::string, std::vector<std::string>>> answers;   // "+30" of a date item: days after the event
};

struct CaseExpectation {
  int line = 0;
  std::string step, status, escalated_to, stage, pool, proposal, exit;
  std::optional<int> due_day, open;
  bool no_proposal = false;
};

struct PathwayCase {
  int line = 0;
  Text name;
  std::string pathway;
  std::string patient;                     // JSON members of the Patient: "birthDate":"…","gender":"…"
  std::vector<CaseEvent> events;
  std::vector<CaseExpectation> expect;
};

Result<std::vector<PathwayCase>> ParsePathwayCases(const std::string& path, const std::string& text);

}  // namespace qianxian::pack
