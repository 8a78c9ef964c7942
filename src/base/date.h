// Civil dates (proleptic Gregorian) and reporting periods. Pure; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian {

struct Date {
  int16_t year = 1970;
  int8_t month = 1;
  int8_t day = 1;
  auto operator<=>(const Date&) const = default;

  static bool IsValid(int year, int month, int day);
  static Date FromDays(int32_t days_since_1970);
  int32_t ToDays() const;          // days since 1970-01-01
  std::string ToString() const;    // 2025-07-01
};

// What county files hold: YYYYMMDD, YYYY-MM-DD, YYYY/M/D, YYYY.M.D, YYYY年M月D日, each with an optional time after a
// space or T, which is checked (hh:mm[:ss]) and dropped here (`hour_minute` gets "hh:mm" if wanted). An Excel serial
// number is refused (code "bad-date"): one cannot know. Code "impossible-date" for 2025-02-30. Years 1850–2150.
Result<Date> ParseDate(std::string_view text, std::string* hour_minute = nullptr);

// A reporting period: first and last day, both included. "2025", "2025Q3", "2025-07", "2025-01..2025-06".
struct Period {
  Date first;
  Date last;
  std::string text;  // as given, canonical
  auto operator<=>(const Period&) const = default;
  static Result<Period> Parse(std::string_view text);
  Period Previous() const;       // of the same length, just before: 2024 for 2025, 2025Q2 for 2025Q3, …
  Period SameLastYear() const;   // one year earlier
};

}  // namespace qianxian
