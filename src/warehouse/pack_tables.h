// The pack as tables: the views' empty tables, the small lists, the SQL views over them. Called inside the transaction of
// a CatchUp; compares hashes, so that only what changed is made again. Failures: invalid ("pack-sql": file and message).
#pragma once

#include <memory>
#include <vector>

#include "columns/database.h"
#include "pack/pack.h"
#include "warehouse/row_maker.h"
#include "warehouse/state.h"

namespace qianxian::warehouse::internal {

// True if anything had to be made: the state's hashes are then those of the pack, and views whose definition is new have
// an empty table and view_t 0.
Result<bool> FollowPack(columns::Connection& connection, const pack::Pack& pack,
                        const std::vector<std::unique_ptr<RowMaker>>& makers, State& state);

}  // namespace qianxian::warehouse::internal
