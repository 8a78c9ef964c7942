// Keys are made once, kept from others, changed in time, and shown as long as something that they signed may be good.
#include "oauth/signing_keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/limits_oauth.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "json/value.h"

namespace qianxian::oauth {
namespace {

constexpr int64_t kSecond = 1'000'000;

bool Verifies(SigningKeys& keys, const std::string& compact) {
  const auto known = crypto::ParseJwks(*keys.Jwks());
  return known.ok() && crypto::VerifyJws(compact, *known).ok();
}

size_t Shown(SigningKeys& keys) { return crypto::ParseJwks(*keys.Jwks())->size(); }

TEST(SigningKeys, AreMadeOnceAndOutliveTheProcess) {
  TemporaryFolder folder;
  FakeClock clock;
  std::string compact;
  {
    SigningKeys keys(clock, folder.path());
    EXPECT_FALSE(FileExists(folder.path() + "/oauth-keys.json")) << "not before somebody needs them";
    compact = *keys.Sign("{}");
    EXPECT_TRUE(Verifies(keys, compact));
  }
  SigningKeys again(clock, folder.path());
  EXPECT_TRUE(Verifies(again, compact));
  EXPECT_EQ(Shown(again), 1u);
}

TEST(SigningKeys, NobodyElseReadsThemAndTheSetTellsNoSecret) {
  TemporaryFolder folder;
  FakeClock clock;
  SigningKeys keys(clock, folder.path());
  const std::string jwks = *keys.Jwks();
  const std::string path = folder.path() + "/oauth-keys.json";
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto set = json::Document::Parse(jwks);
  for (json::Value key : set->root().Find("keys")->Elements()) {
    for (json::Member member : key.Members()) {
      EXPECT_TRUE(member.name == "kty" || member.name == "n" || member.name == "e" || member.name == "kid" || member.name == "alg" || member.name == "use") << member.name;
    }
  }
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  SigningKeys careless(clock, folder.path());
  EXPECT_EQ(careless.Sign("{}").error().code, "open-key-file");
}

TEST(SigningKeys, ChangeInTimeAndStayWhileTheirTokensAreGood) {
  TemporaryFolder folder;
  FakeClock clock;
  SigningKeys keys(clock, folder.path());
  const std::string first = *keys.Sign("{}");
  clock.Advance(limits::kSigningKeySeconds * kSecond - 1);
  const std::string last_of_first = *keys.Sign("{}");
  clock.Advance(1);
  const std::string second = *keys.Sign("{}");
  EXPECT_NE(crypto::ReadUnverifiedJws(first)->kid, crypto::ReadUnverifiedJws(second)->kid);
  EXPECT_EQ(crypto::ReadUnverifiedJws(first)->kid, crypto::ReadUnverifiedJws(last_of_first)->kid);
  clock.Advance(limits::kIdTokenSeconds * kSecond);
  EXPECT_EQ(Shown(keys), 2u);
  EXPECT_TRUE(Verifies(keys, last_of_first));
  clock.Advance((limits::kClockSkewSeconds + 1) * kSecond);
  EXPECT_EQ(Shown(keys), 1u);
  EXPECT_FALSE(Verifies(keys, last_of_first));
  EXPECT_TRUE(Verifies(keys, second));
  SigningKeys again(clock, folder.path());
  EXPECT_TRUE(Verifies(again, second));
  EXPECT_EQ(Shown(again), 1u);
}

TEST(SigningKeys, ADamagedFileIsSaidAndNotReplaced) {
  TemporaryFolder folder;
  FakeClock clock;
  const std::string path = folder.path() + "/oauth-keys.json";
  for (const char* content : {"nonsense", R"({"keys":[{"created":1}]})", R"({"keys":[{"created":1,"jwk":{"kty":"RSA"}}]})"}) {
    ASSERT_TRUE(WriteFileDurably(path, content).ok());
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    SigningKeys keys(clock, folder.path());
    EXPECT_EQ(keys.Sign("{}").error().code, "bad-key-file") << content;
    EXPECT_EQ(*ReadFile(path), content);
  }
}

}  // namespace
}  // namespace qianxian::oauth
