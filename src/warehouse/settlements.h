// The ledgers as tables. `settlement` holds each settlement's current row with the columns that measures need worked out
// once (care, destination, disease group …): over Parquet with expressions a year of a county takes 0.7–1.0 s a measure, over
// this table 0.02–0.07 s (docs/decisions/003-settlements-are-copied.md). Only new batches are read; a batch that was withdrawn, or another reading
// of the codes in the pack, makes the table anew. All inside the transaction of a CatchUp.
#pragma once

#include <functional>

#include "base/cancel.h"
#include "columns/database.h"
#include "pack/pack.h"
#include "store/ledger.h"
#include "warehouse/state.h"

namespace qianxian::warehouse::internal {

// Makes the empty tables if they are not there or of another reading.
Status PrepareSettlements(columns::Connection& connection, const pack::Pack& pack, State& state);
// Takes over how institutions are called, of which kind and where they are. True if rows changed.
Result<bool> FollowInstitutions(columns::Connection& connection, const pack::Pack& pack);
// Takes in the ledgers' new batches. True if rows changed.
Result<bool> FollowLedgers(columns::Connection& connection, const pack::Pack& pack, store::Ledger& ledger, State& state,
                           const std::function<void(uint64_t rows, uint64_t total)>& progress);

}  // namespace qianxian::warehouse::internal
