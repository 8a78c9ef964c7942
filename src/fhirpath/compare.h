// Equality, equivalence and order of items, as FHIRPath has them. Inner part of fhirpath; pure.
// Source: https://hl7.org/fhirpath/N1/#equality, #equivalence, #comparison
#pragma once

#include <cstdint>
#include <optional>

#include "fhirpath/value.h"

namespace qianxian::fhirpath {

enum class Order : uint8_t { kLess, kEqual, kGreater, kUnknown, kIncomparable };

struct Comparer {
  Arena& arena;
  int offset_minutes = 0;               // of times without a zone

  std::optional<bool> Equal(const Item& a, const Item& b) const;      // none: not known (precisions differ)
  bool Equivalent(const Item& a, const Item& b) const;
  Order Compare(const Item& a, const Item& b) const;                  // kIncomparable: types that have no order

  std::optional<bool> Equal(const Collection& a, const Collection& b) const;   // none: one is empty, or not known
  bool Equivalent(const Collection& a, const Collection& b) const;             // in any order
  // Is an item equal to `item` among those of `items` from `from` on?
  bool Contains(const Collection& items, const Item& item, size_t from = 0) const;
};

// The other quantity's value in the unit of the first one; none if they measure different things.
std::optional<Number> ValueInUnitOf(const Item& unit, const Item& quantity);
// May they be compared: the same dimensions?
bool AreComparable(const Item& a, const Item& b);
// "month" for "months".
std::string_view CalendarUnit(std::string_view word);

}  // namespace qianxian::fhirpath
