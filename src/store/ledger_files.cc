// Folders of the ledger: the lock, and what a killed session leaves behind.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "store/ledger_internal.h"

namespace qianxian::store::ledger {

Result<std::unique_ptr<Lock>> Lock::Take(const Folders& folders) {
  QX_DO(MakeDirectories(folders.Ledger()));
  const std::string path = folders.Ledger() + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    const std::string why = std::strerror(errno);
    return Unavailable("io", "Cannot open " + path + ": " + why, "无法打开 " + path + "：" + why);
  }
  auto lock = std::make_unique<Lock>(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0)
    return MakeError(ErrorCategory::kBusy, "locked", "Another import into the ledger is under way; try again when it has ended.",
                     "另一个台账导入正在进行，请等它结束后再试。");
  return lock;
}

Lock::~Lock() { ::close(file_); }

Status RemoveLeftovers(const Folders& folders, Store& store) {
  std::error_code error;
  std::vector<std::filesystem::path> staging;
  for (const auto& entry : std::filesystem::directory_iterator(folders.Ledger(), error))
    if (StartsWith(entry.path().filename().string(), "staging-")) staging.push_back(entry.path());
  for (const std::filesystem::path& path : staging) std::filesystem::remove_all(path, error);
  for (const LedgerSchema* schema : {&SettlementSchema(), &PopulationSchema()}) {
    const std::string folder = folders.OfKind(schema->kind);
    if (!FileExists(folder)) continue;
    QX_TRY(const std::vector<BatchRecord> batches, ReadBatches(store, schema->kind));
    std::set<std::string> named;
    for (const BatchRecord& batch : batches) {
      named.insert(folders.Absolute(batch.data.url));
      if (batch.superseded.any()) named.insert(folders.Absolute(batch.superseded.url));
    }
    QX_TRY(const std::vector<std::string> files, ListFiles(folder));
    for (const std::string& file : files)
      if (!named.contains(file)) QX_DO(RemoveFile(file));
  }
  return Ok();
}

}  // namespace qianxian::store::ledger
