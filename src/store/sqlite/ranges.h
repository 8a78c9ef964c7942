// Where the values lie that a date or number comparison can meet, in an index that is ordered by the low end. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "search/query.h"

namespace qianxian::store::sqlite {

struct Range {
  int64_t from;            // low ends that must be looked at, both included
  int64_t to;
  int64_t certain_from;    // low ends within which every value meets the comparison; from > to: none
  int64_t certain_to;
};

bool MeetsDate(search::Prefix prefix, int64_t query_low, int64_t query_high, int64_t low, int64_t high);
// For spans of at most `widest` microseconds (INT64_MAX: any).
std::vector<Range> DateRanges(search::Prefix prefix, int64_t query_low, int64_t query_high, int64_t widest);

// What a span of a date has to meet: one comparison, or several at once ("from March", "before May"). Its values outlive it.
class DateTest {
 public:
  explicit DateTest(std::vector<const search::QueryValue*> values) : values_(std::move(values)) {}
  bool Meets(int64_t low, int64_t high) const;
  std::vector<Range> Ranges(int64_t widest) const;   // as DateRanges; they do not overlap

 private:
  std::vector<const search::QueryValue*> values_;
};

// For spans that are all of one width: the low ends that meet the comparison, exactly.
struct Stretch {
  int64_t from;
  int64_t to;
};
std::vector<Stretch> FixedWidthStretches(search::Prefix prefix, int64_t query_low, int64_t query_high, int64_t width);

// The same over OrderedNumber()s; query: the implied low and high, and the number itself.
struct NumberQuery {
  int64_t low;
  int64_t high;
  int64_t number;
};
bool MeetsNumber(search::Prefix prefix, const NumberQuery& query, int64_t low, int64_t high);
// For values of which low is high.
std::vector<Range> NumberRanges(search::Prefix prefix, const NumberQuery& query);

}  // namespace qianxian::store::sqlite
