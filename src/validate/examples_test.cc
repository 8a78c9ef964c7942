// HL7's 2,906 official examples are right by HL7's own definitions.
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "fhir/examples_for_tests.h"
#include "validate/validator.h"

namespace qianxian::validate {
namespace {

TEST(Examples, HaveNoFalseErrors) {
  const auto& files = fhir::tests::OfficialExamples();
  if (files.empty()) GTEST_SKIP() << "../shared/conformance is not there";
  terminology::R4Source source;
  terminology::Terminology terminology(source);
  Schemas schemas(source);
  const Validator validator(fhir::Definitions::R4(), schemas, terminology);
  std::map<std::string, int> kinds;
  size_t checked = 0, bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& [name, text] : files) {
    auto document = json::Document::Parse(text);
    ASSERT_TRUE(document.ok()) << name;
    if (document->root().FindString("resourceType").empty()) continue;   // the archive holds one file that is no resource
    ++checked;
    bytes += text.size();
    for (const fhir::Issue& issue : validator.Validate(document->root(), {.now = Instant{1'700'000'000'000'000}})) {
      ++kinds[std::string(fhir::Name(issue.severity)) + " " + issue.detail_code];
      if (issue.severity > fhir::Severity::kError) continue;
      ADD_FAILURE() << name << " " << issue.detail_code << " " << issue.en;
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (const auto& [kind, count] : kinds) printf("%6d  %s\n", count, kind.c_str());
  printf("%zu resources, %.1f MB in %.2f s: %.0f a second\n", checked, static_cast<double>(bytes) / 1e6, seconds, static_cast<double>(checked) / seconds);
}

}  // namespace
}  // namespace qianxian::validate
