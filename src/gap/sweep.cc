// Sweep: opens, refreshes and closes gaps. A gap opens when the pooled value of the window misses the target surely (the 95 %
// interval lies beyond it), the cases are enough, and enough single months miss it too; it closes when the record shows the
// target reached over the same window. New gaps take the pack's definitions; open ones are judged by their own, also when the pack
// has another or none any more. A subject is judged up to its own newest whole month.
#include <algorithm>
#include <cmath>

#include "gap/coverage.h"
#include "gap/definition.h"
#include "gap/months.h"
#include "gap/service.h"

namespace qianxian::gap {

struct Service::Sweeping {
  Tables& tables;
  Complete complete;
  GapRecords gaps;
  std::map<std::string, std::vector<Judged>> counted;    // by the pack's definitions: measure → its subjects
  std::vector<store::Change> changes;
};

namespace {
bool HigherIsBetter(const pack::Measure& m) { return m.direction != pack::Direction::kDown; }

bool Misses(const Fraction& value, const pack::Measure& m) {
  const int against = CompareQuotient(value, m.target->value);
  return HigherIsBetter(m) ? against < 0 : against > 0;
}

void Put(std::vector<store::Change>& changes, std::string type, std::string id, std::string body, const std::string& owner) {
  store::Change change;
  change.type = std::move(type);
  change.id = std::move(id);
  change.body = std::move(body);
  change.owner = owner;
  change.skip_if_equal = true;
  changes.push_back(std::move(change));
}

std::string OwnerOf(const GapRecord& gap) { return gap.definition.subject != "county" ? gap.subject : std::string(); }

void PutGap(std::vector<store::Change>& changes, const GapRecord& gap) { Put(changes, "DetectedIssue", gap.id, GapAsFhir(gap), OwnerOf(gap)); }

void PutReport(std::vector<store::Change>& changes, const GapRecord& gap, const Point& point, const std::string& which, int last_month) {
  const std::string date = SpanPeriod(last_month, last_month).last.ToString();
  Put(changes, "MeasureReport", gap.id + "-" + which, ReportAsFhir(gap, point, which, date), OwnerOf(gap));
}
}  // namespace

int WindowMonths(const pack::Measure& m) {
  return m.kind == pack::MeasureKind::kCoverage ? kListMonths : std::max(1, m.guard.window_months);
}

bool IsWatched(const pack::Measure& m) {
  const bool kind = m.kind == pack::MeasureKind::kRatio || m.kind == pack::MeasureKind::kMean ||
                    m.kind == pack::MeasureKind::kPerDistinct || m.kind == pack::MeasureKind::kCoverage;
  return kind && m.target && m.direction != pack::Direction::kMonitor;
}

bool IsUnmeasurable(const Error& error) { return error.code == "bad-measure-sql"; }

Result<uint64_t> Service::Sweep() {
  auto swept = swept_.Lock();  // held to the end: one sweep at a time
  const uint64_t as_of = warehouse_.as_of();
  if (swept->as_of && *swept->as_of == as_of) return uint64_t{0};
  QX_TRY(const std::optional<Period> data, measures_.DataPeriod());
  if (!data) return uint64_t{0};

  const access::Caller caller = access::SystemCaller("feed:gap");
  Tables tables(measures_.pack());
  QX_TRY(Complete complete, CompleteMonths(tables));
  QX_TRY(GapRecords gaps, ReadGaps(caller));
  Sweeping sweeping{tables, std::move(complete), std::move(gaps), {}, {}};
  for (const pack::Measure& measure : measures_.pack().measures)
    if (IsWatched(measure)) QX_DO(OpenGaps(measure, sweeping));
  QX_DO(DecideOpenGaps(sweeping));
  swept->as_of = as_of;
  if (sweeping.changes.empty()) return uint64_t{0};
  QX_TRY(const store::CommitReceipt receipt, store_.Commit(caller, {std::move(sweeping.changes), "gap:sweep"}));
  // Our own commit is no news, unless somebody else's came between.
  if (receipt.t == as_of + 1) swept->as_of = receipt.t;
  return static_cast<uint64_t>(std::ranges::count_if(
      receipt.changes, [](const store::ChangeReceipt& c) { return c.outcome != store::Outcome::kUnchanged; }));
}

Result<Complete> Service::CompleteMonths(Tables& tables) {
  QX_TRY(const Date today, ParseDate(Today()));
  QX_TRY(std::optional<Period> data, measures_.DataPeriod());
  return Complete(warehouse_, tables, today, std::move(data));
}

Result<std::optional<std::set<std::string>>> Service::MeantFor(const pack::Measure& measure) {
  std::optional<std::set<std::string>> organizations;
  const std::vector<std::string>& kinds = measure.target->kinds;
  if (kinds.empty() || measure.subject == "county") return organizations;
  organizations.emplace();
  QX_TRY(const columns::Rows rows, warehouse_.Query("SELECT code, kind FROM organization", {}, nullptr));
  for (const std::vector<columns::Cell>& row : rows.rows)
    if (std::ranges::find(kinds, row[1].text) != kinds.end()) organizations->insert(row[0].text);
  return organizations;
}

Result<std::vector<Service::Judged>> Service::Count(measure::Measures& measures, const pack::Measure& measure, Complete& complete) {
  std::vector<Judged> judged;
  QX_TRY(const std::optional<int> newest, complete.Newest(measure));
  if (!newest) return judged;
  if (measure.kind == pack::MeasureKind::kCoverage) return CountCoverage(measures, measure, *newest, complete);
  const int window = WindowMonths(measure), oldest = *newest - Complete::kStillSendsMonths;
  QX_TRY(std::vector<MonthlyUnit> units,
         MonthlyUnits(measures, access::SystemCaller("feed:gap"), measure, "", false, oldest - window + 1, *newest));
  for (MonthlyUnit& unit : units) {
    if (measure.subject != "county" && unit.id == warehouse_.county()) continue;  // the sum of the hospitals has no owner
    QX_TRY(const std::optional<Span> span, complete.Of(measure, unit.id));
    if (!span || span->last < oldest) continue;
    judged.push_back({std::move(unit), span->last - window + 1, span->last});
  }
  return judged;
}

// A list needs a whole year of a hospital's data. Its items do not add up over months, so every year that is needed is asked for.
Result<std::vector<Service::Judged>> Service::CountCoverage(measure::Measures& measures, const pack::Measure& measure, int newest,
                                                            Complete& complete) {
  std::vector<Judged> judged;
  std::set<int> ends = {newest};
  for (int end = newest; end >= newest - Complete::kStillSendsMonths; --end) {
    if (!ends.contains(end)) continue;
    const int first = end - kListMonths + 1;
    measure::SheetRequest request;
    request.measures = {measure.id};
    request.period = SpanPeriod(first, end);
    QX_TRY(const measure::Sheet sheet, measures.Evaluate(access::SystemCaller("feed:gap"), request));
    for (const measure::SheetRow& row : sheet.rows) {
      if (!row.numerator || !row.denominator || (measure.subject != "county" && row.subject == warehouse_.county())) continue;
      QX_TRY(const std::optional<Span> span, complete.Of(measure, row.subject));
      if (!span) continue;
      ends.insert(span->last);
      if (span->last != end || span->first > first) continue;
      MonthlyUnit unit{row.subject, {row.subject_name, row.subject_name}, false, {{end, *row.numerator, *row.denominator}}};
      judged.push_back({std::move(unit), first, end});
    }
  }
  return judged;
}

Result<bool> Service::MeasureGap(const pack::Measure& definition, const Judged& judged, bool is_open, GapRecord& gap) const {
  QX_TRY(const Fraction value, judged.unit.Sum(judged.first, judged.last));
  if (!value.HasValue()) return false;
  const bool coverage = definition.kind == pack::MeasureKind::kCoverage;
  const Series series = judged.unit.Part(judged.first, judged.last);
  const double target = definition.target->value.ToDouble();
  int months = 0, missing = 0;
  for (const MonthParts& m : judged.unit.months) {
    if (m.month < judged.first || m.month > judged.last) continue;
    ++months;
    const Fraction month{m.numerator, m.denominator};
    if (month.HasValue() && Misses(month, definition)) ++missing;
  }
  const bool enough = coverage || series.Denominator() >= static_cast<double>(definition.guard.denominator_minimum);
  const int wanted = coverage ? 1 : std::min(definition.guard.months_below_minimum, WindowMonths(definition));
  const bool misses = Misses(value, definition);
  const bool surely = coverage ? misses : SurelyMisses(series, target, HigherIsBetter(definition));
  gap.subject_name = judged.unit.name.zh;
  gap.latest = PointOf(value, SpanText(judged.first, judged.last), definition);
  gap.severity = std::abs(series.Value() - target) / std::max(std::abs(target), 1e-9);
  return is_open ? enough && !misses && months - missing >= wanted : enough && surely && missing >= wanted;
}

Status Service::OpenGaps(const pack::Measure& measure, Sweeping& sweeping) {
  QX_TRY(std::vector<Judged> counted, Count(measures_, measure, sweeping.complete));
  QX_TRY(const std::optional<std::set<std::string>> meant_for, MeantFor(measure));
  for (const Judged& judged : counted) {
    if (meant_for && !meant_for->contains(judged.unit.id)) continue;
    const auto known = sweeping.gaps.find(GapId(measure.id, judged.unit.id));
    if (known != sweeping.gaps.end() && !known->second.closed) continue;
    GapRecord gap;
    gap.id = GapId(measure.id, judged.unit.id);
    gap.subject = judged.unit.id;
    QX_TRY(const bool opens, MeasureGap(measure, judged, false, gap));
    if (!opens) continue;
    gap.owner = std::string(access::Name(measure.subject == "county" ? access::Role::kDirector : access::Role::kHospitalManager));
    gap.opened_on = Today();
    gap.baseline = gap.latest;
    KeepDefinition(measure, measures_.pack(), sweeping.tables, Today(), gap);
    PutReport(sweeping.changes, gap, gap.baseline, "baseline", judged.last);
    PutReport(sweeping.changes, gap, gap.latest, "latest", judged.last);
    PutGap(sweeping.changes, gap);
  }
  sweeping.counted[measure.id] = std::move(counted);
  return Ok();
}

Status Service::DecideOpenGaps(Sweeping& sweeping) {
  std::map<std::string, std::vector<GapRecord*>> alike;      // the same definition is counted once
  for (auto& [id, gap] : sweeping.gaps) {
    if (gap.closed) continue;
    KeepWhatIsMissing(measures_.pack(), sweeping.tables, Today(), gap);
    if (ChangedTables(gap, sweeping.tables).empty()) gap.tables_changed_on.clear();
    else if (gap.tables_changed_on.empty()) gap.tables_changed_on = Today();
    alike[HashOfDefinition(gap.definition, gap.list ? &*gap.list : nullptr)].push_back(&gap);
  }
  for (const auto& [hash, gaps] : alike) QX_DO(DecideAlike(gaps, sweeping));
  return Ok();
}

Status Service::DecideAlike(const std::vector<GapRecord*>& alike, Sweeping& sweeping) {
  const GapRecord& one = *alike.front();
  const pack::Measure* now = FindMeasure(measures_.pack(), one.definition.id);
  const auto known = sweeping.counted.find(one.definition.id);
  const bool counted = known != sweeping.counted.end() && CountsTheSame(one, measures_.pack()) && WindowMonths(*now) == WindowMonths(one.definition);
  Result<std::vector<Judged>> judged = std::vector<Judged>();
  if (counted) {
    judged = known->second;
  } else {
    const Frozen frozen = Freeze(one);
    judged = Count(*frozen.measures, one.definition, sweeping.complete);
  }
  const bool lost_list = one.definition.kind == pack::MeasureKind::kCoverage && !one.list;
  if (!judged.ok() && !IsUnmeasurable(judged.error())) return std::move(judged).error();
  for (GapRecord* gap : alike) {
    if (!judged.ok() || lost_list) {
      if (gap->unmeasured_on.empty()) gap->unmeasured_on = Today();
      PutGap(sweeping.changes, *gap);
      continue;
    }
    gap->unmeasured_on.clear();
    const auto found = std::ranges::find(*judged, gap->subject, [](const Judged& j) { return j.unit.id; });
    if (found != judged->end()) {
      QX_TRY(const bool reached, MeasureGap(gap->definition, *found, true, *gap));
      if (reached) {
        gap->closed = true;
        gap->closed_on = Today();
      }
      PutReport(sweeping.changes, *gap, gap->latest, "latest", found->last);
    }
    PutGap(sweeping.changes, *gap);
  }
  return Ok();
}

}  // namespace qianxian::gap
