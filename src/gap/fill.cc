// The sections of one gap's page: its trend, what carries it, and what became of it since actions began.
#include <algorithm>

#include "gap/coverage.h"
#include "gap/definition.h"
#include "gap/months.h"
#include "gap/service.h"

namespace qianxian::gap {

namespace {
constexpr int kTrendMonths = 24;
constexpr size_t kCarriers = 12;
constexpr std::string_view kInCountyMeasure = "inpatient-in-county-share";   // whose cases the leak is made of, too

bool IsCoverage(const GapRecord& gap) { return gap.definition.kind == pack::MeasureKind::kCoverage; }

// What one stratum adds to the shortfall: what is missing of a share that should be high, what stands too much of one that
// should be low, what is above target of an amount.
Result<Decimal> Shortfall(const pack::Measure& m, const Fraction& parts) {
  const bool down = m.direction == pack::Direction::kDown;
  if (m.kind == pack::MeasureKind::kRatio) return down ? Result<Decimal>(parts.numerator) : SubtractExactly(parts.denominator, parts.numerator);
  QX_TRY(const Decimal beyond, Beyond(parts, m.target->value));
  return down ? beyond : Decimal::FromUnits(-beyond.units(), beyond.scale());
}

Carrier CarrierOf(const pack::Measure& m, const measure::SheetRow& row, const Decimal& part) {
  Carrier carrier;
  const size_t bar = row.stratum.find('|');
  carrier.disease_group = row.stratum.substr(0, bar);
  if (bar != std::string::npos) carrier.destination = row.stratum.substr(bar + 1);
  const size_t zh = row.stratum_name.zh.find('|'), en = row.stratum_name.en.find('|');
  carrier.disease_group_name = {row.stratum_name.zh.substr(0, zh), row.stratum_name.en.substr(0, en)};
  if (zh != std::string::npos && en != std::string::npos)
    carrier.destination_name = {row.stratum_name.zh.substr(zh + 1), row.stratum_name.en.substr(en + 1)};
  const bool counts = part.scale() == 0 && m.kind == pack::MeasureKind::kRatio;
  carrier.cases = counts ? part.ToString() : std::to_string(row.not_met);
  if (!counts) carrier.amount = RoundedText(part, 2);
  return carrier;
}
}  // namespace

Status Service::Fill(const Page& page, Gap& gap) {
  QX_DO(FillTrend(page, gap));
  QX_DO(IsCoverage(page.record) ? FillMissing(page, gap) : FillCarriers(page, gap));
  return FillComparisons(page, gap);
}

Status Service::FillTrend(const Page& page, Gap& gap) {
  const GapRecord& record = page.record;
  const int last = page.span.last;
  if (IsCoverage(record)) {
    const pack::CapabilityList* list = ListOf(record, measures_.pack());
    if (!list) return Ok();
    QX_TRY(gap.trend, CoverageTrend(page.measures, page.caller, record.definition, *list, record.subject, page.span, kTrendMonths));
    return Ok();
  }
  QX_TRY(const std::vector<MonthlyUnit> units,
         MonthlyUnits(page.measures, page.caller, record.definition, record.subject, false, last - kTrendMonths + 1, last));
  for (const MonthlyUnit& unit : units) {
    if (unit.id != record.subject) continue;
    for (const MonthParts& m : unit.months)
      gap.trend.push_back(PointOf({m.numerator, m.denominator}, MonthText(m.month), record.definition));
  }
  std::ranges::sort(gap.trend, {}, &Point::period);
  return Ok();
}

Status Service::FillCarriers(const Page& page, Gap& gap) {
  const GapRecord& record = page.record;
  const pack::Measure& m = record.definition;
  measure::SheetRequest request;
  request.measures = {m.id};
  QX_TRY(request.period, Period::Parse(record.latest.period));
  (m.subject != "county" ? request.organization : request.region) = record.subject;
  request.by = {measure::By::kDiseaseGroup};
  if (m.subject == "county") request.by.push_back(measure::By::kDestination);
  QX_TRY(const measure::Sheet sheet, page.measures.Evaluate(page.caller, request));
  std::vector<std::pair<Decimal, Carrier>> found;
  Decimal total;
  for (const measure::SheetRow& row : sheet.rows) {
    if (row.subject != record.subject || !row.numerator || !row.denominator) continue;
    QX_TRY(const Decimal part, Shortfall(m, {*row.numerator, *row.denominator}));
    if (part.units() <= 0) continue;
    QX_TRY(total, AddExactly(total, part));
    found.emplace_back(part, CarrierOf(m, row, part));
  }
  for (auto& [part, carrier] : found) {
    QX_TRY(const int64_t units, part.UnitsAt(total.scale()));
    part = Decimal::FromUnits(units, total.scale());
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first.units() > b.first.units(); });
  for (auto& [part, carrier] : found) {
    if (gap.carriers.size() == kCarriers) break;
    carrier.share = DivideToText(part, total, 4);
    gap.carriers.push_back(std::move(carrier));
  }
  return Ok();
}

Result<std::string> Service::CountyOf(const std::string& hospital) {
  QX_TRY(const columns::Rows rows, warehouse_.Query("SELECT min(substr(region, 1, 6)) FROM organization WHERE code = $1",
                                                    {columns::Parameter::Text(hospital)}, nullptr));
  return rows.rows.empty() || rows.rows[0][0].is_null ? warehouse_.county() : rows.rows[0][0].text;
}

// The items that are not covered, with how often the hospital, the county and hospitals elsewhere do them: what is worth building up.
Status Service::FillMissing(const Page& page, Gap& gap) {
  const GapRecord& record = page.record;
  const pack::CapabilityList* list = ListOf(record, measures_.pack());
  if (!list) return Ok();
  QX_TRY(const Period period, Period::Parse(record.latest.period));
  QX_TRY(const std::string county, CountyOf(record.subject));
  QX_TRY(std::vector<ItemCounts> counts,
         CountItems(page.measures, page.caller, record.definition, "", MonthOf(period.first), MonthOf(period.last)));
  Missing missing;
  missing.list = list;
  for (ItemCounts& one : counts) {
    if (one.subject == record.subject) missing.own = std::move(one);
    else if (one.subject == county) missing.county = std::move(one);
  }
  const pack::Measure* in_county = FindMeasure(measures_.pack(), kInCountyMeasure);
  if (in_county && std::ranges::any_of(list->items, IsOfDiseases)) {
    pack::Pack pack = FrozenPack(record, measures_.pack());
    pack.measures = {LeavingMeasure(*in_county, list->id)};
    measure::SheetRequest request;
    request.measures = {pack.measures[0].id};
    request.period = period;
    request.region = county;
    request.by = {measure::By::kItem};
    const std::unique_ptr<measure::Measures> measures = measure::MakeMeasures(warehouse_, pack);
    const Result<measure::Sheet> sheet = measures->Evaluate(page.caller, request);
    if (sheet.ok()) {
      missing.leaving.emplace();
      for (const measure::SheetRow& row : sheet->rows) {
        if (row.subject != county || !row.numerator || !row.denominator) continue;
        QX_TRY(const Decimal left, SubtractExactly(*row.denominator, *row.numerator));
        (*missing.leaving)[row.stratum] = left.units();
      }
    } else if (sheet.error().category != ErrorCategory::kForbidden && !IsUnmeasurable(sheet.error())) {
      return sheet.error();                // who sees one hospital only is not told what leaves the county
    }
  }
  gap.carriers = MissingItems(missing);
  return Ok();
}

Status Service::FillComparisons(const Page& page, Gap& gap) {
  const GapRecord& record = page.record;
  const pack::CapabilityList* list = ListOf(record, measures_.pack());
  const SpanOf span_of = [&](const std::string& subject) { return page.complete.Of(record.definition, subject); };
  const auto compare = [&](const Aim& aim, const std::string& started_on) -> Result<std::optional<Comparison>> {
    if (!IsCoverage(record)) return Compare(page.measures, page.caller, aim, started_on, page.span.last);
    if (!list) return std::optional<Comparison>();
    return CompareCoverage(page.measures, page.caller, aim, *list, started_on, span_of);
  };
  std::string first_start;
  std::vector<std::string> acted_on;
  for (const Action& action : gap.actions)
    if (action.status != "cancelled" && !action.started_on.empty() && !action.disease_group.empty()) acted_on.push_back(action.disease_group);
  for (Action& action : gap.actions) {
    if (action.status == "cancelled" || action.started_on.empty()) continue;
    const Aim aim{&record.definition, record.subject, action.disease_group, action.expected_value, acted_on, warehouse_.county()};
    QX_TRY(action.comparison, compare(aim, action.started_on));
    if (first_start.empty() || action.started_on < first_start) first_start = action.started_on;
  }
  if (first_start.empty()) return Ok();
  const Aim whole{&record.definition, record.subject, "", "", {}, warehouse_.county()};
  QX_TRY(gap.comparison, compare(whole, first_start));
  return Ok();
}

}  // namespace qianxian::gap
