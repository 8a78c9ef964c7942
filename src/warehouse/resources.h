// From the record to the views' tables: whole types for a view that is new, else the feed. Inside the transaction of a
// CatchUp. Views are evaluated on several threads; appending is one thread's work. Memory: some thousand resources at once.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "columns/database.h"
#include "store/store.h"
#include "warehouse/row_maker.h"
#include "warehouse/state.h"

namespace qianxian::warehouse::internal {

struct ResourceChanges {
  std::set<std::string> views;               // whose rows may have changed
  bool documents = false;                    // a DocumentReference came: the ledgers may have new batches
  bool from_nothing = false;                 // a view was read whole
};

class KeptTables;                              // kept_tables.h

struct Eating {
  columns::Connection* connection = nullptr;
  store::Store* store = nullptr;
  const std::vector<std::unique_ptr<RowMaker>>* makers = nullptr;
  const Cancel* cancel = nullptr;
  std::function<void(uint64_t done, uint64_t total)> progress;   // may be empty
  KeptTables* kept = nullptr;                // is told of every row that goes or comes
  unsigned threads = 0;                      // 0: as many as the machine has
};

// Brings every view to the state at `t`.
Result<ResourceChanges> FollowResources(const Eating& eating, uint64_t t, State& state);

}  // namespace qianxian::warehouse::internal
