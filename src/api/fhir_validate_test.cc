// $validate, through a real server.
#include <gtest/gtest.h>

#include "api/testing/world.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

std::string Code(const Answer& answer, int issue = 0) { return answer.At("issue." + std::to_string(issue) + ".details.coding.0.code"); }

constexpr char kPatient[] = R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"name":[{"text":"a"}]})";

TEST(FhirValidate, OfWhatIsSentAndWhatIsStored) {
  World world;
  Answer good = world.As("admin", "POST", "/fhir/Patient/$validate", kPatient);
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.At("issue.0.severity"), "information");
  Answer bad = world.As("admin", "POST", "/fhir/Patient/$validate", R"({"resourceType":"Patient","gender":"x","contact":[{"gender":"male"}]})");
  EXPECT_EQ(bad.status, 200);
  EXPECT_EQ(Code(bad), "unknown-code");
  EXPECT_EQ(bad.At("issue.0.expression.0"), "Patient.gender");
  EXPECT_NE(bad.body.find("pat-1"), std::string::npos);
  EXPECT_NE(bad.body.find("不满足约束"), std::string::npos);
  EXPECT_EQ(Code(world.As("admin", "POST", "/fhir/Patient/$validate", R"({"resourceType":"Basic","code":{"text":"x"}})")), "wrong-resource-type");
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient/$validate").status, 400);
  const std::string stored = std::string(R"({"id":"1",)") + std::string(kPatient).substr(1);
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/1", stored).status, 201);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$validate").At("issue.0.severity"), "information");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/2/$validate").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$validate?mode=delete").status, 200);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$validate?mode=dance").status, 400);
  EXPECT_EQ(Code(world.As("admin", "POST", "/fhir/Patient/1/$validate?mode=update", kPatient)), "id-mismatch");
}

TEST(FhirValidate, ByAProfileOfTheStore) {
  World world;
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/StructureDefinition/born", R"({"resourceType":"StructureDefinition","id":"born","url":"urn:born","name":"Born","status":"active",
    "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
    "differential":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}})").status, 201);
  Answer without = world.As("admin", "POST", "/fhir/Patient/$validate?profile=urn:born", kPatient);
  EXPECT_EQ(Code(without), "too-few");
  EXPECT_EQ(without.At("issue.0.expression.0"), "Patient.birthDate");
  std::string with = kPatient;
  with.insert(with.size() - 1, R"(,"birthDate":"1980-01-01")");
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient/$validate?profile=urn:born", with).At("issue.0.severity"), "information");
  const std::string parameters = R"({"resourceType":"Parameters","parameter":[{"name":"profile","valueUri":"urn:born"},{"name":"resource","resource":)" + std::string(kPatient) + "}]}";
  EXPECT_EQ(Code(world.As("admin", "POST", "/fhir/Patient/$validate", parameters)), "too-few");
  EXPECT_EQ(Code(world.As("admin", "POST", "/fhir/Patient/$validate?profile=urn:none", kPatient)), "unknown-profile");
  // A change of the profile is seen at once.
  ASSERT_EQ(world.As("admin", "DELETE", "/fhir/StructureDefinition/born").status, 204);
  EXPECT_EQ(Code(world.As("admin", "POST", "/fhir/Patient/$validate?profile=urn:born", kPatient)), "unknown-profile");
}

}  // namespace
}  // namespace qianxian::api
