// FHIRPath Patch, operation by operation.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "patch/patch.h"

namespace qianxian::patch {
namespace {

// An operation's part: Part("path", R"("valueString":"Patient")").
std::string Part(const std::string& name, const std::string& rest) { return R"({"name":")" + name + "\"," + rest + "}"; }
std::string Code(const std::string& type, const std::string& path) {
  return Part("type", R"("valueCode":")" + type + "\"") + "," + Part("path", R"("valueString":")" + path + "\"");
}
std::string Named(const std::string& name) { return Part("name", R"("valueString":")" + name + "\""); }
std::string Number(const std::string& name, int number) { return Part(name, R"("valueInteger":)" + std::to_string(number)); }
std::string Operations(const std::vector<std::string>& operations) {
  std::string all;
  for (const std::string& parts : operations) all += (all.empty() ? "" : ",") + (R"({"name":"operation","part":[)" + parts + "]}");
  return R"({"resourceType":"Parameters","parameter":[)" + all + "]}";
}

std::string Patch(const std::string& resource, const std::vector<std::string>& operations) {
  Result<json::Document> document = json::Document::Parse(resource), parameters = json::Document::Parse(Operations(operations));
  if (!document.ok() || !parameters.ok()) return "not JSON";
  Result<std::string> done = ApplyFhirPathPatch(fhir::Definitions::R4(), document->root(), parameters->root(), Instant{});
  if (done.ok()) return *done;
  EXPECT_FALSE(done.error().zh.empty()) << done.error().en;
  return done.error().code;
}

const std::string kPatient = R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"}],"birthDate":"1920-01-01"})";

TEST(FhirPathPatch, Adds) {
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("birthDate") + "," + Part("value", R"("valueDate":"1930-01-01")")}),
            R"({"resourceType":"Patient","birthDate":"1930-01-01"})");
  EXPECT_EQ(Patch(kPatient, {Code("add", "Patient") + "," + Named("birthDate") + "," + Part("value", R"("valueDate":"1930-01-01")")}), "patch-failed") << "there already";
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","name":[{"family":"王"}]})", {Code("add", "Patient") + "," + Named("name") + "," + Part("value", R"("valueHumanName":{"family":"李"})")}),
            R"({"resourceType":"Patient","name":[{"family":"王"},{"family":"李"}]})") << "at the end of a list";
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","name":[{"family":"王"},{"use":"old"}]})", {Code("add", "Patient.name.where(use = 'old')") + "," + Named("given") + "," + Part("value", R"("valueString":"一")")}),
            R"({"resourceType":"Patient","name":[{"family":"王"},{"use":"old","given":["一"]}]})");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","name":[{},{}]})", {Code("add", "Patient.name") + "," + Named("family") + "," + Part("value", R"("valueString":"x")")}), "patch-failed")
      << "more than one place";
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient.contact") + "," + Named("gender") + "," + Part("value", R"("valueCode":"male")")}), "patch-failed");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("colour") + "," + Part("value", R"("valueCode":"blue")")}), "bad-patch");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("contained") + "," + Part("value", R"("resource":{"resourceType":"Basic","id":"b"})")}),
            R"({"resourceType":"Patient","contained":[{"resourceType":"Basic","id":"b"}]})");
}

TEST(FhirPathPatch, AddsChoices) {
  std::string observation = R"({"resourceType":"Observation","status":"final"})";
  for (const char* name : {"value", "valueQuantity"}) {
    EXPECT_EQ(Patch(observation, {Code("add", "Observation") + "," + Named(name) + "," + Part("value", R"("valueQuantity":{"value":1.50})")}),
              R"({"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50}})") << name;
  }
  EXPECT_EQ(Patch(observation, {Code("add", "Observation") + "," + Named("value") + "," + Part("value", R"("valueHumanName":{"text":"x"})")}), "bad-patch") << "no such choice";
  EXPECT_EQ(Patch(R"({"resourceType":"Observation","valueString":"x"})", {Code("add", "Observation") + "," + Named("value") + "," + Part("value", R"("valueInteger":1)")}), "patch-failed")
      << "another choice is there";
}

TEST(FhirPathPatch, AddsBackboneElementsFromParts) {
  std::string contact = Part("value", R"("part":[{"name":"name","valueHumanName":{"text":"a name"}},{"name":"telecom","valueContactPoint":{"value":"1"}},)"
                                      R"({"name":"telecom","valueContactPoint":{"value":"2"}},{"name":"gender","valueCode":"male","_valueCode":{"id":"g"}}])");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("contact") + "," + contact}),
            R"({"resourceType":"Patient","contact":[{"name":{"text":"a name"},"telecom":[{"value":"1"},{"value":"2"}],"gender":"male","_gender":{"id":"g"}}]})");
  std::string component = Part("value", R"("part":[{"name":"code","valueCodeableConcept":{"text":"c"}},{"name":"value","valueQuantity":{"value":1.0}},)"
                                        R"({"name":"referenceRange","part":[{"name":"text","valueString":"r"}]}])");
  EXPECT_EQ(Patch(R"({"resourceType":"Observation"})", {Code("add", "Observation") + "," + Named("component") + "," + component}),
            R"({"resourceType":"Observation","component":[{"code":{"text":"c"},"valueQuantity":{"value":1.0},"referenceRange":[{"text":"r"}]}]})");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("contact") + "," + Part("value", R"("part":[{"name":"colour","valueString":"x"}])")}), "bad-patch");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("contact") + "," +
                                                   Part("value", R"("part":[{"name":"gender","valueCode":"male"},{"name":"gender","valueCode":"female"}])")}), "bad-patch");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","contact":[{"gender":"male"}]})", {Code("add", "Patient.contact[0]") + "," + Named("name") + "," + Part("value", R"("valueHumanName":{"text":"n"})")}),
            R"({"resourceType":"Patient","contact":[{"gender":"male","name":{"text":"n"}}]})");
}

TEST(FhirPathPatch, ReachesExtensionsOfPrimitives) {
  std::string extension = Part("value", R"("valueExtension":{"url":"urn:e","valueString":"x"})");
  EXPECT_EQ(Patch(kPatient, {Code("add", "Patient.birthDate") + "," + Named("extension") + "," + extension}).find(R"("_birthDate":{"extension":[{"url":"urn:e","valueString":"x"}]})") ,
            std::string(kPatient).size()) << "appended after what was there";
  std::string given = R"({"resourceType":"Patient","name":[{"given":["a","b"]}]})";
  EXPECT_EQ(Patch(given, {Code("add", "Patient.name.given[1]") + "," + Named("extension") + "," + extension}),
            R"({"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"extension":[{"url":"urn:e","valueString":"x"}]}]}]})");
  std::string both = R"({"resourceType":"Patient","birthDate":"1920","_birthDate":{"extension":[{"url":"urn:e","valueString":"x"}]}})";
  EXPECT_EQ(Patch(both, {Code("replace", "Patient.birthDate.extension[0].value") + "," + Part("value", R"("valueString":"y")")}),
            R"({"resourceType":"Patient","birthDate":"1920","_birthDate":{"extension":[{"url":"urn:e","valueString":"y"}]}})");
  EXPECT_EQ(Patch(both, {Code("delete", "Patient.birthDate.extension[0]")}), R"({"resourceType":"Patient","birthDate":"1920"})");
  EXPECT_EQ(Patch(both, {Code("delete", "Patient.birthDate")}), R"({"resourceType":"Patient"})") << "its extensions go with it";
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","_birthDate":{"id":"1"}})", {Code("delete", "Patient.birthDate")}), R"({"resourceType":"Patient"})") << "only extensions";
}

TEST(FhirPathPatch, Inserts) {
  auto insert = [](const std::string& path, int index, const std::string& value) { return Code("insert", path) + "," + Number("index", index) + "," + Part("value", value); };
  std::string value = R"("valueIdentifier":{"value":"0"})";
  EXPECT_EQ(Patch(kPatient, {insert("Patient.identifier", 0, value)}),
            R"({"resourceType":"Patient","identifier":[{"value":"0"},{"value":"1"},{"value":"2"},{"value":"3"}],"birthDate":"1920-01-01"})");
  EXPECT_EQ(Patch(kPatient, {insert("Patient.identifier", 3, value)}), R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"},{"value":"0"}],"birthDate":"1920-01-01"})");
  EXPECT_EQ(Patch(kPatient, {insert("Patient.identifier", 4, value)}), "patch-failed");
  EXPECT_EQ(Patch(kPatient, {insert("Patient.name", 0, R"("valueHumanName":{"text":"x"})")}),
            R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"}],"birthDate":"1920-01-01","name":[{"text":"x"}]})") << "the list is not there yet";
  EXPECT_EQ(Patch(kPatient, {insert("Patient.name", 1, R"("valueHumanName":{"text":"x"})")}), "patch-failed");
  EXPECT_EQ(Patch(kPatient, {insert("Patient.birthDate", 0, R"("valueDate":"1930")")}), "patch-failed") << "no list";
  EXPECT_EQ(Patch(kPatient, {insert("Patient.identifier.where(value = '2')", 0, value)}), "patch-failed") << "a part of a list";
  EXPECT_EQ(Patch(kPatient, {Code("insert", "Patient.identifier") + "," + Part("value", value)}), "bad-patch") << "no index";
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]})", {insert("Patient.name.given", 1, R"("valueString":"x")")}),
            R"({"resourceType":"Patient","name":[{"given":["a","x","b"],"_given":[null,null,{"id":"b"}]}]})") << "values and extensions stay side by side";
}

TEST(FhirPathPatch, Deletes) {
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.birthDate")}), R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"}]})");
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.identifier[1]")}), R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"3"}],"birthDate":"1920-01-01"})");
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.identifier.where(value = '3')")}), R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"}],"birthDate":"1920-01-01"})");
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.gender")}), kPatient) << "nothing there: nothing to do";
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.identifier")}), "patch-failed") << "several";
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient")}), "patch-failed");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","name":[{"family":"x"}],"active":true})", {Code("delete", "Patient.name.family")}), R"({"resourceType":"Patient","active":true})")
      << "nothing empty stays";
  EXPECT_EQ(Patch(R"({"resourceType":"Observation","valueString":"x"})", {Code("delete", "Observation.value")}), R"({"resourceType":"Observation"})");
}

TEST(FhirPathPatch, Replaces) {
  auto replace = [](const std::string& path, const std::string& value) { return Code("replace", path) + "," + Part("value", value); };
  EXPECT_EQ(Patch(kPatient, {replace("Patient.birthDate", R"("valueDate":"1930-01-01")")}),
            R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"}],"birthDate":"1930-01-01"})");
  EXPECT_EQ(Patch(kPatient, {replace("Patient.identifier[2].value", R"("valueString":"9")")}), R"({"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"9"}],"birthDate":"1920-01-01"})");
  EXPECT_EQ(Patch(kPatient, {replace("Patient.gender", R"("valueCode":"male")")}), "patch-failed") << "nothing to replace";
  EXPECT_EQ(Patch(kPatient, {replace("Patient.identifier", R"("valueIdentifier":{"value":"9"})")}), "patch-failed") << "several";
  EXPECT_EQ(Patch(kPatient, {replace("Patient.birthDate.toString()", R"("valueDate":"1930")")}), "patch-failed") << "no element of the resource";
  EXPECT_EQ(Patch(R"({"resourceType":"Observation","valueString":"x","_valueString":{"id":"1"},"status":"final"})", {replace("Observation.value", R"("valueQuantity":{"value":2.0})")}),
            R"({"resourceType":"Observation","valueQuantity":{"value":2.0},"status":"final"})") << "another type, in the same place";
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","maritalStatus":{"coding":[{"code":"U"}],"text":"a"}})", {replace("Patient.maritalStatus", R"("valueCodeableConcept":{"text":"b"})")}),
            R"({"resourceType":"Patient","maritalStatus":{"text":"b"}})");
}

TEST(FhirPathPatch, Moves) {
  auto move = [](int source, int destination) { return Code("move", "Patient.identifier") + "," + Number("source", source) + "," + Number("destination", destination); };
  auto values = [](const std::string& text) {
    std::string found;
    for (size_t at = text.find("\"value\":\""); at != std::string::npos; at = text.find("\"value\":\"", at + 1)) found += text[at + 9];
    return found;
  };
  EXPECT_EQ(values(Patch(kPatient, {move(2, 0)})), "312");
  EXPECT_EQ(values(Patch(kPatient, {move(0, 2)})), "231");
  EXPECT_EQ(values(Patch(kPatient, {move(1, 1)})), "123");
  EXPECT_EQ(Patch(kPatient, {move(3, 0)}), "patch-failed");
  EXPECT_EQ(Patch(kPatient, {move(0, 3)}), "patch-failed");
  EXPECT_EQ(Patch(kPatient, {Code("move", "Patient.identifier") + "," + Number("source", 0)}), "bad-patch");
  EXPECT_EQ(Patch(R"({"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"a"},null]}]})", {Code("move", "Patient.name.given") + "," + Number("source", 0) + "," + Number("destination", 1)}),
            R"({"resourceType":"Patient","name":[{"given":["b","a"],"_given":[null,{"id":"a"}]}]})");
}

TEST(FhirPathPatch, EachOperationSeesTheOnesBefore) {
  EXPECT_EQ(Patch(R"({"resourceType":"Patient"})", {Code("add", "Patient") + "," + Named("name") + "," + Part("value", R"("valueHumanName":{"text":"x"})"),
                                                   Code("add", "Patient.name") + "," + Named("family") + "," + Part("value", R"("valueString":"王")"),
                                                   Code("delete", "Patient.name.text")}),
            R"({"resourceType":"Patient","name":[{"family":"王"}]})");
}

TEST(FhirPathPatch, BadPatchesAreSaid) {
  EXPECT_EQ(Patch(kPatient, {Code("spam", "Patient")}), "bad-patch");
  EXPECT_EQ(Patch(kPatient, {Part("type", R"("valueCode":"delete")")}), "bad-patch") << "no path";
  EXPECT_EQ(Patch(kPatient, {Code("add", "Patient") + "," + Named("gender")}), "bad-patch") << "no value";
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.(")}), "bad-expression");
  EXPECT_EQ(Patch(kPatient, {Code("delete", "Patient.birthDate") + "," + Part("colour", R"("valueString":"blue")")}), "bad-patch");
  Result<json::Document> patient = json::Document::Parse(kPatient);
  EXPECT_FALSE(ApplyFhirPathPatch(fhir::Definitions::R4(), patient->root(), patient->root(), Instant{}).ok()) << "no Parameters";
  std::vector<std::string> many(limits::kPatchOperations + 1, Code("delete", "Patient.birthDate"));
  EXPECT_EQ(Patch(kPatient, many), "too-large");
}

TEST(FhirPathPatch, LeavesTheRestAsItWasSent) {
  EXPECT_EQ(Patch("{\"resourceType\":\"Observation\", \"valueQuantity\" : {\"value\" : 1.500, \"unit\":\"mg\"},\"status\":\"final\"}", {Code("replace", "Observation.status") + "," + Part("value", R"("valueCode":"amended")")}),
            "{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\" : 1.500, \"unit\":\"mg\"},\"status\":\"amended\"}");
}

}  // namespace
}  // namespace qianxian::patch
