#include "store/backup.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/files.h"
#include "base/private_file.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/audit_chain.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/state.h"

namespace qianxian::store {
namespace sqlite {
namespace {

constexpr int kBusyMilliseconds = 20'000;
constexpr size_t kPartBytes = size_t{8} << 20;      // of a batch, in one row

Error Io(const std::string& path) {
  return Unavailable("io", "Cannot read or write " + path + ".", "无法读写 " + path + "。");
}

// A file that goes away again unless it is kept.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {}
  ~Draft() {
    std::error_code ignored;
    for (const char* end : {"", "-journal", "-wal", "-shm"}) {
      if (!kept_) std::filesystem::remove(path_ + end, ignored);
    }
  }
  const std::string& path() const { return path_; }
  Status KeepAs(const std::string& name) {
    QX_DO(SyncFile(path_));
    std::error_code error;
    std::filesystem::rename(path_, name, error);
    if (error) return Io(name);
    kept_ = true;
    const std::string folder = std::filesystem::path(name).parent_path().string();
    return SyncDirectory(folder.empty() ? "." : folder);
  }

 private:
  std::string path_;
  bool kept_ = false;
};

Status InTransaction(Database& database, const std::function<Status()>& work) {
  QX_DO(database.Execute("BEGIN IMMEDIATE"));
  Status done = work();
  if (done.ok()) return database.Execute("COMMIT");
  const Status undone = database.Execute("ROLLBACK");
  return undone.ok() ? done : undone;
}

Status NoteInAudit(Database& database, const access::Caller& caller, Clock& clock, const char* verb,
                   const std::string& file, uint64_t t) {
  AuditWriter audit;
  return audit.Write(database, {MakeAuditRecord(caller, clock.Now(), t, verb, "*", file, 0)});
}

Status QuickCheck(Database& database) {
  QX_TRY(Statement statement, database.Prepare("PRAGMA quick_check(1)"));
  QX_TRY(const bool row, statement.Step());
  if (row && statement.Text(0) == "ok") return Ok();
  return Unavailable("damaged", "The record is damaged: " + std::string(row ? statement.Text(0) : "no answer"),
                     "数据文件已损坏。");
}

// Batches, not what imports have under way.
Result<std::vector<std::string>> LedgerFiles(const std::string& directory) {
  std::vector<std::string> names;
  const std::string folder = directory + "/ledger";
  if (!FileExists(folder)) return names;
  QX_TRY(const std::vector<std::string> files, ListFiles(folder));
  for (const std::string& file : files) {
    const std::string name = std::filesystem::path(file).lexically_relative(folder).string();
    if (name != "lock" && !StartsWith(name, "staging-")) names.push_back(name);
  }
  return names;
}

// False: it is gone, so nothing named it.
Result<bool> PackFile(Database& database, const std::string& path, const std::string& name) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (!FileExists(path)) return false;
    return Io(path);
  }
  QX_TRY(Statement* insert, database.Cached("INSERT INTO backup_file VALUES(?1, ?2, ?3)"));
  std::string part(kPartBytes, '\0');
  for (int64_t number = 0;; ++number) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto got = static_cast<size_t>(in.gcount());
    if (in.bad()) return Io(path);
    if (got == 0 && number > 0) return true;
    insert->Text(1, name);
    insert->Integer(2, number);
    insert->Bytes(3, std::string_view(part).substr(0, got));
    QX_DO(insert->Run());
    if (got < part.size()) return true;
  }
}

Result<uint64_t> PackLedger(Database& copy, const std::string& directory) {
  uint64_t files = 0;
  QX_DO(copy.Execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL"));
  QX_DO(InTransaction(copy, [&]() -> Status {
    QX_DO(copy.Execute("CREATE TABLE backup_file(name TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL, "
                       "PRIMARY KEY(name, part))"));
    QX_TRY(const std::vector<std::string> names, LedgerFiles(directory));
    for (const std::string& name : names) {
      QX_TRY(const bool packed, PackFile(copy, directory + "/ledger/" + name, name));
      files += packed ? 1 : 0;
    }
    return Ok();
  }));
  return files;
}

// Only names that stay below the folder.
bool IsPlainName(const std::string& name) {
  const std::filesystem::path path(name);
  return !name.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".." || part == "."; });
}

Result<uint64_t> UnpackLedger(Database& database, const std::string& directory) {
  uint64_t files = 0;
  std::ofstream out;
  std::string path;
  const auto finish = [&]() -> Status {
    if (path.empty()) return Ok();
    out.close();
    if (!out) return Io(path);
    return SyncFile(path);
  };
  QX_TRY(Statement statement, database.Prepare("SELECT name, part, data FROM backup_file ORDER BY name, part"));
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) break;
    if (statement.Integer(1) == 0) {
      QX_DO(finish());
      const std::string name(statement.Text(0));
      if (!IsPlainName(name)) return Unavailable("not-a-backup", "The backup names a file outside of it.", "备份文件内容异常。");
      path = directory + "/ledger/" + name;
      QX_DO(MakeDirectories(std::filesystem::path(path).parent_path().string()));
      out = std::ofstream(path, std::ios::binary | std::ios::trunc);
      ++files;
    }
    const std::string_view data = statement.Bytes(2);
    out.write(data.data(), static_cast<std::streamsize>(data.size()));
    if (!out) return Io(path);
  }
  QX_DO(finish());
  return files;
}

// Everything that came after `moment` goes, but for the audit: what was done and seen stays. The index, which holds what goes too, is made again when the record is opened.
Status CutTo(Database& database, const Moment& moment) {
  const std::string last = std::to_string(moment.last);
  const std::string t = std::to_string(moment.t);
  QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
  QX_DO(database.Execute("DELETE FROM moment WHERE t > " + t + "; DELETE FROM stored WHERE slot > " + last +
                         "; DELETE FROM supersession WHERE slot > " + last + "; DELETE FROM resource WHERE root > " + last));
  QX_DO(database.Execute("UPDATE resource SET slot = coalesce((SELECT max(x.slot) FROM supersession x WHERE x.root = "
                         "resource.root AND x.version > 0), (SELECT s.slot FROM stored s WHERE s.slot = resource.root), 0) "
                         "WHERE slot > " + last));
  QX_DO(DropIndexTables(database, generation));
  QX_DO(CreateIndexTables(database, generation));
  // A backup of an earlier release has no such table; it is filled again when the record is opened.
  QX_DO(database.Execute("DROP TABLE IF EXISTS custom_parameter"));
  return WriteSetting(database, "index_fingerprint", 0);
}

Error NotABackup(const std::string& file) {
  return Invalid("not-a-backup", file + " is no backup of this program; give a file that \"qianxian backup\" made.",
                 file + " 不是本程序的备份；请指定由 qianxian backup 生成的文件。");
}

Result<Moment> VerifyBackup(const std::string& file) {
  if (!FileExists(file)) return NotFound("no-such-file", "There is no file " + file + ".", "文件不存在：" + file + "。");
  if (std::filesystem::is_directory(file)) return NotABackup(file);
  QX_TRY(const auto backup, Database::Open(file, Database::Mode::kRead, kBusyMilliseconds));
  // The file is looked into here for the first time.
  const Result<int64_t> application = backup->QueryInteger("PRAGMA application_id");
  if (!application.ok() && application.error().code == "not-a-store") return NotABackup(file);
  if (!application.ok()) return application.error();
  QX_TRY(const int64_t format, backup->QueryInteger("PRAGMA user_version"));
  QX_TRY(const int64_t tables, backup->QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name = 'backup_file'"));
  if (*application != kApplicationId || tables != 1) {
    return NotABackup(file);
  }
  if (format > kFormat) {
    return Unavailable("newer-format", "The backup was written by a newer release of this program.",
                       "备份由更新版本的程序写入，请升级程序后再恢复。");
  }
  QX_DO(QuickCheck(*backup));
  return ReadNewestMoment(*backup);
}

// "settlement/HASH.parquet" and "settlement/HASH.superseded.parquet" are named by what stands in them.
Status VerifyBatch(const std::string& name, const std::string& hash) {
  const std::string last = name.substr(name.rfind('/') + 1);
  if (last.substr(0, last.find('.')) == hash) return Ok();
  return Unavailable("damaged", "The backup is damaged: the ledger's file " + name + " is not what was recorded.", "备份已损坏：台账文件 " + name + " 与记录不符。");
}

// How many there are.
Result<uint64_t> VerifyBatches(Database& backup) {
  uint64_t files = 0;
  std::string name;
  std::optional<crypto::Sha256Stream> hash;
  const auto finish = [&]() -> Status { return hash ? VerifyBatch(name, hash->FinishHex()) : Ok(); };
  QX_TRY(Statement statement, backup.Prepare("SELECT name, part, data FROM backup_file ORDER BY name, part"));
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) break;
    if (statement.Integer(1) == 0) {
      QX_DO(finish());
      hash.emplace();
      name = statement.Text(0);
      ++files;
    }
    if (hash) hash->Update(statement.Bytes(2));
  }
  QX_DO(finish());
  return files;
}

Result<uint64_t> RestoreRecord(const access::Caller& caller, const std::string& path, const std::string& file,
                               const std::string& directory, uint64_t t, Clock& clock) {
  QX_TRY(const auto database, Database::Open(path, Database::Mode::kWrite, kBusyMilliseconds));
  QX_DO(database->Execute("PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY"));
  QX_TRY(const uint64_t files, UnpackLedger(*database, directory));
  QX_DO(InTransaction(*database, [&]() -> Status {
    QX_DO(database->Execute("DROP TABLE backup_file"));
    QX_DO(CreateAuditChain(*database));    // of a backup that an earlier release made
    QX_TRY(const Moment newest, ReadNewestMoment(*database));
    if (t < newest.t) {
      QX_TRY(const Moment moment, ReadMoment(*database, t));
      QX_DO(CutTo(*database, moment));
    }
    return NoteInAudit(*database, caller, clock, "restore", file, t);
  }));
  QX_DO(database->Execute("VACUUM"));
  return files;
}

}  // namespace
}  // namespace sqlite

Result<BackupReport> BackUp(const access::Caller& caller, const std::string& directory, const std::string& file, Clock& clock) {
  using namespace sqlite;
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  const std::string record = directory + "/record.db";
  if (!FileExists(record)) return NotFound("no-record", directory + " holds no record.", directory + " 中没有数据。");
  if (FileExists(file)) {
    return MakeError(ErrorCategory::kConflict, "file-exists", file + " is there already.", file + " 已存在。");
  }
  const std::filesystem::path place = std::filesystem::path(file).parent_path();
  std::error_code unknown;
  if (!place.empty() && !std::filesystem::is_directory(place, unknown)) {
    return NotFound("no-folder", "There is no folder " + place.string() + "; make it first, or name another file.",
                    "没有目录 " + place.string() + "；请先建立，或换一个文件名。");
  }
  QX_TRY(const auto source, Database::Open(record, Database::Mode::kWrite, kBusyMilliseconds));
  QX_DO(CreateOrVerifySchema(*source));
  QX_DO(InTransaction(*source, [&]() -> Status {
    QX_TRY(const Moment newest, ReadNewestMoment(*source));
    return NoteInAudit(*source, caller, clock, "backup", file, newest.t);
  }));
  Draft draft(file + ".part");
  QX_DO(RemoveFile(draft.path()));
  QX_DO(WritePrivateFile(draft.path(), ""));   // nobody else may read the records in it, also while it is written
  {
    // One read transaction: one state, while others write.
    QX_TRY(Statement copy, source->Prepare("VACUUM INTO ?1"));
    copy.Text(1, draft.path());
    QX_DO(copy.Run());
  }
  BackupReport report;
  {
    QX_TRY(const auto copy, Database::Open(draft.path(), Database::Mode::kWrite, kBusyMilliseconds));
    QX_TRY(report.ledger_files, PackLedger(*copy, directory));
    QX_DO(QuickCheck(*copy));
    QX_TRY(const Moment newest, ReadNewestMoment(*copy));
    report.t = newest.t;
  }
  QX_DO(draft.KeepAs(file));
  QX_TRY(report.bytes, FileSize(file));
  return report;
}

Result<BackupContents> ReadBackup(const access::Caller& caller, const std::string& file) {
  using namespace sqlite;
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  QX_TRY(const Moment newest, VerifyBackup(file));
  QX_TRY(const auto backup, Database::Open(file, Database::Mode::kRead, kBusyMilliseconds));
  BackupContents contents;
  contents.t = newest.t;
  QX_TRY(const int64_t at, backup->QueryInteger("SELECT coalesce(max(at), 0) FROM moment"));
  contents.at = Instant{at};
  QX_TRY(contents.ledger_files, VerifyBatches(*backup));
  QX_TRY(Statement statement, backup->Prepare("SELECT type.name, count(*) FROM resource JOIN stored ON stored.slot = resource.slot JOIN type ON type.number = resource.type "
                                              "WHERE resource.slot > 0 AND stored.deleted = 0 GROUP BY type.name"));
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) return contents;
    contents.resources[std::string(statement.Text(0))] = static_cast<uint64_t>(statement.Integer(1));
  }
}

Result<uint64_t> StateAt(const access::Caller& caller, const std::string& file, Instant at) {
  using namespace sqlite;
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  QX_DO(VerifyBackup(file));
  QX_TRY(const auto backup, Database::Open(file, Database::Mode::kRead, kBusyMilliseconds));
  QX_TRY(Statement statement, backup->Prepare("SELECT max(t), min(at) FROM moment WHERE at <= ?1"));
  statement.Integer(1, at.microseconds);
  QX_TRY(const bool row, statement.Step());
  if (row && !statement.IsNull(0)) return static_cast<uint64_t>(statement.Integer(0));
  return NotFound("no-such-t", "Nothing was committed by " + FormatLocalTime(at) + " (China time).", "截至 " + FormatLocalTime(at) + "（北京时间）尚无任何数据。");
}

Result<BackupReport> Restore(const access::Caller& caller, const std::string& file, const std::string& directory,
                             std::optional<uint64_t> t, Clock& clock) {
  using namespace sqlite;
  QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
  QX_TRY(const Moment newest, VerifyBackup(file));
  if (t && *t > newest.t) {
    return NotFound("no-such-t", "The backup ends at t=" + std::to_string(newest.t) + ".",
                    "备份只到 t=" + std::to_string(newest.t) + "。");
  }
  std::error_code error;
  const bool is_there = std::filesystem::exists(directory, error);
  if (is_there && !std::filesystem::is_empty(directory, error)) {
    return MakeError(ErrorCategory::kConflict, "folder-not-empty", directory + " is not empty; restore into a new folder.",
                     directory + " 不是空目录，请恢复到新的目录。");
  }
  QX_DO(MakeDirectories(directory));
  BackupReport report;
  report.t = t.value_or(newest.t);
  Draft draft(directory + "/record.db.part");
  std::filesystem::copy_file(file, draft.path(), error);
  if (error) return Io(draft.path());
  std::filesystem::permissions(draft.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  QX_TRY(report.ledger_files, RestoreRecord(caller, draft.path(), file, directory, report.t, clock));
  QX_DO(draft.KeepAs(directory + "/record.db"));
  QX_TRY(report.bytes, FileSize(directory + "/record.db"));
  return report;
}

}  // namespace qianxian::store
