// Decimal: an exact decimal number, units × 10^-scale, for money and quantities. Never binary floating point.
// Limits: at most 18 significant digits (int64), scale 0 to 18. Pure; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian {

class Decimal {
 public:
  Decimal() = default;
  static Decimal FromUnits(int64_t units, int scale) { return Decimal(units, scale); }
  // "12", "-0.50", "1,234.50" is refused, "1.2e3" only with allow_exponent (Excel). Trailing zeros keep the scale.
  static Result<Decimal> Parse(std::string_view text, bool allow_exponent = false);

  int64_t units() const { return units_; }
  int scale() const { return scale_; }
  bool IsNegative() const { return units_ < 0; }
  // The same number in units of 10^-scale; an error ("too-precise") where digits would be lost, or it overflows.
  Result<int64_t> UnitsAt(int scale) const;
  std::string ToString() const;  // "12.50": scale digits after the point, always
  double ToDouble() const;       // for charts only

 private:
  Decimal(int64_t units, int scale) : units_(units), scale_(scale) {}
  int64_t units_ = 0;
  int scale_ = 0;
};

// numerator ÷ denominator to `digits` after the point, rounded half away from zero, exact before rounding (128-bit).
// CHECK: denominator is not 0.
std::string DivideToText(const Decimal& numerator, const Decimal& denominator, int digits);

}  // namespace qianxian
