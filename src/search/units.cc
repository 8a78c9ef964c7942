#include "search/units.h"

#include <cstdio>
#include <cstdlib>

#include "fhirpath/ucum.h"

namespace qianxian::search {
namespace {

double Rounded(long double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.15Lg", number);
  return std::strtod(text, nullptr);
}

}  // namespace

bool HasUcumUnit(const QueryValue& value) { return value.has_system && value.has_code && value.system == kUcum; }

std::optional<QueryValue> InUnit(const QueryValue& value, std::string_view unit) {
  if (value.code == unit) return value;
  const std::optional<fhirpath::Unit> from = fhirpath::ParseUnit(value.code);
  const std::optional<fhirpath::Unit> to = fhirpath::ParseUnit(unit);
  if (!from || !to || !from->SameDimensions(*to)) return std::nullopt;
  const long double factor = from->factor / to->factor;
  QueryValue out = value;
  out.code = unit;
  out.number = Rounded(value.number * factor);
  out.number_low = Rounded(value.number_low * factor);
  out.number_high = Rounded(value.number_high * factor);
  return out;
}

}  // namespace qianxian::search
