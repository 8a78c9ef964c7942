// The bounds of what one search may ask for; each has a test beside the code that keeps it. Those that other modules know
// too stand in base/limits.h.
#pragma once

#include <cstddef>

namespace qianxian::limits {

inline constexpr int kSearchTreeDepth = 20;                           // brackets in _filter, _text and _content
inline constexpr size_t kSearchTextTerms = 100;                       // words of one _text or _content
inline constexpr size_t kSearchFilterComparisons = 200;               // of one _filter
inline constexpr size_t kSearchHierarchy = 100'000;                   // resources above or below one, by partof

}  // namespace qianxian::limits
