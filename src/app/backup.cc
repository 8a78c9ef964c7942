#include "store/backup.h"

#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "fhir/date.h"

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

namespace {

constexpr int kChinaMinutes = 8 * 60;

// The commit to restore to; none: the backup's last.
Result<std::optional<uint64_t>> StateOf(const RestoreOptions& options) {
  if (options.at.empty()) return options.t;
  Result<fhir::DateTime> time = fhir::ParseDateTime(options.at, fhir::DateSyntax::kSearch);
  if (!time.ok() || time->precision < fhir::DatePrecision::kMinute) {
    return Invalid("bad-date", "--at is a time to the minute at least: 2026-11-28T10:00", "--at 应为精确到分钟的时间：2026-11-28T10:00");
  }
  QX_TRY(const uint64_t t, store::StateAt(CommandLineCaller(), options.file, Instant{fhir::RangeOf(*time, kChinaMinutes).low}));
  return std::optional(t);
}

}  // namespace

int RunRestore(const RestoreOptions& options) {
  SystemClock clock;
  Result<std::optional<uint64_t>> state = StateOf(options);
  if (!state.ok()) return Fail(state.error());
  Result<store::BackupReport> report =
      store::Restore(CommandLineCaller(), options.file, options.folder.directory, *state, clock);
  if (!report.ok()) return Fail(report.error());
  // Opened once, so that the search index stands before somebody waits for it.
  Result<std::unique_ptr<Folder>> folder = Folder::Open(options.folder);
  if (!folder.ok()) return Fail(folder.error());
  std::printf("已恢复 · restored: %s, t=%llu, ledger files %llu\n", options.folder.directory.c_str(),
              static_cast<unsigned long long>(report->t), static_cast<unsigned long long>(report->ledger_files));
  return kDone;
}

}  // namespace qianxian::app
