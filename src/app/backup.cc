#include "store/backup.h"

#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"

namespace qianxian::app {

int RunBackup(const BackupOptions& options) {
  SystemClock clock;
  Result<store::BackupReport> report = store::BackUp(CommandLineCaller(), options.folder.directory, options.file, clock);
  if (!report.ok()) return Fail(report.error());
  std::printf("已备份并校验 · backed up and verified: %s, t=%llu, ledger files %llu, bytes %llu\n", options.file.c_str(),
              static_cast<unsigned long long>(report->t), static_cast<unsigned long long>(report->ledger_files),
              static_cast<unsigned long long>(report->bytes));
  return kDone;
}

int RunRestore(const RestoreOptions& options) {
  SystemClock clock;
  Result<store::BackupReport> report =
      store::Restore(CommandLineCaller(), options.file, options.folder.directory, options.t, clock);
  if (!report.ok()) return Fail(report.error());
  // Opened once, so that the search index stands before somebody waits for it.
  Result<std::unique_ptr<Folder>> folder = Folder::Open(options.folder);
  if (!folder.ok()) return Fail(folder.error());
  std::printf("已恢复 · restored: %s, t=%llu, ledger files %llu\n", options.folder.directory.c_str(),
              static_cast<unsigned long long>(report->t), static_cast<unsigned long long>(report->ledger_files));
  return kDone;
}

}  // namespace qianxian::app
