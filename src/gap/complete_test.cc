#include "gap/complete.h"

#include <gtest/gtest.h>

#include "gap/months.h"

namespace qianxian::gap {
namespace {

constexpr int kJanuary = 2025 * 12;

// Months of 2025 from January on, each with these first and last days.
std::vector<MonthDays> Months(int count, int first_day, int last_day) {
  std::vector<MonthDays> months;
  for (int month = kJanuary; month < kJanuary + count; ++month)
    months.push_back({month, first_day, std::min(last_day, static_cast<int>(SpanPeriod(month, month).last.day))});
  return months;
}

int LastOf(const std::vector<MonthDays>& months) {
  const std::optional<Span> span = WholeMonths(months);
  return span ? span->last - kJanuary + 1 : 0;
}

TEST(Complete, ASourceOfEveryDayMustReachTheLastDay) {
  std::vector<MonthDays> months = Months(12, 1, 31);
  EXPECT_EQ(LastOf(months), 12);
  months.back().last_day = 30;
  EXPECT_EQ(LastOf(months), 11);
  months.back().last_day = 15;
  EXPECT_EQ(LastOf(months), 11);
  months.push_back({kJanuary + 12, 1, 2});       // a later month has begun: December is over
  EXPECT_EQ(LastOf(months), 12);
  EXPECT_EQ(LastOf(Months(2, 1, 31)), 2);        // February has 28 days
}

TEST(Complete, ASourceIsMeasuredByItsOwnHabit) {
  EXPECT_EQ(LastOf(Months(12, 12, 12)), 12);     // everything is dated by the 12th
  std::vector<MonthDays> months = Months(6, 1, 28);
  EXPECT_EQ(LastOf(months), 6);
  months.back().last_day = 27;
  EXPECT_EQ(LastOf(months), 5);
  months = Months(9, 1, 31);                     // one month that was never sent to its end is no habit
  months[3].last_day = 10;
  months.back().last_day = 15;
  EXPECT_EQ(LastOf(months), 8);
}

TEST(Complete, TheFirstMonthMayBeginInTheMiddle) {
  std::vector<MonthDays> months = Months(6, 1, 31);
  EXPECT_EQ(WholeMonths(months)->first, kJanuary);
  months.front().first_day = 3;                  // a holiday
  EXPECT_EQ(WholeMonths(months)->first, kJanuary);
  months.front().first_day = 16;
  EXPECT_EQ(WholeMonths(months)->first, kJanuary + 1);
}

TEST(Complete, NothingAndHalfAMonthAreNoMonth) {
  EXPECT_FALSE(WholeMonths({}).has_value());
  EXPECT_FALSE(WholeMonths(Months(1, 1, 15)).has_value());
  EXPECT_TRUE(WholeMonths(Months(1, 1, 31)).has_value());
}

}  // namespace
}  // namespace qianxian::gap
