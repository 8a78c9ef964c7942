// FHIR date, dateTime, instant and time, with the precision that was given. A partial date is a range: "2025-07" is
// [2025-07-01T00:00, 2025-08-01T00:00). Pure; any thread. Errors: invalid "bad-date".
// Source: https://hl7.org/fhir/R4/datatypes.html#dateTime
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::fhir {

enum class DatePrecision : uint8_t { kYear, kMonth, kDay, kHour, kMinute, kSecond, kFraction };

struct DateTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
  int fraction_digits = 0;                      // as written; at most 6 are kept
  DatePrecision precision = DatePrecision::kDay;
  bool has_offset = false;                      // a zone was given
  int offset_minutes = 0;
};

enum class DateSyntax : uint8_t {
  kDate,        // YYYY, YYYY-MM, YYYY-MM-DD
  kDateTime,    // the same, or with a time to the second and a zone
  kInstant,     // to the second at least, with a zone
  kTime,        // hh:mm:ss[.fff], no zone
  kSearch,      // as dateTime; the zone, seconds may be missing
  kLenient,     // as search, and the hour alone: for FHIRPath
  kLenientTime, // hh, hh:mm, hh:mm:ss[.fff]
};

Result<DateTime> ParseDateTime(std::string_view text, DateSyntax syntax);
// The same without making an error text.
bool TryParseDateTime(std::string_view text, DateSyntax syntax, DateTime& out);

// [low, high) in microseconds since 1970-01-01T00:00Z.
struct DateRange {
  int64_t low = std::numeric_limits<int64_t>::min();
  int64_t high = std::numeric_limits<int64_t>::max();
};
// `default_offset_minutes` stands for the zone where none was given.
DateRange RangeOf(const DateTime& date_time, int default_offset_minutes = 0);

// The day in China (UTC+8, no daylight saving) of a date, dateTime or instant: days since 1970-01-01; a time without a zone is
// China's. None: a year or a month alone is no day, and neither is what is no date.
std::optional<int64_t> LocalDay(std::string_view text);
std::string LocalDayText(std::string_view text);           // "2025-07-01"; "" = none

// A moment with a zone as China's clocks showed it, to the second: "2026-03-01T07:30:00+08:00"; anything else as it is.
std::string LocalTimeText(std::string_view text);

int DaysInMonth(int year, int month);
int64_t DaysSince1970(int year, int month, int day);       // proleptic Gregorian
void CivilFromDays(int64_t days, int& year, int& month, int& day);

}  // namespace qianxian::fhir
