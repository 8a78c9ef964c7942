#include "store/sqlite/relations.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "search/compartments.h"
#include "store/relation.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/index_reader.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr Instant kNever{std::numeric_limits<int64_t>::max()};

Result<json::Document> Parse(const StoredRow& row) {
  return json::Document::Parse(AssembleBody(row.kept, row.splice, row.id, row.version, row.at));
}

}  // namespace

// What is counted must be in this connection's view and in the memory of who superseded whom: the earlier of the two.
Status Relations::Look(Engine& engine, Database& database) {
  const Slot known = engine.state.newest().last;
  if (known <= looked_) return Ok();
  QX_TRY(const Moment seen, ReadNewestMoment(database));
  const Slot last = std::min(known, seen.last);
  const std::optional<int64_t> consent = engine.catalog.TypeNumber(kRelationType);
  if (last <= looked_ || !consent) return Ok();
  QX_TRY(IndexReader index, IndexReader::Open(database, last));
  SlotSetBuilder fresh(last);
  QX_DO(index.PostingAfter(kByType, *consent, looked_, fresh));
  const SlotSet slots = fresh.Finish();
  if (!slots.empty()) last_ = std::max(last_, slots.Last());
  looked_ = last;
  return Ok();
}

Status Relations::Take(Engine& engine, Database& database, Slot slot, Named& named) {
  if (slot <= named.through || engine.state.IsDead(slot, looked_)) return Ok();
  QX_TRY(const std::optional<StoredRow> row, ReadStored(engine, database, slot, true));
  if (!row || row->deleted || !std::string_view(row->id).starts_with(kRelationPrefix)) return Ok();
  QX_TRY(const json::Document document, Parse(*row));
  const std::optional<Relation> relation = RelationFrom(document.root());
  if (!relation) return Ok();
  QX_TRY(const std::optional<Slot> patient, FindRoot(engine, database, "Patient", relation->patient));
  if (patient) named.all.push_back({slot, *patient, relation->start, relation->end});
  return Ok();
}

Status Relations::Follow(Engine& engine, Database& database, const std::string& actor, Named& named) {
  const size_t slash = actor.find('/');
  QX_TRY(const std::optional<Slot> root, FindRoot(engine, database, actor.substr(0, slash), actor.substr(slash + 1)));
  const search::Parameter* parameter = engine.parameters.Find(kRelationType, "actor");
  if (root && parameter) {
    QX_TRY(IndexReader index, IndexReader::Open(database, looked_));
    SlotSetBuilder fresh(looked_);
    for (const uint16_t base : engine.aliases.Bases(parameter->number)) QX_DO(index.PostingAfter(base, *root, named.through, fresh));
    for (Slot slot : fresh.Finish().ToList()) QX_DO(Take(engine, database, slot, named));
  }
  std::erase_if(named.all, [&](const One& one) { return engine.state.IsDead(one.slot, looked_); });
  named.through = last_;
  named.since = kNever;                     // to be made again
  return Ok();
}

Result<std::vector<Slot>> Relations::PatientsOf(Engine& engine, Database& database, const access::Caller& caller, Instant now) {
  std::vector<Slot> patients;
  const std::vector<std::string> actors = RelationActors(caller);
  if (actors.empty() || !engine.catalog.TypeNumber(kRelationType)) return patients;
  const std::lock_guard lock(mutex_);
  QX_DO(Look(engine, database));
  if (last_ == 0) return patients;
  for (const std::string& actor : actors) {
    Named& named = named_[actor];
    if (named.through < last_) QX_DO(Follow(engine, database, actor, named));
    if (now < named.since || now >= named.until) {
      named.patients.clear();
      named.since = Instant{std::numeric_limits<int64_t>::min()};
      named.until = kNever;
      for (const One& one : named.all) {
        for (Instant edge : {one.start, one.end}) {
          (edge <= now ? named.since : named.until) = edge <= now ? std::max(named.since, edge) : std::min(named.until, edge);
        }
        if (one.start <= now && now < one.end) named.patients.push_back(one.patient);
      }
      std::sort(named.patients.begin(), named.patients.end());
      named.patients.erase(std::unique(named.patients.begin(), named.patients.end()), named.patients.end());
    }
    if (named.patients.empty()) continue;
    std::vector<Slot> all;
    all.reserve(patients.size() + named.patients.size());
    std::set_union(patients.begin(), patients.end(), named.patients.begin(), named.patients.end(), std::back_inserter(all));
    patients = std::move(all);
  }
  return patients;
}

Result<bool> IsOfPatients(Engine& engine, std::string_view type, const StoredRow& row, const std::vector<Slot>& patients,
                          Database& database) {
  const auto open = [&](Slot root) { return std::binary_search(patients.begin(), patients.end(), root); };
  if (type == "Patient") return open(row.root);
  const std::vector<const search::Parameter*> about = search::RecordParameters(engine.parameters, type);
  if (row.deleted || about.empty()) return false;
  QX_TRY(const json::Document document, Parse(row));
  std::vector<search::IndexEntry> entries;
  engine.parameters.Extract(document.root(), entries);
  for (const search::IndexEntry& entry : entries) {
    if (entry.kind != search::ParameterKind::kReference || entry.system != "Patient") continue;
    if (std::none_of(about.begin(), about.end(), [&](const auto* one) { return one->number == entry.parameter; })) continue;
    QX_TRY(const std::optional<Slot> root, FindRoot(engine, database, entry.system, entry.code));
    if (root && open(*root)) return true;
  }
  return false;
}

Result<SlotSet> VersionsOfPatients(Engine& engine, Database& database, std::string_view type, const std::vector<Slot>& patients,
                                   Slot last) {
  SlotSetBuilder out(last);
  if (type == "Patient") {
    QX_TRY(Statement* statement, database.Cached("SELECT slot FROM supersession WHERE root = ?1 AND version > 0"));
    for (Slot root : patients) {
      out.Add(root);
      const Resetter resetter(*statement);
      statement->Integer(1, root);
      for (;;) {
        QX_TRY(const bool row, statement->Step());
        if (!row) break;
        out.Add(static_cast<Slot>(statement->Integer(0)));
      }
    }
    return out.Finish();
  }
  QX_TRY(IndexReader index, IndexReader::Open(database, last));
  for (const search::Parameter* parameter : search::RecordParameters(engine.parameters, type)) {
    for (const uint16_t base : engine.aliases.Bases(parameter->number)) {
      for (Slot root : patients) QX_DO(index.Posting(base, root, out));
    }
  }
  return out.Finish();
}

}  // namespace qianxian::store::sqlite
