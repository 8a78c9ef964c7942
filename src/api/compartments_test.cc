// Compartments: the table against HL7's own definitions, and searches through a real server.
#include "search/compartments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/testing/world.h"
#include "fhir/examples_for_tests.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

const search::Parameters& R4() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

TEST(Compartments, AreTheOnesOfTheDefinitions) {
  int seen = 0;
  for (const auto& [name, text] : fhir::tests::OfficialExamples()) {
    if (name.find("compartmentdefinition-") == std::string::npos) continue;
    json::Document document = json::Document::Parse(text).value();
    std::string code(document.root().FindString("code"));
    if (search::CompartmentTypes(code).empty() || name.find("-example.json") != std::string::npos) continue;
    ++seen;
    for (json::Value member : document.root().Find("resource")->Elements()) {
      std::vector<std::string> expected;
      for (json::Value parameter : member.Find("param").value_or(json::Value()).Elements()) expected.emplace_back(parameter.AsString());
      std::string type(member.FindString("code"));
      std::vector<std::string> got = search::CompartmentParameters(code, type);
      if (type == code) std::erase(got, "{def}"), std::erase(expected, "{def}");
      EXPECT_EQ(got, expected) << code << " " << type;
    }
  }
  if (seen == 0) GTEST_SKIP() << "the official examples are not beside the checkout";
  EXPECT_EQ(seen, 5);
}

TEST(Compartments, EveryParameterIsOne) {
  for (const char* compartment : {"Patient", "Encounter", "RelatedPerson", "Practitioner", "Device"}) {
    std::vector<std::string> types = search::CompartmentTypes(compartment);
    EXPECT_FALSE(types.empty()) << compartment;
    EXPECT_TRUE(std::is_sorted(types.begin(), types.end()));
    Result<search::Clause> clause = search::CompartmentClause(R4(), compartment, "1", types);
    EXPECT_TRUE(clause.ok()) << compartment << Describe(clause.ok() ? Error{} : clause.error());
  }
  EXPECT_TRUE(search::CompartmentTypes("Organization").empty());
  EXPECT_TRUE(search::CompartmentParameters("Organization", "Organization").empty());
  EXPECT_EQ(search::CompartmentParameters("Patient", "Observation"), (std::vector<std::string>{"subject", "performer"}));
  EXPECT_TRUE(search::CompartmentParameters("Patient", "Organization").empty());
}

void Fill(World& world) {
  auto put = [&](const std::string& type, const std::string& id, const std::string& rest) {
    Answer done = world.As("admin", "PUT", "/fhir/" + type + "/" + id, R"({"resourceType":")" + type + R"(","id":")" + id + "\"," + rest + "}");
    ASSERT_EQ(done.status, 201) << done.body;
  };
  put("Organization", "o", R"("name":"县医院")");
  put("Patient", "1", R"("gender":"male","managingOrganization":{"reference":"Organization/o"})");
  put("Patient", "2", R"("gender":"female")");
  put("Encounter", "e1", R"("status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/1"},"period":{"start":"2024-03-01","end":"2024-03-05"})");
  put("Observation", "own", R"("status":"final","code":{"text":"a"},"subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/e1"},"effectiveDateTime":"2024-03-02")");
  put("Observation", "by", R"("status":"final","code":{"text":"b"},"subject":{"reference":"Patient/2"},"performer":[{"reference":"Patient/1"}],"effectiveDateTime":"2025-01-01")");
  put("Observation", "other", R"("status":"final","code":{"text":"c"},"subject":{"reference":"Patient/2"})");
}

TEST(Compartments, AreSearched) {
  World world;
  Fill(world);
  Answer found = world.As("admin", "GET", "/fhir/Patient/1/Observation?_sort=_id&_total=accurate");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.At("total"), "2");
  EXPECT_EQ(found.At("entry.0.resource.id"), "by");
  EXPECT_EQ(found.At("entry.1.resource.id"), "own");
  EXPECT_NE(found.At("link.0.url").find("/fhir/Patient/1/Observation?_sort=_id"), std::string::npos) << found.At("link.0.url");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/Observation?code:text=a&_total=accurate").At("total"), "1") << "with other parameters";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/*?_total=accurate").At("total"), "4") << "with the patient";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/*?_type=Encounter,Organization&_total=accurate").At("total"), "1");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Encounter/e1/*?_total=accurate").At("total"), "2");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/9/Observation?_total=accurate").At("total"), "0");
  Answer posted = world.As("admin", "POST", "/fhir/Patient/1/Observation/_search", "code:text=b&_total=accurate", {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(posted.At("total"), "1") << posted.body;
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/Organization").At("issue.0.details.coding.0.code"), "not-in-compartment");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Organization/o/Patient").status, 501);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/Nothing").status, 404);
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Patient/1/Observation", "{}").status, 405);
}

TEST(Compartments, PagesOfACompartment) {
  World world;
  Fill(world);
  Answer first = world.As("admin", "GET", "/fhir/Patient/1/*?_count=3");
  EXPECT_EQ(first.Count("entry"), 3u);
  std::string next = first.At("link.1.url");
  ASSERT_NE(next.find("/fhir/Patient/1/*?"), std::string::npos) << first.body;
  Answer second = world.As("admin", "GET", next.substr(next.find("/fhir/")));
  EXPECT_EQ(second.Count("entry"), 1u) << second.body;
}

TEST(Everything, IsTheCompartmentAndWhatItRefersTo) {
  World world;
  Fill(world);
  Answer all = world.As("admin", "GET", "/fhir/Patient/1/$everything");
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(all.At("type"), "searchset");
  EXPECT_EQ(all.At("total"), "4");
  EXPECT_EQ(all.Count("entry"), 5u) << "and the organisation";
  EXPECT_NE(all.body.find(R"("fullUrl":"http://)"), std::string::npos);
  EXPECT_NE(all.body.find("Organization/o\""), std::string::npos);
  EXPECT_EQ(all.body.find("Observation/other"), std::string::npos);
  EXPECT_EQ(all.body.find("Patient/2\",\"resource\""), std::string::npos) << "another patient is not of it";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Encounter/e1/$everything").At("total"), "2");
  Answer typed = world.As("admin", "GET", "/fhir/Patient/1/$everything?_type=Observation");
  EXPECT_EQ(typed.Count("entry"), 2u) << typed.body;
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$everything?start=2024-06-01").At("total"), "2") << "the patient has no date, one observation is later";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$everything?start=2024-03-01&end=2024-03-31").At("total"), "3");
  Answer page = world.As("admin", "GET", "/fhir/Patient/1/$everything?_count=3&_type=Patient,Encounter,Observation");
  EXPECT_EQ(page.Count("entry"), 3u);
  std::string next = page.At("link.1.url");
  ASSERT_NE(next.find("$everything?"), std::string::npos) << page.body;
  EXPECT_EQ(world.As("admin", "GET", next.substr(next.find("/fhir/"))).Count("entry"), 1u);
  std::string since = R"({"resourceType":"Parameters","parameter":[{"name":"_since","valueInstant":"2099-01-01T00:00:00Z"}]})";
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient/1/$everything", since).At("total"), "0");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/9/$everything").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$everything?_type=Nothing").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$everything?start=soon").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Organization/o/$everything").status, 501);
}

// All patients' records, one patient after the other, whatever the size of the pages.
TEST(Everything, OfAllPatients) {
  World world;
  Fill(world);
  for (const char* count : {"1", "2", "3", "1000"}) {
    std::vector<std::string> matches;
    std::string next = "/fhir/Patient/$everything?_count=" + std::string(count);
    for (int pages = 0; !next.empty() && pages < 20; ++pages) {
      Answer page = world.As("admin", "GET", next.substr(next.find("/fhir/")));
      ASSERT_EQ(page.status, 200) << page.body;
      EXPECT_EQ(page.At("link.0.relation"), "self");
      for (size_t i = 0; i < page.Count("entry"); ++i) {
        std::string at = "entry." + std::to_string(i);
        if (page.At(at + ".search.mode") == "match") matches.push_back(page.At(at + ".resource.resourceType") + "/" + page.At(at + ".resource.id"));
      }
      next = page.At("link.1.url");
    }
    EXPECT_EQ(next, "");
    std::sort(matches.begin(), matches.end());
    EXPECT_EQ(matches, (std::vector<std::string>{"Encounter/e1", "Observation/by", "Observation/by", "Observation/other", "Observation/own", "Patient/1", "Patient/2"})) << count;
  }
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/$everything?_type=Encounter").Count("entry"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Encounter/$everything").status, 501);
}

}  // namespace
}  // namespace qianxian::api
