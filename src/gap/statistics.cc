#include "gap/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace qianxian::gap {

namespace {
constexpr double kZ95 = 1.959963984540054;

struct Change {
  double estimate = 0;
  double variance = 0;
};

Change ChangeOf(const Unit& unit) {
  const double before = unit.before.StandardError();
  const double after = unit.after.StandardError();
  return {unit.after.Value() - unit.before.Value(), before * before + after * after};
}

struct Pooled {
  double estimate = 0;
  double variance = 0;      // of the pooled estimate
  double between = 0;       // τ²: how far units differ by more than chance
};

// Random-effects pooling of the comparable units' changes.
Pooled Pool(const std::vector<Change>& changes) {
  double weight_sum = 0, weight_square_sum = 0, weighted = 0;
  for (const Change& c : changes) {
    const double w = 1 / std::max(c.variance, 1e-12);
    weight_sum += w;
    weight_square_sum += w * w;
    weighted += w * c.estimate;
  }
  const double fixed = weighted / weight_sum;
  double q = 0;
  for (const Change& c : changes) q += (c.estimate - fixed) * (c.estimate - fixed) / std::max(c.variance, 1e-12);
  const double freedom = static_cast<double>(changes.size()) - 1;
  const double scale = weight_sum - weight_square_sum / weight_sum;
  Pooled pooled;
  pooled.between = scale > 0 ? std::max(0.0, (q - freedom) / scale) : 0;
  double random_sum = 0, random_weighted = 0;
  for (const Change& c : changes) {
    const double w = 1 / std::max(c.variance + pooled.between, 1e-12);
    random_sum += w;
    random_weighted += w * c.estimate;
  }
  pooled.estimate = random_weighted / random_sum;
  pooled.variance = 1 / random_sum;
  return pooled;
}

bool Enough(const Unit& unit, double denominator_minimum) {
  return unit.before.Denominator() >= denominator_minimum && unit.after.Denominator() >= denominator_minimum;
}

void Decide(const JudgeOptions& options, Finding& finding) {
  const double sign = options.higher_is_better ? 1 : -1;
  const double low = sign * (options.higher_is_better ? finding.effect.low : finding.effect.high);
  const double high = sign * (options.higher_is_better ? finding.effect.high : finding.effect.low);
  const double promised = options.expected_change ? sign * *options.expected_change / 2 : 0;
  if (low > 0) {
    finding.judgement = Judgement::kWorked;
  } else if (high < std::max(promised, 0.0)) {
    finding.judgement = Judgement::kDidNot;
  } else {
    finding.reason = Reason::kWithinChance;
  }
}
}  // namespace

void Series::Add(double numerator, double denominator) {
  numerators.push_back(numerator);
  denominators.push_back(denominator);
}

double Series::Numerator() const { return std::accumulate(numerators.begin(), numerators.end(), 0.0); }
double Series::Denominator() const { return std::accumulate(denominators.begin(), denominators.end(), 0.0); }

double Series::Value() const {
  QX_CHECK(HasValue(), "value of nothing");
  return Numerator() / Denominator();
}

double Series::StandardError() const {
  QX_CHECK(HasValue(), "error of nothing");
  if (counts) {
    const double n = Denominator() + 4;
    const double p = (Numerator() + 2) / n;
    return std::sqrt(std::max(p * (1 - p), 0.0) / n);
  }
  // Months as replicates, weighted by their denominators (a ratio estimator).
  const double value = Value();
  const double total = Denominator();
  size_t used = 0;
  double sum = 0;
  for (size_t i = 0; i < numerators.size(); ++i) {
    if (denominators[i] <= 0) continue;
    ++used;
    const double residual = numerators[i] - value * denominators[i];
    sum += residual * residual;
  }
  if (used < 2) return std::abs(value);  // one month says nothing of its own noise
  const double k = static_cast<double>(used);
  return std::sqrt(sum * k / (k - 1)) / total;
}

Interval NormalInterval(double estimate, double standard_error) {
  return {estimate, estimate - kZ95 * standard_error, estimate + kZ95 * standard_error};
}

bool SurelyMisses(const Series& series, double target, bool higher_is_better) {
  if (!series.HasValue()) return false;
  const Interval interval = NormalInterval(series.Value(), series.StandardError());
  return higher_is_better ? interval.high < target : interval.low > target;
}

Finding Judge(const Unit& unit, const std::vector<Unit>& comparable, const JudgeOptions& options) {
  Finding finding;
  if (!unit.before.HasValue() || !unit.after.HasValue() || unit.after.months() < options.months_minimum) {
    finding.reason = Reason::kTooFewMonths;
    if (!unit.before.HasValue() || !unit.after.HasValue()) return finding;
  }
  const Change own = ChangeOf(unit);
  finding.change = NormalInterval(own.estimate, std::sqrt(own.variance));
  std::vector<Change> changes;
  for (const Unit& other : comparable) {
    if (Enough(other, options.denominator_minimum)) changes.push_back(ChangeOf(other));
  }
  finding.comparable_units = changes.size();
  finding.effect = finding.change;
  if (!changes.empty()) {
    const Pooled pooled = Pool(changes);
    finding.comparable_change = NormalInterval(pooled.estimate, std::sqrt(pooled.variance));
    finding.effect =
        NormalInterval(own.estimate - pooled.estimate, std::sqrt(own.variance + pooled.variance + pooled.between));
  }
  if (finding.reason != Reason::kNone) return finding;
  if (!Enough(unit, options.denominator_minimum)) {
    finding.reason = Reason::kTooFewCases;
  } else if (changes.size() < options.comparable_minimum) {
    finding.reason = Reason::kNoComparable;
  } else {
    Decide(options, finding);
  }
  return finding;
}

}  // namespace qianxian::gap
