// Gaps of a list's coverage: how many of a fixed list's diseases or techniques a hospital does often enough. Every value is a year's,
// because a list's minimum is cases a year; so the trend and the comparison roll that year on by months.
//
// Before = the twelve months up to the month of the start. After = the same twelve months moved on by the months that have passed since,
// twelve at most: what left the window and what came in are the same calendar months, a year apart. The items are the same both times, so the
// change is that of the items that became covered less those that are no longer (statistics.h, JudgePaired). Comparable: the other
// hospitals of the same kind whose data reach over both windows; two at least, as for any measure. An action on a disease group is compared
// over the whole list: a list's items are no disease groups.
// Threads: any. Failures: as Measures::Evaluate.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gap/compare.h"
#include "gap/complete.h"

namespace qianxian::gap {

inline constexpr int kListMonths = 12;

// A subject's different cases of each item of the list.
struct ItemCounts {
  std::string subject, kind;
  pack::Text name;
  std::map<std::string, int64_t> cases;
};

// `subject` "": all of them.
Result<std::vector<ItemCounts>> CountItems(measure::Measures& measures, const access::Caller& caller, const pack::Measure& definition,
                                           const std::string& subject, int first_month, int last_month);
int64_t CasesOf(const ItemCounts& counts, const std::string& item);
bool Covers(const ItemCounts& counts, const pack::CapabilityItem& item);

// The year that ends with each of the last `points` months, as far as the subject's whole months (`span`) reach over it.
Result<std::vector<Point>> CoverageTrend(measure::Measures& measures, const access::Caller& caller, const pack::Measure& definition,
                                         const pack::CapabilityList& list, const std::string& subject, const Span& span, int points);

// None while no month behind the start is whole. Where the data do not go back a year before the start there is no before, and it
// cannot be told.
using SpanOf = std::function<Result<std::optional<Span>>(const std::string& subject)>;
Result<std::optional<Comparison>> CompareCoverage(measure::Measures& measures, const access::Caller& caller, const Aim& aim,
                                                  const pack::CapabilityList& list, const std::string& started_on, const SpanOf& span_of);

// What falls short in a period, the most often sought elsewhere first. `leaving`: item → cases of the county's insured elsewhere; none: not known.
struct Missing {
  const pack::CapabilityList* list = nullptr;
  ItemCounts own;
  std::optional<ItemCounts> county;
  std::optional<std::map<std::string, int64_t>> leaving;
};
std::vector<Carrier> MissingItems(const Missing& missing);
// Can settlements tell who leaves for it? They name diseases (ICD-10, a letter first), no operations.
bool IsOfDiseases(const pack::CapabilityItem& item);
// The stays of the county's insured with an item of the list each: a measure made of the one that says who is treated in the county.
pack::Measure LeavingMeasure(const pack::Measure& in_county, const std::string& list);

}  // namespace qianxian::gap
