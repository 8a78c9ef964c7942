#include "store/sqlite/rows.h"

#include "base/limits.h"

namespace qianxian::store::sqlite {
namespace {

#define COLUMNS "slot, root, type, version, t, at, owner, deleted, previous, splice, dictionary, id, hash, body"
constexpr char kBySlot[] = "SELECT " COLUMNS " FROM stored WHERE slot = ?1";
constexpr char kNewest[] = "SELECT " COLUMNS " FROM stored WHERE slot = (SELECT slot FROM resource WHERE type = ?1 AND id = ?2)";
#undef COLUMNS

// The row that the statement stands on.
Result<StoredRow> ToRow(Engine& engine, Database& database, const Statement* statement, bool with_body) {
  StoredRow row;
  row.slot = static_cast<Slot>(statement->Integer(0));
  row.root = static_cast<Slot>(statement->Integer(1));
  row.type = statement->Integer(2);
  row.version = static_cast<uint64_t>(statement->Integer(3));
  row.t = static_cast<uint64_t>(statement->Integer(4));
  row.at = Instant{statement->Integer(5)};
  row.owner = statement->Integer(6);
  row.deleted = statement->Integer(7) != 0;
  row.previous = static_cast<Slot>(statement->Integer(8));
  row.splice = Splice::Unpack(static_cast<uint64_t>(statement->Integer(9)));
  row.id = std::string(statement->Text(11));
  if (with_body && !row.deleted) {
    row.hash = std::string(statement->Bytes(12));
    QX_TRY(const auto codec, engine.catalog.Codec(statement->Integer(10), database));
    QX_TRY(row.kept, codec->Decompress(statement->Bytes(13), limits::kJsonBytes));
  }
  return row;
}

}  // namespace

Result<std::optional<StoredRow>> ReadStored(Engine& engine, Database& database, Slot slot, bool with_body) {
  QX_TRY(Statement* statement, database.Cached(kBySlot));
  const Resetter resetter(*statement);
  statement->Integer(1, slot);
  QX_TRY(const bool found, statement->Step());
  if (!found) return std::optional<StoredRow>();
  QX_TRY(StoredRow row, ToRow(engine, database, statement, with_body));
  return std::optional<StoredRow>(std::move(row));
}

Result<std::optional<StoredRow>> ReadAt(Engine& engine, Database& database, std::string_view type,
                                        std::string_view id, Slot last) {
  const std::optional<int64_t> number = engine.catalog.TypeNumber(type);
  if (!number) return std::optional<StoredRow>();
  Slot slot = 0;
  {
    QX_TRY(Statement* statement, database.Cached(kNewest));
    const Resetter resetter(*statement);
    statement->Integer(1, *number);
    statement->Text(2, id);
    QX_TRY(const bool found, statement->Step());
    if (!found) return std::optional<StoredRow>();
    slot = static_cast<Slot>(statement->Integer(0));
    if (slot <= last) {
      QX_TRY(StoredRow row, ToRow(engine, database, statement, true));
      return std::optional<StoredRow>(std::move(row));
    }
  }
  while (slot > last) {
    QX_TRY(const auto row, ReadStored(engine, database, slot, false));
    if (!row) return Unavailable("damaged", "A version of a resource is missing.", "资源的某个版本缺失。");
    slot = row->previous;
  }
  if (slot == 0) return std::optional<StoredRow>();
  return ReadStored(engine, database, slot, true);
}

Result<std::optional<Slot>> FindRoot(Engine& engine, Database& database, std::string_view type, std::string_view id) {
  const std::optional<int64_t> number = engine.catalog.TypeNumber(type);
  if (!number) return std::optional<Slot>();
  QX_TRY(Statement* statement, database.Cached("SELECT root FROM resource WHERE type = ?1 AND id = ?2"));
  const Resetter resetter(*statement);
  statement->Integer(1, *number);
  statement->Text(2, id);
  QX_TRY(const bool found, statement->Step());
  if (!found) return std::optional<Slot>();
  return std::optional<Slot>(static_cast<Slot>(statement->Integer(0)));
}

Result<Resource> ToResource(Engine& engine, Database& database, const StoredRow& row) {
  Resource resource;
  QX_TRY(resource.type, engine.catalog.TypeName(row.type, database));
  QX_TRY(resource.owner, engine.catalog.OwnerCode(row.owner, database));
  resource.id = row.id;
  resource.version = row.version;
  resource.t = row.t;
  resource.last_updated = row.at;
  resource.deleted = row.deleted;
  if (!row.deleted) resource.body = AssembleBody(row.kept, row.splice, row.id, row.version, row.at);
  return resource;
}

}  // namespace qianxian::store::sqlite
