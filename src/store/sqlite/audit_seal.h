// The seals of the audit: once a day the link of the last note is signed (Ed25519), with the signature of the seal before. Who
// may write the file but does not hold the key cannot make the chain anew behind a seal. The key lies beside the record
// (DIR/audit.key, owner only) and in no backup; who can read it too can seal anew: keep the seals elsewhere as well
// (each is logged, and `qianxian audit seals` prints them).
// Threads: any; one at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/audit_chain.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/writer.h"

namespace qianxian::store::sqlite {

struct Seal {
  int64_t day = 0;             // LocalDay; every note of this day and before is sealed
  ChainHead head;
  Instant at;
  int64_t key = 0;             // number in audit_key
  std::string signature;
};
std::string SealDay(const Seal& seal);                      // "2026-11-28"
// What is signed; `previous`: the signature of the seal before, "" = none.
std::string SealText(const Seal& seal, std::string_view previous);

Result<std::vector<Seal>> ReadSeals(Database& database);
Result<std::string> ReadSealKey(Database& database, int64_t number);     // public; "" = there is none

// Seals what was noted before today, if there is anything, and the chain since the last seal is whole. The seal that was made, or
// none. Failures: fault ("audit-broken") names the first note that does not fit; invalid ("bad-key"); io.
Result<std::optional<Seal>> SealIfDue(Engine& engine, Writer& writer);

// Every seal against its key, the seal before it and its note.
Result<uint64_t> CheckSeals(Database& database, const std::function<void(std::string)>& fault);

}  // namespace qianxian::store::sqlite
