#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/files.h"
#include "crypto/crypto.h"
#include "fhir/definitions.h"
#include "metrics/process.h"
#include "operate/backups.h"
#include "search/parameters.h"
#include "store/backup.h"
#include "store/ledger.h"

namespace qianxian::app {
namespace {

namespace fs = std::filesystem;

// A folder that is gone with its owner, whatever comes of the drill.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> Make(const std::string& where) {
    std::error_code error;
    std::string path = (where.empty() ? fs::temp_directory_path(error).string() : where) + "/qianxian-drill-XXXXXX";
    if (!error && mkdtemp(path.data()) != nullptr) return std::unique_ptr<Scratch>(new Scratch(path));
    return Unavailable("io", "cannot make a temporary folder: " + path, "无法建立临时目录：" + path);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

struct Faults {
  size_t found = 0;
  void Line(const std::string& what, const std::string& says, bool good) {
    std::printf("%-44s %s  %s\n", what.c_str(), good ? "正常 good" : "不符 WRONG", says.c_str());
    std::fflush(stdout);
    if (!good) ++found;
  }
  void Report(const std::string& part, const store::CheckReport& report) {
    for (const store::CheckReport::Line& line : report.lines) Line(part + ": " + line.what, std::to_string(line.checked) + (line.bad ? ": " + line.first_bad : ""), line.bad == 0);
  }
};

// What is restored is opened as a server opens it, and asked.
Status Compare(const operate::Backup& backup, const std::string& directory, Clock& clock, Faults& faults) {
  SystemRandom random;
  QX_TRY(const auto parameters, search::Parameters::Create(fhir::Definitions::R4()));
  QX_TRY(const auto store, store::OpenSqliteStore({directory, parameters.get(), &clock, &random}));
  QX_TRY(const auto ledger, store::OpenLedger(directory, *store, clock, random));
  const access::Caller caller = access::SystemCaller("drill");
  faults.Line("t", std::to_string(store->LastT()), store->LastT() == backup.t);
  QX_TRY(const store::CheckReport record, store->Check(caller));
  faults.Report("store", record);
  QX_TRY(const store::CheckReport batches, ledger->Check(caller));
  faults.Report("ledger", batches);
  QX_TRY(const auto snapshot, store->OpenSnapshot(caller));
  std::map<std::string, uint64_t> expected = backup.resources;
  for (const std::string& type : parameters->types()) expected.try_emplace(type, 0);
  for (const auto& [type, count] : expected) {
    QX_TRY(const uint64_t restored, snapshot->Count(type));
    if (restored == 0 && count == 0) continue;
    faults.Line(type, std::to_string(restored) + (restored == count ? "" : ", 清单为 the manifest says " + std::to_string(count)), restored == count);
  }
  return Ok();
}

Result<size_t> Drill(const DrillOptions& options, Clock& clock) {
  QX_TRY(const operate::Backup backup, operate::NewestBackup(options.backups));
  const std::string file = operate::FileOf(options.backups, backup);
  std::printf("备份 backup: %s, t=%llu, %s\n", file.c_str(), static_cast<unsigned long long>(backup.t), FormatLocalTime(backup.begun).c_str());
  Faults faults;
  QX_TRY(const std::string hash, crypto::Sha256HexOfFile(file));
  faults.Line("SHA-256", hash, hash == backup.sha256);
  if (faults.found != 0) return faults.found;
  QX_TRY(const auto scratch, Scratch::Make(options.scratch));
  QX_TRY(const metrics::DiskRoom room, metrics::ReadDisk(scratch->path()));
  // The copy, what is unpacked of it, and the record once more while it is made compact.
  if (room.free_bytes < 3 * backup.bytes) {
    return Unavailable("disk-full", "There is no room to restore the backup in " + scratch->path() + ": name another place with --scratch.", "临时目录空间不足：" + scratch->path() + "，请用 --scratch 指定其他位置。");
  }
  const int64_t begin = clock.MonotonicNanoseconds();
  const std::string directory = scratch->path() + "/data";
  QX_TRY(const store::BackupReport restored, store::Restore(access::SystemCaller("drill"), file, directory, std::nullopt, clock));
  const double restoring = static_cast<double>(clock.MonotonicNanoseconds() - begin) / 1e9;
  faults.Line("台账文件 ledger files", std::to_string(restored.ledger_files), restored.ledger_files == backup.ledger_files);
  QX_DO(Compare(backup, directory, clock, faults));
  const double all = static_cast<double>(clock.MonotonicNanoseconds() - begin) / 1e9;
  std::printf("恢复用时 restored in %.1f s, 连同检查 with all checks %.1f s\n", restoring, all);
  return faults.found;
}

}  // namespace

int RunDrill(const DrillOptions& options) {
  SystemClock clock;
  const Result<size_t> faults = Drill(options, clock);
  if (!faults.ok()) return Fail(faults.error());
  std::printf(*faults == 0 ? "演练通过 · the drill went well\n" : "演练发现问题 · THE DRILL FOUND FAULTS\n");
  return *faults == 0 ? kDone : kDamaged;
}

}  // namespace qianxian::app
