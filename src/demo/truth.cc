#include "demo/truth.h"

#include <algorithm>

#include "demo/sheet_file.h"

namespace qianxian::demo {
namespace {

std::string Money(int64_t cents) {
  std::string out;
  AppendMoney(cents, out);
  return out;
}

// numerator / denominator, rounded half away from zero.
int64_t DivideRounded(__int128 numerator, __int128 denominator) {
  bool negative = numerator < 0;
  __int128 size = negative ? -numerator : numerator;
  auto result = static_cast<int64_t>((size * 2 + denominator) / (denominator * 2));
  return negative ? -result : result;
}

}  // namespace

std::string JsonText(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

void Truth::SettlementSums::Add(const SettlementSums& other) {
  inpatient += other.inpatient;
  inpatient_in += other.inpatient_in;
  visits += other.visits;
  visits_in += other.visits_in;
  visits_primary += other.visits_primary;
  fund += other.fund;
  fund_in += other.fund_in;
  fund_primary += other.fund_primary;
  cost_in += other.cost_in;
}

void Truth::PageSums::Add(const PageSums& other) {
  discharges += other.discharges;
  surgical += other.surgical;
  high_level += other.high_level;
  deaths += other.deaths;
  surgical_deaths += other.surgical_deaths;
  days += other.days;
  cost += other.cost;
  down += other.down;
  up += other.up;
}

Truth::Truth(const Tables& tables, const CountyFacts& county, const Calendar& calendar, const People& people,
             const Places& places)
    : tables_(tables), county_(county), calendar_(calendar), people_(people), places_(places) {
  auto months = static_cast<size_t>(calendar.months());
  size_t hospitals = places.page_hospitals().size();
  settlements_.resize(months);
  pages_.assign(months, std::vector<PageSums>(hospitals));
  seen_.assign(months, std::vector<std::vector<bool>>(hospitals, std::vector<bool>(tables.categories.size())));
  leaving_.assign(months, std::vector<std::array<Leaving, kDestinations>>(tables.categories.size()));
  primary_.assign(months, std::vector<uint32_t>(places.count()));
  admitted_.resize(people.residents());
}

int Truth::Destination(const std::string& region) const {
  if (region == county_.code) return 0;
  if (region.compare(0, 4, county_.code, 0, 4) == 0) return 1;
  return region.compare(0, 2, county_.code, 0, 2) == 0 ? 2 : 3;
}

void Truth::CountSettlement(const Settlement& settlement, Care care) {
  if (!people_.IsResident(settlement.person) || care == Care::kPharmacy) return;
  auto month = static_cast<size_t>(calendar_.Month(settlement.end_day));
  const Place& place = places_[settlement.place];
  int destination = Destination(place.region);
  bool inside = destination == 0;
  bool primary = inside && IsPrimary(place.kind);
  SettlementSums& sums = settlements_[month];
  ++sums.visits;
  sums.fund += settlement.fund_cents;
  if (inside) {
    ++sums.visits_in;
    sums.fund_in += settlement.fund_cents;
  }
  if (primary) {
    ++sums.visits_primary;
    sums.fund_primary += settlement.fund_cents;
    ++primary_[month][settlement.place];
  }
  if (care != Care::kInpatient) return;
  ++sums.inpatient;
  if (inside) {
    ++sums.inpatient_in;
    sums.cost_in += settlement.cost_cents;
    admitted_[settlement.person] |= uint64_t{1} << month;
  }
  Leaving& leaving = leaving_[month][settlement.diagnosis->category][destination];
  ++leaving.cases;
  leaving.cost += settlement.cost_cents;
  leaving.fund += settlement.fund_cents;
}

void Truth::CountPage(const Stay& stay) {
  auto month = static_cast<size_t>(calendar_.Month(stay.out_day));
  const auto& hospitals = places_.page_hospitals();
  size_t hospital = 0;
  while (hospitals[hospital] != stay.place) ++hospital;
  const DiseaseGroup& group = tables_.groups[stay.group];
  int level = 0;
  for (int i = 0; i < stay.operation_count; ++i) {
    level = std::max(level, group.operations[stay.operations[i].index].level);
  }
  PageSums& sums = pages_[month][hospital];
  ++sums.discharges;
  sums.surgical += level >= 1;
  sums.high_level += level >= 3;
  sums.deaths += stay.ending == 5;
  sums.surgical_deaths += stay.ending == 5 && level >= 1;
  sums.days += stay.Days();
  sums.cost += stay.cost_cents;
  sums.down += stay.ending == 3;
  sums.up += stay.ending == 2;
  seen_[month][hospital][group.diagnoses[stay.diagnosis].category] = true;
}

std::string Truth::MonthText(int month) const {
  int number = month % 12 + 1;
  return std::to_string(calendar_.first_year() + month / 12) + (number < 10 ? "-0" : "-") + std::to_string(number);
}

std::vector<Truth::Span> Truth::Spans() const {
  std::vector<Span> spans;
  int months = calendar_.months();
  // The last year may be part of a year: what is there is all that a measure can count.
  for (int from = 0; from < months; from += 12) {
    spans.push_back({std::to_string(calendar_.first_year() + from / 12), from, std::min(from + 11, months - 1)});
  }
  for (int from = 0; from + 2 < months; from += 3) {
    std::string text = std::to_string(calendar_.first_year() + from / 12) + "Q" + std::to_string(from % 12 / 3 + 1);
    spans.push_back({text, from, from + 2});
  }
  for (int month = 0; month < months; ++month) spans.push_back({MonthText(month), month, month});
  return spans;
}

int64_t Truth::Persons(const Span& span) const {
  uint64_t mask = 0;
  for (int month = span.from; month <= span.to; ++month) mask |= uint64_t{1} << month;
  int64_t count = 0;
  for (uint64_t months : admitted_) count += (months & mask) != 0;
  return count;
}

Truth::SettlementSums Truth::Sum(const Span& span) const {
  SettlementSums sums;
  for (int month = span.from; month <= span.to; ++month) sums.Add(settlements_[month]);
  return sums;
}

Truth::PageSums Truth::SumPages(const Span& span, int hospital) const {
  PageSums sums;
  for (int month = span.from; month <= span.to; ++month) {
    for (size_t i = 0; i < pages_[month].size(); ++i) {
      if (hospital < 0 || hospital == static_cast<int>(i)) sums.Add(pages_[month][i]);
    }
  }
  return sums;
}

int64_t Truth::Categories(const Span& span, int hospital) const {
  std::vector<bool> seen(tables_.categories.size());
  for (int month = span.from; month <= span.to; ++month) {
    for (size_t i = 0; i < seen_[month].size(); ++i) {
      if (hospital >= 0 && hospital != static_cast<int>(i)) continue;
      for (size_t category = 0; category < seen.size(); ++category) {
        if (seen_[month][i][category]) seen[category] = true;
      }
    }
  }
  int64_t count = 0;
  for (bool one : seen) count += one;
  return count;
}

Truth::Leaving Truth::SumLeaving(const Span& span, size_t category, int destination) const {
  Leaving sum;
  for (int month = span.from; month <= span.to; ++month) {
    const Leaving& part = leaving_[month][category][destination];
    sum.cases += part.cases;
    sum.cost += part.cost;
    sum.fund += part.fund;
  }
  return sum;
}

void Truth::SettlementRows(const Span& span, std::vector<Row>& rows) const {
  SettlementSums sums = Sum(span);
  int64_t persons = Persons(span);
  auto add = [&](const char* measure, std::string numerator, std::string denominator) {
    rows.push_back({measure, county_.code, span.text, std::move(numerator), std::move(denominator)});
  };
  add("inpatient-in-county-share", std::to_string(sums.inpatient_in), std::to_string(sums.inpatient));
  add("visit-in-county-share", std::to_string(sums.visits_in), std::to_string(sums.visits));
  add("fund-in-county-share", Money(sums.fund_in), Money(sums.fund));
  add("fund-primary-share", Money(sums.fund_primary), Money(sums.fund_in));
  add("primary-visit-share", std::to_string(sums.visits_primary), std::to_string(sums.visits_in));
  add("inpatient-cost-per-person", Money(sums.cost_in), std::to_string(persons));
  if (span.from < 12) return;
  Span before{"", span.from - 12, span.to - 12};
  if (span.to - span.from == 11 || span.to - span.from == 0 || span.to - span.from == 2) {
    int64_t persons_before = Persons(before);
    if (persons == 0 || persons_before == 0) return;
    int64_t cost_before = Sum(before).cost_in;
    __int128 difference = static_cast<__int128>(sums.cost_in) * persons_before - static_cast<__int128>(cost_before) * persons;
    add("inpatient-cost-per-person-growth", Money(DivideRounded(difference, static_cast<__int128>(persons) * persons_before)),
        Money(DivideRounded(cost_before, persons_before)));
  }
}

void Truth::PageRows(const Span& span, int hospital, std::vector<Row>& rows) const {
  PageSums sums = SumPages(span, hospital);
  const std::string& subject = hospital < 0 ? county_.code : places_[places_.page_hospitals()[hospital]].code;
  auto add = [&](const char* measure, std::string numerator, std::string denominator) {
    rows.push_back({measure, subject, span.text, std::move(numerator), std::move(denominator)});
  };
  std::string discharges = std::to_string(sums.discharges);
  std::string surgical = std::to_string(sums.surgical);
  add("surgical-discharge-share", surgical, discharges);
  add("level-3-4-operation-share", std::to_string(sums.high_level), surgical);
  add("inpatient-mortality", std::to_string(sums.deaths), discharges);
  add("surgical-mortality", std::to_string(sums.surgical_deaths), surgical);
  add("average-length-of-stay", std::to_string(sums.days), discharges);
  add("cost-per-discharge", Money(sums.cost), discharges);
  add("transfer-down-count", std::to_string(sums.down), "");
  add("transfer-up-share", std::to_string(sums.up), discharges);
  add("disease-categories-treated", std::to_string(Categories(span, hospital)), "");
}

std::string Truth::ToJson() const {
  std::vector<Row> rows;
  for (const Span& span : Spans()) {
    SettlementRows(span, rows);
    for (int hospital = -1; hospital < static_cast<int>(places_.page_hospitals().size()); ++hospital) {
      PageRows(span, hospital, rows);
    }
  }
  std::string out = "{\"code\":" + JsonText(county_.code) + ",\"name\":" + JsonText(county_.name) +
                    ",\"city\":" + JsonText(county_.city_code) + ",\"persons\":" + std::to_string(people_.residents()) +
                    ",\n\"measures\":[\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    out += "{\"measure\":" + JsonText(row.measure) + ",\"subject\":" + JsonText(row.subject) + ",\"period\":" +
           JsonText(row.period) + ",\"numerator\":" + JsonText(row.numerator) + ",\"denominator\":" +
           (row.denominator.empty() ? "null" : JsonText(row.denominator)) + (i + 1 < rows.size() ? "},\n" : "}\n");
  }
  out += "],\n\"destinations\":[\n";
  AppendDestinations(out);
  out += "],\n\"stories\":[\n";
  AppendStories(out);
  out += "]}";
  return out;
}

}  // namespace qianxian::demo
