// Verifies a whole store, and makes its index again. Any thread; readers and writers go on meanwhile. A new index has no rows
// of what the record defines (custom_index.h): those are made again in the background.
#pragma once

#include <functional>

#include "store/sqlite/engine.h"
#include "store/sqlite/writer.h"

namespace qianxian::store::sqlite {

Result<CheckReport> CheckStore(Engine& engine);
// The root that a reference leads to; a new one if nobody had stored or referred to it.
Result<Slot> GiveRoot(Database& database, WriterMemory& memory, const IndexRows::Reference& reference);
// Repeatable: killed in between, the old index stays in use and the next call begins again.
Status RebuildIndex(Engine& engine, Writer& writer, const std::function<void(uint64_t, uint64_t)>& progress);

}  // namespace qianxian::store::sqlite
