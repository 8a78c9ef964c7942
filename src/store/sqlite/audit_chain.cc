#include "store/sqlite/audit_chain.h"

#include "crypto/crypto.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr const char* kChainFrom = "audit_chain_from";

void Append(std::string& to, int64_t number) {
  for (int shift = 0; shift < 64; shift += 8) to += static_cast<char>(static_cast<uint64_t>(number) >> shift);
}

// With its length, so that no text can be moved from one field to its neighbour.
void Append(std::string& to, std::string_view text) {
  Append(to, static_cast<int64_t>(text.size()));
  to += text;
}

std::string Missing(int64_t from, int64_t to) {
  return from == to ? "note " + std::to_string(from) + " is missing" : "notes " + std::to_string(from) + " to " + std::to_string(to) + " are missing";
}

}  // namespace

AuditNote NoteOf(const Statement& row) {
  AuditNote note;
  note.number = static_cast<uint64_t>(row.Integer(0));
  note.at = {row.Integer(1)};
  note.t = static_cast<uint64_t>(row.Integer(2));
  note.verb = row.Text(3);
  note.type = row.Text(4);
  note.what = row.Text(5);
  note.rows = static_cast<uint64_t>(row.Integer(6));
  note.user = row.Text(kUserColumn);
  note.role = row.Text(8);
  note.purpose = row.Text(9);
  note.origin = row.Text(10);
  return note;
}

std::string LinkOf(std::string_view previous, int64_t number, const AuditRecord& record) {
  std::string text;
  text.reserve(256);
  Append(text, previous);
  Append(text, number);
  Append(text, record.at.microseconds);
  Append(text, static_cast<int64_t>(record.t));
  Append(text, static_cast<int64_t>(record.rows));
  for (const std::string* field : {&record.user, &record.role, &record.purpose, &record.origin, &record.verb, &record.type, &record.what})
    Append(text, *field);
  return crypto::Sha256(text).substr(0, kLinkBytes);
}

Status CreateAuditChain(Database& database) {
  QX_TRY(const int64_t columns, database.QueryInteger("SELECT count(*) FROM pragma_table_info('audit') WHERE name = 'link'"));
  if (columns != 0) return Ok();
  QX_TRY(const int64_t last, database.QueryInteger("SELECT coalesce(max(number), 0) FROM audit"));
  QX_DO(database.Execute("ALTER TABLE audit ADD COLUMN link BLOB"));
  QX_DO(database.Execute("CREATE TABLE audit_key(number INTEGER PRIMARY KEY, public_key BLOB NOT NULL UNIQUE, at INTEGER NOT NULL);"
                         "CREATE TABLE audit_seal(day INTEGER PRIMARY KEY, number INTEGER NOT NULL, link BLOB NOT NULL, at INTEGER NOT NULL, "
                         "key INTEGER NOT NULL, signature BLOB NOT NULL)"));
  return WriteSetting(database, kChainFrom, last + 1);
}

Result<ChainHead> ReadChainHead(Database& database) {
  QX_TRY(Statement statement, database.Prepare("SELECT number, link FROM audit ORDER BY number DESC LIMIT 1"));
  QX_TRY(const bool row, statement.Step());
  return row ? ChainHead{statement.Integer(0), std::string(statement.Bytes(1))} : ChainHead{};
}

Result<ChainHead> ReadChainStart(Database& database) {
  QX_TRY(const int64_t from, ReadSetting(database, kChainFrom, 1));
  return ChainHead{from - 1, ""};
}

Result<ChainWalk> WalkChain(Database& database, const ChainHead& from, const std::function<void(std::string)>& fault) {
  QX_TRY(Statement statement, database.Prepare(std::string(kSelectNotes) + "WHERE a.number > ?1 ORDER BY a.number"));
  statement.Integer(1, from.number);
  ChainWalk walk{0, from};
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) return walk;
    ++walk.notes;
    const int64_t number = statement.Integer(0);
    if (number != walk.head.number + 1) fault(Missing(walk.head.number + 1, number - 1));
    const std::string link(statement.Bytes(kLinkColumn));
    const AuditNote note = NoteOf(statement);
    const std::string name = "note " + std::to_string(number) + " of " + FormatLocalTime(note.at);
    if (link.empty()) {
      fault(name + " has no link: another program wrote it");
    } else if (statement.IsNull(kUserColumn)) {
      fault(name + " no longer says whose it is");
    } else if (number == walk.head.number + 1 && link != LinkOf(walk.head.link, number, note)) {
      fault(name + " was altered");
    }
    walk.head = {number, link};
  }
}

}  // namespace qianxian::store::sqlite
