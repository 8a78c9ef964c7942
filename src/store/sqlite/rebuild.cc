// RebuildIndex: the next generation of the index tables is filled beside the one in use, piece by piece, so that commits
// go on between the pieces; the last piece and the switch are one transaction.
#include <algorithm>

#include "search/parameters.h"
#include "store/sqlite/check.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr Slot kPiece = 8'192;

struct IndexedRow {
  Slot slot = 0;
  int64_t type = 0;
  int64_t owner = 0;
  bool deleted = false;
  IndexRows rows;
};

// The rows of slots in (after, last], extracted again.
Result<std::vector<IndexedRow>> Extract(Engine& engine, Database& database, Slot after, Slot last) {
  std::vector<Slot> slots;
  QX_TRY(Statement* statement, database.Cached("SELECT slot FROM stored WHERE slot > ?1 AND slot <= ?2 ORDER BY slot"));
  const Resetter resetter(*statement);
  statement->Integer(1, after);
  statement->Integer(2, last);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) break;
    slots.push_back(static_cast<Slot>(statement->Integer(0)));
  }
  std::vector<IndexedRow> out(slots.size());
  std::vector<std::string> bodies(slots.size());
  for (size_t i = 0; i < slots.size(); ++i) {
    QX_TRY(std::optional<StoredRow> row, ReadStored(engine, database, slots[i], true));
    if (!row) return Unavailable("damaged", "A version is missing.", "缺失版本。");
    out[i] = {row->slot, row->type, row->owner, row->deleted, {}};
    if (!row->deleted) bodies[i] = AssembleBody(row->kept, row->splice, row->id, row->version, row->at);
  }
  std::vector<Status> states(slots.size(), Ok());
  engine.crew.ForEach(slots.size(), [&](size_t i) {
    if (out[i].deleted) return;
    Result<json::Document> document = json::Document::Parse(std::move(bodies[i]));
    states[i] = document.ok() ? engine.preparer.MakeRows(*document, out[i].rows) : Status(document.error());
  });
  for (Status& state : states) QX_DO(std::move(state));
  return out;
}

Status Add(Database& database, WriterMemory& memory, IndexWriter& index, const std::vector<IndexedRow>& rows) {
  for (const IndexedRow& row : rows) {
    index.AddPosting(kByType, row.type, row.slot);
    index.AddPosting(kByOwner, row.owner, row.slot);
    if (row.deleted) continue;
    QX_DO(index.Add(database, row.rows, row.slot));
    for (const IndexRows::Reference& reference : row.rows.references) {
      QX_TRY(const Slot root, GiveRoot(database, memory, reference));
      index.AddPosting(reference.parameter, root, row.slot);
    }
  }
  return index.Flush(database);
}

}  // namespace

// References got their roots when they were committed; but other definitions may find references that were none then.
Result<Slot> GiveRoot(Database& database, WriterMemory& memory, const IndexRows::Reference& reference) {
  int64_t type = 0;
  for (const char* sql : {"SELECT number FROM type WHERE name = ?1",
                          "INSERT INTO type(name) VALUES(?1) RETURNING number"}) {
    QX_TRY(Statement* statement, database.Cached(sql));
    const Resetter resetter(*statement);
    statement->Text(1, reference.type);
    QX_TRY(const bool row, statement->Step());
    if (row) type = statement->Integer(0);
    if (row) break;
  }
  QX_TRY(Statement* find, database.Cached("SELECT root FROM resource WHERE type = ?1 AND id = ?2"));
  const Resetter resetter(*find);
  find->Integer(1, type);
  find->Text(2, reference.id);
  QX_TRY(const bool row, find->Step());
  if (row) return static_cast<Slot>(find->Integer(0));
  const Slot root = memory.next_slot++;
  QX_TRY(Statement* resource, database.Cached("INSERT INTO resource VALUES(?1, ?2, ?3, 0)"));
  resource->Integer(1, type);
  resource->Text(2, reference.id);
  resource->Integer(3, root);
  QX_DO(resource->Run());
  QX_TRY(Statement* supersession, database.Cached("INSERT INTO supersession VALUES(?1, 0, ?1, 0, 1)"));
  supersession->Integer(1, root);
  QX_DO(supersession->Run());
  return root;
}

Status RebuildIndex(Engine& engine, Writer& writer, const std::function<void(uint64_t, uint64_t)>& progress) {
  QX_TRY(ReaderPool::Lease reader, engine.readers.Borrow());
  int64_t old_generation = 0;
  QX_DO(writer.Run([&](Database& database, WriterMemory&) -> Status {
    QX_TRY(old_generation, ReadSetting(database, "index_generation", 1));
    QX_DO(DropIndexTables(database, old_generation + 1));   // of a rebuild that was cut off
    return CreateIndexTables(database, old_generation + 1);
  }));
  IndexWriter index(old_generation + 1);
  Slot done = 0;
  for (;;) {
    const Moment newest = engine.state.newest();
    if (newest.last - done <= kPiece) break;
    const Slot last = done + kPiece;
    QX_TRY(const std::vector<IndexedRow> rows, Extract(engine, *reader, done, last));
    QX_DO(writer.Run([&](Database& database, WriterMemory& memory) -> Status {
      QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
      if (generation != old_generation) {
        return MakeError(ErrorCategory::kConflict, "rebuild-overtaken", "Somebody else rebuilt the index meanwhile.",
                         "索引已被其他进程重建。");
      }
      return Add(database, memory, index, rows);
    }));
    done = last;
    if (progress) progress(done, newest.last);
  }
  QX_DO(writer.Run([&](Database& database, WriterMemory& memory) -> Status {
    QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
    if (generation != old_generation) {
      return MakeError(ErrorCategory::kConflict, "rebuild-overtaken", "Somebody else rebuilt the index meanwhile.",
                       "索引已被其他进程重建。");
    }
    QX_TRY(const Moment newest, ReadNewestMoment(database));
    QX_TRY(const std::vector<IndexedRow> rows, Extract(engine, database, done, newest.last));
    QX_DO(Add(database, memory, index, rows));
    QX_DO(BeginCustomAgain(database, memory.next_slot - 1));
    QX_DO(WriteSetting(database, "index_fingerprint", IndexFingerprint(engine.parameters.fingerprint())));
    return WriteSetting(database, "index_generation", old_generation + 1);
  }));
  QX_DO(engine.custom.Refresh(engine, *reader));
  QX_DO(writer.Run([&](Database& database, WriterMemory&) { return DropIndexTables(database, old_generation); }));
  const Moment newest = engine.state.newest();
  if (progress) progress(newest.last, newest.last);
  return Ok();
}

}  // namespace qianxian::store::sqlite
