// PATCH and deletes of several, through a real server.
#include <gtest/gtest.h>

#include <thread>

#include "api/testing/world.h"
#include "base/limits.h"
#include "fhir/base64.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::World;

const Headers kJsonPatch = {{"Content-Type", "application/json-patch+json"}};

Headers JsonPatchIf(const std::string& tag) { return {{"Content-Type", "application/json-patch+json"}, {"If-Match", tag}}; }

std::string ReplacePath(const std::string& path, const std::string& value) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":")" + path +
         R"("},{"name":"value",)" + value + "}]}]}";
}

void PutPatient(World& world, const std::string& id = "1") {
  std::string body = R"({"resourceType":"Patient","id":")" + id + R"(","identifier":[{"system":"urn:s","value":")" + id + R"("}],"gender":"male","birthDate":"1960-02-03"})";
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/" + id, body).status, 201);
}

TEST(FhirPatch, JsonPatchChangesOneThing) {
  World world;
  PutPatient(world);
  Answer patched = world.As("admin", "PATCH", "/fhir/Patient/1", R"([{"op":"test","path":"/gender","value":"male"},{"op":"replace","path":"/gender","value":"female"}])", kJsonPatch);
  ASSERT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(patched.At("gender"), "female");
  EXPECT_EQ(patched.At("birthDate"), "1960-02-03");
  EXPECT_EQ(patched.At("meta.versionId"), "2");
  EXPECT_EQ(patched.Header("etag"), "W/\"2\"");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?gender=female&_summary=count").At("total"), "1") << "and is found by it";
  Answer minimal = world.As("admin", "PATCH", "/fhir/Patient/1", "[]", {{"Content-Type", "application/json-patch+json"}, {"Prefer", "return=minimal"}});
  EXPECT_EQ(minimal.status, 200);
  EXPECT_TRUE(minimal.body.empty());
}

TEST(FhirPatch, FhirPathPatchChangesOneThing) {
  World world;
  PutPatient(world);
  Answer patched = world.As("admin", "PATCH", "/fhir/Patient/1", ReplacePath("Patient.birthDate", R"("valueDate":"1961-01-01")"), {{"Content-Type", "application/fhir+json"}});
  ASSERT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(patched.At("birthDate"), "1961-01-01");
  EXPECT_EQ(patched.At("identifier.0.value"), "1");
}

TEST(FhirPatch, WhatDoesNotGoIsRefusedAndChangesNothing) {
  World world;
  PutPatient(world);
  struct Case {
    const char *target, *body, *content_type;
    int status;
    const char* code;
  };
  const Case cases[] = {
      {"/fhir/Patient/1", R"([{"op":"replace","path":"/maritalStatus","value":1}])", "application/json-patch+json", 422, "patch-failed"},
      {"/fhir/Patient/1", R"([{"op":"test","path":"/gender","value":"other"}])", "application/json-patch+json", 422, "patch-failed"},
      {"/fhir/Patient/1", R"([{"op":"add","path":"/colour","value":"blue"}])", "application/json-patch+json", 422, "patch-failed"},
      {"/fhir/Patient/1", R"([{"op":"replace","path":"/gender","value":"blue"}])", "application/json-patch+json", 422, "patch-failed"},
      {"/fhir/Patient/1", R"([{"op":"replace","path":"/id","value":"2"}])", "application/json-patch+json", 422, "patch-failed"},
      {"/fhir/Patient/1", R"([{"op":"replace","path":"","value":[]}])", "application/json-patch+json", 422, "patch-failed"},
      {"/fhir/Patient/1", R"({"op":"remove","path":"/gender"})", "application/json-patch+json", 400, "bad-patch"},
      {"/fhir/Patient/1", "[", "application/json-patch+json", 400, "bad-json"},
      {"/fhir/Patient/1", R"({"resourceType":"Patient"})", "application/fhir+json", 415, "unsupported-media-type"},
      {"/fhir/Patient/1", "<diff/>", "application/xml-patch+xml", 415, "unsupported-media-type"},
      {"/fhir/Patient/2", "[]", "application/json-patch+json", 404, "no-such-resource"},
      {"/fhir/Patient?identifier=urn:s%7C2", "[]", "application/json-patch+json", 404, "no-such-resource"},
      {"/fhir/Patient", "[]", "application/json-patch+json", 400, "no-condition"},
      {"/fhir/Nothing/1", "[]", "application/json-patch+json", 404, "unknown-type"},
  };
  for (const Case& one : cases) {
    Answer answer = world.As("admin", "PATCH", one.target, one.body, {{"Content-Type", one.content_type}});
    EXPECT_EQ(answer.status, one.status) << one.body << answer.body;
    EXPECT_EQ(answer.At("issue.0.details.coding.0.code"), one.code) << one.body << answer.body;
  }
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1").At("meta.versionId"), "1");
  world.As("admin", "DELETE", "/fhir/Patient/1");
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/Patient/1", "[]", kJsonPatch).status, 410);
}

TEST(FhirPatch, ByVersionAndByCondition) {
  World world;
  PutPatient(world);
  PutPatient(world, "2");
  std::string patch = R"([{"op":"add","path":"/active","value":true}])";
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/Patient/1", patch, JsonPatchIf("W/\"7\"")).status, 412);
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/Patient/1", patch, JsonPatchIf("W/\"1\"")).status, 200);
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/Patient/1", patch, JsonPatchIf("one")).status, 400);
  Answer found = world.As("admin", "PATCH", "/fhir/Patient?identifier=urn:s%7C2", patch, kJsonPatch);
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.At("id"), "2");
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/Patient?gender=male", patch, kJsonPatch).status, 412) << "several";
}

TEST(FhirPatch, NothingIsLostWhenManyPatchAtOnce) {
  World world;
  PutPatient(world);
  constexpr int kThreads = 4, kEach = 5;
  world.TokenOf("admin");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&world, thread] {
      for (int i = 0; i < kEach; ++i) {
        std::string value = std::to_string(thread) + "-" + std::to_string(i);
        Answer done = world.As("admin", "PATCH", "/fhir/Patient/1", R"([{"op":"add","path":"/identifier/-","value":{"value":")" + value + "\"}}]", kJsonPatch);
        EXPECT_EQ(done.status, 200) << done.body;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1").Count("identifier"), 1u + kThreads * kEach);
}

std::string PatchEntry(const std::string& url, const std::string& resource) {
  return R"({"resource":)" + resource + R"(,"request":{"method":"PATCH","url":")" + url + "\"}}";
}

TEST(FhirPatch, InsideBundles) {
  World world;
  PutPatient(world);
  PutPatient(world, "2");
  auto binary = [](const std::string& patch) {
    return R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":")" + fhir::EncodeBase64(patch) + "\"}";
  };
  auto bundle = [](const std::string& type, const std::string& entries) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
  };
  std::string organization = R"({"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000001","resource":{"resourceType":"Organization","name":"x"},"request":{"method":"POST","url":"Organization"}})";
  std::string linked = binary(R"([{"op":"add","path":"/managingOrganization","value":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000001"}}])");
  Answer transaction = world.As("admin", "POST", "/fhir", bundle("transaction", PatchEntry("Patient/1", linked) + "," +
      PatchEntry("Patient?identifier=urn:s%7C2", ReplacePath("Patient.gender", R"("valueCode":"female")")) + "," + organization));
  ASSERT_EQ(transaction.status, 200) << transaction.body;
  EXPECT_EQ(transaction.At("entry.0.response.status"), "200 OK");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1").At("managingOrganization.reference").substr(0, 13), "Organization/") << "links are made";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/2").At("gender"), "female");

  uint64_t before = world.store().LastT();
  Answer refused = world.As("admin", "POST", "/fhir", bundle("transaction", organization + "," + PatchEntry("Patient/1", binary(R"([{"op":"test","path":"/gender","value":"x"}])"))));
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(world.store().LastT(), before);

  Answer batch = world.As("admin", "POST", "/fhir", bundle("batch", R"({"resource":{"resourceType":"Patient","id":"3"},"request":{"method":"PUT","url":"Patient/3"}},)" +
      PatchEntry("Patient/3", binary(R"([{"op":"add","path":"/active","value":true}])")) + "," + PatchEntry("Patient/9", binary("[]")) + "," +
      PatchEntry("Patient/1", R"({"resourceType":"Binary","contentType":"text/plain"})")));
  EXPECT_EQ(batch.At("entry.1.response.status"), "200 OK") << batch.body;
  EXPECT_EQ(batch.At("entry.2.response.status"), "404 Not Found");
  EXPECT_EQ(batch.At("entry.3.response.status"), "415 Unsupported Media Type");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/3").At("active"), "true");
}

TEST(FhirDelete, SeveralOnlyIfSaid) {
  World world;
  for (const char* id : {"1", "2", "3"}) PutPatient(world, id);
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?gender=male").status, 412);
  Answer too_many = world.As("admin", "DELETE", "/fhir/Patient?gender=male&_count=2");
  EXPECT_EQ(too_many.status, 412) << "all or none";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_summary=count").At("total"), "3");
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?_count=5").status, 400) << "no condition";
  for (const char* count : {"0", "x", "-1", "10001"}) {
    EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?gender=male&_count=" + std::string(count)).status, 400) << count;
  }
  uint64_t before = world.store().LastT();
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?gender=male&_count=3").status, 204);
  EXPECT_EQ(world.store().LastT(), before + 1) << "one commit";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_summary=count").At("total"), "0");
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?gender=male&_count=3").status, 204) << "nothing left";
  PutPatient(world, "4");
  PutPatient(world, "5");
  Answer bundle = world.As("admin", "POST", "/fhir", R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient?gender=male&_count=10"}},)"
                                                      R"({"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]})");
  EXPECT_EQ(bundle.At("entry.0.response.status"), "204 No Content") << bundle.body;
  EXPECT_EQ(bundle.At("entry.1.response.status"), "201 Created");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_summary=count").At("total"), "1");
}

}  // namespace
}  // namespace qianxian::api
