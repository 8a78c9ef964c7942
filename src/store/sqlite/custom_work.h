// The background's work for search parameters that the record defines: what was stored before is indexed, what is no longer
// used is cleaned up, a piece at a time. Each piece is one transaction of the writer, with where it ended: killed at any moment,
// the next process goes on from there, and two that work at once do each piece once. Any thread.
#pragma once

#include "store/sqlite/engine.h"
#include "store/sqlite/writer.h"

namespace qianxian::store::sqlite {

// Does one piece. False: there was nothing to do.
Result<bool> WorkOnCustom(Engine& engine, Writer& writer);
// All that there is; for who must wait for it.
Status FinishCustom(Engine& engine, Writer& writer);

}  // namespace qianxian::store::sqlite
