#include "fhirpath/number.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace qianxian::fhirpath {
namespace {

using Wide = __int128;

// 10^n, n from 0 to 37.
Wide PowerOfTen(int n) {
  static const auto kPowers = [] {
    struct Table { Wide at[38]; } table;
    table.at[0] = 1;
    for (int i = 1; i < 38; ++i) table.at[i] = table.at[i - 1] * 10;
    return table;
  }();
  return kPowers.at[n];
}

bool Scaled(Wide units, int by, Wide& out) {
  if (units == 0) return out = 0, true;
  return by <= 37 && !__builtin_mul_overflow(units, PowerOfTen(by), &out);
}

// Quotient rounded by the mode; divisor > 0.
Wide DivideRounded(Wide units, Wide divisor, Number::Rounding rounding) {
  Wide quotient = units / divisor;
  Wide rest = units % divisor;
  switch (rounding) {
    case Number::Rounding::kTowardZero:
      break;
    case Number::Rounding::kHalfAwayFromZero: {
      Wide size = rest < 0 ? -rest : rest;
      if (size >= divisor - size) quotient += units < 0 ? -1 : 1;
      break;
    }
    case Number::Rounding::kFloor:
      if (rest < 0) --quotient;
      break;
    case Number::Rounding::kCeiling:
      if (rest > 0) ++quotient;
      break;
  }
  return quotient;
}

}  // namespace

std::optional<Number> Number::Parse(std::string_view text, bool allow_exponent) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int exponent = 0;
  if (size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    if (!allow_exponent) return std::nullopt;
    std::string digits(text.substr(e + 1));
    text = text.substr(0, e);
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    char* end = nullptr;
    exponent = static_cast<int>(std::strtol(digits.c_str(), &end, 10));
    if (*end != '\0' || digits[0] == ' ') return std::nullopt;
  }
  Wide units = 0;
  int scale = 0;
  bool point = false;
  bool any = false;
  for (char c : text) {
    if (c == '.') {
      if (point || !any) return std::nullopt;
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (__builtin_mul_overflow(units, Wide{10}, &units) || __builtin_add_overflow(units, Wide{c - '0'}, &units)) {
      return std::nullopt;
    }
    any = true;
    if (point) ++scale;
  }
  if (!any || text.back() == '.') return std::nullopt;
  scale -= exponent;
  if (scale < 0) {
    if (!Scaled(units, -scale, units)) return std::nullopt;
    scale = 0;
  }
  while (scale > kMaximumScale && units % 10 == 0) units /= 10, --scale;
  if (scale > kMaximumScale) return std::nullopt;
  return Number(negative ? -units : units, scale);
}

std::optional<Number> Number::FromDouble(double value) {
  if (!std::isfinite(value) || std::fabs(value) > 1e30) return std::nullopt;
  char text[64];
  std::snprintf(text, sizeof text, "%.15g", value);
  return Parse(text, true);
}

bool Number::IsWhole() const { return units_ % PowerOfTen(scale_) == 0; }

std::optional<int64_t> Number::ToInteger() const {
  Wide whole = units_ / PowerOfTen(scale_);
  if (whole > INT64_MAX || whole < INT64_MIN) return std::nullopt;
  return static_cast<int64_t>(whole);
}

double Number::ToDouble() const {
  // Through text, so that the nearest double comes out, as a reader of the JSON would have it.
  return std::strtod(ToString().c_str(), nullptr);
}

std::string Number::ToString() const {
  unsigned __int128 rest = units_ < 0 ? -static_cast<unsigned __int128>(units_) : static_cast<unsigned __int128>(units_);
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  while (static_cast<int>(text.size()) <= scale_) text += '0';
  if (scale_ > 0) text.insert(static_cast<size_t>(scale_), 1, '.');
  if (units_ < 0) text += '-';
  std::reverse(text.begin(), text.end());
  return text;
}

int Number::digits() const {
  Wide rest = units_ < 0 ? -units_ : units_;
  int count = 0;
  do {
    ++count;
    rest /= 10;
  } while (rest != 0);
  return std::max(count, scale_ + 1);
}

Number Number::Trimmed() const {
  Number out = *this;
  while (out.scale_ > 0 && out.units_ % 10 == 0) out.units_ /= 10, --out.scale_;
  return out;
}

std::optional<Number> Number::WithScale(int scale, Rounding rounding) const {
  if (scale < 0 || scale > kMaximumScale) return std::nullopt;
  if (scale >= scale_) {
    Wide units = 0;
    if (!Scaled(units_, scale - scale_, units)) return std::nullopt;
    return Number(units, scale);
  }
  return Number(DivideRounded(units_, PowerOfTen(scale_ - scale), rounding), scale);
}

std::optional<Number> Number::Add(const Number& a, const Number& b) {
  int scale = std::max(a.scale_, b.scale_);
  Wide left = 0;
  Wide right = 0;
  if (!Scaled(a.units_, scale - a.scale_, left) || !Scaled(b.units_, scale - b.scale_, right)) return std::nullopt;
  if (__builtin_add_overflow(left, right, &left)) return std::nullopt;
  return Number(left, scale);
}

std::optional<Number> Number::Multiply(const Number& a, const Number& b) {
  Number left = a;
  Number right = b;
  Wide units = 0;
  if (left.scale_ + right.scale_ > kMaximumScale || __builtin_mul_overflow(left.units_, right.units_, &units)) {
    left = left.Trimmed();
    right = right.Trimmed();
    if (left.scale_ + right.scale_ > kMaximumScale) return std::nullopt;
    if (__builtin_mul_overflow(left.units_, right.units_, &units)) return std::nullopt;
  }
  return Number(units, left.scale_ + right.scale_);
}

std::optional<Number> Number::Divide(const Number& a, const Number& b) {
  if (b.units_ == 0) return std::nullopt;
  Number divisor = b.Trimmed();
  Number dividend = a.Trimmed();
  for (int extra = 16; extra >= 0; extra -= 2) {
    int scale = std::max(dividend.scale_, divisor.scale_) + extra;   // of the dividend, before dividing
    Wide units = 0;
    if (scale - divisor.scale_ > kMaximumScale || !Scaled(dividend.units_, scale - dividend.scale_, units)) continue;
    bool negative = divisor.units_ < 0;
    Wide quotient = DivideRounded(negative ? -units : units, negative ? -divisor.units_ : divisor.units_,
                                  Rounding::kHalfAwayFromZero);
    return Number(quotient, scale - divisor.scale_).Trimmed();
  }
  return std::nullopt;
}

std::optional<Number> Number::DivideWhole(const Number& a, const Number& b) {
  if (b.units_ == 0) return std::nullopt;
  int scale = std::max(a.scale_, b.scale_);
  Wide left = 0;
  Wide right = 0;
  if (!Scaled(a.units_, scale - a.scale_, left) || !Scaled(b.units_, scale - b.scale_, right)) return std::nullopt;
  return Number(left / right, 0);
}

std::optional<Number> Number::Remainder(const Number& a, const Number& b) {
  if (b.units_ == 0) return std::nullopt;
  int scale = std::max(a.scale_, b.scale_);
  Wide left = 0;
  Wide right = 0;
  if (!Scaled(a.units_, scale - a.scale_, left) || !Scaled(b.units_, scale - b.scale_, right)) return std::nullopt;
  return Number(left % right, scale);
}

std::strong_ordering Number::Compare(const Number& a, const Number& b) {
  int scale = std::max(a.scale_, b.scale_);
  Wide left = 0;
  Wide right = 0;
  if (Scaled(a.units_, scale - a.scale_, left) && Scaled(b.units_, scale - b.scale_, right)) return left <=> right;
  // Too large for one scale: the whole parts differ, or the fractions decide.
  Wide whole_a = a.units_ / PowerOfTen(a.scale_);
  Wide whole_b = b.units_ / PowerOfTen(b.scale_);
  if (whole_a != whole_b) return whole_a <=> whole_b;
  Number rest_a(a.units_ % PowerOfTen(a.scale_), a.scale_);
  Number rest_b(b.units_ % PowerOfTen(b.scale_), b.scale_);
  Scaled(rest_a.units_, scale - a.scale_, left);
  Scaled(rest_b.units_, scale - b.scale_, right);
  return left <=> right;
}

}  // namespace qianxian::fhirpath
