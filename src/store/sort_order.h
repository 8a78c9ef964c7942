// The order that `_sort` asks for, and what CountBy counts by, defined once for every engine. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/query.h"

namespace qianxian::store {

// What a resource is sorted by, for one key. Resources without a value come last, in both directions.
struct SortValue {
  bool present = false;
  int64_t date = 0;          // dates: the low end
  double number = 0;         // numbers and quantities: the low end
  std::string text;          // strings folded; tokens: code, or text where nothing has a code; references: type/id or URL;
                             // URIs. At most 200 bytes
};

SortValue SortValueOf(const search::SortKey& key, const std::vector<search::IndexEntry>& entries);
// < 0: a comes first; 0: neither.
int CompareSortValues(const SortValue& a, const SortValue& b, bool descending);

// Can matches be counted by this key (Snapshot::CountBy)?
bool CanCountBy(const search::SortKey& key);
// What a resource counts for, each once; empty: nothing.
std::vector<std::string> CountValuesOf(const search::SortKey& key, const std::vector<search::IndexEntry>& entries);
// Days since 1970 in UTC; open ends stand on the first and the last day that can be written.
int64_t DayOf(int64_t microseconds);
std::string DayText(int64_t day);          // "2026-03-02"

}  // namespace qianxian::store
