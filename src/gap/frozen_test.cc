// An open gap is judged by the definition that it was opened with, whatever becomes of the pack's: target, SQL, list. What the SQL
// reads cannot be kept, and a change of it is said.
#include "gap/county_gaps_test_data.h"

namespace qianxian::gap {
namespace {

using Lines = std::vector<std::string>;
constexpr const char* kCoverage = "capability-disease-coverage";
constexpr const char* kShare = "inpatient-in-county-share";

class FrozenTest : public CountyGapsTest {
 protected:
  // Each month of 2025 so many stays, of which so many in the county; the last on the month's last day.
  void Stays(const std::string& insured, const std::string& from, const std::string& to, int all, int inside) {
    std::vector<warehouse::TestSettlement> rows;
    for (int month = ParseMonth(from); month <= ParseMonth(to); ++month)
      for (int i = 0; i < all; ++i)
        rows.push_back({.id = insured + MonthText(month) + "-" + std::to_string(i), .insured = insured, .institution = i < inside ? "H1" : "C1",
                        .place = i < inside ? insured : "990100", .ended = SpanPeriod(month, month).last.ToString()});
    county.AddSettlements(rows);
  }
  const std::string share_ = GapId(kShare, kTestCounty);
};

TEST_F(FrozenTest, ATargetThatIsLoweredClosesNothing) {
  ChangePack([](pack::Pack& pack) { OnlyMeasures(pack, {kShare}); });
  Stays(kTestCounty, "2025-07", "2025-12", 50, 30);
  Sweep();
  EXPECT_EQ(All(kShare), Lines{"990201 open 90/150"});
  ChangePack([](pack::Pack& pack) { MeasureOf(pack, kShare).target->value = Decimal::Parse("0.50").value(); });
  Sweep();
  EXPECT_EQ(All(kShare), Lines{"990201 open 90/150"});
  EXPECT_NE(Get(share_).target, "0.50");
}

TEST_F(FrozenTest, AnotherSqlIsForNewGapsOnly) {
  ChangePack([](pack::Pack& pack) { OnlyMeasures(pack, {kShare}); });
  Stays(kTestCounty, "2025-07", "2025-12", 50, 30);
  Sweep();
  const std::string hash = Get(share_).definition_hash;
  // The new way to count takes every stay for one in the county; and nobody's guard looks at so little.
  ChangePack([](pack::Pack& pack) {
    pack::Measure& measure = MeasureOf(pack, kShare);
    measure.cases_sql = ReplaceAll(measure.cases_sql, "CASE WHEN in_county THEN 1 ELSE 0 END AS numerator", "1 AS numerator");
    ASSERT_NE(measure.cases_sql.find("1 AS numerator"), std::string::npos);
    measure.guard.window_months = 6;
  });
  Sweep();
  const Gap gap = Get(share_);
  EXPECT_EQ(gap.state, GapState::kOpen);
  EXPECT_EQ(gap.latest.period, "2025-10..2025-12");         // its own window, too
  EXPECT_EQ(gap.latest.numerator, "90");
  EXPECT_EQ(gap.trend.back().value, "0.600000");
  EXPECT_EQ(gap.definition_hash, hash);
  EXPECT_NE(Notes(gap).find("how it is counted"), std::string::npos) << Notes(gap);
}

TEST_F(FrozenTest, AnotherListIsForNewGapsOnly) {
  ChangePack([](pack::Pack& pack) {
    OnlyMeasures(pack, {kCoverage});
    TenDiseases(pack, "0.50");
  });
  for (const char* hospital : {"H1", "H3"}) Sends(hospital, "2025-01", "2025-12");
  Treats("H1", "2025", 0, 1);
  Treats("H3", "2025", 0, 4);
  Sweep();
  EXPECT_EQ(All(kCoverage), Lines{"H1 open 2/10"});         // H3 has its five of ten
  // A list that H1 covers wholly and H3 does not: i0, and a disease that H3 never sees. Its minimum of i0 falls as well.
  ChangePack([](pack::Pack& pack) {
    for (pack::CapabilityList& list : pack.capability_lists)
      if (list.id == "disease-coverage") list.items = {Item(0), {"other", {"别的", "Other"}, "内科", {"Z99"}, 13, "K"}, {"third", {"第三", "Third"}, "内科", {"B99"}, 1, "K"}};
  });
  Discharge("H1", "2025-05-05", "Z99.900");
  Discharge("H1", "2025-05-05", "B99.900");
  Sweep();
  EXPECT_EQ(All(kCoverage), (Lines{"H1 open 2/10", "H3 open 1/3"}));
  const Gap gap = Get(GapId(kCoverage, "H1"));
  EXPECT_EQ(gap.carriers.size(), 8u);                       // what is missing of its own list
  EXPECT_EQ(gap.trend.back().denominator, "10");
  EXPECT_NE(Notes(gap).find("the list"), std::string::npos) << Notes(gap);
  EXPECT_TRUE(Get(GapId(kCoverage, "H3")).notes.empty());
  Treats("H1", "2025", 2, 4);                               // by its own list it closes
  Sweep();
  EXPECT_EQ(All(kCoverage), (Lines{"H1 closed 5/10", "H3 open 1/3"}));
}

TEST_F(FrozenTest, AMeasureThatThePackHasNoMoreStillCloses) {
  ChangePack([](pack::Pack& pack) { OnlyMeasures(pack, {kShare, kCoverage}); });
  Stays(kTestCounty, "2025-07", "2025-12", 50, 30);
  Sweep();
  ChangePack([](pack::Pack& pack) { OnlyMeasures(pack, {kCoverage}); });
  SetDay("2026-04-02");
  Stays(kTestCounty, "2026-01", "2026-03", 50, 50);
  Sweep();
  EXPECT_EQ(All(kShare), Lines{"990201 closed 150/150"});
}

TEST_F(FrozenTest, WhatTheDefinitionReadsIsWatched) {
  ChangePack([](pack::Pack& pack) { OnlyMeasures(pack, {kShare, "level-3-4-operation-share"}); });
  Stays(kTestCounty, "2025-07", "2025-12", 50, 30);
  Sweep();
  EXPECT_TRUE(Get(share_).notes.empty());
  ChangePack([](pack::Pack& pack) {
    for (pack::NamedFile& table : pack.tables) table.content = "-- in other words\n" + table.content;      // a comment is no change
  });
  Sweep();
  EXPECT_TRUE(Get(share_).notes.empty());
  ChangePack([](pack::Pack& pack) { pack.disease_groups.pop_back(); });
  SetDay("2026-02-03");
  Sweep();
  EXPECT_NE(Notes(Get(share_)).find("2026-02-03 (the disease groups)"), std::string::npos) << Notes(Get(share_));
  SetDay("2026-02-09");
  Stays("990203", "2025-12", "2025-12", 1, 1);
  Sweep();
  EXPECT_NE(Notes(Get(share_)).find("2026-02-03"), std::string::npos) << "when it was seen first";
}

// A view of the pack that is gone: the gap says so, keeps its numbers, and the sweep goes on for all others.
TEST_F(FrozenTest, WhatCanBeMeasuredNoMoreSaysSo) {
  ChangePack([](pack::Pack& pack) {
    OnlyMeasures(pack, {kShare, kCoverage});
    TenDiseases(pack, "0.50");
    pack.tables.push_back({"tables/99-seen.sql", "CREATE VIEW seen AS SELECT * FROM discharge"});
    pack::Measure& measure = MeasureOf(pack, kCoverage);
    measure.cases_sql = ReplaceAll(measure.cases_sql, "FROM discharge", "FROM seen");
  });
  Sends("H1", "2025-01", "2025-12");
  Sweep();
  EXPECT_EQ(All(kCoverage), Lines{"H1 open 0/10"});
  ChangePack([](pack::Pack& pack) {
    pack.tables.pop_back();
    pack::Measure& measure = MeasureOf(pack, kCoverage);
    measure.cases_sql = ReplaceAll(measure.cases_sql, "FROM seen", "FROM discharge");
  });
  Stays(kTestCounty, "2025-07", "2025-12", 50, 30);
  Sweep();
  EXPECT_EQ(All(kShare), Lines{"990201 open 90/150"});
  const Gap gap = Get(GapId(kCoverage, "H1"));
  EXPECT_EQ(gap.state, GapState::kOpen);
  EXPECT_EQ(gap.latest.numerator, "0");
  EXPECT_NE(Notes(gap).find("Since 2026-01-05"), std::string::npos) << Notes(gap);
}

// A coverage gap of a time when no list was kept: it is judged by the list of the day on which it got one, and says so.
TEST_F(FrozenTest, AnOlderCoverageGapGetsTheListOfToday) {
  ChangePack([](pack::Pack& pack) {
    OnlyMeasures(pack, {kCoverage});
    TenDiseases(pack, "0.50");
  });
  Sends("H1", "2025-01", "2025-12");
  Treats("H1", "2025", 0, 1);
  GapRecord old;
  old.id = GapId(kCoverage, "H1");
  old.subject = "H1";
  old.opened_on = "2025-06-01";
  old.definition = MeasureOf(county.pack(), kCoverage);
  old.definition_hash = "0123456789abcdef";
  old.baseline = old.latest = {"2024-06..2025-05", "1", "9", "0.111111"};
  store::Change change;
  change.type = "DetectedIssue";
  change.id = old.id;
  change.body = GapAsFhir(old);
  change.owner = "H1";
  county.Commit({change});
  Sweep();
  EXPECT_EQ(All(kCoverage), Lines{"H1 open 2/10"});
  EXPECT_NE(Notes(Get(old.id)).find("2026-01-05"), std::string::npos) << Notes(Get(old.id));
  ChangePack([](pack::Pack& pack) {
    for (pack::CapabilityList& list : pack.capability_lists) list.items = {Item(0)};
  });
  Sweep();
  EXPECT_EQ(All(kCoverage), Lines{"H1 open 2/10"});         // from then on it is frozen
}

TEST(Definition, SqlIsComparedWithoutItsLooks) {
  EXPECT_EQ(PlainSql("SELECT  A -- why\nFROM b\n WHERE c = 'X  --y'"), "select a from b where c = 'X  --y'");
  pack::Pack pack;
  pack.tables = {{"tables/10-a.sql", "-- says view\nCREATE VIEW a AS SELECT * FROM b"}, {"tables/20-c.sql", "CREATE OR REPLACE VIEW c AS SELECT 1"}};
  pack.views = {{"views/b.json", "{}"}};
  Tables tables(pack);
  const auto read = tables.ReadBy("SELECT 'c' FROM A JOIN settlement USING (x)");
  std::vector<std::string> names;
  for (const auto& [name, hash] : read) names.push_back(name);
  EXPECT_EQ(names, (Lines{"a", "b", "disease_group", "settlement"}));
}

}  // namespace
}  // namespace qianxian::gap
