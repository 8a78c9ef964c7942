#include "demo/chance.h"

#include <cmath>

#include "base/check.h"
#include "base/text.h"

namespace qianxian::demo {

double Exp(double x) {
  constexpr double kLn2 = 0.6931471805599453;
  double whole = std::floor(x / kLn2 + 0.5);
  double rest = x - whole * kLn2;   // |rest| <= 0.35
  double term = 1;
  double sum = 1;
  for (int i = 1; i <= 13; ++i) {
    term *= rest / i;
    sum += term;
  }
  return std::ldexp(sum, static_cast<int>(whole));   // exact
}

Chance::Chance(uint64_t seed, std::string_view label) : random_(HashFnv1a64(label, Mix(seed, 0x71616e7869616eULL))) {}

double Chance::Normal() {
  // The sum of eight 16-bit uniforms: variance 8/12, so scaled by sqrt(12/8).
  uint64_t a = random_.Next();
  uint64_t b = random_.Next();
  int64_t sum = 0;
  for (int shift = 0; shift < 64; shift += 16) {
    sum += static_cast<int64_t>((a >> shift) & 0xffff) + static_cast<int64_t>((b >> shift) & 0xffff);
  }
  double centred = static_cast<double>(sum) / 65536.0 - 4.0 + 4.0 / 65536.0;
  return centred * 1.224744871391589;
}

uint32_t Chance::Poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean > 60) {
    double value = mean + std::sqrt(mean) * Normal() + 0.5;   // sqrt is exact by IEEE 754
    return value < 0 ? 0 : static_cast<uint32_t>(value);
  }
  double limit = Exp(-mean);
  double product = Unit();
  uint32_t count = 0;
  while (product > limit) {
    product *= Unit();
    ++count;
  }
  return count;
}

Alias::Alias(const std::vector<double>& weights) {
  QX_CHECK(!weights.empty(), "no weights");
  double sum = 0;
  for (double weight : weights) sum += weight;
  QX_CHECK(sum > 0, "weights sum to nothing");
  size_t count = weights.size();
  cells_.assign(count, Cell{1, 0});
  std::vector<double> scaled(count);
  std::vector<uint32_t> small, large;
  for (size_t i = 0; i < count; ++i) {
    scaled[i] = weights[i] / sum * static_cast<double>(count);
    (scaled[i] < 1 ? small : large).push_back(static_cast<uint32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    uint32_t less = small.back();
    small.pop_back();
    uint32_t more = large.back();
    cells_[less] = Cell{scaled[less], more};
    scaled[more] -= 1 - scaled[less];
    if (scaled[more] < 1) {
      large.pop_back();
      small.push_back(more);
    }
  }
  // What is left is 1 but for rounding. A weight of 0 may not be kept by that.
  for (uint32_t index : small) {
    if (weights[index] > 0) continue;
    uint32_t any = 0;
    while (weights[any] <= 0) ++any;
    cells_[index] = Cell{0, any};
  }
}

uint32_t Alias::Pick(Chance& chance) const {
  double place = chance.Unit() * static_cast<double>(cells_.size());
  auto index = static_cast<uint32_t>(place);
  const Cell& cell = cells_[index];
  return place - index < cell.keep ? index : cell.other;
}

int PickWeighted(Chance& chance, const std::vector<double>& weights) {
  double sum = 0;
  for (double weight : weights) sum += weight;
  if (sum <= 0) return -1;
  double place = chance.Unit() * sum;
  int last = -1;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last = static_cast<int>(i);
    if (place < weights[i]) return last;
    place -= weights[i];
  }
  return last;
}

uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t z = a * 0x9e3779b97f4a7c15ULL + b + 0x2545f4914f6cdd1dULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace qianxian::demo
