#include "oauth/form.h"

#include <gtest/gtest.h>

#include "base/limits_oauth.h"
#include "oauth/errors.h"

namespace qianxian::oauth {
namespace {

TEST(Form, EachParameterOnce) {
  const auto form = Form::Of({{"a", "1"}, {"b", ""}});
  ASSERT_TRUE(form.ok());
  EXPECT_EQ(form->Text("a"), "1");
  EXPECT_TRUE(form->Has("a"));
  EXPECT_FALSE(form->Has("b"));
  EXPECT_FALSE(form->Has("c"));
  EXPECT_EQ(Form::Of({{"a", "1"}, {"a", "1"}}).error().code, "invalid_request");
  EXPECT_EQ(Form::Of({{"a", ""}, {"a", "1"}}).error().code, "invalid_request");
}

TEST(Form, IsBounded) {
  EXPECT_TRUE(Form::Of({{"a", std::string(limits::kOAuthFormBytes - 1, 'x')}}).ok());
  EXPECT_EQ(Form::Of({{"a", std::string(limits::kOAuthFormBytes, 'x')}}).error().code, "invalid_request");
}

TEST(ProtocolErrors, SayOnlyWhatTheProtocolAllows) {
  EXPECT_TRUE(IsProtocolCode("invalid_grant"));
  EXPECT_FALSE(IsProtocolCode("disk-full"));
  EXPECT_EQ(Description(InvalidRequest("a \"b\" \\ 中\n", "")), "a 'b' ' ????");
  EXPECT_EQ(InvalidClient("x", "y").category, ErrorCategory::kUnauthenticated);
  EXPECT_EQ(InvalidGrant("x", "y").category, ErrorCategory::kInvalid);
}

}  // namespace
}  // namespace qianxian::oauth
