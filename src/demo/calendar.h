// Days of the demonstration: what is busy when, and dates as text without making them again for every row.
// Built once, then never changed; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demo/tables.h"

namespace qianxian::demo {

inline constexpr int kYears = 3;
inline constexpr int kWarmDays = 100;      // stays begin this long before the first day, so that the first days are full
inline constexpr int kLongestStay = 88;    // days

class Calendar {
 public:
  // last_month "2025-12"; error "bad-month".
  static Result<Calendar> Make(const Tables& tables, std::string_view last_month);

  int first_year() const { return first_year_; }
  int32_t first_day() const { return first_day_; }
  int32_t end_day() const { return end_day_; }                  // the day after the last
  int32_t last_year_end() const { return last_year_end_; }      // the day after December 31 of the third year
  int months() const { return months_; }                        // of data, at most 36
  int Year(int32_t day) const { return Of(day).year; }          // 0 to 2; below 0 while warming
  int Month(int32_t day) const { return Of(day).month; }        // months since January of the first year
  int MonthOfYear(int32_t day) const { return ((Of(day).month % 12) + 12) % 12; }
  double Planned(int32_t day) const { return Of(day).planned; }
  double Urgent(int32_t day) const { return Of(day).urgent; }
  double Outpatient(int32_t day) const { return Of(day).outpatient; }
  double YearsSinceStart(int32_t day) const { return (day - first_day_) / 365.25; }

  std::string_view Dashed(int32_t day) const { return {TextOf(day).dashed, 10}; }     // 2025-07-01
  std::string_view Compact(int32_t day) const { return {TextOf(day).compact, 8}; }    // 20250701

 private:
  struct DayFacts {
    int year, month;
    double planned, urgent, outpatient;
  };
  struct DayText {
    char dashed[10];
    char compact[8];
  };
  void Normalise();
  const DayFacts& Of(int32_t day) const { return facts_[static_cast<size_t>(day - facts_from_)]; }
  const DayText& TextOf(int32_t day) const { return texts_[static_cast<size_t>(day - texts_from_)]; }

  int first_year_ = 0;
  int months_ = 0;
  int32_t first_day_ = 0, end_day_ = 0, last_year_end_ = 0, facts_from_ = 0, texts_from_ = 0;
  std::vector<DayFacts> facts_;
  std::vector<DayText> texts_;
};

// Whole years between two days.
int AgeOn(int32_t birth_day, int32_t day);

}  // namespace qianxian::demo
