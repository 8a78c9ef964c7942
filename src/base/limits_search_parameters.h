// The bounds of search parameters that the record itself defines (src/search/custom_parameters.h); each has a test beside the
// code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

inline constexpr size_t kCustomParameters = 500;                      // SearchParameter resources in use
inline constexpr size_t kCustomParameterTypes = 4'000;                // each counted once for each of its base types
inline constexpr size_t kCustomExpressionBytes = 4'000;
inline constexpr uint32_t kCustomIndexBatch = 2'000;                  // versions that one piece of the background's work indexes
inline constexpr int64_t kCustomCleanBatch = 10'000;                  // rows that one piece takes away

}  // namespace qianxian::limits
