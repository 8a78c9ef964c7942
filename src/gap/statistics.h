// The few statistics that a verdict needs. Pure; any thread.
//
// A Series is a unit's monthly numerators and denominators. Its value is Σ numerator ÷ Σ denominator. Its standard error:
// for counts (a share of cases) the binomial one with Agresti and Coull's +2/+4 (Am Stat 1998;52:119–126); for sums of money
// or days the months are the replicates.
// Judge() compares before and after with comparable units as a difference in differences; units differ among themselves by
// more than chance, so their spread (DerSimonian and Laird, Control Clin Trials 1986;7:177–188) goes into the interval.
//
// A coverage is a share of a fixed list: the same items before and after, so only those that changed sides speak. JudgePaired() takes the
// same difference in differences with the error of paired shares (Agresti and Min, Stat Med 2005;24:729–740: half a case more in each of
// the four cells), and calls it an effect only if the exact test of the items that changed (McNemar, Psychometrika 1947;12:153–157, as
// a sign test) says so too: with fewer than six that changed it never does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qianxian::gap {

struct Series {
  std::vector<double> numerators;          // one a month
  std::vector<double> denominators;
  bool counts = false;                     // numerator is a number of the denominator's cases

  void Add(double numerator, double denominator);
  double Numerator() const;
  double Denominator() const;
  bool HasValue() const { return Denominator() > 0; }
  double Value() const;                    // CHECK: HasValue
  double StandardError() const;            // CHECK: HasValue
  size_t months() const { return numerators.size(); }
};

struct Interval {
  double estimate = 0, low = 0, high = 0;
};
Interval NormalInterval(double estimate, double standard_error);   // 95 %

// Is the value beyond the target on the wrong side, surely (95 %)?
bool SurelyMisses(const Series& series, double target, bool higher_is_better);

struct Unit {
  std::string id;
  Series before, after;
};

enum class Judgement { kWorked, kDidNot, kCannotTell };
enum class Reason {
  kNone, kTooFewMonths, kTooFewCases, kNoComparable, kWithinChance,
  kTooFewChanges,                          // of a list: too few items changed sides
  kYearNotOver                             // of a list: what is not yet there may still come
};

struct Finding {
  Interval change;                         // after − before of the unit itself
  Interval comparable_change;              // pooled over the comparable units
  size_t comparable_units = 0;
  Interval effect;                         // change less comparable change
  Judgement judgement = Judgement::kCannotTell;
  Reason reason = Reason::kNone;
};

struct JudgeOptions {
  bool higher_is_better = true;
  double denominator_minimum = 30;         // before and after, each
  size_t months_minimum = 3;               // after
  size_t comparable_minimum = 2;
  std::optional<double> expected_change;   // what was promised: an effect surely below half of it did not work
};
Finding Judge(const Unit& unit, const std::vector<Unit>& comparable, const JudgeOptions& options);

// A fixed list before and after: how many of its items became covered, how many are no longer.
struct PairedUnit {
  std::string id;
  int64_t items = 0, gained = 0, lost = 0;
  double Change() const { return static_cast<double>(gained - lost) / static_cast<double>(items); }
};

// Two-sided: how likely so one-sided a change of items is by chance alone.
double SignTest(int64_t gained, int64_t lost);

struct PairedOptions {
  bool higher_is_better = true;
  int months_after = 0;                    // whole months behind the start; 12 = the windows no longer overlap
  int months_minimum = 3;
  size_t comparable_minimum = 2;
  std::optional<double> expected_change;
};
Finding JudgePaired(const PairedUnit& unit, const std::vector<PairedUnit>& comparable, const PairedOptions& options);

}  // namespace qianxian::gap
