#include "store/sqlite/ranges.h"

#include <algorithm>

namespace qianxian::store::sqlite {
namespace {

constexpr int64_t kMin = INT64_MIN;
constexpr int64_t kMax = INT64_MAX;

int64_t Minus(int64_t value, int64_t amount) {
  int64_t out = 0;
  return __builtin_sub_overflow(value, amount, &out) ? (amount > 0 ? kMin : kMax) : out;
}
int64_t Before(int64_t value) { return value == kMin ? kMin : value - 1; }
int64_t After(int64_t value) { return value == kMax ? kMax : value + 1; }

Range Certain(int64_t from, int64_t to) { return {from, to, from, to}; }

}  // namespace

bool MeetsDate(search::Prefix prefix, int64_t query_low, int64_t query_high, int64_t low, int64_t high) {
  using search::Prefix;
  switch (prefix) {
    case Prefix::kEq: return low >= query_low && high <= query_high;
    case Prefix::kNe: return !(low >= query_low && high <= query_high);
    case Prefix::kGt: return high > query_high;
    case Prefix::kLt: return low < query_low;
    case Prefix::kGe: return high > query_high || low >= query_low;
    case Prefix::kLe: return low < query_low || high <= query_high;
    case Prefix::kSa: return low >= query_high;
    case Prefix::kEb: return high <= query_low;
    case Prefix::kAp: return low < query_high && high > query_low;
  }
  return false;
}

std::vector<Range> DateRanges(search::Prefix prefix, int64_t query_low, int64_t query_high, int64_t widest) {
  using search::Prefix;
  const bool bounded = widest != kMax;
  // A span that begins at or before this has ended by x.
  const auto ends_by = [&](int64_t x) { return bounded ? Minus(x, widest) : kMin; };
  switch (prefix) {
    case Prefix::kEq: return {{query_low, query_high, query_low, bounded ? Minus(query_high, widest) : kMin}};
    case Prefix::kNe:
      return {Certain(kMin, Before(query_low)), {query_low, kMax, After(query_high), kMax}};
    case Prefix::kGt: return {{ends_by(query_high), kMax, After(query_high), kMax}};
    case Prefix::kLt: return {Certain(kMin, Before(query_low))};
    case Prefix::kGe:
      return {{std::min(query_low, ends_by(query_high)), kMax, query_low, kMax}};
    case Prefix::kLe:
      return {Certain(kMin, Before(query_low)), {query_low, query_high, query_low, ends_by(query_high)}};
    case Prefix::kSa: return {Certain(query_high, kMax)};
    case Prefix::kEb: return {{kMin, query_low, kMin, bounded ? Minus(query_low, widest) : kMin}};
    case Prefix::kAp: return {{ends_by(query_low), Before(query_high), query_low, Before(query_high)}};
  }
  return {};
}

bool DateTest::Meets(int64_t low, int64_t high) const {
  return std::all_of(values_.begin(), values_.end(), [&](const search::QueryValue* value) {
    return MeetsDate(value->prefix, value->date_low, value->date_high, low, high);
  });
}

std::vector<Range> DateTest::Ranges(int64_t widest) const {
  std::vector<Range> common = {Certain(kMin, kMax)};
  for (const search::QueryValue* value : values_) {
    std::vector<Range> narrower;
    for (const Range& one : DateRanges(value->prefix, value->date_low, value->date_high, widest)) {
      for (const Range& other : common) {
        const Range both = {std::max(one.from, other.from), std::min(one.to, other.to), std::max(one.certain_from, other.certain_from),
                            std::min(one.certain_to, other.certain_to)};
        if (both.from <= both.to) narrower.push_back(both);
      }
    }
    common = std::move(narrower);
  }
  return common;
}

std::vector<Stretch> FixedWidthStretches(search::Prefix prefix, int64_t query_low, int64_t query_high, int64_t width) {
  using search::Prefix;
  const int64_t ends_in_time = Minus(query_high, width);    // the last low end whose span ends by query_high
  switch (prefix) {
    case Prefix::kEq: return {{query_low, ends_in_time}};
    case Prefix::kNe: return {{kMin, Before(query_low)}, {After(ends_in_time), kMax}};
    case Prefix::kGt: return {{After(ends_in_time), kMax}};
    case Prefix::kLt: return {{kMin, Before(query_low)}};
    case Prefix::kGe: return {{std::min(query_low, After(ends_in_time)), kMax}};
    case Prefix::kLe: return {{kMin, std::max(Before(query_low), ends_in_time)}};
    case Prefix::kSa: return {{query_high, kMax}};
    case Prefix::kEb: return {{kMin, Minus(query_low, width)}};
    case Prefix::kAp: return {{After(Minus(query_low, width)), Before(query_high)}};
  }
  return {};
}

bool MeetsNumber(search::Prefix prefix, const NumberQuery& query, int64_t low, int64_t high) {
  using search::Prefix;
  switch (prefix) {
    case Prefix::kEq: return low >= query.low && high < query.high;
    case Prefix::kNe: return !(low >= query.low && high < query.high);
    case Prefix::kGt: return high > query.number;
    case Prefix::kSa: return low > query.number;
    case Prefix::kLt: return low < query.number;
    case Prefix::kEb: return high < query.number;
    case Prefix::kGe: return high >= query.number;
    case Prefix::kLe: return low <= query.number;
    case Prefix::kAp: return low <= query.high && high >= query.low;
  }
  return false;
}

std::vector<Range> NumberRanges(search::Prefix prefix, const NumberQuery& query) {
  using search::Prefix;
  switch (prefix) {
    case Prefix::kEq: return {Certain(query.low, Before(query.high))};
    case Prefix::kNe: return {Certain(kMin, Before(query.low)), Certain(query.high, kMax)};
    case Prefix::kGt:
    case Prefix::kSa: return {Certain(After(query.number), kMax)};
    case Prefix::kLt:
    case Prefix::kEb: return {Certain(kMin, Before(query.number))};
    case Prefix::kGe: return {Certain(query.number, kMax)};
    case Prefix::kLe: return {Certain(kMin, query.number)};
    case Prefix::kAp: return {Certain(query.low, query.high)};
  }
  return {};
}

}  // namespace qianxian::store::sqlite
