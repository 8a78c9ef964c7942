#include "validate/validator.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "fhir/shape.h"
#include "terminology/test_source.h"

namespace qianxian::validate {
namespace {

using terminology::testing::TestSource;

class ValidatorTest : public ::testing::Test {
 protected:
  std::vector<fhir::Issue> Issues(const std::string& text, std::vector<std::string> profiles = {}) {
    auto document = json::Document::Parse(text);
    QX_CHECK(document.ok(), text);
    return Validator(fhir::Definitions::R4(), schemas, terminology).Validate(document->root(), {.now = Instant{1'700'000'000'000'000}, .profiles = std::move(profiles)});
  }
  // "detail@place" of the errors (or of what else is asked for), with a text in both languages each.
  std::vector<std::string> Errors(const std::string& text, std::vector<std::string> profiles = {}, fhir::Severity severity = fhir::Severity::kError) {
    std::vector<std::string> out;
    for (const fhir::Issue& issue : Issues(text, std::move(profiles))) {
      EXPECT_FALSE(issue.en.empty());
      EXPECT_FALSE(issue.zh.empty());
      if (issue.severity == severity) out.push_back(issue.detail_code + "@" + issue.expression);
    }
    return out;
  }
  // A profile of a differential.
  void AddProfile(const std::string& type, const std::string& url, const std::string& elements) {
    source.Add(R"({"resourceType":"StructureDefinition","url":")" + url + R"(","kind":"resource","abstract":false,"type":")" + type +
               R"(","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/)" + type + R"(","differential":{"element":[)" + elements + "]}}");
  }
  TestSource source;
  terminology::Terminology terminology{source};
  Schemas schemas{source};
};

using List = std::vector<std::string>;

std::string Observation(const std::string& members) {
  return R"({"resourceType":"Observation","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"status":"final",
    "code":{"text":"x"})" + members + "}";
}

TEST_F(ValidatorTest, StructureAndBaseInvariants) {
  EXPECT_EQ(Errors(Observation("")), List{});
  EXPECT_EQ(Errors(Observation(R"(,"colour":"red")")), List{"unknown-element@Observation"});
  EXPECT_EQ(Errors(Observation(R"(,"valueQuantity":{"value":1},"dataAbsentReason":{"text":"x"})")), List{"obs-6@Observation"});
  EXPECT_EQ(Errors(Observation(R"(,"referenceRange":[{"text":"a"},{"age":{"low":{"value":1}}}])")), List{"obs-3@Observation.referenceRange[1]"});
  EXPECT_EQ(Errors(Observation(R"(,"effectivePeriod":{"start":"2020-02-01","end":"2020-01-01"})")), List{"per-1@Observation.effectivePeriod"});
  EXPECT_EQ(Errors(Observation(R"(,"subject":{"reference":"#p"})")), (List{"no-such-contained@Observation.subject", "ref-1@Observation.subject"}));
  EXPECT_EQ(Errors(Observation(R"(,"contained":[{"resourceType":"Patient","id":"p"}])")), List{"dom-3@Observation"});
  EXPECT_EQ(Errors(Observation(R"(,"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"})")), List{});
  EXPECT_EQ(Errors(Observation(R"(,"contained":[{"resourceType":"Medication","id":"p"}],"subject":{"reference":"#p"})")), List{"wrong-target@Observation.subject"});
  EXPECT_EQ(Errors(R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","birthDate":"x","contact":[{"gender":"male"}]}}]})"),
            (List{"bad-value@Bundle.entry[0].resource.birthDate", "pat-1@Bundle.entry[0].resource.contact[0]"}));
  EXPECT_EQ(Errors(R"({"resourceType":"Patient"})", {}, fhir::Severity::kWarning), List{"dom-6@Patient"});
}

TEST_F(ValidatorTest, Bindings) {
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","gender":"männlich"})"), List{"unknown-code@Patient.gender"});
  const std::string allergy = R"({"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"system":"SYSTEM","code":"CODE"}]}})";
  const auto with = [&](std::string system, std::string code) {
    std::string text = allergy;
    text.replace(text.find("SYSTEM"), 6, system).replace(text.find("CODE"), 4, code);
    return text;
  };
  const std::string right = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
  EXPECT_EQ(Errors(with(right, "active")), List{});
  EXPECT_EQ(Errors(with(right, "asleep")), List{"not-in-value-set@AllergyIntolerance.clinicalStatus"});
  EXPECT_EQ(Errors(with("urn:x", "active")), List{"not-in-value-set@AllergyIntolerance.clinicalStatus"});
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"urn:x","code":"y"}]}})", {}, fhir::Severity::kWarning),
            (List{"dom-6@Patient", "not-in-extensible-value-set@Patient.maritalStatus"}));
}

TEST_F(ValidatorTest, ExtensionsByTheirDefinition) {
  const auto patient = [](const std::string& extension) { return R"({"resourceType":"Patient","extension":[)" + extension + "]}"; };
  EXPECT_EQ(Errors(patient(R"({"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"安吉"}})")), List{});
  const auto wrong = Errors(patient(R"({"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueString":"安吉"})"));
  EXPECT_FALSE(wrong.empty());
  EXPECT_EQ(Errors(patient(R"({"url":"http://example.org/unknown","valueString":"x"})"), {}, fhir::Severity::kInformation),
            List{"unknown-extension@Patient.extension[0]"});
  EXPECT_EQ(Errors(patient(R"({"url":"http://example.org/unknown"})")), List{"ext-1@Patient.extension[0]"});
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","birthDate":"1980-01-01","_birthDate":{"extension":[{"url":"http://example.org/unknown"}]}})"),
            List{"ext-1@Patient.birthDate.extension[0]"});
}

TEST_F(ValidatorTest, ProfilesCountFixAndBound) {
  AddProfile("Patient", "urn:p", R"x({"path":"Patient"},{"path":"Patient.name","min":1},{"path":"Patient.name.family","min":1,"maxLength":4},{"path":"Patient.photo","max":"0"},
    {"path":"Patient.active","fixedBoolean":true},{"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"urn:m","code":"S"}]}},
    {"path":"Patient.birthDate","minValueDate":"1900-01-01"},{"path":"Patient.deceased[x]","type":[{"code":"boolean"}]},
    {"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"needs a phone","expression":"telecom.where(system = 'phone').exists()"}]})x");
  const List p{"urn:p"};
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","active":true,"name":[{"family":"Li"}],"telecom":[{"system":"phone","value":"1"}],
    "maritalStatus":{"coding":[{"system":"urn:o","code":"x"},{"system":"urn:m","code":"S","display":"single"}]},"birthDate":"1980-01-01","deceasedBoolean":false})", p), List{});
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","active":false,"name":[{"family":"Mueller"},{"given":["A"]}],"photo":[{"url":"urn:x"}],
    "maritalStatus":{"coding":[{"system":"urn:m","code":"M"}]},"birthDate":"1880-01-01","deceasedDateTime":"2020"})", p),
            (List{"x-1@Patient", "not-fixed-value@Patient.active", "too-long@Patient.name[0].family", "too-few@Patient.name[1].family", "too-many@Patient.photo",
                  "not-in-pattern@Patient.maritalStatus", "too-small@Patient.birthDate", "wrong-type@Patient.deceasedDateTime"}));
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","meta":{"profile":["urn:p"]},"telecom":[{"system":"phone","value":"1"}]})"), List{"too-few@Patient.name"});
  EXPECT_EQ(Errors(R"({"resourceType":"Patient"})", {"urn:none"}), List{"unknown-profile@Patient"});
  EXPECT_EQ(Errors(R"({"resourceType":"Basic","code":{"text":"x"}})", p), List{"wrong-profile@Basic"});
}

TEST_F(ValidatorTest, SlicesByValuePatternExistsTypeAndProfile) {
  AddProfile("Patient", "urn:value", R"({"path":"Patient"},{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
    {"id":"Patient.identifier:card","path":"Patient.identifier","sliceName":"card","min":1,"max":"1"},{"id":"Patient.identifier:card.system","path":"Patient.identifier.system","fixedUri":"urn:card","min":1},
    {"id":"Patient.identifier:card.value","path":"Patient.identifier.value","min":1})");
  const auto patient = [](const std::string& identifiers) { return R"({"resourceType":"Patient","identifier":[)" + identifiers + "]}"; };
  EXPECT_EQ(Errors(patient(R"({"system":"urn:card","value":"1"})"), {"urn:value"}), List{});
  EXPECT_EQ(Errors(patient(R"({"system":"urn:card"},{"system":"urn:other","value":"2"})"), {"urn:value"}),
            (List{"too-few@Patient.identifier[0].value", "no-slice@Patient.identifier[1]"}));
  EXPECT_EQ(Errors(patient(R"({"system":"urn:card","value":"1"},{"system":"urn:card","value":"2"})"), {"urn:value"}), List{"too-many@Patient.identifier"});
  EXPECT_EQ(Errors(R"({"resourceType":"Patient"})", {"urn:value"}), List{"too-few@Patient.identifier"});

  AddProfile("Observation", "urn:pattern", R"({"path":"Observation"},{"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"pattern","path":"$this"}],"rules":"open"}},
    {"id":"Observation.category:lab","path":"Observation.category","sliceName":"lab","min":1,"patternCodeableConcept":{"coding":[{"code":"laboratory"}]}})");
  EXPECT_EQ(Errors(Observation(R"(,"category":[{"coding":[{"code":"laboratory"}]},{"text":"other"}])"), {"urn:pattern"}), List{});
  EXPECT_EQ(Errors(Observation(R"(,"category":[{"text":"other"}])"), {"urn:pattern"}), List{"too-few@Observation.category"});

  AddProfile("Patient", "urn:exists", R"({"path":"Patient"},{"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"exists","path":"text"}],"rules":"open"}},
    {"id":"Patient.name:whole","path":"Patient.name","sliceName":"whole","max":"1"},{"id":"Patient.name:whole.text","path":"Patient.name.text","min":1},
    {"id":"Patient.name:parts","path":"Patient.name","sliceName":"parts"},{"id":"Patient.name:parts.text","path":"Patient.name.text","max":"0"},{"id":"Patient.name:parts.family","path":"Patient.name.family","min":1})");
  EXPECT_EQ(Errors(R"({"resourceType":"Patient","name":[{"text":"a"},{"text":"b"},{"given":["c"]}]})", {"urn:exists"}),
            (List{"too-few@Patient.name[2].family", "too-many@Patient.name"}));

  AddProfile("Observation", "urn:type", R"({"path":"Observation"},{"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
    {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]},
    {"id":"Observation.value[x]:valueQuantity.unit","path":"Observation.value[x].unit","min":1})");
  EXPECT_EQ(Errors(Observation(R"(,"valueQuantity":{"value":1,"unit":"kg"})"), {"urn:type"}), List{});
  EXPECT_EQ(Errors(Observation(R"(,"valueQuantity":{"value":1})"), {"urn:type"}), List{"too-few@Observation.valueQuantity.unit"});
  EXPECT_EQ(Errors(Observation(R"(,"valueString":"x")"), {"urn:type"}), List{"no-slice@Observation.valueString"});

  AddProfile("Patient", "urn:named", R"({"path":"Patient"},{"path":"Patient.name","min":1})");
  AddProfile("Bundle", "urn:profile", R"({"path":"Bundle"},{"id":"Bundle.entry","path":"Bundle.entry","slicing":{"discriminator":[{"type":"profile","path":"resource"}],"rules":"open"}},
    {"id":"Bundle.entry:named","path":"Bundle.entry","sliceName":"named","min":1},{"id":"Bundle.entry:named.resource","path":"Bundle.entry.resource","type":[{"code":"Patient","profile":["urn:named"]}]})");
  EXPECT_EQ(Errors(R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","name":[{"text":"a"}]}}]})", {"urn:profile"}), List{});
  EXPECT_EQ(Errors(R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}}]})", {"urn:profile"}), List{"too-few@Bundle.entry"});
}

TEST_F(ValidatorTest, Hl7sBloodPressureProfile) {
  const std::string bp = R"(,"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
    "subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01")";
  const std::string components = R"(,"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
    {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"UNIT"}}])";
  const auto text = [&](const std::string& unit, bool all) {
    std::string made = Observation(bp + components);
    made.replace(made.find(R"({"text":"x"})"), 12, R"({"coding":[{"system":"http://loinc.org","code":"85354-9"}]})");
    made.replace(made.find("UNIT"), 4, unit);
    if (!all) made.replace(made.find("8462-4"), 6, "9999-9");
    return made;
  };
  const List profile{"http://hl7.org/fhir/StructureDefinition/bp"};
  EXPECT_EQ(Errors(text("mm[Hg]", true), profile), List{});
  EXPECT_EQ(Errors(text("kPa", true), profile), (List{"not-in-value-set@Observation.component[1].valueQuantity", "not-fixed-value@Observation.component[1].valueQuantity.code"}));
  EXPECT_EQ(Errors(text("mm[Hg]", false), profile), List{"too-few@Observation.component"});
}

TEST_F(ValidatorTest, Bounds) {
  EXPECT_EQ(Errors(R"({"resourceType":"Patient"})", List(limits::kValidateProfiles + 1, "urn:p")), List{"too-many-profiles@"});
  std::string many;
  for (size_t i = 0; i < limits::kValidateIssues + 100; ++i) many += (i ? "," : "") + std::string(R"({"relationship":[{"text":"x"}]})");
  const auto issues = Issues(R"({"resourceType":"Patient","contact":[)" + many + "]}");
  EXPECT_EQ(issues.back().detail_code, "too-many-issues");
  EXPECT_LE(issues.size(), 2 * limits::kValidateIssues + 1);
  // Every profile that an extension names is its own: a profile on itself ends.
  source.Add(R"({"resourceType":"StructureDefinition","url":"urn:loop","kind":"complex-type","abstract":false,"type":"Extension","derivation":"constraint",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension","differential":{"element":[{"path":"Extension"},{"id":"Extension.extension","path":"Extension.extension","type":[{"code":"Extension","profile":["urn:loop"]}]}]}})");
  std::string nested = R"({"url":"urn:loop","valueString":"x"})";
  for (int i = 0; i < 40; ++i) nested = R"({"url":"urn:loop","extension":[)" + nested + "]}";
  const auto looped = Issues(R"({"resourceType":"Patient","extension":[)" + nested + "]}");
  EXPECT_TRUE(std::any_of(looped.begin(), looped.end(), [](const fhir::Issue& issue) { return issue.detail_code == "too-costly"; }) || !fhir::HasErrors(looped));
}

// Every level of this extension is checked twice for each time that the level above is: two to the power of its depth.
TEST_F(ValidatorTest, WorkIsBounded) {
  source.Add(R"({"resourceType":"StructureDefinition","url":"urn:two","kind":"complex-type","abstract":false,"type":"Extension","derivation":"constraint",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension","differential":{"element":[{"path":"Extension"},
    {"id":"Extension.extension","path":"Extension.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"},"type":[{"code":"Extension","profile":["urn:two"]}]},
    {"id":"Extension.extension:a","path":"Extension.extension","sliceName":"a"}]}})");
  std::string nested = R"({"url":"urn:two","valueString":"x"})";
  for (int i = 0; i < 30; ++i) nested = R"({"url":"urn:two","extension":[)" + nested + "]}";
  const auto issues = Issues(R"({"resourceType":"Patient","extension":[)" + nested + "]}");
  EXPECT_TRUE(std::any_of(issues.begin(), issues.end(), [](const fhir::Issue& issue) {
    return issue.detail_code == "too-costly" && issue.severity == fhir::Severity::kFatal;
  }));
}

}  // namespace
}  // namespace qianxian::validate
