// Units of UCUM, the part that clinical records use: prefixes, atoms, products, quotients, exponents, annotations.
// Enough to say whether two units measure the same thing, and by which factor. Units with an offset (Cel, [degF]) and
// arbitrary units ([iU]) are comparable only with themselves. Pure; any thread. No failures: an unknown unit has none.
// Source: https://ucum.org/ucum
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace qianxian::fhirpath {

struct Unit {
  // Exponents of metre, second, gram, radian, kelvin, coulomb, candela; then of one arbitrary unit.
  std::array<int, 8> dimensions{};
  std::string arbitrary;          // name of the arbitrary unit in dimensions[7]
  long double factor = 1;         // to the base units

  bool SameDimensions(const Unit& other) const { return dimensions == other.dimensions && arbitrary == other.arbitrary; }
};

std::optional<Unit> ParseUnit(std::string_view text);

}  // namespace qianxian::fhirpath
