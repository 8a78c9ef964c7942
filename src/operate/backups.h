// The folder of the scheduled backups. A backup is a file qianxian-20261129T023000.qx (China time; store/backup.h) with its
// manifest beside it, qianxian-20261129T023000.json: what it holds, its size and its hash. The manifest is written last, when
// the whole file has been read again and verified: a file without one does not count, and the next backup removes it.
// Old ones go only after that. One process at a time works in a folder (backup.lock).
// Threads: any. Failures: not_found ("no-folder", "no-backup"), busy ("backup-running"), unavailable ("disk-full", "io",
// "damaged"); those of store/backup.h. Whatever fails, the older backups stay.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "operate/backup_plan.h"

namespace qianxian::operate {

struct Backup {
  std::string name;                        // "qianxian-20261129T023000"
  Instant begun;
  uint64_t t = 0;
  Instant at;                              // of commit t
  uint64_t bytes = 0, ledger_files = 0;
  std::string sha256;
  double seconds = 0;                      // that it took, verified
  std::map<std::string, uint64_t> resources;   // by type, those that are not deleted
};

struct BackupSettings {
  std::string data;                        // the data folder
  std::string folder;                      // "" = none are taken
  int minutes = 150;                       // after midnight
  Generations keep;
  std::string version;                     // of the program, for the manifest
  // Room on the disk of a folder; none: asked of the system.
  std::function<Result<uint64_t>(const std::string&)> free_bytes;
};

std::string FileOf(const std::string& folder, const Backup& backup);
// Those that count, oldest first: manifest readable, file there and as large as it says.
Result<std::vector<Backup>> ListBackups(const std::string& folder);
Result<Backup> NewestBackup(const std::string& folder);
// Takes one, verifies it, then removes what no generation wants.
Result<Backup> TakeBackup(const BackupSettings& settings, Clock& clock);

std::string BackupAsJson(const Backup& backup, std::string_view version);
Result<Backup> BackupFromJson(std::string_view text);

}  // namespace qianxian::operate
