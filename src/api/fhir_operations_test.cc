// The operations of /fhir, through a real server.
#include <gtest/gtest.h>

#include <filesystem>

#include "api/fhir_operations.h"
#include "api/testing/world.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "columns/database.h"

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

TEST(FhirOperations, WhatWouldCostTooMuchIsRefused) {
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
  static_assert(limits::kHistoryLooked <= limits::kMetaResources);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Basic/_history?_at=2030").At("issue.0.details.coding.0.code"), "too-costly");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/_history?_at=2030").status, 200);
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

std::string Evaluate(const std::string& expression, const std::string& more = "") {
  return R"({"resourceType":"Parameters","parameter":[{"name":"expression","valueString":")" + expression + "\"}" + more +
         R"(,{"name":"resource","resource":{"resourceType":"Patient","active":true,"birthDate":"1960-02-03","name":[{"use":"official","given":["一","二"]},{"family":"王"}],)" +
         R"("contact":[{"gender":"female"}],"multipleBirthInteger":2}}]})";
}

TEST(FhirOperations, FhirPathGivesEachResultWithItsType) {
  World world;
  auto ask = [&](const std::string& expression, const std::string& more = "") { return world.As("admin", "POST", "/fhir/$fhirpath", Evaluate(expression, more)); };
  Answer names = ask("name.given | 'x'");
  ASSERT_EQ(names.status, 200) << names.body;
  EXPECT_EQ(names.At("id"), "fhirpath");
  EXPECT_EQ(names.At("parameter.0.name"), "parameters");
  EXPECT_EQ(names.At("parameter.0.part.0.name"), "evaluator");
  EXPECT_EQ(names.At("parameter.0.part.1.valueString"), "name.given | 'x'");
  EXPECT_EQ(names.At("parameter.0.part.2.resource.resourceType"), "Patient");
  EXPECT_EQ(names.At("parameter.1.name"), "result");
  EXPECT_EQ(names.Count("parameter.1.part"), 3u);
  EXPECT_EQ(names.At("parameter.1.part.0.name"), "string");
  EXPECT_EQ(names.At("parameter.1.part.0.valueString"), "一");
  struct Case {
    const char *expression, *name, *member, *value;
  };
  const Case cases[] = {{"birthDate", "date", "valueDate", "1960-02-03"},
                        {"active", "boolean", "valueBoolean", "true"},
                        {"1 + 1", "integer", "valueInteger", "2"},
                        {"1.50", "decimal", "valueDecimal", "1.50"},
                        {"@2020-01-01", "date", "valueDate", "2020-01-01"},
                        {"@T10:00:00", "time", "valueTime", "10:00:00"},
                        {"name[0]", "HumanName", "valueHumanName.use", "official"},
                        {"multipleBirth", "integer", "valueInteger", "2"},
                        {"4 'mg'", "Quantity", "valueQuantity.code", "mg"},
                        {"Patient", "Patient", "resource.active", "true"},
                        {"contact", "Patient.contact", "extension.0.valueString", "{\"gender\":\"female\"}"},
                        {"''", "empty-string", "valueString", ""}};
  for (const Case& one : cases) {
    Answer answer = ask(one.expression);
    EXPECT_EQ(answer.At("parameter.1.part.0.name"), one.name) << one.expression << answer.body;
    EXPECT_EQ(answer.At(std::string("parameter.1.part.0.") + one.member), one.value) << one.expression << answer.body;
  }
  EXPECT_EQ(ask("{}").At("parameter.1.part"), "") << "nothing";
}

TEST(FhirOperations, FhirPathKnowsContextVariablesAndTraces) {
  World world;
  auto ask = [&](const std::string& expression, const std::string& more = "") { return world.As("admin", "POST", "/fhir/$fhirpath", Evaluate(expression, more)); };
  Answer each = ask("given.count()", R"(,{"name":"context","valueString":"Patient.name"})");
  EXPECT_EQ(each.At("parameter.1.valueString"), "Patient.name[0]") << each.body;
  EXPECT_EQ(each.At("parameter.1.part.0.valueInteger"), "2");
  EXPECT_EQ(each.At("parameter.2.part.0.valueInteger"), "0");
  EXPECT_EQ(ask("%resource.birthDate", R"json(,{"name":"context","valueString":"name.first()"})json").At("parameter.1.part.0.valueDate"), "1960-02-03");
  Answer variable = ask("%n + 1", R"(,{"name":"variables","part":[{"name":"n","valueInteger":4}]})");
  EXPECT_EQ(variable.At("parameter.1.part.0.valueInteger"), "5") << variable.body;
  Answer traced = ask("name.trace('all').count()");
  EXPECT_EQ(traced.At("parameter.1.part.1.name"), "trace") << traced.body;
  EXPECT_EQ(traced.At("parameter.1.part.1.valueString"), "all");
  EXPECT_EQ(traced.Count("parameter.1.part.1.part"), 2u);
  std::string packed = R"({"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"id"},{"name":"resource","extension":[)"
                       R"({"url":"http://fhir.forms-lab.com/StructureDefinition/json-value","valueString":"{\"resourceType\":\"Patient\",\"id\":\"7\"}"}]}]})";
  EXPECT_EQ(world.As("admin", "POST", "/fhir/$fhirpath", packed).At("parameter.1.part.0.valueId"), "7");
  EXPECT_EQ(ask("name.(").status, 400);
  EXPECT_EQ(ask("").status, 400);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/$fhirpath", R"({"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"id"}]})").status, 400);
}

TEST(FhirOperations, ConvertGivesTheResourceBack) {
  World world;
  EXPECT_EQ(world.As("admin", "POST", "/fhir/$convert", R"({"resourceType":"Patient","birthDate":"1960"})").body, R"({"resourceType":"Patient","birthDate":"1960"})");
  EXPECT_EQ(world.As("admin", "POST", "/fhir/$convert").status, 400);
}

const std::string kView = R"json({"resourceType":"ViewDefinition","name":"people","resource":"Patient","status":"active","select":[{"column":[)json"
                          R"json({"name":"id","path":"getResourceKey()"},{"name":"family","path":"name.family.first()"},{"name":"active","path":"active"}]}]})json";

std::string RunOf(const std::string& more) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":)" + kView + "}" + more + "]}";
}

TEST(FhirOperations, RunMakesATable) {
  World world;
  world.As("admin", "PUT", "/fhir/Patient/1", R"({"resourceType":"Patient","id":"1","name":[{"family":"王, 小"}],"active":true})");
  world.As("admin", "PUT", "/fhir/Patient/2", R"({"resourceType":"Patient","id":"2"})");
  Answer rows = world.As("admin", "POST", "/fhir/ViewDefinition/$run", RunOf(R"(,{"name":"_format","valueCode":"json"})"));
  ASSERT_EQ(rows.status, 200) << rows.body;
  EXPECT_EQ(rows.body, R"([{"id":"1","family":"王, 小","active":true},{"id":"2","family":null,"active":null}])");
  Answer lines = world.As("admin", "POST", "/fhir/$viewdefinition-run", RunOf(""));
  EXPECT_EQ(lines.Header("content-type"), "application/x-ndjson");
  EXPECT_EQ(lines.body, "{\"id\":\"1\",\"family\":\"王, 小\",\"active\":true}\n{\"id\":\"2\",\"family\":null,\"active\":null}\n");
  Answer sheet = world.As("admin", "POST", "/fhir/ViewDefinition/$run?_format=csv", RunOf(""));
  EXPECT_EQ(sheet.Header("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(sheet.body, "id,family,active\r\n1,\"王, 小\",true\r\n2,,\r\n");
  Answer bare = world.As("admin", "POST", "/fhir/ViewDefinition/$run", RunOf(R"(,{"name":"header","valueBoolean":false},{"name":"_limit","valueInteger":1})"), {{"Accept", "text/csv"}});
  EXPECT_EQ(bare.body, "1,\"王, 小\",true\r\n");
  Answer sent = world.As("admin", "POST", "/fhir/ViewDefinition/$run?_format=json", RunOf(R"(,{"name":"resource","resource":{"resourceType":"Patient","id":"x"}})"));
  EXPECT_EQ(sent.body, R"([{"id":"x","family":null,"active":null}])") << "of what was sent, not of the record";
  Answer one = world.As("admin", "POST", "/fhir/ViewDefinition/$run?_format=json", RunOf(R"(,{"name":"patient","valueReference":{"reference":"Patient/2"}})"));
  EXPECT_EQ(one.body, R"([{"id":"2","family":null,"active":null}])");
  EXPECT_EQ(world.As("admin", "POST", "/fhir/ViewDefinition/$run?_format=json", RunOf(R"(,{"name":"_since","valueInstant":"2099-01-01T00:00:00Z"})")).body, "[]");
  EXPECT_EQ(world.As("admin", "POST", "/fhir/ViewDefinition/$run?_format=xlsx", RunOf("")).status, 406);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/ViewDefinition/$run", R"({"resourceType":"Parameters"})").status, 400);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/ViewDefinition/$run", RunOf(R"(,{"name":"colour","valueCode":"blue"})")).status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ViewDefinition/none/$run").status, 404);
  Answer inside = world.As("admin", "POST", "/fhir", R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"ViewDefinition/people/$run"}}]})");
  EXPECT_EQ(inside.At("entry.0.response.status").substr(0, 3), "501") << inside.body;
}

TEST(FhirOperations, RunOfTooMuchIsRefused) {
  World world;
  auto ask = [&](size_t names, const std::string& family, size_t resources) {
    const std::string each = R"({"forEach":"name","column":[{"name":"%","path":"family"}]})";
    std::string list;
    for (size_t i = 0; i < names; ++i) list += std::string(i ? "," : "") + R"({"family":")" + family + "\"}";
    std::string body = R"({"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition","name":"v","resource":"Patient","select":[)" +
                       ReplaceAll(each, "%", "a") + "," + ReplaceAll(each, "%", "b") + "]}}";
    for (size_t i = 0; i < resources; ++i) body += R"(,{"name":"resource","resource":{"resourceType":"Patient","name":[)" + list + "]}}";
    return world.As("admin", "POST", "/fhir/$viewdefinition-run?_format=csv", body + "]}");
  };
  EXPECT_EQ(ask(320, "x", 1).At("issue.0.details.coding.0.code"), "too-many-rows") << "of one resource";
  static_assert(300 * 300 * 12 > limits::kViewRunRows);
  EXPECT_EQ(ask(300, "", 12).At("issue.0.details.coding.0.code"), "too-costly") << "rows";
  static_assert(40 * 40 * 50'000 > limits::kViewRunBytes);
  EXPECT_EQ(ask(40, std::string(50'000, 'x'), 1).At("issue.0.details.coding.0.code"), "too-costly") << "bytes";
  EXPECT_EQ(ask(3, "x", 2).status, 200);
}

TEST(FhirOperations, RunMakesParquet) {
  World world;
  world.As("admin", "PUT", "/fhir/Patient/1", R"({"resourceType":"Patient","id":"1","name":[{"family":"王"}],"active":true,"multipleBirthInteger":2})");
  world.As("admin", "PUT", "/fhir/Patient/2", R"({"resourceType":"Patient","id":"2"})");
  std::string view = ReplaceAll(RunOf(""), R"({"name":"active","path":"active"})", R"json({"name":"active","path":"active"},{"name":"twin","path":"multipleBirth.ofType(integer)"})json");
  Answer file = world.As("admin", "POST", "/fhir/ViewDefinition/$run?_format=parquet", view);
  ASSERT_EQ(file.status, 200) << file.body.substr(0, 400);
  EXPECT_EQ(file.Header("content-type"), "application/vnd.apache.parquet");
  std::string path = world.directory() + "/got.parquet";
  ASSERT_TRUE(WriteFileDurably(path, file.body).ok());
  auto database = columns::Database::Open({}).value();
  columns::Rows rows = database->Connect().value()->Query("SELECT * FROM read_parquet(" + columns::QuoteText(path) + ") ORDER BY id").value();
  ASSERT_EQ(rows.rows.size(), 2u);
  EXPECT_EQ(rows.columns[2].type, columns::Type::kBoolean);
  EXPECT_EQ(rows.columns[3].type, columns::Type::kInteger);
  EXPECT_EQ(rows.rows[0][1].text, "王");
  EXPECT_TRUE(rows.rows[0][2].boolean);
  EXPECT_EQ(rows.rows[0][3].integer, 2);
  EXPECT_TRUE(rows.rows[1][1].is_null);
  EXPECT_TRUE(std::filesystem::is_empty(world.directory() + "/exports")) << "no file is left behind";
}

TEST(FhirOperations, RunKnowsTheViewsOfThePacks) {
  World world;
  world.pack.views = {{"people.json", kView}};
  world.As("admin", "PUT", "/fhir/Patient/1", R"({"resourceType":"Patient","id":"1"})");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ViewDefinition/people/$run?_format=json").body, R"([{"id":"1","family":null,"active":null}])");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ViewDefinition/$run?viewReference=ViewDefinition/people&_format=json").body, R"([{"id":"1","family":null,"active":null}])");
}

}  // namespace
}  // namespace qianxian::api
