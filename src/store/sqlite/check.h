// Verifies a whole store, and makes its index again. Any thread; readers and writers go on meanwhile.
#pragma once

#include <functional>

#include "store/sqlite/engine.h"
#include "store/sqlite/writer.h"

namespace qianxian::store::sqlite {

Result<CheckReport> CheckStore(Engine& engine);
// Repeatable: killed in between, the old index stays in use and the next call begins again.
Status RebuildIndex(Engine& engine, Writer& writer, const std::function<void(uint64_t, uint64_t)>& progress);

}  // namespace qianxian::store::sqlite
