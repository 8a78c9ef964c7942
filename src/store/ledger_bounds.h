// What a session of the ledger holds in memory at most, for tests that want less of it than an import of millions of rows.
// Threads: `seen` belongs to who opened the ledger, and is written while a session ends. Failures: none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/limits_ledger.h"
#include "store/ledger.h"

namespace qianxian::store {

// How often what was held in memory was put down, and the most that was held.
struct LedgerSeen {
  uint64_t runs = 0, slices = 0, most_rows_held = 0;
};

struct LedgerBounds {
  uint64_t run_rows = limits::kLedgerRunRows;
  uint64_t run_bytes = limits::kLedgerRunBytes;
  uint64_t slice_rows = limits::kLedgerSliceRows;
  LedgerSeen* seen = nullptr;
};

Result<std::unique_ptr<Ledger>> OpenLedger(const std::string& directory, Store& store, Clock& clock, Random& random,
                                           const LedgerBounds& bounds);

}  // namespace qianxian::store
