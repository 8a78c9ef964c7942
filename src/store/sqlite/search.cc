#include "store/sqlite/search.h"

#include <algorithm>

#include "base/text.h"
#include "search/clauses.h"
#include "search/parameters.h"
#include "store/sort_order.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

using search::Clause;
using search::Modifier;

// So few candidates are judged by their bodies rather than by reading another list.
constexpr size_t kFew = 24;

// What is cheap and cuts deep comes first; what needs everything of the type last.
int Rank(const Clause& clause) {
  if (search::IsText(clause)) return 2;
  if (clause.kind == Clause::Kind::kAny) {
    int rank = clause.modifier == Modifier::kNot && search::PartsOfAll(clause).empty() ? 6 : 0;
    for (const Clause& one : clause.chained) rank = std::max(rank, Rank(one));
    return rank;
  }
  if (clause.kind != Clause::Kind::kValues) return 4;
  if (clause.modifier == Modifier::kNot || clause.modifier == Modifier::kNotIn || clause.modifier == Modifier::kMissing) return 6;
  if (clause.parameter && clause.parameter->role == search::Parameter::Role::kId) return 0;
  if (clause.parameter && clause.parameter->role == search::Parameter::Role::kLastUpdated) return 5;
  if (!clause.parameter) return 6;
  using search::ParameterKind;
  switch (clause.parameter->kind) {
    case ParameterKind::kReference: return 1;
    case ParameterKind::kToken:
    case ParameterKind::kUri: return 2;
    case ParameterKind::kString: return clause.modifier == Modifier::kContains ? 5 : 2;
    case ParameterKind::kComposite: return 2;
    default: return 3;
  }
}

// Clauses that are found together, the cheap ones first.
using Group = std::vector<const Clause*>;
std::vector<Group> GroupsOf(const search::Query& query, const Aliases& aliases) {
  std::vector<Group> groups;
  for (const Clause& clause : query.clauses) {
    const bool together = MayBeTogether(clause, aliases);
    const auto known = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return together && group[0]->parameter == clause.parameter && MayBeTogether(*group[0], aliases);
    });
    if (known != groups.end()) known->push_back(&clause);
    else groups.push_back({&clause});
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return Rank(*a[0]) < Rank(*b[0]); });
  return groups;
}

std::string Describe(const Group& group) {
  std::string text;
  for (const Clause* clause : group) text += (text.empty() ? "" : "&") + search::DescribeClause(*clause);
  return text;
}

}  // namespace

std::string WritePlace(const Place& place) {
  return std::to_string(place.t) + "." + place.kind + "." + std::to_string(place.position);
}

Result<Place> ReadPlace(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '.');
  Place place;
  int64_t t = 0;
  int64_t position = 0;
  if (parts.size() == 3 && ParseInteger(parts[0], t) && t >= 0 && parts[1].size() == 1 &&
      ParseInteger(parts[2], position) && position >= 0) {
    place.t = static_cast<uint64_t>(t);
    place.kind = parts[1][0];
    place.position = static_cast<uint64_t>(position);
    return place;
  }
  return Invalid("bad-place", "This is not the place of a next page.", "分页位置无效。");
}

void Searcher::Explain(const TypeMatches& matches, const std::string& clauses, size_t rows, bool exact) {
  if (!explains_) return;
  const std::string found = std::to_string(rows), left = std::to_string(matches.set.size());
  Plan(matches.query.type + "?" + clauses + ": 索引中 " + found + " 行，余 " + left + (exact ? "" : "，须逐条核对") +
                  " / " + found + " rows of the index, " + left + " left" + (exact ? "" : ", each to be checked"));
}

Status Searcher::MatchType(TypeMatches& matches) {
  matches.set = SlotSet();
  matches.verify.clear();
  const std::string& type = matches.query.type;
  bool begun = false, cut = false;         // what is left of a set that was cut down needs no cutting again
  for (const Group& group : GroupsOf(matches.query, evaluator_.engine().aliases)) {
    if (begun && matches.set.empty()) break;
    if (begun && !search::NeedsStore(*group[0]) && group[0]->parameter && matches.set.size() <= kFew) {
      matches.verify.insert(matches.verify.end(), group.begin(), group.end());
      if (explains_) {
        const std::string left = std::to_string(matches.set.size());
        Plan(type + "?" + Describe(group) + ": 余 " + left + " 条，逐条核对 / only " + left + " left, each is checked");
      }
      continue;
    }
    QX_TRY(Hits hits, group.size() > 1 ? evaluator_.Together(type, group) : evaluator_.Evaluate(type, *group[0]));
    if (!hits.exact) matches.verify.insert(matches.verify.end(), group.begin(), group.end());
    const size_t rows = hits.set.size();
    if (begun) {
      matches.set.IntersectWith(hits.set);
    } else {
      matches.set = std::move(hits.set);
      begun = true;
    }
    if (!cut && matches.set.size() <= kFew * 4) {
      QX_DO(evaluator_.CutDown(type, matches.set));
      cut = true;
    }
    if (explains_) Explain(matches, Describe(group), rows, hits.exact);
  }
  if (begun) {
    if (!cut) QX_DO(evaluator_.CutDown(type, matches.set));
  } else {
    QX_TRY(matches.set, evaluator_.Visible(type));
  }
  if (explains_) {
    const std::string left = std::to_string(matches.set.size());
    Plan(type + ": 现存且可见的 " + left + " 条 / " + left + " living and visible");
  }
  return Ok();
}

// Parameters that the record defines come and go: those of the query must answer in the view that the search reads.
Status Searcher::CheckCustom(const search::Query& query) {
  for (const search::Parameter* parameter : search::CustomOnesOf(query)) QX_DO(AnswersNow(evaluator_.database(), *parameter));
  return Ok();
}

Status Searcher::Prepare() {
  QX_DO(CheckCustom(query_));
  const auto add = [&](search::Query query) {
    types_.push_back(std::make_unique<TypeMatches>());
    types_.back()->query = std::move(query);
  };
  if (!query_.type.empty()) {
    // A role that never reads this type is told so; other people's records are simply not there.
    QX_TRY(const Scope scope, ReadScope(evaluator_.engine(), evaluator_.caller(), query_.type, evaluator_.patients()));
    if (!scope.nothing()) add(query_);
    return Ok();
  }
  for (const std::string& type : query_.types) {
    if (!evaluator_.engine().catalog.TypeNumber(type)) continue;
    if (ReadScopeOrNothing(evaluator_.engine(), evaluator_.caller(), type, evaluator_.patients()).nothing()) continue;
    search::Query narrowed = query_.Narrow(evaluator_.engine().parameters, type);
    QX_DO(CheckCustom(narrowed));
    add(std::move(narrowed));
  }
  return Ok();
}

Status Searcher::Match() {
  for (const auto& matches : types_) QX_DO(MatchType(*matches));
  return Ok();
}

Result<bool> Searcher::Holds(const TypeMatches& matches, Slot slot) {
  for (const Clause* clause : matches.verify) {
    QX_TRY(const bool holds, evaluator_.Verify(slot, *clause));
    if (!holds) return false;
  }
  return true;
}

Result<const TypeMatches*> Searcher::MatchesOf(Slot slot) {
  for (const auto& matches : types_) {
    if (matches->set.Contains(slot)) return matches.get();
  }
  return Fault("search", "A slot of no type.");
}

Status Searcher::VerifyEverything() {
  for (const auto& matches : types_) {
    if (matches->verify.empty()) continue;
    std::vector<Slot> good;
    for (Slot slot : matches->set.ToList()) {
      QX_TRY(const bool holds, Holds(*matches, slot));
      if (holds) good.push_back(slot);
    }
    matches->set = SlotSet::FromList(std::move(good));
    matches->verify.clear();
  }
  return Ok();
}

Result<uint64_t> Searcher::Total() {
  if (query_.total != search::Total::kEstimate || query_.summary == search::Summary::kCount) QX_DO(VerifyEverything());
  uint64_t total = 0;
  for (const auto& matches : types_) total += matches->set.size();
  return total;
}

Result<std::vector<Slot>> Searcher::PageInWindows(SearchPage& page) {
  const Slot last = evaluator_.moment().last;
  const std::optional<int64_t> type = evaluator_.engine().catalog.TypeNumber(query_.type);
  for (size_t chunks = kWindowChunks;; chunks *= kWindowGrowth) {
    std::optional<Slot> bound;
    if (type && types_.size() == 1 && chunks <= kWindowMost) {
      QX_TRY(bound, evaluator_.index().ChunkAfter(kByType, *type, static_cast<Slot>(position_), chunks));
    }
    const bool bounded = bound && *bound < last;
    evaluator_.Bound(bounded ? *bound : last);
    if (explains_ && bounded) {
      const std::string slots = std::to_string(position_) + "–" + std::to_string(*bound);
      Plan("先看版本 " + slots + " / looked for among versions " + slots + " first");
    }
    QX_DO(Match());
    if (bounded) types_[0]->set.DropAbove(*bound);
    QX_TRY(std::vector<Slot> slots, PageInOrder(page));
    if (bounded && page.next.empty()) continue;   // what is beyond may belong to the page
    evaluator_.Bound(last);
    return slots;
  }
}

Result<std::vector<Slot>> Searcher::PageInOrder(SearchPage& page) {
  SlotSet all;
  for (const auto& matches : types_) all.UnionWith(matches->set);
  std::vector<Slot> slots;
  auto after = static_cast<Slot>(position_);
  for (;;) {
    const std::vector<Slot> candidates = all.Take(after, query_.count + 1 - slots.size());
    if (candidates.empty()) return slots;
    for (Slot slot : candidates) {
      QX_TRY(const TypeMatches* matches, MatchesOf(slot));
      QX_TRY(const bool holds, Holds(*matches, slot));
      if (!holds) continue;
      if (slots.size() == query_.count) {
        page.next = WritePlace({evaluator_.moment().t, 's', slots.back()});
        return slots;
      }
      slots.push_back(slot);
    }
    after = candidates.back();
  }
}

Result<std::vector<Slot>> Searcher::SortByBodies(size_t offset, size_t count) {
  struct Item {
    Slot slot;
    std::vector<SortValue> values;
  };
  std::vector<Item> items;
  std::vector<bool> descending;
  for (const auto& matches : types_) {
    descending.clear();
    for (const search::SortKey& key : matches->query.sort) descending.push_back(key.descending);
    for (Slot slot : matches->set.ToList()) {
      QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot));
      Item item{slot, {}};
      for (const search::SortKey& key : matches->query.sort) item.values.push_back(SortValueOf(key, opened->entries));
      items.push_back(std::move(item));
    }
  }
  const size_t end = std::min(items.size(), offset + count);
  std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(end), items.end(),
                    [&](const Item& a, const Item& b) {
                      for (size_t i = 0; i < std::min({a.values.size(), b.values.size(), descending.size()}); ++i) {
                        const int order = CompareSortValues(a.values[i], b.values[i], descending[i]);
                        if (order != 0) return order < 0;
                      }
                      return a.slot < b.slot;
                    });
  std::vector<Slot> out;
  for (size_t i = offset; i < end; ++i) out.push_back(items[i].slot);
  return out;
}

Result<std::vector<Slot>> Searcher::PageSorted(SearchPage& page) {
  QX_DO(VerifyEverything());
  size_t size = 0;
  for (const auto& matches : types_) size += matches->set.size();
  const auto offset = static_cast<size_t>(position_);
  std::vector<Slot> slots;
  bool sorted = false;
  if (types_.size() == 1 && size > kSortByBodies) {
    QX_TRY(sorted, SortByIndex(evaluator_, *types_[0], offset, query_.count, slots));
  }
  if (explains_) Plan(sorted ? "按索引排序 / sorted by an index" : "按内容排序 / sorted by the bodies of all matches");
  if (!sorted) {
    QX_TRY(slots, SortByBodies(offset, query_.count));
  }
  if (offset + slots.size() < size) page.next = WritePlace({evaluator_.moment().t, 'o', offset + slots.size()});
  return slots;
}

bool Searcher::Sorts() const {
  return std::any_of(types_.begin(), types_.end(), [](const auto& matches) { return !matches->query.sort.empty(); });
}

Result<std::vector<Slot>> Searcher::Page(SearchPage& page) {
  const bool sorts = Sorts();
  if (!query_.place.empty()) {
    QX_TRY(const Place place, ReadPlace(query_.place));
    if (place.kind != (sorts ? 'o' : 's')) {
      if (types_.empty()) return std::vector<Slot>();
      return Invalid("bad-place", "This place belongs to another search.", "该分页位置属于另一个查询。");
    }
    position_ = place.position;
  }
  if (sorts) return PageSorted(page);
  return matched_ ? PageInOrder(page) : PageInWindows(page);
}

Result<SearchPage> Searcher::Run() {
  SearchPage page;
  page.notes = query_.notes;
  QX_DO(Prepare());
  const bool only_count = query_.count == 0 || query_.summary == search::Summary::kCount;
  matched_ = only_count || query_.total != search::Total::kNone || Sorts();
  if (matched_) QX_DO(Match());
  if (only_count || query_.total != search::Total::kNone) {
    QX_TRY(page.total, Total());
  }
  if (only_count) {
    page.notes.insert(page.notes.end(), plan_.begin(), plan_.end());
    return page;
  }
  QX_TRY(const std::vector<Slot> slots, Page(page));
  for (Slot slot : slots) {
    QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot, false));
    QX_TRY(Resource resource, ToResource(evaluator_.engine(), evaluator_.database(), opened->row));
    page.matches.push_back(std::move(resource));
  }
  QX_DO(AddIncludes(evaluator_, query_, slots, page));
  if (explains_ && !query_.includes.empty()) {
    const std::string included = std::to_string(page.included.size());
    Plan("带出 " + included + " 条 / " + included + " included");
  }
  page.notes.insert(page.notes.end(), plan_.begin(), plan_.end());
  return page;
}

}  // namespace qianxian::store::sqlite
