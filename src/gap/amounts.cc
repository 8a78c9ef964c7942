#include "gap/amounts.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"

namespace qianxian::gap {

namespace {
using Wide = __int128;

constexpr int kBeyondDigits = 2;

Error TooLarge() { return Invalid("number-too-large", "A sum does not fit 18 digits", "合计超出 18 位数"); }

Result<Wide> Scaled(Wide units, int digits) {
  for (int i = 0; i < digits; ++i)
    if (__builtin_mul_overflow(units, Wide{10}, &units)) return TooLarge();
  return units;
}

// `units` × 10^-scale with `digits` after the point, rounded half away from zero.
Result<Decimal> Narrow(Wide units, int scale, int digits) {
  if (scale < digits) {
    QX_TRY(units, Scaled(units, digits - scale));
  } else {
    QX_TRY(const Wide power, Scaled(1, scale - digits));
    const Wide rest = units % power < 0 ? -(units % power) : units % power;
    const Wide away = rest >= power - rest ? (units < 0 ? -1 : 1) : 0;
    units = units / power + away;
  }
  if (units > INT64_MAX || units < INT64_MIN) return TooLarge();
  return Decimal::FromUnits(static_cast<int64_t>(units), digits);
}
}  // namespace

Result<Decimal> AddExactly(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale(), b.scale());
  const Result<int64_t> left = a.UnitsAt(scale), right = b.UnitsAt(scale);
  int64_t sum = 0;
  if (!left.ok() || !right.ok() || __builtin_add_overflow(*left, *right, &sum)) return TooLarge();
  return Decimal::FromUnits(sum, scale);
}

Result<Decimal> SubtractExactly(const Decimal& a, const Decimal& b) { return AddExactly(a, Decimal::FromUnits(-b.units(), b.scale())); }

std::string RoundedText(const Decimal& number, int digits) { return DivideToText(number, Decimal::FromUnits(1, 0), digits); }

Status Fraction::Add(const Decimal& more_numerator, const Decimal& more_denominator) {
  QX_TRY(numerator, AddExactly(numerator, more_numerator));
  QX_TRY(denominator, AddExactly(denominator, more_denominator));
  return Ok();
}

int CompareQuotient(const Fraction& fraction, const Decimal& number) {
  QX_CHECK(fraction.HasValue(), "quotient of nothing");
  const Decimal &n = fraction.numerator, &d = fraction.denominator;
  // n ÷ d against number, as n × 10^shift against number × d.
  const int shift = d.scale() + number.scale() - n.scale();
  const Result<Wide> left = Scaled(n.units(), std::max(shift, 0));
  const Result<Wide> right = Scaled(Wide{number.units()} * d.units(), std::max(-shift, 0));
  if (left.ok() && right.ok()) return *left < *right ? -1 : *left > *right ? 1 : 0;
  const double difference = n.ToDouble() / d.ToDouble() - number.ToDouble();   // more digits than a number of a county has
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

Result<Decimal> Beyond(const Fraction& fraction, const Decimal& number) {
  const Decimal &n = fraction.numerator, &d = fraction.denominator;
  const int product_scale = number.scale() + d.scale(), scale = std::max(product_scale, n.scale());
  QX_TRY(const Wide product, Scaled(Wide{number.units()} * d.units(), scale - product_scale));
  QX_TRY(const Wide whole, Scaled(n.units(), scale - n.scale()));
  return Narrow(whole - product, scale, kBeyondDigits);
}

}  // namespace qianxian::gap
