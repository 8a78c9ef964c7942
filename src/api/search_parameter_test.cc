// SearchParameters over /fhir: what is refused and how it is said, and what a search, the CapabilityStatement and a subscription make of them.
#include <gtest/gtest.h>

#include "api/testing/world.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

std::string Definition(const std::string& code, const std::string& type, const std::string& bases, const std::string& expression, const std::string& id = "",
                       const std::string& status = "active") {
  return R"({"resourceType":"SearchParameter",)" + (id.empty() ? "" : R"("id":")" + id + R"(",)") + R"("url":"urn:p:)" + code + R"(","name":"X","description":"The colour of the eyes","status":")" +
         status + R"(","code":")" + code + R"(","type":")" + type + R"(","base":[)" + bases + "]" + (expression.empty() ? "" : R"(,"expression":")" + expression + "\"") + "}";
}

constexpr char kEye[] = "Patient.extension('urn:eye').value";
std::string Patient(const std::string& id, const std::string& eye) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","extension":[{"url":"urn:eye","valueCode":")" + eye + "\"}]}";
}

void Finish(World& world) { ASSERT_TRUE(world.store().FinishIndexing(access::SystemCaller("test")).ok()); }

TEST(SearchParameters, AreRefusedWithTheReason) {
  World world;
  const std::string patient = R"("Patient")";
  const std::vector<std::pair<std::string, std::string>> refused = {
      {Definition("eye", "token", patient, "Patient.extension("), "bad-expression"}, {Definition("eye", "token", patient, ""), "no-expression"},
      {Definition("eye", "token", patient, "Patient.eye"), "empty-expression"},      {Definition("eye", "token", patient, "Patient.meta.lastUpdated"), "unsupported-expression"},
      {Definition("gender", "token", patient, kEye), "parameter-exists"},            {Definition("_eye", "token", patient, kEye), "bad-code"},
      {Definition("eye", "composite", patient, kEye), "unsupported-type"}};
  for (const auto& [body, code] : refused) {
    const Answer answer = world.As("admin", "POST", "/fhir/SearchParameter", body);
    EXPECT_GE(answer.status, 400) << body;
    EXPECT_LT(answer.status, 500) << body << answer.body;
    EXPECT_EQ(answer.At("resourceType"), "OperationOutcome");
    EXPECT_EQ(answer.At("issue.0.details.coding.0.code"), code) << answer.body;
    EXPECT_NE(answer.body.find("检索参数"), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("SearchParameter"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(world.As("admin", "POST", "/fhir/SearchParameter", Definition("eye", "token", R"("Animal")", kEye)).status / 100, 4);
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/SearchParameter/p", Definition("eye", "token", patient, "(((", "p")).At("issue.0.details.coding.0.code"), "bad-expression");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/SearchParameter?_summary=count").At("total"), "0");
  // One that is not for use may be anything.
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/SearchParameter/p", Definition("gender", "token", patient, "(((", "p", "draft")).status, 201);
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/SearchParameter/p", R"([{"op":"replace","path":"/status","value":"active"}])", {{"Content-Type", "application/json-patch+json"}}).status / 100, 4);
}

TEST(SearchParameters, ClashWithEachOther) {
  World world;
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/SearchParameter/p", Definition("eye", "token", R"("Patient")", kEye, "p")).status, 201);
  const Answer clash = world.As("admin", "POST", "/fhir/SearchParameter", Definition("eye", "token", R"("Patient")", kEye));
  EXPECT_EQ(clash.At("issue.0.details.coding.0.code"), "parameter-exists") << clash.body;
  EXPECT_NE(clash.body.find("SearchParameter/p"), std::string::npos);
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/SearchParameter/p", Definition("eye", "token", R"("Patient")", kEye, "p")).status, 200) << "itself";
  const std::string two = R"({"resourceType":"Bundle","type":"transaction","entry":[
      {"resource":)" + Definition("hair", "token", R"("Patient")", kEye, "a") + R"(,"request":{"method":"PUT","url":"SearchParameter/a"}},
      {"resource":)" + Definition("hair", "token", R"("Patient")", kEye, "b") + R"(,"request":{"method":"PUT","url":"SearchParameter/b"}}]})";
  EXPECT_EQ(world.As("admin", "POST", "/fhir", two).status / 100, 4);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/SearchParameter/a").status, 404);
}

TEST(SearchParameters, AreSearchedWith) {
  World world;
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/a", Patient("a", "blue")).status, 201);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?eye=blue").status, 400);
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/SearchParameter/p", Definition("eye", "token", R"("Patient")", kEye, "p")).status, 201);
  Finish(world);
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/b", Patient("b", "green")).status, 201);
  const Answer blue = world.As("admin", "GET", "/fhir/Patient?eye=blue");
  ASSERT_EQ(blue.status, 200) << blue.body;
  EXPECT_EQ(blue.At("entry.0.resource.id"), "a");
  EXPECT_EQ(blue.Count("entry"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_sort=-eye").At("entry.0.resource.id"), "b");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?eye=blue&_explain=true").status, 200);
  const Answer capability = world.As("admin", "GET", "/fhir/metadata");
  EXPECT_NE(capability.body.find(R"({"name":"eye","definition":"urn:p:eye","type":"token","documentation":"The colour of the eyes"})"), std::string::npos);
  world.Restart();
  Finish(world);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?eye=green").At("entry.0.resource.id"), "b");
  ASSERT_EQ(world.As("admin", "DELETE", "/fhir/SearchParameter/p").status, 204);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?eye=blue").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?eye=blue", "", {{"Prefer", "handling=lenient"}}).status, 200);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/metadata").body.find("urn:p:eye"), std::string::npos);
}

TEST(SearchParameters, OnlyTheAdministrationMakesThem) {
  World world;
  world.AddUser("doctor", "clinician", {"o1"});
  EXPECT_EQ(world.As("doctor", "POST", "/fhir/SearchParameter", Definition("eye", "token", R"("Patient")", kEye)).status, 403);
}

}  // namespace
}  // namespace qianxian::api
