// A list's coverage over time: what is missing, the year that rolls on, before and after by the items that changed.
#include "gap/coverage.h"

#include "gap/county_gaps_test_data.h"

namespace qianxian::gap {
namespace {

constexpr const char* kMeasure = "capability-disease-coverage";
using Lines = std::vector<std::string>;

class CoverageTest : public CountyGapsTest {
 protected:
  CoverageTest() {
    ChangePack([](pack::Pack& pack) {
      OnlyMeasures(pack, {kMeasure, "capability-technique-coverage", "inpatient-in-county-share"});
      TenDiseases(pack, "0.95");
      MeasureOf(pack, "inpatient-in-county-share").target.reset();
      MeasureOf(pack, "capability-technique-coverage").target.reset();
    });
  }
  // 2024: H1 treats two of ten, H3 and H4 five.
  void FirstYear() {
    for (const char* hospital : {"H1", "H2", "H3", "H4"}) Sends(hospital, "2024-01", "2024-12");
    Treats("H1", "2024", 0, 1);
    for (const char* hospital : {"H3", "H4"}) Treats(hospital, "2024", 0, 4);
  }
  // 2025: H1 treats nine, the others what they did.
  void SecondYear() {
    for (const char* hospital : {"H1", "H2", "H3", "H4"}) Sends(hospital, "2025-01", "2025-12");
    Treats("H1", "2025", 0, 8);
    for (const char* hospital : {"H3", "H4"}) Treats(hospital, "2025", 0, 4);
  }
  const std::string id_ = GapId(kMeasure, "H1");
};

TEST_F(CoverageTest, TheYearRollsOnByMonths) {
  FirstYear();
  SecondYear();
  Sweep();
  EXPECT_EQ(All(kMeasure), (Lines{"H1 open 9/10", "H3 open 5/10", "H4 open 5/10"}));      // H2 is of another kind
  const Gap gap = Get(id_);
  ASSERT_EQ(gap.trend.size(), 13u);                                                       // the first whole year is 2024
  EXPECT_EQ(gap.trend.front().period, "2024-01..2024-12");
  EXPECT_EQ(gap.trend.front().numerator, "2");
  EXPECT_EQ(gap.trend.front().denominator, "10");
  EXPECT_EQ(gap.trend[8].period, "2024-09..2025-08");
  EXPECT_EQ(gap.trend[8].value, "0.200000");        // one case of the new diseases so far, one of the old ones on either side
  EXPECT_EQ(gap.trend[9].value, "0.900000");        // the second came in September
  EXPECT_EQ(gap.trend.back().period, "2025-01..2025-12");
  EXPECT_EQ(gap.trend.back().value, "0.900000");
}

TEST_F(CoverageTest, WhatIsMissingSaysWhoTreatsItMeanwhile) {
  FirstYear();
  SecondYear();
  Discharge("H1", "2025-05-05", "A09.1");
  Discharge("H2", "2025-05-05", "A09.1");
  county.AddSettlements({
      {.id = "1", .ended = "2025-05-01", .disease = "A09.100"},                                                     // at home
      {.id = "2", .institution = "C1", .place = "990100", .ended = "2025-05-02", .disease = "A09.100"},
      {.id = "3", .institution = "C1", .place = "990100", .ended = "2025-06-02", .disease = "A09.200"},
      {.id = "4", .institution = "C1", .place = "990100", .ended = "2024-06-02", .disease = "A09.200"},             // another year
      {.id = "5", .institution = "C1", .place = "990100", .med_type = "11", .ended = "2025-06-02", .disease = "A09.200"},   // no stay
      {.id = "6", .institution = "C1", .place = "990100", .ended = "2025-06-02", .disease = "A00.100"},             // is covered
      {.id = "7", .insured = "990203", .institution = "C1", .place = "990100", .ended = "2025-06-02", .disease = "A09.200"},
  });
  Sweep();
  const Gap gap = Get(id_);
  ASSERT_EQ(gap.carriers.size(), 1u);
  const Carrier& carrier = gap.carriers[0];
  EXPECT_EQ(carrier.item, "i9");
  EXPECT_EQ(carrier.item_name.zh, "病i9");
  EXPECT_EQ(carrier.specialty, "内科");
  EXPECT_EQ(carrier.cases, "1");
  EXPECT_EQ(carrier.cases_minimum, "2");
  EXPECT_EQ(carrier.county_cases, "2");
  EXPECT_EQ(carrier.leaving_cases, "2");
  EXPECT_EQ(carrier.share, "1.0000");
  EXPECT_EQ(carrier.disease_group, "");             // an item is no disease group: nothing is to be opened or aimed at by it
  const Gap other = Get(GapId(kMeasure, "H3"));
  ASSERT_EQ(other.carriers.size(), 5u);
  EXPECT_EQ(other.carriers[0].item, "i9");          // the most sought elsewhere first
  EXPECT_EQ(other.carriers[1].leaving_cases, "0");
  // Who sees one hospital only is told nothing of the county.
  access::Caller manager{.user = "m", .role = access::Role::kHospitalManager, .organizations = {"H1"}};
  const Gap own = gaps_->Get(manager, id_).value();
  ASSERT_EQ(own.carriers.size(), 1u);
  EXPECT_EQ(own.carriers[0].cases, "1");
  EXPECT_EQ(own.carriers[0].county_cases + own.carriers[0].leaving_cases, "");
}

TEST_F(CoverageTest, BeforeAndAfterAreJudgedByTheItemsThatChanged) {
  FirstYear();
  Sweep();
  Gap gap = gaps_->AddAction(director_, id_, {"send-for-training", "王主任", "2026-12-31", "0.60", "", "", "2024-12-15"}).value();
  EXPECT_FALSE(gap.actions[0].comparison.has_value());                                    // no month behind the start
  SecondYear();
  Sweep();
  gap = Get(id_);
  ASSERT_TRUE(gap.comparison.has_value());
  ASSERT_TRUE(gap.actions[0].comparison.has_value());
  const Comparison& c = *gap.actions[0].comparison;
  EXPECT_EQ(c.before.period, "2024-01..2024-12");
  EXPECT_EQ(c.after.period, "2025-01..2025-12");
  EXPECT_EQ(c.before.numerator + "/" + c.before.denominator, "2/10");
  EXPECT_EQ(c.after.numerator + "/" + c.after.denominator, "9/10");
  EXPECT_EQ(c.change, "0.700000");
  EXPECT_EQ(c.comparable_units, 2u);                                                      // H3 and H4; H2 is of another kind
  ASSERT_EQ(c.comparable.size(), 2u);
  EXPECT_EQ(c.comparable[0].second, "0.000000");
  EXPECT_EQ(c.verdict, Verdict::kWorked);
  EXPECT_EQ(c.gained.size(), 7u);
  EXPECT_EQ(c.gained[0].zh, "病i2");
  EXPECT_TRUE(c.lost.empty());
  EXPECT_NE(c.why.en.find("P = 0.016"), std::string::npos) << c.why.en;                   // 2 / 2^7
  EXPECT_GT(Decimal::Parse(c.change_low)->ToDouble(), 0.3);
  EXPECT_LT(Decimal::Parse(c.change_high)->ToDouble(), 1.05);
}

// Half a year after the start the window still holds half of the year before; what is new in it shows all the same.
TEST_F(CoverageTest, AYearThatIsNotOverIsNoFailure) {
  FirstYear();
  for (const char* hospital : {"H1", "H3", "H4"}) Sends(hospital, "2025-01", "2025-06");
  for (const char* hospital : {"H3", "H4"}) Treats(hospital, "2025", 0, 4);               // March, and a September that is still to come
  Discharge("H1", "2025-03-05", "A00.1");
  SetDay("2025-07-03");
  Sweep();
  Gap gap = gaps_->AddAction(director_, id_, {"send-for-training", "王主任", "2026-12-31", "0.90", "", "", "2024-12-15"}).value();
  ASSERT_TRUE(gap.actions[0].comparison.has_value());
  const Comparison& c = *gap.actions[0].comparison;
  EXPECT_EQ(c.before.period, "2024-01..2024-12");
  EXPECT_EQ(c.after.period, "2024-07..2025-06");
  EXPECT_EQ(c.after.numerator, "1");                // i1 was last seen in September only
  EXPECT_EQ(c.verdict, Verdict::kCannotTell);
  EXPECT_EQ(c.lost.size(), 1u);
}

TEST_F(CoverageTest, WithoutAYearBeforeThereIsNoBefore) {
  FirstYear();
  Sweep();
  const Gap gap = gaps_->AddAction(director_, id_, {"send-for-training", "王主任", "2026-12-31", "0.90", "", "", "2024-06-15"}).value();
  ASSERT_TRUE(gap.actions[0].comparison.has_value());
  const Comparison& c = *gap.actions[0].comparison;
  EXPECT_EQ(c.before.period, "2023-07..2024-06");
  EXPECT_EQ(c.before.value, "");
  EXPECT_EQ(c.after.period, "2024-01..2024-12");
  EXPECT_EQ(c.after.value, "0.200000");
  EXPECT_EQ(c.verdict, Verdict::kCannotTell);
  EXPECT_NE(c.why.zh.find("不满一年"), std::string::npos);
}

// A hospital whose December has come half is judged by November, the others by December.
TEST_F(CoverageTest, EachHospitalIsJudgedByItsOwnWholeMonths) {
  FirstYear();
  for (const char* hospital : {"H1", "H3", "H4"}) Sends(hospital, "2025-01", "2025-11");
  Sends("H3", "2025-12", "2025-12");
  for (const char* hospital : {"H1", "H3", "H4"}) Treats(hospital, "2025", 0, 1);
  for (int item = 2; item < 10; ++item)
    for (const char* day : {"2025-12-02", "2025-12-03"}) Discharge("H1", day, Code(item) + "1");      // all of it in half a December
  Sweep();
  EXPECT_EQ(Get(id_).latest.period, "2024-12..2025-11");
  EXPECT_EQ(All(kMeasure), (Lines{"H1 open 2/10", "H3 open 2/10", "H4 open 2/10"}));
  EXPECT_EQ(Get(GapId(kMeasure, "H3")).latest.period, "2025-01..2025-12");
  Discharge("H1", "2025-12-28", "Z99.900");
  Sweep();
  EXPECT_EQ(All(kMeasure)[0], "H1 closed 10/10");
}

TEST_F(CoverageTest, ACountyWaitsForAllHospitalsThatStillSend) {
  for (const char* hospital : {"H1", "H3", "H4"}) Sends(hospital, "2025-01", "2025-06");
  for (const char* hospital : {"H1", "H3"}) Sends(hospital, "2025-07", "2025-11");
  Sends("H1", "2025-12", "2025-12");
  county.AddSettlements({{.id = "1", .ended = "2025-08-31"}, {.id = "2", .ended = "2025-09-30"}, {.id = "3", .ended = "2025-10-31"}, {.id = "4", .ended = "2025-11-15"}});
  county.CatchUp();
  Tables tables(county.pack());
  Complete complete(county.warehouse(), tables, ParseDate("2026-01-05").value(), std::nullopt);
  pack::Measure measure;
  measure.subject = "hospital";
  measure.cases_sql = "SELECT * FROM discharge";
  const auto last = [&](const std::string& subject) { return MonthText(complete.Of(measure, subject).value()->last); };
  EXPECT_EQ(last("H1"), "2025-12");
  EXPECT_EQ(last("H3"), "2025-11");
  EXPECT_EQ(last("H4"), "2025-06");
  EXPECT_FALSE(complete.Of(measure, "H9").value().has_value());
  measure.subject = "county";
  EXPECT_EQ(last(kTestCounty), "2025-11");          // H4 has stopped: nobody waits for it
  measure.cases_sql = "SELECT * FROM settlement JOIN discharge USING (x)";
  EXPECT_EQ(last(kTestCounty), "2025-10");          // both must be whole
  measure.subject = "hospital";
  EXPECT_EQ(last("H4"), "2025-06");
  measure.cases_sql = "SELECT * FROM settlement";
  EXPECT_EQ(last("H4"), "2025-10");                 // the bureau's sheet is the county's
  measure.cases_sql = "SELECT * FROM population";
  EXPECT_FALSE(complete.Of(measure, "H4").value().has_value());
  measure.subject = "unit";
  EXPECT_EQ(last("T1"), "2025-12");                 // by the calendar
}

TEST_F(CoverageTest, LessThanAYearOpensNothing) {
  for (const char* hospital : {"H1", "H3"}) Sends(hospital, "2025-02", "2025-12");
  Sweep();
  EXPECT_TRUE(All(kMeasure).empty());
  Discharge("H3", "2025-01-28", "Z99.900");
  Sweep();
  EXPECT_EQ(All(kMeasure), Lines{"H3 open 0/10"});
}

// Techniques: settlements name no operations, so who leaves for one is not known.
TEST_F(CoverageTest, WhoLeavesForATechniqueIsNotKnown) {
  ChangePack([](pack::Pack& pack) {
    pack::Measure& measure = MeasureOf(pack, "capability-technique-coverage");
    measure.target = pack::Target{Decimal::Parse("0.90").value(), {}};
    for (pack::CapabilityList& list : pack.capability_lists)
      if (list.id == "technique-coverage") list.items = {{"scope", {"内镜", "Endoscopy"}, "消化", {"45.23"}, 2, "K"}, {"stent", {"支架", "Stent"}, "心内", {"36.06"}, 2, "K"}};
  });
  Sends("H1", "2025-01", "2025-12");
  Sends("H2", "2025-01", "2025-12");
  for (const char* day : {"2025-03-05", "2025-04-05"}) Discharge("H1", day, "Z99.900", {{"45.2300", "2"}});
  for (const char* day : {"2025-03-05", "2025-04-05", "2025-05-05"}) Discharge("H2", day, "Z99.900", {{"36.0600", "4"}});
  Sweep();
  const Gap gap = Get(GapId("capability-technique-coverage", "H1"));
  EXPECT_EQ(gap.latest.numerator + "/" + gap.latest.denominator, "1/2");
  ASSERT_EQ(gap.carriers.size(), 1u);
  EXPECT_EQ(gap.carriers[0].item, "stent");
  EXPECT_EQ(gap.carriers[0].cases, "0");
  EXPECT_EQ(gap.carriers[0].county_cases, "3");
  EXPECT_EQ(gap.carriers[0].leaving_cases, "");
}

}  // namespace
}  // namespace qianxian::gap
