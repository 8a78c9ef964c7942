#include "auth/password_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace qianxian::auth {
namespace {

std::string Fault(std::string_view password, std::string_view user = "wang") {
  Status status = CheckPassword(password, user);
  if (status.ok()) return "";
  EXPECT_EQ(status.error().category, ErrorCategory::kInvalid);
  EXPECT_EQ(status.error().code, "weak-password");
  EXPECT_FALSE(status.error().zh.empty());
  return status.error().en;
}

TEST(PasswordRules, GoodOnesPass) {
  EXPECT_EQ(Fault("Meadow12"), "");
  EXPECT_EQ(Fault("low-tide-12"), "");
  EXPECT_EQ(Fault("千县医共体Ab1好"), "");  // eight characters or more, counted as characters
}

TEST(PasswordRules, EachFaultIsNamed) {
  EXPECT_NE(Fault("Abc12-").find("at least 8 characters (it has 6)"), std::string::npos);
  std::string classes = Fault("abcdefgh");
  EXPECT_NE(classes.find("missing: upper-case letters, digits, other signs"), std::string::npos);
  EXPECT_EQ(classes.find("characters (it has"), std::string::npos);
  EXPECT_NE(Fault("xWANG-12345").find("user name"), std::string::npos);
  std::string all = Fault("wang");
  EXPECT_NE(all.find("at least 8"), std::string::npos);
  EXPECT_NE(all.find("kinds"), std::string::npos);
  EXPECT_NE(all.find("user name"), std::string::npos);
}

TEST(PasswordRules, SevenIsTooFewEightIsEnough) {
  EXPECT_NE(Fault("Meado12"), "");
  EXPECT_EQ(Fault("Meadow1!"), "");
}

TEST(PasswordRules, OneThatIsGuessedFirstIsRefused) {
  EXPECT_NE(Fault("P@ssw0rd1").find("guessed"), std::string::npos);
  EXPECT_NE(Fault("Yiyuan@2026").find("guessed"), std::string::npos);
}

TEST(PasswordRules, TooLongIsRefused) {
  std::string longest = "Aa1" + std::string(limits::kPasswordBytes - 3, 'x');
  EXPECT_EQ(Fault(longest), "");
  EXPECT_NE(Fault(longest + "x").find("at most"), std::string::npos);
}

}  // namespace
}  // namespace qianxian::auth
