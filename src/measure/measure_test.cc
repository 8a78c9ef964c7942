#include "measure/measure.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "warehouse/county_test_data.h"

namespace qianxian::measure {
namespace {

using warehouse::TestCounty;
using warehouse::TestDischarge;
using warehouse::TestSettlement;

access::Caller Director() { return {.user = "d", .role = access::Role::kDirector, .whole_county = true}; }
access::Caller ManagerOf(const std::string& organization) {
  return {.user = "m", .role = access::Role::kHospitalManager, .organizations = {organization}};
}

class MeasureTest : public ::testing::Test {
 protected:
  MeasureTest() {
    county.AddOrganization("H1", "明川县人民医院", "county-general", "990201");
    county.AddOrganization("H2", "明川县中医医院", "county-tcm", "990201");
    county.AddOrganization("T1", "东山镇卫生院", "township", "990201003");
  }

  Measures& measures() {
    county.CatchUp();
    if (!measures_) measures_ = MakeMeasures(county.warehouse(), county.pack());
    return *measures_;
  }
  Result<Sheet> Try(const access::Caller& caller, SheetRequest request, const std::string& period = "2025") {
    request.period = Period::Parse(period).value();
    return measures().Evaluate(caller, request);
  }
  Sheet Ask(SheetRequest request, const std::string& period = "2025") {
    Result<Sheet> sheet = Try(Director(), std::move(request), period);
    EXPECT_TRUE(sheet.ok()) << Describe(sheet.error());
    return sheet.ok() ? std::move(*sheet) : Sheet{};
  }
  // "subject stratum numerator/denominator=value met,not_met,missing,conflicting"
  static std::vector<std::string> Lines(const Sheet& sheet) {
    std::vector<std::string> lines;
    for (const SheetRow& r : sheet.rows)
      lines.push_back(r.subject + " " + r.stratum + " " + (r.numerator ? r.numerator->ToString() : "-") + "/" +
                      (r.denominator ? r.denominator->ToString() : "-") + "=" + r.value + " " + std::to_string(r.met) + "," +
                      std::to_string(r.not_met) + "," + std::to_string(r.missing) + "," + std::to_string(r.conflicting));
    return lines;
  }
  std::vector<std::string> LinesOf(const std::string& id, std::vector<By> by = {}, const std::string& period = "2025") {
    return Lines(Ask({.measures = {id}, .by = std::move(by)}, period));
  }
  using Expected = std::vector<std::string>;

  TestCounty county;
  std::unique_ptr<Measures> measures_;
};

TEST_F(MeasureTest, EverySqlOfThePackRuns) {
  county.AddSettlements({{.id = "s1"}});
  county.AddDischarge({.operations = {{"51.2300", "3"}}});
  const Sheet sheet = Ask({});
  std::set<std::string> seen;
  for (const SheetRow& row : sheet.rows) seen.insert(row.measure);
  EXPECT_EQ(seen.size(), county.pack().measures.size());
  for (const pack::Measure& measure : county.pack().measures)
    for (const By by : {By::kOrganization, By::kMonth, By::kDiseaseGroup, By::kDestination})
      if (const auto tried = Try(Director(), {.measures = {measure.id}, .by = {by, By::kMonth}}); !tried.ok())
        ADD_FAILURE() << measure.id << ": " << Describe(tried.error());
}

TEST_F(MeasureTest, CountyShareBySubjectAndStrata) {
  county.AddSettlements({
      {.id = "1", .ended = "2025-01-01"}, {.id = "2", .ended = "2025-12-31"}, {.id = "3", .ended = "2024-12-31"},
      {.id = "4", .institution = "C1", .place = "990200", .ended = "2025-01-15", .disease = "C34.900"},
      {.id = "5", .institution = "H1", .place = "990100", .ended = "2025-02-01"},          // the list says: in the county
      {.id = "6", .insured = "990203", .ended = "2025-02-01"},                             // somebody else's
      {.id = "7", .med_type = "11", .ended = "2025-02-01"},
      {.id = "8", .institution = "P7", .med_type = "21", .ended = "2025-02-01"},           // a pharmacy
  });
  EXPECT_EQ(LinesOf("inpatient-in-county-share"), Expected{"990201  2/4=0.500000 2,1,0,1"});
  EXPECT_EQ(LinesOf("inpatient-in-county-share", {By::kMonth}),
            (Expected{"990201 2025-01 1/2=0.500000 1,1,0,0", "990201 2025-02 0/1=0.000000 0,0,0,1", "990201 2025-12 1/1=1.000000 1,0,0,0"}));
  EXPECT_EQ(LinesOf("inpatient-in-county-share", {By::kDiseaseGroup, By::kDestination}),
            (Expected{"990201 cancer-lung|city 0/1=0.000000 0,1,0,0", "990201 pneumonia|in-county-hospital 2/2=1.000000 2,0,0,0",
                      "990201 pneumonia|province 0/1=0.000000 0,0,0,1"}));
  EXPECT_EQ(LinesOf("inpatient-in-county-share", {}, "2024"), Expected{"990201  1/1=1.000000 1,0,0,0"});
  EXPECT_EQ(LinesOf("visit-in-county-share", {}, "2025-02"), Expected{"990201  1/2=0.500000 1,0,0,1"});
  const Sheet sheet = Ask({.measures = {"inpatient-in-county-share"}, .by = {By::kDiseaseGroup, By::kDestination}});
  EXPECT_EQ(sheet.rows[0].stratum_name.zh, "肺癌|市内");
  EXPECT_EQ(sheet.rows[0].stratum_name.en, "Lung cancer|Elsewhere in the city");
  EXPECT_EQ(sheet.rows[0].subject_name, "明川县");
  EXPECT_EQ(sheet.as_of, county.store().LastT());
  EXPECT_EQ(Ask({.measures = {"inpatient-in-county-share"}, .by = {By::kOrganization}}).rows[0].stratum_name.zh, "C1院");
}

TEST_F(MeasureTest, MoneyIsExact) {
  std::vector<TestSettlement> rows;
  for (int i = 0; i < 10; ++i) rows.push_back({.id = "a" + std::to_string(i), .fund_fen = 10});     // 0.10 ten times
  rows.push_back({.id = "b", .institution = "V1", .place = "990100", .fund_fen = 9'007'199'254'740'993});
  county.AddSettlements(rows);
  EXPECT_EQ(LinesOf("fund-in-county-share"), Expected{"990201  1.00/90071992547410.93=0.000000 10,1,0,0"});
}

TEST_F(MeasureTest, PersonsAreCountedOnceAndGrowthComparesYears) {
  county.AddSettlements({
      {.id = "1", .person = "P1", .ended = "2025-03-01", .total_fen = 100000},
      {.id = "2", .person = "P1", .ended = "2025-05-01", .total_fen = 100000},
      {.id = "3", .person = "P2", .ended = "2025-05-02", .total_fen = 100001},
      {.id = "4", .person = "P3", .ended = "2025-05-02", .no_total = true},
      {.id = "5", .person = "P1", .ended = "2024-05-02", .total_fen = 70000},
      {.id = "6", .person = "P9", .ended = "2024-05-02", .total_fen = 80000},
  });
  EXPECT_EQ(LinesOf("inpatient-cost-per-person"), Expected{"990201  3000.01/3=1000.00 3,0,1,0"});
  EXPECT_EQ(LinesOf("inpatient-cost-per-person", {By::kMonth}),
            (Expected{"990201 2025-03 1000.00/1=1000.00 1,0,0,0", "990201 2025-05 2000.01/3=666.67 2,0,1,0"}));
  // 3000.01/3 ÷ 1500/2 − 1 = 250.00333…/750
  EXPECT_EQ(LinesOf("inpatient-cost-per-person-growth"), Expected{"990201  250.00/750.00=0.333338 3,0,1,0"});
  // May 2025: 2000.01/3 = 666.67; May 2024: 750; March 2024: nothing
  EXPECT_EQ(LinesOf("inpatient-cost-per-person-growth", {By::kMonth}),
            (Expected{"990201 2025-03 -/-= 1,0,0,0", "990201 2025-05 -83.33/750.00=-0.111107 2,0,1,0"}));
}

// A measure of units is worked out at every level from the sums of what is below it.
class UnitTest : public ::testing::Test {
 protected:
  static pack::Pack WithUnitMeasure() {
    pack::Pack pack = warehouse::CountyCorePack();
    pack::Measure measure = *std::ranges::find(pack.measures, std::string("inpatient-mortality"), &pack::Measure::id);
    measure.id = "unit-mortality";
    measure.subject = "unit";
    pack.measures.push_back(measure);
    pack.hash += "+unit";
    return pack;
  }
  UnitTest() : county(WithUnitMeasure()) {
    county.AddOrganization("H1", "明川县人民医院", "county-general", "990201");
    county.AddOrganization("T1", "东山镇卫生院", "township", "990201003", "H1");
    county.AddOrganization("V1", "上湾村卫生室", "village", "990201003001", "T1");
    county.AddOrganization("V2", "下湾村卫生室", "village", "990201003002", "T1");
    county.AddOrganization("H2", "明川县中医医院", "county-tcm", "990201");
    county.AddDischarge({.org = "H1", .number = "1", .disposition = "5"});
    county.AddDischarge({.org = "V1", .number = "1", .disposition = "1"});
    county.AddDischarge({.org = "V1", .number = "2", .disposition = "5"});
    county.AddDischarge({.org = "V2", .number = "1", .disposition = "1"});
    county.AddDischarge({.org = "H2", .number = "1", .disposition = "1"});
    county.CatchUp();
    measures_ = MakeMeasures(county.warehouse(), county.pack());
  }
  std::vector<std::string> Lines(const access::Caller& caller, SheetRequest request) {
    request.measures = {"unit-mortality"};
    request.period = Period::Parse("2025").value();
    const Result<Sheet> sheet = measures_->Evaluate(caller, request);
    EXPECT_TRUE(sheet.ok()) << Describe(sheet.error());
    std::vector<std::string> lines;
    if (sheet.ok())
      for (const SheetRow& row : sheet->rows)
        lines.push_back(row.subject + (row.stratum.empty() ? "" : " " + row.stratum) + " " + row.numerator->ToString() + "/" + row.denominator->ToString());
    return lines;
  }
  using Expected = std::vector<std::string>;
  warehouse::TestCounty county;
  std::unique_ptr<Measures> measures_;
};

TEST_F(UnitTest, EveryLevelIsTheSumOfWhatIsBelow) {
  EXPECT_EQ(Lines(Director(), {}), (Expected{"990201 2/5", "H1 2/4", "H2 0/1", "T1 1/3", "V1 1/2", "V2 0/1"}));
  EXPECT_EQ(Lines(Director(), {.organization = "T1"}), Expected{"T1 1/3"});
  EXPECT_EQ(Lines(Director(), {.organization = "T1", .by = {By::kOrganization}}), (Expected{"T1 V1 1/2", "T1 V2 0/1"}));
  EXPECT_EQ(Lines(Director(), {.organization = "V1", .by = {By::kMonth}}), Expected{"V1 2025-03 1/2"});
}

TEST_F(UnitTest, AnInstitutionOfAnotherPlaceHasARowAndIsInNoSum) {
  county.AddOrganization("C1", "明川市人民医院", "city", "990200");
  county.AddDischarge({.org = "C1", .number = "1", .disposition = "5"});
  county.CatchUp();
  EXPECT_EQ(Lines(Director(), {}), (Expected{"990201 2/5", "C1 1/1", "H1 2/4", "H2 0/1", "T1 1/3", "V1 1/2", "V2 0/1"}));
  const std::vector<std::string> by_organization = Lines(Director(), {.by = {By::kOrganization}});
  EXPECT_EQ(by_organization, (Expected{"990201 H1 1/1", "990201 H2 0/1", "990201 V1 1/2", "990201 V2 0/1", "C1 C1 1/1"}));
  EXPECT_EQ(Lines(Director(), {.region = "990201"}).size(), 6u) << "who asks for the county gets the county";
  EXPECT_EQ(Lines(ManagerOf("V1"), {}), Expected{"V1 1/2"});
  const auto cases = [&](const std::string& organization) {
    return measures_->ListCases(Director(), {.measure = "unit-mortality", .period = Period::Parse("2025").value(), .organization = organization})->total;
  };
  EXPECT_EQ(cases(""), 5u) << "those of the county's row";
  EXPECT_EQ(cases("990201"), 5u);
  EXPECT_EQ(cases("C1"), 1u);
}

TEST_F(UnitTest, WhoSeesSomeSeesTheirSumsOnly) {
  access::Caller township = ManagerOf("T1");
  township.organizations = {"V2", "T1", "V1"};      // the tree below, as sign-in makes it
  EXPECT_EQ(Lines(township, {}), (Expected{"T1 1/3", "V1 1/2", "V2 0/1"}));
  EXPECT_EQ(measures_->Evaluate(township, {.measures = {"unit-mortality"}, .period = Period::Parse("2025").value(), .organization = "H1"}).error().category,
            ErrorCategory::kForbidden);
  EXPECT_EQ(Lines(ManagerOf("V1"), {}), Expected{"V1 1/2"});
}

TEST_F(UnitTest, ItsCasesAreThoseOfTheWholeUnit) {
  CasesRequest request{.measure = "unit-mortality", .period = Period::Parse("2025").value(), .organization = "T1"};
  const Result<Cases> cases = measures_->ListCases(Director(), request);
  ASSERT_TRUE(cases.ok()) << Describe(cases.error());
  EXPECT_EQ(cases->total, 3u);
}

TEST_F(MeasureTest, HospitalsAndTheirSum) {
  county.AddDischarge({.disposition = "5", .days = 1, .operations = {{"51.2300", "3"}}});
  county.AddDischarge({.number = "2", .disposition = "1", .days = 4, .operations = {{"47.0100", "2"}, {"88.5500", "？级"}}});
  county.AddDischarge({.number = "3", .disposition = "", .days = 5, .operations = {{"99.9900", "三点五级"}}});
  county.AddDischarge({.org = "H2", .number = "1", .disposition = "3", .days = 10, .stated_days = "12"});
  county.AddDischarge({.org = "H2", .number = "2", .disposition = "7", .out = "2025-12-31", .days = -1});
  county.AddDischarge({.org = "H2", .number = "3", .out = "2026-01-01", .days = 3});
  EXPECT_EQ(LinesOf("inpatient-mortality"),
            (Expected{"990201  1/5=0.200000 2,1,2,0", "H1  1/3=0.333333 1,1,1,0", "H2  0/2=0.000000 1,0,1,0"}));
  EXPECT_EQ(LinesOf("average-length-of-stay"), (Expected{"990201  20/4=5.00 3,0,1,1", "H1  10/3=3.33 3,0,0,0", "H2  10/1=10.00 0,0,1,1"}));
  EXPECT_EQ(LinesOf("surgical-discharge-share"), (Expected{"990201  2/5=0.400000 2,2,1,0", "H1  2/3=0.666667 2,0,1,0", "H2  0/2=0.000000 0,2,0,0"}));
  EXPECT_EQ(LinesOf("level-3-4-operation-share"), (Expected{"990201  1/2=0.500000 1,0,1,0", "H1  1/2=0.500000 1,0,1,0"}));
  EXPECT_EQ(LinesOf("surgical-mortality"), (Expected{"990201  1/2=0.500000 1,1,0,0", "H1  1/2=0.500000 1,1,0,0"}));
  EXPECT_EQ(LinesOf("transfer-down-count"), (Expected{"990201  1/-=1 1,2,2,0", "H1  0/-=0 0,2,1,0", "H2  1/-=1 1,0,1,0"}));
  EXPECT_EQ(LinesOf("transfer-down-count", {By::kOrganization}), (Expected{"990201 H1 0/-=0 0,2,1,0", "990201 H2 1/-=1 1,0,1,0"}));
  EXPECT_EQ(LinesOf("inpatient-mortality", {By::kMonth}).size(), 5u);
  EXPECT_EQ(Lines(Ask({.measures = {"inpatient-mortality"}, .organization = "H2"})), Expected{"H2  0/2=0.000000 1,0,1,0"});
  const Sheet none = Ask({.measures = {"inpatient-mortality"}, .organization = "T1"});
  EXPECT_EQ(Lines(none), Expected{"T1  -/-= 0,0,0,0"});
  ASSERT_FALSE(none.notes.empty());
  EXPECT_NE(none.notes[0].zh.find("没有数据"), std::string::npos);
  EXPECT_EQ(Ask({.measures = {"inpatient-mortality"}}).rows[1].subject_kind, "county-general");
}

TEST_F(MeasureTest, DifferentThingsAreCountedAnewForTheCounty) {
  county.AddDischarge({.disease = "J18.900"});
  county.AddDischarge({.number = "2", .disease = "J18.000"});
  county.AddDischarge({.number = "3", .disease = "K35.800"});
  county.AddDischarge({.org = "H2", .disease = "J18.100"});
  county.AddDischarge({.org = "H2", .number = "2", .disease = "?"});
  EXPECT_EQ(LinesOf("disease-categories-treated"), (Expected{"990201  2/-=2 4,0,1,0", "H1  2/-=2 3,0,0,0", "H2  1/-=1 1,0,1,0"}));
  EXPECT_EQ(LinesOf("disease-categories-treated", {By::kOrganization}), (Expected{"990201 H1 2/-=2 3,0,0,0", "990201 H2 1/-=1 1,0,1,0"}));
  EXPECT_EQ(LinesOf("disease-categories-treated", {By::kDiseaseGroup}),
            (Expected{"990201  0/-=0 0,0,1,0", "990201 appendicitis 1/-=1 1,0,0,0", "990201 pneumonia 1/-=1 3,0,0,0",
                      "H1 appendicitis 1/-=1 1,0,0,0", "H1 pneumonia 1/-=1 2,0,0,0", "H2  0/-=0 0,0,1,0", "H2 pneumonia 1/-=1 1,0,0,0"}));
}

TEST_F(MeasureTest, CoverageNeedsTheMinimumExactly) {
  // pulmonary-embolism needs 2 cases, heart-failure 10; two hospitals reach together what none reaches alone.
  county.AddDischarge({.number = "1", .disease = "I26.900"});
  county.AddDischarge({.org = "H2", .number = "1", .disease = "I26.000"});
  for (int i = 0; i < 10; ++i) county.AddDischarge({.number = "h" + std::to_string(i), .disease = "I50.90" + std::to_string(i)});
  for (int i = 0; i < 9; ++i) county.AddDischarge({.number = "c" + std::to_string(i), .disease = "C34.900"});
  const size_t items = county.pack().capability_lists[0].items.size();
  ASSERT_EQ(county.pack().capability_lists[0].id, "disease-coverage");
  const std::vector<std::string> lines = LinesOf("capability-disease-coverage");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(StartsWith(lines[0], "990201  2/" + std::to_string(items) + "=")) << lines[0];
  EXPECT_TRUE(StartsWith(lines[1], "H1  1/" + std::to_string(items) + "=")) << lines[1];
  EXPECT_TRUE(StartsWith(lines[2], "H2  0/" + std::to_string(items) + "=0.000000 1,0,0,0")) << lines[2];
  // One stay with two operations of the same item is one case: coronary-angiography needs 10.
  for (int i = 0; i < 5; ++i)
    county.AddDischarge({.number = "o" + std::to_string(i), .operations = {{"88.5500", ""}, {"88.5600", ""}}});
  EXPECT_TRUE(StartsWith(LinesOf("capability-technique-coverage")[1], "H1  0/"));
  for (int i = 5; i < 10; ++i) county.AddDischarge({.number = "o" + std::to_string(i), .operations = {{"88.5600", ""}}});
  EXPECT_TRUE(StartsWith(LinesOf("capability-technique-coverage")[1], "H1  1/"));
}

TEST_F(MeasureTest, CoverageOpensToItsItems) {
  county.AddDischarge({.number = "1", .disease = "I26.900"});
  county.AddDischarge({.org = "H2", .number = "1", .disease = "I26.000", .out = "2025-04-05"});
  county.AddDischarge({.number = "2", .disease = "I50.900"});
  county.AddDischarge({.number = "3", .disease = "Z99.900"});
  // Cases ÷ the list's minimum; what is of no item has no minimum. The county's row counts anew over its hospitals.
  EXPECT_EQ(LinesOf("capability-disease-coverage", {By::kItem}),
            (Expected{"990201  1/-= 0,1,0,0", "990201 heart-failure 1/10=0.100000 1,0,0,0", "990201 pulmonary-embolism 2/2=1.000000 2,0,0,0",
                      "H1  1/-= 0,1,0,0", "H1 heart-failure 1/10=0.100000 1,0,0,0", "H1 pulmonary-embolism 1/2=0.500000 1,0,0,0",
                      "H2 pulmonary-embolism 1/2=0.500000 1,0,0,0"}));
  EXPECT_EQ(LinesOf("capability-disease-coverage", {By::kMonth, By::kItem})[0], "990201 2025-03| 1/-= 0,1,0,0");
  EXPECT_NE(Ask({.measures = {"capability-disease-coverage"}, .by = {By::kItem}}).rows[1].stratum_name.zh, "heart-failure");
  // One stay with two operations of the same item is one case.
  county.AddDischarge({.number = "o", .operations = {{"88.5500", ""}, {"88.5600", ""}}});
  const std::vector<std::string> techniques = LinesOf("capability-technique-coverage", {By::kItem});
  EXPECT_NE(std::ranges::find(techniques, "H1 coronary-angiography 1/10=0.100000 1,0,0,0"), techniques.end()) << Join(techniques, "\n");
}

// The list of the pack in hand counts, not the one that the warehouse's tables were filled from.
TEST_F(MeasureTest, AFrozenListBringsItsOwnItems) {
  county.AddDischarge({.number = "1", .disease = "I26.900"});
  county.AddDischarge({.number = "2", .disease = "Z99.900"});
  EXPECT_TRUE(StartsWith(LinesOf("capability-disease-coverage")[1], "H1  0/"));
  pack::Pack other = county.pack();
  other.hash += "+frozen";
  for (pack::CapabilityList& list : other.capability_lists)
    if (list.id == "disease-coverage") list.items = {{"it's", {"一", "One"}, "内科", {"Z99"}, 1, "K"}, {"two", {"二", "Two"}, "内科", {"B99"}, 1, "K"}};
  const auto frozen = MakeMeasures(county.warehouse(), other);
  const Sheet sheet = frozen->Evaluate(Director(), {.measures = {"capability-disease-coverage"}, .period = Period::Parse("2025").value()}).value();
  EXPECT_EQ(Lines(sheet), (Expected{"990201  1/2=0.500000 1,1,0,0", "H1  1/2=0.500000 1,1,0,0"}));
  for (pack::CapabilityList& list : other.capability_lists) list.items.clear();
  other.hash += "+empty";
  const auto empty = MakeMeasures(county.warehouse(), other);
  EXPECT_EQ(empty->Evaluate(Director(), {.measures = {"capability-disease-coverage"}, .period = Period::Parse("2025").value()})->rows[0].value, "");
}

TEST_F(MeasureTest, SeveralCountiesAndRegions) {
  county.AddOrganization("K1", "云山县人民医院", "county-general", "990203");
  county.AddSettlements({{.id = "1"}, {.id = "2", .insured = "990203", .institution = "K1", .place = "990203"},
                         {.id = "3", .insured = "990203", .institution = "H1", .place = "990201"},
                         {.id = "4", .insured = "990299"}, {.id = "5", .insured = "990203002", .institution = "K1", .place = "990203"}});
  county.AddDischarge({});
  county.AddDischarge({.org = "K1", .disposition = "5"});
  EXPECT_EQ(LinesOf("inpatient-in-county-share"), (Expected{"990201  1/1=1.000000 1,0,0,0", "990203  2/3=0.666667 2,1,0,0"}));
  EXPECT_EQ(LinesOf("inpatient-mortality"),
            (Expected{"990201  0/1=0.000000 1,0,0,0", "990203  1/1=1.000000 0,1,0,0", "H1  0/1=0.000000 1,0,0,0", "K1  1/1=1.000000 0,1,0,0"}));
  const auto of_region = [&](const std::string& id, const std::string& region) { return Lines(Ask({.measures = {id}, .region = region})); };
  EXPECT_EQ(of_region("inpatient-in-county-share", "990203"), Expected{"990203  2/3=0.666667 2,1,0,0"});
  EXPECT_EQ(of_region("inpatient-in-county-share", "990203002"), Expected{"990203  1/1=1.000000 1,0,0,0"});
  EXPECT_EQ(of_region("inpatient-in-county-share", "9902").size(), 2u);
  EXPECT_EQ(of_region("inpatient-in-county-share", "990299"), Expected{"990299  0/1=0.000000 0,1,0,0"});
  EXPECT_EQ(of_region("inpatient-mortality", "990203"), (Expected{"990203  1/1=1.000000 0,1,0,0", "K1  1/1=1.000000 0,1,0,0"}));
  EXPECT_EQ(Try(Director(), {.region = "99x"}).error().code, "bad-region");
}

TEST_F(MeasureTest, AccessIsKept) {
  county.AddSettlements({{.id = "1"}});
  const std::string mine = county.AddDischarge({.disposition = "5"});
  county.AddDischarge({.org = "H2"});
  const access::Caller manager = ManagerOf("H1");
  const Result<Sheet> own = Try(manager, {});
  ASSERT_TRUE(own.ok()) << Describe(own.error());
  EXPECT_FALSE(own->rows.empty());
  for (const SheetRow& row : own->rows) EXPECT_EQ(row.subject, "H1") << row.measure;
  EXPECT_EQ(Try(manager, {.measures = {"inpatient-in-county-share"}}).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(Try(manager, {.measures = {"inpatient-mortality"}, .organization = "H2"}).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(Try({.user = "it", .role = access::Role::kHospitalIt, .organizations = {"H1"}}, {}).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(Try({.user = "n", .role = access::Role::kHospitalManager}, {}).error().category, ErrorCategory::kForbidden);

  CasesRequest cases{.measure = "inpatient-mortality", .period = Period::Parse("2025").value()};
  const Result<Cases> listed = measures().ListCases(manager, cases);
  ASSERT_TRUE(listed.ok()) << Describe(listed.error());
  ASSERT_EQ(listed->total, 1u);
  EXPECT_EQ(listed->cases[0].key, mine);
  cases.organization = "H2";
  EXPECT_EQ(measures().ListCases(manager, cases).error().category, ErrorCategory::kForbidden);
  cases.organization = "";
  cases.measure = "inpatient-in-county-share";
  EXPECT_EQ(measures().ListCases(manager, cases).error().category, ErrorCategory::kForbidden);
  const access::Caller viewer{.user = "v", .role = access::Role::kViewer, .whole_county = true};
  EXPECT_TRUE(Try(viewer, {}).ok());
  EXPECT_EQ(measures().ListCases(viewer, cases).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(measures().ExplanationOfBenefit(viewer, "1").error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(measures().ExplanationOfBenefit(manager, "1").error().category, ErrorCategory::kForbidden);
}

TEST_F(MeasureTest, CasesOpenTheNumber) {
  std::vector<TestSettlement> rows;
  for (int i = 0; i < 25; ++i)
    rows.push_back({.id = (i < 10 ? "k0" : "k") + std::to_string(i), .institution = i % 5 ? "H1" : "C1", .place = i % 5 ? "990201" : "990200",
                    .ended = "2025-0" + std::to_string(1 + i % 3) + "-01", .disease = i % 2 ? "C34.900" : "J18.900"});
  county.AddSettlements(rows);
  const auto list = [&](CasesRequest request) {
    request.measure = "inpatient-in-county-share";
    request.period = Period::Parse("2025").value();
    return measures().ListCases(Director(), request).value();
  };
  const Cases all = list({});
  EXPECT_EQ(all.total, 25u);
  ASSERT_EQ(all.cases.size(), 25u);
  EXPECT_EQ(all.cases[0].key, "k00");
  EXPECT_EQ(all.cases[0].type, "settlement");
  EXPECT_EQ(all.cases[0].destination, "city");
  EXPECT_EQ(all.cases[0].institution_name, "C1院");
  EXPECT_EQ(all.cases[0].judgement, "not_met");
  EXPECT_EQ(all.cases[1].institution_name, "明川县人民医院");
  // Pages of 7 are the whole, in the same order, each case once.
  std::vector<std::string> paged, whole;
  for (size_t at = 0; at < 25; at += 7)
    for (const Case& c : list({.offset = at, .count = 7}).cases) paged.push_back(c.key);
  for (const Case& c : all.cases) whole.push_back(c.key);
  EXPECT_EQ(paged, whole);
  EXPECT_EQ(list({.judgement = "not_met"}).total, 5u);
  EXPECT_EQ(list({.destination = "city"}).total, 5u);
  EXPECT_EQ(list({.institution = "C1"}).total, 5u);
  EXPECT_EQ(list({.disease_group = "cancer-lung"}).total, 12u);
  EXPECT_EQ(list({.disease_group = "cancer-lung", .judgement = "met"}).total + list({.disease_group = "cancer-lung", .judgement = "not_met"}).total, 12u);
  CasesRequest growth{.measure = "inpatient-cost-per-person-growth", .period = Period::Parse("2025").value()};
  EXPECT_EQ(measures().ListCases(Director(), growth)->total, 20u);
  EXPECT_EQ(measures().ListCases(Director(), {.measure = "none", .period = growth.period}).error().code, "no-such-measure");
}

TEST_F(MeasureTest, ASettlementIsAnExplanationOfBenefit) {
  county.AddSettlements({{.id = "S-1", .total_fen = 123450, .fund_fen = 60010}, {.id = "编号 2", .ended = "2025-03-02", .no_total = true}});
  const std::string text = measures().ExplanationOfBenefit(Director(), "S-1").value();
  const Result<json::Document> document = json::Document::Parse(text);
  ASSERT_TRUE(document.ok());
  const json::Value root = document->root();
  EXPECT_EQ(root.FindString("resourceType"), "ExplanationOfBenefit");
  for (const char* name : {"status", "type", "use", "patient", "created", "insurer", "provider", "outcome", "insurance"})
    EXPECT_TRUE(root.Find(name).has_value()) << name << " is required in R4";
  EXPECT_EQ(root.Find("payment")->Find("amount")->Find("value")->NumberText(), "600.10");
  EXPECT_EQ(root.Find("total")->At(0).Find("amount")->Find("value")->NumberText(), "1234.50");
  EXPECT_EQ(root.Find("patient")->Find("identifier")->FindString("value"), "P1");
  const std::string odd = measures().ExplanationOfBenefit(Director(), "编号 2").value();
  EXPECT_EQ(odd.find("\"submitted\""), std::string::npos);
  EXPECT_EQ(measures().ExplanationOfBenefit(Director(), "S-9").error().category, ErrorCategory::kNotFound);

  const std::string bundle = measures().ExplanationsOfPerson(Director(), "P1", 1).value();
  const Result<json::Document> parsed = json::Document::Parse(bundle);
  ASSERT_TRUE(parsed.ok()) << bundle;
  EXPECT_EQ(parsed->root().Find("total")->AsInteger(), 2);
  EXPECT_EQ(parsed->root().Find("entry")->size(), 1u);
  EXPECT_EQ(json::Document::Parse(measures().ExplanationsOfPerson(Director(), "P0", 9).value())->root().Find("total")->AsInteger(), 0);
}

TEST_F(MeasureTest, Writers) {
  county.AddSettlements({{.id = "1"}, {.id = "2", .institution = "C1", .place = "990200"}});
  const Sheet sheet = Ask({.measures = {"inpatient-in-county-share", "fund-in-county-share"}});
  const std::string t = std::to_string(sheet.as_of);
  EXPECT_EQ(SheetAsCsv(sheet, false),
            "measure,subject,period,stratum,numerator,denominator,value,met,not_met,missing,conflicting,edition,as_of\r\n"
            "inpatient-in-county-share,990201,2025,,1,2,0.500000,1,1,0,0,2025.1," + t + "\r\n"
            "fund-in-county-share,990201,2025,,600.00,1200.00,0.500000,1,1,0,0,2025.1," + t + "\r\n");
  EXPECT_TRUE(StartsWith(SheetAsCsv(sheet, true), "\xEF\xBB\xBFmeasure,"));
  const std::string table = SheetAsTable(sheet, county.pack(), true);
  EXPECT_NE(table.find("县域内住院人次占比"), std::string::npos);
  EXPECT_NE(table.find("50.00 %"), std::string::npos) << table;
  const Result<json::Document> json = json::Document::Parse(SheetAsJson(sheet));
  ASSERT_TRUE(json.ok());
  const json::Value row = json->root().Find("rows")->At(1);
  EXPECT_EQ(row.FindString("numerator"), "600.00");
  EXPECT_EQ(row.Find("notMet")->AsInteger(), 1);
  EXPECT_TRUE(Ask({.measures = {"inpatient-mortality"}}).rows[0].value.empty());
  const Result<json::Document> empty = json::Document::Parse(SheetAsJson(Ask({.measures = {"inpatient-mortality"}})));
  EXPECT_TRUE(empty->root().Find("rows")->At(0).Find("value")->IsNull());
  const Cases cases = measures().ListCases(Director(), {.measure = "inpatient-in-county-share", .period = Period::Parse("2025").value()}).value();
  EXPECT_NE(CasesAsCsv(cases, false).find("\r\n1,settlement,990201,H1,明川县人民医院,2025-03-01,J18.900,,pneumonia,in-county-hospital,1,1,met\r\n"),
            std::string::npos) << CasesAsCsv(cases, false);
}

TEST_F(MeasureTest, TheSpanOfTheData) {
  EXPECT_FALSE(measures().DataPeriod()->has_value());
  const Sheet nothing = Ask({});
  for (const SheetRow& row : nothing.rows) EXPECT_EQ(row.value, "");
  EXPECT_FALSE(nothing.notes.empty());
  county.AddSettlements({{.id = "1", .ended = "2024-02-10"}});
  county.AddDischarge({.out = "2025-07-31"});
  county.CatchUp();
  EXPECT_EQ((*measures().DataPeriod())->text, "2024-02..2025-07");
}

TEST_F(MeasureTest, BadSqlOfAMeasureNamesItsFile) {
  pack::Pack& pack = county.pack();
  pack::Measure broken = pack.measures[0];
  broken.id = "broken";
  broken.subject = "county";
  broken.kind = pack::MeasureKind::kRatio;
  broken.file = "measures/broken.yaml";
  county.AddSettlements({{.id = "1"}});
  for (const auto& [sql, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"SELECT nothing FROM settlement", "nothing"},
           {"SELECT setl_id AS case_key, insured_county AS subject, enddate AS on_date, 1 AS numerator, 1 AS denominator, 'good' AS judgement FROM settlement",
            "judgement is 'good'"},
           {"SELECT setl_id AS case_key, insured_county AS subject, enddate AS on_date, 1.5e0 AS numerator, 1 AS denominator, 'met' AS judgement FROM settlement",
            "numerator is a binary fraction"}}) {
    broken.cases_sql = sql;
    pack.measures.push_back(broken);
    const Result<Sheet> sheet = Try(Director(), {.measures = {"broken"}});
    ASSERT_FALSE(sheet.ok()) << sql;
    EXPECT_EQ(sheet.error().code, "bad-measure-sql");
    EXPECT_NE(sheet.error().en.find("measures/broken.yaml"), std::string::npos);
    EXPECT_NE(sheet.error().en.find(complaint), std::string::npos) << sheet.error().en;
    pack.measures.pop_back();
  }
  EXPECT_EQ(Try(Director(), {.measures = {"none"}}).error().code, "no-such-measure");
  EXPECT_FALSE(ParseBy("year").ok());
  EXPECT_EQ(*ParseBy("disease-group"), By::kDiseaseGroup);
}

TEST_F(MeasureTest, KeptAnswersAreTheSameAndFollowTheDefinition) {
  county.AddSettlements({{.id = "1"}, {.id = "2", .institution = "C1", .place = "990200"}});
  county.AddDischarge({});
  for (const std::vector<By>& by : std::vector<std::vector<By>>{{}, {By::kMonth, By::kDiseaseGroup}}) {
    const std::string first = SheetAsCsv(Ask({.by = by}), false);
    EXPECT_EQ(SheetAsCsv(Ask({.by = by}), false), first);
    auto again = MakeMeasures(county.warehouse(), county.pack());
    EXPECT_EQ(SheetAsCsv(again->Evaluate(Director(), {.period = Period::Parse("2025").value(), .by = by}).value(), false), first);
  }
  pack::Pack other = county.pack();                        // same id, same pack's hash, another definition: a frozen one
  for (pack::Measure& m : other.measures)
    if (m.id == "inpatient-in-county-share") m.cases_sql += " AND false";
  auto frozen = MakeMeasures(county.warehouse(), other);
  const Sheet sheet = frozen->Evaluate(Director(), {.measures = {"inpatient-in-county-share"}, .period = Period::Parse("2025").value()}).value();
  EXPECT_EQ(Lines(sheet), Expected{"990201  -/-= 0,0,0,0"});
}

}  // namespace
}  // namespace qianxian::measure
