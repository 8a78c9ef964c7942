// The Gaps service; see gap.h. Threads: any; one Sweep at a time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/locked.h"
#include "gap/compare.h"
#include "gap/gap.h"
#include "gap/records.h"

namespace qianxian::gap {

class Service final : public Gaps {
 public:
  Service(store::Store& store, measure::Measures& measures, warehouse::Warehouse& warehouse, Clock& clock)
      : store_(store), measures_(measures), warehouse_(warehouse), clock_(clock) {}

  Result<uint64_t> Sweep() override;
  Result<std::vector<Gap>> List(const access::Caller& caller, bool closed_too) override;
  Result<Gap> Get(const access::Caller& caller, std::string_view id) override;
  Result<Gap> AddAction(const access::Caller& caller, std::string_view gap_id, const ActionRequest& request) override;
  Result<Gap> ChangeAction(const access::Caller& caller, std::string_view action_id, const ActionChange& change) override;
  Result<std::vector<Action>> ListActions(const access::Caller& caller, bool ended_too) override;

 private:
  struct Swept {
    std::optional<uint64_t> as_of;         // nothing to do while the warehouse stands here
  };
  // The measures by a gap's frozen definition: the pack's own while it is unchanged.
  struct Frozen {
    std::unique_ptr<pack::Pack> pack;
    std::unique_ptr<measure::Measures> own;
    measure::Measures* measures = nullptr;
  };
  Frozen Freeze(const GapRecord& gap);
  Result<GapRecords> ReadGaps(const access::Caller& caller);
  Result<std::vector<Action>> ReadActions(const access::Caller& caller, std::string_view prefix);
  // The organisations that a measure's target is meant for; none: every subject.
  Result<std::optional<std::set<std::string>>> MeantFor(const pack::Measure& measure);
  // The newest month to judge by. Sheets end where they end; what is done for people (unit measures) goes on, and its last month is
  // the one that is over.
  int LastMonth(const pack::Measure& measure, const Period& data);
  Status SweepMeasure(const pack::Measure& measure, int last_month, GapRecords& gaps,
                      std::vector<store::Change>& changes);
  void Decide(GapRecord* known, const pack::Measure& measure, const MonthlyUnit& unit, int last_month,
              std::vector<store::Change>& changes);
  Gap Summarise(const GapRecord& record, std::vector<Action> actions);
  Status FillCarriers(const access::Caller& caller, measure::Measures& measures, const GapRecord& record, Gap& gap);
  Status FillTrend(const access::Caller& caller, measure::Measures& measures, const GapRecord& record, int last_month, Gap& gap);
  Status FillComparisons(const access::Caller& caller, measure::Measures& measures, const GapRecord& record, int last_month,
                         Gap& gap);
  void NameAction(Action& action) const;
  std::string Today() const;
  std::string Now() const;

  store::Store& store_;
  measure::Measures& measures_;
  warehouse::Warehouse& warehouse_;
  Clock& clock_;
  Locked<Swept> swept_;
};

// The window a measure is looked at in: its guard's months; a list's coverage takes a year.
int WindowMonths(const pack::Measure& measure);
bool IsWatched(const pack::Measure& measure);   // has a target, a direction, and a kind that a gap can be about
pack::Text SummaryOf(const GapRecord& gap);
// Is `from` → `to` a step that an action can take? Undo is a step.
bool MayBecome(std::string_view from, std::string_view to);

}  // namespace qianxian::gap
