#include "fhir/outcome.h"

#include <gtest/gtest.h>

#include "fhir/shape.h"

namespace qianxian::fhir {
namespace {

TEST(Outcome, IsAValidResourceInBothLanguages) {
  std::string text = OutcomeJson({IssueOf(Invalid("bad-value", "bad \"value\"", "值有误")),
                                  {Severity::kWarning, "processing", "", "", "only English", "Patient.name"}});
  auto document = json::Document::Parse(text);
  ASSERT_TRUE(document.ok());
  EXPECT_TRUE(CheckShape(Definitions::R4(), document->root()).empty()) << text;
  json::Value first = document->root().Find("issue")->At(0);
  EXPECT_EQ(first.Find("details")->FindString("text"), "值有误");
  EXPECT_EQ(first.FindString("diagnostics"), "bad \"value\"");
  EXPECT_EQ(first.FindString("severity"), "error");
  EXPECT_EQ(document->root().Find("issue")->At(1).Find("expression")->At(0).AsString(), "Patient.name");
}

TEST(Outcome, NothingWrongIsSaid) {
  auto document = json::Document::Parse(OutcomeJson({}));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().Find("issue")->At(0).FindString("severity"), "information");
  EXPECT_TRUE(CheckShape(Definitions::R4(), document->root()).empty());
}

TEST(Outcome, EveryCategoryHasACodeOfFhir) {
  const CodeList* codes = Definitions::R4().FindCodeList("http://hl7.org/fhir/ValueSet/issue-type");
  ASSERT_NE(codes, nullptr);
  for (int category = 0; category <= static_cast<int>(ErrorCategory::kFault); ++category) {
    Issue issue = IssueOf(MakeError(static_cast<ErrorCategory>(category), "x", "y"));
    EXPECT_NE(codes->FindSystem(issue.code), nullptr) << issue.code;
  }
}

}  // namespace
}  // namespace qianxian::fhir
