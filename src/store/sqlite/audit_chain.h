// The chain of the audit: the link of a note is made of the note and of the link before it, so that a note that was altered, or
// is missing, no longer fits. What the chain alone cannot tell, that it was made anew to its end, its seals tell (audit_seal.h).
// The first note of a chain has nothing before it; notes of a release that made no links stay without, and outside.
// Threads: as the connection's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "store/sqlite/audit.h"
#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {

inline constexpr size_t kLinkBytes = 16;
std::string LinkOf(std::string_view previous, int64_t number, const AuditRecord& record);

// Tables and columns of chain and seals, also for a file of an earlier release; to be run in a transaction.
Status CreateAuditChain(Database& database);

Result<ChainHead> ReadChainHead(Database& database);
// Where the chain begins: the number before its first note.
Result<ChainHead> ReadChainStart(Database& database);

// The notes as they stand, all columns: to be followed by WHERE and ORDER BY over `a`. One whose context is gone is not left out.
inline constexpr const char* kSelectNotes =
    "SELECT a.number, a.at, a.t, a.verb, a.type, a.what, a.rows, c.user, c.role, c.purpose, c.origin, a.link "
    "FROM audit a LEFT JOIN audit_context c ON c.number = a.context ";
AuditNote NoteOf(const Statement& row);      // of kSelectNotes
inline constexpr int kUserColumn = 7, kLinkColumn = 11;

struct ChainWalk {
  uint64_t notes = 0;
  ChainHead head;              // the last that was walked over
};
// Over all notes after `from`; `fault` is told each that is altered or missing, in words.
Result<ChainWalk> WalkChain(Database& database, const ChainHead& from, const std::function<void(std::string)>& fault);

}  // namespace qianxian::store::sqlite
