#include "gap/service.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "gap/months.h"

namespace qianxian::gap {

namespace {
constexpr size_t kScan = 500;
constexpr int kTrendMonths = 24;
constexpr size_t kCarriers = 12;

bool Ended(const Action& action) { return action.status == "completed" || action.status == "cancelled"; }

const pack::DiseaseGroup* FindGroup(const pack::Pack& pack, std::string_view id) {
  for (const pack::DiseaseGroup& group : pack.disease_groups)
    if (group.id == id) return &group;
  return nullptr;
}

// What one stratum adds to the shortfall: what is missing of a share that should be high, what stands too much of one that
// should be low, what is above target of an amount.
double Shortfall(const pack::Measure& m, const measure::SheetRow& row) {
  const double numerator = row.numerator->ToDouble(), denominator = row.denominator->ToDouble();
  if (m.kind == pack::MeasureKind::kRatio) return m.direction == pack::Direction::kDown ? numerator : denominator - numerator;
  const double beyond = numerator - m.target->value.ToDouble() * denominator;
  return m.direction == pack::Direction::kDown ? beyond : -beyond;
}
}  // namespace

std::string Service::Now() const { return FormatLocalTime(clock_.Now()); }
std::string Service::Today() const { return Now().substr(0, 10); }

Service::Frozen Service::Freeze(const GapRecord& gap) {
  Frozen frozen;
  frozen.measures = &measures_;
  for (const pack::Measure& m : measures_.pack().measures)
    if (m.id == gap.definition.id && HashOfDefinition(m) == gap.definition_hash) return frozen;
  frozen.pack = std::make_unique<pack::Pack>(measures_.pack());
  std::erase_if(frozen.pack->measures, [&](const pack::Measure& m) { return m.id == gap.definition.id; });
  frozen.pack->measures.push_back(gap.definition);
  frozen.own = measure::MakeMeasures(warehouse_, *frozen.pack);
  frozen.measures = frozen.own.get();
  return frozen;
}

pack::Text SummaryOf(const GapRecord& gap) {
  const pack::Measure& m = gap.definition;
  const double value = std::strtod(gap.latest.value.c_str(), nullptr);
  const std::string now = ValueForPeople(value, m, false), target = ValueForPeople(m.target->value.ToDouble(), m, false);
  const bool down = m.direction == pack::Direction::kDown;
  return {gap.subject_name + " " + m.name.zh + " " + now + "，" + (down ? "高于" : "低于") + "目标 " + target + "（" +
              gap.latest.period + "，" + gap.latest.numerator + "/" + gap.latest.denominator + "）",
          gap.subject_name + ": " + m.name.en + " " + now + (down ? ", above" : ", below") + " the target " + target + " (" +
              gap.latest.period + ", " + gap.latest.numerator + "/" + gap.latest.denominator + ")"};
}

void Service::NameAction(Action& action) const {
  for (const pack::ActionType& type : measures_.pack().actions)
    if (type.id == action.type) action.type_name = type.name;
  if (action.type_name.en.empty()) action.type_name.en = action.type;
  if (const pack::DiseaseGroup* group = FindGroup(measures_.pack(), action.disease_group)) action.disease_group_name = group->name;
  action.overdue = !Ended(action) && action.due_on < Today();
}

Result<GapRecords> Service::ReadGaps(const access::Caller& caller) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  GapRecords gaps;
  std::string after = "gap-";
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan("DetectedIssue", after, kScan));
    for (const store::Resource& resource : page) {
      if (!StartsWith(resource.id, "gap-")) return gaps;
      if (resource.deleted) continue;
      QX_TRY(GapRecord gap, GapFromFhir(resource));
      gaps.emplace(gap.id, std::move(gap));
    }
    if (page.size() < kScan) return gaps;
    after = page.back().id;
  }
}

Result<std::vector<Action>> Service::ReadActions(const access::Caller& caller, std::string_view prefix) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  std::vector<Action> actions;
  std::string after(prefix);
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan("Task", after, kScan));
    for (const store::Resource& resource : page) {
      if (!StartsWith(resource.id, prefix)) return actions;
      if (resource.deleted) continue;
      QX_TRY(Action action, ActionFromFhir(resource));
      NameAction(action);
      actions.push_back(std::move(action));
    }
    if (page.size() < kScan) return actions;
    after = page.back().id;
  }
}

Gap Service::Summarise(const GapRecord& record, std::vector<Action> actions) {
  Gap gap;
  gap.id = record.id;
  gap.version = record.version;
  const bool acting = std::ranges::any_of(actions, [](const Action& a) { return !Ended(a); });
  gap.state = record.closed ? GapState::kClosed : acting ? GapState::kActing : GapState::kOpen;
  gap.measure = record.definition.id;
  gap.measure_name = record.definition.name;
  gap.subject = record.subject;
  gap.subject_name = record.subject_name;
  gap.summary = SummaryOf(record);
  gap.owner = record.owner;
  gap.opened_on = record.opened_on;
  gap.closed_on = record.closed_on;
  gap.target = record.definition.target->value.ToString();
  gap.edition = record.definition.edition;
  gap.definition_hash = record.definition_hash;
  gap.baseline = record.baseline;
  gap.latest = record.latest;
  gap.severity = record.severity;
  gap.actions = std::move(actions);
  return gap;
}

Result<std::vector<Gap>> Service::List(const access::Caller& caller, bool closed_too) {
  QX_TRY(const GapRecords records, ReadGaps(caller));
  QX_TRY(std::vector<Action> actions, ReadActions(caller, "action-"));
  std::vector<Gap> gaps;
  for (const auto& [id, record] : records) {
    if (record.closed && !closed_too) continue;
    std::vector<Action> own;
    std::ranges::copy_if(actions, std::back_inserter(own), [&](const Action& a) { return a.gap_id == record.id; });
    gaps.push_back(Summarise(record, std::move(own)));
  }
  std::ranges::stable_sort(gaps, [](const Gap& a, const Gap& b) {
    const bool a_closed = a.state == GapState::kClosed, b_closed = b.state == GapState::kClosed;
    return a_closed != b_closed ? b_closed : a.severity > b.severity;
  });
  return gaps;
}

Result<Gap> Service::Get(const access::Caller& caller, std::string_view id) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  QX_TRY(const store::Resource resource, snapshot->Read("DetectedIssue", id));
  if (!StartsWith(resource.id, "gap-")) return NotFound("no-such-gap", "no such gap", "没有这个差距");
  QX_TRY(const GapRecord record, GapFromFhir(resource));
  QX_TRY(std::vector<Action> actions, ReadActions(caller, ActionPrefix(record.id)));
  Gap gap = Summarise(record, std::move(actions));
  QX_TRY(const std::optional<Period> data, measures_.DataPeriod());
  if (!data) return gap;
  const Frozen frozen = Freeze(record);
  const int last_month = LastMonth(record.definition, *data);
  QX_DO(FillTrend(caller, *frozen.measures, record, last_month, gap));
  QX_DO(FillCarriers(caller, *frozen.measures, record, gap));
  QX_DO(FillComparisons(caller, *frozen.measures, record, last_month, gap));
  return gap;
}

Status Service::FillTrend(const access::Caller& caller, measure::Measures& measures, const GapRecord& record, int last_month,
                          Gap& gap) {
  if (record.definition.kind == pack::MeasureKind::kCoverage) return Ok();  // a list's coverage has no months
  QX_TRY(const std::vector<MonthlyUnit> units, MonthlyUnits(measures, caller, record.definition, record.subject, false,
                                                            last_month - kTrendMonths + 1, last_month));
  for (const MonthlyUnit& unit : units) {
    if (unit.id != record.subject) continue;
    for (const int month : unit.months)
      gap.trend.push_back(PointOf(unit.Part(month, month), MonthText(month), record.definition));
  }
  std::ranges::sort(gap.trend, {}, &Point::period);
  return Ok();
}

Status Service::FillCarriers(const access::Caller& caller, measure::Measures& measures, const GapRecord& record, Gap& gap) {
  const pack::Measure& m = record.definition;
  if (m.kind == pack::MeasureKind::kCoverage) return Ok();
  measure::SheetRequest request;
  request.measures = {m.id};
  QX_TRY(request.period, Period::Parse(record.latest.period));
  (m.subject != "county" ? request.organization : request.region) = record.subject;
  request.by = {measure::By::kDiseaseGroup};
  if (m.subject == "county") request.by.push_back(measure::By::kDestination);
  QX_TRY(const measure::Sheet sheet, measures.Evaluate(caller, request));
  std::vector<std::pair<double, Carrier>> found;
  double total = 0;
  for (const measure::SheetRow& row : sheet.rows) {
    if (row.subject != record.subject || !row.numerator || !row.denominator) continue;
    const double part = Shortfall(m, row);
    if (part <= 0) continue;
    total += part;
    Carrier carrier;
    const size_t bar = row.stratum.find('|');
    carrier.disease_group = row.stratum.substr(0, bar);
    if (bar != std::string::npos) carrier.destination = row.stratum.substr(bar + 1);
    const size_t zh = row.stratum_name.zh.find('|'), en = row.stratum_name.en.find('|');
    carrier.disease_group_name = {row.stratum_name.zh.substr(0, zh), row.stratum_name.en.substr(0, en)};
    if (zh != std::string::npos && en != std::string::npos)
      carrier.destination_name = {row.stratum_name.zh.substr(zh + 1), row.stratum_name.en.substr(en + 1)};
    const bool counts = row.numerator->scale() == 0 && m.kind == pack::MeasureKind::kRatio;
    carrier.cases = std::to_string(counts ? static_cast<int64_t>(std::llround(part)) : static_cast<int64_t>(row.not_met));
    if (!counts) carrier.amount = Decimal::FromUnits(std::llround(part * 100), 2).ToString();
    found.emplace_back(part, std::move(carrier));
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& [part, carrier] : found) {
    if (gap.carriers.size() == kCarriers) break;
    carrier.share = Decimal::FromUnits(std::llround(part / total * 10000), 4).ToString();
    gap.carriers.push_back(std::move(carrier));
  }
  return Ok();
}

Status Service::FillComparisons(const access::Caller& caller, measure::Measures& measures, const GapRecord& record,
                                int last_month, Gap& gap) {
  std::string first_start;
  std::vector<std::string> acted_on;
  for (const Action& action : gap.actions)
    if (action.status != "cancelled" && !action.started_on.empty() && !action.disease_group.empty()) acted_on.push_back(action.disease_group);
  for (Action& action : gap.actions) {
    if (action.status == "cancelled" || action.started_on.empty()) continue;
    const Aim aim{&record.definition, record.subject, action.disease_group, action.expected_value, acted_on, warehouse_.county()};
    QX_TRY(action.comparison, Compare(measures, caller, aim, action.started_on, last_month));
    if (first_start.empty() || action.started_on < first_start) first_start = action.started_on;
  }
  if (first_start.empty()) return Ok();
  const Aim whole{&record.definition, record.subject, "", "", {}, warehouse_.county()};
  QX_TRY(gap.comparison, Compare(measures, caller, whole, first_start, last_month));
  return Ok();
}

Result<std::vector<Action>> Service::ListActions(const access::Caller& caller, bool ended_too) {
  QX_TRY(std::vector<Action> actions, ReadActions(caller, "action-"));
  if (!ended_too) std::erase_if(actions, Ended);
  std::ranges::stable_sort(actions, {}, &Action::due_on);
  return actions;
}

std::unique_ptr<Gaps> MakeGaps(store::Store& store, measure::Measures& measures, warehouse::Warehouse& warehouse, Clock& clock,
                               Random&) {
  return std::make_unique<Service>(store, measures, warehouse, clock);
}

}  // namespace qianxian::gap
