#include "base/date.h"

#include <gtest/gtest.h>

namespace qianxian {
namespace {

TEST(Date, EveryDayOfFourCenturiesRoundTrips) {
  Date last = Date::FromDays(-50'001);
  for (int32_t days = -50'000; days <= 100'000; ++days) {
    Date date = Date::FromDays(days);
    ASSERT_EQ(date.ToDays(), days);
    ASSERT_TRUE(Date::IsValid(date.year, date.month, date.day)) << date.ToString();
    ASSERT_LT(last, date);
    auto parsed = ParseDate(date.ToString());
    if (date.year >= 1850 && date.year <= 2150) {
      ASSERT_EQ(parsed.value(), date);
    }
    last = date;
  }
  EXPECT_EQ(Date{}.ToDays(), 0);
  EXPECT_EQ((Date{2025, 7, 1}.ToDays()), 20270);
  EXPECT_EQ(Date::FromDays(-719'162).ToString(), "0001-01-01");
}

TEST(Date, KnowsLeapYears) {
  EXPECT_TRUE(Date::IsValid(2024, 2, 29));
  EXPECT_TRUE(Date::IsValid(2000, 2, 29));
  EXPECT_FALSE(Date::IsValid(2025, 2, 29));
  EXPECT_FALSE(Date::IsValid(1900, 2, 29));
  EXPECT_FALSE(Date::IsValid(2025, 13, 1));
  EXPECT_FALSE(Date::IsValid(2025, 0, 1));
  EXPECT_FALSE(Date::IsValid(2025, 4, 31));
  EXPECT_FALSE(Date::IsValid(2025, 4, 0));
}

TEST(ParseDate, TakesWhatCountyFilesHold) {
  for (const char* text : {"20250701", "2025-07-01", "2025/7/1", "2025.7.1", "2025年7月1日", "2025年07月01日", " 2025-7-1 ",
                           "2025-07-01 08:30", "2025-07-01T08:30:15", "2025/7/1 8:30", "20250701 08:30", "2025-07-01 08:30:15.0",
                           "20250701083015", "2025年7月1日 8:30:00"}) {
    std::string hour_minute = "old";
    auto date = ParseDate(text, &hour_minute);
    ASSERT_TRUE(date.ok()) << text;
    EXPECT_EQ(date->ToString(), "2025-07-01") << text;
    bool timed = std::string_view(text).find("30") != std::string_view::npos;
    EXPECT_EQ(hour_minute, timed ? "08:30" : "") << text;
  }
}

TEST(ParseDate, RefusesWhatIsNoDate) {
  for (const char* text : {"", "45000", "2025", "202507", "2025-07", "2025-07/01", "01/07/2025", "2025-07-01x", "2025-07-01 8", "2025-7-1T",
                           "2025年7月1", "250701", "2025070", "2025-07-01 08:3", "2025-07-01 08:30:1", "2025-07-01 08:30:15.",
                           "2025-07-01 08:30Z", "-2025-07-01", "2025--7-1", "2025070108", "二〇二五年七月一日"}) {
    EXPECT_EQ(ParseDate(text).ok() ? "ok" : ParseDate(text).error().code, "bad-date") << text;
  }
}

TEST(ParseDate, RefusesWhatCannotBe) {
  for (const char* text : {"2025-02-30", "20250229", "2025-13-01", "2025-00-01", "1849-12-31", "2151-01-01", "0001-01-01", "99991231",
                           "2025-07-01 24:00", "2025-07-01 08:60", "2025-07-01 08:30:60", "20250701250000"}) {
    EXPECT_EQ(ParseDate(text).ok() ? "ok" : ParseDate(text).error().code, "impossible-date") << text;
  }
}

std::string Shown(const Period& period) {
  return period.first.ToString() + " " + period.last.ToString() + " " + period.text;
}

TEST(Period, ParsesYearsQuartersAndMonths) {
  EXPECT_EQ(Shown(Period::Parse("2025").value()), "2025-01-01 2025-12-31 2025");
  EXPECT_EQ(Shown(Period::Parse("2025Q3").value()), "2025-07-01 2025-09-30 2025Q3");
  EXPECT_EQ(Shown(Period::Parse("2025q1").value()), "2025-01-01 2025-03-31 2025Q1");
  EXPECT_EQ(Shown(Period::Parse("2024-02").value()), "2024-02-01 2024-02-29 2024-02");
  EXPECT_EQ(Shown(Period::Parse("2025-01..2025-06").value()), "2025-01-01 2025-06-30 2025-01..2025-06");
  EXPECT_EQ(Shown(Period::Parse("2024-11..2025-02").value()), "2024-11-01 2025-02-28 2024-11..2025-02");
}

TEST(Period, SamePeriodHasTheSameText) {
  EXPECT_EQ(Period::Parse("2025-01..2025-12").value(), Period::Parse("2025").value());
  EXPECT_EQ(Period::Parse("2025-04..2025-06").value(), Period::Parse("2025Q2").value());
  EXPECT_EQ(Period::Parse("2025-04..2025-04").value(), Period::Parse("2025-04").value());
  EXPECT_EQ(Period::Parse("2024-12..2025-02").value().text, "2024-12..2025-02");
}

TEST(Period, RefusesTheRest) {
  for (const char* text : {"", "25", "2025Q5", "2025Q0", "2025-13", "2025-00", "2025-7", "2025-06..2025-01", "2025..2026", "2025-01..",
                           "..2025-01", "2025-01-01", "1700", "2025 ", "2025-01..2025-02..2025-03"}) {
    EXPECT_EQ(Period::Parse(text).ok() ? "ok" : Period::Parse(text).error().code, "bad-period") << text;
  }
}

TEST(Period, StepsBack) {
  auto previous = [](const char* text) { return Period::Parse(text).value().Previous().text; };
  auto last_year = [](const char* text) { return Period::Parse(text).value().SameLastYear().text; };
  EXPECT_EQ(previous("2025"), "2024");
  EXPECT_EQ(previous("2025Q1"), "2024Q4");
  EXPECT_EQ(previous("2025-01"), "2024-12");
  EXPECT_EQ(previous("2025-01..2025-06"), "2024-07..2024-12");
  EXPECT_EQ(last_year("2025"), "2024");
  EXPECT_EQ(last_year("2025Q3"), "2024Q3");
  EXPECT_EQ(last_year("2024-02"), "2023-02");
  EXPECT_EQ(Shown(Period::Parse("2024-02").value().SameLastYear()), "2023-02-01 2023-02-28 2023-02");
}

}  // namespace
}  // namespace qianxian
