// Sweep: opens, refreshes and closes gaps. A gap opens when the pooled value of the window misses the target surely (the 95 %
// interval lies beyond it), the cases are enough, and enough single months miss it too; it closes when the record shows the
// target reached over the same window with the same frozen definition.
#include <algorithm>
#include <cmath>

#include "gap/months.h"
#include "gap/service.h"

namespace qianxian::gap {

namespace {
bool HigherIsBetter(const pack::Measure& m) { return m.direction != pack::Direction::kDown; }

bool Misses(double value, double target, bool higher_is_better) {
  return higher_is_better ? value < target : value > target;
}

int MonthsMissing(const Series& series, double target, bool higher_is_better) {
  int count = 0;
  for (size_t i = 0; i < series.numerators.size(); ++i)
    if (series.denominators[i] > 0 && Misses(series.numerators[i] / series.denominators[i], target, higher_is_better)) ++count;
  return count;
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
}  // namespace

int WindowMonths(const pack::Measure& m) {
  return m.kind == pack::MeasureKind::kCoverage ? 12 : std::max(1, m.guard.window_months);
}

bool IsWatched(const pack::Measure& m) {
  const bool kind = m.kind == pack::MeasureKind::kRatio || m.kind == pack::MeasureKind::kMean ||
                    m.kind == pack::MeasureKind::kPerDistinct || m.kind == pack::MeasureKind::kCoverage;
  return kind && m.target && m.direction != pack::Direction::kMonitor;
}

Result<uint64_t> Service::Sweep() {
  auto swept = swept_.Lock();  // held to the end: one sweep at a time
  const uint64_t as_of = warehouse_.as_of();
  if (swept->as_of && *swept->as_of == as_of) return uint64_t{0};
  QX_TRY(const std::optional<Period> data, measures_.DataPeriod());
  if (!data) return uint64_t{0};

  const access::Caller caller = access::SystemCaller("feed:gap");
  QX_TRY(GapRecords gaps, ReadGaps(caller));
  std::vector<store::Change> changes;
  for (const pack::Measure& measure : measures_.pack().measures) {
    if (IsWatched(measure)) QX_DO(SweepMeasure(measure, LastMonth(measure, *data), gaps, changes));
  }
  swept->as_of = as_of;
  if (changes.empty()) return uint64_t{0};
  QX_TRY(const store::CommitReceipt receipt, store_.Commit(caller, {std::move(changes), "gap:sweep"}));
  // Our own commit is no news, unless somebody else's came between.
  if (receipt.t == as_of + 1) swept->as_of = receipt.t;
  return static_cast<uint64_t>(std::ranges::count_if(
      receipt.changes, [](const store::ChangeReceipt& c) { return c.outcome != store::Outcome::kUnchanged; }));
}

int Service::LastMonth(const pack::Measure& measure, const Period& data) {
  if (measure.subject != "unit") return MonthOf(data.last);
  const Result<Date> today = ParseDate(FormatLocalTime(clock_.Now()).substr(0, 10));
  return today.ok() ? MonthOf(*today) - 1 : MonthOf(data.last);
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

Status Service::SweepMeasure(const pack::Measure& measure, int last_month, GapRecords& gaps,
                             std::vector<store::Change>& changes) {
  const access::Caller caller = access::SystemCaller("feed:gap");
  const int first_month = last_month - WindowMonths(measure) + 1;
  std::vector<MonthlyUnit> units;
  if (measure.kind == pack::MeasureKind::kCoverage) {
    measure::SheetRequest request;
    request.measures = {measure.id};
    request.period = SpanPeriod(first_month, last_month);
    QX_TRY(const measure::Sheet sheet, measures_.Evaluate(caller, request));
    for (const measure::SheetRow& row : sheet.rows) {
      if (!row.numerator || !row.denominator) continue;
      MonthlyUnit unit{row.subject, {row.subject_name, row.subject_name}, {}, {last_month}};
      unit.series.Add(row.numerator->ToDouble(), row.denominator->ToDouble());
      units.push_back(std::move(unit));
    }
  } else {
    QX_TRY(units, MonthlyUnits(measures_, caller, measure, "", false, first_month, last_month));
  }
  QX_TRY(const std::optional<std::set<std::string>> meant_for, MeantFor(measure));
  for (MonthlyUnit& unit : units) {
    if (measure.subject != "county" && unit.id == warehouse_.county()) continue;  // the sum of the hospitals has no owner
    if (meant_for && !meant_for->contains(unit.id)) continue;
    const auto known = gaps.find(GapId(measure.id, unit.id));
    GapRecord* gap = known == gaps.end() ? nullptr : &known->second;
    if (gap && !gap->closed && gap->definition_hash != HashOfDefinition(measure) &&
        gap->definition.kind != pack::MeasureKind::kCoverage) {
      const Frozen frozen = Freeze(*gap);
      QX_TRY(const std::vector<MonthlyUnit> old_units,
             MonthlyUnits(*frozen.measures, caller, gap->definition, unit.id, false, first_month, last_month));
      for (const MonthlyUnit& old_unit : old_units)
        if (old_unit.id == unit.id) Decide(gap, gap->definition, old_unit, last_month, changes);
    } else {
      Decide(gap, measure, unit, last_month, changes);
    }
  }
  return Ok();
}

void Service::Decide(GapRecord* known, const pack::Measure& measure, const MonthlyUnit& unit, int last_month,
                     std::vector<store::Change>& changes) {
  const Series& series = unit.series;
  if (!series.HasValue()) return;
  const double target = measure.target->value.ToDouble();
  const bool up = HigherIsBetter(measure);
  const bool coverage = measure.kind == pack::MeasureKind::kCoverage;
  const bool enough = coverage || series.Denominator() >= static_cast<double>(measure.guard.denominator_minimum);
  const int missing = MonthsMissing(series, target, up);
  const int wanted = coverage ? 1 : std::min(measure.guard.months_below_minimum, WindowMonths(measure));
  const bool surely = coverage ? Misses(series.Value(), target, up) : SurelyMisses(series, target, up);
  const bool opens = enough && missing >= wanted && surely;
  const bool reached = enough && !Misses(series.Value(), target, up) &&
                       static_cast<int>(series.months()) - missing >= wanted;

  GapRecord gap;
  if (known) gap = *known;
  const bool is_open = known && !known->closed;
  if (!is_open && !opens) return;
  const Point point = PointOf(series, SpanText(last_month - WindowMonths(measure) + 1, last_month), measure);
  if (!is_open) {
    gap.id = GapId(measure.id, unit.id);
    gap.closed = false;
    gap.subject = unit.id;
    gap.owner = std::string(access::Name(measure.subject == "county" ? access::Role::kDirector : access::Role::kHospitalManager));
    gap.opened_on = Today();
    gap.closed_on.clear();
    gap.definition = measure;
    gap.definition_hash = HashOfDefinition(measure);
    gap.baseline = point;
  } else if (reached) {
    gap.closed = true;
    gap.closed_on = Today();
  }
  gap.subject_name = unit.name.zh;
  gap.latest = point;
  gap.severity = std::abs(series.Value() - target) / std::max(std::abs(target), 1e-9);
  const std::string owner = measure.subject != "county" ? unit.id : std::string();
  const std::string date = SpanPeriod(last_month, last_month).last.ToString();
  if (!is_open) Put(changes, "MeasureReport", gap.id + "-baseline", ReportAsFhir(gap, gap.baseline, "baseline", date), owner);
  Put(changes, "MeasureReport", gap.id + "-latest", ReportAsFhir(gap, gap.latest, "latest", date), owner);
  Put(changes, "DetectedIssue", gap.id, GapAsFhir(gap), owner);
}

}  // namespace qianxian::gap
