// The operations of /fhir, through a real server.
#include <gtest/gtest.h>

#include "api/fhir_operations.h"
#include "api/testing/world.h"
#include "base/limits.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

std::string Meta(const std::string& meta) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":)" + meta + "}]}";
}

TEST(FhirOperations, TheTableIsWellFormed) {
  std::string last;
  for (const Operation& operation : Operations()) {
    EXPECT_LT(last, operation.name) << "in the order of their names, each once";
    last = operation.name;
    EXPECT_NE(operation.levels, 0u) << operation.name;
    EXPECT_NE(operation.run, nullptr) << operation.name;
    EXPECT_TRUE(StartsWith(operation.definition, "http")) << operation.name;
  }
}

TEST(FhirOperations, MetadataNamesThemWhereTheyAre) {
  World world;
  Answer metadata = world.Send("GET", "/fhir/metadata");
  EXPECT_NE(metadata.body.find(R"({"name":"meta-add","definition":"http://hl7.org/fhir/OperationDefinition/Resource-meta-add"})"),
            std::string::npos);
  EXPECT_EQ(metadata.At("rest.0.operation.0.definition").substr(0, 4), "http");
}

TEST(FhirOperations, UnknownOnesAndWrongPlacesAreSaid) {
  World world;
  world.As("admin", "PUT", "/fhir/Patient/1", R"({"resourceType":"Patient","id":"1"})");
  EXPECT_EQ(world.As("admin", "POST", "/fhir/$nothing").status, 501);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient/$meta-add", Meta("{}")).status, 501) << "only of one resource";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$meta-add").status, 405) << "it changes something";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Nothing/1/$meta").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/2/$meta").status, 501);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient/1/$meta-add", R"({"parameter":[]})").status, 400);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient/1/$meta-add", R"({"resourceType":"Parameters","parameter":[{"valueString":"x"}]})").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/$meta?colour=blue").At("issue.0.details.coding.0.code"), "unknown-parameter");
}

TEST(FhirOperations, MetaIsReadAddedToAndTakenFrom) {
  World world;
  std::string patient = R"({"resourceType":"Patient","id":"1","meta":{"source":"urn:s","tag":[{"system":"urn:t","code":"a"}]},"active":true})";
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/1", patient).status, 201);
  Answer meta = world.As("admin", "GET", "/fhir/Patient/1/$meta");
  ASSERT_EQ(meta.status, 200) << meta.body;
  EXPECT_EQ(meta.At("parameter.0.name"), "return");
  EXPECT_EQ(meta.At("parameter.0.valueMeta.versionId"), "1");
  EXPECT_EQ(meta.At("parameter.0.valueMeta.tag.0.code"), "a");

  std::string labels = R"({"profile":["http://p/1"],"security":[{"system":"urn:s","code":"R"}],"tag":[{"system":"urn:t","code":"a"},{"system":"urn:t","code":"b"}]})";
  Answer added = world.As("admin", "POST", "/fhir/Patient/1/$meta-add", Meta(labels));
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(added.Count("parameter.0.valueMeta.tag"), 2u) << "what is there is not there twice";
  EXPECT_EQ(added.At("parameter.0.valueMeta.profile.0"), "http://p/1");
  EXPECT_EQ(added.At("parameter.0.valueMeta.source"), "urn:s");
  EXPECT_EQ(added.At("parameter.0.valueMeta.versionId"), "2");
  Answer again = world.As("admin", "POST", "/fhir/Patient/1/$meta-add", Meta(labels));
  EXPECT_EQ(again.At("parameter.0.valueMeta.versionId"), "2") << "nothing new, nothing written";
  Answer stored = world.As("admin", "GET", "/fhir/Patient/1");
  EXPECT_EQ(stored.At("active"), "true");
  EXPECT_EQ(stored.At("meta.security.0.code"), "R");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_tag=urn:t%7Cb&_summary=count").At("total"), "1");

  Answer taken = world.As("admin", "POST", "/fhir/Patient/1/$meta-delete", Meta(R"({"profile":["http://p/1"],"tag":[{"system":"urn:t","code":"a"},{"system":"urn:t","code":"z"}]})"));
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.At("parameter.0.valueMeta.profile"), "");
  EXPECT_EQ(taken.Count("parameter.0.valueMeta.tag"), 1u);
  EXPECT_EQ(taken.At("parameter.0.valueMeta.tag.0.code"), "b");
  Answer past = world.As("admin", "GET", "/fhir/Patient/1/_history/1/$meta");
  EXPECT_EQ(past.At("parameter.0.valueMeta.tag.0.code"), "a");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/1/_history/9/$meta").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/2/$meta").status, 404);

  world.As("admin", "PUT", "/fhir/Observation/1",
           R"({"resourceType":"Observation","id":"1","meta":{"tag":[{"system":"urn:t","code":"o"}]},"status":"final","code":{"text":"x"}})");
  Answer of_type = world.As("admin", "GET", "/fhir/Patient/$meta");
  EXPECT_EQ(of_type.At("parameter.0.valueMeta.tag.0.code"), "b") << of_type.body;
  EXPECT_EQ(of_type.Count("parameter.0.valueMeta.tag"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/$meta").Count("parameter.0.valueMeta.tag"), 2u);
}

TEST(FhirOperations, MetaOfTooManyIsRefused) {
  World world;
  std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (size_t i = 0; i <= limits::kMetaResources; ++i) {
    if (i > 0) bundle += ',';
    bundle += R"({"resource":{"resourceType":"Basic","meta":{"tag":[{"code":"a"}]},"code":{"text":"x"}},"request":{"method":"POST","url":"Basic"}})";
  }
  ASSERT_EQ(world.As("admin", "POST", "/fhir", bundle + "]}").status, 200);
  Answer refused = world.As("admin", "GET", "/fhir/Basic/$meta");
  EXPECT_EQ(refused.status, 501);
  EXPECT_EQ(refused.At("issue.0.details.coding.0.code"), "too-costly") << refused.body;
}

TEST(FhirOperations, RunInsideBundles) {
  World world;
  world.As("admin", "PUT", "/fhir/Patient/1", R"({"resourceType":"Patient","id":"1","meta":{"tag":[{"code":"a"}]}})");
  auto bundle = [](const std::string& type) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[{"request":{"method":"GET","url":"Patient/1/$meta"}},)" +
           R"({"resource":)" + Meta(R"({"tag":[{"code":"b"}]})") + R"(,"request":{"method":"POST","url":"Patient/1/$meta-add"}}]})";
  };
  Answer batch = world.As("admin", "POST", "/fhir", bundle("batch"));
  EXPECT_EQ(batch.At("entry.0.resource.parameter.0.valueMeta.tag.0.code"), "a") << batch.body;
  EXPECT_EQ(batch.Count("entry.1.resource.parameter.0.valueMeta.tag"), 2u) << batch.body;
  Answer transaction = world.As("admin", "POST", "/fhir", bundle("transaction"));
  EXPECT_EQ(transaction.status, 501) << "a transaction is one commit";
}

}  // namespace
}  // namespace qianxian::api
