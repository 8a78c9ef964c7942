#include "fhir/shape.h"

#include <gtest/gtest.h>

#include "fhir/examples_for_tests.h"

namespace qianxian::fhir {
namespace {

std::string First(std::string json, std::string_view expected = {}) {
  auto document = json::Document::Parse(std::move(json));
  EXPECT_TRUE(document.ok());
  auto issues = CheckShape(Definitions::R4(), document->root(), expected);
  if (issues.empty()) return "";
  EXPECT_FALSE(issues[0].zh.empty());
  return issues[0].detail_code + " " + issues[0].expression;
}

TEST(Shape, GoodResourcesPass) {
  EXPECT_EQ(First(R"({"resourceType":"Patient"})"), "");
  EXPECT_EQ(First(R"({"resourceType":"Patient","active":true,"birthDate":"1980","_birthDate":{"id":"x"},
    "name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"u","valueString":"b"}]}]}],
    "contained":[{"resourceType":"Organization","name":"o"}],"deceasedBoolean":false})"), "");
  EXPECT_EQ(First(R"({"resourceType":"Observation","_status":{"extension":[{"url":"u","valueCode":"c"}]},"code":{"text":"t"}})"), "");
}

TEST(Shape, BadOnesAreRefusedWithTheirPath) {
  EXPECT_EQ(First("[]"), "not-an-object ");
  EXPECT_EQ(First("{}"), "no-resource-type ");
  EXPECT_EQ(First(R"({"resourceType":"Nonsense"})"), "unknown-resource-type ");
  EXPECT_EQ(First(R"({"resourceType":"Patient"})", "Person"), "wrong-resource-type ");
  EXPECT_EQ(First(R"({"resourceType":"Patient","colour":"red"})"), "unknown-element Patient");
  EXPECT_EQ(First(R"({"resourceType":"Patient","deceased":true})"), "unknown-element Patient");
  EXPECT_EQ(First(R"({"resourceType":"Patient","_name":[]})"), "unknown-element Patient");
  EXPECT_EQ(First(R"({"resourceType":"Patient","name":{"family":"x"}})"), "not-an-array Patient.name");
  EXPECT_EQ(First(R"({"resourceType":"Patient","name":[]})"), "empty-array Patient.name");
  EXPECT_EQ(First(R"({"resourceType":"Patient","name":[{}]})"), "empty-object Patient.name[0]");
  EXPECT_EQ(First(R"({"resourceType":"Patient","name":["x"]})"), "not-an-object Patient.name[0]");
  EXPECT_EQ(First(R"({"resourceType":"Patient","active":[true]})"), "not-repeating Patient.active");
  EXPECT_EQ(First(R"({"resourceType":"Patient","active":"true"})"), "bad-value Patient.active");
  EXPECT_EQ(First(R"({"resourceType":"Patient","active":null})"), "bad-value Patient.active");
  EXPECT_EQ(First(R"({"resourceType":"Patient","birthDate":"1980-13"})"), "bad-value Patient.birthDate");
  EXPECT_EQ(First(R"({"resourceType":"Patient","gender":"f"})"), "unknown-code Patient.gender");
  EXPECT_EQ(First(R"({"resourceType":"Patient","name":[{"family":"a"},{"given":["x",null]}]})"), "bad-value Patient.name[1].given[1]");
  EXPECT_EQ(First(R"({"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"})"),
            "two-choices Patient.deceasedDateTime");
  EXPECT_EQ(First(R"({"resourceType":"Observation","status":"final"})"), "missing-element Observation");
  EXPECT_EQ(First(R"({"resourceType":"Patient","contained":[{"resourceType":"Person","x":1}]})"),
            "unknown-element Patient.contained[0]");
  EXPECT_EQ(First(R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"a b"}}]})"),
            "bad-value Bundle.entry[0].resource.id");
  EXPECT_EQ(First(R"({"resourceType":"Patient","name":[{"given":["a"],"_given":[null,null]}]})"), "uneven-arrays Patient.name[0].given");
}

TEST(Shape, WhatOfficialExamplesDoWrongIsAWarning) {
  auto document = json::Document::Parse(R"({"resourceType":"Questionnaire","status":"draft","item":[{"type":"group"}],"id":")" +
                                        std::string(69, 'a') + "\"}");
  ASSERT_TRUE(document.ok());
  auto issues = CheckShape(Definitions::R4(), document->root());
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_FALSE(HasErrors(issues));
  EXPECT_TRUE(HasErrors({Issue{}}));
}

TEST(Shape, IssuesAreBounded) {
  std::string json = R"({"resourceType":"Patient")";
  for (int i = 0; i < 1000; ++i) json += ",\"x" + std::to_string(i) + "\":1";
  auto document = json::Document::Parse(json + "}");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(CheckShape(Definitions::R4(), document->root(), {}, 7).size(), 7u);
}

TEST(Shape, OfficialExamplesPass) {
  const auto& examples = tests::OfficialExamples();
  if (examples.empty()) GTEST_SKIP() << "no R4 examples beside the checkout (or no zstd program)";
  size_t resources = 0;
  for (const auto& [name, text] : examples) {
    auto document = json::Document::Parse(text);
    ASSERT_TRUE(document.ok()) << name << ": " << Describe(document.error());
    if (!document->root().Find("resourceType")) continue;   // package-min-ver.json is no resource
    ++resources;
    for (const Issue& issue : CheckShape(Definitions::R4(), document->root())) {
      if (issue.severity != Severity::kError) continue;
      ADD_FAILURE() << name << ": " << issue.detail_code << " " << issue.en;
    }
  }
  EXPECT_EQ(examples.size(), 2906u);
  EXPECT_EQ(resources, 2905u);
}

}  // namespace
}  // namespace qianxian::fhir
