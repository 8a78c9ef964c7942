#include "base/decimal.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace qianxian {
namespace {

constexpr int kMaximumDigits = 18;
using Wide = unsigned __int128;

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

uint64_t Magnitude(int64_t value) {
  return value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
}

Error BadNumber(std::string_view text) {
  std::string shown(text.substr(0, 40));
  return Invalid("bad-number", "\"" + shown + "\" is not a number", "“" + shown + "”不是数字");
}

Error TooLarge() {
  return Invalid("too-large", "the number has more than 18 digits", "数字超过18位");
}

Error TooPrecise() {
  return Invalid("too-precise", "the number has more decimal places than are kept", "小数位数过多");
}

struct Scanned {
  bool negative = false;
  uint64_t digits = 0;  // all digits as one whole number
  int significant = 0;  // how many, leading zeros aside
  int scale = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads [sign] digits [. digits]; `text` is left at what follows.
Result<Scanned> Scan(std::string_view& text, std::string_view whole) {
  Scanned out;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    out.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  size_t before = 0, after = 0;
  bool point = false;
  for (; !text.empty(); text.remove_prefix(1)) {
    char c = text[0];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!IsDigit(c)) break;
    ++(point ? after : before);
    if (out.significant > 0 || c != '0') ++out.significant;
    if (out.significant > kMaximumDigits) return point ? TooPrecise() : TooLarge();
    out.digits = out.digits * 10 + static_cast<uint64_t>(c - '0');
  }
  if (before + after == 0 || (point && after == 0)) return BadNumber(whole);
  if (after > kMaximumDigits) return TooPrecise();
  out.scale = static_cast<int>(after);
  return out;
}

Result<Decimal> WithExponent(Scanned scanned, int exponent) {
  if (scanned.digits == 0) return Decimal::FromUnits(0, std::clamp(scanned.scale - exponent, 0, kMaximumDigits));
  int scale = scanned.scale - exponent;
  if (scale > kMaximumDigits) return TooPrecise();
  for (; scale < 0; ++scale) {
    if (++scanned.significant > kMaximumDigits) return TooLarge();
    scanned.digits *= 10;
  }
  int64_t units = static_cast<int64_t>(scanned.digits);
  return Decimal::FromUnits(scanned.negative ? -units : units, scale);
}

std::string WideToText(Wide value) {
  std::string out;
  do {
    out += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::reverse(out.begin(), out.end());
  return out;
}

// Adds one to a text of digits; true if a new leading one is needed ("99" gives "00" and true).
bool Increment(std::string& digits) {
  for (size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return false;
    }
    digits[i] = '0';
  }
  return true;
}

std::string PlacePoint(bool negative, std::string digits, size_t scale) {
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
  return negative ? "-" + digits : digits;
}

}  // namespace

Result<Decimal> Decimal::Parse(std::string_view text, bool allow_exponent) {
  std::string_view rest = text;
  QX_TRY(Scanned scanned, Scan(rest, text));
  int exponent = 0;
  if (!rest.empty()) {
    if (!allow_exponent || (rest[0] != 'e' && rest[0] != 'E')) return BadNumber(text);
    rest.remove_prefix(1);
    if (rest.size() > 1 && rest[0] == '+' && IsDigit(rest[1])) rest.remove_prefix(1);
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (error == std::errc::invalid_argument || end != rest.data() + rest.size()) return BadNumber(text);
    if (error != std::errc() || exponent > 1000 || exponent < -1000) {
      if (scanned.digits != 0) return rest[0] == '-' ? TooPrecise() : TooLarge();
      exponent = 0;
    }
  }
  return WithExponent(scanned, exponent);
}

Result<int64_t> Decimal::UnitsAt(int scale) const {
  QX_CHECK(scale >= 0 && scale <= kMaximumDigits && scale_ >= 0 && scale_ <= kMaximumDigits, "scale of a decimal");
  if (scale >= scale_) {
    int64_t out = 0;
    if (__builtin_mul_overflow(units_, PowerOfTen(scale - scale_), &out)) return TooLarge();
    return out;
  }
  int64_t divisor = PowerOfTen(scale_ - scale);
  if (units_ % divisor != 0) return TooPrecise();
  return units_ / divisor;
}

std::string Decimal::ToString() const {
  QX_CHECK(scale_ >= 0 && scale_ <= kMaximumDigits, "scale of a decimal");
  return PlacePoint(units_ < 0, WideToText(Magnitude(units_)), static_cast<size_t>(scale_));
}

double Decimal::ToDouble() const { return static_cast<double>(units_) / static_cast<double>(PowerOfTen(scale_)); }

std::string DivideToText(const Decimal& numerator, const Decimal& denominator, int digits) {
  QX_CHECK(denominator.units() != 0, "division by zero");
  QX_CHECK(digits >= 0 && digits <= 100, "digits of a quotient");
  int shift = denominator.scale() - numerator.scale();
  QX_CHECK(shift >= -kMaximumDigits && shift <= kMaximumDigits, "scale of a decimal");
  // At most 9.3e18 × 1e18: with the ×10 of each step below still under 2^128.
  Wide dividend = Wide{Magnitude(numerator.units())} * static_cast<Wide>(PowerOfTen(std::max(shift, 0)));
  Wide divisor = Wide{Magnitude(denominator.units())} * static_cast<Wide>(PowerOfTen(std::max(-shift, 0)));
  std::string text = WideToText(dividend / divisor);
  Wide rest = dividend % divisor;
  for (int i = 0; i < digits; ++i) {
    rest *= 10;
    text += static_cast<char>('0' + static_cast<int>(rest / divisor));
    rest %= divisor;
  }
  if (rest * 2 >= divisor && Increment(text)) text.insert(0, 1, '1');
  bool zero = text.find_first_not_of('0') == std::string::npos;
  bool negative = (numerator.units() < 0) != (denominator.units() < 0) && !zero;
  return PlacePoint(negative, std::move(text), static_cast<size_t>(digits));
}

}  // namespace qianxian
