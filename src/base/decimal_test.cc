#include "base/decimal.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace qianxian {
namespace {

std::string Printed(std::string_view text, bool allow_exponent = false) {
  auto parsed = Decimal::Parse(text, allow_exponent);
  return parsed.ok() ? parsed->ToString() : parsed.error().code;
}

TEST(Decimal, ParsesAndPrintsTheSameText) {
  for (const char* text : {"0", "12", "-0.50", "1.50", "0.000000000000000001", "999999999999999999", "-999999999999999.999"}) {
    EXPECT_EQ(Printed(text), text);
  }
  EXPECT_EQ(Printed("+5"), "5");
  EXPECT_EQ(Printed("007.10"), "7.10");
  EXPECT_EQ(Printed(".5"), "0.5");
  EXPECT_EQ(Printed("-.05"), "-0.05");
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "5.", "1,234.50", "1.2.3", " 1", "1 ", "1e3", "abc", "--1", "１", "1e", "NaN", "0x1"}) {
    EXPECT_EQ(Printed(text), "bad-number") << text;
  }
  EXPECT_EQ(Printed("1e", true), "bad-number");
  EXPECT_EQ(Printed("1e+-3", true), "bad-number");
  EXPECT_EQ(Printed("1e3x", true), "bad-number");
}

TEST(Decimal, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Printed("1000000000000000000"), "too-large");
  EXPECT_EQ(Printed("0.0000000000000000001"), "too-precise");
  EXPECT_EQ(Printed("123456789012345678.9"), "too-precise");
  EXPECT_EQ(Printed("1e18", true), "too-large");
  EXPECT_EQ(Printed("1e99999999999999999999", true), "too-large");
  EXPECT_EQ(Printed("1e-99999999999999999999", true), "too-precise");
  EXPECT_EQ(Printed("1e-19", true), "too-precise");
  EXPECT_EQ(Printed("0e99999", true), "0");
}

TEST(Decimal, TakesExponentsWhenAllowed) {
  EXPECT_EQ(Printed("1.2e3", true), "1200");
  EXPECT_EQ(Printed("1.25E+1", true), "12.5");
  EXPECT_EQ(Printed("-1.2E-05", true), "-0.000012");
  EXPECT_EQ(Printed("1e17", true), "100000000000000000");
}

TEST(Decimal, ChangesScaleOnlyWithoutLoss) {
  auto units = [](std::string_view text, int scale) { return Decimal::Parse(text).value().UnitsAt(scale); };
  EXPECT_EQ(units("12.50", 2).value(), 1250);
  EXPECT_EQ(units("12.50", 1).value(), 125);
  EXPECT_EQ(units("-12.5", 4).value(), -125000);
  EXPECT_EQ(units("12.55", 1).error().code, "too-precise");
  EXPECT_EQ(units("-0.01", 1).error().code, "too-precise");
  EXPECT_EQ(units("10", 18).error().code, "too-large");
}

TEST(Decimal, RandomNumbersRoundTrip) {
  SeededRandom random(11);
  for (int i = 0; i < 20'000; ++i) {
    int scale = static_cast<int>(random.NextBelow(19));
    int64_t units = static_cast<int64_t>(random.Next() % 1'000'000'000'000'000'000ULL) >> random.NextBelow(60);
    if (random.NextBelow(2) == 0) units = -units;
    Decimal number = Decimal::FromUnits(units, scale);
    auto back = Decimal::Parse(number.ToString());
    ASSERT_TRUE(back.ok()) << number.ToString();
    EXPECT_EQ(back->units(), units);
    EXPECT_EQ(back->scale(), scale);
  }
}

std::string Divided(std::string_view a, std::string_view b, int digits) {
  return DivideToText(Decimal::Parse(a).value(), Decimal::Parse(b).value(), digits);
}

TEST(Divide, RoundsHalfAwayFromZero) {
  EXPECT_EQ(Divided("1", "3", 4), "0.3333");
  EXPECT_EQ(Divided("2", "3", 4), "0.6667");
  EXPECT_EQ(Divided("1", "2", 0), "1");
  EXPECT_EQ(Divided("-1", "2", 0), "-1");
  EXPECT_EQ(Divided("-1", "3", 0), "0");
  EXPECT_EQ(Divided("1", "8", 2), "0.13");
  EXPECT_EQ(Divided("0.05", "1", 1), "0.1");
  EXPECT_EQ(Divided("199999", "2", 0), "100000");
  EXPECT_EQ(Divided("9.995", "1.00", 2), "10.00");
  EXPECT_EQ(Divided("0", "7", 2), "0.00");
  EXPECT_EQ(Divided("123.45", "0.01", 1), "12345.0");
}

TEST(Divide, IsExactAtTheEndsOfTheRange) {
  EXPECT_EQ(Divided("999999999999999999", "0.000000000000000001", 2), "999999999999999999000000000000000000.00");
  EXPECT_EQ(Divided("0.000000000000000001", "999999999999999999", 40), "0.0000000000000000000000000000000000010000");
  EXPECT_EQ(DivideToText(Decimal::FromUnits(INT64_MIN, 0), Decimal::FromUnits(1, 0), 0), "-9223372036854775808");
  EXPECT_EQ(DivideToText(Decimal::FromUnits(INT64_MIN, 18), Decimal::FromUnits(-1, 0), 18), "9.223372036854775808");
}

// quotient × divisor differs from the dividend by no more than half a last digit; checked with 128 bits.
TEST(Divide, IsNeverOffByMoreThanHalfALastDigit) {
  SeededRandom random(12);
  for (int i = 0; i < 20'000; ++i) {
    int64_t a = static_cast<int64_t>(random.Next() >> (20 + random.NextBelow(40)));
    int64_t b = static_cast<int64_t>(random.Next() >> (20 + random.NextBelow(40))) + 1;
    std::string text = DivideToText(Decimal::FromUnits(a, 0), Decimal::FromUnits(b, 0), 3);
    ASSERT_EQ(text[text.size() - 4], '.');
    text.erase(text.size() - 4, 1);
    auto quotient = static_cast<__int128>(std::stoll(text));
    __int128 off = static_cast<__int128>(a) * 1000 - quotient * b;
    if (off < 0) off = -off;
    EXPECT_LE(off * 2, b) << a << "/" << b;
  }
}

}  // namespace
}  // namespace qianxian
