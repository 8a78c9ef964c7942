#include "fhir/date.h"

#include <algorithm>

#include "base/clock.h"
#include "base/date.h"

namespace qianxian::fhir {
namespace {

// Reads through a text; every step says whether it could.
struct Cursor {
  std::string_view rest;

  bool Digits(size_t count, int& out) {
    if (rest.size() < count) return false;
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return false;
      value = value * 10 + (rest[i] - '0');
    }
    out = value;
    rest.remove_prefix(count);
    return true;
  }
  bool Char(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool done() const { return rest.empty(); }
};

bool ReadDay(Cursor& cursor, DateTime& out) {
  if (!cursor.Digits(4, out.year) || out.year == 0) return false;
  out.precision = DatePrecision::kYear;
  if (!cursor.Char('-')) return true;
  if (!cursor.Digits(2, out.month) || out.month < 1 || out.month > 12) return false;
  out.precision = DatePrecision::kMonth;
  if (!cursor.Char('-')) return true;
  if (!cursor.Digits(2, out.day) || out.day < 1 || out.day > DaysInMonth(out.year, out.month)) return false;
  out.precision = DatePrecision::kDay;
  return true;
}

bool ReadFraction(Cursor& cursor, DateTime& out) {
  int scale = 100'000;
  while (!cursor.done() && cursor.rest.front() >= '0' && cursor.rest.front() <= '9') {
    out.microsecond += (cursor.rest.front() - '0') * scale;
    scale /= 10;
    ++out.fraction_digits;
    cursor.rest.remove_prefix(1);
  }
  out.precision = DatePrecision::kFraction;
  return out.fraction_digits > 0;
}

bool ReadTime(Cursor& cursor, DateTime& out) {
  if (!cursor.Digits(2, out.hour) || out.hour > 23) return false;
  out.precision = DatePrecision::kHour;
  if (!cursor.Char(':')) return true;
  if (!cursor.Digits(2, out.minute) || out.minute > 59) return false;
  out.precision = DatePrecision::kMinute;
  if (!cursor.Char(':')) return true;
  if (!cursor.Digits(2, out.second) || out.second > 60) return false;   // 60: a leap second
  out.precision = DatePrecision::kSecond;
  if (cursor.Char('.')) return ReadFraction(cursor, out);
  return true;
}

bool ReadOffset(Cursor& cursor, DateTime& out) {
  if (cursor.done()) return true;
  out.has_offset = true;
  if (cursor.Char('Z')) return cursor.done();
  bool negative = cursor.Char('-');
  if (!negative && !cursor.Char('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!cursor.Digits(2, hours) || !cursor.Char(':') || !cursor.Digits(2, minutes)) return false;
  if (hours > 14 || minutes > 59 || (hours == 14 && minutes > 0)) return false;
  out.offset_minutes = (negative ? -1 : 1) * (hours * 60 + minutes);
  return cursor.done();
}

bool PrecisionAllowed(const DateTime& date_time, DateSyntax syntax) {
  DatePrecision p = date_time.precision;
  switch (syntax) {
    case DateSyntax::kDate:
      return p <= DatePrecision::kDay;
    case DateSyntax::kDateTime:
      return p <= DatePrecision::kDay || (p >= DatePrecision::kSecond && date_time.has_offset);
    case DateSyntax::kInstant:
      return p >= DatePrecision::kSecond && date_time.has_offset;
    case DateSyntax::kTime:
      return p >= DatePrecision::kSecond;
    case DateSyntax::kSearch:
      return p != DatePrecision::kHour;
    case DateSyntax::kLenient:
    case DateSyntax::kLenientTime:
      return true;
  }
  return false;
}

}  // namespace

int DaysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Howard Hinnant's days_from_civil: March is the first month of a year of era, so that the leap day comes last.
int64_t DaysSince1970(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

void CivilFromDays(int64_t days, int& year, int& month, int& day) {
  days += 719'468;
  int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  int64_t day_of_era = days - era * 146'097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
}

bool TryParseDateTime(std::string_view text, DateSyntax syntax, DateTime& out) {
  out = DateTime();
  Cursor cursor{text};
  if (syntax == DateSyntax::kTime || syntax == DateSyntax::kLenientTime) {
    return ReadTime(cursor, out) && cursor.done() && PrecisionAllowed(out, syntax);
  }
  if (!ReadDay(cursor, out)) return false;
  if (cursor.done()) return PrecisionAllowed(out, syntax);
  if (syntax == DateSyntax::kDate || !cursor.Char('T')) return false;
  if (syntax == DateSyntax::kLenient && cursor.done()) return true;   // "@2015T": a dateTime of year precision
  if (out.precision != DatePrecision::kDay) return false;
  return ReadTime(cursor, out) && ReadOffset(cursor, out) && PrecisionAllowed(out, syntax);
}

Result<DateTime> ParseDateTime(std::string_view text, DateSyntax syntax) {
  DateTime out;
  if (TryParseDateTime(text, syntax, out)) return out;
  std::string shown(text.substr(0, 40));
  return Invalid("bad-date", "\"" + shown + "\" is not a date, dateTime, instant or time as FHIR writes them",
                 "“" + shown + "”不是 FHIR 的日期或时间格式");
}

DateRange RangeOf(const DateTime& date_time, int default_offset_minutes) {
  constexpr int64_t kSecond = 1'000'000;
  constexpr int64_t kDay = 86'400 * kSecond;
  int offset = date_time.has_offset ? date_time.offset_minutes : default_offset_minutes;
  int64_t shift = -int64_t{offset} * 60 * kSecond;
  auto day_start = [&](int year, int month, int day) { return DaysSince1970(year, month, day) * kDay + shift; };
  int64_t low = day_start(date_time.year, date_time.month, date_time.day) + date_time.microsecond +
                (int64_t{date_time.hour} * 3600 + date_time.minute * 60 + date_time.second) * kSecond;
  switch (date_time.precision) {
    case DatePrecision::kYear:
      return {low, day_start(date_time.year + 1, 1, 1)};
    case DatePrecision::kMonth:
      return {low, date_time.month == 12 ? day_start(date_time.year + 1, 1, 1)
                                         : day_start(date_time.year, date_time.month + 1, 1)};
    case DatePrecision::kDay:
      return {low, low + kDay};
    case DatePrecision::kHour:
      return {low, low + 3600 * kSecond};
    case DatePrecision::kMinute:
      return {low, low + 60 * kSecond};
    case DatePrecision::kSecond:
      return {low, low + kSecond};
    case DatePrecision::kFraction:
      break;
  }
  int64_t width = kSecond;
  for (int i = 0; i < std::min(date_time.fraction_digits, 6); ++i) width /= 10;
  return {low, low + width};
}

std::optional<int64_t> LocalDay(std::string_view text) {
  constexpr size_t kDayLength = 10;
  DateTime parsed;
  const bool is_local = text.size() == kDayLength || text.ends_with("+08:00");
  if (is_local) {
    if (!TryParseDateTime(text.substr(0, kDayLength), DateSyntax::kDate, parsed)) return std::nullopt;
  } else if (!TryParseDateTime(text, DateSyntax::kLenient, parsed)) {
    return std::nullopt;
  }
  if (parsed.precision < DatePrecision::kDay) return std::nullopt;
  int64_t day = DaysSince1970(parsed.year, parsed.month, parsed.day);
  if (!is_local && parsed.has_offset) {
    const int minutes = parsed.hour * 60 + parsed.minute + 480 - parsed.offset_minutes;   // since that day's midnight in China
    constexpr int kDayMinutes = 24 * 60;
    day += minutes < 0 ? -1 : minutes / kDayMinutes;
  }
  return day;
}

std::string LocalDayText(std::string_view text) {
  const std::optional<int64_t> day = LocalDay(text);
  return day ? Date::FromDays(static_cast<int32_t>(*day)).ToString() : std::string();
}

std::string LocalTimeText(std::string_view text) {
  DateTime parsed;
  if (text.ends_with("+08:00") || !TryParseDateTime(text, DateSyntax::kLenient, parsed) || !parsed.has_offset) return std::string(text);
  std::string local = FormatLocalTime({RangeOf(parsed).low});
  local[10] = 'T';
  return local + "+08:00";
}

}  // namespace qianxian::fhir
