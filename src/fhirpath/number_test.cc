#include "fhirpath/number.h"

#include <gtest/gtest.h>

namespace qianxian::fhirpath {
namespace {

Number N(std::string_view text) {
  auto number = Number::Parse(text, true);
  EXPECT_TRUE(number) << text;
  return number.value_or(Number());
}

TEST(Number, ReadsAndWritesExactly) {
  for (const char* text : {"0", "-1", "1.50", "-0.005", "1234567890987654321.0", "0.00000001",
                           "9999999999999999999999999999.99999999"}) {
    EXPECT_EQ(N(text).ToString(), text);
  }
  EXPECT_EQ(N("1.2e-3").ToString(), "0.0012");
  EXPECT_EQ(N("1.2E+3").ToString(), "1200");
  for (const char* text : {"", "-", ".", "1.", ".5", "1e", "1e1.5", "0x1", "1 ", "1e99", "--1",
                           "999999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(Number::Parse(text, true)) << text;
  }
  EXPECT_FALSE(Number::Parse("1e3"));
}

TEST(Number, CalculatesExactly) {
  EXPECT_EQ(Number::Add(N("0.1"), N("0.2"))->ToString(), "0.3");
  EXPECT_EQ(Number::Subtract(N("1.8"), N("1.2"))->ToString(), "0.6");
  EXPECT_EQ(Number::Multiply(N("1.5"), N("-2.25"))->ToString(), "-3.375");
  EXPECT_EQ(Number::Divide(N("1"), N("2"))->ToString(), "0.5");
  EXPECT_EQ(Number::Divide(N("-1"), N("8"))->ToString(), "-0.125");
  EXPECT_EQ(Number::Divide(N("2"), N("-3"))->ToString(), "-0.6666666666666667");
  EXPECT_FALSE(Number::Divide(N("1"), N("0.00")));
  EXPECT_EQ(Number::DivideWhole(N("-5"), N("2"))->ToString(), "-2");
  EXPECT_EQ(Number::Remainder(N("-5.5"), N("2"))->ToString(), "-1.5");
  EXPECT_FALSE(Number::Add(N("99999999999999999999999999999999999999"), N("99999999999999999999999999999999999999")));
}

TEST(Number, ComparesAcrossScales) {
  EXPECT_EQ(Number::Compare(N("1.0"), N("1")), std::strong_ordering::equal);
  EXPECT_EQ(Number::Compare(N("1.01"), N("1.1")), std::strong_ordering::less);
  EXPECT_EQ(Number::Compare(N("12345678901234567890123456789"), N("0.0000000000000000000000000001")),
            std::strong_ordering::greater);
}

TEST(Number, RoundsAsAsked) {
  using R = Number::Rounding;
  EXPECT_EQ(N("2.5").WithScale(0, R::kHalfAwayFromZero)->ToString(), "3");
  EXPECT_EQ(N("-2.5").WithScale(0, R::kHalfAwayFromZero)->ToString(), "-3");
  EXPECT_EQ(N("-2.1").WithScale(0, R::kFloor)->ToString(), "-3");
  EXPECT_EQ(N("2.1").WithScale(0, R::kCeiling)->ToString(), "3");
  EXPECT_EQ(N("2.9").WithScale(0, R::kTowardZero)->ToString(), "2");
  EXPECT_EQ(N("2").WithScale(3, R::kTowardZero)->ToString(), "2.000");
  EXPECT_TRUE(N("2.00").IsWhole());
  EXPECT_FALSE(N("2.01").IsWhole());
  EXPECT_EQ(N("1.58700").digits(), 6);
  EXPECT_EQ(Number::FromDouble(0.1)->ToString(), "0.1");
  EXPECT_FALSE(Number::FromDouble(1e300));
}

}  // namespace
}  // namespace qianxian::fhirpath
