#include "demo/chance.h"

#include <cmath>

#include "gtest/gtest.h"

namespace qianxian::demo {
namespace {

TEST(Chance, ExpIsTheExponential) {
  for (double x = -40; x <= 40; x += 0.37) EXPECT_NEAR(Exp(x) / std::exp(x), 1, 1e-12) << x;
  EXPECT_EQ(Exp(0), 1);
}

TEST(Chance, RepeatsItselfAndLabelsDiffer) {
  Chance a(5, "people"), b(5, "people"), c(5, "visits"), d(6, "people");
  double first = a.Unit();
  EXPECT_EQ(first, b.Unit());
  EXPECT_NE(first, c.Unit());
  EXPECT_NE(first, d.Unit());
}

TEST(Chance, NormalHasMeanZeroAndDeviationOne) {
  Chance chance(1, "normal");
  double sum = 0, squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    double value = chance.Normal();
    sum += value;
    squares += value * value;
    ASSERT_LT(std::abs(value), 5);
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.01);
}

TEST(Chance, PoissonHasItsMeanAndVariance) {
  for (double mean : {0.02, 3.0, 59.0, 61.0, 900.0}) {
    Chance chance(2, "poisson");
    double sum = 0, squares = 0;
    constexpr int kDraws = 50'000;
    for (int i = 0; i < kDraws; ++i) {
      double value = chance.Poisson(mean);
      sum += value;
      squares += value * value;
    }
    double average = sum / kDraws;
    EXPECT_NEAR(average, mean, 6 * std::sqrt(mean / kDraws)) << mean;
    EXPECT_NEAR(squares / kDraws - average * average, mean, 0.06 * mean) << mean;
  }
  Chance chance(2, "none");
  EXPECT_EQ(chance.Poisson(0), 0u);
}

TEST(Chance, BelowStaysBelowAndReachesAll) {
  Chance chance(3, "below");
  int seen[5] = {};
  for (int i = 0; i < 5000; ++i) {
    uint32_t value = chance.Below(5);
    ASSERT_LT(value, 5u);
    ++seen[value];
  }
  for (int count : seen) EXPECT_NEAR(count, 1000, 150);
}

TEST(Alias, PicksByWeightAndNeverNothing) {
  std::vector<double> weights = {0, 1, 0, 3, 6, 0};
  Alias alias(weights);
  Chance chance(4, "alias");
  std::vector<int> seen(weights.size());
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) ++seen[alias.Pick(chance)];
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) { EXPECT_EQ(seen[i], 0) << i; }
    EXPECT_NEAR(seen[i], kDraws * weights[i] / 10, 700) << i;
  }
}

TEST(Alias, OddWeightsOfManySizesNeverGiveAnIndexOfWeightNothing) {
  Chance source(9, "weights");
  for (int round = 0; round < 200; ++round) {
    std::vector<double> weights(1 + source.Below(40));
    for (double& weight : weights) weight = source.Percent(40) ? 0 : source.Unit() * 3;
    weights[source.Below(static_cast<uint32_t>(weights.size()))] = 0.1;
    Alias alias(weights);
    for (int i = 0; i < 300; ++i) {
      uint32_t picked = alias.Pick(source);
      ASSERT_LT(picked, weights.size());
      ASSERT_GT(weights[picked], 0);
    }
  }
}

TEST(PickWeighted, GivesNoneWhereAllIsNothing) {
  Chance chance(5, "pick");
  EXPECT_EQ(PickWeighted(chance, {}), -1);
  EXPECT_EQ(PickWeighted(chance, {0, 0}), -1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(PickWeighted(chance, {0, 2, 0}), 1);
}

}  // namespace
}  // namespace qianxian::demo
