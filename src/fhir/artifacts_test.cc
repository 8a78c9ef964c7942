#include "fhir/artifacts.h"

#include <gtest/gtest.h>

#include "json/value.h"

namespace qianxian::fhir {
namespace {

TEST(Artifacts, AreFoundByTypeAndUrl) {
  const Artifacts& r4 = Artifacts::R4();
  const Artifact* genders = r4.Find("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender");
  ASSERT_NE(genders, nullptr);
  EXPECT_EQ(genders->version, "4.0.1");
  EXPECT_EQ(r4.Find("CodeSystem", "http://hl7.org/fhir/ValueSet/administrative-gender"), nullptr);
  EXPECT_NE(r4.Find("CodeSystem", "http://hl7.org/fhir/administrative-gender"), nullptr);
  EXPECT_NE(r4.Find("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/bp"), nullptr);
  EXPECT_EQ(r4.Find("ValueSet", "http://example.org/none"), nullptr);
}

TEST(Artifacts, EachIsTheJsonOfWhatTheIndexSays) {
  size_t count = 0;
  for (const Artifact& artifact : Artifacts::R4().all()) {
    auto document = json::Document::Parse(std::string(artifact.json));
    ASSERT_TRUE(document.ok()) << artifact.url;
    EXPECT_EQ(document->root().FindString("resourceType"), artifact.type);
    EXPECT_EQ(document->root().FindString("url"), artifact.url);
    ++count;
  }
  EXPECT_GT(count, 3000u);
}

}  // namespace
}  // namespace qianxian::fhir
