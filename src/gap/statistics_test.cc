#include "gap/statistics.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace qianxian::gap {
namespace {

Series Counts(double numerator, double denominator, size_t months) {
  Series s;
  s.counts = true;
  for (size_t i = 0; i < months; ++i) s.Add(numerator, denominator);
  return s;
}

// n draws with probability p, by a seeded source: a unit as chance makes it.
Series Drawn(SeededRandom& random, double p, int n, size_t months) {
  Series s;
  s.counts = true;
  for (size_t month = 0; month < months; ++month) {
    int hits = 0;
    for (int i = 0; i < n; ++i) hits += random.NextUnit() < p ? 1 : 0;
    s.Add(hits, n);
  }
  return s;
}

TEST(Statistics, BinomialErrorIsAgrestiCoull) {
  // (8+2)/(16+4) = 0.5; sqrt(0.25/20) = 0.1118
  EXPECT_NEAR(Counts(8, 16, 1).StandardError(), 0.1118, 1e-4);
}

TEST(Statistics, MoneyUsesMonthsAsReplicates) {
  Series s;
  s.Add(80, 100);
  s.Add(90, 100);
  s.Add(70, 100);
  EXPECT_DOUBLE_EQ(s.Value(), 0.8);
  // residuals 0, 10, −10: sqrt(200·3/2)/300 = 0.0577
  EXPECT_NEAR(s.StandardError(), 0.0577, 1e-4);
}

TEST(Statistics, SmallNumbersNeverSurelyMiss) {
  EXPECT_FALSE(SurelyMisses(Counts(3, 5, 1), 0.9, true));       // 60 % of five
  EXPECT_TRUE(SurelyMisses(Counts(600, 1000, 1), 0.9, true));   // 60 % of a thousand
  EXPECT_TRUE(SurelyMisses(Counts(50, 1000, 1), 0.02, false));  // 5 % deaths against 2 %
  EXPECT_FALSE(SurelyMisses(Series{}, 0.9, true));
}

TEST(Statistics, ARealEffectIsFoundAndNamed) {
  SeededRandom random(7);
  const Unit unit{"pci", Drawn(random, 0.60, 80, 12), Drawn(random, 0.80, 80, 12)};
  std::vector<Unit> others;
  for (int i = 0; i < 8; ++i) others.push_back({"o", Drawn(random, 0.7, 80, 12), Drawn(random, 0.71, 80, 12)});
  const Finding finding = Judge(unit, others, {});
  EXPECT_EQ(finding.judgement, Judgement::kWorked);
  EXPECT_GT(finding.effect.low, 0.05);
  EXPECT_LT(finding.effect.low, 0.20);
  EXPECT_GT(finding.effect.high, 0.15);
}

TEST(Statistics, ARiseThatEverybodyHadIsNotAnEffect) {
  SeededRandom random(11);
  std::vector<Unit> others;
  for (int i = 0; i < 10; ++i) others.push_back({"o", Drawn(random, 0.6, 80, 12), Drawn(random, 0.7, 80, 12)});
  const Unit unit{"u", Drawn(random, 0.6, 80, 12), Drawn(random, 0.7, 80, 12)};
  JudgeOptions options;
  options.expected_change = 0.3;
  EXPECT_NE(Judge(unit, others, options).judgement, Judgement::kWorked);
  EXPECT_EQ(Judge(unit, others, options).judgement, Judgement::kDidNot);  // promised 30 points, surely below 15
}

TEST(Statistics, NoiseAloneIsRarelyCalledAnEffect) {
  SeededRandom random(2025);
  int called = 0;
  constexpr int kTrials = 300;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Unit unit{"u", Drawn(random, 0.7, 40, 6), Drawn(random, 0.7, 40, 6)};
    std::vector<Unit> others;
    for (int i = 0; i < 6; ++i) others.push_back({"o", Drawn(random, 0.7, 40, 6), Drawn(random, 0.7, 40, 6)});
    if (Judge(unit, others, {}).judgement == Judgement::kWorked) ++called;
  }
  EXPECT_LE(called, kTrials * 5 / 100);  // 2.5 % by design
}

TEST(Statistics, SaysWhyItCannotTell) {
  const Unit short_after{"u", Counts(70, 100, 12), Counts(90, 100, 2)};
  EXPECT_EQ(Judge(short_after, {}, {}).reason, Reason::kTooFewMonths);
  const Unit few{"u", Counts(1, 2, 6), Counts(2, 2, 6)};
  EXPECT_EQ(Judge(few, {}, {}).reason, Reason::kTooFewCases);
  const Unit alone{"u", Counts(70, 100, 12), Counts(90, 100, 12)};
  EXPECT_EQ(Judge(alone, {}, {}).reason, Reason::kNoComparable);
  EXPECT_EQ(Judge(alone, {}, {}).judgement, Judgement::kCannotTell);
  EXPECT_GT(Judge(alone, {}, {}).change.low, 0.15);  // the change is shown all the same
}

TEST(Statistics, DirectionDownIsMirrored) {
  SeededRandom random(5);
  const Unit unit{"u", Drawn(random, 0.30, 100, 12), Drawn(random, 0.10, 100, 12)};
  std::vector<Unit> others;
  for (int i = 0; i < 5; ++i) others.push_back({"o", Drawn(random, 0.3, 100, 12), Drawn(random, 0.3, 100, 12)});
  JudgeOptions options;
  options.higher_is_better = false;
  EXPECT_EQ(Judge(unit, others, options).judgement, Judgement::kWorked);
  options.higher_is_better = true;
  EXPECT_EQ(Judge(unit, others, options).judgement, Judgement::kDidNot);
}

// Exact binomial tails: 2 · (1/2)^7, 2 · (1 + 10) / 2^10, 1.
TEST(Statistics, TheSignTestIsExact) {
  EXPECT_DOUBLE_EQ(SignTest(7, 0), 2.0 / 128);
  EXPECT_NEAR(SignTest(9, 1), 22.0 / 1024, 1e-12);
  EXPECT_NEAR(SignTest(1, 9), 22.0 / 1024, 1e-12);
  EXPECT_DOUBLE_EQ(SignTest(3, 3), 1);
  EXPECT_DOUBLE_EQ(SignTest(0, 0), 1);
  EXPECT_NEAR(SignTest(5, 0), 0.0625, 1e-12);     // five never suffice
}

TEST(Statistics, AFixedListIsJudgedByTheItemsThatChanged) {
  const std::vector<PairedUnit> others = {{"a", 60, 1, 1}, {"b", 60, 2, 1}, {"c", 60, 0, 0}};
  PairedOptions options;
  options.months_after = 12;
  const Finding finding = JudgePaired({"u", 60, 12, 1}, others, options);
  EXPECT_EQ(finding.judgement, Judgement::kWorked);
  EXPECT_NEAR(finding.change.estimate, 11.0 / 60, 1e-12);
  // (14 − 11²/62) / 62² = 0.003134: half width 1.96 × 0.05599
  EXPECT_NEAR(finding.change.high - finding.change.estimate, 0.10973, 1e-4);
  EXPECT_EQ(finding.comparable_units, 3u);
  EXPECT_NEAR(finding.comparable_change.estimate, 0.004, 0.01);
  // As many lost as gained is no change, however many they are.
  EXPECT_EQ(JudgePaired({"u", 60, 12, 12}, others, options).reason, Reason::kWithinChance);
}

TEST(Statistics, AListSaysWhyItCannotTell) {
  const std::vector<PairedUnit> others = {{"a", 20, 0, 0}, {"b", 20, 0, 0}};
  PairedOptions options;
  options.months_after = 12;
  EXPECT_EQ(JudgePaired({"u", 20, 5, 0}, others, options).reason, Reason::kTooFewChanges);
  EXPECT_EQ(JudgePaired({"u", 20, 12, 0}, {others[0]}, options).reason, Reason::kNoComparable);
  EXPECT_EQ(JudgePaired({"u", 20, 12, 0}, others, options).judgement, Judgement::kWorked);
  options.months_after = 2;
  EXPECT_EQ(JudgePaired({"u", 20, 12, 0}, others, options).reason, Reason::kTooFewMonths);
  // What was promised and is not there can still come until the year is over.
  options.expected_change = 0.6;
  options.months_after = 6;
  EXPECT_EQ(JudgePaired({"u", 20, 0, 0}, others, options).reason, Reason::kYearNotOver);
  options.months_after = 12;
  EXPECT_EQ(JudgePaired({"u", 20, 0, 0}, others, options).judgement, Judgement::kDidNot);
}

// A rise that the comparable hospitals had as well is not the action's.
TEST(Statistics, AListThatRoseEverywhereIsNotAnEffect) {
  PairedOptions options;
  options.months_after = 12;
  const Finding finding = JudgePaired({"u", 60, 10, 0}, {{"a", 60, 9, 0}, {"b", 60, 11, 0}, {"c", 60, 10, 1}}, options);
  EXPECT_EQ(finding.judgement, Judgement::kCannotTell);
  EXPECT_LT(finding.effect.low, 0);
}

// With nothing but chance the exact test keeps its word: fewer than 5 of 100 are called an effect.
TEST(Statistics, ChanceAloneRarelyCoversAList) {
  SeededRandom random(99);
  int called = 0;
  constexpr int kTrials = 400;
  const auto drawn = [&](const std::string& id) {
    PairedUnit unit{id, 65, 0, 0};
    for (int item = 0; item < 65; ++item) {
      const double x = random.NextUnit();
      unit.gained += x < 0.1 ? 1 : 0;
      unit.lost += x > 0.9 ? 1 : 0;
    }
    return unit;
  };
  PairedOptions options;
  options.months_after = 12;
  for (int trial = 0; trial < kTrials; ++trial)
    if (JudgePaired(drawn("u"), {drawn("a"), drawn("b"), drawn("c")}, options).judgement == Judgement::kWorked) ++called;
  EXPECT_LE(called, kTrials * 5 / 100);
}

}  // namespace
}  // namespace qianxian::gap
