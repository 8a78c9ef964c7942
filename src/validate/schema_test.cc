#include "validate/schema.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "fhir/artifacts.h"
#include "terminology/test_source.h"
#include "validate/schemas.h"

namespace qianxian::validate {
namespace {

using terminology::testing::TestSource;

TEST(Schema, AllOfHl7sAreRead) {
  terminology::R4Source source;
  Schemas schemas(source);
  size_t count = 0;
  for (const fhir::Artifact& artifact : fhir::Artifacts::R4().all()) {
    if (artifact.type != "StructureDefinition") continue;
    auto schema = schemas.Find(artifact.url);
    if (!schema.ok()) {
      EXPECT_EQ(schema.error().code, "bad-profile") << artifact.url << " " << Describe(schema.error());
      EXPECT_NE(artifact.json.find(R"("kind":"logical")"), std::string_view::npos) << artifact.url;
      continue;
    }
    ASSERT_NE(*schema, nullptr);
    EXPECT_EQ((*schema)->url(), artifact.url);
    EXPECT_FALSE((*schema)->root().children.empty() && artifact.json.find("\"max\":\"0\"") == std::string_view::npos) << artifact.url;
    ++count;
  }
  EXPECT_GT(count, 600u);
}

TEST(Schema, IsATreeOfRulesWithSlices) {
  terminology::R4Source source;
  Schemas schemas(source);
  auto bp = schemas.Find("http://hl7.org/fhir/StructureDefinition/bp");
  ASSERT_TRUE(bp.ok() && *bp);
  EXPECT_TRUE((*bp)->is_profile());
  EXPECT_EQ((*bp)->type(), "Observation");
  const Rule* component = (*bp)->Find("Observation.component");
  ASSERT_NE(component, nullptr);
  EXPECT_EQ(component->slices.size(), 2u);
  EXPECT_EQ(component->slicing->discriminators[0].path, "code.coding.code");
  EXPECT_EQ((*bp)->Find("Observation.nothing"), nullptr);
}

std::string Differential(const std::string& url, const std::string& base, const std::string& elements) {
  return R"({"resourceType":"StructureDefinition","url":")" + url + R"(","kind":"resource","type":"Patient","derivation":"constraint","baseDefinition":")" + base +
         R"(","differential":{"element":[)" + elements + "]}}";
}

TEST(Schema, ADifferentialIsLaidOverItsBase) {
  TestSource source;
  source.Add(Differential("urn:p1", "http://hl7.org/fhir/StructureDefinition/Patient",
      R"({"id":"Patient","path":"Patient"},{"id":"Patient.name","path":"Patient.name","min":1},{"id":"Patient.name.family","path":"Patient.name.family","min":1},
         {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
         {"id":"Patient.identifier:card","path":"Patient.identifier","sliceName":"card","max":"1"},
         {"id":"Patient.identifier:card.system","path":"Patient.identifier.system","min":1,"fixedUri":"urn:card"})"));
  // The same without ids, on top of it.
  source.Add(Differential("urn:p2", "urn:p1",
      R"({"path":"Patient"},{"path":"Patient.identifier","sliceName":"card","min":1},{"path":"Patient.identifier.value","min":1},{"path":"Patient.deceasedBoolean","max":"0"})"));
  Schemas schemas(source);
  auto first = schemas.Find("urn:p1");
  ASSERT_TRUE(first.ok()) << Describe(first.error());
  const Rule* name = (*first)->Find("Patient.name");
  EXPECT_EQ(name->minimum, 1u);
  EXPECT_EQ(name->Child("family")->minimum, 1u);
  EXPECT_NE(name->Child("given"), nullptr) << "the data type's other children are there too";
  auto second = schemas.Find("urn:p2");
  ASSERT_TRUE(second.ok()) << Describe(second.error());
  const Rule* identifier = (*second)->Find("Patient.identifier");
  ASSERT_EQ(identifier->slices.size(), 1u);
  EXPECT_EQ(identifier->slices[0]->minimum, 1u);
  EXPECT_EQ(identifier->slices[0]->maximum, 1u);
  EXPECT_TRUE(identifier->slices[0]->Child("system")->fixed.has_value());
  EXPECT_EQ(identifier->slices[0]->Child("value")->minimum, 1u);
  EXPECT_EQ(identifier->Child("value"), nullptr) << "only the slice was entered";
  const Rule* deceased = (*second)->Find("Patient.deceased");
  ASSERT_EQ(deceased->slices.size(), 1u);
  EXPECT_EQ(deceased->slices[0]->maximum, 0u);
}

TEST(Schema, SoManyAreKept) {
  TestSource source;
  Schemas schemas(source);
  for (size_t i = 0; i < limits::kSchemasKept + 10; ++i) {
    ASSERT_TRUE(schemas.Find("urn:none:" + std::to_string(i)).ok());
    EXPECT_LE(schemas.kept(), limits::kSchemasKept);
  }
}

TEST(Schema, FaultsAreSaid) {
  TestSource source;
  source.Add(Differential("urn:bad", "http://hl7.org/fhir/StructureDefinition/Patient", R"({"id":"Patient.colour","path":"Patient.colour"})"));
  source.Add(Differential("urn:orphan", "urn:none", R"({"path":"Patient"})"));
  source.Add(Differential("urn:a", "urn:b", R"({"path":"Patient"})"));
  source.Add(Differential("urn:b", "urn:a", R"({"path":"Patient"})"));
  source.Add(Differential("urn:expression", "http://hl7.org/fhir/StructureDefinition/Patient",
                          R"({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h","expression":"name.("}]})"));
  std::string many;
  for (size_t i = 0; i <= limits::kSchemaElements; ++i) many += (i ? "," : "") + std::string(R"({"path":"Patient"})");
  source.Add(Differential("urn:many", "http://hl7.org/fhir/StructureDefinition/Patient", many));
  Schemas schemas(source);
  EXPECT_EQ(schemas.Find("urn:bad").error().code, "bad-profile");
  EXPECT_EQ(schemas.Find("urn:orphan").error().code, "bad-profile");
  EXPECT_EQ(schemas.Find("urn:a").error().code, "profile-cycle");
  EXPECT_EQ(schemas.Find("urn:expression").error().code, "bad-expression");
  EXPECT_EQ(schemas.Find("urn:many").error().code, "too-many-elements");
  EXPECT_EQ(*schemas.Find("urn:nothing"), nullptr);
}

}  // namespace
}  // namespace qianxian::validate
