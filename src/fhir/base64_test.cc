#include "fhir/base64.h"

#include <gtest/gtest.h>

namespace qianxian::fhir {
namespace {

TEST(Base64, BothWays) {
  const std::pair<std::string, std::string> cases[] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},        {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {std::string("\0\xff\xfe", 3), "AP/+"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    Result<std::string> back = DecodeBase64(text);
    ASSERT_TRUE(back.ok()) << text;
    EXPECT_EQ(*back, bytes);
  }
  EXPECT_EQ(DecodeBase64("Zm 9v\r\nYmFy").value(), "foobar");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v=", "Zg==Zg==", "Zm-v", "Z=g=", "Zg==Z"}) {
    EXPECT_FALSE(DecodeBase64(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace qianxian::fhir
