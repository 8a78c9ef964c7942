// Exact arithmetic on what a measure answers: counts and money stay decimals from the sheet to the text that people read.
// Only statistics (intervals, tests) see doubles. Pure; any thread. Errors: invalid ("number-too-large": beyond 18 digits).
#pragma once

#include <string>

#include "base/decimal.h"
#include "base/result.h"

namespace qianxian::gap {

Result<Decimal> AddExactly(const Decimal& a, const Decimal& b);
Result<Decimal> SubtractExactly(const Decimal& a, const Decimal& b);
std::string RoundedText(const Decimal& number, int digits);    // half away from zero, as DivideToText

// Σ numerator and Σ denominator of a measure over some months.
struct Fraction {
  Decimal numerator, denominator;
  bool HasValue() const { return denominator.units() > 0; }
  Status Add(const Decimal& more_numerator, const Decimal& more_denominator);
};

// −1, 0, 1: the quotient is below, at, or above `number`. CHECK: HasValue.
int CompareQuotient(const Fraction& fraction, const Decimal& number);
// numerator − number × denominator, to two digits after the point.
Result<Decimal> Beyond(const Fraction& fraction, const Decimal& number);

}  // namespace qianxian::gap
