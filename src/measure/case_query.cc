#include "base/text.h"
#include "measure/evaluate.h"

namespace qianxian::measure::internal {
namespace {

// NAME AS (SELECT * FROM (VALUES (…), …) AS v(columns)); of nothing a table without rows.
std::string TableOf(const std::string& name, const std::string& columns, const std::vector<std::string>& rows, const std::string& empty) {
  const std::string from = rows.empty() ? "(SELECT " + empty + " WHERE false)" : "(VALUES " + Join(rows, ", ") + ")";
  return name + " AS (SELECT * FROM " + from + " AS v(" + columns + ")), ";
}

// The tables capability_item and capability_code, as docs/formats/pack.md has them.
std::string CapabilityTables(const pack::Pack& pack) {
  using columns::QuoteText;
  std::vector<std::string> items, codes;
  for (const pack::CapabilityList& list : pack.capability_lists)
    for (const pack::CapabilityItem& item : list.items) {
      const std::string key = "(" + QuoteText(list.id) + ", " + QuoteText(item.id) + ", ";
      items.push_back(key + QuoteText(item.name.zh) + ", " + QuoteText(item.name.en) + ", " + QuoteText(item.specialty) + ", CAST(" +
                      std::to_string(item.cases_minimum) + " AS BIGINT))");
      for (const std::string& code : item.codes) codes.push_back(key + QuoteText(code) + ")");
    }
  return TableOf("capability_item", "list, item, name_zh, name_en, specialty, cases_minimum", items, "'', '', '', '', '', CAST(0 AS BIGINT)") +
         TableOf("capability_code", "list, item, prefix", codes, "'', '', ''");
}

}  // namespace

CaseQuery::CaseQuery(const Question& question)
    : pack_(*question.pack), measure_(*question.measure), hospital_(measure_.subject != "county") {
  const std::string first = Parameter(columns::Parameter::Date(question.period.first.ToDays()));
  const std::string last = Parameter(columns::Parameter::Date(question.period.last.ToDays()));
  Where("c.on_date BETWEEN " + first + " AND " + last);
  const Scope& scope = question.scope;
  if (hospital_) {
    if (scope.organizations) Where(In("c.subject", *scope.organizations));
    else if (!scope.outside) place_conditions_.push_back(In("coalesce(p.county, (SELECT county FROM setting))", scope.counties));
    if (!scope.region.empty()) place_conditions_.push_back("starts_with(p.region, " + Parameter(columns::Parameter::Text(scope.region)) + ")");
  } else {
    Where(In("c.subject", scope.counties));
    if (!scope.region.empty()) Where("starts_with(c.region, " + Parameter(columns::Parameter::Text(scope.region)) + ")");
    if (scope.organizations) Where(In("c.institution", *scope.organizations));
  }
}

std::string CaseQuery::Parameter(columns::Parameter value) {
  parameters_.push_back(std::move(value));
  return "$" + std::to_string(parameters_.size());
}

std::string CaseQuery::In(const std::string& what, const std::vector<std::string>& texts) {
  if (texts.empty()) return "false";
  if (texts.size() == 1) return what + " = " + Parameter(columns::Parameter::Text(texts[0]));
  std::vector<std::string> parameters;
  for (const std::string& text : texts) parameters.push_back(Parameter(columns::Parameter::Text(text)));
  return what + " IN (" + Join(parameters, ", ") + ")";
}

std::string CaseQuery::With() const {
  const bool lists = measure_.kind == pack::MeasureKind::kCoverage || measure_.cases_sql.find("capability_") != std::string::npos;
  std::string sql = "WITH " + (lists ? CapabilityTables(pack_) : "") + "measure_case AS (" + measure_.cases_sql + "\n)";
  if (hospital_)
    sql += ", place AS (SELECT code, min(region) AS region, min(substr(region, 1, 6)) AS county FROM organization GROUP BY code)";
  return sql + " ";
}

std::string CaseQuery::Place(const std::vector<std::string>& conditions) const {
  return std::string(hospital_ ? " LEFT JOIN place p ON p.code = c.subject" : "") + (conditions.empty() ? "" : " WHERE " + Join(conditions, " AND "));
}

std::string CaseQuery::From() const {
  std::vector<std::string> conditions = conditions_;
  conditions.insert(conditions.end(), place_conditions_.begin(), place_conditions_.end());
  return " FROM measure_case c" + Place(conditions);
}

std::string CaseQuery::FromSummed(const std::vector<std::string>& columns) const {
  const std::string keys = columns.empty() ? "" : "c." + Join(columns, ", c.") + ", ";
  return " FROM (SELECT " + keys + "CAST(c.judgement AS VARCHAR) AS judgement, sum(c.numerator) AS numerator, sum(c.denominator) AS denominator, " +
         "count(*) AS cases FROM measure_case c WHERE " + Join(conditions_, " AND ") + " GROUP BY ALL) c" + Place(place_conditions_);
}

std::string CaseQuery::SubjectSql() const { return "c.subject"; }

std::string CaseQuery::CountySql() const {
  return hospital_ ? "coalesce(p.county, (SELECT county FROM setting))" : "c.subject";
}

Error MeasureSqlError(const pack::Measure& measure, const Error& error) {
  if (error.code != "sql") return error;
  return Invalid("bad-measure-sql", "Measure " + measure.id + " (" + measure.file + "): " + error.en,
                 "指标 " + measure.id + "（" + measure.file + "）：" + (error.zh.empty() ? error.en : error.zh));
}

std::string MonthText(int64_t month) {
  const int64_t number = month % 12 + 1;
  return std::to_string(month / 12) + (number < 10 ? "-0" : "-") + std::to_string(number);
}

int64_t MonthNumber(std::string_view text) {
  int64_t year = 0, month = 0;
  if (text.size() != 7 || text[4] != '-' || !ParseInteger(text.substr(0, 4), year) || !ParseInteger(text.substr(5), month)) return -1;
  return year * 12 + month - 1;
}

}  // namespace qianxian::measure::internal
