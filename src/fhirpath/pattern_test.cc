#include "fhirpath/pattern.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace qianxian::fhirpath {
namespace {

TEST(Pattern, MatchesTheWholeText) {
  auto pattern = Pattern::Compile("J4[3-4](\\..*)?");
  ASSERT_TRUE(pattern.ok());
  EXPECT_TRUE(pattern->MatchesWhole("J44.1"));
  EXPECT_FALSE(pattern->MatchesWhole("J45"));
  EXPECT_FALSE(pattern->MatchesWhole("xJ44"));
}

TEST(Pattern, RefusesWhatIsNoneAndWhatIsTooLong) {
  EXPECT_EQ(Pattern::Compile("a(").error().code, "bad-regex");
  EXPECT_EQ(Pattern::Compile(std::string(limits::kPatternBytes + 1, 'a')).error().code, "bad-regex");
  EXPECT_TRUE(Pattern::Compile(std::string(limits::kPatternBytes, 'a')).ok());
}

TEST(Pattern, TakesLinearTime) {
  auto pattern = Pattern::Compile("(a*)*b");
  ASSERT_TRUE(pattern.ok());
  EXPECT_FALSE(pattern->MatchesWhole(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace qianxian::fhirpath
