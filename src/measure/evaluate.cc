#include "measure/evaluate.h"

#include <algorithm>

#include "base/text.h"

namespace qianxian::measure::internal {
namespace {

using pack::MeasureKind;

constexpr int kShareDigits = 6;
constexpr int kAmountDigits = 2;

std::string StratumSql(By by) {
  switch (by) {
    case By::kNothing: return "''";
    case By::kOrganization: return "coalesce(CAST(c.institution AS VARCHAR), 'unknown')";
    case By::kMonth: return "CAST(extract(year FROM c.on_date) * 12 + extract(month FROM c.on_date) - 1 AS BIGINT)";
    case By::kDiseaseGroup: return "coalesce(CAST(c.disease_group AS VARCHAR), '')";
    case By::kDestination: return "coalesce(CAST(c.destination AS VARCHAR), 'unknown')";
    case By::kItem: return "coalesce(CAST(c.item AS VARCHAR), '')";
  }
  return "''";
}

// The column of a case that a stratum is worked out from.
const char* CaseColumn(By by) {
  switch (by) {
    case By::kNothing: return "";
    case By::kOrganization: return "institution";
    case By::kMonth: return "on_date";
    case By::kDiseaseGroup: return "disease_group";
    case By::kDestination: return "destination";
    case By::kItem: return "item";
  }
  return "";
}

std::string StratumText(By by, const columns::Cell& cell) { return by == By::kMonth ? MonthText(cell.integer) : cell.text; }

// A statement groups by [[county,] subject,] strata. One county alone needs no grouping by it: that alone is a fifth of the
// work over ten million rows.
bool GroupsBySubject(const Question& question) {
  return question.measure->subject != "county" || question.scope.counties.size() != 1;
}

std::string KeyColumns(const Question& question, const CaseQuery& query) {
  std::vector<std::string> columns;
  if (query.of_organizations()) columns.push_back(query.CountySql() + " AS county");
  if (GroupsBySubject(question)) columns.push_back(query.SubjectSql() + " AS subject");
  for (size_t i = 0; i < question.by.size(); ++i) columns.push_back(StratumSql(question.by[i]) + " AS s" + std::to_string(i));
  return columns.empty() ? "" : Join(columns, ", ") + ", ";
}

std::vector<std::string> StrataNames(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("s" + std::to_string(i));
  return names;
}

// "a, b, c": some columns, then the strata, then some more.
std::string Names(std::vector<std::string> before, size_t strata, const std::vector<std::string>& after = {}) {
  for (std::string& name : StrataNames(strata)) before.push_back(std::move(name));
  before.insert(before.end(), after.begin(), after.end());
  return Join(before, ", ");
}

constexpr const char* kJudgementNames[] = {"met", "not_met", "missing", "conflicting"};      // in the order of Judgement

class Evaluation {
 public:
  Evaluation(warehouse::Warehouse& warehouse, const Question& question, const Cancel* cancel)
      : warehouse_(warehouse), q_(question), cancel_(cancel), hospital_(question.measure->subject != "county"),
        by_organization_(std::ranges::find(question.by, By::kOrganization) != question.by.end()) {}

  Result<Groups> Run() {
    QX_DO(SumUp());
    switch (q_.measure->kind) {
      case MeasureKind::kPerDistinct: QX_DO(CountDistinct("person_key", &Group::denominator)); break;
      case MeasureKind::kDistinct: QX_DO(CountDistinct("item", &Group::numerator)); break;
      case MeasureKind::kCoverage: QX_DO(ItemPlace() < q_.by.size() ? CountItems() : CountCovered()); break;
      default: break;
    }
    for (auto& [key, group] : groups_) GiveValue(group);
    return std::move(groups_);
  }

 private:
  std::vector<std::string> Subjects() const {
    if (hospital_) return {"county", "subject"};
    return GroupsBySubject(q_) ? std::vector<std::string>{"subject"} : std::vector<std::string>{};
  }
  size_t first_stratum() const { return Subjects().size(); }
  std::string CountyOf(const std::vector<columns::Cell>& row) const {
    return GroupsBySubject(q_) ? row[0].text : q_.scope.counties[0];
  }

  std::vector<std::string> StrataOf(const std::vector<columns::Cell>& row) const {
    std::vector<std::string> strata;
    for (size_t i = 0; i < q_.by.size(); ++i) strata.push_back(StratumText(q_.by[i], row[first_stratum() + i]));
    return strata;
  }

  // The rows that a case's sums go to. With strata by organisation a hospital's own row would say the same twice.
  std::vector<GroupKey> KeysFor(const std::vector<columns::Cell>& row) const {
    const std::vector<std::string> strata = StrataOf(row);
    if (!hospital_) return {{CountyOf(row), true, strata}};
    // An institution of another place is in no sum here: it stands for itself, also where the county's row is broken down.
    const bool outside = q_.scope.outside && std::ranges::find(q_.scope.counties, row[0].text) == q_.scope.counties.end();
    if (outside && by_organization_) return {{row[1].text, false, strata}};
    std::vector<GroupKey> keys;
    if (q_.scope.county_rows && !outside) keys.push_back({row[0].text, true, strata});
    if (q_.scope.county_rows && by_organization_) return keys;
    if (q_.scope.only_unit) keys.push_back({*q_.scope.only_unit, false, strata});
    else if (!q_.scope.units_of) keys.push_back({row[1].text, false, strata});
    else AddUnits(row[1].text, strata, keys);
    return keys;
  }

  // A unit measure's case counts for its organisation and for every one above it that is asked for.
  void AddUnits(const std::string& organization, const std::vector<std::string>& strata, std::vector<GroupKey>& keys) const {
    const auto found = q_.scope.units_of->find(organization);
    if (found == q_.scope.units_of->end()) return keys.push_back({organization, false, strata});
    for (const std::string& unit : found->second)
      if (!q_.scope.organizations || std::ranges::binary_search(*q_.scope.organizations, unit)) keys.push_back({unit, false, strata});
  }

  Result<columns::Rows> Ask(const std::string& sql, const CaseQuery& query) {
    Result<columns::Rows> rows = warehouse_.Query(sql, query.parameters(), cancel_);
    if (!rows.ok()) return MeasureSqlError(*q_.measure, rows.error());
    return rows;
  }

  // What the subject and the strata are worked out from.
  std::vector<std::string> CaseColumns() const {
    std::vector<std::string> columns;
    if (hospital_ || GroupsBySubject(q_)) columns.push_back("subject");
    for (const By by : q_.by)
      if (const char* column = CaseColumn(by); *column && std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    return columns;
  }

  // One row a subject and its strata, the four judgements side by side.
  Status SumUp() {
    CaseQuery query(q_);
    const std::string names = Names(Subjects(), q_.by.size());
    std::string judged;
    for (const char* judgement : kJudgementNames)
      judged += std::string(", CAST(coalesce(sum(cases) FILTER (WHERE judgement = '") + judgement + "'), 0) AS BIGINT)";
    const std::string cases = "(SELECT " + KeyColumns(q_, query) + "c.judgement, c.numerator, c.denominator, c.cases" + query.FromSummed(CaseColumns()) + ")";
    QX_TRY(const columns::Rows rows,
           Ask(query.With() + "SELECT " + (names.empty() ? "" : names + ", ") +
                   "sum(numerator) AS numerator, sum(denominator) AS denominator, CAST(coalesce(sum(cases), 0) AS BIGINT) AS cases" + judged + " FROM " + cases +
                   (names.empty() ? "" : " GROUP BY " + names),
               query));
    const size_t at = first_stratum() + q_.by.size();
    for (size_t i : {at, at + 1})
      if (rows.columns[i].type == columns::Type::kDouble)
        return MeasureSqlError(*q_.measure, Invalid("sql", rows.columns[i].name + " is a binary fraction; make it BIGINT or DECIMAL(18,2)"));
    for (const auto& row : rows.rows) {
      int64_t left = row[at + 2].integer;
      if (left == 0) continue;             // no grouping at all gives a row of nothing
      for (size_t judgement = 0; judgement < 4; ++judgement) left -= row[at + 3 + judgement].integer;
      if (left != 0) return UnknownJudgement(query, cases);
      for (const GroupKey& key : KeysFor(row)) {
        Group& group = groups_[key];
        QX_DO(group.numerator.Add(rows.columns[at], row[at]));
        QX_DO(group.denominator.Add(rows.columns[at + 1], row[at + 1]));
        for (size_t judgement = 0; judgement < 4; ++judgement)
          group.judgements[judgement] += static_cast<uint64_t>(row[at + 3 + judgement].integer);
      }
    }
    return Ok();
  }

  Error UnknownJudgement(const CaseQuery& query, const std::string& cases) {
    const auto found = Ask(query.With() + "SELECT coalesce(min(judgement), 'NULL') FROM " + cases +
                               " WHERE judgement IS NULL OR judgement NOT IN ('met', 'not_met', 'missing', 'conflicting')",
                           query);
    if (!found.ok()) return found.error();
    return MeasureSqlError(*q_.measure, Invalid("sql", "judgement is '" + found->rows[0][0].text + "'; there are met, not_met, missing, conflicting"));
  }

  // Different things cannot be added up from parts: the county's row counts anew over all its hospitals.
  std::string GroupingSets(const std::vector<std::string>& more) const {
    if (!hospital_) return "(" + Names(Subjects(), q_.by.size(), more) + ")";
    std::vector<std::string> sets;
    if (q_.scope.county_rows) sets.push_back("(" + Names({"county"}, q_.by.size(), more) + ")");
    if (!q_.scope.county_rows || !by_organization_) sets.push_back("(" + Names({"county", "subject"}, q_.by.size(), more) + ")");
    return Join(sets, ", ");
  }

  // What a statement with these sets selects, with a comma behind: the hospital only where some set has it.
  std::string SetNames() const {
    const bool no_hospital = hospital_ && q_.scope.county_rows && by_organization_;
    const std::string names = no_hospital ? Names({"county", "CAST(NULL AS VARCHAR) AS subject"}, q_.by.size()) : Names(Subjects(), q_.by.size());
    return names.empty() ? "" : names + ", ";
  }

  GroupKey KeyOfSet(const std::vector<columns::Cell>& row) const {
    if (!hospital_) return {CountyOf(row), true, StrataOf(row)};
    return {row[1].is_null ? row[0].text : row[1].text, row[1].is_null, StrataOf(row)};
  }

  Status CountDistinct(const std::string& column, Sum Group::*place) {
    CaseQuery query(q_);
    QX_TRY(const columns::Rows rows,
           Ask(query.With() + "SELECT " + SetNames() + "count(DISTINCT thing) FROM (SELECT " + KeyColumns(q_, query) + "c." + column +
                   " AS thing" + query.From() + ") GROUP BY GROUPING SETS (" + GroupingSets({}) + ")",
               query));
    for (const auto& row : rows.rows) {
      const auto found = groups_.find(KeyOfSet(row));
      if (found != groups_.end()) found->second.*place = Sum::Of(row.back().integer);
    }
    return Ok();
  }

  // Where `by` has the item; by.size(): nowhere.
  size_t ItemPlace() const { return static_cast<size_t>(std::ranges::find(q_.by, By::kItem) - q_.by.begin()); }

  const pack::CapabilityList* List() const {
    for (const pack::CapabilityList& list : q_.pack->capability_lists)
      if (list.id == q_.measure->of) return &list;
    return nullptr;
  }

  // Coverage item by item: its different cases, and how many it takes.
  Status CountItems() {
    QX_DO(CountDistinct("case_key", &Group::numerator));
    std::map<std::string, int64_t> minima;
    if (const pack::CapabilityList* list = List())
      for (const pack::CapabilityItem& item : list->items) minima[item.id] = item.cases_minimum;
    for (auto& [key, group] : groups_) {
      const auto found = minima.find(key.strata[ItemPlace()]);
      if (found != minima.end()) group.denominator = Sum::Of(found->second);
    }
    return Ok();
  }

  // Items of the list that reach their minimum of different cases.
  Status CountCovered() {
    CaseQuery query(q_);
    const std::string list = query.Parameter(columns::Parameter::Text(q_.measure->of));
    const std::string names = Names(Subjects(), q_.by.size());
    QX_TRY(const columns::Rows rows,
           Ask(query.With() + "SELECT " + (names.empty() ? "" : names + ", ") + "count(*) FROM (SELECT " + SetNames() +
                   "item, count(DISTINCT case_key) AS cases FROM (SELECT " + KeyColumns(q_, query) + "c.item, c.case_key" + query.From() +
                   " AND c.item IS NOT NULL) GROUP BY GROUPING SETS (" + GroupingSets({"item"}) + ")) counted JOIN capability_item i ON i.list = " +
                   list + " AND i.item = counted.item AND counted.cases >= i.cases_minimum" + (names.empty() ? "" : " GROUP BY " + names),
               query));
    const int64_t items = List() ? static_cast<int64_t>(List()->items.size()) : 0;
    for (auto& [key, group] : groups_) {
      group.numerator = Sum::Of(0);
      group.denominator = Sum::Of(items);
    }
    for (const auto& row : rows.rows) {
      const auto found = groups_.find(KeyOfSet(row));
      if (found != groups_.end()) found->second.numerator = Sum::Of(row.back().integer);
    }
    return Ok();
  }

  void GiveValue(Group& group) const {
    const MeasureKind kind = q_.measure->kind;
    const std::optional<Decimal> numerator = group.numerator.value();
    if (kind == MeasureKind::kCount || kind == MeasureKind::kDistinct) {
      if (numerator) group.value = numerator->ToString();
      return;
    }
    const std::optional<Decimal> denominator = group.denominator.value();
    if (!numerator || !denominator || denominator->units() == 0) return;
    const bool amount = kind == MeasureKind::kMean || kind == MeasureKind::kPerDistinct;
    group.value = DivideToText(*numerator, *denominator, amount ? kAmountDigits : kShareDigits);
  }

  warehouse::Warehouse& warehouse_;
  const Question& q_;
  const Cancel* cancel_;
  const bool hospital_;
  const bool by_organization_;
  Groups groups_;
};

// ---- growth

using Wide = __int128;

// `numerator` ÷ `denominator` with `digits` after the point, rounded half away from zero. False: it does not fit.
bool Divide(Wide numerator, Wide denominator, int digits, int64_t& units) {
  if (denominator == 0) return false;
  Wide scaled = numerator;
  for (int i = 0; i < digits; ++i)
    if (__builtin_mul_overflow(scaled, Wide{10}, &scaled)) return false;
  const bool negative = (scaled < 0) != (denominator < 0);
  if (scaled < 0) scaled = -scaled;
  if (denominator < 0) denominator = -denominator;
  Wide quotient = scaled / denominator;
  const Wide rest = scaled % denominator;
  if (rest >= denominator - rest) ++quotient;
  if (quotient > INT64_MAX) return false;
  units = static_cast<int64_t>(negative ? -quotient : quotient);
  return true;
}

// What a value is: numerator ÷ denominator as one fraction of whole numbers.
bool FractionOf(const pack::Measure& of, const Group& group, Wide& top, Wide& bottom) {
  const std::optional<Decimal> n = group.numerator.value();
  std::optional<Decimal> d = group.denominator.value();
  if (of.kind == MeasureKind::kCount || of.kind == MeasureKind::kDistinct) d = Decimal::FromUnits(1, 0);
  if (!n || !d || d->units() == 0) return false;
  top = n->units();
  bottom = d->units();
  for (int i = n->scale(); i < d->scale(); ++i) top *= 10;
  for (int i = d->scale(); i < n->scale(); ++i)
    if (__builtin_mul_overflow(bottom, Wide{10}, &bottom)) return false;
  return true;
}

// now ÷ before − 1; the parts are shown rounded, the value comes from the unrounded fractions.
void GiveGrowth(const pack::Measure& of, const Group& now, const Group* before, Group& out) {
  out.judgements = now.judgements;
  Wide top = 0, bottom = 0, top_before = 0, bottom_before = 0, left = 0, right = 0, difference = 0, product = 0;
  if (!before || !FractionOf(of, now, top, bottom) || !FractionOf(of, *before, top_before, bottom_before)) return;
  if (__builtin_mul_overflow(top, bottom_before, &left) || __builtin_mul_overflow(top_before, bottom, &right) ||
      __builtin_sub_overflow(left, right, &difference) || __builtin_mul_overflow(bottom, bottom_before, &product))
    return;
  int64_t value = 0, change = 0, base = 0;
  const bool amount = of.kind != MeasureKind::kRatio && of.kind != MeasureKind::kCoverage;
  const int digits = of.kind == MeasureKind::kCount || of.kind == MeasureKind::kDistinct ? 0 : amount ? kAmountDigits : kShareDigits;
  if (!Divide(difference, product, digits, change) || !Divide(top_before, bottom_before, digits, base)) return;
  const columns::Column column{"", columns::Type::kDecimal, digits};
  (void)out.numerator.Add(column, {.is_null = false, .integer = change}).ok();      // an empty sum takes any number
  (void)out.denominator.Add(column, {.is_null = false, .integer = base}).ok();
  if (right != 0 && Divide(difference, right, kShareDigits, value)) out.value = Decimal::FromUnits(value, kShareDigits).ToString();
}

Result<Groups> EvaluateGrowth(warehouse::Warehouse& warehouse, const Question& question, const Cancel* cancel) {
  Question now = question;
  now.measure = FindMeasure(*question.pack, question.measure->of);
  if (!now.measure || now.measure->kind == MeasureKind::kGrowth)
    return Invalid("bad-measure", question.measure->id + " is the growth of no measure", question.measure->id + " 没有可用的基础指标");
  Question before = now;
  before.period = question.period.SameLastYear();
  QX_TRY(const Groups groups, EvaluateMeasure(warehouse, now, cancel));
  QX_TRY(const Groups old, EvaluateMeasure(warehouse, before, cancel));
  Groups out;
  for (const auto& [key, group] : groups) {
    GroupKey key_before = key;
    for (size_t i = 0; i < question.by.size(); ++i)
      if (question.by[i] == By::kMonth) key_before.strata[i] = MonthText(MonthNumber(key.strata[i]) - 12);
    const auto found = old.find(key_before);
    GiveGrowth(*now.measure, group, found == old.end() ? nullptr : &found->second, out[key]);
  }
  return out;
}

}  // namespace

Status Sum::AddUnits(int64_t units, int scale) {
  const auto too_large = [] { return Invalid("number-too-large", "A sum does not fit 18 digits", "合计超出 18 位数"); };
  any_ = true;
  for (; scale_ < scale; ++scale_)
    if (__builtin_mul_overflow(units_, int64_t{10}, &units_)) return too_large();
  for (; scale < scale_; ++scale)
    if (__builtin_mul_overflow(units, int64_t{10}, &units)) return too_large();
  if (__builtin_add_overflow(units_, units, &units_)) return too_large();
  return Ok();
}

Status Sum::Add(const columns::Column& column, const columns::Cell& cell) {
  if (cell.is_null) return Ok();
  return AddUnits(cell.integer, column.type == columns::Type::kDecimal ? column.scale : 0);
}

Status Sum::Add(const Sum& other) { return other.any_ ? AddUnits(other.units_, other.scale_) : Ok(); }

const pack::Measure* FindMeasure(const pack::Pack& pack, std::string_view id) {
  for (const pack::Measure& measure : pack.measures)
    if (measure.id == id) return &measure;
  return nullptr;
}

Result<Groups> EvaluateMeasure(warehouse::Warehouse& warehouse, const Question& question, const Cancel* cancel) {
  if (question.measure->kind == MeasureKind::kGrowth) return EvaluateGrowth(warehouse, question, cancel);
  return Evaluation(warehouse, question, cancel).Run();
}

}  // namespace qianxian::measure::internal
