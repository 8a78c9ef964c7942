#include "store/sqlite/snapshot.h"

#include "access/relation.h"
#include "base/limits.h"
#include "store/errors.h"
#include "store/sqlite/index_reader.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/search.h"

namespace qianxian::store::sqlite {

// The program's own reading (the feed's readers, jobs) is no access by a person; for an emergency it looks in a person's name.
Status SqliteSnapshot::Note(const char* verb, std::string_view type, std::string_view what, uint64_t rows) {
  if (caller_.role == access::Role::kSystem && caller_.purpose != access::kEmergencyPurpose) return Ok();
  return engine_->audit.Add(MakeAuditRecord(caller_, engine_->clock.Now(), moment_.t, verb, type, what, rows));
}

Result<std::vector<Slot>> SqliteSnapshot::Patients(Database& database) {
  return engine_->relations.PatientsOf(*engine_, database, caller_, engine_->clock.Now());
}

Result<bool> SqliteSnapshot::MaySee(Database& database, const Scope& scope, std::string_view type, const StoredRow& row,
                                    const std::vector<Slot>& patients) {
  if (scope.Has(row.owner)) return true;
  if (!scope.patients) return false;
  return IsOfPatients(*engine_, type, row, patients, database);
}

Result<Resource> SqliteSnapshot::Read(std::string_view type, std::string_view id) { return ReadAs("read", type, id); }

Result<Resource> SqliteSnapshot::OpenPatient(std::string_view id) { return ReadAs("open", "Patient", id); }

Result<std::vector<PatientOpening>> SqliteSnapshot::OpeningsOfPatient(std::string_view id, size_t count) {
  QX_DO(ReadAs("openings", "Patient", id));
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(Statement* statement, database->Cached(
      "SELECT user, max(at) FROM audit JOIN audit_context ON audit_context.number = audit.context "
      "WHERE verb = 'open' AND what = ?1 AND rows = 1 GROUP BY user, (at + ?2) / ?3 ORDER BY max(audit.number) DESC LIMIT ?4"));
  const Resetter resetter(*statement);
  statement->Text(1, id);
  statement->Integer(2, kChinaOffsetMicroseconds);
  statement->Integer(3, kDayMicroseconds);
  statement->Integer(4, static_cast<int64_t>(count));
  std::vector<PatientOpening> openings;
  while (true) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return openings;
    openings.push_back({std::string(statement->Text(0)), Instant{statement->Integer(1)}});
  }
}

Result<Resource> SqliteSnapshot::ReadAs(const char* verb, std::string_view type, std::string_view id) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const std::vector<Slot> patients, Patients(*database));
  QX_TRY(const Scope scope, ReadScope(*engine_, caller_, type, patients, access::Verb::kRead));
  if (scope.nothing()) return NoSuchResource(type, id);
  QX_TRY(const std::optional<StoredRow> row, ReadAt(*engine_, *database, type, id, moment_.last));
  bool seen = false;
  if (row) {
    QX_TRY(seen, MaySee(*database, scope, type, *row, patients));
  }
  if (!seen) {
    QX_DO(Note(verb, type, id, 0));
    return NoSuchResource(type, id);
  }
  if (row->deleted) return DeletedResource(type, id);
  QX_TRY(Resource resource, ToResource(*engine_, *database, *row));
  QX_DO(Note(verb, type, id, 1));
  return resource;
}

Result<Slot> SqliteSnapshot::SlotOfVersion(Database& database, Slot root, uint64_t version) {
  if (version == 1 && engine_->state.RootOf(root) == root) {
    // The first version usually stands under the root itself; a root that came before its resource has none.
    QX_TRY(const std::optional<StoredRow> row, ReadStored(*engine_, database, root, false));
    if (row) return root;
  }
  QX_TRY(Statement* statement,
         database.Cached("SELECT slot FROM supersession WHERE root = ?1 AND version = ?2"));
  const Resetter resetter(*statement);
  statement->Integer(1, root);
  statement->Integer(2, static_cast<int64_t>(version));
  QX_TRY(const bool found, statement->Step());
  return found ? static_cast<Slot>(statement->Integer(0)) : Slot{0};
}

Result<Resource> SqliteSnapshot::ReadVersion(std::string_view type, std::string_view id, uint64_t version) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const std::vector<Slot> patients, Patients(*database));
  QX_TRY(const Scope scope, ReadScope(*engine_, caller_, type, patients, access::Verb::kRead));
  if (scope.nothing() || version == 0) return NoSuchResource(type, id);
  QX_TRY(const std::optional<Slot> root, FindRoot(*engine_, *database, type, id));
  if (!root) return NoSuchResource(type, id);
  QX_TRY(const Slot slot, SlotOfVersion(*database, *root, version));
  if (slot == 0 || slot > moment_.last) return NoSuchResource(type, id);
  QX_TRY(const std::optional<StoredRow> row, ReadStored(*engine_, *database, slot, true));
  if (!row) return NoSuchResource(type, id);
  QX_TRY(const bool seen, MaySee(*database, scope, type, *row, patients));
  if (!seen) return NoSuchResource(type, id);
  if (row->deleted) return DeletedResource(type, id);
  QX_TRY(Resource resource, ToResource(*engine_, *database, *row));
  QX_DO(Note("vread", type, std::string(id) + "/" + std::to_string(version), 1));
  return resource;
}

Result<Slot> SqliteSnapshot::LastSlotBefore(Database& database, Instant since) {
  uint64_t low = 0;
  uint64_t high = moment_.t;
  Slot slot = 0;
  while (low < high) {
    const uint64_t middle = low + (high - low + 1) / 2;
    QX_TRY(const Moment moment, ReadMoment(database, middle));
    if (moment.at < since) {
      low = middle;
      slot = moment.last;
    } else {
      high = middle - 1;
    }
  }
  return slot;
}

Result<SlotSet> SqliteSnapshot::VersionsOf(Database& database, std::string_view type, std::string_view id,
                                           const Moment& moment) {
  QX_TRY(IndexReader index, IndexReader::Open(database, moment.last));
  QX_TRY(const std::vector<Slot> patients, Patients(database));
  const auto cut = [&](const Scope& scope, std::string_view name, SlotSet& set) -> Status {
    if (scope.everything) return Ok();
    SlotSetBuilder owned(moment.last);
    for (int64_t owner : scope.owners) QX_DO(index.Posting(kByOwner, owner, owned));
    SlotSet open = owned.Finish();
    if (scope.patients && !set.empty()) {
      QX_TRY(const SlotSet of_patients, VersionsOfPatients(*engine_, database, name, patients, moment.last));
      open.UnionWith(of_patients);
    }
    set.IntersectWith(open);
    return Ok();
  };
  if (type.empty()) {
    SlotSet all;
    for (const auto& [number, name] : engine_->catalog.Types()) {
      const Scope scope = ReadScopeOrNothing(*engine_, caller_, name, patients);
      if (scope.nothing()) continue;
      QX_TRY(SlotSet set, index.Posting(kByType, number));
      QX_DO(cut(scope, name, set));
      all.UnionWith(set);
    }
    return all;
  }
  QX_TRY(const Scope scope, ReadScope(*engine_, caller_, type, patients, id.empty() ? access::Verb::kSearch : access::Verb::kRead));
  const std::optional<int64_t> number = engine_->catalog.TypeNumber(type);
  SlotSet set;
  if (!number || scope.nothing()) return set;
  if (id.empty()) {
    QX_TRY(set, index.Posting(kByType, *number));
  } else {
    QX_TRY(const std::optional<Slot> root, FindRoot(*engine_, database, type, id));
    if (!root) return set;
    std::vector<Slot> slots;
    QX_TRY(const std::optional<StoredRow> first, ReadStored(*engine_, database, *root, false));
    if (first) slots.push_back(*root);
    QX_TRY(Statement* statement, database.Cached("SELECT slot FROM supersession WHERE root = ?1 AND version > 0"));
    const Resetter resetter(*statement);
    statement->Integer(1, *root);
    for (;;) {
      QX_TRY(const bool row, statement->Step());
      if (!row) break;
      slots.push_back(static_cast<Slot>(statement->Integer(0)));
    }
    set = SlotSet::FromList(std::move(slots));
    set.DropAbove(moment.last);
  }
  QX_DO(cut(scope, type, set));
  return set;
}

Result<HistoryPage> SqliteSnapshot::History(std::string_view type, std::string_view id, std::optional<Instant> since,
                                            size_t count, std::string_view place) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const auto transaction, ReadTransaction::Begin(*database));
  Moment moment = moment_;
  Slot before = UINT32_MAX;
  if (!place.empty()) {
    QX_TRY(const Place from, ReadPlace(place));
    if (from.kind != 'h' || from.position > UINT32_MAX) return Invalid("bad-place", "This is not a place of a history.", "分页位置无效。");
    QX_TRY(moment, ReadMoment(*database, from.t));
    before = static_cast<Slot>(from.position);
  }
  QX_TRY(SlotSet set, VersionsOf(*database, type, id, moment));
  if (since) {
    QX_TRY(const Slot last_before, LastSlotBefore(*database, *since));
    set.Subtract(SlotSet::Range(0, last_before));
  }
  if (!id.empty() && set.empty() && !since) return NoSuchResource(type, id);
  HistoryPage page;
  page.total = set.size();
  count = std::min(count, limits::kSearchPageMaximum);
  std::vector<Slot> slots = set.TakeDescending(before, count + 1);
  if (slots.size() > count) {
    slots.pop_back();
    if (!slots.empty()) page.next = WritePlace({moment.t, 'h', slots.back()});
  }
  for (Slot slot : slots) {
    QX_TRY(const std::optional<StoredRow> row, ReadStored(*engine_, *database, slot, true));
    if (!row) return Unavailable("damaged", "A version of a resource is missing.", "资源的某个版本缺失。");
    QX_TRY(Resource resource, ToResource(*engine_, *database, *row));
    page.versions.push_back(std::move(resource));
  }
  QX_DO(Note("history", type.empty() ? "*" : type, id, page.versions.size()));
  return page;
}

Result<SearchPage> SqliteSnapshot::Search(const search::Query& query) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const auto transaction, ReadTransaction::Begin(*database));
  Moment moment = moment_;
  if (!query.place.empty()) {
    QX_TRY(const Place place, ReadPlace(query.place));
    QX_TRY(moment, ReadMoment(*database, place.t));
  }
  QX_TRY(const auto evaluator, Evaluator::Open(*engine_, *database, caller_, moment));
  evaluator->UseCustom(query.custom);
  QX_TRY(SearchPage page, Searcher(*evaluator, query).Run());
  QX_DO(Note("search", query.type.empty() ? "*" : query.type, query.canonical,
             page.matches.size() + page.included.size()));
  return page;
}

Result<std::vector<Tally>> SqliteSnapshot::CountBy(const search::Query& query) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const auto transaction, ReadTransaction::Begin(*database));
  QX_TRY(const auto evaluator, Evaluator::Open(*engine_, *database, caller_, moment_));
  evaluator->UseCustom(query.custom);
  QX_TRY(std::vector<Tally> tallies, Searcher(*evaluator, query).CountBy());
  QX_DO(Note("count", query.type, query.canonical, tallies.size()));
  return tallies;
}

Result<std::vector<Resource>> SqliteSnapshot::Scan(std::string_view type, std::string_view after, size_t count) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const std::vector<Slot> patients, Patients(*database));
  QX_TRY(const Scope scope, ReadScope(*engine_, caller_, type, patients));
  std::vector<Resource> out;
  const std::optional<int64_t> number = engine_->catalog.TypeNumber(type);
  if (!number || scope.nothing()) return out;
  QX_TRY(Statement* statement,
         database->Cached("SELECT id FROM resource WHERE type = ?1 AND id > ?2 ORDER BY id"));
  const Resetter resetter(*statement);
  statement->Integer(1, *number);
  statement->Text(2, after);
  while (out.size() < count) {
    QX_TRY(const bool found, statement->Step());
    if (!found) break;
    QX_TRY(const std::optional<StoredRow> row,
           ReadAt(*engine_, *database, type, statement->Text(0), moment_.last));
    if (!row || row->deleted) continue;
    QX_TRY(const bool seen, MaySee(*database, scope, type, *row, patients));
    if (!seen) continue;
    QX_TRY(Resource resource, ToResource(*engine_, *database, *row));
    out.push_back(std::move(resource));
  }
  QX_DO(Note("scan", type, after, out.size()));
  return out;
}

Result<uint64_t> SqliteSnapshot::Count(std::string_view type) {
  QX_TRY(ReaderPool::Lease database, engine_->readers.Borrow());
  QX_TRY(const auto transaction, ReadTransaction::Begin(*database));
  QX_TRY(const auto evaluator, Evaluator::Open(*engine_, *database, caller_, moment_));
  QX_DO(ReadScope(*engine_, caller_, type, evaluator->patients()));
  QX_TRY(const SlotSet set, evaluator->Visible(std::string(type)));
  return set.size();
}

}  // namespace qianxian::store::sqlite
