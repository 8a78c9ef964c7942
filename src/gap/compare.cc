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
int DigitsOf(const pack::Measure& definition) { return IsShare(definition) ? 6 : 2; }

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
    case Reason::kTooFewChanges: return {"清单中有变化的项目太少，不能判断", "too few items of the list changed to tell"};
    case Reason::kYearNotOver: return {"行动开始后还不满一年，清单按全年例数计算，尚不能判断", "a list is counted over a year, and a year since the start is not over: too early to tell"};
    case Reason::kNone: break;
  }
  if (finding.judgement == Judgement::kWorked)
    return {"改善超过可比单位，95% 区间不含零", "improved more than comparable units; the 95 % interval excludes zero"};
  return {"与可比单位相比没有达到预期的改善", "against comparable units the improvement was not what was expected"};
}

Verdict VerdictOf(Judgement judgement) {
  return judgement == Judgement::kWorked ? Verdict::kWorked : judgement == Judgement::kDidNot ? Verdict::kDidNot : Verdict::kCannotTell;
}

struct Windows { int before_first, before_last, after_first, after_last; };

Result<Comparison> Describe(const pack::Measure& definition, const Finding& finding, const MonthlyUnit& unit, const Windows& windows,
                            const std::vector<Unit>& others, const std::map<std::string, pack::Text>& names) {
  Comparison c;
  QX_TRY(const Fraction before, unit.Sum(windows.before_first, windows.before_last));
  QX_TRY(const Fraction after, unit.Sum(windows.after_first, windows.after_last));
  c.before = PointOf(before, SpanText(windows.before_first, windows.before_last), definition);
  c.after = PointOf(after, SpanText(windows.after_first, windows.after_last), definition);
  for (const Unit& other : others)
    c.comparable.emplace_back(names.at(other.id), ValueText(other.after.Value() - other.before.Value(), definition));
  PutFinding(finding, definition, c);
  return c;
}
}  // namespace

void PutFinding(const Finding& finding, const pack::Measure& definition, Comparison& c) {
  c.change = ValueText(finding.change.estimate, definition);
  c.change_low = ValueText(finding.change.low, definition);
  c.change_high = ValueText(finding.change.high, definition);
  c.comparable_units = finding.comparable_units;
  if (finding.comparable_units > 0) c.comparable_change = ValueText(finding.comparable_change.estimate, definition);
  c.effect = ValueText(finding.effect.estimate, definition);
  c.effect_low = ValueText(finding.effect.low, definition);
  c.effect_high = ValueText(finding.effect.high, definition);
  c.verdict = VerdictOf(finding.judgement);
  const Why why = WhyOf(finding);
  c.why = {why.zh, why.en};
}

std::string ValueText(double value, const pack::Measure& definition) { return Fixed(value, DigitsOf(definition)); }

std::string ValueForPeople(const Decimal& value, const pack::Measure& definition) {
  if (IsShare(definition)) return DivideToText(value, Decimal::FromUnits(1, 2), 1) + "%";
  const std::string number = RoundedText(value, std::abs(value.ToDouble()) < 100 ? 1 : 0);
  return (definition.unit == "CNY" ? "¥" : "") + number + (definition.unit == "d" ? " d" : "");
}

Point PointOf(const Fraction& fraction, const std::string& period, const pack::Measure& definition) {
  Point point{period, fraction.numerator.ToString(), fraction.denominator.ToString(), ""};
  if (fraction.HasValue()) point.value = DivideToText(fraction.numerator, fraction.denominator, DigitsOf(definition));
  return point;
}

Series MonthlyUnit::Part(int first, int last) const {
  Series part;
  part.counts = counts;
  for (const MonthParts& m : months)
    if (m.month >= first && m.month <= last) part.Add(m.numerator.ToDouble(), m.denominator.ToDouble());
  return part;
}

Result<Fraction> MonthlyUnit::Sum(int first, int last) const {
  Fraction sum;
  for (const MonthParts& m : months)
    if (m.month >= first && m.month <= last) QX_DO(sum.Add(m.numerator, m.denominator));
  return sum;
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
      unit.counts = definition.kind == pack::MeasureKind::kRatio;
    }
    const Fraction parts{*row.numerator, *row.denominator};
    const bool whole = parts.numerator.scale() == 0 && parts.denominator.scale() == 0;
    if (!whole || parts.numerator.units() > parts.denominator.units() || parts.numerator.IsNegative()) unit.counts = false;
    unit.months.push_back({month, parts.numerator, parts.denominator});
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
  const int after_last = std::min(last_month, start + 12);
  const Windows windows{start + 1 - 12, after_last - 12, start + 1, after_last};
  const bool by_group = !aim.disease_group.empty();
  QX_TRY(const std::vector<MonthlyUnit> monthly, MonthlyUnits(measures, caller, definition, by_group ? aim.subject : std::string(), by_group,
                                                              windows.before_first, windows.after_last));

  Unit unit;
  const MonthlyUnit* own = nullptr;
  std::vector<Unit> others;
  std::map<std::string, pack::Text> names;
  for (const MonthlyUnit& m : monthly) {
    Unit candidate{m.id, m.Part(windows.before_first, windows.before_last), m.Part(windows.after_first, windows.after_last)};
    names[m.id] = m.name;
    if (m.id == (by_group ? aim.disease_group : aim.subject)) {
      unit = std::move(candidate);
      own = &m;
      continue;
    }
    if (by_group && std::ranges::find(aim.acted_on, m.id) != aim.acted_on.end()) continue;
    if (candidate.before.HasValue() && candidate.after.HasValue() && !(definition.subject != "county" && m.id == aim.county))
      others.push_back(std::move(candidate));
  }
  if (!own || !unit.before.HasValue() || !unit.after.HasValue()) return std::optional<Comparison>();

  JudgeOptions options;
  options.higher_is_better = definition.direction != pack::Direction::kDown;
  options.denominator_minimum = static_cast<double>(definition.guard.denominator_minimum);
  if (const Result<Decimal> expected = Decimal::Parse(aim.expected_value); expected.ok())
    options.expected_change = expected->ToDouble() - unit.before.Value();
  const Finding finding = Judge(unit, others, options);
  std::erase_if(others, [&](const Unit& other) {
    return other.before.Denominator() < options.denominator_minimum || other.after.Denominator() < options.denominator_minimum;
  });
  QX_TRY(Comparison comparison, Describe(definition, finding, *own, windows, others, names));
  return std::optional(std::move(comparison));
}

}  // namespace qianxian::gap
