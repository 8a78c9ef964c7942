#include "search/parameters.h"

#include <gtest/gtest.h>

#include "fhir/cpu_time_for_tests.h"
#include "fhir/definitions.h"
#include "search/parameters_state.h"
#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

TEST(Parameters, AreNumberedDenselyAndStably) {
  const Parameters& parameters = TestParameters();
  EXPECT_GT(parameters.size(), 2000u);
  for (size_t number = 1; number <= parameters.size(); ++number) {
    const Parameter& parameter = parameters.At(static_cast<uint16_t>(number));
    ASSERT_EQ(parameter.number, number);
    ASSERT_EQ(parameters.Find(parameter.type, parameter.code), &parameter);
  }
  auto again = Parameters::Create(fhir::Definitions::R4());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->fingerprint(), parameters.fingerprint());
  EXPECT_EQ((*again)->Find("Patient", "birthdate")->number, parameters.Find("Patient", "birthdate")->number);
  auto east = Parameters::Create(fhir::Definitions::R4(), {.offset_minutes = 480});
  EXPECT_NE((*east)->fingerprint(), parameters.fingerprint());
}

TEST(Parameters, EveryTypeHasTheCommonOnes) {
  const Parameters& parameters = TestParameters();
  EXPECT_EQ(parameters.types().size(), 147u);
  for (const std::string& type : parameters.types()) {
    for (const char* code : {"_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"}) {
      EXPECT_NE(parameters.Find(type, code), nullptr) << type << " " << code;
    }
  }
  EXPECT_EQ(parameters.Find("Patient", "_id")->role, Parameter::Role::kId);
  EXPECT_EQ(parameters.Find("Patient", "_lastUpdated")->role, Parameter::Role::kLastUpdated);
  EXPECT_EQ(parameters.Find("Patient", "nothing"), nullptr);
  EXPECT_EQ(parameters.Find("Nothing", "_id"), nullptr);
  EXPECT_TRUE(parameters.OfType("Nothing").empty());
  EXPECT_TRUE(parameters.IsResourceType("Task"));
  EXPECT_FALSE(parameters.IsResourceType("DomainResource"));
}

TEST(Parameters, KnowKindTargetsAndComponents) {
  const Parameters& parameters = TestParameters();
  const Parameter* patient = parameters.Find("Observation", "patient");
  EXPECT_EQ(patient->kind, ParameterKind::kReference);
  EXPECT_EQ(patient->targets, (std::vector<std::string>{"Patient"}));
  EXPECT_EQ(parameters.Find("Observation", "focus")->targets.size(), 147u);
  const Parameter* composite = parameters.Find("Observation", "code-value-quantity");
  ASSERT_EQ(composite->components.size(), 2u);
  EXPECT_EQ(composite->components[0].kind, ParameterKind::kToken);
  EXPECT_EQ(composite->components[1].kind, ParameterKind::kQuantity);
  EXPECT_NE(parameters.Find("Patient", "gender")->implied_codes, nullptr);
  EXPECT_EQ(parameters.Find("Observation", "code")->implied_codes, nullptr);
}

// Whatever is not plain costs a run of the general engine for every resource of the type.
TEST(Parameters, NearlyAllArePlain) {
  std::vector<std::string> general;
  for (const std::string& type : TestParameters().types()) {
    for (const std::string& code : TestState().by_type.at(type).extraction->general_parameters()) {
      general.push_back(type + "." + code);
    }
  }
  EXPECT_EQ(general, (std::vector<std::string>{"Bundle.composition", "Bundle.message", "Patient.deceased", "Task.open-due", "Task.open-owner"}));
}

TEST(Parameters, OfOurOwnAreCompiledLikeTheOthers) {
  const auto entries = ExtractFrom(
      R"({"resourceType":"Task","status":"ready","intent":"order","owner":{"reference":"Organization/T1"},"extension":[)"
      R"({"url":"https://fhir.qianxian.cn/StructureDefinition/due","valueDate":"2026-03-04"},)"
      R"({"url":"https://fhir.qianxian.cn/StructureDefinition/wake","valueInstant":"2026-03-11T00:00:00Z"},)"
      R"({"url":"https://fhir.qianxian.cn/StructureDefinition/pathway","valueCoding":{"system":"https://fhir.qianxian.cn/pathway","code":"x"}}]})");
  const auto of = [&](const char* code) {
    const Parameter* parameter = TestParameters().Find("Task", code);
    size_t count = 0;
    for (const IndexEntry& entry : entries) count += parameter && entry.parameter == parameter->number;
    return count;
  };
  EXPECT_EQ(of("due"), 1u);
  EXPECT_EQ(of("wake"), 1u);
  EXPECT_EQ(of("pathway"), 1u);
  EXPECT_EQ(of("open-due"), 1u);
  EXPECT_EQ(of("open-owner"), 1u);
  EXPECT_EQ(TestParameters().Find("Patient", "due"), nullptr);
  // What is done stands in no list of what is open.
  for (const char* status : {"completed", "cancelled", "failed"}) {
    const auto done = ExtractFrom(R"({"resourceType":"Task","status":")" + std::string(status) + R"(","owner":{"reference":"Organization/T1"},"extension":[)"
                                  R"({"url":"https://fhir.qianxian.cn/StructureDefinition/due","valueDate":"2026-03-04"}]})");
    for (const IndexEntry& entry : done) {
      EXPECT_NE(entry.parameter, TestParameters().Find("Task", "open-due")->number) << status;
      EXPECT_NE(entry.parameter, TestParameters().Find("Task", "open-owner")->number) << status;
    }
  }
  const auto plan = ExtractFrom(
      R"({"resourceType":"CarePlan","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/stage","valueCode":"managed"}]})");
  ASSERT_EQ(plan.size(), 1u);
  EXPECT_EQ(plan[0].parameter, TestParameters().Find("CarePlan", "stage")->number);
  EXPECT_EQ(plan[0].code, "managed");
}

TEST(Parameters, AreMadeFast) {
  double begin = fhir::tests::CpuSeconds();
  auto made = Parameters::Create(fhir::Definitions::R4());
  double milliseconds = (fhir::tests::CpuSeconds() - begin) * 1000;
  ASSERT_TRUE(made.ok());
  RecordProperty("milliseconds", std::to_string(milliseconds));
  EXPECT_LT(milliseconds, 150);   // 15 ms in a release build
}

}  // namespace
}  // namespace qianxian::search
