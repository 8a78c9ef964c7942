// One seed's life of the record, the feed, the engine of pathways and the measures, in one thread: what people and programs do, at
// times that jump, on a disk that fails, with processes that are killed. After every step properties are checked against plain maps
// (model.h) and against the same engine on the memory store. The same seed does the same again.
// Owner: the caller; one at a time in a process. Failures: Report::problem.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/program.h"

namespace qianxian::simulation {

struct Options {
  uint64_t seed = 1;
  int steps = 110;
  Sabotage sabotage = Sabotage::kNone;
};

struct Report {
  Problem problem;                     // "" = everything held
  std::vector<std::string> steps;      // what was done, the last one last
  uint64_t commits = 0, faults = 0, kills = 0, adopted = 0, measured = 0, operations = 0;
  int64_t seals = 0;
};

Report Simulate(const Options& options);

}  // namespace qianxian::simulation
