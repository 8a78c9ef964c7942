// ViewDefinition/$export, through a real server.
#include <gtest/gtest.h>


#include "api/bulk_jobs.h"
#include "api/testing/world.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "columns/database.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

constexpr const char* kPeople = R"json({"resourceType":"ViewDefinition","name":"people","status":"active","resource":"Patient",
  "select":[{"column":[{"name":"id","path":"getResourceKey()"},{"name":"active","path":"active","type":"boolean"},{"name":"twin","path":"multipleBirth.ofType(integer)"}]}]})json";
constexpr const char* kValues = R"json({"resourceType":"ViewDefinition","status":"active","resource":"Observation",
  "select":[{"column":[{"name":"value","path":"value.ofType(Quantity).value"},{"name":"who","path":"subject.getReferenceKey(Patient)"}]}]})json";

void Fill(World& world) {
  auto put = [&](const std::string& type, const std::string& id, const std::string& rest) {
    Answer done = world.As("admin", "PUT", "/fhir/" + type + "/" + id, R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + rest + "}");
    ASSERT_EQ(done.status, 201) << done.body;
  };
  put("Patient", "1", R"(,"active":true,"multipleBirthInteger":2)");
  put("Patient", "2", "");
  put("Group", "g", R"(,"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"}}])");
  put("Group", "empty", R"(,"type":"person","actual":true)");
  put("Observation", "a", R"(,"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"},"valueQuantity":{"value":1.50})");
  put("Observation", "b", R"(,"status":"final","code":{"text":"y"},"subject":{"reference":"Patient/2"},"valueQuantity":{"value":2})");
}

std::string Body(const std::string& more) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"view","part":[{"name":"viewResource","resource":)" + std::string(kPeople) +
         R"(}]},{"name":"view","part":[{"name":"name","valueString":"values"},{"name":"viewResource","resource":)" + kValues + "}]}" + more + "]}";
}

Answer Export(World& world, const std::string& target, const std::string& body) {
  Answer started = world.As("admin", "POST", "/fhir/" + target, body, testing::kAsync);
  EXPECT_EQ(started.status, 202) << started.body;
  return started.status == 202 ? world.Await(started.Header("content-location")) : started;
}

// The file of an output by its name; "" if there is none.
std::string FileOf(World& world, const Answer& manifest, const std::string& name) {
  for (size_t i = 0; i < manifest.Count("parameter"); ++i) {
    std::string at = "parameter." + std::to_string(i);
    if (manifest.At(at + ".name") != "output" || manifest.At(at + ".part.0.valueString") != name) continue;
    std::string url = manifest.At(at + ".part.1.valueUri");
    return world.As("admin", "GET", url.substr(url.find("/fhir/"))).body;
  }
  return {};
}

TEST(FhirViewExport, NdjsonAndCsv) {
  World world;
  Fill(world);
  Answer done = Export(world, "ViewDefinition/$export", Body(R"(,{"name":"clientTrackingId","valueString":"mine"})"));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.At("resourceType"), "Parameters");
  EXPECT_NE(done.body.find("\"mine\""), std::string::npos);
  EXPECT_EQ(FileOf(world, done, "people"), "{\"id\":\"1\",\"active\":true,\"twin\":2}\n{\"id\":\"2\",\"active\":null,\"twin\":null}\n");
  EXPECT_EQ(FileOf(world, done, "values"), "{\"value\":1.50,\"who\":\"1\"}\n{\"value\":2,\"who\":\"2\"}\n");
  done = Export(world, "$viewdefinition-export?_format=csv&patient=Patient/1", Body(""));
  EXPECT_EQ(FileOf(world, done, "people"), "id,active,twin\r\n1,true,2\r\n");
  EXPECT_EQ(FileOf(world, done, "values"), "value,who\r\n1.50,1\r\n");
  done = Export(world, "ViewDefinition/$viewdefinition-export?_format=csv&header=false&group=Group/g", Body(""));
  EXPECT_EQ(FileOf(world, done, "people"), "1,true,2\r\n");
  done = Export(world, "ViewDefinition/$export?_format=csv&group=Group/empty", Body(""));
  EXPECT_EQ(FileOf(world, done, "people"), "id,active,twin\r\n") << "a group of nobody";
}

TEST(FhirViewExport, Parquet) {
  World world;
  Fill(world);
  Answer done = Export(world, "ViewDefinition/$export?_format=parquet", Body(""));
  ASSERT_EQ(done.status, 200) << done.body;
  std::string path = world.directory() + "/got.parquet";
  ASSERT_TRUE(WriteFileDurably(path, FileOf(world, done, "people")).ok());
  auto database = columns::Database::Open({}).value();
  columns::Rows rows = database->Connect().value()->Query("SELECT * FROM read_parquet(" + columns::QuoteText(path) + ") ORDER BY id").value();
  ASSERT_EQ(rows.rows.size(), 2u);
  EXPECT_EQ(rows.columns[1].type, columns::Type::kBoolean);
  EXPECT_EQ(rows.columns[2].type, columns::Type::kInteger);
  EXPECT_EQ(rows.rows[0][2].integer, 2);
  EXPECT_TRUE(rows.rows[1][1].is_null);
}

TEST(FhirViewExport, OfThePacks) {
  World world;
  world.pack.views = {{"people.json", kPeople}};
  Fill(world);
  Answer started = world.As("admin", "GET", "/fhir/ViewDefinition/people/$export?_format=csv", "", testing::kAsync);
  ASSERT_EQ(started.status, 202) << started.body;
  Answer done = world.Await(started.Header("content-location"));
  EXPECT_EQ(FileOf(world, done, "people"), "id,active,twin\r\n1,true,2\r\n2,,\r\n");
}

TEST(FhirViewExport, IsOfTheStateWhenItWasAskedAndSurvivesARestart) {
  World world;
  Fill(world);
  Answer started = world.As("admin", "POST", "/fhir/ViewDefinition/$export?_format=csv", Body(""), testing::kAsync);
  ASSERT_EQ(started.status, 202) << started.body;
  world.As("admin", "PUT", "/fhir/Patient/3", R"({"resourceType":"Patient","id":"3"})");
  world.Restart();
  EXPECT_EQ(FileOf(world, world.Await(started.Header("content-location")), "people"), "id,active,twin\r\n1,true,2\r\n2,,\r\n");
}

TEST(FhirViewExport, BadRequestsAreSaid) {
  World world;
  Fill(world);
  auto code = [&](const std::string& target, const std::string& body) {
    return world.As("admin", "POST", "/fhir/ViewDefinition/$export" + target, body, testing::kAsync).At("issue.0.details.coding.0.code");
  };
  EXPECT_EQ(code("?_format=json", Body("")), "not-acceptable");
  EXPECT_EQ(code("", R"({"resourceType":"Parameters"})"), "bad-parameters");
  EXPECT_EQ(code("", R"({"resourceType":"Parameters","parameter":[{"name":"view","part":[{"name":"name","valueString":"x"}]}]})"), "bad-parameters");
  EXPECT_EQ(code("", Body(R"(,{"name":"view","part":[{"name":"viewResource","resource":)" + std::string(kPeople) + "}]}")), "bad-value") << "two of one name";
  EXPECT_EQ(code("", ReplaceAll(Body(""), "\"values\"", "\"../values\"")), "bad-value");
  EXPECT_EQ(code("", ReplaceAll(Body(""), "getResourceKey()", "getResourceKey(")), "bad-expression");
  EXPECT_EQ(code("?patient=Group/1", Body("")), "bad-value");
  EXPECT_EQ(code("?_since=then", Body("")), "bad-date");
  EXPECT_EQ(code("?group=Group/none", Body("")), "no-such-resource");
  std::string many;
  for (size_t i = 0; i < kBulkViews; ++i) many += R"(,{"name":"view","part":[]})";
  EXPECT_EQ(code("", Body(many)), "too-many-values");
}

}  // namespace
}  // namespace qianxian::api
