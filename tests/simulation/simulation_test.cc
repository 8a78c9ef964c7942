// The record, the feed, the engine of pathways and the measures through faults, kills and clocks that jump: a few seeds here, thousands
// with QIANXIAN_SEEDS=N (from QIANXIAN_SEED on), one again with QIANXIAN_SEED=N. A seed that fails prints what was done.
#include "simulation/simulation.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "base/log.h"

namespace qianxian::simulation {
namespace {

uint64_t Given(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string Told(const Report& report) {
  std::string text = report.problem + "\n";
  for (const std::string& step : report.steps) text += "  " + step + "\n";
  return text;
}

constexpr uint64_t kSeeds = 6;

TEST(Simulation, EveryPropertyHoldsForEverySeed) {
  SetLogLevel(static_cast<LogLevel>(static_cast<int>(LogLevel::kError) + 1));
  const bool one = std::getenv("QIANXIAN_SEED") != nullptr && std::getenv("QIANXIAN_SEEDS") == nullptr;
  const uint64_t first = Given("QIANXIAN_SEED", 1), seeds = one ? 1 : Given("QIANXIAN_SEEDS", kSeeds);
  Report all;
  uint64_t failed = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    const Report report = Simulate({.seed = seed});
    all.commits += report.commits, all.faults += report.faults, all.kills += report.kills, all.adopted += report.adopted;
    all.measured += report.measured, all.seals += report.seals, all.operations += report.operations;
    if (report.problem.empty()) continue;
    ADD_FAILURE() << "QIANXIAN_SEED=" << seed << ": " << Told(report);
    if (++failed == 5) break;
  }
  std::printf("%llu seeds: %llu commits, %llu faults, %llu kills, %llu commits found after a crash, %llu times measured, %lld seals, %llu operations of the disk\n",
              static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(all.commits), static_cast<unsigned long long>(all.faults),
              static_cast<unsigned long long>(all.kills), static_cast<unsigned long long>(all.adopted), static_cast<unsigned long long>(all.measured),
              static_cast<long long>(all.seals), static_cast<unsigned long long>(all.operations));
}

TEST(Simulation, ASeedDoesTheSameAgain) {
  SetLogLevel(static_cast<LogLevel>(static_cast<int>(LogLevel::kError) + 1));
  const Report once = Simulate({.seed = 11, .steps = 60}), again = Simulate({.seed = 11, .steps = 60});
  EXPECT_EQ(once.problem, "");
  EXPECT_EQ(once.steps, again.steps);
  EXPECT_EQ(once.commits, again.commits);
  EXPECT_EQ(once.operations, again.operations);
}

// It would see what it is there to see.
TEST(Simulation, WhatIsBrokenOnPurposeIsFound) {
  SetLogLevel(static_cast<LogLevel>(static_cast<int>(LogLevel::kError) + 1));
  const std::pair<Sabotage, const char*> kBroken[] = {{Sabotage::kSyncsIgnored, "syncs that are not done"}, {Sabotage::kFeedEntryDropped, "an entry missing from the feed"},
                                                      {Sabotage::kChangeDropped, "a change missing from a commit"}, {Sabotage::kTornAtomicity, "half a commit"}};
  for (const auto& [sabotage, what] : kBroken) {
    Problem found;
    for (uint64_t seed = 1; seed <= 8 && found.empty(); ++seed) found = Simulate({.seed = seed, .sabotage = sabotage}).problem;
    EXPECT_NE(found, "") << what;
    std::printf("%s: %s\n", what, found.substr(0, 160).c_str());
  }
}

}  // namespace
}  // namespace qianxian::simulation
