// Imports of the page: upload, queue, progress, cancel, report, and what is left of them after a restart.
#include <gtest/gtest.h>

#include "api/import_report.h"
#include "api/testing/world.h"
#include "base/files.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

const std::string kOrganizations =
    "code,name,kind,level,region,lead\n"
    "H001,清源县人民医院,county-general,二级,330123,\n"
    "T001,城东镇卫生院,township,一级,330123,H001\n"
    "T002,坏机构,castle,一级,330123,H001\n";

std::string Settlements(int rows) {
  std::string text =
      "setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,"
      "dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay\n";
  for (int i = 0; i < rows; ++i) {
    text += "S" + std::to_string(i) + ",P1,1,1960-01-01,390,330123,H001,医院,2,330123,21,2025-01-01,2025-01-09,I25,冠心病,80,50,30\n";
  }
  return text;
}

// Asks until the job has ended; every question waits for an answer, and the number of questions is bounded.
Answer Ended(World& world, const std::string& id) {
  Answer answer;
  for (int i = 0; i < 20'000; ++i) {
    answer = world.As("admin", "GET", "/api/imports/" + id);
    std::string status = answer.At("status");
    if (status != "queued" && status != "in-progress") break;
  }
  return answer;
}

TEST(Imports, AFileBecomesRecordsAndARowReport) {
  World world;
  Answer started = world.As("admin", "POST", "/api/imports?kind=organizations&name=%E6%9C%BA%E6%9E%84.csv", kOrganizations, {{"Content-Type", "text/csv"}});
  ASSERT_EQ(started.status, 202) << started.body;
  EXPECT_EQ(started.At("kind"), "organizations");
  EXPECT_EQ(started.At("files.0"), "机构.csv");
  EXPECT_EQ(started.At("by"), "admin");
  std::string id = started.At("id");
  Answer ended = Ended(world, id);
  EXPECT_EQ(ended.At("status"), "completed") << ended.body;
  EXPECT_EQ(ended.At("counts.accepted"), "2");
  EXPECT_EQ(ended.At("counts.rejected"), "1");
  EXPECT_EQ(ended.At("error"), "null");
  EXPECT_EQ(ended.At("fraction"), "1");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Organization/T001").status, 200);

  Answer rows = world.As("admin", "GET", "/api/imports/" + id + "/report?count=10");
  EXPECT_EQ(rows.Count("rows"), 1u) << rows.body;
  EXPECT_EQ(rows.At("rows.0.line"), "4");
  EXPECT_EQ(rows.At("rows.0.column"), "kind");
  EXPECT_EQ(rows.At("rows.0.value"), "castle");
  EXPECT_FALSE(rows.At("rows.0.reason.zh").empty());
  EXPECT_FALSE(rows.At("rows.0.reason.en").empty());
  Answer file = world.As("admin", "GET", "/api/imports/" + id + "/report.csv");
  EXPECT_EQ(file.status, 200);
  EXPECT_NE(file.body.find("line,column,value,code"), std::string::npos);
  EXPECT_NE(file.Header("content-disposition").find("attachment"), std::string::npos);

  world.Restart();
  Answer after = world.As("admin", "GET", "/api/imports/" + id);
  EXPECT_EQ(after.At("status"), "completed") << "the record of it: " << after.body;
  EXPECT_EQ(after.At("counts.accepted"), "2");
  EXPECT_EQ(after.At("files.0"), "机构.csv");
  EXPECT_TRUE(EndsWith(after.At("startedAt"), "+08:00")) << after.body;
  EXPECT_EQ(world.As("admin", "GET", "/api/imports/" + id + "/report").Count("rows"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/api/imports").At("imports.0.id"), id);
  Result<std::vector<std::string>> left = ListFiles(world.directory() + "/inbox");
  EXPECT_TRUE(left.ok() && left->empty()) << "uploads do not stay";
}

TEST(Imports, WhatCannotBeImportedSaysWhy) {
  World world;
  EXPECT_EQ(world.As("admin", "POST", "/api/imports?kind=dreams&name=x", "x").status, 400);
  EXPECT_EQ(world.As("admin", "POST", "/api/imports?kind=fhir&name=x&stayDays=maybe", "x").At("error.code"), "bad-stay-days");
  std::string id = world.As("admin", "POST", "/api/imports?kind=settlements&name=x.csv", kOrganizations).At("id");
  Answer ended = Ended(world, id);
  EXPECT_EQ(ended.At("status"), "failed") << ended.body;
  EXPECT_EQ(ended.At("error.code"), "missing-columns");
  EXPECT_NE(ended.At("error.en").find("setl_id"), std::string::npos) << ended.body;
  EXPECT_EQ(world.As("admin", "GET", "/api/imports/none").status, 404);
  Result<std::vector<std::string>> left = ListFiles(world.directory() + "/inbox");
  EXPECT_TRUE(left.ok() && left->empty());
}

TEST(Imports, ACancelledOneStops) {
  World world;
  std::string big = Settlements(200'000);
  std::string id = world.As("admin", "POST", "/api/imports?kind=settlements&name=big.csv", big).At("id");
  std::string next = world.As("admin", "POST", "/api/imports?kind=organizations&name=next.csv", kOrganizations).At("id");
  Answer waiting = world.As("admin", "POST", "/api/imports/" + next + "/cancel");
  EXPECT_EQ(waiting.At("status"), "cancelled") << "what waits is out at once: " << waiting.body;
  world.As("admin", "POST", "/api/imports/" + id + "/cancel");
  Answer ended = Ended(world, id);
  EXPECT_EQ(ended.At("status"), "cancelled") << ended.body;
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Organization/T001").status, 404);
  EXPECT_EQ(world.As("admin", "POST", "/api/imports/" + id + "/cancel").status, 200) << "again is no error";
}

TEST(Imports, OneThatWasAtWorkWhenTheProcessDiedIsShownAsFailed) {
  World world;
  auto task = [&](const std::string& id, const std::string& by) {
    world.Put("Task", id, R"({"resourceType":"Task","id":")" + id + R"(","status":"in-progress","intent":"order",)"
        R"("code":{"coding":[{"system":"https://fhir.qianxian.cn/CodeSystem/task","code":"import"}]},"authoredOn":"2025-01-01T00:00:00Z",)"
        R"("requester":{"display":")" + by + R"("},"input":[{"type":{"text":"kind"},"valueString":"settlements"},{"type":{"text":"file"},"valueString":"a.csv"}]})");
  };
  task("died", "admin");
  task("alive", "command-line");
  Answer died = world.As("admin", "GET", "/api/imports/died");
  EXPECT_EQ(died.At("status"), "failed");
  EXPECT_NE(died.At("error.en").find("nothing is doubled"), std::string::npos) << died.body;
  EXPECT_EQ(died.At("files.0"), "a.csv");
  EXPECT_EQ(world.As("admin", "GET", "/api/imports/alive").At("status"), "in-progress") << "the command line may still be at it";
  EXPECT_EQ(world.As("admin", "POST", "/api/imports/alive/cancel").At("error.code"), "not-here");
  world.clock.Advance(int64_t{limits::kImportSilentMinutes} * 60'000'000);
  EXPECT_EQ(world.As("admin", "GET", "/api/imports/alive").At("status"), "failed");
}

TEST(Imports, AHospitalSeesItsOwnImportsOnly) {
  World world;
  world.PutOrganization("H1");
  world.PutOrganization("H2");
  world.AddUser("one", "hospital-it", {"H1"});
  world.AddUser("two", "hospital-it", {"H2"});
  std::string pages = "USERNAME,ZYCS,BAH,XM,XB,NL,SFZH,RYSJ,CYSJ,JBDM,ZYZD,LYFS,ZFY\n机构H1,1,1,绝密,1,60,-,20250105,20250112,I63.900,脑梗死,1,8123.40\n";
  std::string id = world.As("one", "POST", "/api/imports?kind=first-pages&org=H1&name=p.csv", pages).At("id");
  Answer ended = Ended(world, id);
  EXPECT_EQ(ended.At("status"), "completed") << ended.body;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(world.As("one", "GET", "/api/imports/" + id).status, 200) << round;
    EXPECT_EQ(world.As("two", "GET", "/api/imports/" + id).status, 404) << round;
    EXPECT_EQ(world.As("two", "GET", "/api/imports/" + id + "/report.csv").status, 404) << round;
    EXPECT_EQ(world.As("two", "POST", "/api/imports/" + id + "/cancel").status, 404) << round;
    EXPECT_EQ(world.As("two", "GET", "/api/imports").Count("imports"), 0u) << round;
    world.Restart();                       // first from memory, then from the record
  }
  std::string stolen = world.As("two", "POST", "/api/imports?kind=first-pages&org=H1&name=p.csv", pages).At("id");
  Answer refused = Ended(world, stolen.empty() ? "none" : stolen);
  EXPECT_NE(refused.At("status"), "completed") << refused.body;
}

TEST(ImportReport, CsvIsSplitAsItWasWritten) {
  std::vector<std::vector<std::string>> rows;
  CsvSplitter splitter;
  // Fed byte by byte: quotes, doubled quotes and line breaks fall on every boundary.
  for (char c : std::string("a,\"b,\"\"c\"\"\nd\",\r\n\r\n1,,\"\"")) splitter.Feed(std::string_view(&c, 1), rows);
  splitter.Finish(rows);
  using Row = std::vector<std::string>;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], (Row{"a", "b,\"c\"\nd", ""}));
  EXPECT_EQ(rows[1], (Row{"1", "", ""}));
}

}  // namespace
}  // namespace qianxian::api
