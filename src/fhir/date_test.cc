#include "fhir/date.h"

#include <gtest/gtest.h>

namespace qianxian::fhir {
namespace {

constexpr int64_t kDay = 86'400'000'000;

DateRange Range(std::string_view text, DateSyntax syntax = DateSyntax::kSearch, int offset = 0) {
  auto date_time = ParseDateTime(text, syntax);
  EXPECT_TRUE(date_time.ok()) << text;
  return RangeOf(*date_time, offset);
}

TEST(FhirDate, IsARangeOfItsPrecision) {
  EXPECT_EQ(Range("1970").low, 0);
  EXPECT_EQ(Range("1970").high, 365 * kDay);
  EXPECT_EQ(Range("2020-02").high - Range("2020-02").low, 29 * kDay);
  EXPECT_EQ(Range("2020-12").high, Range("2021").low);
  EXPECT_EQ(Range("1970-01-02").low, kDay);
  EXPECT_EQ(Range("1970-01-01T00:01Z").low, 60'000'000);
  EXPECT_EQ(Range("1970-01-01T00:01Z").high, 120'000'000);
  EXPECT_EQ(Range("1970-01-01T00:00:01Z").high, 2'000'000);
  EXPECT_EQ(Range("1970-01-01T00:00:00.5Z").low, 500'000);
  EXPECT_EQ(Range("1970-01-01T00:00:00.5Z").high, 600'000);
  EXPECT_EQ(Range("1970-01-01T00:00:00.123456789Z").low, 123'456);
  EXPECT_EQ(Range("1970-01-01T00:00:00.123456789Z").high, 123'457);
}

TEST(FhirDate, KeepsZones) {
  EXPECT_EQ(Range("1970-01-01T08:00:00+08:00").low, 0);
  EXPECT_EQ(Range("1969-12-31T19:00:00-05:00").low, 0);
  EXPECT_EQ(Range("1970-01-01", DateSyntax::kSearch, 480).low, -8 * 3'600'000'000LL);
  EXPECT_EQ(Range("1970-01-01T00:00:00Z", DateSyntax::kSearch, 480).low, 0);
}

TEST(FhirDate, RefusesWhatIsNoDate) {
  for (const char* text : {"", "20", "2020-", "2020-1", "2020-13", "2020-02-30", "2021-02-29", "0000", "2020-01-01T",
                           "2020-01-01T24:00:00Z", "2020-01-01T10:60:00Z", "2020-01-01T10:00:00+15:00", "2020-01-01 10:00:00Z",
                           "2020-01-01T10:00:00.Z", "2020-01T10:00:00Z", "2020-01-01T10", "x2020", "2020x", "２０２０"}) {
    EXPECT_FALSE(ParseDateTime(text, DateSyntax::kSearch).ok()) << text;
  }
  EXPECT_FALSE(ParseDateTime("2020-01-01T10:00:00", DateSyntax::kDateTime).ok());
  EXPECT_FALSE(ParseDateTime("2020-01-01T10:00Z", DateSyntax::kDateTime).ok());
  EXPECT_FALSE(ParseDateTime("2020-01-01T10:00:00Z", DateSyntax::kDate).ok());
  EXPECT_FALSE(ParseDateTime("2020-01-01", DateSyntax::kInstant).ok());
  EXPECT_FALSE(ParseDateTime("10:00", DateSyntax::kTime).ok());
  EXPECT_TRUE(ParseDateTime("10:00:00.25", DateSyntax::kTime).ok());
  EXPECT_TRUE(ParseDateTime("10", DateSyntax::kLenientTime).ok());
  EXPECT_TRUE(ParseDateTime("2015T", DateSyntax::kLenient).ok());
}

TEST(FhirDate, ADayIsTheOneInChina) {
  EXPECT_EQ(LocalDayText("2026-03-01"), "2026-03-01");
  EXPECT_EQ(LocalDayText("2026-02-28T23:30:00Z"), "2026-03-01");           // half past seven in the morning
  EXPECT_EQ(LocalDayText("2026-02-28T15:59:59.999Z"), "2026-02-28");
  EXPECT_EQ(LocalDayText("2026-02-28T16:00:00.000Z"), "2026-03-01");
  EXPECT_EQ(LocalDayText("2026-03-01T00:30:00+08:00"), "2026-03-01");
  EXPECT_EQ(LocalDayText("2026-03-01T00:30:00+09:00"), "2026-02-28");
  EXPECT_EQ(LocalDayText("2026-03-01T07:30:00"), "2026-03-01");            // no zone: China's
  EXPECT_EQ(LocalDayText("1969-12-31T20:00:00Z"), "1970-01-01");
  for (const char* text : {"", "2026", "2026-03", "2026-02-30", "20260301", "2026-02-30T10:00:00Z", "yesterday!"}) EXPECT_EQ(LocalDayText(text), "") << text;
}

TEST(FhirDate, AMomentIsToldInChinasTime) {
  EXPECT_EQ(LocalTimeText("2026-02-28T23:30:00Z"), "2026-03-01T07:30:00+08:00");
  EXPECT_EQ(LocalTimeText("2026-02-28T23:30:00.125Z"), "2026-03-01T07:30:00+08:00");
  EXPECT_EQ(LocalTimeText("2026-03-01T07:30:00+08:00"), "2026-03-01T07:30:00+08:00");
  EXPECT_EQ(LocalTimeText("2025-12-31T20:00:00-05:00"), "2026-01-01T09:00:00+08:00");
  for (const char* as_it_is : {"2026", "2026-03", "2026-03-01", "", "soon", "2026-03-01T07:30:00"}) EXPECT_EQ(LocalTimeText(as_it_is), as_it_is);
}

TEST(FhirDate, DaysGoThereAndBack) {
  for (int64_t days = DaysSince1970(1, 1, 1); days <= DaysSince1970(9999, 12, 31); days += 13) {
    int year = 0;
    int month = 0;
    int day = 0;
    CivilFromDays(days, year, month, day);
    ASSERT_EQ(DaysSince1970(year, month, day), days);
    ASSERT_GE(day, 1);
    ASSERT_LE(day, DaysInMonth(year, month));
  }
  EXPECT_EQ(DaysSince1970(2000, 3, 1), 11'017);
}

}  // namespace
}  // namespace qianxian::fhir
