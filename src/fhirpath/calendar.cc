#include "fhirpath/calendar.h"

#include <algorithm>

#include "fhirpath/compare.h"

namespace qianxian::fhirpath {
namespace {

using P = fhir::DatePrecision;

constexpr int64_t kMicroseconds[] = {0, 0, 604'800'000'000, 86'400'000'000, 3'600'000'000, 60'000'000, 1'000'000, 1'000};

struct NamedStep {
  std::string_view name;
  CalendarStep step;
};
constexpr NamedStep kSteps[] = {
    {"year", CalendarStep::kYear},     {"month", CalendarStep::kMonth},   {"week", CalendarStep::kWeek},
    {"day", CalendarStep::kDay},       {"hour", CalendarStep::kHour},     {"minute", CalendarStep::kMinute},
    {"second", CalendarStep::kSecond}, {"millisecond", CalendarStep::kMillisecond},
};
constexpr NamedStep kUcumSteps[] = {
    {"wk", CalendarStep::kWeek},    {"d", CalendarStep::kDay},    {"h", CalendarStep::kHour},
    {"min", CalendarStep::kMinute}, {"s", CalendarStep::kSecond}, {"ms", CalendarStep::kMillisecond},
};

std::optional<fhir::DateTime> AddMonths(fhir::DateTime date, int64_t months) {
  int64_t total = int64_t{date.year} * 12 + (date.month - 1) + months;
  if (total < 12 || total >= int64_t{10'000} * 12) return std::nullopt;
  date.year = static_cast<int>(total / 12);
  date.month = static_cast<int>(total % 12) + 1;
  date.day = std::min(date.day, fhir::DaysInMonth(date.year, date.month));
  return date;
}

std::optional<fhir::DateTime> AddMicroseconds(fhir::DateTime date, bool time_only, int64_t amount) {
  constexpr int64_t kDay = 86'400'000'000;
  int64_t of_day = ((int64_t{date.hour} * 60 + date.minute) * 60 + date.second) * 1'000'000 + date.microsecond;
  int64_t sum = of_day + amount % kDay;
  int64_t days = amount / kDay;
  if (sum < 0) sum += kDay, --days;
  if (sum >= kDay) sum -= kDay, ++days;
  if (!time_only) {
    int64_t day = fhir::DaysSince1970(date.year, date.month, date.day) + days;
    if (day < fhir::DaysSince1970(1, 1, 1) || day > fhir::DaysSince1970(9999, 12, 31)) return std::nullopt;
    fhir::CivilFromDays(day, date.year, date.month, date.day);
  }
  date.microsecond = static_cast<int>(sum % 1'000'000);
  sum /= 1'000'000;
  date.second = static_cast<int>(sum % 60);
  date.minute = static_cast<int>(sum / 60 % 60);
  date.hour = static_cast<int>(sum / 3600);
  return date;
}

struct DigitStep {
  int digits;
  P precision;
};
constexpr DigitStep kDateSteps[] = {{4, P::kYear},   {6, P::kMonth},   {8, P::kDay},      {10, P::kHour},
                                    {12, P::kMinute}, {14, P::kSecond}, {17, P::kFraction}};
constexpr DigitStep kTimeSteps[] = {{2, P::kHour}, {4, P::kMinute}, {6, P::kSecond}, {9, P::kFraction}};

}  // namespace

std::optional<CalendarStep> StepOf(const Item& quantity) {
  for (const NamedStep& entry : kSteps) {
    if (CalendarUnit(quantity.text) == entry.name) return entry.step;
  }
  if (quantity.calendar) return std::nullopt;
  for (const NamedStep& entry : kUcumSteps) {
    if (quantity.text == entry.name) return entry.step;
  }
  return std::nullopt;
}

std::optional<fhir::DateTime> AddToDate(const fhir::DateTime& date, ItemKind kind, const Number& amount, CalendarStep step) {
  bool time_only = kind == ItemKind::kTime;
  auto whole = amount.ToInteger();
  if (!whole || *whole > 10'000'000'000'000 || *whole < -10'000'000'000'000) return std::nullopt;
  int64_t count = *whole;
  if (time_only && step <= CalendarStep::kDay) return std::nullopt;
  if (step == CalendarStep::kYear || step == CalendarStep::kMonth) {
    if (step == CalendarStep::kYear) count *= 12;
    if (date.precision == P::kYear) count = count / 12 * 12;
    return AddMonths(date, count);
  }
  int64_t size = kMicroseconds[static_cast<size_t>(step)];
  int64_t microseconds = 0;
  if (step == CalendarStep::kSecond) {   // the only step whose fraction counts
    auto exact = Number::Multiply(amount, Number::Of(1'000'000));
    auto rounded = exact ? exact->ToInteger() : std::nullopt;
    if (!rounded) return std::nullopt;
    microseconds = *rounded;
  } else if (__builtin_mul_overflow(count, size, &microseconds)) {
    return std::nullopt;
  }
  // A partial date moves only by whole steps of its own precision.
  if (!time_only && date.precision <= P::kMonth) {
    int64_t days = microseconds / kMicroseconds[static_cast<size_t>(CalendarStep::kDay)];
    return AddMonths(date, date.precision == P::kYear ? days / 365 * 12 : days / 30);
  }
  int64_t unit = 1;
  if (date.precision == P::kDay) unit = kMicroseconds[static_cast<size_t>(CalendarStep::kDay)];
  if (date.precision == P::kHour) unit = kMicroseconds[static_cast<size_t>(CalendarStep::kHour)];
  if (date.precision == P::kMinute) unit = kMicroseconds[static_cast<size_t>(CalendarStep::kMinute)];
  auto out = AddMicroseconds(date, time_only, microseconds / unit * unit);
  if (out && out->microsecond != 0 && out->precision == P::kSecond) {
    out->precision = P::kFraction;
    out->fraction_digits = out->microsecond % 1000 == 0 ? 3 : 6;
  }
  return out;
}

int DateDigits(const fhir::DateTime& date, ItemKind kind) {
  P precision = date.precision;
  if (kind == ItemKind::kTime) {
    for (const DigitStep& step : kTimeSteps) {
      if (step.precision == precision) return step.digits;
    }
    return 9;
  }
  for (const DigitStep& step : kDateSteps) {
    if (step.precision == precision) return step.digits;
  }
  return 17;
}

std::optional<fhir::DateTime> DateBoundary(const fhir::DateTime& date, ItemKind kind, bool high, int digits) {
  std::optional<P> wanted;
  if (kind == ItemKind::kTime) {
    for (const DigitStep& step : kTimeSteps) {
      if (step.digits == digits) wanted = step.precision;
    }
  } else {
    for (const DigitStep& step : kDateSteps) {
      if (step.digits == digits) wanted = step.precision;
    }
  }
  if (!wanted || (kind == ItemKind::kDate && digits > 8)) return std::nullopt;
  fhir::DateTime out = date;
  P given = date.precision;
  if (kind != ItemKind::kTime) {
    if (given < P::kMonth) out.month = high ? 12 : 1;
    if (given < P::kDay) out.day = high ? fhir::DaysInMonth(out.year, out.month) : 1;
    if (given < P::kHour) out.hour = high ? 23 : 0;
    // The official cases read a date with the hour alone as if it had ":00" after it.
    if (given < P::kMinute) out.minute = high && given != P::kHour ? 59 : 0;
  } else if (given < P::kMinute) {
    out.minute = high ? 59 : 0;
  }
  if (given < P::kSecond) out.second = high ? 59 : 0;
  if (given < P::kFraction) out.microsecond = high ? 999'000 : 0;
  out.precision = *wanted;
  out.fraction_digits = 3;
  if (kind == ItemKind::kDateTime && *wanted >= P::kHour && !date.has_offset) {
    out.has_offset = true;
    out.offset_minutes = high ? -12 * 60 : 14 * 60;   // the zones that are last and first in time
  }
  return out;
}

}  // namespace qianxian::fhirpath
