// Reading the audit: who did or saw what, and the seals over it. The notes are written by the store itself, in the transaction of
// what they are about (reads: within a second), and are never changed or taken away, by a restore to an earlier state either.
// Works on the folder, beside a store that is open. Whoever asks is noted too. For whose duty it is (access::Verb::kManage on "audit").
// Threads: any. Failures: not_found ("no-record"), forbidden, invalid, unavailable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "base/result.h"

namespace qianxian::store {

struct AuditRecord {
  Instant at;
  uint64_t t = 0;              // of the commit; of the state that was read
  std::string user, role, purpose, origin;
  std::string verb;            // "commit", "read", "open", "openings", "vread", "history", "search", "scan", "backup", "restore", "audit"
  std::string type;
  std::string what;            // id, query or the commit's reason
  uint64_t rows = 0;
};

struct AuditNote : AuditRecord {
  uint64_t number = 0;         // 1, 2, … without holes
};

struct AuditQuestion {         // "" and none: any
  std::string user, verb, type;
  std::string text;            // stands in `what`
  std::optional<Instant> from, to;         // from <= at < to
  uint64_t before = 0;         // only notes of lower numbers; 0 = from the newest
  size_t count = 100;          // at most limits::kAuditPage
};

struct AuditPage {
  std::vector<AuditNote> notes;            // newest first
  uint64_t before = 0;                     // ask on with it; 0: that was all
  uint64_t looked = 0;                     // notes that were looked at; a page ends, also unfilled, after limits::kAuditLooked
};
Result<AuditPage> ReadAudit(const access::Caller& caller, const std::string& directory, const AuditQuestion& question, Clock& clock);

struct AuditSeal {
  std::string day;                         // "2026-11-28": every note of this day and before is sealed
  uint64_t number = 0;                     // the last sealed note
  std::string link, public_key, signature; // hexadecimal
  Instant at;
};
Result<std::vector<AuditSeal>> ReadAuditSeals(const access::Caller& caller, const std::string& directory, Clock& clock);

// Seals that were kept elsewhere, as `FormatAuditSeals` wrote them, against the record: what is wrong, in words; none: all fit.
std::string FormatAuditSeals(const std::vector<AuditSeal>& seals);
Result<std::vector<std::string>> CompareAuditSeals(const std::vector<AuditSeal>& here, const std::string& kept);

}  // namespace qianxian::store
