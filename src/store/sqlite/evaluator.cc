// Evaluator: types, living and visible, sub-selects, verification. The kinds of parameters are in evaluator_values.cc.
#include "store/sqlite/evaluator.h"

#include <algorithm>

#include "search/clauses.h"
#include "search/parameters.h"
#include "search/search_limits.h"
#include "store/sqlite/posting.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr size_t kOpenedMaximum = 2'000;      // kept in memory during a search
constexpr size_t kRelatedBodies = 24;         // more slots than this: ask the index whose they are
constexpr size_t kOwnersOneByOne = 48;        // more slots than this: ask the index which are the caller's
constexpr size_t kSeeks = 2'000;              // more roots than this: read the whole list once instead
constexpr size_t kBodies = 200;               // more slots than this: ask the index who is referred to

Error DamagedIndex() {
  return Unavailable("damaged", "The search index is damaged; it can be rebuilt.", "搜索索引已损坏，可以重建。");
}

}  // namespace

Result<std::unique_ptr<Evaluator>> Evaluator::Open(Engine& engine, Database& database, const access::Caller& caller,
                                                   const Moment& moment) {
  QX_TRY(IndexReader index, IndexReader::Open(database, moment.last));
  QX_TRY(std::vector<Slot> patients, engine.relations.PatientsOf(engine, database, caller, engine.clock.Now()));
  return std::unique_ptr<Evaluator>(new Evaluator(engine, database, caller, moment, std::move(index), std::move(patients)));
}

Evaluator::Evaluator(Engine& engine, Database& database, const access::Caller& caller, const Moment& moment,
                     IndexReader index, std::vector<Slot> patients)
    : engine_(engine), database_(database), caller_(caller), moment_(moment), index_(std::move(index)), patients_(std::move(patients)) {}

Result<SlotSet> Evaluator::Everything(const std::string& type) {
  const std::optional<int64_t> number = engine_.catalog.TypeNumber(type);
  if (!number) return SlotSet();
  return index_.Posting(kByType, *number);
}

// Few are looked up one by one: the list of a township that has all its people is long.
Result<SlotSet> Evaluator::OwnedOf(const Scope& scope, const SlotSet& set) {
  if (set.size() > kOwnersOneByOne) {
    SlotSetBuilder owned(moment_.last);
    for (int64_t owner : scope.owners) QX_DO(index_.Posting(kByOwner, owner, owned));
    return owned.Finish();
  }
  std::vector<Slot> own;
  for (Slot slot : set.ToList()) {
    QX_TRY(const std::optional<StoredRow> row, ReadStored(engine_, database_, slot, false));
    if (row && scope.Has(row->owner)) own.push_back(slot);
  }
  return SlotSet::FromList(std::move(own));
}

Status Evaluator::CutDown(const std::string& type, SlotSet& set) {
  if (set.empty()) return Ok();
  const Scope scope = ReadScopeOrNothing(engine_, caller_, type, patients_);
  if (scope.nothing()) {
    set = SlotSet();
    return Ok();
  }
  engine_.state.RemoveDead(set, moment_.last);
  if (scope.everything) return Ok();
  QX_TRY(const SlotSet own, OwnedOf(scope, set));
  SlotSet others;
  if (scope.patients) {
    others = set;
    others.Subtract(own);
    QX_TRY(others, OfPatients(type, others));
  }
  set.IntersectWith(own);
  set.UnionWith(others);
  return Ok();
}

Result<SlotSet> Evaluator::OfPatients(const std::string& type, const SlotSet& set) {
  if (set.empty()) return SlotSet();
  if (set.size() <= kRelatedBodies && of_patients_.count(type) == 0) {
    std::vector<Slot> good;
    for (Slot slot : set.ToList()) {
      QX_TRY(const Opened* opened, OpenSlot(slot, false));
      QX_TRY(const bool open, IsOfPatients(engine_, type, opened->row, patients_, database_));
      if (open) good.push_back(slot);
    }
    return SlotSet::FromList(std::move(good));
  }
  auto found = of_patients_.find(type);
  if (found == of_patients_.end()) {
    QX_TRY(SlotSet all, VersionsOfPatients(engine_, database_, type, patients_, moment_.last));
    found = of_patients_.emplace(type, std::move(all)).first;
  }
  SlotSet good = set;
  good.IntersectWith(found->second);
  return good;
}

Result<SlotSet> Evaluator::Visible(const std::string& type) {
  const std::pair key(type, index_.last());
  const auto found = visible_.find(key);
  if (found != visible_.end()) return found->second;
  QX_TRY(SlotSet set, Everything(type));
  QX_DO(CutDown(type, set));
  visible_[key] = set;
  return set;
}

Result<SlotSet> Evaluator::Meeting(const std::string& type, const search::Clause& clause) {
  QX_TRY(Hits hits, Evaluate(type, clause));
  QX_DO(CutDown(type, hits.set));
  if (hits.exact) return std::move(hits.set);
  return VerifyAll(hits.set, clause);
}

Result<Hits> Evaluator::Evaluate(const std::string& type, const search::Clause& clause) {
  switch (clause.kind) {
    case search::Clause::Kind::kValues:
      if (search::IsText(clause)) return Text(type, clause);
      if (!clause.parameter) return Hits{};   // a parameter that this type does not have
      if (search::IsWithin(clause)) return Within(clause);
      return Values(type, clause);
    case search::Clause::Kind::kChain: {
      Hits hits;
      if (!clause.parameter) return hits;
      for (const search::Clause& inner : clause.chained) {
        QX_TRY(const SlotSet* targets, Anywhere(inner));
        QX_TRY(const SlotSet referring, ReferringTo(clause.parameter->number, engine_.state.RootsOf(*targets)));
        hits.set.UnionWith(referring);
      }
      return hits;
    }
    case search::Clause::Kind::kHas: {
      Hits hits;
      if (!clause.parameter || clause.chained.empty()) return hits;
      QX_TRY(const SlotSet* referred, Referred(clause));
      hits.set = *referred;
      QX_TRY(const SlotSet everything, Everything(type));
      hits.set.IntersectWith(everything);
      return hits;
    }
    case search::Clause::Kind::kAny: return Tree(type, clause);
  }
  return Fault("clause", "A clause of no kind.");
}

Result<Hits> Evaluator::Tree(const std::string& type, const search::Clause& clause) {
  Hits hits;
  const std::vector<const search::Clause*> all = search::PartsOfAll(clause);
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i]->type != type) return Hits{};
    QX_TRY(SlotSet one, Meeting(type, *all[i]));
    if (i == 0) hits.set = std::move(one);
    else hits.set.IntersectWith(one);
    if (hits.set.empty()) return hits;
  }
  if (!all.empty()) return hits;
  for (const search::Clause& inner : clause.chained) {
    if (inner.type != type) continue;
    QX_TRY(const SlotSet one, Meeting(type, inner));
    hits.set.UnionWith(one);
  }
  if (clause.modifier != search::Modifier::kNot) return hits;
  QX_TRY(SlotSet rest, Visible(type));
  rest.Subtract(hits.set);
  return Hits{std::move(rest), true};
}

Result<Hits> Evaluator::Text(const std::string& type, const search::Clause& clause) {
  SlotSetBuilder out(moment_.last);
  QX_DO(index_.Text(clause.code == "_content", words::ReadTextTerm(clause.values[0].text), out));
  Hits hits{out.Finish(), true};
  QX_TRY(const SlotSet everything, Everything(type));
  hits.set.IntersectWith(everything);
  return hits;
}

Result<Hits> Evaluator::Within(const search::Clause& clause) {
  auto found = within_.find(&clause);
  if (found == within_.end()) {
    const Slot bound = index_.last();
    Bound(moment_.last);
    std::vector<Slot> roots;
    Status status = Ok();
    for (const search::QueryValue& value : clause.values) {
      const std::vector<std::string> types = value.system.empty() ? clause.parameter->targets : std::vector<std::string>{value.system};
      for (const std::string& type : types) {
        if (!status.ok()) break;
        Result<std::optional<Slot>> root = FindRoot(engine_, database_, type, value.code);
        if (!root.ok()) status = root.error();
        else if (*root) status = AddHierarchy(clause, type, **root, roots);
      }
    }
    Bound(bound);
    QX_DO(std::move(status));
    std::sort(roots.begin(), roots.end());
    roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
    found = within_.emplace(&clause, std::move(roots)).first;
  }
  Hits hits;
  QX_TRY(hits.set, ReferringTo(clause.parameter->number, found->second));
  return hits;
}

// The resource itself, and all below (above) it that the caller may see.
Status Evaluator::AddHierarchy(const search::Clause& clause, const std::string& type, Slot root, std::vector<Slot>& roots) {
  roots.push_back(root);
  const search::Parameter* hierarchy = search::HierarchyOf(engine_.parameters, type);
  if (hierarchy == nullptr) return Ok();
  SlotSet seen = SlotSet::FromList({root});
  std::vector<Slot> frontier = {root};
  while (!frontier.empty()) {
    SlotSet next;
    if (clause.modifier == search::Modifier::kBelow) {
      QX_TRY(next, ReferringTo(hierarchy->number, frontier));
    } else {
      SlotSet from = engine_.state.SlotsOf(frontier, moment_.last);
      QX_DO(CutDown(type, from));
      QX_TRY(next, ReferredFrom(hierarchy->number, from));
      QX_TRY(const SlotSet of_type, Everything(type));
      next.IntersectWith(of_type);
    }
    QX_DO(CutDown(type, next));
    SlotSet fresh = SlotSet::FromList(engine_.state.RootsOf(next));
    fresh.Subtract(seen);
    seen.UnionWith(fresh);
    frontier = fresh.ToList();
    roots.insert(roots.end(), frontier.begin(), frontier.end());
    if (roots.size() > limits::kSearchHierarchy) {
      return Invalid("too-costly", "There are too many resources above or below this one.", "上级或下级资源过多。");
    }
  }
  return Ok();
}

Result<const SlotSet*> Evaluator::Anywhere(const search::Clause& clause) {
  const auto found = anywhere_.find(&clause);
  if (found != anywhere_.end()) return &found->second;
  const Slot bound = index_.last();
  Bound(moment_.last);
  Result<SlotSet> set = Meeting(clause.type, clause);
  Bound(bound);
  if (!set.ok()) return std::move(set).error();
  return &(anywhere_[&clause] = std::move(set).value());
}

Result<const SlotSet*> Evaluator::Referred(const search::Clause& has) {
  const auto found = referred_.find(&has);
  if (found != referred_.end()) return &found->second;
  QX_TRY(const SlotSet* sources, Anywhere(has.chained[0]));
  const Slot bound = index_.last();
  Bound(moment_.last);
  Result<SlotSet> set = ReferredFrom(has.parameter->number, *sources);
  Bound(bound);
  if (!set.ok()) return std::move(set).error();
  return &(referred_[&has] = std::move(set).value());
}

Result<SlotSet> Evaluator::ReferringTo(uint16_t parameter, const std::vector<Slot>& roots) {
  SlotSetBuilder out(moment_.last);
  if (roots.empty()) return SlotSet();
  const SlotSet wanted = roots.size() > kSeeks ? SlotSet::FromList(roots) : SlotSet();
  bool good = true;
  for (const uint16_t base : engine_.aliases.Bases(parameter)) {
    if (wanted.empty()) {
      for (Slot root : roots) QX_DO(index_.Posting(base, root, out));
      continue;
    }
    QX_DO(index_.ForEachChunk(base, roots.front(), roots.back(), [&](int64_t value, Slot first, std::string_view data) {
      if (!wanted.Contains(static_cast<Slot>(value))) return true;
      good = ForEachInChunk(first, data, [&](Slot slot) { out.Add(slot); });
      return good;
    }));
  }
  if (!good) return DamagedIndex();
  return out.Finish();
}

Result<SlotSet> Evaluator::ReferredFrom(uint16_t parameter, const SlotSet& from) {
  std::vector<Slot> roots;
  if (from.size() <= kBodies) {
    QX_TRY(roots, RootsInBodies(parameter, from));
    return engine_.state.SlotsOf(roots, moment_.last);
  }
  bool good = true;
  const SlotBits wanted(from);
  for (const uint16_t base : engine_.aliases.Bases(parameter)) {
    int64_t taken = 0;     // this root is in the list already: its other chunks need no look
    QX_DO(index_.ForEachChunk(base, 1, UINT32_MAX, [&](int64_t value, Slot first, std::string_view data) {
      if (value == taken) return true;
      bool any = false;
      good = ForEachInChunk(first, data, [&](Slot slot) { any = any || wanted.Has(slot); });
      if (any) {
        roots.push_back(static_cast<Slot>(value));
        taken = value;
      }
      return good;
    }));
  }
  if (!good) return DamagedIndex();
  return engine_.state.SlotsOf(roots, moment_.last);
}

Result<std::vector<Slot>> Evaluator::RootsInBodies(uint16_t parameter, const SlotSet& from) {
  std::vector<Slot> roots;
  for (Slot slot : from.ToList()) {
    QX_TRY(const Opened* opened, OpenSlot(slot));
    for (const search::IndexEntry& entry : opened->entries) {
      if (entry.parameter != parameter || entry.kind != search::ParameterKind::kReference || entry.code.empty()) {
        continue;
      }
      QX_TRY(const std::optional<Slot> root, FindRoot(engine_, database_, entry.system, entry.code));
      if (root) roots.push_back(*root);
    }
  }
  return roots;
}

Result<const Opened*> Evaluator::OpenSlot(Slot slot, bool with_entries) {
  auto found = opened_.find(slot);
  if (found == opened_.end()) {
    QX_TRY(std::optional<StoredRow> row, ReadStored(engine_, database_, slot, true));
    if (!row) return Unavailable("damaged", "The index names a version that is not stored.", "索引指向不存在的版本。");
    if (opened_.size() >= kOpenedMaximum) opened_.clear();
    found = opened_.emplace(slot, std::make_unique<Opened>()).first;
    found->second->row = std::move(*row);
  }
  Opened& opened = *found->second;
  if (with_entries && !opened.has_entries && !opened.row.deleted) {
    QX_TRY(const json::Document document,
           json::Document::Parse(AssembleBody(opened.row.kept, opened.row.splice, opened.row.id, opened.row.version,
                                              opened.row.at)));
    engine_.parameters.Extract(document.root(), opened.entries);
    if (custom_ != nullptr) custom_->Extract(document.root(), opened.entries);
    QX_TRY(const std::string type, engine_.catalog.TypeName(opened.row.type, database_));
    engine_.parameters.AppendIdentity(type, opened.row.id, opened.row.at, opened.entries);
    opened.has_entries = true;
  }
  return &opened;
}

Result<bool> Evaluator::Verify(Slot slot, const search::Clause& clause) {
  QX_TRY(const Opened* opened, OpenSlot(slot));
  return search::Matches(clause, opened->entries);
}

Result<SlotSet> Evaluator::VerifyAll(const SlotSet& set, const search::Clause& clause) {
  std::vector<Slot> good;
  for (Slot slot : set.ToList()) {
    QX_TRY(const bool matches, Verify(slot, clause));
    if (matches) good.push_back(slot);
  }
  return SlotSet::FromList(std::move(good));
}

}  // namespace qianxian::store::sqlite
