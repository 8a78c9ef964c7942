#include "terminology/code_system.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "terminology/source.h"
#include "terminology/test_source.h"

namespace qianxian::terminology {
namespace {

std::shared_ptr<const CodeSystem> Read(const std::string& text) {
  auto document = json::Document::Parse(text);
  EXPECT_TRUE(document.ok()) << Describe(document.error());
  auto system = CodeSystem::Read(document->root());
  EXPECT_TRUE(system.ok()) << Describe(system.error());
  return *system;
}

constexpr char kAnimals[] = R"({"resourceType":"CodeSystem","url":"urn:animals","version":"1","content":"complete",
  "property":[{"code":"legs","type":"integer"},{"code":"parent","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"}],
  "concept":[
    {"code":"animal","display":"Animal","definition":"It lives.","property":[{"code":"notSelectable","valueBoolean":true}],
     "concept":[{"code":"dog","display":"Dog","designation":[{"language":"zh-CN","value":"狗"},{"language":"de","value":"Hund"}],
                 "property":[{"code":"legs","valueInteger":4}],"concept":[{"code":"poodle","display":"Poodle"}]},
                {"code":"dodo","display":"Dodo","property":[{"code":"inactive","valueBoolean":true},{"code":"legs","valueInteger":2}]}]},
    {"code":"pet","display":"Pet"},
    {"code":"lapdog","display":"Lap dog","property":[{"code":"parent","valueCode":"pet"},{"code":"parent","valueCode":"dog"}]}]})";

TEST(CodeSystem, FindsCodesAndTheirWords) {
  const auto animals = Read(kAnimals);
  EXPECT_EQ(animals->size(), 6u);
  const uint32_t dog = animals->Find("dog");
  ASSERT_NE(dog, CodeSystem::kNone);
  EXPECT_EQ(animals->Display(dog), "Dog");
  EXPECT_EQ(animals->DisplayIn(dog, "zh"), "狗");
  EXPECT_EQ(animals->DisplayIn(dog, "fr"), "Dog");
  EXPECT_EQ(animals->Designations(dog).size(), 2u);
  ASSERT_EQ(animals->Properties(dog).size(), 1u);
  EXPECT_EQ(animals->Properties(dog)[0].value, "4");
  EXPECT_EQ(animals->Properties(dog)[0].type, "integer");
  EXPECT_EQ(animals->Find("Dog"), CodeSystem::kNone);
  EXPECT_EQ(animals->Find(""), CodeSystem::kNone);
  EXPECT_TRUE(animals->IsInactive(animals->Find("dodo")));
  EXPECT_TRUE(animals->IsAbstract(animals->Find("animal")));
  EXPECT_FALSE(animals->IsInactive(dog));
}

TEST(CodeSystem, SubsumesThroughEveryParent) {
  const auto animals = Read(kAnimals);
  const auto subsumes = [&](const char* a, const char* b) { return animals->Subsumes(animals->Find(a), animals->Find(b)); };
  EXPECT_TRUE(subsumes("animal", "poodle"));
  EXPECT_TRUE(subsumes("animal", "lapdog"));
  EXPECT_TRUE(subsumes("pet", "lapdog"));
  EXPECT_TRUE(subsumes("dog", "dog"));
  EXPECT_FALSE(subsumes("poodle", "dog"));
  EXPECT_FALSE(subsumes("pet", "poodle"));
  EXPECT_EQ(animals->Descendants(animals->Find("animal"), false).size(), 4u);
  EXPECT_EQ(animals->Ancestors(animals->Find("lapdog"), false).size(), 3u);
}

TEST(CodeSystem, ACircleOfParentsEnds) {
  const auto odd = Read(R"({"resourceType":"CodeSystem","url":"urn:odd","content":"complete","concept":[
    {"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]}]})");
  EXPECT_TRUE(odd->Subsumes(0, 1));
  EXPECT_TRUE(odd->Subsumes(1, 0));
  EXPECT_EQ(odd->Descendants(0, true).size(), 2u);
}

TEST(CodeSystem, CaseMayNotMatter) {
  const auto loose = Read(R"({"resourceType":"CodeSystem","url":"urn:l","content":"complete","caseSensitive":false,"concept":[{"code":"Ab"}]})");
  EXPECT_EQ(loose->Find("aB"), 0u);
}

TEST(CodeSystem, RefusesOtherResources) {
  auto document = json::Document::Parse(R"({"resourceType":"Patient"})");
  EXPECT_EQ(CodeSystem::Read(document->root()).error().code, "not-a-code-system");
}

TEST(CodeSystem, AHundredThousandCodesAreCompactAndQuick) {
  const auto tree = Read(testing::TreeCodeSystem("urn:tree", "1", 4, 'J'));
  EXPECT_EQ(tree->size(), 10u * 11111u);
  EXPECT_LT(tree->bytes(), 12u << 20);
  EXPECT_EQ(tree->Descendants(tree->Find("A1"), true).size(), 1111u);
  size_t found = 0;
  for (int round = 0; round < 10; ++round) {
    for (uint32_t i = 0; i < tree->size(); ++i) found += tree->Find(tree->Code(i)) == i;
  }
  EXPECT_EQ(found, 10 * tree->size());
}

TEST(CodeSystem, ConceptsAreBounded) {
  std::string text = R"({"resourceType":"CodeSystem","url":"urn:many","content":"complete","concept":[{"code":"0"})";
  text.reserve(limits::kCodeSystemConcepts * 13);
  for (size_t i = 0; i < limits::kCodeSystemConcepts; ++i) text += R"(,{"code":"1"})";
  auto document = json::Document::Parse(text + "]}");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(CodeSystem::Read(document->root()).error().code, "too-many-concepts");
}

TEST(CodeSystem, AllOfHl7sAreRead) {
  size_t count = 0;
  for (const fhir::Artifact& artifact : fhir::Artifacts::R4().all()) {
    if (artifact.type != "CodeSystem") continue;
    const auto system = Read(std::string(artifact.json));
    for (uint32_t i = 0; i < system->size(); ++i) ASSERT_NE(system->Find(system->Code(i)), CodeSystem::kNone) << artifact.url;
    ++count;
  }
  EXPECT_GT(count, 1000u);
}

TEST(Versions, AreComparedByNumber) {
  EXPECT_TRUE(IsOlderVersion("2.0", "10.0"));
  EXPECT_FALSE(IsOlderVersion("10.0", "2.0"));
  EXPECT_TRUE(IsOlderVersion("", "1"));
  EXPECT_TRUE(IsOlderVersion("2.0", "2.0.1"));
  EXPECT_FALSE(IsOlderVersion("2.0", "2.0"));
  EXPECT_TRUE(VersionFits("4.0.1", "4.0"));
  EXPECT_FALSE(VersionFits("4.01", "4.0"));
  EXPECT_TRUE(VersionFits("1", ""));
}

}  // namespace
}  // namespace qianxian::terminology
