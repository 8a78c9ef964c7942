#include "crypto/one_time_code.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace qianxian::crypto {
namespace {

const std::string kSecret = "12345678901234567890";   // of both RFCs

TEST(HmacSha1, GivesTheVectorsOfRfc2202) {
  EXPECT_EQ(HexEncode(HmacSha1(std::string(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(HexEncode(HmacSha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(HexEncode(HmacSha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(OneTimeCode, GivesTheCodesOfRfc4226AppendixD) {
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};
  for (uint64_t counter = 0; counter < 10; ++counter) EXPECT_EQ(OneTimeCode(kSecret, counter, 6), codes[counter]);
}

TEST(OneTimeCode, GivesTheCodesOfRfc6238AppendixB) {
  const std::pair<uint64_t, const char*> times[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                                                    {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, code] : times) EXPECT_EQ(OneTimeCode(kSecret, seconds / 30, 8), code) << seconds;
}

TEST(Base32, GivesTheVectorsOfRfc4648WithoutPadding) {
  EXPECT_EQ(Base32(""), "");
  EXPECT_EQ(Base32("f"), "MY");
  EXPECT_EQ(Base32("fo"), "MZXQ");
  EXPECT_EQ(Base32("foo"), "MZXW6");
  EXPECT_EQ(Base32("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(Base32("foobar"), "MZXW6YTBOI");
}

TEST(Base32, IsReadBackAndNothingElseIs) {
  for (size_t size = 0; size <= kSecret.size(); ++size) EXPECT_EQ(FromBase32(Base32(kSecret.substr(0, size))), kSecret.substr(0, size)) << size;
  for (const char* text : {"MY======", "mzxw6", "M1", "MZ", "M", "MZXW6YTBO"}) EXPECT_EQ(FromBase32(text), "") << text;
}

}  // namespace
}  // namespace qianxian::crypto
