// Bounds of an import into a ledger. Beside limits.h, which everything includes: these concern the store alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace qianxian::limits {

inline constexpr uint64_t kLedgerRunRows = 262'144;                   // held before they go to a file
inline constexpr uint64_t kLedgerRunBytes = uint64_t{96} << 20;       // or so many bytes of them
inline constexpr uint64_t kLedgerSliceRows = 1 << 20;                 // whose keys are compared at once
// What DuckDB may hold; what it holds beyond its own bound is for the other half.
inline constexpr size_t kLedgerColumnsBytes = kLedgerMemoryBytes / 2;

}  // namespace qianxian::limits
