// Two ways to one answer: random small counties, computed by the engine in SQL and again here by plain loops over the rows as
// they were put in. The loops know nothing of the engine: they follow the definitions' words.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "measure/measure.h"
#include "warehouse/county_test_data.h"

namespace qianxian::measure {
namespace {

using warehouse::TestCounty;
using warehouse::TestDischarge;
using warehouse::TestSettlement;

struct Answer {
  int64_t numerator = 0, denominator = 0;    // fen where it is money
  std::array<uint64_t, 4> judgements{};
  std::set<std::string> persons, items;
  bool operator==(const Answer&) const = default;
};
using Answers = std::map<std::pair<std::string, std::string>, Answer>;      // subject, stratum

class OracleTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  struct Place { const char* code; const char* kind; const char* region; };
  static constexpr Place kPlaces[] = {{"H1", "county-general", "990201"}, {"H2", "county-tcm", "990201"}, {"T1", "township", "990201002"},
                                      {"V1", "village", "990201003"}, {"K1", "county-general", "990203"}, {"C1", "city", "990200"}};

  OracleTest() : random_(GetParam()) {}

  template <size_t N>
  std::string Pick(const char* const (&from)[N]) { return from[random_.NextBelow(N)]; }

  void Fill() {
    for (const Place& p : kPlaces)
      if (random_.NextBelow(8) > 0) {
        county_.AddOrganization(p.code, p.code, p.kind, p.region);
        known_[p.code] = p;
      }
    static constexpr const char* kInstitutions[] = {"H1", "H2", "T1", "V1", "K1", "C1", "U1", "P77"};
    static constexpr const char* kRegions[] = {"990201", "990201", "990201", "990203", "990200", "990100", "310101", "990201002"};
    static constexpr const char* kTypes[] = {"21", "22", "52", "11", "14", "51", "41", "99"};
    static constexpr const char* kDays[] = {"2024-12-31", "2025-01-01", "2025-01-31", "2025-02-01", "2025-06-30", "2025-12-31", "2026-01-01"};
    static constexpr const char* kDiseases[] = {"J18.900", "C34.900", "I63.900", "K80.200", "", "U07.100"};
    for (int i = 0; i < 300; ++i)
      settlements_.push_back({.id = "s" + std::to_string(i), .person = "P" + std::to_string(random_.NextBelow(40)),
                              .insured = random_.NextBelow(4) ? "990201" : "990203", .institution = Pick(kInstitutions), .place = Pick(kRegions),
                              .med_type = Pick(kTypes), .ended = Pick(kDays), .disease = Pick(kDiseases),
                              .total_fen = static_cast<int64_t>(random_.NextBelow(1'000'000)), .fund_fen = static_cast<int64_t>(random_.NextBelow(500'000)),
                              .no_total = random_.NextBelow(20) == 0});
    county_.AddSettlements(settlements_);
    static constexpr const char* kHospitals[] = {"H1", "H2", "T1", "K1", "U1"};
    static constexpr const char* kDispositions[] = {"1", "2", "3", "5", "05", "", "8"};
    static constexpr const char* kLevels[] = {"1", "2", "3", "4", "", "不详级"};
    for (int i = 0; i < 80; ++i) {
      TestDischarge d{.org = Pick(kHospitals), .number = std::to_string(i), .disposition = Pick(kDispositions), .disease = Pick(kDiseases),
                      .in = "2024-12-20", .out = Pick(kDays), .days = static_cast<int>(random_.NextBelow(30)) - 2};
      if (d.days < 0) d.days = -1;
      for (uint64_t n = random_.NextBelow(3); n > 0; --n) d.operations.emplace_back("47.0100", Pick(kLevels));
      discharges_.push_back(d);
      county_.AddDischarge(d);
    }
    county_.CatchUp();
  }

  // ---- the plain way

  static bool In(const std::string& day, const std::string& first, const std::string& last) { return first <= day && day <= last; }
  static std::string Care(const TestSettlement& s) {
    if (s.institution[0] == 'P' || s.med_type == "41") return "pharmacy";
    if (std::set<std::string>{"21", "22", "23", "24", "52"}.contains(s.med_type)) return "inpatient";
    return std::set<std::string>{"11", "12", "13", "14", "51"}.contains(s.med_type) ? "outpatient" : "other";
  }
  bool Inside(const TestSettlement& s) const { return s.place.substr(0, 6) == s.insured.substr(0, 6); }
  bool Conflict(const TestSettlement& s) const {
    const auto known = known_.find(s.institution);
    return known != known_.end() && (std::string(known->second.region).substr(0, 6) == s.insured.substr(0, 6)) != Inside(s);
  }
  std::string Level(const std::string& institution) const {
    const auto known = known_.find(institution);
    if (known == known_.end()) return "unknown";
    const std::string kind = known->second.kind;
    return kind == "township" || kind == "village" || kind == "community" ? "primary" : "hospital";
  }
  static std::string GroupOf(const std::string& disease) {
    static const std::map<std::string, std::string> groups = {{"J18", "pneumonia"}, {"C34", "cancer-lung"}, {"I63", "cerebral-infarction"},
                                                              {"K80", "gallstones"}, {"U07", "special-purpose"}};
    const auto found = groups.find(disease.substr(0, 3));
    return found == groups.end() ? "" : found->second;
  }
  // The counties that have rows: this one, and those of the county hospitals in the list.
  std::set<std::string> Counties() {
    std::set<std::string> counties = {county_.warehouse().county()};
    for (const auto& [code, place] : known_)
      if (std::string(place.kind).starts_with("county-")) counties.insert(std::string(place.region).substr(0, 6));
    return counties;
  }
  static std::string Stratum(By by, const std::string& day, const std::string& disease, const std::string& institution) {
    return by == By::kMonth ? day.substr(0, 7) : by == By::kDiseaseGroup ? GroupOf(disease) : by == By::kOrganization ? institution : "";
  }

  Answers PlainSettlements(const std::string& measure, By by, const std::string& first, const std::string& last) {
    Answers answers;
    for (const TestSettlement& s : settlements_) {
      const std::string care = Care(s);
      const bool visit = care == "inpatient" || care == "outpatient";
      if (!In(s.ended, first, last) || !Counties().contains(s.insured)) continue;
      const bool primary = measure == "fund-primary-share" || measure == "primary-visit-share";
      const bool money = measure == "fund-in-county-share" || measure == "fund-primary-share";
      if (money ? care == "pharmacy" : measure.starts_with("inpatient") ? care != "inpatient" : !visit) continue;
      if ((primary || measure == "inpatient-cost-per-person") && !Inside(s)) continue;
      Answer& a = answers[{s.insured, Stratum(by, s.ended, s.disease, s.institution)}];
      if (measure == "inpatient-cost-per-person") {
        a.numerator += s.no_total ? 0 : s.total_fen;
        a.persons.insert(s.person);
        ++a.judgements[s.no_total ? 2 : s.fund_fen > s.total_fen ? 3 : 0];
        continue;
      }
      const int64_t weight = money ? s.fund_fen : 1;
      const bool counts = primary ? Level(s.institution) == "primary" : Inside(s);
      a.numerator += counts ? weight : 0;
      a.denominator += weight;
      if (primary) ++a.judgements[Level(s.institution) == "unknown" ? 2 : counts ? 0 : 1];
      else ++a.judgements[Conflict(s) ? 3 : counts ? 0 : 1];
    }
    return answers;
  }

  static int HighestLevel(const TestDischarge& d) {
    int highest = 0;
    for (const auto& [code, level] : d.operations)
      if (level.size() == 1) highest = std::max(highest, level[0] - '0');
    return highest;
  }
  static bool Unreadable(const TestDischarge& d) {
    for (const auto& [code, level] : d.operations)
      if (level.size() > 1) return true;
    return false;
  }

  // True if the discharge is a case; numerator, denominator, judgement of it.
  static bool PlainDischarge(const std::string& measure, const TestDischarge& d, int64_t& numerator, int64_t& denominator, int& judgement) {
    const std::string left = d.disposition == "05" ? "5" : d.disposition;
    const bool known = left == "1" || left == "2" || left == "3" || left == "5";
    denominator = 1;
    if (measure == "surgical-mortality" && HighestLevel(d) == 0) return false;
    if (measure == "inpatient-mortality" || measure == "surgical-mortality") {
      numerator = left == "5";
      judgement = !known ? 2 : left == "5" ? 1 : 0;
    } else if (measure == "transfer-up-share" || measure == "transfer-down-count") {
      numerator = left == (measure == "transfer-up-share" ? "2" : "3");
      judgement = !known ? 2 : numerator ? 0 : 1;
    } else if (measure == "surgical-discharge-share") {
      numerator = HighestLevel(d) > 0;
      judgement = numerator ? 0 : Unreadable(d) ? 2 : 1;
    } else if (measure == "level-3-4-operation-share") {
      if (HighestLevel(d) == 0) return false;
      numerator = HighestLevel(d) >= 3;
      judgement = numerator ? 0 : Unreadable(d) ? 2 : 1;
    } else {                                  // average-length-of-stay
      numerator = d.days < 0 ? 0 : d.days;
      denominator = d.days < 0 ? 0 : 1;
      judgement = d.days < 0 ? 2 : 0;
    }
    return true;
  }

  Answers PlainDischarges(const std::string& measure, By by, const std::string& first, const std::string& last) {
    Answers answers;
    for (const TestDischarge& d : discharges_) {
      if (!In(d.out, first, last)) continue;
      const auto known = known_.find(d.org);
      const std::string county = known == known_.end() ? county_.warehouse().county() : std::string(known->second.region).substr(0, 6);
      if (!Counties().contains(county)) continue;
      Answer one;
      int judgement = 0;
      if (measure == "disease-categories-treated") {
        judgement = d.disease.empty() ? 2 : 0;
        if (!d.disease.empty()) one.items.insert(d.disease.substr(0, 3));
      } else if (!PlainDischarge(measure, d, one.numerator, one.denominator, judgement)) {
        continue;
      }
      std::vector<std::string> subjects = {county};
      if (by != By::kOrganization) subjects.push_back(d.org);
      for (const std::string& subject : subjects) {
        Answer& a = answers[{subject, Stratum(by, d.out, d.disease, d.org)}];
        a.numerator += one.numerator;
        a.denominator += one.denominator;
        ++a.judgements[static_cast<size_t>(judgement)];
        a.items.insert(one.items.begin(), one.items.end());
      }
    }
    return answers;
  }

  // ---- both

  static std::string Money(int64_t fen) { return Decimal::FromUnits(fen, 2).ToString(); }

  void Compare(Measures& measures, const std::string& measure, By by, const std::string& period) {
    const Period span = Period::Parse(period).value();
    const Result<Sheet> sheet = measures.Evaluate(access::SystemCaller("test"), {.measures = {measure}, .period = span, .by = {by}});
    ASSERT_TRUE(sheet.ok()) << Describe(sheet.error());
    const bool of_settlements = sheet->rows.empty() ? true : FindSubject(measures, measure) == "county";
    const std::string first = span.first.ToString(), last = span.last.ToString();
    const Answers plain = of_settlements ? PlainSettlements(measure, by, first, last) : PlainDischarges(measure, by, first, last);
    const bool money = measure.find("fund") != std::string::npos || measure.find("cost") != std::string::npos;
    size_t seen = 0;
    for (const SheetRow& row : sheet->rows) {
      const std::string where = measure + " " + row.subject + " '" + row.stratum + "' " + period + " seed " + std::to_string(GetParam());
      const auto found = plain.find({row.subject, row.stratum});
      if (found == plain.end()) {
        EXPECT_EQ(row.met + row.not_met + row.missing + row.conflicting, 0u) << where;
        continue;
      }
      ++seen;
      const Answer& a = found->second;
      const std::array<uint64_t, 4> counts = {row.met, row.not_met, row.missing, row.conflicting};
      EXPECT_EQ(counts, a.judgements) << where;
      if (measure == "disease-categories-treated") {
        EXPECT_EQ(row.numerator->ToString(), std::to_string(a.items.size())) << where;
        continue;
      }
      const bool any = measure != "inpatient-cost-per-person" || a.judgements[0] + a.judgements[3] > 0;
      EXPECT_EQ(row.numerator ? row.numerator->ToString() : "0", !any ? "0" : money ? Money(a.numerator) : std::to_string(a.numerator)) << where;
      if (measure == "transfer-down-count") continue;
      const int64_t divisor = measure == "inpatient-cost-per-person" ? static_cast<int64_t>(a.persons.size()) : a.denominator;
      const bool money_below = money && measure != "inpatient-cost-per-person";
      EXPECT_EQ(row.denominator ? row.denominator->ToString() : "0", money_below ? Money(divisor) : std::to_string(divisor)) << where;
      if (divisor == 0 || !any) continue;
      const bool amount = measure == "inpatient-cost-per-person" || measure == "average-length-of-stay";
      const std::string value = DivideToText(Decimal::FromUnits(a.numerator, money ? 2 : 0), Decimal::FromUnits(divisor, money_below ? 2 : 0), amount ? 2 : 6);
      EXPECT_EQ(row.value, value) << where;
    }
    EXPECT_EQ(seen, plain.size()) << measure << " " << period << " seed " << GetParam() << ": rows are missing";
  }
  static std::string FindSubject(Measures& measures, const std::string& id) {
    for (const pack::Measure& m : measures.pack().measures)
      if (m.id == id) return m.subject;
    return {};
  }

  SeededRandom random_;
  TestCounty county_;
  std::map<std::string, Place> known_;
  std::vector<TestSettlement> settlements_;
  std::vector<TestDischarge> discharges_;
};

TEST_P(OracleTest, EngineAndPlainLoopsAgree) {
  Fill();
  auto measures = MakeMeasures(county_.warehouse(), county_.pack());
  for (const char* measure : {"inpatient-in-county-share", "visit-in-county-share", "fund-in-county-share", "fund-primary-share",
                              "primary-visit-share", "inpatient-cost-per-person", "surgical-discharge-share", "level-3-4-operation-share",
                              "inpatient-mortality", "surgical-mortality", "average-length-of-stay", "transfer-down-count",
                              "transfer-up-share", "disease-categories-treated"})
    for (const By by : {By::kNothing, By::kMonth, By::kDiseaseGroup, By::kOrganization})
      for (const char* period : {"2025", "2025Q1", "2025-12"}) Compare(*measures, measure, by, period);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OracleTest, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace qianxian::measure
