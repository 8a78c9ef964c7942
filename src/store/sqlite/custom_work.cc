#include "store/sqlite/custom_work.h"

#include <algorithm>
#include <map>

#include "base/limits_search_parameters.h"
#include "store/sqlite/check.h"
#include "store/sqlite/index_reader.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

// Parameters of one type that are equally far.
struct Piece {
  std::vector<CustomRow> rows;
  std::vector<Slot> slots;                 // versions to be indexed now
  Slot end = 0;                            // everything up to here is done then
};

struct Version {
  Slot slot = 0;
  IndexRows rows;
};

Result<int64_t> TypeNumber(Database& database, const std::string& type) {
  QX_TRY(Statement* statement, database.Cached("SELECT number FROM type WHERE name = ?1"));
  const Resetter resetter(*statement);
  statement->Text(1, type);
  QX_TRY(const bool found, statement->Step());
  return found ? statement->Integer(0) : int64_t{0};
}

// What this process knows of and is not done: of one type and equally far; or all whose types nothing was ever stored of.
Result<std::vector<CustomRow>> NextRows(Database& database, const CustomSet& current) {
  QX_TRY(std::vector<CustomRow> all, ReadCustomRows(database));
  std::erase_if(all, [&](const CustomRow& row) {
    const search::Parameter* known = current == nullptr ? nullptr : current->At(row.number);
    return row.done >= row.upto || known == nullptr || known->serial != static_cast<uint64_t>(row.serial);
  });
  std::vector<CustomRow> same, of_nothing;
  for (const CustomRow& row : all) {
    QX_TRY(const int64_t type, TypeNumber(database, row.type));
    if (type == 0) of_nothing.push_back(row);
    else if (same.empty() || (row.type == same[0].type && row.done == same[0].done)) same.push_back(row);
  }
  return of_nothing.empty() ? same : of_nothing;
}

Result<Piece> NextPiece(Database& database, const CustomSet& current) {
  QX_TRY(const auto transaction, ReadTransaction::Begin(database));
  Piece piece;
  QX_TRY(piece.rows, NextRows(database, current));
  if (piece.rows.empty()) return piece;
  for (const CustomRow& row : piece.rows) piece.end = std::max(piece.end, row.upto);
  QX_TRY(const int64_t type, TypeNumber(database, piece.rows[0].type));
  if (type == 0) return piece;
  QX_TRY(IndexReader index, IndexReader::Open(database, piece.end));
  SlotSetBuilder versions(piece.end);
  QX_DO(index.PostingAfter(kByType, type, piece.rows[0].done, versions));
  piece.slots = versions.Finish().Take(piece.rows[0].done, limits::kCustomIndexBatch);
  if (piece.slots.size() == limits::kCustomIndexBatch) piece.end = piece.slots.back();
  return piece;
}

// Of the set, what the piece is about.
Result<CustomSet> SetOf(Engine& engine, const Piece& piece, const search::CustomParameters& current) {
  std::vector<search::CustomEntry> entries;
  for (const search::CustomEntry& entry : current.entries()) {
    const bool wanted = std::any_of(piece.rows.begin(), piece.rows.end(), [&](const CustomRow& row) { return row.number == entry.number; });
    if (wanted) entries.push_back(entry);
  }
  return search::CustomParameters::Create(engine.parameters, std::move(entries));
}

Result<std::vector<Version>> Extract(Engine& engine, Database& database, const Piece& piece, const search::CustomParameters& set) {
  std::vector<Version> versions(piece.slots.size());
  std::vector<std::string> bodies(piece.slots.size());
  for (size_t i = 0; i < piece.slots.size(); ++i) {
    QX_TRY(const std::optional<StoredRow> row, ReadStored(engine, database, piece.slots[i], true));
    if (!row) return Unavailable("damaged", "A version is missing.", "缺失版本。");
    versions[i].slot = row->slot;
    if (!row->deleted) bodies[i] = AssembleBody(row->kept, row->splice, row->id, row->version, row->at);
  }
  std::map<uint16_t, Slot> upto;
  for (const CustomRow& row : piece.rows) upto[row.number] = row.upto;
  std::vector<Status> states(versions.size(), Ok());
  engine.crew.ForEach(versions.size(), [&](size_t i) {
    if (bodies[i].empty()) return;
    const Result<json::Document> document = json::Document::Parse(std::move(bodies[i]));
    if (!document.ok()) {
      states[i] = document.error();
      return;
    }
    std::vector<search::IndexEntry> entries;
    set.Extract(document->root(), entries);
    std::erase_if(entries, [&](const search::IndexEntry& entry) { return versions[i].slot > upto.at(entry.parameter); });
    AppendIndexRows(entries, engine.aliases, versions[i].rows);
  });
  for (Status& state : states) QX_DO(std::move(state));
  return versions;
}

// Are the parameters as far as they were when the piece was chosen, and still used?
Result<bool> IsCurrent(Database& database, const Piece& piece) {
  QX_TRY(const std::vector<CustomRow> now, ReadCustomRows(database));
  return std::all_of(piece.rows.begin(), piece.rows.end(), [&](const CustomRow& row) {
    return std::any_of(now.begin(), now.end(), [&](const CustomRow& one) { return one.serial == row.serial && one.done == row.done && one.upto >= row.upto; });
  });
}

Status Write(Database& database, WriterMemory& memory, const Piece& piece, const std::vector<Version>& versions) {
  QX_TRY(const bool current, IsCurrent(database, piece));
  if (!current) return Ok();   // somebody else did it, or it is no longer wanted
  QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
  // Of its own: what the writer goes on with are lists of later versions.
  IndexWriter index(generation);
  for (const Version& version : versions) {
    QX_DO(index.Add(database, version.rows, version.slot));
    for (const IndexRows::Reference& reference : version.rows.references) {
      QX_TRY(const Slot root, GiveRoot(database, memory, reference));
      index.AddPosting(reference.parameter, root, version.slot);
    }
  }
  QX_DO(index.Flush(database));
  for (const CustomRow& row : piece.rows) {
    QX_TRY(Statement* statement, database.Cached("UPDATE custom_parameter SET done = min(upto, ?2) WHERE serial = ?1"));
    statement->Integer(1, row.serial);
    statement->Integer(2, piece.end);
    QX_DO(statement->Run());
  }
  return Ok();
}

// How many rows of a table, which is keyed by these columns, were taken away.
Result<int64_t> Clean(Database& database, int64_t generation, const char* name, const std::string& key, uint16_t number) {
  const std::string table = IndexTable(name, generation);
  QX_TRY(Statement* statement, database.Cached("DELETE FROM " + table + " WHERE (" + key + ") IN (SELECT " + key + " FROM " + table +
                                               " WHERE parameter = ?1 LIMIT ?2)"));
  statement->Integer(1, number);
  statement->Integer(2, limits::kCustomCleanBatch);
  QX_DO(statement->Run());
  return database.QueryInteger("SELECT changes()");
}

Status CleanPiece(Database& database, uint16_t number) {
  static constexpr std::pair<const char*, const char*> kTables[] = {
      {"posting", "parameter, value, first"},
      {"span", "parameter, coding, width, low, slot, high, unit"}, {"span_recent", "parameter, coding, width, low, slot, high, unit"},
      {"word", "parameter, text, slot"}, {"word_recent", "parameter, text, slot"}, {"label", "parameter, text, value"}};
  QX_TRY(const std::vector<uint16_t> dead, ReadDeadNumbers(database));
  if (std::find(dead.begin(), dead.end(), number) == dead.end()) return Ok();   // somebody else was quicker
  QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
  int64_t rows = 0;
  for (const auto& [table, key] : kTables) {
    QX_TRY(const int64_t gone, Clean(database, generation, table, key, number));
    rows += gone;
    if (rows >= limits::kCustomCleanBatch) return Ok();
  }
  QX_TRY(Statement* statement, database.Cached("DELETE FROM custom_parameter WHERE number = ?1 AND dead = 1"));
  statement->Integer(1, number);
  return statement->Run();
}

}  // namespace

Result<bool> WorkOnCustom(Engine& engine, Writer& writer) {
  QX_TRY(ReaderPool::Lease reader, engine.readers.Borrow());
  QX_DO(engine.custom.Refresh(engine, *reader));
  const CustomSet current = engine.custom.current();
  QX_TRY(const Piece piece, NextPiece(*reader, current));
  if (!piece.rows.empty()) {
    QX_TRY(const CustomSet set, SetOf(engine, piece, *current));
    QX_TRY(const std::vector<Version> versions, Extract(engine, *reader, piece, *set));
    QX_DO(writer.Run([&](Database& database, WriterMemory& memory) { return Write(database, memory, piece, versions); }));
    QX_DO(engine.catalog.Refresh(*reader));
    QX_DO(engine.custom.Refresh(engine, *reader));
    return true;
  }
  QX_TRY(const std::vector<uint16_t> dead, ReadDeadNumbers(*reader));
  if (dead.empty()) return false;
  QX_DO(writer.Run([&](Database& database, WriterMemory&) { return CleanPiece(database, dead[0]); }));
  return true;
}

Status FinishCustom(Engine& engine, Writer& writer) {
  for (;;) {
    QX_TRY(const bool more, WorkOnCustom(engine, writer));
    if (!more) return Ok();
  }
}

}  // namespace qianxian::store::sqlite
