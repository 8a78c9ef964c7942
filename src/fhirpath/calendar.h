// Arithmetic with dates: adding a calendar duration, and the first and last moment that a partial date may mean.
// Inner part of fhirpath; pure. Source: https://hl7.org/fhirpath/N1/#datetime-arithmetic
#pragma once

#include <optional>
#include <string_view>

#include "fhirpath/value.h"

namespace qianxian::fhirpath {

enum class CalendarStep : uint8_t { kYear, kMonth, kWeek, kDay, kHour, kMinute, kSecond, kMillisecond };

// The step that a unit means: calendar words (also as 'month'), and UCUM's wk d h min s ms. Not UCUM's a and mo, which
// have a fixed length.
std::optional<CalendarStep> StepOf(const Item& quantity);

// date + amount × step, at the date's own precision; a 31st becomes the last day of a shorter month. None when the
// result is no date (before year 1, after 9999).
std::optional<fhir::DateTime> AddToDate(const fhir::DateTime& date, ItemKind kind, const Number& amount, CalendarStep step);

// The date filled up (low: with the smallest, high: with the largest values) or cut to `digits`: 4 year, 6 month, 8 day,
// 10 hour, 12 minute, 14 second, 17 millisecond; a time: 2, 4, 6, 9. None for another number of digits.
std::optional<fhir::DateTime> DateBoundary(const fhir::DateTime& date, ItemKind kind, bool high, int digits);
// How many digits the date has, by the same count.
int DateDigits(const fhir::DateTime& date, ItemKind kind);

}  // namespace qianxian::fhirpath
