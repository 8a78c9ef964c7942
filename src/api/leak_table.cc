#include "api/leak_table.h"

#include <algorithm>

#include "base/decimal.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kCases =
    "SELECT coalesce(c.disease_group, '') AS disease_group, coalesce(c.destination, 'unknown') AS destination, "
    "coalesce(c.institution, '') AS institution, max(s.fixmedins_name) AS institution_name, "
    "(coalesce(c.numerator, 0) = 0) AS is_out, count(*) AS cases, "
    "CAST(coalesce(sum(s.fund_pay_sumamt), 0) AS DECIMAL(18,2)) AS fund, "
    "CAST(coalesce(sum(s.medfee_sumamt), 0) AS DECIMAL(18,2)) AS amount "
    "FROM c JOIN settlement s ON s.setl_id = c.case_key GROUP BY 1, 2, 3, 5";
constexpr std::string_view kPrevious =
    "SELECT coalesce(c.disease_group, '') AS disease_group, count(*) AS cases FROM c WHERE coalesce(c.numerator, 0) = 0 GROUP BY 1";

std::string Over(const pack::Measure& measure, std::string_view select) {
  return "WITH c AS (SELECT * FROM (" + measure.cases_sql + "\n) WHERE on_date BETWEEN $1 AND $2 AND subject = $3) " +
         std::string(select);
}

int64_t Whole(const columns::Cell& cell) { return cell.is_null ? 0 : cell.integer; }

struct Line {
  std::string group, destination, code, name;
  LeakNumbers numbers;
};

Line ReadLine(const std::vector<columns::Cell>& row) {
  Line line{row[0].text, row[1].text, row[2].text, row[3].text, {}};
  bool out = !row[4].is_null && row[4].boolean;
  line.numbers.cases = Whole(row[5]);
  line.numbers.fund_fen = Whole(row[6]);
  line.numbers.amount_fen = Whole(row[7]);
  if (out) {
    line.numbers.cases_out = line.numbers.cases;
    line.numbers.fund_out_fen = line.numbers.fund_fen;
    line.numbers.amount_out_fen = line.numbers.amount_fen;
  }
  return line;
}

void AddLine(LeakTable& table, std::map<std::string, LeakGroup>& groups, const Line& line) {
  LeakGroup& group = groups[line.group];
  group.disease_group = line.group;
  group.numbers.Add(line.numbers);
  group.destinations[line.destination].Add(line.numbers);
  if (line.numbers.cases_out > 0) group.institutions.push_back({line.code, line.name, line.destination, line.numbers});
  table.totals.Add(line.numbers);
  table.destinations[line.destination].Add(line.numbers);
}

}  // namespace

void LeakNumbers::Add(const LeakNumbers& other) {
  cases += other.cases;
  cases_out += other.cases_out;
  fund_fen += other.fund_fen;
  fund_out_fen += other.fund_out_fen;
  amount_fen += other.amount_fen;
  amount_out_fen += other.amount_out_fen;
}

Result<LeakTable> ReadLeakTable(const Services& services, const std::string& measure_id, const Period& period) {
  const pack::Measure* measure = nullptr;
  for (const pack::Measure& one : services.pack->measures) {
    if (one.id == measure_id) measure = &one;
  }
  if (!measure) return NotFound("no-such-measure", "no pack has the measure " + measure_id, "没有这个指标：" + measure_id);
  auto parameters = [&](const Period& of) {
    return std::vector<columns::Parameter>{columns::Parameter::Date(of.first.ToDays()), columns::Parameter::Date(of.last.ToDays()),
                                           columns::Parameter::Text(services.warehouse->county())};
  };
  QX_TRY(columns::Rows rows, services.warehouse->Query(Over(*measure, kCases), parameters(period), nullptr));
  QX_TRY(columns::Rows before, services.warehouse->Query(Over(*measure, kPrevious), parameters(period.SameLastYear()), nullptr));

  LeakTable table;
  std::map<std::string, LeakGroup> groups;
  for (const auto& row : rows.rows) AddLine(table, groups, ReadLine(row));
  for (const auto& row : before.rows) {
    LeakGroup& group = groups[row[0].text];
    group.disease_group = row[0].text;
    group.cases_out_previous = Whole(row[1]);
    table.cases_out_previous += Whole(row[1]);
  }
  for (auto& [id, group] : groups) {
    std::sort(group.institutions.begin(), group.institutions.end(), [](const LeakInstitution& a, const LeakInstitution& b) {
      return std::tie(b.numbers.cases, a.code) < std::tie(a.numbers.cases, b.code);
    });
    table.groups.push_back(std::move(group));
  }
  std::sort(table.groups.begin(), table.groups.end(), [](const LeakGroup& a, const LeakGroup& b) {
    return std::tie(b.numbers.cases_out, a.disease_group) < std::tie(a.numbers.cases_out, b.disease_group);
  });
  return table;
}

std::string Money(int64_t fen) { return Decimal::FromUnits(fen, 2).ToString(); }

}  // namespace qianxian::api
