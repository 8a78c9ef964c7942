#include "warehouse/warehouse.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/text.h"
#include "warehouse/county_test_data.h"

namespace qianxian::warehouse {
namespace {

using Lines = std::vector<std::string>;

constexpr char kDischarges[] = "SELECT discharge_key, org, discharged_on, stay_days, disposition, total_cost, disease_group FROM discharge ORDER BY 1";

TEST(Warehouse, ResourcesBecomeRowsAndFollowTheRecord) {
  TestCounty county;
  county.AddOrganization("H1", "明川县人民医院", "county-general", "990201");
  const std::string id = county.AddDischarge({.cost = "1234.56"});
  county.CatchUp();
  EXPECT_EQ(county.Ask(kDischarges), Lines{"fp-H1-1|H1|2025-03-05|4|1|1234.56|pneumonia"});
  EXPECT_EQ(county.Ask("SELECT code, name, kind, region, primary_care FROM organization"),
            Lines{"H1|明川县人民医院|county-general|990201|false"});
  EXPECT_EQ(county.Ask("SELECT county FROM setting"), Lines{"990201"});
  EXPECT_EQ(county.warehouse().county(), "990201");
  EXPECT_EQ(county.Ask("SELECT rank, code FROM diagnosis"), Lines{"1|J18.900"});

  county.AddDischarge({.disposition = "05", .disease = "C34.900", .days = 9});         // the same stay again, corrected
  county.AddDischarge({.number = "2", .operations = {{"47.0100", "2"}, {"51.2300", "三级半"}}});
  county.CatchUp();
  EXPECT_EQ(county.Ask(kDischarges), (Lines{"fp-H1-1|H1|2025-03-05|9|5|1000.00|cancer-lung", "fp-H1-2|H1|2025-03-05|4|1|1000.00|pneumonia"}));
  EXPECT_EQ(county.Ask("SELECT code, level, level_text FROM operation ORDER BY 1"), (Lines{"47.0100|2|NULL", "51.2300|NULL|三级半"}));

  county.Delete("Encounter", id);
  county.Delete("Procedure", "fp-H1-2-o1");
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT discharge_key FROM discharge"), Lines{"fp-H1-2"});
  EXPECT_EQ(county.Ask("SELECT code FROM operation"), Lines{"51.2300"});
  EXPECT_EQ(county.warehouse().as_of(), county.store().LastT());
}

TEST(Warehouse, ADayIsTheOneInChina) {
  TestCounty county;
  county.AddDischarge({.out = "2025-03-31T23:10:00Z"});      // ten past seven on the first of April
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT discharged_on FROM discharge"), Lines{"2025-04-01"});
}

TEST(Warehouse, OtherEncountersAreNoDischarges) {
  TestCounty county;
  county.Put("Encounter", "e1", R"({"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"}})");
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT count(*) FROM discharge"), Lines{"0"});
}

TEST(Warehouse, ARecordThatAViewCannotReadIsSaidAndNotFatal) {
  pack::Pack pack = CountyCorePack();
  for (pack::NamedFile& view : pack.views)
    if (view.path == "views/patient_record.json") view.content = ReplaceAll(view.content, "\"gender\", \"path\": \"gender\"", "\"gender\", \"path\": \"name.family\"");
  TestCounty county(std::move(pack));
  county.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"family":"甲"},{"family":"乙"}]})");
  county.Put("Patient", "p2", R"({"resourceType":"Patient","id":"p2","name":[{"family":"丙"}]})");
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT person_key, gender FROM patient"), Lines{"p2|丙"});
  EXPECT_EQ(county.Ask("SELECT view, resource_key, split_part(reason, ':', 1) FROM view_fault"), Lines{"patient_record|p1|many-values"});
  county.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"family":"甲"}]})");
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT count(*) FROM view_fault"), Lines{"0"});
  EXPECT_EQ(county.Ask("SELECT person_key FROM patient ORDER BY 1"), (Lines{"p1", "p2"}));
}

constexpr char kSettlements[] =
    "SELECT setl_id, care, in_county, level, destination, disease_group, institution_name FROM settlement ORDER BY setl_id";

TEST(Warehouse, SettlementsAreReadAsThePackSays) {
  TestCounty county;
  county.AddOrganization("H1", "明川县人民医院", "county-general", "990201");
  county.AddOrganization("T1", "东山镇卫生院", "township", "990201003");
  county.AddOrganization("X1", "未分类机构", "", "");
  county.AddSettlements({
      {.id = "s1"},
      {.id = "s2", .institution = "T1", .med_type = "11"},
      {.id = "s3", .institution = "P900", .med_type = "11"},                      // a pharmacy by its code
      {.id = "s4", .med_type = "41"},
      {.id = "s5", .institution = "C1", .place = "990200", .med_type = "52"},      // the city
      {.id = "s6", .institution = "V1", .place = "990100", .med_type = "24"},      // the provincial capital
      {.id = "s7", .institution = "B1", .place = "310101", .med_type = "22", .disease = ""},
      {.id = "s8", .institution = "X1", .med_type = "99"},
      {.id = "s9", .insured = "990201003", .institution = "Y1", .place = "9902"},
  });
  county.CatchUp();
  EXPECT_EQ(county.Ask(kSettlements),
            (Lines{"s1|inpatient|true|hospital|in-county-hospital|pneumonia|明川县人民医院",
                   "s2|outpatient|true|primary|in-county-primary|pneumonia|东山镇卫生院",
                   "s3|pharmacy|true|unknown|in-county-other|pneumonia|P900院",
                   "s4|pharmacy|true|hospital|in-county-hospital|pneumonia|明川县人民医院",
                   "s5|inpatient|false|unknown|city|pneumonia|C1院", "s6|inpatient|false|unknown|province|pneumonia|V1院",
                   "s7|inpatient|false|unknown|other-province|NULL|B1院", "s8|other|true|unknown|in-county-other|pneumonia|未分类机构",
                   "s9|inpatient|false|unknown|unknown|pneumonia|Y1院"}));
}

TEST(Warehouse, LaterBatchesReplaceRowsAndInstitutionsChange) {
  TestCounty county;
  county.AddSettlements({{.id = "a", .fund_fen = 100}, {.id = "b", .fund_fen = 200}, {.id = "a", .fund_fen = 150}});
  county.CatchUp();
  const char* const kFund = "SELECT setl_id, fund_pay_sumamt, level, institution_name FROM settlement ORDER BY 1";
  EXPECT_EQ(county.Ask(kFund), (Lines{"a|1.50|unknown|H1院", "b|2.00|unknown|H1院"}));
  county.AddSettlements({{.id = "b", .fund_fen = 250}, {.id = "c", .fund_fen = 300}});
  county.AddSettlements({{.id = "c", .fund_fen = 301}});
  county.AddOrganization("H1", "东山镇卫生院", "township", "990201");
  county.CatchUp();
  EXPECT_EQ(county.Ask(kFund), (Lines{"a|1.50|primary|东山镇卫生院", "b|2.50|primary|东山镇卫生院", "c|3.01|primary|东山镇卫生院"}));
  EXPECT_EQ(county.Ask("SELECT DISTINCT destination FROM settlement"), Lines{"in-county-primary"});
  county.Delete("Organization", "H1");
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT DISTINCT level, institution_name, destination FROM settlement"), Lines{"unknown|H1院|in-county-other"});
}

TEST(Warehouse, AnyOrderOfArrivalGivesTheSameTables) {
  const auto fill = [](TestCounty& county, bool step_by_step) {
    const auto step = [&] { if (step_by_step) county.CatchUp(); };
    county.AddSettlements({{.id = "a"}, {.id = "b", .institution = "T1", .med_type = "11"}});
    step();
    county.AddDischarge({.operations = {{"47.0100", "2"}}});
    step();
    county.AddOrganization("T1", "东山镇卫生院", "township", "990201");
    county.AddOrganization("H1", "明川县人民医院", "county-general", "990201");
    step();
    county.AddSettlements({{.id = "b", .institution = "H1"}, {.id = "c", .place = "990100"}});
    county.AddDischarge({.disposition = "2"});
    county.AddDischarge({.org = "T1", .number = "9"});
    county.CatchUp();
  };
  TestCounty once, steps;
  fill(once, false);
  fill(steps, true);
  for (const char* sql : {kSettlements, kDischarges, "SELECT * FROM operation ORDER BY 1", "SELECT * FROM institution ORDER BY 1",
                          "SELECT * FROM data_span ORDER BY 1", "SELECT * FROM organization ORDER BY code"}) {
    const Lines a = once.Ask(sql);
    EXPECT_FALSE(a.empty()) << sql;
    EXPECT_EQ(a, steps.Ask(sql)) << sql;
  }
  // A rebuild, and a warehouse that was thrown away, give the same too.
  const Lines before = steps.Ask(kSettlements), discharges = steps.Ask(kDischarges);
  ASSERT_TRUE(steps.warehouse().Rebuild(Cancel(), nullptr).ok());
  EXPECT_EQ(steps.Ask(kSettlements), before);
  EXPECT_EQ(steps.Ask(kDischarges), discharges);
  steps.CloseWarehouse();
  std::filesystem::remove_all(steps.folder() + "/warehouse");
  steps.CatchUp();
  EXPECT_EQ(steps.Ask(kSettlements), before);
  EXPECT_EQ(steps.Ask(kDischarges), discharges);
}

TEST(Warehouse, AChangedPackRemakesWhatItTouches) {
  TestCounty county;
  county.AddDischarge({});
  county.AddSettlements({{.id = "a"}});
  county.CatchUp();
  county.CloseWarehouse();
  pack::Pack& pack = county.pack();
  pack.hash = "changed";
  for (pack::DiseaseGroup& group : pack.disease_groups)
    if (group.id == "pneumonia") group.id = "lungs";
  for (pack::NamedFile& view : pack.views)
    if (view.path == "views/discharge_record.json") view.content = ReplaceAll(view.content, "\"length.value\"", "\"length.value + 1\"");
  pack.tables.push_back({"tables/99-extra.sql", "CREATE VIEW extra AS SELECT count(*) AS n FROM discharge"});
  const uint64_t t = county.store().LastT();
  county.CatchUp();
  EXPECT_EQ(county.store().LastT(), t);
  EXPECT_EQ(county.Ask("SELECT stay_days, disease_group FROM discharge"), Lines{"5|lungs"});
  EXPECT_EQ(county.Ask("SELECT disease_group FROM settlement"), Lines{"lungs"});
  EXPECT_EQ(county.Ask("SELECT n FROM extra"), Lines{"1"});
  county.CloseWarehouse();
  pack.hash = "and again";
  pack.tables.pop_back();
  county.CatchUp();
  EXPECT_FALSE(county.warehouse().Query("SELECT n FROM extra", {}, nullptr).ok());
  EXPECT_EQ(county.Ask("SELECT stay_days FROM discharge"), Lines{"5"});
}

TEST(Warehouse, BadSqlOfThePackIsToldWithItsFileAndChangesNothing) {
  TestCounty county;
  county.AddDischarge({});
  county.CatchUp();
  county.CloseWarehouse();
  county.pack().hash = "bad";
  county.pack().tables.push_back({"tables/99-bad.sql", "CREATE VIEW bad AS SELECT no_such_column FROM discharge"});
  const Result<uint64_t> t = county.warehouse().CatchUp(Cancel(), nullptr);
  ASSERT_FALSE(t.ok());
  EXPECT_EQ(t.error().code, "pack-sql");
  EXPECT_NE(t.error().en.find("tables/99-bad.sql"), std::string::npos) << t.error().en;
  EXPECT_EQ(county.Ask("SELECT count(*) FROM discharge"), Lines{"1"});
}

TEST(Warehouse, CountyIsFoundOrSaid) {
  TestCounty county;
  county.CatchUp();
  EXPECT_EQ(county.warehouse().county(), "");
  county.AddSettlements({{.id = "a", .insured = "990203"}, {.id = "b", .insured = "990203"}, {.id = "c", .insured = "990201"}});
  county.CatchUp();
  EXPECT_EQ(county.warehouse().county(), "990203");
  county.AddOrganization("T1", "甲卫生院", "township", "990205");
  county.AddOrganization("V1", "省医院", "province", "990100");
  county.AddOrganization("T2", "乙卫生院", "township", "990205001");
  county.CatchUp();
  EXPECT_EQ(county.warehouse().county(), "990205");
  county.AddOrganization("H1", "县医院", "county-general", "990206");
  county.CatchUp();
  EXPECT_EQ(county.warehouse().county(), "990206");
  county.CloseWarehouse();
  Options options = county.WarehouseOptions();
  options.county = "990299";
  const auto said = Warehouse::Open(options);
  ASSERT_TRUE(said.ok());
  EXPECT_EQ((*said)->county(), "990299");
  ASSERT_TRUE((*said)->CatchUp(Cancel(), nullptr).ok());
  const auto setting = (*said)->Query("SELECT county FROM setting", {}, nullptr);
  ASSERT_TRUE(setting.ok());
  EXPECT_EQ(setting->rows[0][0].text, "990299");
}

TEST(Warehouse, AnswersLiveAsLongAsNoRowChanges) {
  TestCounty county;
  county.AddDischarge({});
  county.CatchUp();
  const uint64_t t = county.warehouse().as_of();
  EXPECT_EQ(county.warehouse().CachedAnswer("k", t), "");
  county.warehouse().KeepAnswer("k", t, "42'");
  EXPECT_EQ(county.warehouse().CachedAnswer("k", t), "42'");
  EXPECT_EQ(county.warehouse().CachedAnswer("k", t - 1), "");
  county.Put("Task", "t1", R"({"resourceType":"Task","id":"t1","status":"requested","intent":"order"})");
  county.CatchUp();
  ASSERT_GT(county.warehouse().as_of(), t);
  EXPECT_EQ(county.warehouse().CachedAnswer("k", county.warehouse().as_of()), "42'") << "a task changes no number";
  county.CloseWarehouse();
  EXPECT_EQ(county.warehouse().CachedAnswer("k", county.warehouse().as_of()), "42'") << "kept over a restart";
  county.AddDischarge({.number = "2"});
  county.CatchUp();
  EXPECT_EQ(county.warehouse().CachedAnswer("k", county.warehouse().as_of()), "");
  county.warehouse().KeepAnswer("late", t, "old");
  EXPECT_EQ(county.warehouse().CachedAnswer("late", county.warehouse().as_of()), "") << "counted before the change";
}

TEST(Warehouse, SaysThatItStandsForNothingOfANewPackYet) {
  TestCounty county;
  county.AddDischarge({});
  county.CatchUp();
  ASSERT_EQ(county.warehouse().as_of(), county.store().LastT());
  county.CloseWarehouse();
  county.pack().hash = "a new release";
  EXPECT_EQ(county.warehouse().as_of(), 0u) << "whoever follows the record has to begin, though nothing was written since";
  EXPECT_FALSE(county.warehouse().ready());
  county.CatchUp();
  EXPECT_TRUE(county.warehouse().ready());
  EXPECT_EQ(county.warehouse().as_of(), county.store().LastT());
}

TEST(Warehouse, CancelLeavesTheStateBefore) {
  TestCounty county;
  county.AddDischarge({});
  county.CatchUp();
  const uint64_t t = county.warehouse().as_of();
  county.AddDischarge({.number = "2"});
  Cancel cancel;
  cancel.Request();
  const Result<uint64_t> stopped = county.warehouse().CatchUp(cancel, nullptr);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, "cancelled");
  EXPECT_EQ(county.warehouse().as_of(), t);
  EXPECT_EQ(county.Ask("SELECT count(*) FROM discharge"), Lines{"1"});
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT count(*) FROM discharge"), Lines{"2"});
}

TEST(Warehouse, QueriesCannotWrite) {
  TestCounty county;
  county.AddDischarge({});
  county.CatchUp();
  EXPECT_FALSE(county.warehouse().Query("DELETE FROM discharge_record", {}, nullptr).ok());
  EXPECT_EQ(county.Ask("SELECT count(*) FROM discharge"), Lines{"1"});
}

TEST(Warehouse, AForeignFileIsThrownAwayAndMadeAgain) {
  TestCounty county;
  county.AddDischarge({});
  county.CatchUp();
  county.CloseWarehouse();
  const std::string path = county.folder() + "/warehouse/warehouse.duckdb";
  ASSERT_TRUE(WriteFileDurably(path, std::string(20000, 'x')).ok());
  county.CatchUp();
  EXPECT_EQ(county.Ask("SELECT count(*) FROM discharge"), Lines{"1"});
}

// The file's lock is one of the process, so another process has to hold it.
TEST(Warehouse, OneProcessAtATime) {
  TestCounty county;
  int ready[2], done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto held = columns::Database::Open({.path = county.folder() + "/warehouse/warehouse.duckdb"});
    const char sign = held.ok() ? 'y' : 'n';
    (void)!write(ready[1], &sign, 1);
    char end = 0;
    (void)!read(done[0], &end, 1);
    _exit(0);
  }
  char sign = 0;
  ASSERT_EQ(read(ready[0], &sign, 1), 1);
  ASSERT_EQ(sign, 'y');
  const auto opened = Warehouse::Open(county.WarehouseOptions());
  ASSERT_EQ(write(done[1], "e", 1), 1);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().category, ErrorCategory::kBusy);
  EXPECT_EQ(opened.error().code, "locked");
  EXPECT_NE(opened.error().zh.find("qianxian serve"), std::string::npos);
  EXPECT_TRUE(Warehouse::Open(county.WarehouseOptions()).ok());
}

// Killed at every step that tells its progress, and once more right after the end: the tables are those of before or of
// after, never something between, and the next CatchUp brings all of it.
TEST(Warehouse, KilledWhileCatchingUp) {
  TestCounty county;
  county.AddOrganization("H1", "明川县人民医院", "county-general", "990201");
  county.AddDischarge({});
  county.AddSettlements({{.id = "a"}});
  county.CatchUp();
  const uint64_t before = county.warehouse().as_of();
  county.CloseWarehouse();
  for (int i = 2; i < 8; ++i) county.AddDischarge({.number = std::to_string(i)});
  county.AddDischarge({.disposition = "5"});
  county.AddSettlements({{.id = "a", .fund_fen = 7}, {.id = "b"}});
  const char* const kState = "SELECT (SELECT count(*) FROM discharge), (SELECT count(*) FROM settlement), (SELECT min(fund_pay_sumamt) FROM settlement)";
  bool finished = false;
  int kills = 0;
  for (int at = 1; !finished; ++at) {
    const pid_t child = fork();
    if (child == 0) {
      int step = 0;
      auto warehouse = Warehouse::Open(county.WarehouseOptions());
      if (!warehouse.ok()) _exit(2);
      const auto t = (*warehouse)->CatchUp(Cancel(), [&](uint64_t, uint64_t) { if (++step == at) kill(getpid(), SIGKILL); });
      if (!t.ok()) _exit(3);
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    const uint64_t as_of = county.warehouse().as_of();
    finished = as_of == county.store().LastT();
    if (!finished) {
      ++kills;
      EXPECT_EQ(as_of, before);
    }
    EXPECT_EQ(county.Ask(kState), finished ? Lines{"7|2|0.07"} : Lines{"1|1|600.00"});
    county.CloseWarehouse();
    ASSERT_LT(at, 100);
  }
  EXPECT_GE(kills, 2) << "the test killed too little";
  county.CatchUp();
  EXPECT_EQ(county.Ask(kState), Lines{"7|2|0.07"});
}

}  // namespace
}  // namespace qianxian::warehouse
