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

}  // namespace
}  // namespace qianxian::gap
