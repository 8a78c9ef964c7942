#include "gap/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "base/text.h"
#include "gap/months.h"

namespace qianxian::gap {

namespace {
std::string Fixed(double value, int digits) {
  char text[64];
  snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

bool IsShare(const pack::Measure& definition) { return definition.unit == "1"; }

struct Why {
  const char* zh;
  const char* en;
};

Why WhyOf(const Finding& finding) {
  switch (finding.reason) {
    case Reason::kTooFewMonths: return {"行动开始后的数据不足三个月，尚不能判断", "fewer than three months of data since the start: too early to tell"};
    case Reason::kTooFewCases: return {"例数太少，不能判断", "too few cases to tell"};
    case Reason::kNoComparable: return {"没有足够的可比单位，不能排除总体趋势", "too few comparable units: a general trend cannot be ruled out"};
    case Reason::kWithinChance: return {"与可比单位的差别在偶然范围内", "the difference from comparable units is within chance"};
    case Reason::kNone: break;
  }
  if (finding.judgement == Judgement::kWorked)
    return {"改善超过可比单位，95% 区间不含零", "improved more than comparable units; the 95 % interval excludes zero"};
  return {"与可比单位相比没有达到预期的改善", "against comparable units the improvement was not what was expected"};
}

Verdict VerdictOf(Judgement judgement) {
  return judgement == Judgement::kWorked ? Verdict::kWorked : judgement == Judgement::kDidNot ? Verdict::kDidNot : Verdict::kCannotTell;
}

Comparison Describe(const pack::Measure& definition, const Finding& finding, const Unit& unit, const std::vector<Unit>& others,
                    const std::map<std::string, pack::Text>& names, const std::string& before, const std::string& after) {
  Comparison c;
  c.before = PointOf(unit.before, before, definition);
  c.after = PointOf(unit.after, after, definition);
  c.change = ValueText(finding.change.estimate, definition);
  c.change_low = ValueText(finding.change.low, definition);
  c.change_high = ValueText(finding.change.high, definition);
  c.comparable_units = finding.comparable_units;
  if (finding.comparable_units > 0) c.comparable_change = ValueText(finding.comparable_change.estimate, definition);
  c.effect = ValueText(finding.effect.estimate, definition);
  c.effect_low = ValueText(finding.effect.low, definition);
  c.effect_high = ValueText(finding.effect.high, definition);
  for (const Unit& other : others)
    c.comparable.emplace_back(names.at(other.id), ValueText(other.after.Value() - other.before.Value(), definition));
  c.verdict = VerdictOf(finding.judgement);
  const Why why = WhyOf(finding);
  c.why = {why.zh, why.en};
  return c;
}
}  // namespace

std::string ValueText(double value, const pack::Measure& definition) { return Fixed(value, IsShare(definition) ? 6 : 2); }

std::string ValueForPeople(double value, const pack::Measure& definition, bool difference) {
  const std::string sign = difference && value > 0 ? "+" : "";
  if (IsShare(definition)) return sign + Fixed(value * 100, 1) + (difference ? " pp" : "%");
  const std::string number = Fixed(value, std::abs(value) < 100 ? 1 : 0);
  return sign + (definition.unit == "CNY" ? "¥" : "") + number + (definition.unit == "d" ? " d" : "");
}

Point PointOf(const Series& series, const std::string& period, const pack::Measure& definition) {
  Point point;
  point.period = period;
  const bool whole = series.counts || definition.kind == pack::MeasureKind::kCoverage;
  point.numerator = Fixed(series.Numerator(), whole ? 0 : 2);
  point.denominator = Fixed(series.Denominator(), std::floor(series.Denominator()) == series.Denominator() ? 0 : 2);
  if (series.HasValue()) point.value = ValueText(series.Value(), definition);
  return point;
}

Series MonthlyUnit::Part(int first, int last) const {
  Series part;
  part.counts = series.counts;
  for (size_t i = 0; i < months.size(); ++i)
    if (months[i] >= first && months[i] <= last) part.Add(series.numerators[i], series.denominators[i]);
  return part;
}

Result<std::vector<MonthlyUnit>> MonthlyUnits(measure::Measures& measures, const access::Caller& caller,
                                              const pack::Measure& definition, const std::string& subject,
                                              bool by_disease_group, int first_month, int last_month) {
  measure::SheetRequest request;
  request.measures = {definition.id};
  request.period = SpanPeriod(first_month, last_month);
  (definition.subject != "county" ? request.organization : request.region) = subject;
  request.by = {measure::By::kMonth};
  if (by_disease_group) request.by.push_back(measure::By::kDiseaseGroup);
  QX_TRY(const measure::Sheet sheet, measures.Evaluate(caller, request));

  std::map<std::string, MonthlyUnit> units;
  for (const measure::SheetRow& row : sheet.rows) {
    const int month = ParseMonth(row.stratum);
    if (month < 0 || !row.numerator || !row.denominator) continue;
    const std::string id = by_disease_group ? row.stratum.substr(std::min<size_t>(8, row.stratum.size())) : row.subject;
    auto [place, is_new] = units.try_emplace(id);
    MonthlyUnit& unit = place->second;
    if (is_new) {
      unit.id = id;
      unit.name = {row.subject_name, row.subject_name};
      unit.series.counts = definition.kind == pack::MeasureKind::kRatio;
    }
    const bool whole = row.numerator->scale() == 0 && row.denominator->scale() == 0;
    const double numerator = row.numerator->ToDouble(), denominator = row.denominator->ToDouble();
    if (!whole || numerator > denominator || numerator < 0) unit.series.counts = false;
    unit.series.Add(numerator, denominator);
    unit.months.push_back(month);
  }
  std::vector<MonthlyUnit> result;
  for (auto& [id, unit] : units) {
    for (const pack::DiseaseGroup& group : measures.pack().disease_groups)
      if (by_disease_group && group.id == id) unit.name = group.name;
    result.push_back(std::move(unit));
  }
  return result;
}

Result<std::optional<Comparison>> Compare(measure::Measures& measures, const access::Caller& caller, const Aim& aim,
                                          const std::string& started_on, int last_month) {
  const pack::Measure& definition = *aim.definition;
  const bool additive = definition.kind == pack::MeasureKind::kRatio || definition.kind == pack::MeasureKind::kMean ||
                        definition.kind == pack::MeasureKind::kPerDistinct;
  const int start = ParseMonth(started_on);
  if (!additive || start < 0 || last_month <= start) return std::optional<Comparison>();
  const int after_first = start + 1, after_last = std::min(last_month, start + 12);
  const int before_first = after_first - 12, before_last = after_last - 12;
  const bool by_group = !aim.disease_group.empty();
  QX_TRY(const std::vector<MonthlyUnit> monthly,
         MonthlyUnits(measures, caller, definition, by_group ? aim.subject : std::string(), by_group, before_first, after_last));

  Unit unit;
  std::vector<Unit> others;
  std::map<std::string, pack::Text> names;
  const std::string own = by_group ? aim.disease_group : aim.subject;
  for (const MonthlyUnit& m : monthly) {
    Unit candidate{m.id, m.Part(before_first, before_last), m.Part(after_first, after_last)};
    names[m.id] = m.name;
    if (m.id == own) {
      unit = std::move(candidate);
      continue;
    }
    if (by_group && std::ranges::find(aim.acted_on, m.id) != aim.acted_on.end()) continue;
    if (candidate.before.HasValue() && candidate.after.HasValue() && !(definition.subject != "county" && m.id == aim.county))
      others.push_back(std::move(candidate));
  }
  if (!unit.before.HasValue() || !unit.after.HasValue()) return std::optional<Comparison>();

  JudgeOptions options;
  options.higher_is_better = definition.direction != pack::Direction::kDown;
  options.denominator_minimum = static_cast<double>(definition.guard.denominator_minimum);
  if (!aim.expected_value.empty()) options.expected_change = std::strtod(aim.expected_value.c_str(), nullptr) - unit.before.Value();
  const Finding finding = Judge(unit, others, options);
  std::erase_if(others, [&](const Unit& other) {
    return other.before.Denominator() < options.denominator_minimum || other.after.Denominator() < options.denominator_minimum;
  });
  return std::optional<Comparison>(Describe(definition, finding, unit, others, names, SpanText(before_first, before_last),
                                            SpanText(after_first, after_last)));
}

}  // namespace qianxian::gap
