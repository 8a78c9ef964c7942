// CountBy: tokens, references and URIs from their posting lists, dates from the ordered spans, bodies where neither is quick.
#include <map>
#include <set>

#include "search/parameters.h"
#include "store/errors.h"
#include "store/sort_order.h"
#include "store/sqlite/search.h"

namespace qianxian::store::sqlite {

// The spans come in order of their low ends, so one day is whole before the next begins.
Result<std::vector<Tally>> Searcher::CountDays(const TypeMatches& matches) {
  std::vector<Tally> out;
  const SlotBits wanted(matches.set);
  std::set<Slot> of_day;
  int64_t day = 0;
  const auto give = [&](int64_t low, Slot slot) {
    if (!wanted.Has(slot)) return true;
    if (const int64_t next = DayOf(low); out.empty() || next != day) {
      day = next;
      out.push_back({DayText(day), 0});
      of_day.clear();
    }
    if (of_day.insert(slot).second) ++out.back().resources;
    return true;
  };
  const std::span<const uint16_t> bases = evaluator_.engine().aliases.Bases(matches.query.sort[0].parameter->number);
  if (bases.size() == 1) QX_DO(evaluator_.index().ForEachDateInOrder(bases[0], false, matches.set, give));
  else QX_DO(evaluator_.index().ForEachSpanInOrder({bases.begin(), bases.end()}, false, give));
  return out;
}

Result<std::vector<Tally>> Searcher::CountByBodies(const TypeMatches& matches) {
  std::map<std::string, uint64_t> counts;
  for (Slot slot : matches.set.ToList()) {
    QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot));
    for (const std::string& value : CountValuesOf(matches.query.sort[0], opened->entries)) ++counts[value];
  }
  std::vector<Tally> out;
  for (const auto& [value, resources] : counts) out.push_back({value, resources});
  return out;
}

Result<std::vector<Tally>> Searcher::CountBy() {
  if (query_.type.empty() || query_.sort.empty() || !CanCountBy(query_.sort[0])) return CannotCountBy();
  std::vector<Tally> out;
  QX_DO(Prepare());
  if (types_.empty()) return out;
  QX_DO(Match());
  QX_DO(VerifyEverything());
  const TypeMatches& matches = *types_[0];
  if (matches.set.empty()) return out;
  if (matches.query.sort[0].parameter->kind == search::ParameterKind::kDate) return CountDays(matches);
  QX_TRY(const auto groups, ReadSortGroups(evaluator_, {matches.query.sort[0].parameter, false}, matches.set));
  if (!groups) return CountByBodies(matches);
  for (const SortGroup& group : *groups) out.push_back({group.text, group.slots.size()});
  return out;
}

}  // namespace qianxian::store::sqlite
