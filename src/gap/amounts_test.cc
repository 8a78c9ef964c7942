#include "gap/amounts.h"

#include <gtest/gtest.h>

namespace qianxian::gap {
namespace {

Decimal Of(const char* text) { return Decimal::Parse(text).value(); }

TEST(Amounts, SumsBeyondTheLargestWholeDoubleAreExact) {
  // 2^53 + 1 fen: no double holds it.
  Fraction sum;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sum.Add(Of("30023997515803.31"), Of("1")).ok());
  EXPECT_EQ(sum.numerator.ToString(), "90071992547409.93");
  EXPECT_EQ(sum.denominator.ToString(), "3");
  EXPECT_EQ(AddExactly(Of("0.1"), Of("0.02")).value().ToString(), "0.12");
  EXPECT_EQ(SubtractExactly(Of("1"), Of("0.01")).value().ToString(), "0.99");
  EXPECT_EQ(AddExactly(Decimal::FromUnits(INT64_MAX, 0), Of("1")).error().code, "number-too-large");
}

TEST(Amounts, AQuotientIsComparedWithoutDividing) {
  EXPECT_EQ(CompareQuotient({Of("7"), Of("10")}, Of("0.70")), 0);
  EXPECT_EQ(CompareQuotient({Of("63050394783186951"), Of("90071992547409930")}, Of("0.7")), 0);
  EXPECT_EQ(CompareQuotient({Of("63050394783186950"), Of("90071992547409930")}, Of("0.7")), -1);   // by one part in 10^17
  EXPECT_EQ(CompareQuotient({Of("2.01"), Of("2")}, Of("1")), 1);
  EXPECT_EQ(CompareQuotient({Of("-1"), Of("2")}, Of("0")), -1);
}

TEST(Amounts, WhatStandsBeyondATargetIsRoundedToFen) {
  EXPECT_EQ(Beyond({Of("90071992547409.93"), Of("3")}, Of("100.00")).value().ToString(), "90071992547109.93");
  EXPECT_EQ(Beyond({Of("1.00"), Of("3")}, Of("0.333")).value().ToString(), "0.00");      // 0.001
  EXPECT_EQ(Beyond({Of("1.00"), Of("1")}, Of("0.995")).value().ToString(), "0.01");      // 0.005, away from zero
  EXPECT_EQ(Beyond({Of("0.99"), Of("1")}, Of("0.995")).value().ToString(), "-0.01");
  EXPECT_EQ(Beyond({Of("5"), Of("2")}, Of("2")).value().ToString(), "1.00");
  EXPECT_EQ(RoundedText(Of("1234.5"), 0), "1235");
}

}  // namespace
}  // namespace qianxian::gap
