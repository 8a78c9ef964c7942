// _include and _revinclude, also :iterate. Bounded; what is cut is said. The caller sees only what is his.
#include <algorithm>
#include <set>

#include "base/limits.h"
#include "search/parameters.h"
#include "store/sqlite/search.h"

namespace qianxian::store::sqlite {
namespace {

using search::Include;
using search::ParameterKind;

class Includer {
 public:
  Includer(Evaluator& evaluator, const std::vector<Slot>& matches)
      : evaluator_(evaluator), seen_(matches.begin(), matches.end()) {}

  // Adds what `include` brings for the resources of `from`; the new ones also to `fresh`.
  Status Apply(const Include& include, const std::vector<Slot>& from, std::vector<Slot>& fresh) {
    return include.reverse ? Reverse(include, from, fresh) : Forward(include, from, fresh);
  }
  bool cut() const { return cut_; }
  const std::vector<Slot>& included() const { return included_; }

 private:
  void Take(const SlotSet& set, std::vector<Slot>& fresh) {
    for (Slot slot : set.Take(0, limits::kSearchIncludesMaximum + seen_.size() + 1)) {
      if (seen_.count(slot) != 0) continue;
      if (included_.size() >= limits::kSearchIncludesMaximum) {
        cut_ = true;
        return;
      }
      seen_.insert(slot);
      included_.push_back(slot);
      fresh.push_back(slot);
    }
  }

  Status Forward(const Include& include, const std::vector<Slot>& from, std::vector<Slot>& fresh) {
    for (Slot slot : from) {
      QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot));
      std::vector<std::pair<std::string, std::string>> targets;
      for (const search::IndexEntry& entry : opened->entries) {
        if (entry.kind != ParameterKind::kReference || entry.system.empty() || entry.code.empty()) continue;
        if (!include.everything && (!include.parameter || entry.parameter != include.parameter->number)) continue;
        if (include.everything && !include.source_type.empty() && TypeOf(entry.parameter) != include.source_type) continue;
        if (!include.target_type.empty() && entry.system != include.target_type) continue;
        targets.emplace_back(entry.system, entry.code);
      }
      for (const auto& [type, id] : targets) {
        QX_TRY(const std::optional<Slot> root, FindRoot(evaluator_.engine(), evaluator_.database(), type, id));
        if (!root) continue;
        SlotSet set = evaluator_.engine().state.SlotsOf({*root}, evaluator_.moment().last);
        QX_DO(evaluator_.CutDown(type, set));
        Take(set, fresh);
      }
    }
    return Ok();
  }

  Status Reverse(const Include& include, const std::vector<Slot>& from, std::vector<Slot>& fresh) {
    std::vector<Slot> roots;
    for (Slot slot : from) {
      if (!include.target_type.empty()) {
        QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot, false));
        QX_TRY(const std::string type, evaluator_.engine().catalog.TypeName(opened->row.type, evaluator_.database()));
        if (type != include.target_type) continue;
      }
      roots.push_back(evaluator_.engine().state.RootOf(slot));
    }
    std::sort(roots.begin(), roots.end());
    if (roots.empty()) return Ok();
    if (!include.everything) {
      return include.parameter ? ReverseBy(*include.parameter, roots, fresh) : Ok();
    }
    for (const auto& [number, type] : evaluator_.engine().catalog.Types()) {
      if (!include.source_type.empty() && include.source_type != type) continue;
      for (const search::Parameter* parameter : evaluator_.engine().parameters.OfType(type)) {
        if (parameter->kind == ParameterKind::kReference) QX_DO(ReverseBy(*parameter, roots, fresh));
      }
      if (evaluator_.custom() == nullptr) continue;
      for (const search::Parameter* parameter : evaluator_.custom()->OfType(type)) {
        // One that is not indexed yet is not there yet.
        if (parameter->kind == ParameterKind::kReference && AnswersNow(evaluator_.database(), *parameter).ok()) QX_DO(ReverseBy(*parameter, roots, fresh));
      }
    }
    return Ok();
  }

  const std::string& TypeOf(uint16_t number) const {
    const search::Parameter* custom = evaluator_.custom() == nullptr ? nullptr : evaluator_.custom()->At(number);
    return custom != nullptr ? custom->type : evaluator_.engine().parameters.At(number).type;
  }

  Status ReverseBy(const search::Parameter& parameter, const std::vector<Slot>& roots, std::vector<Slot>& fresh) {
    QX_TRY(SlotSet set, evaluator_.ReferringTo(parameter.number, roots));
    QX_DO(evaluator_.CutDown(parameter.type, set));
    Take(set, fresh);
    return Ok();
  }

  Evaluator& evaluator_;
  std::set<Slot> seen_;
  std::vector<Slot> included_;
  bool cut_ = false;
};

}  // namespace

Status AddIncludes(Evaluator& evaluator, const search::Query& query, const std::vector<Slot>& matches,
                   SearchPage& page) {
  if (query.includes.empty() || matches.empty()) return Ok();
  Includer includer(evaluator, matches);
  std::vector<Slot> frontier;
  for (const Include& include : query.includes) QX_DO(includer.Apply(include, matches, frontier));
  // :iterate goes on over what was brought, until nothing new comes; every resource comes at most once.
  while (!frontier.empty() && !includer.cut()) {
    std::vector<Slot> fresh;
    for (const Include& include : query.includes) {
      if (include.iterate) QX_DO(includer.Apply(include, frontier, fresh));
    }
    frontier = std::move(fresh);
  }
  for (Slot slot : includer.included()) {
    QX_TRY(const Opened* opened, evaluator.OpenSlot(slot, false));
    QX_TRY(Resource resource, ToResource(evaluator.engine(), evaluator.database(), opened->row));
    page.included.push_back(std::move(resource));
  }
  if (includer.cut()) {
    const std::string limit = std::to_string(limits::kSearchIncludesMaximum);
    page.notes.push_back("包含的资源多于 " + limit + " 条，其余未列出。 / There are more than " + limit +
                         " included resources; the rest is not listed.");
  }
  return Ok();
}

}  // namespace qianxian::store::sqlite
