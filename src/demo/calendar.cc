#include "demo/calendar.h"

#include <cstring>

#include "base/date.h"
#include "base/text.h"

namespace qianxian::demo {
namespace {

int32_t FirstOfMonth(int year, int month0) {   // month0 may run past 11
  return Date{static_cast<int16_t>(year + month0 / 12), static_cast<int8_t>(month0 % 12 + 1), 1}.ToDays();
}

bool IsWeekend(int32_t day) {
  int weekday = ((day + 3) % 7 + 7) % 7;   // 1970-01-01 was a Thursday; Monday is 0
  return weekday >= 5;
}

}  // namespace

Result<Calendar> Calendar::Make(const Tables& tables, std::string_view last_month) {
  int64_t year = 0;
  int64_t month = 0;
  if (last_month.size() != 7 || last_month[4] != '-' || !ParseInteger(last_month.substr(0, 4), year) ||
      !ParseInteger(last_month.substr(5), month) || year < 2010 || year > 2100 || month < 1 || month > 12) {
    return Invalid("bad-month", "the last month must read like 2025-12", "最后月份应写作 2025-12");
  }
  Calendar out;
  out.first_year_ = static_cast<int>(year) - (kYears - 1);
  out.months_ = 12 * (kYears - 1) + static_cast<int>(month);
  out.first_day_ = FirstOfMonth(out.first_year_, 0);
  out.end_day_ = FirstOfMonth(out.first_year_, out.months_);
  out.last_year_end_ = FirstOfMonth(out.first_year_ + kYears, 0);
  out.facts_from_ = out.first_day_ - kWarmDays;
  int32_t facts_end = out.last_year_end_ + kWarmDays;
  for (int32_t day = out.facts_from_; day < facts_end; ++day) {
    Date date = Date::FromDays(day);
    bool weekend = IsWeekend(day);
    DayFacts facts{date.year - out.first_year_, (date.year - out.first_year_) * 12 + date.month - 1,
                   weekend ? tables.Parameter("weekend_planned") / 100 : 1,
                   weekend ? tables.Parameter("weekend_urgent") / 100 : 1,
                   weekend ? tables.Parameter("weekend_outpatient") / 100 : 1};
    for (const Holiday& holiday : tables.holidays) {
      if (day < holiday.first_day || day >= holiday.first_day + holiday.days) continue;
      facts.planned *= holiday.planned;
      facts.urgent *= holiday.urgent;
      facts.outpatient *= holiday.outpatient;
    }
    out.facts_.push_back(facts);
  }
  out.Normalise();
  out.texts_from_ = FirstOfMonth(out.first_year_ - 106, 0);
  for (int32_t day = out.texts_from_; day < facts_end; ++day) {
    std::string text = Date::FromDays(day).ToString();
    DayText entry;
    std::memcpy(entry.dashed, text.data(), 10);
    std::memcpy(entry.compact, text.data(), 4);
    std::memcpy(entry.compact + 4, text.data() + 5, 2);
    std::memcpy(entry.compact + 6, text.data() + 8, 2);
    out.texts_.push_back(entry);
  }
  return out;
}

// The tables give rates a year: what weekends and holidays take away comes back on the other days.
void Calendar::Normalise() {
  double planned = 0, urgent = 0, outpatient = 0;
  for (int32_t day = first_day_; day < last_year_end_; ++day) {
    planned += Of(day).planned;
    urgent += Of(day).urgent;
    outpatient += Of(day).outpatient;
  }
  double days = last_year_end_ - first_day_;
  for (DayFacts& facts : facts_) {
    facts.planned *= days / planned;
    facts.urgent *= days / urgent;
    facts.outpatient *= days / outpatient;
  }
}

int AgeOn(int32_t birth_day, int32_t day) {
  Date birth = Date::FromDays(birth_day);
  Date now = Date::FromDays(day);
  int age = now.year - birth.year;
  if (now.month < birth.month || (now.month == birth.month && now.day < birth.day)) --age;
  return age;
}

}  // namespace qianxian::demo
