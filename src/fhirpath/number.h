// Number: an exact decimal of up to 37 digits, units × 10^-scale, as FHIRPath's Integer and Decimal need. Operations
// that would lose digits of the whole part say so (none). Pure; any thread.
// Source: https://hl7.org/fhirpath/N1/#decimal (28 digits and 8 after the point at least)
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace qianxian::fhirpath {

class Number {
 public:
  static constexpr int kMaximumScale = 31;
  constexpr Number() = default;
  static constexpr Number Of(__int128 units, int scale = 0) { return Number(units, scale); }
  // "12", "-0.50", with allow_exponent "1.2e-3". None if it is no number, or of too many digits.
  static std::optional<Number> Parse(std::string_view text, bool allow_exponent = false);
  // The nearest with at most 15 significant digits; none for NaN, infinity and what is too large.
  static std::optional<Number> FromDouble(double value);

  __int128 units() const { return units_; }
  int scale() const { return scale_; }
  bool IsZero() const { return units_ == 0; }
  bool IsNegative() const { return units_ < 0; }
  bool IsWhole() const;                                  // no digits but 0 after the point
  std::optional<int64_t> ToInteger() const;              // whole part (toward zero) if it fits
  double ToDouble() const;
  std::string ToString() const;                          // scale digits after the point, always
  int digits() const;                                    // without sign and point; 0 has 1

  Number Negated() const { return Number(-units_, scale_); }
  Number Trimmed() const;                                // without zeros at the end of the fraction
  // The same value with this scale; none if it overflows. Fewer digits: by the mode.
  enum class Rounding { kTowardZero, kHalfAwayFromZero, kFloor, kCeiling };
  std::optional<Number> WithScale(int scale, Rounding rounding) const;

  static std::optional<Number> Add(const Number& a, const Number& b);
  static std::optional<Number> Subtract(const Number& a, const Number& b) { return Add(a, b.Negated()); }
  static std::optional<Number> Multiply(const Number& a, const Number& b);
  // None when b is 0. 16 digits after the point more than needed, trailing zeros dropped.
  static std::optional<Number> Divide(const Number& a, const Number& b);
  static std::optional<Number> DivideWhole(const Number& a, const Number& b);   // toward zero
  static std::optional<Number> Remainder(const Number& a, const Number& b);
  static std::strong_ordering Compare(const Number& a, const Number& b);

 private:
  constexpr Number(__int128 units, int scale) : units_(units), scale_(scale) {}
  __int128 units_ = 0;
  int scale_ = 0;
};

}  // namespace qianxian::fhirpath
