// Where passkeys are good, that a challenge is answered once and in time, and whose passkey it is.
#include "auth/passkey.h"

#include <gtest/gtest.h>

#include "base/limits_sign_in.h"
#include "crypto/testing/authenticator.h"

namespace qianxian::auth {
namespace {

using crypto::testing::Authenticator;

constexpr Instant At(int64_t seconds) { return {seconds * 1'000'000}; }
const std::string kChallenge = "a challenge of thirty-two bytes.";

PasskeyChallenge Challenge(int64_t until = 1000) { return {kChallenge, {"localhost", "http://localhost:8080"}, "", At(until)}; }

SecondFactor With(const Authenticator& one) {
  SecondFactor factor;
  factor.handle = "handle";
  factor.passkeys.push_back({one.id, one.CoseKey(), 0, one.site, "key", {}, At(1), {}});
  return factor;
}

PasskeyAnswer AnswerOf(const Authenticator& one) {
  PasskeyAnswer answer{one.id, one.Got(kChallenge), one.Data(false), "", ""};
  answer.signature = one.Sign(answer.authenticator_data, answer.client_data);
  return answer;
}

std::string CodeOf(const Status& status) { return status.ok() ? "ok" : status.error().code; }

TEST(PasskeySite, IsAHostNameOverHttpsOrThisMachine) {
  const std::tuple<const char*, const char*, const char*> good[] = {
      {"https://county.cn", "county.cn", "https://county.cn"},          {"https://County.CN:443", "county.cn", "https://county.cn"},
      {"https://a.county.cn:8443", "a.county.cn", "https://a.county.cn:8443"}, {"http://localhost:8080", "localhost", "http://localhost:8080"},
      {"http://localhost:80", "localhost", "http://localhost"},          {"http://x.localhost", "x.localhost", "http://x.localhost"},
      {"https://xn--fiqs8s.cn", "xn--fiqs8s.cn", "https://xn--fiqs8s.cn"}};
  for (const auto& [address, id, origin] : good) {
    const Result<Site> site = SiteOf(address);
    ASSERT_TRUE(site.ok()) << address;
    EXPECT_EQ(site->id, id);
    EXPECT_EQ(site->origin, origin);
  }
  for (const char* address : {"https://10.1.2.3", "http://127.0.0.1:8080", "https://[::1]:8443", "https://127.1", "https://0x7f.0x1", "https://", "", "county.cn", "https://a b", "https://a/b", "https://千县.cn"}) {
    const Result<Site> site = SiteOf(address);
    ASSERT_FALSE(site.ok()) << address;
    EXPECT_EQ(site.error().code, "passkey-address") << address;
  }
  for (const char* address : {"http://county.cn", "http://localhost.cn", "http://notlocalhost"}) EXPECT_EQ(SiteOf(address).error().code, "passkey-https") << address;
}

TEST(PasskeyChallenges, AreTakenOnceInTimeAndByTheirSession) {
  PasskeyChallenges challenges;
  challenges.Keep("one", PasskeyWork::kShow, Challenge(100), At(0));
  EXPECT_FALSE(challenges.Take("two", PasskeyWork::kShow, At(1)));
  EXPECT_FALSE(challenges.Take("one", PasskeyWork::kMake, At(1)));
  EXPECT_EQ(challenges.Take("one", PasskeyWork::kShow, At(99))->bytes, kChallenge);
  EXPECT_FALSE(challenges.Take("one", PasskeyWork::kShow, At(99)));
  challenges.Keep("one", PasskeyWork::kShow, Challenge(100), At(0));
  EXPECT_FALSE(challenges.Take("one", PasskeyWork::kShow, At(100))) << "too old";
}

TEST(PasskeyChallenges, AreBounded) {
  PasskeyChallenges challenges;
  challenges.Keep("old", PasskeyWork::kShow, Challenge(10), At(0));
  for (size_t i = 0; i < limits::kPasskeyChallenges; ++i) challenges.Keep("s" + std::to_string(i), PasskeyWork::kShow, Challenge(1000), At(20));
  EXPECT_TRUE(challenges.Take("s0", PasskeyWork::kShow, At(30))) << "the old one made room";
  challenges.Keep("s0", PasskeyWork::kShow, Challenge(1000), At(30));
  challenges.Keep("more", PasskeyWork::kShow, Challenge(1000), At(30));
  EXPECT_TRUE(challenges.Take("more", PasskeyWork::kShow, At(30)));
}

TEST(Passkey, OneOfTheAccountIsUsedAndCounted) {
  Authenticator one;
  one.counter = 5;
  SecondFactor factor = With(one);
  EXPECT_EQ(CodeOf(UsePasskey(factor, AnswerOf(one), Challenge(), At(50))), "ok");
  EXPECT_EQ(factor.passkeys[0].counter, 5u);
  EXPECT_EQ(factor.passkeys[0].last_used, At(50));
  EXPECT_EQ(CodeOf(UsePasskey(factor, AnswerOf(one), Challenge(), At(60))), "passkey-counter");
  EXPECT_EQ(factor.passkeys[0].last_used, At(50)) << "what was refused is no use";
}

TEST(Passkey, AnybodyElsesIsUnknown) {
  const Authenticator one, other;
  SecondFactor factor = With(one);
  EXPECT_EQ(CodeOf(UsePasskey(factor, AnswerOf(other), Challenge(), At(50))), "unknown-passkey");
  PasskeyAnswer answer = AnswerOf(other);
  answer.credential = one.id;
  EXPECT_EQ(CodeOf(UsePasskey(factor, answer, Challenge(), At(50))), "passkey-signature");
  answer = AnswerOf(one);
  answer.handle = "somebody else";
  EXPECT_EQ(CodeOf(UsePasskey(factor, answer, Challenge(), At(50))), "unknown-passkey");
  answer.handle = "handle";
  PasskeyChallenge elsewhere = Challenge();
  elsewhere.site = {"county.cn", "https://county.cn"};
  EXPECT_EQ(CodeOf(UsePasskey(factor, answer, elsewhere, At(50))), "unknown-passkey") << "made for another site";
  EXPECT_EQ(CodeOf(UsePasskey(factor, answer, Challenge(), At(50))), "ok");
}

TEST(Passkey, NamesAndTransportsAreCleaned) {
  EXPECT_EQ(*CleanPasskeyName("  我的手机　"), "我的手机");
  EXPECT_TRUE(CleanPasskeyName(std::string(limits::kPasskeyNameCharacters, 'x')).ok());
  for (const std::string& bad : {std::string(), std::string("　 "), std::string(limits::kPasskeyNameCharacters + 1, 'x'), std::string("a\nb"), std::string("\xff")}) {
    EXPECT_EQ(CleanPasskeyName(bad).error().code, "bad-passkey-name") << bad;
  }
  EXPECT_EQ(KnownTransports({"internal", "usb", "warp", "usb"}), (std::vector<std::string>{"usb", "internal"}));
}

TEST(Passkey, AnAccountKeepsThemAndOldRecordsStillRead) {
  const Authenticator one;
  Account account;
  account.user = "li";
  account.role = access::Role::kViewer;
  account.factor = With(one);
  account.factor.passkeys[0].transports = {"usb"};
  account.factor.passkeys[0].counter = 0xffffffff;
  const Result<Account> again = AccountFromJson(ToJson(account), 3);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->factor.enrolled());
  EXPECT_FALSE(again->factor.has_codes());
  EXPECT_EQ(again->factor.handle, "handle");
  ASSERT_EQ(again->factor.passkeys.size(), 1u);
  const Passkey& passkey = again->factor.passkeys[0];
  EXPECT_EQ(passkey.id, one.id);
  EXPECT_EQ(passkey.public_key, one.CoseKey());
  EXPECT_EQ(passkey.counter, 0xffffffffu);
  EXPECT_EQ(passkey.site, "localhost");
  EXPECT_EQ(passkey.name, "key");
  EXPECT_EQ(passkey.transports, std::vector<std::string>{"usb"});
  EXPECT_EQ(passkey.created, At(1));
  const Result<Account> old = AccountFromJson(
      R"({"resourceType":"QianxianAccount","user":"li","role":"viewer","secondFactor":{"secret":"GEZDGNBV","since":5,"lastStep":2,"recovery":["a"],"offeredUntil":0,"offeredFailures":0}})", 1);
  ASSERT_TRUE(old.ok());
  EXPECT_TRUE(old->factor.enrolled() && old->factor.has_codes());
  EXPECT_TRUE(old->factor.passkeys.empty());
}

}  // namespace
}  // namespace qianxian::auth
