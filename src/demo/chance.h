// Chance that comes out the same everywhere: nothing but sums, products and table look-ups of IEEE doubles, because the
// mathematics library may differ by a last bit from one processor to the next and the bytes must not. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace qianxian::demo {

double Exp(double x);   // relative error below 1e-12 for |x| <= 40

class Chance {
 public:
  // The same seed and label: the same sequence. Streams with different labels do not disturb each other.
  Chance(uint64_t seed, std::string_view label);

  double Unit() { return random_.NextUnit(); }
  bool Percent(double percent) { return Unit() * 100 < percent; }
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>((random_.Next() >> 32) * bound >> 32); }
  double Normal();                                                      // mean 0, deviation 1, within about 4.9
  double LogNormal(double spread) { return Exp(spread * Normal()); }    // median 1
  uint32_t Poisson(double mean);

 private:
  SeededRandom random_;
};

// Picks an index with the chance of its weight, in constant time (Vose's alias method).
class Alias {
 public:
  Alias() = default;
  explicit Alias(const std::vector<double>& weights);   // CHECK: not empty, sum above 0
  uint32_t Pick(Chance& chance) const;
  bool empty() const { return cells_.empty(); }

 private:
  struct Cell {
    double keep;
    uint32_t other;
  };
  std::vector<Cell> cells_;
};

// For few weights: index by chance of its weight, or -1 where all are 0.
int PickWeighted(Chance& chance, const std::vector<double>& weights);

// A stable 64-bit mix of two numbers, for details that belong to a person or a stay.
uint64_t Mix(uint64_t a, uint64_t b);

}  // namespace qianxian::demo
