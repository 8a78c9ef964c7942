// Before → after of one aim (a measure of a subject, or of one disease group of it) against comparable units, always by
// the frozen definition. After = the months behind the start (twelve at most); before = the same calendar months a year earlier,
// so that a season is not taken for an effect. Comparable: the other disease groups when the aim is one, else the other
// hospitals (or counties). Coverage of a list: coverage.h. Threads: any. Failures: as Measures::Evaluate; number-too-large.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gap/amounts.h"
#include "gap/gap.h"
#include "gap/statistics.h"

namespace qianxian::gap {

struct Aim {
  const pack::Measure* definition = nullptr;
  std::string subject;
  std::string disease_group;               // "" = the whole measure
  std::string expected_value;
  std::vector<std::string> acted_on;       // disease groups with an action of their own: not comparable
  std::string county;                      // its row is the sum of its hospitals, no unit to compare with
};

struct MonthParts { int month = 0; Decimal numerator, denominator; };

// A unit's months from the sheet of one measure. Key: subject, or disease group when by_disease_group.
struct MonthlyUnit {
  std::string id;
  pack::Text name;
  bool counts = false;                     // whole numbers, the numerator a number of the denominator's cases
  std::vector<MonthParts> months;          // those with cases, in order
  Series Part(int first, int last) const;             // for statistics
  Result<Fraction> Sum(int first, int last) const;    // for what is shown and decided
};
Result<std::vector<MonthlyUnit>> MonthlyUnits(measure::Measures& measures, const access::Caller& caller,
                                              const pack::Measure& definition, const std::string& subject,
                                              bool by_disease_group, int first_month, int last_month);

// None when nothing has started or no month behind the start has data.
Result<std::optional<Comparison>> Compare(measure::Measures& measures, const access::Caller& caller, const Aim& aim,
                                          const std::string& started_on, int last_month);

Point PointOf(const Fraction& fraction, const std::string& period, const pack::Measure& definition);
std::string ValueText(double value, const pack::Measure& definition);             // of a statistic, as the sheet writes a value
std::string ValueForPeople(const Decimal& value, const pack::Measure& definition);   // "81.3%", "¥5,310"

// Fills what a finding says: change, effect, intervals, verdict, why.
void PutFinding(const Finding& finding, const pack::Measure& definition, Comparison& comparison);

}  // namespace qianxian::gap
