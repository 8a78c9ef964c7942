// The cases behind a number: the same SQL, its rows one by one, in a stable order.
#include "base/limits.h"
#include "base/text.h"
#include "measure/service.h"

namespace qianxian::measure::internal {
namespace {

std::string TextOf(const columns::Column& column, const columns::Cell& cell) {
  if (cell.is_null) return {};
  switch (column.type) {
    case columns::Type::kInteger: return std::to_string(cell.integer);
    case columns::Type::kDecimal: return Decimal::FromUnits(cell.integer, column.scale).ToString();
    case columns::Type::kDate: return Date::FromDays(static_cast<int32_t>(cell.integer)).ToString();
    default: return cell.text;
  }
}

Case CaseOf(const columns::Rows& rows, const std::vector<columns::Cell>& row, const Directory& directory) {
  Case c;
  std::string* const fields[] = {&c.key, &c.type, &c.subject, &c.institution, &c.on_date, &c.disease_code, &c.disease_name,
                                 &c.disease_group, &c.destination, &c.numerator, &c.denominator, &c.judgement};
  for (size_t i = 0; i < std::size(fields); ++i) *fields[i] = TextOf(rows.columns[i], row[i]);
  const auto name = directory.names.find(c.institution);
  if (name != directory.names.end()) c.institution_name = name->second;
  return c;
}

}  // namespace

Result<Cases> Service::ListCases(const access::Caller& caller, const CasesRequest& asked, const Cancel* cancel) {
  // The row of a county among its hospitals' opens to the cases of all of them: its subject is a region, no organisation.
  CasesRequest request = asked;
  if (request.organization == warehouse_.county() && request.region.empty()) {
    request.organization.clear();
    request.region = asked.organization;
  }
  const pack::Measure* measure = FindMeasure(pack_, request.measure);
  if (!measure) return NotFound("no-such-measure", "There is no measure " + request.measure, "没有指标 " + request.measure);
  if (measure->kind == pack::MeasureKind::kGrowth) measure = FindMeasure(pack_, measure->of);   // its cases are those of the other
  if (!measure) return Fault("bad-pack", request.measure + " is the growth of no measure");
  const bool county = measure->subject == "county";
  const bool all = caller.whole_county || caller.role == access::Role::kSystem;
  const std::string owner = all ? "" : !request.organization.empty() ? request.organization
                                   : caller.organizations.empty() ? "" : caller.organizations[0];
  if (county && !all)
    return MakeError(ErrorCategory::kForbidden, "not-yours", "The measure " + measure->id + " is about the whole county.",
                     "指标“" + measure->name.zh + "”涉及全县，您无权查看。");
  QX_DO(access::Decide(caller, access::Verb::kCases, county ? "settlement" : "Encounter", owner));
  QX_TRY(const auto directory, ReadDirectory());
  Question question{&pack_, measure, request.period, {}, {}};
  QX_TRY(question.scope, ScopeOf(caller, *measure, request.organization, request.region, *directory));
  question.scope.outside = false;          // without an organisation: those of the county's row
  CaseQuery query(question);
  const auto filter = [&query](const std::string& column, const std::string& text) {
    if (!text.empty()) query.Where("CAST(" + column + " AS VARCHAR) = " + query.Parameter(columns::Parameter::Text(text)));
  };
  filter("c.institution", request.institution);
  filter("c.disease_group", request.disease_group);
  filter("c.destination", request.destination);
  filter("c.judgement", request.judgement);
  Cases cases;
  cases.as_of = warehouse_.as_of();
  const std::vector<columns::Parameter> filters = query.parameters();
  Result<columns::Rows> total = warehouse_.Query(query.With() + "SELECT count(*)" + query.From(), filters, cancel);
  if (!total.ok()) return MeasureSqlError(*measure, total.error());
  cases.total = static_cast<uint64_t>(total->rows[0][0].integer);
  const std::string sql =
      query.With() + "SELECT c.case_key, c.case_type, c.subject, c.institution, c.on_date, c.disease_code, c.disease_name, "
      "CAST(c.disease_group AS VARCHAR), CAST(c.destination AS VARCHAR), c.numerator, c.denominator, CAST(c.judgement AS VARCHAR)" +
      query.From() + " ORDER BY c.on_date, c.case_key" + (measure->kind == pack::MeasureKind::kCoverage ? ", c.item" : "") + " LIMIT " +
      std::to_string(std::min(request.count, limits::kCasesPageMaximum)) + " OFFSET " + std::to_string(request.offset);
  Result<columns::Rows> rows = warehouse_.Query(sql, filters, cancel);
  if (!rows.ok()) return MeasureSqlError(*measure, rows.error());
  for (const auto& row : rows->rows) cases.cases.push_back(CaseOf(*rows, row, *directory));
  return cases;
}

}  // namespace qianxian::measure::internal
