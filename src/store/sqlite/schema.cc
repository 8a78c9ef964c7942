#include "store/sqlite/schema.h"

#include "store/sqlite/audit_chain.h"

namespace qianxian::store::sqlite {
namespace {

// Truth. A slot is the dense number of a stored version, in the order of commits; a root is the slot that stands for a
// resource: its first version's, or a number given out when something referred to it before it came.
constexpr const char* kTruth = R"sql(
CREATE TABLE setting(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE type(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE owner(number INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
CREATE TABLE dictionary(number INTEGER PRIMARY KEY, type INTEGER NOT NULL, data BLOB NOT NULL);
-- one row a commit; last_slot: all that the record held then
CREATE TABLE moment(t INTEGER PRIMARY KEY, at INTEGER NOT NULL, last_slot INTEGER NOT NULL);
-- the newest version of a resource; slot 0: referred to, not here yet
CREATE TABLE resource(type INTEGER NOT NULL, id TEXT NOT NULL, root INTEGER NOT NULL, slot INTEGER NOT NULL,
  PRIMARY KEY(type, id)) WITHOUT ROWID;
CREATE TABLE stored(slot INTEGER PRIMARY KEY, root INTEGER NOT NULL, type INTEGER NOT NULL, version INTEGER NOT NULL,
  t INTEGER NOT NULL, at INTEGER NOT NULL, owner INTEGER NOT NULL, deleted INTEGER NOT NULL,
  previous INTEGER NOT NULL, splice INTEGER NOT NULL, dictionary INTEGER NOT NULL, hash BLOB, id TEXT NOT NULL,
  body BLOB);
-- slots that are not the whole story of their resource: later versions, deletions, roots that came before their resource
CREATE TABLE supersession(slot INTEGER PRIMARY KEY, previous INTEGER NOT NULL, root INTEGER NOT NULL,
  version INTEGER NOT NULL, dead INTEGER NOT NULL);
CREATE INDEX supersession_root ON supersession(root, version);
CREATE TABLE audit_context(number INTEGER PRIMARY KEY, user TEXT NOT NULL, role TEXT NOT NULL, purpose TEXT NOT NULL,
  origin TEXT NOT NULL, UNIQUE(user, role, purpose, origin));
CREATE TABLE audit(number INTEGER PRIMARY KEY, at INTEGER NOT NULL, t INTEGER NOT NULL, context INTEGER NOT NULL,
  verb TEXT NOT NULL, type TEXT NOT NULL, what TEXT NOT NULL, rows INTEGER NOT NULL);
INSERT INTO owner VALUES(0, '');
INSERT INTO setting VALUES('index_generation', 1), ('index_fingerprint', 0);
)sql";

// Who turned to a person. Files of earlier releases get it when they are opened; earlier releases keep it up by themselves.
constexpr const char* kOpenings = "CREATE INDEX IF NOT EXISTS audit_opening ON audit(what) WHERE verb = 'open'";

// The search parameters that the record defines (custom_index.h). Files of earlier releases get it when they are opened.
constexpr const char* kCustom = R"sql(
CREATE TABLE IF NOT EXISTS custom_parameter(serial INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, resource TEXT NOT NULL,
  slot INTEGER NOT NULL, type TEXT NOT NULL, code TEXT NOT NULL, fingerprint INTEGER NOT NULL, done INTEGER NOT NULL,
  upto INTEGER NOT NULL, dead INTEGER NOT NULL);
)sql";

constexpr const char* kSettingUpsert =
    "INSERT INTO setting VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value";

}  // namespace

int64_t IndexFingerprint(uint64_t definitions) {
  return static_cast<int64_t>(definitions ^ (kIndexLayout * 0x9e3779b97f4a7c15ULL));
}

std::string IndexTable(const char* name, int64_t generation) {
  return std::string(name) + "_" + std::to_string(generation);
}

Status CreateIndexTables(Database& database, int64_t generation) {
  const auto table = [&](const char* name) { return "CREATE TABLE " + IndexTable(name, generation); };
  // span and word each have a small table in front of them: small commits write there, into few pages, and the rows
  // move on when there are many.
  // posting: which slots have this value. span: ordered values (dates, numbers, quantities). word: strings by prefix.
  // label: the distinct texts of tokens and URIs, each with the value of its posting list. coding: units, and the codes
  // that lead a composite, numbered.
  QX_DO(database.Execute(table("posting") +
                         "(parameter INTEGER NOT NULL, value INTEGER NOT NULL, first INTEGER NOT NULL, data BLOB NOT "
                         "NULL, PRIMARY KEY(parameter, value, first)) WITHOUT ROWID"));
  for (const char* name : {"span", "span_recent"}) {
    QX_DO(database.Execute(table(name) +
                           "(parameter INTEGER NOT NULL, coding INTEGER NOT NULL, width INTEGER NOT NULL, low INTEGER "
                           "NOT NULL, slot INTEGER NOT NULL, high INTEGER NOT NULL, unit INTEGER NOT NULL, PRIMARY "
                           "KEY(parameter, coding, width, low, slot, high, unit)) WITHOUT ROWID"));
  }
  for (const char* name : {"word", "word_recent"}) {
    QX_DO(database.Execute(table(name) +
                           "(parameter INTEGER NOT NULL, text TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY "
                           "KEY(parameter, text, slot)) WITHOUT ROWID"));
  }
  QX_DO(database.Execute(table("label") +
                         "(parameter INTEGER NOT NULL, text TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY "
                         "KEY(parameter, text, value)) WITHOUT ROWID"));
  QX_DO(database.Execute(table("coding") +
                         "(number INTEGER PRIMARY KEY, system TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, "
                         "UNIQUE(system, code, text))"));
  // text: the words of each version under its slot; only added to, like all of the index. The words come cut and folded
  // already (words/text.h), so that the tokenizer has nothing to do but split at blanks.
  return database.Execute("CREATE VIRTUAL TABLE " + IndexTable("text", generation) +
                          " USING fts5(narrative, other, narrative_initials, other_initials, content='', columnsize=0, "
                          "tokenize=ascii)");
}

Status DropIndexTables(Database& database, int64_t generation) {
  for (const char* name : {"posting", "span", "span_recent", "word", "word_recent", "label", "coding", "text"}) {
    QX_DO(database.Execute("DROP TABLE IF EXISTS " + IndexTable(name, generation)));
  }
  return Ok();
}

Result<int64_t> ReadSetting(Database& database, const char* name, int64_t otherwise) {
  QX_TRY(Statement* statement, database.Cached("SELECT value FROM setting WHERE name = ?1"));
  const Resetter resetter(*statement);
  statement->Text(1, name);
  QX_TRY(const bool row, statement->Step());
  return row ? statement->Integer(0) : otherwise;
}

Status WriteSetting(Database& database, const char* name, int64_t value) {
  QX_TRY(Statement* statement, database.Cached(kSettingUpsert));
  statement->Text(1, name);
  statement->Integer(2, value);
  return statement->Run();
}

namespace {

// Is this an empty file (true) or a store that this program may open (false)? Changes nothing.
Result<bool> IsEmptyOrOurs(Database& database) {
  QX_TRY(const int64_t format, database.QueryInteger("PRAGMA user_version"));
  QX_TRY(const int64_t application, database.QueryInteger("PRAGMA application_id"));
  QX_TRY(const int64_t tables, database.QueryInteger("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0 && format == 0) return true;
  if (application != kApplicationId) {
    return Unavailable("not-a-store", "The file record.db is not a store of this program.",
                       "record.db 不是本程序的数据文件。");
  }
  if (format > kFormat) {
    return Unavailable("newer-format", "The record was written by a newer release of this program.",
                       "数据由更新版本的程序写入，请升级程序后再打开。");
  }
  return false;
}

}  // namespace

Status CreateOrVerifySchema(Database& database) {
  // Before anything else: a file that is refused stays as it is, to the byte.
  QX_DO(IsEmptyOrOurs(database));
  // Write-ahead logging is a property of the file; it must be set outside of a transaction.
  QX_DO(database.Execute("PRAGMA journal_mode=WAL"));
  QX_DO(database.Execute("BEGIN IMMEDIATE"));
  const auto create = [&]() -> Status {
    QX_TRY(const bool empty, IsEmptyOrOurs(database));
    if (empty) {
      QX_DO(database.Execute(kTruth));
      QX_DO(database.Execute(kOpenings));
      QX_DO(database.Execute(kCustom));
      QX_DO(CreateAuditChain(database));
      QX_DO(CreateIndexTables(database, 1));
      QX_DO(database.Execute("PRAGMA application_id=" + std::to_string(kApplicationId)));
      return database.Execute("PRAGMA user_version=" + std::to_string(kFormat));
    }
    QX_DO(database.Execute(kOpenings));
    QX_DO(database.Execute(kCustom));
    return CreateAuditChain(database);
  };
  Status created = create();
  if (!created.ok()) {
    const Status undone = database.Execute("ROLLBACK");
    if (!undone.ok()) return undone;
    return created;
  }
  return database.Execute("COMMIT");
}

}  // namespace qianxian::store::sqlite
