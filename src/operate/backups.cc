#include "operate/backups.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/date.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "json/writer.h"
#include "metrics/process.h"
#include "store/backup.h"

namespace qianxian::operate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBefore = "qianxian-", kFile = ".qx", kManifest = ".json";
constexpr size_t kNameBytes = 24;          // "qianxian-20261129T023000"
constexpr uint64_t kRoomBytes = uint64_t{64} << 20;   // that must be left beside what the backup needs

std::string NameAt(Instant at) {           // "2026-11-29 02:30:00"
  std::string digits;
  for (char c : FormatLocalTime(at)) {
    if (c >= '0' && c <= '9') digits += c;
    if (c == ' ') digits += 'T';
  }
  return std::string(kBefore) + digits;
}

// "qianxian-20261129T023000" of a file's name that begins so; "" if it is none of ours.
std::string NameOf(const std::string& file) {
  if (file.size() < kNameBytes || !StartsWith(file, kBefore) || file[kBefore.size() + 8] != 'T') return {};
  for (size_t i = kBefore.size(); i < kNameBytes; ++i) {
    if (i != kBefore.size() + 8 && (file[i] < '0' || file[i] > '9')) return {};
  }
  return file.substr(0, kNameBytes);
}

class FolderLock {
 public:
  static Result<std::unique_ptr<FolderLock>> Take(const std::string& folder) {
    const std::string path = folder + "/backup.lock";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
      const std::string why = std::strerror(errno);
      return Unavailable("io", "The backup folder cannot be written: " + path + ": " + why, "备份目录无法写入：" + path + "：" + why);
    }
    auto lock = std::unique_ptr<FolderLock>(new FolderLock(file));
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
    return MakeError(ErrorCategory::kBusy, "backup-running", "Another program takes a backup into " + folder + " just now.", "另一个程序正在向 " + folder + " 备份。");
  }
  ~FolderLock() { close(file_); }

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

Status IsFolder(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return Ok();
  return NotFound("no-folder", "There is no folder " + folder + " for the backups: make it, or is its disk not mounted?", "没有备份目录 " + folder + "：请建立该目录，或检查磁盘是否已挂载。");
}

Result<std::vector<std::string>> NamesIn(const std::string& folder) {
  QX_DO(IsFolder(folder));
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) names.push_back(it->path().filename().string());
  if (error) return Unavailable("io", "cannot list " + folder + ": " + error.message(), "无法列出 " + folder);
  std::sort(names.begin(), names.end());
  return names;
}

// What a backup that was cut off left: files of ours without a manifest that counts.
Status RemoveUnfinished(const std::string& folder, const std::vector<Backup>& good) {
  QX_TRY(const std::vector<std::string> files, NamesIn(folder));
  for (const std::string& file : files) {
    const std::string name = NameOf(file);
    if (name.empty() || std::ranges::any_of(good, [&](const Backup& one) { return one.name == name; })) continue;
    QX_DO(RemoveFile(folder + "/" + file));
  }
  return Ok();
}

// The manifest first: from then on it does not count, and what is left of it goes with the next backup.
Status Remove(const std::string& folder, const Backup& backup) {
  QX_DO(RemoveFile(folder + "/" + backup.name + std::string(kManifest)));
  QX_DO(SyncDirectory(folder));
  return RemoveFile(FileOf(folder, backup));
}

// At most: the record is packed closer in the backup.
Result<uint64_t> NeededBytes(const std::string& data) {
  uint64_t bytes = 0;
  for (const char* name : {"/record.db", "/record.db-wal"}) {
    if (FileExists(data + name)) {
      QX_TRY(const uint64_t size, FileSize(data + name));
      bytes += size;
    }
  }
  if (!FileExists(data + "/ledger")) return bytes;
  QX_TRY(const std::vector<std::string> files, ListFiles(data + "/ledger"));
  for (const std::string& file : files) {
    const Result<uint64_t> size = FileSize(file);
    if (size.ok()) bytes += *size;         // one that an import removed meanwhile needs no room
  }
  return bytes;
}

Status HasRoom(const BackupSettings& settings) {
  QX_TRY(const uint64_t needed, NeededBytes(settings.data));
  uint64_t free = 0;
  if (settings.free_bytes) {
    QX_TRY(free, settings.free_bytes(settings.folder));
  } else {
    QX_TRY(const metrics::DiskRoom room, metrics::ReadDisk(settings.folder));
    free = room.free_bytes;
  }
  if (free >= needed + kRoomBytes) return Ok();
  const auto mebibytes = [](uint64_t bytes) { return std::to_string((bytes >> 20) + 1) + " MiB"; };
  return Unavailable("disk-full", "There is no room for a backup in " + settings.folder + ": " + mebibytes(needed + kRoomBytes) + " are needed, " + mebibytes(free) + " are free.",
                     "备份目录 " + settings.folder + " 空间不足：需要 " + mebibytes(needed + kRoomBytes) + "，剩余 " + mebibytes(free) + "。");
}

access::Caller Self() { return access::SystemCaller("backup"); }

}  // namespace

std::string FileOf(const std::string& folder, const Backup& backup) { return folder + "/" + backup.name + std::string(kFile); }

std::string BackupAsJson(const Backup& backup, std::string_view version) {
  json::Writer w;
  w.BeginObject().Member("format", uint64_t{1}).Member("program", version).Member("name", backup.name);
  w.Member("begun", FormatLocalTime(backup.begun)).Member("begunMicroseconds", backup.begun.microseconds);
  w.Member("t", backup.t).Member("at", FormatLocalTime(backup.at)).Member("atMicroseconds", backup.at.microseconds);
  w.Member("bytes", backup.bytes).Member("sha256", backup.sha256).Member("ledgerFiles", backup.ledger_files).Member("seconds", backup.seconds);
  w.Name("resources").BeginObject();
  for (const auto& [type, count] : backup.resources) w.Member(type, count);
  w.EndObject().EndObject();
  return w.Take();
}

Result<Backup> BackupFromJson(std::string_view text) {
  const Error bad = Unavailable("damaged", "This is no manifest of a backup.", "不是备份清单。");
  Result<json::Document> document = json::Document::Parse(std::string(text));
  if (!document.ok() || !document->root().IsObject()) return bad;
  const json::Value root = document->root();
  bool whole = true;
  const auto number = [&](json::Value of, std::string_view name) -> int64_t {
    const std::optional<json::Value> value = of.Find(name);
    const std::optional<int64_t> its = value && value->IsNumber() ? value->AsInteger() : std::nullopt;
    if (!its || *its < 0) whole = false;
    return its.value_or(0);
  };
  Backup backup;
  backup.name = root.FindString("name");
  backup.sha256 = root.FindString("sha256");
  if (number(root, "format") != 1) whole = false;
  backup.begun = {number(root, "begunMicroseconds")};
  backup.t = static_cast<uint64_t>(number(root, "t"));
  backup.at = {number(root, "atMicroseconds")};
  backup.bytes = static_cast<uint64_t>(number(root, "bytes"));
  backup.ledger_files = static_cast<uint64_t>(number(root, "ledgerFiles"));
  if (const auto seconds = root.Find("seconds"); seconds && seconds->IsNumber()) backup.seconds = std::strtod(std::string(seconds->Raw()).c_str(), nullptr);
  const std::optional<json::Value> resources = root.Find("resources");
  if (!resources || !resources->IsObject()) return bad;
  for (const auto& [type, count] : resources->Members()) {
    const std::optional<int64_t> its = count.IsNumber() ? count.AsInteger() : std::nullopt;
    if (!its || *its < 0) return bad;
    backup.resources[std::string(type)] = static_cast<uint64_t>(*its);
  }
  if (!whole || NameOf(backup.name) != backup.name || backup.name.empty() || backup.sha256.size() != 64) return bad;
  return backup;
}

Result<std::vector<Backup>> ListBackups(const std::string& folder) {
  QX_TRY(const std::vector<std::string> files, NamesIn(folder));
  std::vector<Backup> backups;
  for (const std::string& file : files) {
    const std::string name = NameOf(file);
    if (name.empty() || file != name + std::string(kManifest)) continue;
    Result<std::string> text = ReadFile(folder + "/" + file);
    Result<Backup> backup = text.ok() ? BackupFromJson(*text) : Result<Backup>(text.error());
    if (!backup.ok() || backup->name != name) continue;
    const Result<uint64_t> size = FileSize(FileOf(folder, *backup));
    if (size.ok() && *size == backup->bytes) backups.push_back(std::move(*backup));
  }
  std::ranges::sort(backups, {}, [](const Backup& one) { return std::pair(one.begun, one.name); });
  return backups;
}

Result<Backup> NewestBackup(const std::string& folder) {
  QX_TRY(std::vector<Backup> backups, ListBackups(folder));
  if (!backups.empty()) return std::move(backups.back());
  return NotFound("no-backup", "There is no finished backup in " + folder + ".", folder + " 中没有完整的备份。");
}

Result<Backup> TakeBackup(const BackupSettings& settings, Clock& clock) {
  QX_DO(IsFolder(settings.folder));
  QX_TRY(const auto lock, FolderLock::Take(settings.folder));
  QX_TRY(std::vector<Backup> older, ListBackups(settings.folder));
  QX_DO(RemoveUnfinished(settings.folder, older));
  QX_DO(HasRoom(settings));
  const int64_t start = clock.MonotonicNanoseconds();
  Backup backup;
  backup.begun = clock.Now();
  backup.name = NameAt(backup.begun);
  const std::string file = FileOf(settings.folder, backup);
  const auto take = [&]() -> Status {
    QX_DO(store::BackUp(Self(), settings.data, file, clock));
    // Everything is read again from the disk: what was written is judged, not what was to be written.
    QX_TRY(store::BackupContents contents, store::ReadBackup(Self(), file));
    QX_TRY(backup.sha256, crypto::Sha256HexOfFile(file));
    QX_TRY(backup.bytes, FileSize(file));
    backup.t = contents.t;
    backup.at = contents.at;
    backup.ledger_files = contents.ledger_files;
    backup.resources = std::move(contents.resources);
    backup.seconds = static_cast<double>(clock.MonotonicNanoseconds() - start) / 1e9;
    return WriteFileDurably(settings.folder + "/" + backup.name + std::string(kManifest), BackupAsJson(backup, settings.version) + "\n");
  };
  if (std::ranges::any_of(older, [&](const Backup& one) { return one.name == backup.name; })) {
    return MakeError(ErrorCategory::kConflict, "file-exists", file + " is there already.", file + " 已存在。");
  }
  Status taken = take();
  if (!taken.ok()) {
    (void)RemoveFile(file).ok();           // what does not count is not left to fill the disk
    return std::move(taken).error();
  }
  older.push_back(backup);
  std::vector<Instant> begun;
  for (const Backup& one : older) begun.push_back(one.begun);
  for (size_t i : NotKept(begun, settings.keep)) {
    const Status removed = Remove(settings.folder, older[i]);
    if (!removed.ok()) LogWarning("an old backup was not removed: " + Describe(removed.error()));
  }
  return backup;
}

}  // namespace qianxian::operate
