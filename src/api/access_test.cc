// Two hospitals never see each other's records, by any route; and who may not, may not.
#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "base/files.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

const std::string kSecret = "绝密的王小明";

void Fill(World& world) {
  world.PutOrganization("H1");
  world.PutOrganization("T1", "H1");
  world.PutOrganization("H2");
  world.AddUser("one", "hospital-manager", {"H1"});
  world.AddUser("two", "hospital-manager", {"H2"});
  world.AddUser("viewer", "viewer");
  world.AddUser("director", "county-director");
  world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"text":")" + kSecret + R"("}],"birthDate":"1911-11-11","identifier":[{"system":"urn:i","value":"1"}]})", "H1");
  world.Put("Encounter", "e1", R"({"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p1","display":")" + kSecret + R"("}})", "H1");
  world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","active":true,"name":[{"text":")" + kSecret + R"("}],"birthDate":"1911-11-11","identifier":[{"system":"urn:i","value":"1"}]})", "H1");
  world.Put("Patient", "t1", R"({"resourceType":"Patient","id":"t1","name":[{"text":"township"}]})", "T1");
  world.Put("Encounter", "e2", R"({"resourceType":"Encounter","id":"e2","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p1"}})", "H2");
}

TEST(Access, NoRouteShowsTheOtherHospitalsRecords) {
  World world;
  Fill(world);
  struct Route {
    const char *method, *target, *body;
  };
  const Route routes[] = {
      {"GET", "/fhir/Patient/p1", ""},
      {"GET", "/fhir/Patient/p1?_summary=true", ""},
      {"HEAD", "/fhir/Patient/p1", ""},
      {"GET", "/fhir/Patient/p1/_history", ""},
      {"GET", "/fhir/Patient/p1/_history/1", ""},
      {"GET", "/fhir/Patient/_history", ""},
      {"GET", "/fhir/_history", ""},
      {"GET", "/fhir/Patient", ""},
      {"GET", "/fhir/Patient?identifier=urn:i|1", ""},
      {"GET", "/fhir/Patient?_id=p1", ""},
      {"GET", "/fhir?_type=Patient,Encounter", ""},
      {"GET", "/fhir/Encounter?_include=Encounter:subject", ""},
      {"GET", "/fhir/Encounter?subject:Patient.identifier=urn:i|1", ""},
      {"GET", "/fhir/Patient?_revinclude=Encounter:subject", ""},
      {"GET", "/fhir/Organization?_revinclude=*", ""},
      {"POST", "/fhir/Patient/_search", "_id=p1"},
      {"POST", "/fhir", R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p1"}},{"request":{"method":"GET","url":"Patient?_id=p1"}},{"request":{"method":"GET","url":"Patient/p1/_history"}}]})"},
      {"PUT", "/fhir/Patient/p1", R"({"resourceType":"Patient","id":"p1"})"},
      {"PUT", "/fhir/Patient?identifier=urn:i|1", R"({"resourceType":"Patient","id":"p1"})"},
      {"DELETE", "/fhir/Patient/p1", ""},
      {"DELETE", "/fhir/Patient?identifier=urn:i|1", ""},
      {"POST", "/fhir", R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/p1"}}]})"},
      {"GET", "/api/cases/Patient/p1", ""},
      {"GET", "/api/cases/Encounter/e1", ""},
      {"GET", "/api/cases/Encounter/e2", ""},
  };
  for (const Route& route : routes) {
    testing::Headers headers;
    if (std::string(route.target).find("_search") != std::string::npos) headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    Answer answer = world.As("two", route.method, route.target, route.body, headers);
    EXPECT_NE(answer.status, 0) << route.target;
    EXPECT_EQ(answer.body.find(kSecret), std::string::npos) << route.method << " " << route.target << answer.body;
    EXPECT_EQ(answer.body.find("1911"), std::string::npos) << route.method << " " << route.target << answer.body;
  }
  // Nothing of it was changed either.
  Answer still = world.As("one", "GET", "/fhir/Patient/p1");
  EXPECT_EQ(still.status, 200);
  EXPECT_EQ(still.At("meta.versionId"), "2");
  EXPECT_EQ(still.At("active"), "true");
}

TEST(Access, WhatIsNotYoursIsNotFoundAndItsNumberNotCounted) {
  World world;
  Fill(world);
  EXPECT_EQ(world.As("two", "GET", "/fhir/Patient/p1").status, 404);
  EXPECT_EQ(world.As("two", "GET", "/fhir/Patient?_summary=count").At("total"), "0");
  EXPECT_EQ(world.As("one", "GET", "/fhir/Patient?_summary=count").At("total"), "2") << "its own and those of the organisations below it";
  EXPECT_EQ(world.As("director", "GET", "/fhir/Patient?_summary=count").At("total"), "2");
  EXPECT_EQ(world.As("director", "GET", "/fhir/Patient/p1").status, 200);
  EXPECT_EQ(world.As("two", "GET", "/fhir/Organization?_summary=count").At("total"), "3") << "the directory is for everybody";
}

TEST(Access, NewRecordsBelongToTheirMaker) {
  World world;
  Fill(world);
  std::string id = world.As("one", "POST", "/fhir/Patient", R"({"resourceType":"Patient"})").At("id");
  EXPECT_EQ(world.As("one", "GET", "/fhir/Patient/" + id).status, 200);
  EXPECT_EQ(world.As("two", "GET", "/fhir/Patient/" + id).status, 404);
  Answer given = world.As("one", "POST", "/fhir/Patient", R"({"resourceType":"Patient"})", {{"X-Qianxian-Owner", "H2"}});
  EXPECT_EQ(given.status, 403) << given.body;
  Answer by_director = world.As("director", "POST", "/fhir/Patient", R"({"resourceType":"Patient"})", {{"X-Qianxian-Owner", "H2"}});
  EXPECT_EQ(world.As("two", "GET", "/fhir/Patient/" + by_director.At("id")).status, 200);
  ASSERT_EQ(world.As("director", "PUT", "/fhir/Patient/" + id, R"({"resourceType":"Patient","id":")" + id + "\"}").status, 200);
  EXPECT_EQ(world.As("one", "GET", "/fhir/Patient/" + id).status, 200) << "a change by the county leaves the owner";
}

TEST(Access, NumbersWithoutCasesForAViewer) {
  World world;
  Fill(world);
  EXPECT_EQ(world.As("viewer", "GET", "/fhir/Patient/p1").status, 403);
  EXPECT_EQ(world.As("viewer", "GET", "/fhir/Patient").status, 403);
  EXPECT_EQ(world.As("viewer", "GET", "/api/overview?period=2025").status, 200);
  EXPECT_EQ(world.As("viewer", "POST", "/api/imports?kind=fhir&name=x", "{}").status, 403);
}

TEST(Access, InternalTypesAreInvisibleToEverybody) {
  World world;
  Fill(world);
  for (const std::string user : {"admin", "director"}) {
    EXPECT_EQ(world.As(user, "GET", "/fhir/QianxianAccount").status, 404);
    EXPECT_EQ(world.As(user, "GET", "/fhir/QianxianSession/x").status, 404);
    EXPECT_EQ(world.As(user, "GET", "/fhir/_history?_count=1000").body.find("argon2"), std::string::npos);
    EXPECT_EQ(world.As(user, "GET", "/fhir").body.find("argon2"), std::string::npos);
  }
}

TEST(Access, UploadsOfStrangersAreRefusedBeforeTheirBody) {
  World world;
  Fill(world);
  EXPECT_EQ(world.Send("POST", "/api/imports?kind=fhir&name=x", std::string(1 << 20, 'x')).status, 401);
  EXPECT_EQ(world.As("viewer", "POST", "/api/imports?kind=fhir&name=x", std::string(1 << 20, 'x')).status, 403);
  Result<std::vector<std::string>> left = ListFiles(world.directory() + "/inbox");
  ASSERT_TRUE(left.ok());
  EXPECT_TRUE(left->empty());
}

}  // namespace
}  // namespace qianxian::api
