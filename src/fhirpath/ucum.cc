#include "fhirpath/ucum.h"

#include <cmath>
#include <cstdlib>

namespace qianxian::fhirpath {
namespace {

struct Prefix {
  std::string_view text;
  long double factor;
};
constexpr Prefix kPrefixes[] = {{"da", 1e1L}, {"Y", 1e24L}, {"Z", 1e21L}, {"E", 1e18L}, {"P", 1e15L}, {"T", 1e12L},
                                {"G", 1e9L},  {"M", 1e6L},  {"k", 1e3L},  {"h", 1e2L},  {"d", 1e-1L}, {"c", 1e-2L},
                                {"m", 1e-3L}, {"u", 1e-6L}, {"n", 1e-9L}, {"p", 1e-12L}, {"f", 1e-15L}, {"a", 1e-18L}};

struct Atom {
  std::string_view text;
  bool metric;                    // takes prefixes
  long double factor;
  std::array<int, 7> dimensions;  // m s g rad K C cd
};
constexpr long double kPi = 3.14159265358979323846264338327950288L;
constexpr Atom kAtoms[] = {
    {"m", true, 1, {1}},
    {"s", true, 1, {0, 1}},
    {"g", true, 1, {0, 0, 1}},
    {"rad", true, 1, {0, 0, 0, 1}},
    {"K", true, 1, {0, 0, 0, 0, 1}},
    {"C", true, 1, {0, 0, 0, 0, 0, 1}},
    {"cd", true, 1, {0, 0, 0, 0, 0, 0, 1}},
    {"10*", false, 10, {}},
    {"10^", false, 10, {}},
    {"[pi]", false, kPi, {}},
    {"%", false, 1e-2L, {}},
    {"[ppth]", false, 1e-3L, {}},
    {"[ppm]", false, 1e-6L, {}},
    {"[ppb]", false, 1e-9L, {}},
    {"mol", true, 6.0221367e23L, {}},
    {"eq", true, 6.0221367e23L, {}},
    {"osm", true, 6.0221367e23L, {}},
    {"deg", false, kPi / 180, {0, 0, 0, 1}},
    {"min", false, 60, {0, 1}},
    {"h", false, 3600, {0, 1}},
    {"d", false, 86400, {0, 1}},
    {"wk", false, 604800, {0, 1}},
    {"mo", false, 2629800, {0, 1}},
    {"mo_j", false, 2629800, {0, 1}},
    {"a", false, 31557600, {0, 1}},
    {"a_j", false, 31557600, {0, 1}},
    {"L", true, 1e-3L, {3}},
    {"l", true, 1e-3L, {3}},
    {"ar", true, 100, {2}},
    {"Hz", true, 1, {0, -1}},
    {"N", true, 1000, {1, -2, 1}},
    {"Pa", true, 1000, {-1, -2, 1}},
    {"J", true, 1000, {2, -2, 1}},
    {"W", true, 1000, {2, -3, 1}},
    {"A", true, 1, {0, -1, 0, 0, 0, 1}},
    {"V", true, 1000, {2, -2, 1, 0, 0, -1}},
    {"F", true, 1e-3L, {-2, 2, -1, 0, 0, 2}},
    {"Ohm", true, 1000, {2, -1, 1, 0, 0, -2}},
    {"Bq", true, 1, {0, -1}},
    {"Ci", true, 3.7e10L, {0, -1}},
    {"Gy", true, 1, {2, -2}},
    {"Sv", true, 1, {2, -2}},
    {"RAD", true, 1e-2L, {2, -2}},
    {"kat", true, 6.0221367e23L, {0, -1}},
    {"U", true, 6.0221367e23L * 1e-6L / 60, {0, -1}},
    {"t", true, 1e6L, {0, 0, 1}},
    {"bar", true, 1e8L, {-1, -2, 1}},
    {"atm", false, 101325000, {-1, -2, 1}},
    {"m[Hg]", true, 133322000, {-1, -2, 1}},
    {"m[H2O]", true, 9806650, {-1, -2, 1}},
    {"cal", true, 4184, {2, -2, 1}},
    {"cal_th", true, 4184, {2, -2, 1}},
    {"[Cal]", false, 4184000, {2, -2, 1}},
    {"dyn", true, 1e-2L, {1, -2, 1}},
    {"P", true, 100, {-1, -1, 1}},
    {"[in_i]", false, 2.54e-2L, {1}},
    {"[ft_i]", false, 0.3048L, {1}},
    {"[yd_i]", false, 0.9144L, {1}},
    {"[mi_i]", false, 1609.344L, {1}},
    {"[lb_av]", false, 453.59237L, {0, 0, 1}},
    {"[oz_av]", false, 28.349523125L, {0, 0, 1}},
    {"[gr]", false, 6.479891e-2L, {0, 0, 1}},
    {"[gal_us]", false, 3.785411784e-3L, {3}},
    {"[qt_us]", false, 9.46352946e-4L, {3}},
    {"[pt_us]", false, 4.73176473e-4L, {3}},
    {"[foz_us]", false, 2.95735295625e-5L, {3}},
    {"[tbs_us]", false, 1.478676478125e-5L, {3}},
    {"[tsp_us]", false, 4.92892159375e-6L, {3}},
    {"[psi]", false, 6.8947572931683613e6L, {-1, -2, 1}},
};
// Known, but comparable only with themselves (and their multiples): arbitrary units, scales with an offset or a
// logarithm.
constexpr std::string_view kArbitrary[] = {"[iU]", "[IU]", "[arb'U]", "[USP'U]", "Cel", "[degF]", "[pH]", "B",
                                           "[CFU]", "[GPL'U]", "[MPL'U]", "[APL'U]", "[beth'U]", "[dr_av]", "[drp]"};

class UnitParser {
 public:
  explicit UnitParser(std::string_view text) : rest_(text) {}

  bool ParseAll(Unit& unit) { return ParseTerm(unit) && rest_.empty(); }

 private:
  // term = ["/"] component { ("." | "/") component }
  bool ParseTerm(Unit& unit) {
    if (++depth_ > 16) return false;
    bool divide = false;
    if (Accept('/')) divide = true;
    while (true) {
      Unit part;
      if (!ParseComponent(part)) return false;
      if (!Combine(unit, part, divide ? -1 : 1)) return false;
      if (Accept('.')) divide = false;
      else if (Accept('/')) divide = true;
      else break;
    }
    --depth_;
    return true;
  }

  bool ParseComponent(Unit& unit) {
    if (Accept('(')) return ParseTerm(unit) && Accept(')');
    if (SkipAnnotation()) return true;   // "{cells}" alone is 1
    if (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && rest_.substr(0, 3) != "10*" && rest_.substr(0, 3) != "10^") {
      int number = 0;
      if (!ParseInteger(number)) return false;
      unit.factor = number;
      SkipAnnotation();
      return true;
    }
    size_t length = SymbolLength();
    if (length == 0 || !Find(rest_.substr(0, length), unit)) return false;
    rest_.remove_prefix(length);
    int exponent = 1;
    if (!rest_.empty() && (rest_[0] == '+' || rest_[0] == '-' || (rest_[0] >= '0' && rest_[0] <= '9'))) {
      if (!ParseExponent(exponent)) return false;
      Unit base = unit;
      unit = Unit();
      if (!Combine(unit, base, exponent)) return false;
    }
    SkipAnnotation();
    return true;
  }

  // A symbol ends before a digit or sign (its exponent), a dot, slash, parenthesis or annotation; brackets hide these.
  size_t SymbolLength() const {
    if (rest_.substr(0, 3) == "10*" || rest_.substr(0, 3) == "10^") return 3;
    bool bracket = false;
    size_t i = 0;
    for (; i < rest_.size(); ++i) {
      char c = rest_[i];
      if (c == '[') bracket = true;
      if (c == ']') bracket = false;
      if (bracket) continue;
      if (c == '.' || c == '/' || c == '(' || c == ')' || c == '{' || c == '+' || c == '-' || (c >= '0' && c <= '9')) break;
    }
    return bracket ? 0 : i;
  }

  static bool Find(std::string_view symbol, Unit& unit) {
    if (FindAtom(symbol, false, unit)) return true;
    for (const Prefix& prefix : kPrefixes) {
      if (!symbol.starts_with(prefix.text)) continue;
      if (FindAtom(symbol.substr(prefix.text.size()), true, unit)) {
        unit.factor *= prefix.factor;
        return true;
      }
    }
    return false;
  }

  static bool FindAtom(std::string_view symbol, bool prefixed, Unit& unit) {
    for (const Atom& atom : kAtoms) {
      if (atom.text != symbol || (prefixed && !atom.metric)) continue;
      for (size_t i = 0; i < atom.dimensions.size(); ++i) unit.dimensions[i] = atom.dimensions[i];
      unit.factor = atom.factor;
      return true;
    }
    for (std::string_view name : kArbitrary) {
      if (name != symbol) continue;
      unit.dimensions[7] = 1;
      unit.arbitrary = symbol;
      return true;
    }
    return false;
  }

  // unit *= part ^ exponent; false if two different arbitrary units meet.
  static bool Combine(Unit& unit, const Unit& part, int exponent) {
    for (size_t i = 0; i < unit.dimensions.size(); ++i) unit.dimensions[i] += part.dimensions[i] * exponent;
    if (!part.arbitrary.empty()) {
      if (!unit.arbitrary.empty() && unit.arbitrary != part.arbitrary) return false;
      unit.arbitrary = unit.dimensions[7] == 0 ? "" : part.arbitrary;
    }
    unit.factor *= std::pow(part.factor, static_cast<long double>(exponent));
    return true;
  }

  bool Accept(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool SkipAnnotation() {
    if (rest_.empty() || rest_[0] != '{') return false;
    size_t end = rest_.find('}');
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool ParseInteger(int& number) {
    size_t digits = 0;
    number = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9' && digits < 9) {
      number = number * 10 + (rest_[digits] - '0');
      ++digits;
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  bool ParseExponent(int& exponent) {
    bool negative = Accept('-');
    if (!negative) Accept('+');
    if (!ParseInteger(exponent) || exponent > 40) return false;
    if (negative) exponent = -exponent;
    return true;
  }

  std::string_view rest_;
  int depth_ = 0;
};

}  // namespace

std::optional<Unit> ParseUnit(std::string_view text) {
  Unit unit;
  if (text.empty() || text.size() > 100 || !UnitParser(text).ParseAll(unit)) return std::nullopt;
  return unit;
}

}  // namespace qianxian::fhirpath
