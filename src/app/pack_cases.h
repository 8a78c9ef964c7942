// Runs a pack's hand-computed cases: each folder under cases/ is a small county as sheets (organizations.csv, population.csv,
// settlements*.csv, first-pages-ORG*.csv), imported through the front door into a temporary data folder, and expected.csv with
// what a person computed by hand: measure,subject,period,by,stratum,numerator,denominator,value,met,not_met,missing,conflicting
// (an empty field is not compared; "-" means that there must be nothing). Lines that begin with # say how it was computed.
// The files of cases/pathways/ are boundary cases of pathways (flow/cases.h).
// Threads: one. Errors: not_found, invalid (a bad expected.csv, with its line), and those of the parts.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace qianxian::app {

struct CaseResult {
  std::string name;                        // cases folder
  size_t compared = 0;                     // rows of expected.csv
  std::vector<std::string> faults;         // "line 7: inpatient-mortality … numerator 2, expected 3"
};

// packs_directory: all packs are loaded from it; pack_directory: the pack whose cases run.
Result<std::vector<CaseResult>> RunPackCases(const std::string& packs_directory, const std::string& pack_directory);

}  // namespace qianxian::app
