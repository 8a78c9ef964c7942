// The order that `_sort` asks for, defined once for every engine. Pure; any thread.
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

}  // namespace qianxian::store
