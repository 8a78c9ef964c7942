#include "auth/second_factor.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "base/limits_sign_in.h"
#include "crypto/one_time_code.h"

namespace qianxian::auth {
namespace {

const std::string kSecret = "12345678901234567890";   // RFC 6238 appendix B
constexpr Instant At(int64_t seconds) { return {seconds * 1'000'000}; }

SecondFactor Enrolled() {
  SecondFactor factor;
  factor.secret = kSecret;
  factor.since = At(1);
  return factor;
}

std::string CodeOf(int64_t seconds) { return crypto::OneTimeCode(kSecret, static_cast<uint64_t>(seconds / 30), 6); }

TEST(SecondFactor, TakesTheCodesOfRfc6238) {
  const std::pair<int64_t, const char*> times[] = {{59, "287082"}, {1111111109, "081804"}, {1234567890, "005924"}};
  for (const auto& [seconds, code] : times) {
    SecondFactor factor = Enrolled();
    EXPECT_EQ(UseCode(factor, code, At(seconds)), CodeCheck::kRight) << code;
    EXPECT_EQ(factor.last_step, seconds / 30);
  }
}

TEST(SecondFactor, TakesTheNeighbouringStepsAndNoOthers) {
  const int64_t now = 1'700'000'010;   // in the middle of a step
  for (int64_t away : {-60, -30, 0, 30, 60}) {
    SecondFactor factor = Enrolled();
    const bool near = away >= -30 && away <= 30;
    EXPECT_EQ(UseCode(factor, CodeOf(now + away), At(now)), near ? CodeCheck::kRight : CodeCheck::kWrong) << away;
  }
}

TEST(SecondFactor, NeverTakesAStepTwiceNorAnOlderOne) {
  const int64_t now = 1'700'000'010;
  SecondFactor factor = Enrolled();
  EXPECT_EQ(UseCode(factor, CodeOf(now), At(now)), CodeCheck::kRight);
  EXPECT_EQ(UseCode(factor, CodeOf(now), At(now)), CodeCheck::kUsed);
  EXPECT_EQ(UseCode(factor, CodeOf(now), At(now + 30)), CodeCheck::kUsed) << "also while it is the step before";
  EXPECT_EQ(UseCode(factor, CodeOf(now - 30), At(now)), CodeCheck::kUsed) << "an older one was seen over a shoulder";
  EXPECT_EQ(UseCode(factor, CodeOf(now + 30), At(now)), CodeCheck::kRight);
}

TEST(SecondFactor, ReadsCodesAsPeopleTypeThem) {
  const int64_t now = 1'700'000'010;
  const std::string code = CodeOf(now);
  for (const std::string& typed : {code.substr(0, 3) + " " + code.substr(3), " " + code + "\n", code.substr(0, 2) + "-" + code.substr(2)}) {
    SecondFactor factor = Enrolled();
    EXPECT_EQ(UseCode(factor, typed, At(now)), CodeCheck::kRight) << typed;
  }
  SecondFactor factor = Enrolled();
  for (const std::string& typed : {std::string(), std::string("12345"), code + "0", std::string("abcdef"), std::string(300, '1')}) {
    EXPECT_EQ(UseCode(factor, typed, At(now)), CodeCheck::kWrong) << typed;
  }
  factor = {};
  EXPECT_EQ(UseCode(factor, code, At(now)), CodeCheck::kWrong) << "no secret, no code";
}

TEST(SecondFactor, ARecoveryCodeWorksOnceAndIsKeptAsAHash) {
  SystemRandom random;
  SecondFactor factor = Enrolled();
  const std::vector<std::string> codes = NewRecoveryCodes(factor, random);
  ASSERT_EQ(codes.size(), size_t{limits::kRecoveryCodes});
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), codes.size());
  for (const std::string& code : codes) {
    for (const std::string& hash : factor.recovery) EXPECT_EQ(hash.find(code), std::string::npos);
  }
  EXPECT_EQ(UseCode(factor, codes[3], At(1000)), CodeCheck::kRight);
  EXPECT_EQ(factor.recovery.size(), codes.size() - 1);
  EXPECT_EQ(UseCode(factor, codes[3], At(1000)), CodeCheck::kWrong);
  std::string spoken = codes[4];
  for (char& sign : spoken) sign = sign == '-' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(sign)));
  EXPECT_EQ(UseCode(factor, spoken, At(1000)), CodeCheck::kRight);
  NewRecoveryCodes(factor, random);
  EXPECT_EQ(UseCode(factor, codes[5], At(1000)), CodeCheck::kWrong) << "new ones replace the old";
}

TEST(SecondFactor, TheUriIsReadByTelephones) {
  EXPECT_EQ(CodeUri("li 三", kSecret),
            "otpauth://totp/Qianxian:li%20%E4%B8%89?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Qianxian&algorithm=SHA1&digits=6&period=30");
  SystemRandom random;
  EXPECT_EQ(NewCodeSecret(random).size(), limits::kCodeSecretBytes);
  EXPECT_NE(NewCodeSecret(random), NewCodeSecret(random));
}

}  // namespace
}  // namespace qianxian::auth
