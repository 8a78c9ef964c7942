#include "store/sqlite/custom_index.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/log.h"
#include "store/errors.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr const char* kEpoch = "custom_epoch";
constexpr const char* kSerial = "custom_serial";
constexpr const char* kThrough = "custom_through";      // versions up to this slot are indexed as they were written
constexpr const char* kColumns = "serial, number, resource, slot, type, code, fingerprint, done, upto";

// Living SearchParameters in the order in which they came: (id, slot of the newest version).
Result<std::vector<std::pair<std::string, Slot>>> ReadSearchParameters(Database& database) {
  QX_TRY(Statement* statement, database.Cached(
      "SELECT r.id, r.slot FROM type t JOIN resource r ON r.type = t.number JOIN stored s ON s.slot = r.slot WHERE t.name = 'SearchParameter' "
      "AND s.deleted = 0 ORDER BY coalesce((SELECT x.slot FROM supersession x WHERE x.root = r.root AND x.version = 1), r.root)"));
  const Resetter resetter(*statement);
  std::vector<std::pair<std::string, Slot>> out;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return out;
    out.emplace_back(std::string(statement->Text(0)), static_cast<Slot>(statement->Integer(1)));
  }
}

Status Update(Database& database, const char* sql, const std::vector<int64_t>& values) {
  QX_TRY(Statement* statement, database.Cached(sql));
  const Resetter resetter(*statement);
  for (size_t i = 0; i < values.size(); ++i) statement->Integer(static_cast<int>(i) + 1, values[i]);
  return statement->Run();
}

Status RaiseEpoch(Database& database) {
  QX_TRY(const int64_t epoch, ReadSetting(database, kEpoch, 0));
  return WriteSetting(database, kEpoch, epoch + 1);
}

Result<uint16_t> FreeNumber(Database& database, int64_t serial) {
  constexpr int64_t kNumbers = int64_t{UINT16_MAX} + 1 - search::kFirstCustomNumber;
  QX_TRY(Statement* statement, database.Cached("SELECT 1 FROM custom_parameter WHERE number = ?1"));
  for (int64_t i = 0; i < kNumbers; ++i) {
    const int64_t number = search::kFirstCustomNumber + (serial + i) % kNumbers;
    const Resetter resetter(*statement);
    statement->Integer(1, number);
    QX_TRY(const bool used, statement->Step());
    if (!used) return static_cast<uint16_t>(number);
  }
  return Unavailable("index-full", "There are no numbers left for search parameters.", "检索参数的编号已用尽。");
}

Status Insert(Database& database, const search::CustomDefinition& definition, Slot slot, const std::string& type, Slot last) {
  QX_TRY(const int64_t before, ReadSetting(database, kSerial, 0));
  const int64_t serial = before + 1;
  QX_DO(WriteSetting(database, kSerial, serial));
  QX_TRY(const uint16_t number, FreeNumber(database, serial));
  QX_TRY(Statement* insert, database.Cached("INSERT INTO custom_parameter VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, 0)"));
  const Resetter resetter(*insert);
  insert->Integer(1, serial);
  insert->Integer(2, number);
  insert->Text(3, definition.id);
  insert->Integer(4, slot);
  insert->Text(5, type);
  insert->Text(6, definition.code);
  insert->Integer(7, static_cast<int64_t>(definition.fingerprint));
  insert->Integer(8, last);
  return insert->Run();
}

Result<bool> HasRows(Database& database) {
  QX_TRY(Statement* statement, database.Cached("SELECT 1 FROM custom_parameter LIMIT 1"));
  const Resetter resetter(*statement);
  return statement->Step();
}

// Another version, or another resource, says the same.
Status Move(Database& database, int64_t serial, const std::string& resource, Slot slot) {
  QX_TRY(Statement* move, database.Cached("UPDATE custom_parameter SET slot = ?2, resource = ?3 WHERE serial = ?1"));
  const Resetter resetter(*move);
  move->Integer(1, serial);
  move->Integer(2, slot);
  move->Text(3, resource);
  return move->Run();
}

}  // namespace

Result<std::vector<CustomRow>> ReadCustomRows(Database& database) {
  QX_TRY(Statement* statement, database.Cached(std::string("SELECT ") + kColumns + " FROM custom_parameter WHERE dead = 0 ORDER BY serial"));
  const Resetter resetter(*statement);
  std::vector<CustomRow> rows;
  for (;;) {
    QX_TRY(const bool found, statement->Step());
    if (!found) return rows;
    CustomRow& row = rows.emplace_back();
    row.serial = statement->Integer(0);
    row.number = static_cast<uint16_t>(statement->Integer(1));
    row.resource = std::string(statement->Text(2));
    row.slot = static_cast<Slot>(statement->Integer(3));
    row.type = std::string(statement->Text(4));
    row.code = std::string(statement->Text(5));
    row.fingerprint = statement->Integer(6);
    row.done = static_cast<Slot>(statement->Integer(7));
    row.upto = static_cast<Slot>(statement->Integer(8));
  }
}

Result<std::vector<uint16_t>> ReadDeadNumbers(Database& database) {
  QX_TRY(Statement* statement, database.Cached("SELECT number FROM custom_parameter WHERE dead = 1 ORDER BY serial"));
  const Resetter resetter(*statement);
  std::vector<uint16_t> numbers;
  for (;;) {
    QX_TRY(const bool found, statement->Step());
    if (!found) return numbers;
    numbers.push_back(static_cast<uint16_t>(statement->Integer(0)));
  }
}

Status AnswersNow(Database& database, const search::Parameter& parameter) {
  QX_TRY(Statement* statement, database.Cached("SELECT done, upto FROM custom_parameter WHERE serial = ?1 AND number = ?2 AND dead = 0"));
  const Resetter resetter(*statement);
  statement->Integer(1, static_cast<int64_t>(parameter.serial));
  statement->Integer(2, parameter.number);
  QX_TRY(const bool found, statement->Step());
  if (!found) return ParameterChanged(parameter.type, parameter.code);
  search::IndexProgress progress;
  progress.done = static_cast<uint64_t>(statement->Integer(0));
  progress.all = static_cast<uint64_t>(statement->Integer(1));
  return progress.ready() ? Ok() : Status(search::NotIndexedYet(parameter, progress));
}

Status BeginCustomAgain(Database& database, Slot last) {
  QX_DO(Update(database, "DELETE FROM custom_parameter WHERE dead = 1", {}));
  QX_DO(Update(database, "UPDATE custom_parameter SET done = 0, upto = ?1", {last}));
  return RaiseEpoch(database);
}

CustomSet CustomIndex::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

int64_t CustomIndex::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

Result<CustomIndex::Definition> CustomIndex::DefinitionAt(Engine& engine, Database& database, Slot slot) {
  if (const auto known = definitions_.find(slot); known != definitions_.end()) return known->second;
  QX_TRY(const std::optional<StoredRow> row, ReadStored(engine, database, slot, true));
  if (!row || row->deleted) return Unavailable("damaged", "A SearchParameter is missing.", "缺失 SearchParameter。");
  QX_TRY(const json::Document document, json::Document::Parse(AssembleBody(row->kept, row->splice, row->id, row->version, row->at)));
  Definition definition;
  Result<std::optional<search::CustomDefinition>> read = search::ReadCustomDefinition(parameters_, document.root());
  if (read.ok() && *read) {
    definition = std::make_shared<const search::CustomDefinition>(std::move(**read));
  } else if (!read.ok()) {
    if (refused_++ == 0) first_refused_ = "SearchParameter/" + row->id + ": " + Describe(read.error());
  }
  return definitions_[slot] = std::move(definition);
}

// Those that are used, and in slots_ where each is.
Result<search::CustomDefinitions> CustomIndex::Wanted(Engine& engine, Database& database) {
  QX_TRY(const auto resources, ReadSearchParameters(database));
  search::CustomDefinitions candidates;
  std::set<Slot> living;
  slots_.clear();
  for (const auto& [id, slot] : resources) {
    living.insert(slot);
    QX_TRY(Definition definition, DefinitionAt(engine, database, slot));
    if (definition == nullptr) continue;
    slots_[id] = slot;
    candidates.push_back(std::move(definition));
  }
  if (refused_ > 0) LogInfo("store: " + std::to_string(refused_) + " active SearchParameters cannot be used; the first of them: " + first_refused_);
  refused_ = 0;
  std::erase_if(definitions_, [&](const auto& known) { return living.count(known.first) == 0; });
  return search::InUse(candidates);
}

Status CustomIndex::Reconcile(Engine& engine, Database& database, Slot last, bool afresh) {
  const std::lock_guard lock(mutex_);
  QX_TRY(const search::CustomDefinitions wanted, Wanted(engine, database));
  QX_TRY(const std::vector<CustomRow> rows, ReadCustomRows(database));
  using Key = std::tuple<std::string, std::string, int64_t>;
  std::map<Key, const search::CustomDefinition*> missing;
  for (const auto& definition : wanted) {
    for (const std::string& type : definition->bases) missing[Key(type, definition->code, static_cast<int64_t>(definition->fingerprint))] = definition.get();
  }
  bool changed = false;
  for (const CustomRow& row : rows) {
    const auto found = missing.find(Key(row.type, row.code, row.fingerprint));
    const bool stays = found != missing.end() && !afresh;
    if (!stays) {
      QX_DO(Update(database, "UPDATE custom_parameter SET dead = 1 WHERE serial = ?1", {row.serial}));
      changed = true;
      continue;
    }
    const search::CustomDefinition& definition = *found->second;
    missing.erase(found);
    if (row.slot == slots_[definition.id]) continue;
    QX_DO(Move(database, row.serial, definition.id, slots_[definition.id]));
    changed = true;
  }
  for (const auto& [key, definition] : missing) {
    QX_DO(Insert(database, *definition, slots_[definition->id], std::get<0>(key), last));
    changed = true;
  }
  return changed ? RaiseEpoch(database) : Ok();
}

void CustomIndex::Forget() {
  const std::lock_guard lock(mutex_);
  definitions_.clear();
}

Status CustomIndex::Note(Database& database, Slot last) {
  QX_TRY(const bool any, HasRows(database));
  return any ? WriteSetting(database, kThrough, last) : Ok();
}

Status CustomIndex::Open(Engine& engine, Database& database, Slot last) {
  QX_TRY(const int64_t through, ReadSetting(database, kThrough, 0));
  QX_TRY(const int64_t newest, database.QueryInteger("SELECT coalesce(max(slot), 0) FROM stored"));
  QX_TRY(const std::vector<CustomRow> rows, ReadCustomRows(database));
  const bool holes = !rows.empty() && newest > through;
  if (holes) LogWarning("store: another release wrote to the record; its own search parameters are indexed again");
  QX_DO(Reconcile(engine, database, last, holes));
  return Note(database, last);
}

Status CustomIndex::Refresh(Engine& engine, Database& database) {
  // The epoch first: rows that are newer than it are read again with theirs.
  QX_TRY(const int64_t epoch, ReadSetting(database, kEpoch, 0));
  const std::lock_guard lock(mutex_);
  if (epoch < epoch_ || (epoch == epoch_ && all_ready_)) return Ok();   // an older view, or nothing new
  QX_TRY(const std::vector<CustomRow> rows, ReadCustomRows(database));
  all_ready_ = std::all_of(rows.begin(), rows.end(), [](const CustomRow& row) { return row.done >= row.upto; });
  std::map<int64_t, std::shared_ptr<search::IndexProgress>> progress;
  for (const CustomRow& row : rows) {
    auto& own = progress[row.serial];
    if (const auto known = progress_.find(row.serial); known != progress_.end()) own = known->second;
    else own = std::make_shared<search::IndexProgress>();
    // Whoever reads between the two must not take it for ready.
    if (row.upto > own->all.load()) own->all = row.upto;
    own->done = row.done;
    own->all = row.upto;
  }
  progress_ = std::move(progress);
  if (epoch == epoch_) return Ok();
  QX_TRY(current_, Make(engine, database, rows));
  epoch_ = epoch;
  parameters_.SetCustom(current_);
  return Ok();
}

Result<CustomSet> CustomIndex::SetOf(Engine& engine, Database& database, const std::vector<CustomRow>& rows) {
  const std::lock_guard lock(mutex_);
  return Make(engine, database, rows);
}

Result<CustomSet> CustomIndex::Make(Engine& engine, Database& database, const std::vector<CustomRow>& rows) {
  std::vector<search::CustomEntry> entries;
  for (const CustomRow& row : rows) {
    QX_TRY(Definition definition, DefinitionAt(engine, database, row.slot));
    // What another release took is judged again when this one opens the record.
    if (definition == nullptr || !std::binary_search(definition->bases.begin(), definition->bases.end(), row.type)) continue;
    const auto progress = progress_.find(row.serial);
    entries.push_back({std::move(definition), row.type, row.number, static_cast<uint64_t>(row.serial),
                       progress == progress_.end() ? std::make_shared<search::IndexProgress>() : progress->second});
  }
  if (entries.empty()) return CustomSet();
  return search::CustomParameters::Create(parameters_, std::move(entries));
}

}  // namespace qianxian::store::sqlite
