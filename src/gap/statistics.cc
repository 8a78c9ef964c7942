#include "gap/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace qianxian::gap {

namespace {
constexpr double kZ95 = 1.959963984540054;
constexpr double kChance = 0.05;
constexpr int64_t kChangesMinimum = 6;     // 2 × 0.5⁵ > 0.05
constexpr int kYear = 12;

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

void Decide(bool higher_is_better, const std::optional<double>& expected_change, Finding& finding) {
  const double sign = higher_is_better ? 1 : -1;
  const double low = sign * (higher_is_better ? finding.effect.low : finding.effect.high);
  const double high = sign * (higher_is_better ? finding.effect.high : finding.effect.low);
  const double promised = expected_change ? sign * *expected_change / 2 : 0;
  if (low > 0) {
    finding.judgement = Judgement::kWorked;
  } else if (high < std::max(promised, 0.0)) {
    finding.judgement = Judgement::kDidNot;
  } else {
    finding.reason = Reason::kWithinChance;
  }
}

// The own change, what the comparable units did meanwhile, and the difference.
void PutTogether(const Change& own, const std::vector<Change>& others, Finding& finding) {
  finding.change = NormalInterval(own.estimate, std::sqrt(own.variance));
  finding.comparable_units = others.size();
  finding.effect = finding.change;
  if (others.empty()) return;
  const Pooled pooled = Pool(others);
  finding.comparable_change = NormalInterval(pooled.estimate, std::sqrt(pooled.variance));
  finding.effect = NormalInterval(own.estimate - pooled.estimate, std::sqrt(own.variance + pooled.variance + pooled.between));
}

Change ChangeOf(const PairedUnit& unit) {
  const double n = static_cast<double>(unit.items) + 2;
  const double difference = static_cast<double>(unit.gained - unit.lost), changed = static_cast<double>(unit.gained + unit.lost) + 1;
  return {unit.Change(), (changed - difference * difference / n) / (n * n)};
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
  std::vector<Change> changes;
  for (const Unit& other : comparable) {
    if (Enough(other, options.denominator_minimum)) changes.push_back(ChangeOf(other));
  }
  PutTogether(ChangeOf(unit), changes, finding);
  if (finding.reason != Reason::kNone) return finding;
  if (!Enough(unit, options.denominator_minimum)) {
    finding.reason = Reason::kTooFewCases;
  } else if (changes.size() < options.comparable_minimum) {
    finding.reason = Reason::kNoComparable;
  } else {
    Decide(options.higher_is_better, options.expected_change, finding);
  }
  return finding;
}

double SignTest(int64_t gained, int64_t lost) {
  const double n = static_cast<double>(gained + lost);
  double tail = 0;
  for (int64_t i = 0; i <= std::min(gained, lost); ++i) {
    const double k = static_cast<double>(i);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

Finding JudgePaired(const PairedUnit& unit, const std::vector<PairedUnit>& comparable, const PairedOptions& options) {
  QX_CHECK(unit.items > 0, "coverage of no list");
  Finding finding;
  std::vector<Change> changes;
  for (const PairedUnit& other : comparable) changes.push_back(ChangeOf(other));
  PutTogether(ChangeOf(unit), changes, finding);
  finding.change = {finding.change.estimate, std::max(finding.change.low, -1.0), std::min(finding.change.high, 1.0)};
  if (options.months_after < options.months_minimum) {
    finding.reason = Reason::kTooFewMonths;
  } else if (changes.size() < options.comparable_minimum) {
    finding.reason = Reason::kNoComparable;
  } else {
    Decide(options.higher_is_better, options.expected_change, finding);
  }
  const int64_t better = options.higher_is_better ? unit.gained : unit.lost, worse = unit.gained + unit.lost - better;
  if (finding.judgement == Judgement::kWorked && (better <= worse || SignTest(better, worse) >= kChance)) {
    finding.judgement = Judgement::kCannotTell;
    finding.reason = better + worse < kChangesMinimum ? Reason::kTooFewChanges : Reason::kWithinChance;
  } else if (finding.judgement == Judgement::kDidNot && options.months_after < kYear) {
    finding.judgement = Judgement::kCannotTell;
    finding.reason = Reason::kYearNotOver;
  }
  return finding;
}

}  // namespace qianxian::gap
