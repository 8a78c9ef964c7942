#include "gap/coverage.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "gap/months.h"

namespace qianxian::gap {

namespace {
// Counts of one sheet by subject, or by subject and month.
std::string ItemOf(const std::string& stratum, bool by_month) { return by_month ? stratum.substr(std::min<size_t>(8, stratum.size())) : stratum; }

int64_t Whole(const std::optional<Decimal>& number) { return number ? number->UnitsAt(0).value_or(0) : 0; }

int64_t Covered(const ItemCounts& counts, const pack::CapabilityList& list) {
  return std::ranges::count_if(list.items, [&](const pack::CapabilityItem& item) { return Covers(counts, item); });
}

Point CoveragePoint(int64_t covered, const pack::CapabilityList& list, const std::string& period, const pack::Measure& definition) {
  const Fraction fraction{Decimal::FromUnits(covered, 0), Decimal::FromUnits(static_cast<int64_t>(list.items.size()), 0)};
  return PointOf(fraction, period, definition);
}

const ItemCounts* Find(const std::vector<ItemCounts>& all, const std::string& subject) {
  const auto found = std::ranges::find(all, subject, &ItemCounts::subject);
  return found == all.end() ? nullptr : &*found;
}

PairedUnit Pair(const ItemCounts& before, const ItemCounts& after, const pack::CapabilityList& list) {
  PairedUnit pair{before.subject, static_cast<int64_t>(list.items.size()), 0, 0};
  for (const pack::CapabilityItem& item : list.items) {
    const bool was = Covers(before, item), is = Covers(after, item);
    pair.gained += !was && is ? 1 : 0;
    pair.lost += was && !is ? 1 : 0;
  }
  return pair;
}

// "9 became covered, 1 no longer (exact test of those that changed: P = 0.021)"
void TellItems(const PairedUnit& pair, pack::Text& why) {
  const std::string gained = std::to_string(pair.gained), lost = std::to_string(pair.lost);
  why.zh += "；清单 " + std::to_string(pair.items) + " 项中新达到 " + gained + " 项，不再达到 " + lost + " 项";
  why.en += "; of " + std::to_string(pair.items) + " items " + gained + " became covered and " + lost + " no longer are";
  if (pair.gained + pair.lost == 0) return;
  const double p = SignTest(pair.gained, pair.lost);
  char text[32] = "P < 0.001";
  if (p >= 0.001) snprintf(text, sizeof text, "P = %.3f", p);
  why.zh += std::string("（成对精确检验 ") + text + "）";
  why.en += std::string(" (exact test of the pairs: ") + text + ")";
}

struct Rolled { int before_first, before_last, after_first, after_last; };

// Both windows lie in the subject's whole months.
bool Reaches(const std::optional<Span>& span, const Rolled& w) { return span && span->first <= w.before_first && span->last >= w.after_last; }

Comparison WithoutBefore(const ItemCounts& after, const pack::CapabilityList& list, const Span& span, const Rolled& w,
                         const pack::Measure& definition) {
  Comparison c;
  c.before.period = SpanText(w.before_first, w.before_last);
  c.after.period = SpanText(w.after_first, w.after_last);
  if (span.first <= w.after_first) c.after = CoveragePoint(Covered(after, list), list, c.after.period, definition);
  c.verdict = Verdict::kCannotTell;
  c.why = {"行动开始前的数据不满一年，没有可比的之前", "the data do not go back a year before the start: there is no before to compare with"};
  return c;
}
}  // namespace

Result<std::vector<ItemCounts>> CountItems(measure::Measures& measures, const access::Caller& caller, const pack::Measure& definition,
                                           const std::string& subject, int first_month, int last_month) {
  measure::SheetRequest request;
  request.measures = {definition.id};
  request.period = SpanPeriod(first_month, last_month);
  (definition.subject != "county" ? request.organization : request.region) = subject;
  request.by = {measure::By::kItem};
  QX_TRY(const measure::Sheet sheet, measures.Evaluate(caller, request));
  std::map<std::string, ItemCounts> found;
  for (const measure::SheetRow& row : sheet.rows) {
    ItemCounts& counts = found[row.subject];
    counts.subject = row.subject;
    counts.kind = row.subject_kind;
    counts.name = {row.subject_name, row.subject_name};
    if (!row.stratum.empty()) counts.cases[row.stratum] = Whole(row.numerator);
  }
  std::vector<ItemCounts> all;
  for (auto& [id, counts] : found) all.push_back(std::move(counts));
  return all;
}

int64_t CasesOf(const ItemCounts& counts, const std::string& item) {
  const auto found = counts.cases.find(item);
  return found == counts.cases.end() ? 0 : found->second;
}

bool Covers(const ItemCounts& counts, const pack::CapabilityItem& item) { return CasesOf(counts, item.id) >= item.cases_minimum; }

Result<std::vector<Point>> CoverageTrend(measure::Measures& measures, const access::Caller& caller, const pack::Measure& definition,
                                         const pack::CapabilityList& list, const std::string& subject, const Span& span, int points) {
  std::vector<Point> trend;
  const int first_end = std::max(span.last - points + 1, span.first + kListMonths - 1);
  if (first_end > span.last) return trend;
  measure::SheetRequest request;
  request.measures = {definition.id};
  request.period = SpanPeriod(first_end - kListMonths + 1, span.last);
  (definition.subject != "county" ? request.organization : request.region) = subject;
  request.by = {measure::By::kMonth, measure::By::kItem};
  QX_TRY(const measure::Sheet sheet, measures.Evaluate(caller, request));
  std::map<int, ItemCounts> months;        // a case lies in one month, so that months of different cases add up
  for (const measure::SheetRow& row : sheet.rows)
    if (const int month = ParseMonth(row.stratum); month >= 0 && row.subject == subject)
      months[month].cases[ItemOf(row.stratum, true)] += Whole(row.numerator);
  for (int end = first_end; end <= span.last; ++end) {
    ItemCounts year;
    for (int month = end - kListMonths + 1; month <= end; ++month)
      for (const auto& [item, cases] : months[month].cases) year.cases[item] += cases;
    trend.push_back(CoveragePoint(Covered(year, list), list, SpanText(end - kListMonths + 1, end), definition));
  }
  return trend;
}

Result<std::optional<Comparison>> CompareCoverage(measure::Measures& measures, const access::Caller& caller, const Aim& aim,
                                                  const pack::CapabilityList& list, const std::string& started_on, const SpanOf& span_of) {
  const pack::Measure& definition = *aim.definition;
  const int start = ParseMonth(started_on);
  QX_TRY(const std::optional<Span> span, span_of(aim.subject));
  if (start < 0 || !span || span->last <= start || list.items.empty()) return std::optional<Comparison>();
  const int passed = std::min(span->last - start, kListMonths);
  const Rolled w{start - kListMonths + 1, start, start - kListMonths + 1 + passed, start + passed};
  QX_TRY(const std::vector<ItemCounts> after, CountItems(measures, caller, definition, "", w.after_first, w.after_last));
  const ItemCounts* own_after = Find(after, aim.subject);
  if (!own_after) return std::optional<Comparison>();
  if (!Reaches(span, w)) return std::optional(WithoutBefore(*own_after, list, *span, w, definition));
  QX_TRY(const std::vector<ItemCounts> before, CountItems(measures, caller, definition, "", w.before_first, w.before_last));
  const ItemCounts* own_before = Find(before, aim.subject);
  if (!own_before) return std::optional(WithoutBefore(*own_after, list, *span, w, definition));

  Comparison c;
  std::vector<PairedUnit> others;
  for (const ItemCounts& other : after) {
    if (other.subject == aim.subject || other.subject == aim.county || other.kind != own_after->kind) continue;
    const ItemCounts* other_before = Find(before, other.subject);
    QX_TRY(const std::optional<Span> other_span, span_of(other.subject));
    if (!other_before || !Reaches(other_span, w)) continue;
    others.push_back(Pair(*other_before, other, list));
    c.comparable.emplace_back(other.name, ValueText(others.back().Change(), definition));
  }
  const PairedUnit own = Pair(*own_before, *own_after, list);
  const int64_t covered_before = Covered(*own_before, list);
  PairedOptions options;
  options.higher_is_better = definition.direction != pack::Direction::kDown;
  options.months_after = passed;
  if (const Result<Decimal> expected = Decimal::Parse(aim.expected_value); expected.ok())
    options.expected_change = expected->ToDouble() - static_cast<double>(covered_before) / static_cast<double>(list.items.size());
  PutFinding(JudgePaired(own, others, options), definition, c);
  TellItems(own, c.why);
  c.before = CoveragePoint(covered_before, list, SpanText(w.before_first, w.before_last), definition);
  c.after = CoveragePoint(Covered(*own_after, list), list, SpanText(w.after_first, w.after_last), definition);
  for (const pack::CapabilityItem& item : list.items) {
    const bool was = Covers(*own_before, item), is = Covers(*own_after, item);
    if (was != is) (is ? c.gained : c.lost).push_back(item.name);
  }
  return std::optional(std::move(c));
}

std::vector<Carrier> MissingItems(const Missing& missing) {
  struct Found {
    int64_t leaving, county, own;
    Carrier carrier;
  };
  std::vector<Found> found;
  for (const pack::CapabilityItem& item : missing.list->items) {
    if (Covers(missing.own, item)) continue;
    Found f{-1, -1, CasesOf(missing.own, item.id), {}};
    f.carrier.item = item.id;
    f.carrier.item_name = f.carrier.disease_group_name = item.name;
    f.carrier.specialty = item.specialty;
    f.carrier.cases = std::to_string(f.own);
    f.carrier.cases_minimum = std::to_string(item.cases_minimum);
    if (missing.county) f.carrier.county_cases = std::to_string(f.county = CasesOf(*missing.county, item.id));
    if (missing.leaving && IsOfDiseases(item)) {
      const auto leaving = missing.leaving->find(item.id);
      f.carrier.leaving_cases = std::to_string(f.leaving = leaving == missing.leaving->end() ? 0 : leaving->second);
    }
    found.push_back(std::move(f));
  }
  std::ranges::stable_sort(found, [](const Found& a, const Found& b) {
    return a.leaving != b.leaving ? a.leaving > b.leaving : a.county != b.county ? a.county > b.county : a.own > b.own;
  });
  std::vector<Carrier> carriers;
  for (Found& f : found) {                 // each weighs the same in a coverage
    f.carrier.share = DivideToText(Decimal::FromUnits(1, 0), Decimal::FromUnits(static_cast<int64_t>(found.size()), 0), 4);
    carriers.push_back(std::move(f.carrier));
  }
  return carriers;
}

bool IsOfDiseases(const pack::CapabilityItem& item) {
  return std::ranges::any_of(item.codes, [](const std::string& code) { return !code.empty() && std::isalpha(static_cast<unsigned char>(code[0])) != 0; });
}

pack::Measure LeavingMeasure(const pack::Measure& in_county, const std::string& list) {
  pack::Measure leaving = in_county;
  leaving.id = "leaving-" + list;
  leaving.of.clear();
  leaving.kind = pack::MeasureKind::kRatio;
  leaving.cases_sql = "WITH stay AS (" + in_county.cases_sql + "\n) SELECT DISTINCT stay.*, k.item FROM stay JOIN capability_code k ON k.list = " +
                      columns::QuoteText(list) + " AND substr(k.prefix, 1, 3) = substr(stay.disease_code, 1, 3) AND starts_with(stay.disease_code, k.prefix)";
  return leaving;
}

}  // namespace qianxian::gap
