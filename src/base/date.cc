#include "base/date.h"

#include <cstdio>

#include "base/text.h"

namespace qianxian {
namespace {

constexpr int kFirstYear = 1850;
constexpr int kLastYear = 2150;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int DaysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Takes `minimum` to `maximum` digits off the front of `text`; -1 if they are not there.
int TakeNumber(std::string_view& text, size_t minimum, size_t maximum) {
  int value = 0;
  size_t count = 0;
  while (count < maximum && count < text.size() && IsDigit(text[count])) value = value * 10 + (text[count++] - '0');
  if (count < minimum) return -1;
  text.remove_prefix(count);
  return value;
}

bool TakeText(std::string_view& text, std::string_view expected) {
  if (!StartsWith(text, expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

size_t LeadingDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

struct Fields {
  int year = -1, month = -1, day = -1;
  int hour = -1, minute = -1, second = 0;
};

bool TakeDate(std::string_view& text, Fields& fields) {
  size_t digits = LeadingDigits(text);
  if (digits == 8 || digits == 14) {
    fields.year = TakeNumber(text, 4, 4);
    fields.month = TakeNumber(text, 2, 2);
    fields.day = TakeNumber(text, 2, 2);
    return true;
  }
  if (digits != 4) return false;
  fields.year = TakeNumber(text, 4, 4);
  std::string_view first = "年", second = "月", last = "日";
  for (std::string_view separator : {"-", "/", "."}) {
    if (StartsWith(text, separator)) first = second = separator, last = "";
  }
  if (!TakeText(text, first)) return false;
  fields.month = TakeNumber(text, 1, 2);
  if (fields.month < 0 || !TakeText(text, second)) return false;
  fields.day = TakeNumber(text, 1, 2);
  return fields.day >= 0 && TakeText(text, last);
}

// What stands after the date: nothing, " hh:mm", "Thh:mm:ss", ".0" of a second, or hhmmss after YYYYMMDD.
bool TakeTime(std::string_view text, Fields& fields) {
  if (text.empty()) return true;
  if (LeadingDigits(text) == 6 && text.size() == 6) {
    fields.hour = TakeNumber(text, 2, 2);
    fields.minute = TakeNumber(text, 2, 2);
    fields.second = TakeNumber(text, 2, 2);
    return true;
  }
  if (text[0] != ' ' && text[0] != 'T') return false;
  text = TrimAscii(text.substr(1));
  fields.hour = TakeNumber(text, 1, 2);
  if (fields.hour < 0 || !TakeText(text, ":")) return false;
  fields.minute = TakeNumber(text, 2, 2);
  if (fields.minute < 0) return false;
  if (text.empty()) return true;
  if (!TakeText(text, ":")) return false;
  fields.second = TakeNumber(text, 2, 2);
  if (fields.second < 0) return false;
  if (text.empty()) return true;
  return TakeText(text, ".") && !text.empty() && LeadingDigits(text) == text.size();
}

Error BadPeriod(std::string_view text) {
  std::string shown(text.substr(0, 40));
  return Invalid("bad-period", "\"" + shown + "\" is not a period: write 2025, 2025Q3, 2025-07 or 2025-01..2025-06",
                 "“" + shown + "”不是统计期：应写作 2025、2025Q3、2025-07 或 2025-01..2025-06");
}

// A period is a run of whole months: the first as year × 12 + month − 1, and how many.
struct Months {
  int first = 0;
  int count = 0;
};

std::string MonthText(int month) {
  char text[24];
  std::snprintf(text, sizeof text, "%04d-%02d", month / 12, month % 12 + 1);
  return text;
}

// The shortest name: equal periods have equal texts, however they were asked for.
std::string PeriodText(Months months) {
  if (months.count == 1) return MonthText(months.first);
  if (months.count == 12 && months.first % 12 == 0) return MonthText(months.first).substr(0, 4);
  if (months.count == 3 && months.first % 3 == 0) {
    return MonthText(months.first).substr(0, 4) + "Q" + std::to_string(months.first % 12 / 3 + 1);
  }
  return MonthText(months.first) + ".." + MonthText(months.first + months.count - 1);
}

Period MakePeriod(Months months) {
  int last = months.first + months.count - 1;
  Period out;
  out.first = Date{static_cast<int16_t>(months.first / 12), static_cast<int8_t>(months.first % 12 + 1), 1};
  out.last = Date{static_cast<int16_t>(last / 12), static_cast<int8_t>(last % 12 + 1),
                  static_cast<int8_t>(DaysInMonth(last / 12, last % 12 + 1))};
  out.text = PeriodText(months);
  return out;
}

Months MonthsOf(const Period& period) {
  int first = period.first.year * 12 + period.first.month - 1;
  return {first, period.last.year * 12 + period.last.month - 1 - first + 1};
}

// "2025-07" as a month's number; -1 if it is not one.
int ParseMonth(std::string_view text) {
  int year = TakeNumber(text, 4, 4);
  if (year < 0 || !TakeText(text, "-")) return -1;
  int month = TakeNumber(text, 2, 2);
  if (!text.empty() || month < 1 || month > 12 || year < kFirstYear || year > kLastYear) return -1;
  return year * 12 + month - 1;
}

}  // namespace

bool Date::IsValid(int year, int month, int day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= DaysInMonth(year, month);
}

// Both directions after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that
// the leap day is the last of its year, and come in eras of 400.
int32_t Date::ToDays() const {
  int y = month <= 2 ? year - 1 : year;
  int era = (y >= 0 ? y : y - 399) / 400;
  int year_of_era = y - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date Date::FromDays(int32_t days_since_1970) {
  int64_t z = int64_t{days_since_1970} + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);
  int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  QX_CHECK(year >= INT16_MIN && year <= INT16_MAX, "a date out of all range");
  return Date{static_cast<int16_t>(year), static_cast<int8_t>(month),
              static_cast<int8_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

std::string Date::ToString() const {
  char text[24];
  int length = std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  return std::string(text, static_cast<size_t>(length));
}

Result<Date> ParseDate(std::string_view text, std::string* hour_minute) {
  if (hour_minute != nullptr) hour_minute->clear();
  std::string_view rest = TrimAscii(text);
  Fields fields;
  if (!TakeDate(rest, fields) || !TakeTime(rest, fields)) {
    std::string shown(text.substr(0, 40));
    return Invalid("bad-date", "\"" + shown + "\" is not a date", "“" + shown + "”不是日期");
  }
  bool good_time = fields.hour < 24 && fields.minute < 60 && fields.second < 60;
  bool good_year = fields.year >= kFirstYear && fields.year <= kLastYear;
  if (!good_year || !good_time || !Date::IsValid(fields.year, fields.month, fields.day)) {
    std::string shown(text.substr(0, 40));
    return Invalid("impossible-date", "there is no such date or time: \"" + shown + "\"",
                   "没有这样的日期或时间：“" + shown + "”");
  }
  if (hour_minute != nullptr && fields.hour >= 0) {
    char formatted[24];
    std::snprintf(formatted, sizeof formatted, "%02d:%02d", fields.hour, fields.minute);
    *hour_minute = formatted;
  }
  return Date{static_cast<int16_t>(fields.year), static_cast<int8_t>(fields.month), static_cast<int8_t>(fields.day)};
}

Result<Period> Period::Parse(std::string_view text) {
  if (size_t dots = text.find(".."); dots != std::string_view::npos) {
    int first = ParseMonth(text.substr(0, dots)), last = ParseMonth(text.substr(dots + 2));
    if (first < 0 || last < first) return BadPeriod(text);
    return MakePeriod({first, last - first + 1});
  }
  if (int month = ParseMonth(text); month >= 0) return MakePeriod({month, 1});
  std::string_view rest = text;
  int year = TakeNumber(rest, 4, 4);
  if (year < kFirstYear || year > kLastYear) return BadPeriod(text);
  if (rest.empty()) return MakePeriod({year * 12, 12});
  if (rest.size() == 2 && (rest[0] == 'Q' || rest[0] == 'q') && rest[1] >= '1' && rest[1] <= '4') {
    return MakePeriod({year * 12 + (rest[1] - '1') * 3, 3});
  }
  return BadPeriod(text);
}

Period Period::Previous() const {
  Months months = MonthsOf(*this);
  return MakePeriod({months.first - months.count, months.count});
}

Period Period::SameLastYear() const {
  Months months = MonthsOf(*this);
  return MakePeriod({months.first - 12, months.count});
}

}  // namespace qianxian
