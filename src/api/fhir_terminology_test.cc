// The terminology of /fhir, through a real server: operations, versions kept apart, token modifiers of searches.
#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "terminology/test_source.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

constexpr char kColours[] = R"({"resourceType":"CodeSystem","id":"colours","url":"urn:colours","version":"1","name":"Colours","title":"颜色",
  "status":"active","content":"complete","property":[{"code":"warm","type":"boolean"}],"concept":[
  {"code":"red","display":"Red","definition":"Like blood.","designation":[{"language":"zh","value":"红色"}],"property":[{"code":"warm","valueBoolean":true}],
   "concept":[{"code":"crimson","display":"Crimson"}]},{"code":"blue","display":"Blue"}]})";

void Put(World& world, const std::string& type, const std::string& id, const std::string& body) {
  const Answer answer = world.As("admin", "PUT", "/fhir/" + type + "/" + id, body);
  ASSERT_LT(answer.status, 300) << answer.body;
}

// The value of the named parameter of a Parameters answer, as text.
std::string Out(const Answer& answer, const std::string& name) {
  for (int i = 0; i < 40; ++i) {
    const std::string at = "parameter." + std::to_string(i);
    if (answer.At(at + ".name") != name) continue;
    for (const char* value : {".valueBoolean", ".valueString", ".valueCode", ".valueUri"}) {
      if (const std::string text = answer.At(at + value); !text.empty()) return text;
    }
  }
  return {};
}

TEST(FhirTerminology, Lookup) {
  World world;
  Put(world, "CodeSystem", "colours", kColours);
  Answer found = world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=urn:colours&code=red&displayLanguage=zh-CN");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(Out(found, "name"), "颜色");
  EXPECT_EQ(Out(found, "version"), "1");
  EXPECT_EQ(Out(found, "display"), "Red");
  found = world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=urn:colours&code=red&displayLanguage=zh");
  EXPECT_EQ(Out(found, "display"), "红色");
  EXPECT_NE(found.body.find(R"({"name":"code","valueCode":"warm"},{"name":"value","valueBoolean":true})"), std::string::npos) << found.body;
  EXPECT_NE(found.body.find(R"({"name":"code","valueCode":"child"},{"name":"value","valueCode":"crimson"})"), std::string::npos);
  EXPECT_NE(found.body.find("Like blood."), std::string::npos);
  found = world.As("admin", "POST", "/fhir/CodeSystem/$lookup",
                   R"({"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"urn:colours","code":"crimson"}},{"name":"property","valueCode":"parent"}]})");
  EXPECT_EQ(Out(found, "display"), "Crimson");
  EXPECT_NE(found.body.find(R"("valueCode":"red")"), std::string::npos);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/CodeSystem/colours/$lookup?code=blue").status, 200);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=urn:colours&code=none").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=urn:none&code=red").At("issue.0.details.coding.0.code"), "unknown-code-system");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=urn:colours").At("issue.0.details.coding.0.code"), "missing-parameter");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=female").status, 200);
}

TEST(FhirTerminology, ValidateCodeAndSubsumes) {
  World world;
  Put(world, "CodeSystem", "colours", kColours);
  const std::string base = "/fhir/CodeSystem/$validate-code?url=urn:colours";
  EXPECT_EQ(Out(world.As("admin", "GET", base + "&code=red"), "result"), "true");
  EXPECT_EQ(Out(world.As("admin", "GET", base + "&code=red&display=%E7%BA%A2%E8%89%B2"), "result"), "true");
  Answer wrong = world.As("admin", "GET", base + "&code=red&display=Green");
  EXPECT_EQ(Out(wrong, "result"), "false");
  EXPECT_EQ(Out(wrong, "display"), "Red");
  EXPECT_NE(Out(wrong, "message").find("Green"), std::string::npos);
  EXPECT_EQ(Out(world.As("admin", "GET", base + "&code=green"), "result"), "false");
  const auto subsumes = [&](const char* a, const char* b) {
    return Out(world.As("admin", "GET", std::string("/fhir/CodeSystem/$subsumes?system=urn:colours&codeA=") + a + "&codeB=" + b), "outcome");
  };
  EXPECT_EQ(subsumes("red", "crimson"), "subsumes");
  EXPECT_EQ(subsumes("crimson", "red"), "subsumed-by");
  EXPECT_EQ(subsumes("red", "red"), "equivalent");
  EXPECT_EQ(subsumes("red", "blue"), "not-subsumed");
}

TEST(FhirTerminology, ExpandAndValidate) {
  World world;
  Put(world, "CodeSystem", "colours", kColours);
  Put(world, "ValueSet", "reds", R"({"resourceType":"ValueSet","id":"reds","url":"urn:reds","status":"active","compose":{"include":[
    {"system":"urn:colours","filter":[{"property":"concept","op":"is-a","value":"red"}]}]}})");
  for (const char* target : {"/fhir/ValueSet/$expand?url=urn:reds", "/fhir/ValueSet/reds/$expand"}) {
    Answer expansion = world.As("admin", "GET", target);
    ASSERT_EQ(expansion.status, 200) << expansion.body;
    EXPECT_EQ(expansion.At("expansion.total"), "2");
    EXPECT_EQ(expansion.At("expansion.contains.1.code"), "crimson");
    EXPECT_EQ(expansion.At("expansion.contains.0.version"), "1");
    EXPECT_NE(expansion.body.find(R"({"name":"version","valueUri":"urn:colours|1"})"), std::string::npos);
  }
  Answer page = world.As("admin", "GET", "/fhir/ValueSet/$expand?url=urn:reds&offset=1&count=1&displayLanguage=zh&includeDesignations=true");
  EXPECT_EQ(page.At("expansion.contains.0.code"), "crimson");
  EXPECT_EQ(page.At("expansion.offset"), "1");
  page = world.As("admin", "GET", "/fhir/ValueSet/$expand?url=urn:reds&filter=crim");
  EXPECT_EQ(page.At("expansion.total"), "1");
  page = world.As("admin", "POST", "/fhir/ValueSet/$expand", R"({"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":
    {"resourceType":"ValueSet","status":"draft","compose":{"include":[{"valueSet":["urn:reds"]}],"exclude":[{"system":"urn:colours","concept":[{"code":"red"}]}]}}}]})");
  EXPECT_EQ(page.At("expansion.contains.0.code"), "crimson");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ValueSet/$expand?url=urn:none").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ValueSet/$expand?url=urn:reds&date=2020").At("issue.0.details.coding.0.code"), "unknown-parameter");
  const std::string base = "/fhir/ValueSet/$validate-code?url=urn:reds&system=urn:colours";
  EXPECT_EQ(Out(world.As("admin", "GET", base + "&code=crimson"), "result"), "true");
  EXPECT_EQ(Out(world.As("admin", "GET", base + "&code=blue"), "result"), "false");
  EXPECT_EQ(Out(world.As("admin", "POST", "/fhir/ValueSet/reds/$validate-code", R"({"resourceType":"Parameters","parameter":[{"name":"codeableConcept",
    "valueCodeableConcept":{"coding":[{"system":"urn:x","code":"1"},{"system":"urn:colours","code":"red"}]}}]})"), "result"), "true");
}

TEST(FhirTerminology, Translate) {
  World world;
  Put(world, "ConceptMap", "m", R"({"resourceType":"ConceptMap","id":"m","url":"urn:map","status":"active","group":[{"source":"urn:a","target":"urn:b",
    "element":[{"code":"1","target":[{"code":"x","display":"Ex","equivalence":"equal"}]}]}]})");
  for (const char* target : {"/fhir/ConceptMap/$translate?url=urn:map&system=urn:a&code=1", "/fhir/ConceptMap/m/$translate?system=urn:a&code=1",
                             "/fhir/ConceptMap/$translate?system=urn:a&code=1&targetsystem=urn:b"}) {
    Answer found = world.As("admin", "GET", target);
    EXPECT_EQ(Out(found, "result"), "true") << found.body;
    EXPECT_EQ(found.At("parameter.1.part.1.valueCoding.code"), "x");
    EXPECT_EQ(found.At("parameter.1.part.2.valueUri"), "urn:map");
  }
  EXPECT_EQ(Out(world.As("admin", "GET", "/fhir/ConceptMap/$translate?url=urn:map&system=urn:b&code=x&reverse=true"), "result"), "true");
  EXPECT_EQ(Out(world.As("admin", "GET", "/fhir/ConceptMap/$translate?url=urn:map&system=urn:a&code=2"), "result"), "false");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ConceptMap/$translate?url=urn:none&system=urn:a&code=2").status, 404);
}

TEST(FhirTerminology, VersionsAreKeptApart) {
  World world;
  const auto tree = [](const std::string& id, const std::string& version, int depth) {
    return "{\"id\":\"" + id + "\"," + terminology::testing::TreeCodeSystem("urn:tree", version, depth, 'B').substr(1);
  };
  Put(world, "CodeSystem", "v1", tree("v1", "9.0", 1));
  Put(world, "CodeSystem", "v2", tree("v2", "10.0", 2));
  const auto has = [&](const std::string& code, const std::string& version) {
    return world.As("admin", "GET", "/fhir/CodeSystem/$lookup?system=urn:tree&code=" + code + version).status == 200;
  };
  EXPECT_TRUE(has("A11", ""));
  EXPECT_TRUE(has("A11", "&version=10.0"));
  EXPECT_FALSE(has("A11", "&version=9.0"));
  EXPECT_TRUE(has("A1", "&version=9.0"));
  EXPECT_FALSE(has("A1", "&version=8.0"));
}

TEST(FhirTerminology, TokensOfSearches) {
  World world;
  Put(world, "CodeSystem", "colours", kColours);
  Put(world, "ValueSet", "reds", R"({"resourceType":"ValueSet","id":"reds","url":"urn:reds","status":"active","compose":{"include":[
    {"system":"urn:colours","filter":[{"property":"concept","op":"is-a","value":"red"}]}]}})");
  for (const char* code : {"red", "crimson", "blue"}) {
    Put(world, "Observation", code, std::string(R"({"resourceType":"Observation","id":")") + code +
        R"(","status":"final","code":{"coding":[{"system":"urn:colours","code":")" + code + R"("}]}})");
  }
  const auto total = [&](const std::string& text) {
    Answer answer = world.As("admin", "GET", "/fhir/Observation?_total=accurate&" + text);
    return answer.status == 200 ? answer.At("total") : answer.At("issue.0.details.coding.0.code");
  };
  EXPECT_EQ(total("code:in=urn:reds"), "2");
  EXPECT_EQ(total("code:in=ValueSet/reds"), "2");
  EXPECT_EQ(total("code:not-in=urn:reds"), "1");
  EXPECT_EQ(total("code:below=urn:colours|red"), "2");
  EXPECT_EQ(total("code:above=urn:colours|crimson"), "2");
  EXPECT_EQ(total("code:in=urn:none"), "unknown-value-set");
  EXPECT_EQ(total("code:below=urn:none|x"), "unknown-code-system");
  // A change of the value set is seen by the next search.
  Put(world, "ValueSet", "reds", R"({"resourceType":"ValueSet","id":"reds","url":"urn:reds","status":"active","compose":{"include":[
    {"system":"urn:colours","concept":[{"code":"blue"}]}]}})");
  EXPECT_EQ(total("code:in=urn:reds"), "1");
  Put(world, "Patient", "1", R"({"resourceType":"Patient","id":"1","identifier":[{"type":{"coding":[{"system":"urn:t","code":"MR"}]},"value":"7"}]})");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_total=accurate&identifier:of-type=urn:t|MR|7").At("total"), "1");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_total=accurate&identifier:of-type=urn:t|SS|7").At("total"), "0");
}

}  // namespace
}  // namespace qianxian::api
