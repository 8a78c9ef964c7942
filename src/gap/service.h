// The Gaps service; see gap.h. Threads: any; one Sweep at a time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/locked.h"
#include "gap/compare.h"
#include "gap/complete.h"
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
  // The measures by a gap's frozen definition: the pack's own while it counts the same.
  struct Frozen {
    std::unique_ptr<pack::Pack> pack;
    std::unique_ptr<measure::Measures> own;
    measure::Measures* measures = nullptr;
  };
  // A subject over the months that it is judged by.
  struct Judged {
    MonthlyUnit unit;
    int first = 0, last = 0;
  };
  struct Sweeping;                         // one sweep: what it works with, and what it changes
  // What the sections of one gap's page are filled from.
  struct Page {
    const access::Caller& caller;
    const GapRecord& record;
    measure::Measures& measures;           // by the gap's own definition
    Complete& complete;
    Span span;                             // the subject's whole months
  };

  Frozen Freeze(const GapRecord& gap);
  Result<GapRecords> ReadGaps(const access::Caller& caller);
  Result<std::vector<Action>> ReadActions(const access::Caller& caller, std::string_view prefix);
  // The organisations that a measure's target is meant for; none: every subject.
  Result<std::optional<std::set<std::string>>> MeantFor(const pack::Measure& measure);
  Result<Complete> CompleteMonths(Tables& tables);

  // Every subject of the measure that still sends data, over its own newest whole months.
  Result<std::vector<Judged>> Count(measure::Measures& measures, const pack::Measure& measure, Complete& complete);
  Result<std::vector<Judged>> CountCoverage(measure::Measures& measures, const pack::Measure& measure, int newest, Complete& complete);
  Status OpenGaps(const pack::Measure& measure, Sweeping& sweeping);
  Status DecideOpenGaps(Sweeping& sweeping);
  Status DecideAlike(const std::vector<GapRecord*>& alike, Sweeping& sweeping);
  // Measures `gap` by `definition`: true where the point misses (or for an open gap: has reached) the target as it must.
  Result<bool> MeasureGap(const pack::Measure& definition, const Judged& judged, bool is_open, GapRecord& gap) const;

  Gap Summarise(const GapRecord& record, std::vector<Action> actions, Tables& tables);
  Status Fill(const Page& page, Gap& gap);
  Status FillTrend(const Page& page, Gap& gap);
  Status FillCarriers(const Page& page, Gap& gap);
  Status FillMissing(const Page& page, Gap& gap);
  Status FillComparisons(const Page& page, Gap& gap);
  Result<std::string> CountyOf(const std::string& hospital);
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
// What an error says where a definition's SQL no longer runs.
bool IsUnmeasurable(const Error& error);

}  // namespace qianxian::gap
