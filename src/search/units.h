// Quantities in other units of the same kind: 5.4 mg is 0.0054 g. Inner part of search, for its stores too. Pure.
// Source: UCUM, as fhirpath/ucum.h knows it.
#pragma once

#include <optional>
#include <string_view>

#include "search/query.h"

namespace qianxian::search {

inline constexpr std::string_view kUcum = "http://unitsofmeasure.org";

// The value as it would be asked for in another unit of UCUM; nothing if the two do not measure the same. Numbers are
// rounded to 15 digits, so that 5.4 mg and 0.0054 g are one number.
std::optional<QueryValue> InUnit(const QueryValue& value, std::string_view unit);
// Does the value name a unit of UCUM, so that others of its kind count too?
bool HasUcumUnit(const QueryValue& value);

}  // namespace qianxian::search
