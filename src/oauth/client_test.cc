// What may be registered, and what a scope is narrowed to.
#include "oauth/client.h"

#include <gtest/gtest.h>

#include "base/limits_oauth.h"
#include "crypto/jose.h"

namespace qianxian::oauth {
namespace {

bool IsType(std::string_view type) { return type == "Patient" || type == "Observation"; }

std::string Code(const Status& status) { return status.ok() ? "ok" : status.error().code; }

Client Good() {
  Client client;
  client.name = "血压图";
  client.redirect_uris = {"https://app.example.cn/back"};
  client.scope = "openid user/Observation.rs";
  return client;
}

std::string CodeOf(const std::function<void(Client&)>& change) {
  Client client = Good();
  change(client);
  return Code(CheckClient(client, IsType));
}

TEST(RedirectUri, HttpsOrThisMachine) {
  for (const char* good : {"https://app.example.cn/back", "https://app.example.cn", "https://app.example.cn:8443/a?b=c", "http://127.0.0.1:5000/cb",
                           "http://localhost/cb", "http://[::1]:80/", "https://[2001:db8::1]/x"}) {
    EXPECT_EQ(Code(CheckRedirectUri(good)), "ok") << good;
  }
  for (const char* bad : {"", "http://app.example.cn/back", "http://127.0.0.1.evil.cn/", "http://localhost.evil.cn/", "http://127.0.0.1@evil.cn/",
                          "https://good.cn@evil.cn/", "https://app.cn/#x", "javascript:alert(1)", "app.example:/back", "https://", "https:///x", "https://app.cn/a b",
                          "https://app.cn/\n", "https://应用.cn/", "//app.cn/", "http://[::1", "https://[]/", "https://:80/", "https://app.cn\\@evil.cn/", "HTTPS://app.cn/"}) {
    EXPECT_EQ(Code(CheckRedirectUri(bad)), "bad-redirect") << bad;
  }
  EXPECT_EQ(Code(CheckRedirectUri("https://app.cn/" + std::string(limits::kRedirectUriBytes, 'a'))), "bad-redirect");
}

TEST(Client, IsCheckedWhole) {
  EXPECT_EQ(CodeOf([](Client&) {}), "ok");
  EXPECT_EQ(CodeOf([](Client& c) { c.name = "  "; }), "bad-client");
  EXPECT_EQ(CodeOf([](Client& c) { c.name = "a\nb"; }), "bad-client");
  EXPECT_EQ(CodeOf([](Client& c) { c.name = std::string(limits::kClientNameBytes + 1, 'a'); }), "bad-client");
  EXPECT_EQ(CodeOf([](Client& c) { c.redirect_uris.clear(); }), "bad-client") << "neither people nor itself";
  EXPECT_EQ(CodeOf([](Client& c) { c.redirect_uris = {"http://evil.cn/"}; }), "bad-redirect");
  EXPECT_EQ(CodeOf([](Client& c) { c.redirect_uris.assign(limits::kRedirectUris + 1, "https://a.cn/"); }), "bad-client");
  EXPECT_EQ(CodeOf([](Client& c) { c.scope = ""; }), "bad-client");
  EXPECT_EQ(CodeOf([](Client& c) { c.scope = "patient/Observation.rs"; }), "invalid_scope");
  EXPECT_EQ(CodeOf([](Client& c) { c.scope = "user/Nonsense.rs"; }), "invalid_scope");
  EXPECT_EQ(CodeOf([](Client& c) { c.scope = "launch/patient"; }), "invalid_scope");
  EXPECT_EQ(CodeOf([](Client& c) { c.scope = "system/Patient.rs"; }), "bad-client") << "system/ without an account";
  EXPECT_EQ(CodeOf([](Client& c) { c.account = "li"; }), "bad-client") << "without keys";
  EXPECT_EQ(CodeOf([](Client& c) { c.jwks = "{}"; }), "bad-client") << "keys that are not for the login";
  EXPECT_EQ(CodeOf([](Client& c) { c.login = Login::kKeys; }), "bad-json") << "keys without keys";
}

TEST(Client, OfAServiceHasKeysAndNoIdentity) {
  Client service;
  service.name = "夜间导出";
  service.login = Login::kKeys;
  service.jwks = "{\"keys\":[" + crypto::Key::Make(crypto::Algorithm::kEs384)->PublicJwk("k") + "]}";
  service.account = "li";
  service.scope = "system/*.read";
  ASSERT_EQ(Code(CheckClient(service, IsType)), "ok");
  EXPECT_EQ(service.scope, "system/*.rs") << "kept in its plain form";
  service.scope = "openid system/Patient.rs";
  EXPECT_EQ(Code(CheckClient(service, IsType)), "bad-client");
  service.scope = "user/Patient.rs";
  EXPECT_EQ(Code(CheckClient(service, IsType)), "bad-client");
}

TEST(Client, ReadsBackAsItWasKept) {
  Client client = Good();
  client.id = "c1";
  client.login = Login::kSecret;
  client.secret_hash = "ab";
  client.disabled = true;
  client.created = {5};
  client.created_by = "admin";
  const Result<Client> back = ClientFromJson(ToJson(client), 3);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(ToJson(*back), ToJson(client));
  EXPECT_EQ(back->version, 3u);
  EXPECT_TRUE(ClientFromJson(R"({"login":"none"})", 1)->disabled) << "what says nothing is not let in";
}

std::string Both(const std::string& a, const std::string& b) { return Common(*ReadWords(a, IsType), *ReadWords(b, IsType)).Text(); }

TEST(Words, AreNarrowedToWhatBothHave) {
  EXPECT_EQ(Both("openid user/Observation.rs", "openid profile user/Observation.cruds"), "openid user/Observation.rs");
  EXPECT_EQ(Both("user/*.rs", "user/Patient.r user/Observation.rus"), "user/Patient.r user/Observation.rs");
  EXPECT_EQ(Both("user/Patient.cud", "user/*.rs"), "");
  EXPECT_EQ(Both("user/Patient.rs", "system/Patient.rs"), "") << "one level is not the other";
  EXPECT_EQ(Both("user/Patient.r user/Patient.s", "user/*.cruds"), "user/Patient.rs");
}

TEST(Words, WithinIsByLevelAndRight) {
  const auto within = [](const std::string& part, const std::string& whole) { return IsWithin(*ReadWords(part, IsType), *ReadWords(whole, IsType)); };
  EXPECT_TRUE(within("user/Patient.r", "openid user/*.rs"));
  EXPECT_TRUE(within("", "openid"));
  EXPECT_FALSE(within("openid", "user/*.rs"));
  EXPECT_FALSE(within("user/Patient.u", "user/*.rs"));
  EXPECT_FALSE(within("system/Patient.r", "user/*.rs"));
}

TEST(Words, AreBounded) {
  std::string many;
  for (size_t i = 0; i <= limits::kScopeWords; ++i) many += "openid ";
  EXPECT_EQ(ReadWords(many, IsType).error().code, "invalid_scope");
  EXPECT_EQ(ReadWords(std::string(limits::kScopeBytes + 1, ' '), IsType).error().code, "invalid_scope");
  EXPECT_EQ(ReadWords("email", IsType).error().code, "invalid_scope");
}

}  // namespace
}  // namespace qianxian::oauth
