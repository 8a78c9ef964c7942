// Backup and restore of a data folder's truth: the record and the ledger's batches, in one file. A backup is taken from
// one state while others read and write, also from beside a running server; it is verified before it gets its name. A
// restore makes a new folder, of the whole backup or as it was at an earlier t; the search index is made again where it
// must be, when the record is opened. What is derived (warehouse, cached answers) is not in a backup.
// The file is a record.db (docs/formats/record-db.md) with the batches as rows of table backup_file.
// Threads: any. Failures: forbidden; not_found ("no-record", "no-such-t", "no-such-file"); conflict ("file-exists",
// "folder-not-empty"); unavailable ("disk-full", "io", "damaged", "not-a-backup", "newer-format"). What failed leaves no
// file of its own behind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "access/caller.h"
#include "base/clock.h"
#include "base/result.h"

namespace qianxian::store {

struct BackupReport {
  uint64_t t = 0;              // the state that it holds
  uint64_t ledger_files = 0;
  uint64_t bytes = 0;          // of the backup; of the restored record
};

// Who took or restored it is noted in the audit of the record.
Result<BackupReport> BackUp(const access::Caller& caller, const std::string& directory, const std::string& file, Clock& clock);
// What a backup holds, by the file itself, after the whole of it was verified: its pages, and every batch of the ledger
// against the hash that is its name. Error: unavailable ("damaged").
struct BackupContents {
  uint64_t t = 0;
  Instant at;                  // of commit t
  uint64_t ledger_files = 0;
  std::map<std::string, uint64_t> resources;   // by type, those that are not deleted
};
Result<BackupContents> ReadBackup(const access::Caller& caller, const std::string& file);
// The last commit of a backup that was made no later than `at`; by the record's own times, which never go back, also where
// the machine's clock did. Error: not_found ("no-such-t"): nothing was committed by then.
Result<uint64_t> StateAt(const access::Caller& caller, const std::string& file, Instant at);
// `directory`: missing or empty. `t`: no later than the backup's.
Result<BackupReport> Restore(const access::Caller& caller, const std::string& file, const std::string& directory,
                             std::optional<uint64_t> t, Clock& clock);

}  // namespace qianxian::store
