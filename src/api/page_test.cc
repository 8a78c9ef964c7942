// The page's API: shapes, parameters, errors. The numbers are the test's own.
#include <gtest/gtest.h>

#include "api/settings.h"
#include "api/static_files.h"
#include "api/testing/world.h"
#include "base/files.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

columns::Rows LeakRows(const std::string& sql) {
  columns::Rows rows;
  auto text = [](std::string value) {
    columns::Cell cell;
    cell.is_null = false;
    cell.text = std::move(value);
    return cell;
  };
  auto number = [](int64_t value) {
    columns::Cell cell;
    cell.is_null = false;
    cell.integer = value;
    return cell;
  };
  auto flag = [](bool value) {
    columns::Cell cell;
    cell.is_null = false;
    cell.boolean = value;
    return cell;
  };
  if (sql.find("institution_name") != std::string::npos) {
    rows.rows.push_back({text("lung-cancer"), text("province"), text("X9"), text("省肿瘤医院"), flag(true), number(30), number(3000000), number(6000050)});
    rows.rows.push_back({text("lung-cancer"), text("in-county-hospital"), text("H1"), text("县医院"), flag(false), number(70), number(2000000), number(4000000)});
    rows.rows.push_back({text(""), text("city"), text("Y1"), text("市医院"), flag(true), number(5), number(100), number(200)});
  } else if (sql.find("FROM organization") != std::string::npos) {
    rows.rows.push_back({text("H1"), text("县医院"), text("county-general"), text("三级"), text("330123"), text("")});
  } else {
    rows.rows.push_back({text("lung-cancer"), number(40)});
  }
  return rows;
}

struct PageWorld : World {
  PageWorld() {
    warehouse().answer = [](const std::string& sql) -> Result<columns::Rows> { return LeakRows(sql); };
    gaps.one.id = "g1";
    gaps.one.measure = "inpatient-in-county-share";
    gaps.one.severity = 0.25;
    AddUser("director", "county-director");
    AddUser("manager", "hospital-manager", {"H1"});
  }
};

TEST(PageApi, CountyTellsWhereWeAre) {
  PageWorld world;
  Settings settings;
  settings.county_name = "清源县";
  settings.demonstration = true;
  store::CommitRequest request;
  request.changes.push_back(SettingsChange(settings));
  ASSERT_TRUE(world.store().Commit(access::SystemCaller("test"), std::move(request)).ok());
  for (const std::string user : {"director", "manager"}) {
    Answer county = world.As(user, "GET", "/api/county");
    ASSERT_EQ(county.status, 200) << county.body;
    EXPECT_EQ(county.At("code"), "330123");
    EXPECT_EQ(county.At("name"), "清源县");
    EXPECT_EQ(county.At("demo"), "true");
    EXPECT_EQ(county.At("dataFrom"), "2023-01");
    EXPECT_EQ(county.At("dataTo"), "2025-12");
    EXPECT_EQ(county.At("latestYear"), "2025");
    EXPECT_EQ(county.At("organizations.0.kind"), "county-general");
    EXPECT_EQ(county.At("diseaseGroups.0.name.zh"), "肺癌");
    EXPECT_EQ(county.At("destinations.0.id"), "in-county-primary");
    EXPECT_EQ(county.At("packs.0.id"), "test");
  }
}

TEST(PageApi, MeasuresTakeTheirParameters) {
  PageWorld world;
  Answer list = world.As("director", "GET", "/api/measures");
  EXPECT_EQ(list.At("measures.0.id"), "inpatient-in-county-share");
  EXPECT_EQ(list.At("measures.0.target"), "null");
  Answer sheet = world.As("director", "GET", "/api/measures/a,b?period=2025Q3&org=H1&region=330124&by=month,destination");
  ASSERT_EQ(sheet.status, 200) << sheet.body;
  const measure::SheetRequest& asked = world.measures().asked.back();
  EXPECT_EQ(asked.measures, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(asked.period.text, "2025Q3");
  EXPECT_EQ(asked.organization, "H1");
  EXPECT_EQ(asked.region, "330124");
  world.As("director", "GET", "/api/measures/all?period=2025");
  EXPECT_TRUE(world.measures().asked.back().measures.empty());
  EXPECT_EQ(world.As("director", "GET", "/api/measures/a").At("error.code"), "no-period");
  EXPECT_EQ(world.As("director", "GET", "/api/measures/a?period=2025-13").status, 400);
  Answer missing = world.As("director", "GET", "/api/measures/none?period=2025");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.At("error.category"), "not_found");
  EXPECT_EQ(missing.At("error.zh"), "没有指标 none");
  Answer csv = world.As("director", "GET", "/api/measures/a?period=2025&format=csv");
  EXPECT_EQ(csv.Header("content-type"), "text/csv; charset=utf-8");
  EXPECT_NE(csv.Header("content-disposition").find("measures-2025.csv"), std::string::npos);
}

TEST(PageApi, CasesTakeTheirFilters) {
  PageWorld world;
  Answer cases = world.As("director", "GET",
                          "/api/measures/m/cases?period=2025&org=H1&institution=X9&diseaseGroup=lung-cancer&destination=city&judgement=not_met&offset=20&count=5000");
  ASSERT_EQ(cases.status, 200) << cases.body;
  EXPECT_EQ(cases.At("cases.0.key"), "S1");
  EXPECT_EQ(cases.At("cases.0.numerator"), "null");
  const measure::CasesRequest& asked = world.measures().asked_cases;
  EXPECT_EQ(asked.institution, "X9");
  EXPECT_EQ(asked.disease_group, "lung-cancer");
  EXPECT_EQ(asked.destination, "city");
  EXPECT_EQ(asked.judgement, "not_met");
  EXPECT_EQ(asked.offset, 20u);
  EXPECT_EQ(asked.count, limits::kCasesPageMaximum) << "a larger page is cut to the largest";
  EXPECT_EQ(world.As("director", "GET", "/api/measures/m/cases?period=2025&offset=-1").status, 400);
}

TEST(PageApi, ACaseOpensToItsRecords) {
  PageWorld world;
  world.PutOrganization("H1");
  world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1"})", "H1");
  world.Put("Encounter", "e1", R"({"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p1"},"serviceProvider":{"reference":"Organization/H1"}})", "H1");
  world.Put("Condition", "e1-d1", R"({"resourceType":"Condition","id":"e1-d1","subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"}})", "H1");
  world.Put("Condition", "e9-d1", R"({"resourceType":"Condition","id":"e9-d1","subject":{"reference":"Patient/p1"}})", "H1");
  world.Put("Procedure", "e1-o1", R"({"resourceType":"Procedure","id":"e1-o1","status":"completed","subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"}})", "H1");
  Answer found = world.As("director", "GET", "/api/cases/Encounter/e1");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.Count("resources"), 5u);
  const char* types[] = {"Encounter", "Patient", "Organization", "Condition", "Procedure"};
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(found.At("resources." + std::to_string(i) + ".resourceType"), types[i]);
  EXPECT_EQ(world.As("director", "GET", "/api/cases/settlement/S1").At("resources.0.id"), "setl-S1");
  EXPECT_EQ(world.As("director", "GET", "/api/cases/settlement/S2").status, 404);
  EXPECT_EQ(world.As("director", "GET", "/api/cases/QianxianAccount/x").status, 404);
}

TEST(PageApi, OverviewIsKeptUntilNewerDataCome) {
  PageWorld world;
  Answer first = world.As("director", "GET", "/api/overview?period=2025");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.At("cards.0.measure"), "inpatient-in-county-share");
  EXPECT_EQ(first.At("cards.0.value"), "0.800000");
  EXPECT_EQ(first.At("cards.0.numerator"), "80");
  EXPECT_EQ(first.At("cards.0.previousPeriod"), "2024");
  EXPECT_EQ(first.At("cards.0.trend.0.period"), "2025-01");
  EXPECT_EQ(world.measures().asked.back().period.text, "2023-01..2025-12");
  EXPECT_EQ(first.At("flow.nodes.0.id"), "lung-cancer");
  EXPECT_EQ(first.At("flow.nodes.1.id"), "other");
  EXPECT_EQ(first.At("flow.links.0.destination"), "province");
  EXPECT_EQ(first.At("flow.links.0.cases"), "30");
  EXPECT_EQ(first.At("flow.links.0.amount"), "60000.50");
  EXPECT_EQ(first.At("gaps.0.id"), "g1");
  int queries = world.warehouse().queries;
  size_t evaluations = world.measures().asked.size();
  world.As("director", "GET", "/api/overview?period=2025");
  EXPECT_EQ(world.warehouse().queries, queries);

  world.Put("Encounter", "e", R"({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"IMP"}})");
  ASSERT_TRUE(world.warehouse().CatchUp(Cancel(), {}).ok());
  world.As("director", "GET", "/api/overview?period=2025");
  EXPECT_GT(world.measures().asked.size(), evaluations);
}

TEST(PageApi, OverviewOfOneHospitalHasNoNumbersOfTheCounty) {
  PageWorld world;
  Answer own = world.As("manager", "GET", "/api/overview?period=2025");
  ASSERT_EQ(own.status, 200) << own.body;
  EXPECT_EQ(own.Count("cards"), 0u);
  EXPECT_EQ(own.At("scope"), "own");
  EXPECT_EQ(world.As("manager", "GET", "/api/leak?period=2025").status, 403);
  EXPECT_EQ(world.As("manager", "GET", "/api/measures/a?period=2025").status, 403);
}

TEST(PageApi, LeakSumsWhatLeft) {
  PageWorld world;
  Answer leak = world.As("director", "GET", "/api/leak?period=2025");
  ASSERT_EQ(leak.status, 200) << leak.body;
  EXPECT_EQ(leak.At("care"), "inpatient");
  EXPECT_EQ(leak.At("rows.0.diseaseGroup"), "lung-cancer");
  EXPECT_EQ(leak.At("rows.0.cases"), "100");
  EXPECT_EQ(leak.At("rows.0.casesIn"), "70");
  EXPECT_EQ(leak.At("rows.0.casesOut"), "30");
  EXPECT_EQ(leak.At("rows.0.casesOutPrevious"), "40");
  EXPECT_EQ(leak.At("rows.0.fund"), "50000.00");
  EXPECT_EQ(leak.At("rows.0.fundOut"), "30000.00");
  EXPECT_EQ(leak.At("rows.0.amountOut"), "60000.50");
  EXPECT_EQ(leak.At("rows.0.institutions.0.name"), "省肿瘤医院");
  EXPECT_EQ(leak.Count("rows.0.institutions"), 1u);
  EXPECT_EQ(leak.At("rows.1.name.zh"), "其他疾病");
  EXPECT_EQ(leak.At("totals.cases"), "105");
  EXPECT_EQ(leak.At("totals.casesOut"), "35");
  EXPECT_EQ(world.As("director", "GET", "/api/leak?period=2025&care=dental").status, 400);
}

TEST(PageApi, GapsAndActions) {
  PageWorld world;
  EXPECT_EQ(world.As("director", "GET", "/api/gaps").At("gaps.0.severity"), "0.25");
  EXPECT_EQ(world.As("director", "GET", "/api/gaps/g1").At("comparison"), "null");
  EXPECT_EQ(world.As("director", "GET", "/api/gaps/g2").status, 404);
  Answer added = world.As("director", "POST", "/api/gaps/g1/actions",
                          R"({"type":"train","owner":"王","dueOn":"2026-06-30","expectedValue":"0.85","note":"n","diseaseGroup":"lung-cancer","startedOn":"2025-06-01"})");
  EXPECT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(world.gaps.added.type, "train");
  EXPECT_EQ(world.gaps.added.disease_group, "lung-cancer");
  EXPECT_EQ(world.gaps.added.started_on, "2025-06-01");
  EXPECT_EQ(world.As("director", "PATCH", "/api/actions/a1", R"({"status":"completed"})").At("error.code"), "no-version");
  EXPECT_EQ(world.As("director", "PATCH", "/api/actions/a1", R"({"status":"completed","version":2})").status, 409);
  EXPECT_EQ(world.As("director", "PATCH", "/api/actions/a1", R"({"status":"completed","version":3})").status, 200);
  EXPECT_EQ(*world.gaps.changed.status, "completed");
  EXPECT_FALSE(world.gaps.changed.owner.has_value());
  EXPECT_EQ(world.As("director", "POST", "/api/gaps/g1/actions", "[1]").At("error.code"), "bad-body");
  EXPECT_EQ(world.As("director", "GET", "/api/actions").Count("actions"), 0u);
}

TEST(PageApi, WrongCallsAreSaid) {
  PageWorld world;
  EXPECT_EQ(world.As("director", "GET", "/api/nothing").At("error.code"), "no-such-route");
  Answer method = world.As("director", "DELETE", "/api/measures");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.Header("allow"), "GET");
  EXPECT_EQ(world.Send("GET", "/api/measures").status, 401);
  EXPECT_EQ(world.Send("GET", "/api/measures").At("error.code"), "no-session");
  Answer health = world.Send("GET", "/health");
  EXPECT_EQ(health.At("status"), "ok");
}

TEST(StaticFiles, OnlyThePageAndNothingOutsideIt) {
  World world;
  std::string web = world.directory() + "/web";
  ASSERT_TRUE(MakeDirectories(web + "/assets").ok());
  ASSERT_TRUE(WriteFileDurably(web + "/index.html", "<html>page</html>").ok());
  ASSERT_TRUE(WriteFileDurably(web + "/assets/app-1a2b.js", "script").ok());
  ASSERT_TRUE(WriteFileDurably(web + "/assets/app-1a2b.js.gz", "packed").ok());
  ASSERT_TRUE(WriteFileDurably(web + "/.hidden", "hidden").ok());
  ASSERT_TRUE(WriteFileDurably(world.directory() + "/outside.txt", "outside").ok());
  ASSERT_EQ(symlink((world.directory() + "/outside.txt").c_str(), (web + "/link.txt").c_str()), 0);

  Answer page = world.Send("GET", "/");
  EXPECT_EQ(page.body, "<html>page</html>");
  EXPECT_EQ(page.Header("cache-control"), "no-cache");
  std::string policy = page.Header("content-security-policy");
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(page.Header("x-content-type-options"), "nosniff");
  EXPECT_EQ(page.Header("referrer-policy"), "same-origin");
  EXPECT_EQ(world.Send("GET", "/gaps/g1").body, "<html>page</html>") << "a place inside the page";

  Answer asset = world.Send("GET", "/assets/app-1a2b.js");
  EXPECT_EQ(asset.body, "script");
  EXPECT_NE(asset.Header("cache-control").find("immutable"), std::string::npos);
  Answer packed = world.Send("GET", "/assets/app-1a2b.js", "", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.body, "packed");
  EXPECT_EQ(packed.Header("content-encoding"), "gzip");
  EXPECT_EQ(packed.Header("content-type"), "text/javascript; charset=utf-8");
  Answer again = world.Send("GET", "/assets/app-1a2b.js", "", {{"If-None-Match", asset.Header("etag")}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(world.Send("GET", "/assets/missing.js").status, 404) << "never the page: a browser would run it";

  for (const char* target : {"/../outside.txt", "/assets/../../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/link.txt",
                             "/.hidden", "//etc/passwd", "/assets/%2e%2e/%2e%2e/outside.txt", "/..\\outside.txt", "/admin-password.txt"}) {
    Answer answer = world.Send("GET", target);
    EXPECT_EQ(answer.body.find("outside"), std::string::npos) << target;
    EXPECT_EQ(answer.body.find("hidden"), std::string::npos) << target;
    EXPECT_EQ(answer.body.find(world.admin_password), std::string::npos) << target;
  }
  EXPECT_FALSE(IsSafePath("/a/../b"));
  EXPECT_FALSE(IsSafePath(std::string_view("/a\0b", 4)));
  EXPECT_TRUE(IsSafePath("/a/b.js"));
  EXPECT_EQ(world.Send("POST", "/").status, 405);
}

}  // namespace
}  // namespace qianxian::api
