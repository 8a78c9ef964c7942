#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/limits_audit.h"
#include "base/text.h"
#include "store/audit.h"
#include "store/sqlite/audit_seal.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/state.h"

namespace qianxian::store {
namespace sqlite {
namespace {

constexpr int kBusyMilliseconds = 20'000;
constexpr int64_t kJitterMicroseconds = 60'000'000;   // notes of reads may be written a little after later ones

Result<std::unique_ptr<Database>> OpenNoted(const access::Caller& caller, const std::string& directory, const std::string& what, Clock& clock) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "audit", ""));
  const std::string record = directory + "/record.db";
  if (!FileExists(record)) return NotFound("no-record", directory + " holds no record.", directory + " 中没有数据。");
  QX_TRY(auto database, Database::Open(record, Database::Mode::kWrite, kBusyMilliseconds));
  QX_DO(CreateOrVerifySchema(*database));
  QX_TRY(const Moment newest, ReadNewestMoment(*database));
  AuditWriter audit;
  QX_DO(database->Execute("BEGIN IMMEDIATE"));
  const Status noted = audit.Write(*database, {MakeAuditRecord(caller, clock.Now(), newest.t, "audit", "*", what, 0)});
  QX_DO(database->Execute(noted.ok() ? "COMMIT" : "ROLLBACK"));
  QX_DO(noted);
  return database;
}

// The first number whose note is not before `at`, but for the jitter; notes are in order of time.
Result<int64_t> NumberAt(Database& database, Instant at) {
  QX_TRY(const ChainHead head, ReadChainHead(database));
  QX_TRY(Statement* statement, database.Cached("SELECT number, at FROM audit WHERE number >= ?1 ORDER BY number LIMIT 1"));
  int64_t low = 1, high = head.number + 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const Resetter resetter(*statement);
    statement->Integer(1, middle);
    QX_TRY(const bool row, statement->Step());
    if (row && statement->Integer(1) < at.microseconds) {
      low = statement->Integer(0) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool Fits(const AuditQuestion& question, const AuditNote& note) {
  const auto is = [](const std::string& wanted, const std::string& text) { return wanted.empty() || wanted == text; };
  return is(question.user, note.user) && is(question.verb, note.verb) && is(question.type, note.type) &&
         note.what.find(question.text) != std::string::npos && (!question.from || note.at >= *question.from) && (!question.to || note.at < *question.to);
}

Result<AuditPage> ReadPage(Database& database, const AuditQuestion& question) {
  int64_t before = question.before == 0 ? INT64_MAX : static_cast<int64_t>(question.before);
  int64_t least = 1;
  if (question.to) {
    QX_TRY(const int64_t end, NumberAt(database, {question.to->microseconds + kJitterMicroseconds}));
    before = std::min(before, end);
  }
  if (question.from) {
    QX_TRY(least, NumberAt(database, {question.from->microseconds - kJitterMicroseconds}));
  }
  QX_TRY(Statement statement, database.Prepare(std::string(kSelectNotes) + "WHERE a.number < ?1 AND a.number >= ?2 ORDER BY a.number DESC"));
  statement.Integer(1, before);
  statement.Integer(2, least);
  AuditPage page;
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) return page;
    if (page.notes.size() == std::min(question.count, limits::kAuditPage) || page.looked == limits::kAuditLooked) {
      page.before = static_cast<uint64_t>(statement.Integer(0)) + 1;
      return page;
    }
    ++page.looked;
    AuditNote note = NoteOf(statement);
    if (Fits(question, note)) page.notes.push_back(std::move(note));
  }
}

std::string WordsOf(const AuditQuestion& question) {
  std::string words;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) words += (words.empty() ? "" : "&") + std::string(name) + "=" + value;
  };
  add("user", question.user);
  add("verb", question.verb);
  add("type", question.type);
  add("text", question.text);
  add("from", question.from ? FormatInstant(*question.from) : "");
  add("to", question.to ? FormatInstant(*question.to) : "");
  return words;
}

}  // namespace
}  // namespace sqlite

Result<AuditPage> ReadAudit(const access::Caller& caller, const std::string& directory, const AuditQuestion& question, Clock& clock) {
  QX_TRY(const auto database, sqlite::OpenNoted(caller, directory, sqlite::WordsOf(question), clock));
  return sqlite::ReadPage(*database, question);
}

Result<std::vector<AuditSeal>> ReadAuditSeals(const access::Caller& caller, const std::string& directory, Clock& clock) {
  QX_TRY(const auto database, sqlite::OpenNoted(caller, directory, "seals", clock));
  QX_TRY(const std::vector<sqlite::Seal> seals, sqlite::ReadSeals(*database));
  std::vector<AuditSeal> out;
  for (const sqlite::Seal& seal : seals) {
    QX_TRY(const std::string key, sqlite::ReadSealKey(*database, seal.key));
    out.push_back({sqlite::SealDay(seal), static_cast<uint64_t>(seal.head.number), HexEncode(seal.head.link), HexEncode(key), HexEncode(seal.signature), seal.at});
  }
  return out;
}

std::string FormatAuditSeals(const std::vector<AuditSeal>& seals) {
  std::string text;
  for (const AuditSeal& seal : seals)
    text += seal.day + " " + std::to_string(seal.number) + " " + seal.link + " " + seal.public_key + " " + seal.signature + "\n";
  return text;
}

Result<std::vector<std::string>> CompareAuditSeals(const std::vector<AuditSeal>& here, const std::string& kept) {
  std::set<std::string, std::less<>> lines;
  const std::string all = FormatAuditSeals(here);
  for (const std::string_view line : Split(all, '\n')) lines.emplace(line);
  std::vector<std::string> wrong;
  size_t number = 0;
  for (const std::string_view raw : Split(kept, '\n')) {
    ++number;
    const std::string_view line = TrimAscii(raw);
    if (line.empty()) continue;
    if (Split(line, ' ').size() != 5) {
      return Invalid("bad-seals", "line " + std::to_string(number) + " of the kept seals is none: give what \"qianxian audit seals\" printed",
                     "保存的封存记录第 " + std::to_string(number) + " 行格式不对：请提供 qianxian audit seals 输出的内容");
    }
    if (!lines.contains(line)) wrong.push_back("the seal of " + std::string(line.substr(0, 10)) + " that was kept is not the record's");
  }
  return wrong;
}

}  // namespace qianxian::store
