#include "store/sqlite/audit_seal.h"

#include <filesystem>

#include "base/date.h"
#include "base/files.h"
#include "base/log.h"
#include "base/private_file.h"
#include "base/text.h"
#include "crypto/signature.h"

namespace qianxian::store::sqlite {
namespace {

// What is to be sealed, found in one state.
struct Due {
  std::optional<ChainHead> head;   // none: nothing is due
  std::string previous;            // signature
};

Result<crypto::SigningKey> OpenKey(const std::string& record) {
  const std::string path = (std::filesystem::path(record).parent_path() / "audit.key").string();
  Result<std::string> pem = ReadFile(path);
  if (pem.ok()) return crypto::SigningKey::FromPem(*pem);
  if (pem.error().category != ErrorCategory::kNotFound) return std::move(pem).error();
  crypto::SigningKey made = crypto::SigningKey::Make();
  QX_DO(WritePrivateFile(path, made.ToPem()));
  return made;
}

Result<int64_t> KeyNumber(Database& database, const std::string& public_key, Instant at) {
  QX_TRY(Statement insert, database.Prepare("INSERT OR IGNORE INTO audit_key(public_key, at) VALUES(?1, ?2)"));
  insert.Bytes(1, public_key);
  insert.Integer(2, at.microseconds);
  QX_DO(insert.Run());
  QX_TRY(Statement select, database.Prepare("SELECT number FROM audit_key WHERE public_key = ?1"));
  select.Bytes(1, public_key);
  QX_TRY(const bool row, select.Step());
  if (!row) return Fault("audit-key", "A key of the audit was not stored.");
  return select.Integer(0);
}

Result<Due> FindDue(Engine& engine, int64_t today) {
  QX_TRY(ReaderPool::Lease database, engine.readers.Borrow());
  QX_TRY(const auto transaction, ReadTransaction::Begin(*database));
  QX_TRY(const std::vector<Seal> seals, ReadSeals(*database));
  QX_TRY(ChainHead from, ReadChainStart(*database));
  if (!seals.empty()) from = seals.back().head;
  QX_TRY(Statement first, database->Prepare("SELECT at FROM audit WHERE number > ?1 ORDER BY number LIMIT 1"));
  first.Integer(1, from.number);
  QX_TRY(const bool any, first.Step());
  if (!any || LocalDay({first.Integer(0)}) >= today) return Due{};
  first.Reset();
  std::string broken;
  QX_TRY(const ChainWalk walk, WalkChain(*database, from, [&](const std::string& what) { broken = broken.empty() ? what : broken; }));
  if (!broken.empty()) return Fault("audit-broken", "the audit is not sealed, for it is damaged: " + broken + "; run \"qianxian check\" and find out who may write the data folder",
                                           "审计记录已损坏，未封存：" + broken + "；请运行 qianxian check 并查明谁能写数据目录");
  return Due{walk.head, seals.empty() ? "" : seals.back().signature};
}

}  // namespace

std::string SealDay(const Seal& seal) { return Date::FromDays(static_cast<int32_t>(seal.day)).ToString(); }

std::string SealText(const Seal& seal, std::string_view previous) {
  return "qianxian audit seal 1\n" + SealDay(seal) + "\n" + std::to_string(seal.head.number) + "\n" + HexEncode(seal.head.link) + "\n" +
         std::to_string(seal.at.microseconds) + "\n" + HexEncode(previous) + "\n";
}

Result<std::vector<Seal>> ReadSeals(Database& database) {
  std::vector<Seal> seals;
  QX_TRY(Statement statement, database.Prepare("SELECT day, number, link, at, key, signature FROM audit_seal ORDER BY day"));
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) return seals;
    seals.push_back({statement.Integer(0), {statement.Integer(1), std::string(statement.Bytes(2))}, {statement.Integer(3)},
                     statement.Integer(4), std::string(statement.Bytes(5))});
  }
}

Result<std::string> ReadSealKey(Database& database, int64_t number) {
  QX_TRY(Statement statement, database.Prepare("SELECT public_key FROM audit_key WHERE number = ?1"));
  statement.Integer(1, number);
  QX_TRY(const bool row, statement.Step());
  return row ? std::string(statement.Bytes(0)) : std::string();
}

Result<std::optional<Seal>> SealIfDue(Engine& engine, Writer& writer) {
  const Instant now = engine.clock.Now();
  QX_TRY(const Due due, FindDue(engine, LocalDay(now)));
  if (!due.head) return std::optional<Seal>();
  QX_TRY(const crypto::SigningKey key, OpenKey(engine.path));
  Seal seal{LocalDay(now) - 1, *due.head, now, 0, ""};
  bool sealed = false;
  QX_DO(writer.Run([&](Database& database, WriterMemory&) -> Status {
    QX_TRY(const int64_t since, database.QueryInteger("SELECT count(*) FROM audit_seal WHERE day >= " + std::to_string(seal.day) +
                                                      " OR number >= " + std::to_string(seal.head.number)));
    if (since != 0) return Ok();   // another process was first
    QX_TRY(seal.key, KeyNumber(database, key.public_key(), now));
    seal.signature = key.Sign(SealText(seal, due.previous));
    QX_TRY(Statement insert, database.Prepare("INSERT INTO audit_seal(day, number, link, at, key, signature) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"));
    insert.Integer(1, seal.day);
    insert.Integer(2, seal.head.number);
    insert.Bytes(3, seal.head.link);
    insert.Integer(4, seal.at.microseconds);
    insert.Integer(5, seal.key);
    insert.Bytes(6, seal.signature);
    sealed = true;
    return insert.Run();
  }));
  if (!sealed) return std::optional<Seal>();
  LogInfo("store: the audit is sealed to " + SealDay(seal) + ": note " + std::to_string(seal.head.number) + ", link " + HexEncode(seal.head.link));
  return std::optional<Seal>(std::move(seal));
}

Result<uint64_t> CheckSeals(Database& database, const std::function<void(std::string)>& fault) {
  QX_TRY(const std::vector<Seal> seals, ReadSeals(database));
  std::string previous;
  int64_t last = 0;
  for (const Seal& seal : seals) {
    const std::string name = "the seal of " + SealDay(seal);
    QX_TRY(const std::string key, ReadSealKey(database, seal.key));
    if (!crypto::VerifySignature(key, SealText(seal, previous), seal.signature)) fault(name + " is not signed by its key, or the one before it is missing");
    QX_TRY(Statement note, database.Prepare("SELECT link FROM audit WHERE number = ?1"));
    note.Integer(1, seal.head.number);
    QX_TRY(const bool there, note.Step());
    if (!there) {
      fault(name + " covers note " + std::to_string(seal.head.number) + ", which is missing");
    } else if (note.Bytes(0) != seal.head.link) {
      fault(name + " does not fit: notes " + std::to_string(last + 1) + " to " + std::to_string(seal.head.number) + " were made anew");
    }
    previous = seal.signature;
    last = seal.head.number;
  }
  return static_cast<uint64_t>(seals.size());
}

}  // namespace qianxian::store::sqlite
