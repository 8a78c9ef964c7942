// A small demonstration county through the real program: every role's first view, and two hospitals that must not see each
// other's records or numbers, by any route.
#include <gtest/gtest.h>

#include <signal.h>

#include <set>

#include "base/text.h"
#include "edge/program.h"
#include "json/value.h"

namespace qianxian::tests {
namespace {

const std::string kFirst = "H99022100002", kSecond = "H99022100003";   // two hospitals of the county, neither above the other

class County : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new Folder();
    std::string data = folder_->path("data");
    Ended demo = RunProgram({"demo", "--size", "tiny", "--data", data});
    ASSERT_EQ(demo.code, 0) << demo.err;
    RunProgram({"account", "add", "one", "--role", "hospital-manager", "--org", kFirst, "--data", data});
    RunProgram({"account", "add", "two", "--role", "hospital-manager", "--org", kSecond, "--data", data});
    server_ = new Server(data);
    ASSERT_TRUE(server_->ready());
  }
  static void TearDownTestSuite() {
    if (server_) {
      server_->child().Signal(SIGTERM);
      EXPECT_EQ(server_->child().End().code, 0);
    }
    delete server_;
    delete folder_;
  }

  static http::Response As(const std::string& user, const std::string& target) {
    static std::map<std::string, std::string> tokens;
    std::string& token = tokens[user];
    if (token.empty()) token = TokenOf(folder_->path("data"), user);
    return server_->Send("GET", target, "", {{"Authorization", "Bearer " + token}});
  }
  static json::Document Parse(const http::Response& response) {
    Result<json::Document> document = json::Document::Parse(response.body);
    return document.ok() ? std::move(*document) : *json::Document::Parse("{}");
  }

  static Folder* folder_;
  static Server* server_;
};
Folder* County::folder_ = nullptr;
Server* County::server_ = nullptr;

// Every string member of that name, anywhere.
void Collect(json::Value value, std::string_view name, std::set<std::string>& out) {
  for (json::Value item : value.Elements()) Collect(item, name, out);
  for (json::Member member : value.Members()) {
    if (member.name == name && member.value.IsString()) out.emplace(member.value.AsString());
    Collect(member.value, name, out);
  }
}

std::set<std::string> Collect(const json::Document& document, std::string_view name) {
  std::set<std::string> out;
  Collect(document.root(), name, out);
  return out;
}

TEST_F(County, EveryRoleHasAFirstView) {
  for (const std::string user : {"admin", "director", "insurance", "manager", "it", "viewer"}) {
    for (const char* target : {"/api/session", "/api/county", "/api/measures", "/api/overview?period=2025", "/api/action-types"}) {
      EXPECT_EQ(As(user, target).status, 200) << user << " " << target << As(user, target).body.substr(0, 300);
    }
  }
  json::Document county = Parse(As("director", "/api/county"));
  EXPECT_TRUE(county.root().Find("demo")->AsBoolean());
  EXPECT_EQ(county.root().FindString("code"), "990221");
  EXPECT_FALSE(county.root().FindString("name").empty());
  json::Document overview = Parse(As("director", "/api/overview?period=2025"));
  EXPECT_EQ(overview.root().Find("cards")->size(), 3u);
  EXPECT_GT(overview.root().Find("flow")->Find("links")->size(), 0u);
}

TEST_F(County, ANumberOfTheLeakOpensToAsManyCases) {
  json::Document leak = Parse(As("director", "/api/leak?period=2025"));
  size_t looked = 0;
  for (json::Value row : leak.root().Find("rows")->Elements()) {
    std::string group(row.FindString("diseaseGroup"));
    if (group.empty() || ++looked > 8) continue;
    json::Document cases = Parse(As("director", "/api/measures/inpatient-in-county-share/cases?period=2025&diseaseGroup=" + group));
    EXPECT_EQ(cases.root().Find("total")->AsInteger(), row.Find("cases")->AsInteger()) << group;
    for (json::Value destination : row.Find("destinations")->Elements()) {
      std::string there(destination.FindString("destination"));
      json::Document some = Parse(As("director", "/api/measures/inpatient-in-county-share/cases?period=2025&diseaseGroup=" + group + "&destination=" + there));
      EXPECT_EQ(some.root().Find("total")->AsInteger(), destination.Find("cases")->AsInteger()) << group << there;
    }
  }
  EXPECT_GT(looked, 3u);
}

TEST_F(County, TheOverviewSaysWhatTheMeasureSays) {
  json::Document overview = Parse(As("director", "/api/overview?period=2025"));
  json::Document sheet = Parse(As("director", "/api/measures/inpatient-in-county-share?period=2025"));
  json::Document leak = Parse(As("director", "/api/leak?period=2025"));
  json::Value card = overview.root().Find("cards")->At(0), row = sheet.root().Find("rows")->At(0);
  EXPECT_EQ(card.FindString("measure"), "inpatient-in-county-share");
  EXPECT_EQ(card.FindString("value"), row.FindString("value"));
  json::Value totals = *leak.root().Find("totals");
  EXPECT_EQ(std::to_string(*totals.Find("cases")->AsInteger()), row.FindString("denominator"));
  EXPECT_EQ(std::to_string(*totals.Find("casesIn")->AsInteger()), row.FindString("numerator"));
}

TEST_F(County, HospitalsSeeTheirOwnNumbersOnly) {
  for (const auto& [user, own, other] : {std::tuple("one", kFirst, kSecond), std::tuple("two", kSecond, kFirst)}) {
    http::Response sheet = As(user, "/api/measures/inpatient-mortality,average-length-of-stay?period=2025");
    ASSERT_EQ(sheet.status, 200) << sheet.body;
    EXPECT_EQ(Collect(Parse(sheet), "subject"), std::set<std::string>{own}) << user;
    EXPECT_EQ(As(user, "/api/measures/inpatient-in-county-share?period=2025").status, 403);
    EXPECT_EQ(As(user, "/api/measures/inpatient-in-county-share/cases?period=2025").status, 403);
    EXPECT_EQ(As(user, "/api/leak?period=2025").status, 403);
    http::Response cases = As(user, "/api/measures/inpatient-mortality/cases?period=2025&count=1000");
    ASSERT_EQ(cases.status, 200) << cases.body;
    EXPECT_EQ(Collect(Parse(cases), "institution"), std::set<std::string>{own}) << user;
    for (const std::string& target : {"/api/measures/inpatient-mortality?period=2025&org=" + other,
                                      "/api/measures/inpatient-mortality/cases?period=2025&org=" + other,
                                      "/api/measures/inpatient-mortality/cases?period=2025&institution=" + other,
                                      "/api/measures/all?period=2025&by=month&org=" + other}) {
      EXPECT_EQ(As(user, target).body.find(other), std::string::npos) << user << target;
    }
    for (const char* target : {"/api/gaps?closed=1", "/api/overview?period=2025", "/api/actions?ended=1"}) {
      EXPECT_EQ(As(user, target).body.find(other), std::string::npos) << user << target;
    }
  }
}

TEST_F(County, HospitalsSeeTheirOwnRecordsOnly) {
  json::Document others = Parse(As("director", "/api/measures/inpatient-mortality/cases?period=2025&count=1&org=" + kSecond));
  std::string key(others.root().Find("cases")->At(0).FindString("key"));
  ASSERT_FALSE(key.empty());
  EXPECT_EQ(As("two", "/api/cases/Encounter/" + key).status, 200);
  for (const std::string& target :
       {"/api/cases/Encounter/" + key, "/fhir/Encounter/" + key, "/fhir/Encounter/" + key + "/_history", "/fhir/Condition/" + key + "-d1"}) {
    EXPECT_EQ(As("one", target).status, 404) << target;
  }
  json::Document encounters = Parse(As("one", "/fhir/Encounter?_count=1000&_include=Encounter:service-provider"));
  EXPECT_GT(encounters.root().Find("entry")->size(), 10u);
  for (json::Value entry : encounters.root().Find("entry")->Elements()) {
    json::Value resource = *entry.Find("resource");
    if (resource.FindString("resourceType") != "Encounter") continue;
    EXPECT_EQ(resource.Find("serviceProvider")->FindString("reference"), "Organization/" + kFirst);
  }
  json::Document none = Parse(As("one", "/fhir/Condition?encounter=Encounter/" + key + "&_summary=count"));
  EXPECT_EQ(none.root().Find("total")->AsInteger(), 0);
  EXPECT_EQ(As("one", "/fhir/_history?_count=1000").body.find(key), std::string::npos);
  EXPECT_EQ(As("one", "/fhir/ExplanationOfBenefit/setl-9902212025000000001").status, 403);
  EXPECT_EQ(As("one", "/api/cases/settlement/9902212025000000001").status, 403);
  EXPECT_EQ(As("director", "/api/cases/settlement/9902212025000000001").status, 200);
  json::Document imports = Parse(As("one", "/api/imports"));
  for (json::Value job : imports.root().Find("imports")->Elements()) {
    EXPECT_EQ(job.FindString("organization"), kFirst);
  }
}

}  // namespace
}  // namespace qianxian::tests
