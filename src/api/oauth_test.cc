// A program registers, a doctor agrees, and what comes of it: tokens that do what was granted, no longer than it lasts.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include "api/testing/oauth_world.h"
#include "base/files.h"
#include "base/limits_oauth.h"
#include "crypto/jose.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::FormOf;
using testing::Headers;
using testing::OauthWorld;
using testing::Values;

constexpr int64_t kSecond = 1'000'000;
const std::string kObservation = R"({"resourceType":"Observation","status":"final","code":{"text":"血压"},"subject":{"reference":"Patient/p1"}})";

void PutRecord(OauthWorld& world) {
  world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"family":"王"}]})", "H1");
  world.Put("Observation", "o1", kObservation, "H1");
}

std::string ErrorOf(const Answer& answer) { return std::to_string(answer.status) + " " + answer.At("error"); }

TEST(Oauth, TheStoryOfAProgram) {
  OauthWorld world;
  PutRecord(world);
  const std::string scope = "openid profile offline_access user/Observation.rs";
  const Values request = world.Request(scope);
  // The browser comes with the request, and is sent on to the page.
  const Answer begins = world.Send("GET", "/oauth2/authorize?" + FormOf(request));
  ASSERT_EQ(begins.status, 302) << begins.body;
  EXPECT_TRUE(StartsWith(begins.Header("location"), "/authorize?")) << begins.Header("location");
  const Answer shown = world.Send("GET", "/api/authorize" + begins.Header("location").substr(10), "", world.page);
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.At("client.name"), "血压图");
  EXPECT_EQ(shown.At("redirectHost"), "app.example.cn");
  EXPECT_EQ(shown.At("user"), "doctor");
  EXPECT_EQ(shown.Count("words"), 4u);
  const Answer decided = world.DecideOn(request, scope);
  ASSERT_EQ(decided.status, 200) << decided.body;
  const std::string back = decided.At("redirect");
  EXPECT_TRUE(StartsWith(back, std::string(OauthWorld::kRedirect) + "?code=")) << back;
  EXPECT_EQ(OauthWorld::Parameter(back, "state"), "s-1");
  EXPECT_EQ(OauthWorld::Parameter(back, "iss"), world.issuer());

  const Answer tokens = world.UseCode(OauthWorld::Parameter(back, "code"));
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  EXPECT_EQ(tokens.At("token_type"), "Bearer");
  EXPECT_EQ(tokens.At("scope"), scope);
  EXPECT_EQ(tokens.At("expires_in"), std::to_string(limits::kAccessTokenSeconds));
  EXPECT_EQ(tokens.Header("cache-control"), "no-store");
  const std::string access = tokens.At("access_token"), refresh = tokens.At("refresh_token");
  EXPECT_EQ(world.With(access, "GET", "/fhir/Observation/o1").status, 200);
  EXPECT_EQ(world.With(access, "GET", "/fhir/Observation").Count("entry"), 1u);
  EXPECT_EQ(world.With(access, "GET", "/fhir/Patient/p1").status, 403);

  const Answer again = world.Refresh(refresh);
  ASSERT_EQ(again.status, 200) << again.body;
  const std::string newer = again.At("refresh_token"), newer_access = again.At("access_token");
  EXPECT_NE(newer, refresh);
  EXPECT_EQ(again.At("id_token"), "");
  EXPECT_EQ(world.With(newer_access, "GET", "/fhir/Observation/o1").status, 200);
  // Somebody has the old one too: nobody keeps anything.
  EXPECT_EQ(ErrorOf(world.Refresh(refresh)), "400 invalid_grant");
  EXPECT_EQ(ErrorOf(world.Refresh(newer)), "400 invalid_grant");
  EXPECT_EQ(world.With(newer_access, "GET", "/fhir/Observation/o1").status, 401);
  EXPECT_EQ(world.With(access, "GET", "/fhir/Observation/o1").status, 401);
}

TEST(Oauth, IdTokenIsSignedByAKeyOfTheSetAndSaysWhoAndForWhom) {
  OauthWorld world;
  const Answer tokens = world.UseCode(world.Code("openid profile"));
  const auto keys = crypto::ParseJwks(world.Send("GET", "/oauth2/jwks").body);
  ASSERT_TRUE(keys.ok());
  const auto jws = crypto::VerifyJws(tokens.At("id_token"), *keys);
  ASSERT_TRUE(jws.ok());
  const auto claims = json::Document::Parse(jws->payload);
  crypto::ClaimRules rules;
  rules.issuer = world.issuer();
  rules.audiences = {world.app};
  rules.now = world.clock.Now();
  rules.life_seconds = limits::kIdTokenSeconds;
  EXPECT_TRUE(crypto::CheckClaims(claims->root(), rules).ok());
  EXPECT_EQ(claims->root().FindString("nonce"), "n-1");
  EXPECT_EQ(claims->root().FindString("preferred_username"), "doctor");
  EXPECT_FALSE(claims->root().FindString("sub").empty());
  const Answer info = world.With(tokens.At("access_token"), "GET", "/oauth2/userinfo");
  EXPECT_EQ(info.At("sub"), std::string(claims->root().FindString("sub")));
  EXPECT_EQ(info.At("name"), OauthWorld::NameOf("doctor"));
  // Without openid there is neither.
  const Answer plain = world.UseCode(world.Code("user/Observation.rs"));
  EXPECT_EQ(plain.At("id_token"), "");
  EXPECT_EQ(ErrorOf(world.With(plain.At("access_token"), "GET", "/oauth2/userinfo")), "401 invalid_token");
  EXPECT_EQ(ErrorOf(world.With("nonsense", "GET", "/oauth2/userinfo")), "401 invalid_token");
  EXPECT_EQ(ErrorOf(world.With(world.TokenOf("doctor"), "GET", "/oauth2/userinfo")), "401 invalid_token");
}

TEST(Oauth, ACodeIsGoodOnceForOneMinuteForItsProgramAndItsVerifier) {
  OauthWorld world;
  PutRecord(world);
  const std::string other = world.Register("none", "user/*.rs").At("client.id");
  const std::string scope = "offline_access user/Observation.rs";
  const auto refused = [&](const Values& changes) { return ErrorOf(world.UseCode(world.Code(scope), changes)); };
  EXPECT_EQ(refused({{"code_verifier", std::string(43, 'a')}}), "400 invalid_grant");
  EXPECT_EQ(refused({{"code_verifier", ""}}), "400 invalid_grant");
  EXPECT_EQ(refused({{"redirect_uri", "https://app.example.cn/"}}), "400 invalid_grant");
  EXPECT_EQ(refused({{"redirect_uri", ""}}), "400 invalid_grant");
  EXPECT_EQ(refused({{"client_id", other}}), "400 invalid_grant");
  EXPECT_EQ(refused({{"client_id", "nobody"}}), "401 invalid_client");
  EXPECT_EQ(refused({{"code", "nonsense"}}), "400 invalid_grant");
  const std::string late = world.Code(scope);
  world.clock.Advance(limits::kCodeSeconds * kSecond);
  EXPECT_EQ(ErrorOf(world.UseCode(late)), "400 invalid_grant");
  const std::string in_time = world.Code(scope);
  world.clock.Advance(limits::kCodeSeconds * kSecond - 1);
  const Answer first = world.UseCode(in_time);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(world.With(first.At("access_token"), "GET", "/fhir/Observation/o1").status, 200);
  EXPECT_EQ(ErrorOf(world.UseCode(in_time)), "400 invalid_grant");
  EXPECT_EQ(world.With(first.At("access_token"), "GET", "/fhir/Observation/o1").status, 401) << "a second use ends what the first gave";
  EXPECT_EQ(ErrorOf(world.Refresh(first.At("refresh_token"))), "400 invalid_grant");
}

TEST(Oauth, ACodeEndsWithTheSessionInWhichItWasGiven) {
  OauthWorld world;
  const std::string code = world.Code("user/Observation.rs");
  ASSERT_EQ(world.Send("DELETE", "/api/session", "", world.page).status, 204);
  EXPECT_EQ(ErrorOf(world.UseCode(code)), "400 invalid_grant");
}

TEST(Oauth, NothingIsSentToAnAddressThatIsNotRegistered) {
  OauthWorld world;
  for (const Values& changes : {Values{{"redirect_uri", "https://evil.cn/"}}, Values{{"redirect_uri", ""}}, Values{{"client_id", "nobody"}}, Values{{"client_id", ""}},
                                Values{{"redirect_uri", "https://app.example.cn/back?x"}, {"response_type", "token"}}}) {
    const Answer answer = world.Send("GET", "/oauth2/authorize?" + FormOf(world.Request("user/Observation.rs", changes)));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.Header("location"), "");
    EXPECT_NE(answer.body.find("无法授权"), std::string::npos);
    EXPECT_EQ(world.DecideOn(world.Request("user/Observation.rs", changes), "user/Observation.rs").At("redirect"), "");
  }
  const Answer twice = world.Send("GET", "/oauth2/authorize?" + FormOf(world.Request("user/Observation.rs")) + "&redirect_uri=https%3A%2F%2Fevil.cn%2F");
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(twice.Header("location"), "");
  const Answer marked = world.Send("GET", "/oauth2/authorize?client_id=%3Cscript%3E");
  EXPECT_EQ(marked.body.find("<script>"), std::string::npos);
}

TEST(Oauth, OtherMistakesAreToldToTheProgramWithStateAndIssuer) {
  OauthWorld world;
  const auto told = [&](const Values& changes) {
    const Answer answer = world.Send("GET", "/oauth2/authorize?" + FormOf(world.Request("user/Observation.rs", changes)));
    const std::string address = answer.Header("location");
    EXPECT_EQ(answer.status, 302);
    EXPECT_TRUE(StartsWith(address, std::string(OauthWorld::kRedirect) + "?error=")) << address;
    EXPECT_EQ(OauthWorld::Parameter(address, "state"), "s-1");
    EXPECT_EQ(OauthWorld::Parameter(address, "iss"), world.issuer());
    return OauthWorld::Parameter(address, "error");
  };
  EXPECT_EQ(told({{"response_type", "token"}}), "unsupported_response_type");
  EXPECT_EQ(told({{"code_challenge_method", "plain"}}), "invalid_request");
  EXPECT_EQ(told({{"code_challenge", ""}}), "invalid_request");
  EXPECT_EQ(told({{"scope", "patient/Observation.rs"}}), "invalid_scope");
  EXPECT_EQ(told({{"scope", "user/Nonsense.rs"}}), "invalid_scope");
  EXPECT_EQ(told({{"aud", "https://evil.cn/fhir"}}), "invalid_request");
  EXPECT_EQ(told({{"prompt", "none"}}), "interaction_required");
}

TEST(Oauth, TheUserMayRefuseOrGiveLess) {
  OauthWorld world;
  const Values request = world.Request("openid user/*.rs");
  const Answer refused = world.DecideOn(request, "", false);
  EXPECT_EQ(OauthWorld::Parameter(refused.At("redirect"), "error"), "access_denied");
  EXPECT_EQ(OauthWorld::Parameter(refused.At("redirect"), "state"), "s-1");
  EXPECT_EQ(OauthWorld::Parameter(refused.At("redirect"), "code"), "");
  const Answer less = world.DecideOn(request, "user/Observation.r");
  EXPECT_EQ(world.UseCode(OauthWorld::Parameter(less.At("redirect"), "code")).At("scope"), "user/Observation.r");
  for (const char* more : {"user/Observation.cruds", "offline_access", "system/Observation.rs", "patient/Observation.rs", ""}) {
    const Answer answer = world.DecideOn(request, more);
    EXPECT_EQ(answer.status, 400) << more;
    EXPECT_EQ(answer.At("redirect"), "");
  }
}

TEST(Oauth, OnlyWhoSignedInOnThePageAgrees) {
  OauthWorld world;
  const Values request = world.Request("user/Observation.rs");
  const std::string words = "user/Observation.rs";
  EXPECT_EQ(world.DecideOn(request, words, true, {{"X-Qianxian", "1"}}).status, 401);
  EXPECT_EQ(world.DecideOn(request, words, true, {world.page[0]}).At("error.code"), "missing-header") << "another site sends the cookie, not the header";
  EXPECT_EQ(world.DecideOn(request, words, true, {{"Authorization", "Bearer " + world.TokenOf("doctor")}}).At("error.code"), "page-only");
  EXPECT_EQ(world.DecideOn(request, words, true, {{"Authorization", "Bearer " + world.Access(words)}}).At("error.code"), "page-only");
}

TEST(Oauth, AccessEndsByTimeByRevocationAndWithTheAccount) {
  OauthWorld world;
  PutRecord(world);
  const auto works = [&](const std::string& token) { return world.With(token, "GET", "/fhir/Observation/o1").status; };
  const std::string scope = "offline_access user/Observation.rs";
  const std::string timed = world.Access(scope);
  world.clock.Advance(limits::kAccessTokenSeconds * kSecond - 1);
  EXPECT_EQ(works(timed), 200);
  world.clock.Advance(1);
  EXPECT_EQ(works(timed), 401);

  const std::string revoked = world.Access(scope);
  const std::string other = world.Register("none", "user/*.rs").At("client.id");
  EXPECT_EQ(world.Post("/oauth2/revoke", {{"token", revoked}, {"client_id", other}}).status, 200);
  EXPECT_EQ(works(revoked), 200) << "by another program";
  EXPECT_EQ(world.Post("/oauth2/revoke", {{"token", revoked}, {"client_id", world.app}}).status, 200);
  EXPECT_EQ(works(revoked), 401);
  EXPECT_EQ(world.Post("/oauth2/revoke", {{"token", "nonsense"}, {"client_id", world.app}}).status, 200);

  const Answer family = world.UseCode(world.Code(scope));
  EXPECT_EQ(world.Post("/oauth2/revoke", {{"token", family.At("refresh_token")}, {"client_id", world.app}}).status, 200);
  EXPECT_EQ(works(family.At("access_token")), 401) << "with the refresh token all ends";
  EXPECT_EQ(ErrorOf(world.Refresh(family.At("refresh_token"))), "400 invalid_grant");

  const Answer kept = world.UseCode(world.Code(scope));
  ASSERT_EQ(world.Send("POST", "/api/password", std::string(R"({"current":")") + OauthWorld::kPassword + R"(","new":"Harbor-34"})", world.page).status, 200);
  EXPECT_EQ(works(kept.At("access_token")), 401) << "a new password ends what was granted under the old one";
  EXPECT_EQ(ErrorOf(world.Refresh(kept.At("refresh_token"))), "400 invalid_grant");

  const Answer last = world.UseCode(world.Code(scope));
  ASSERT_EQ(works(last.At("access_token")), 200);
  ASSERT_EQ(world.As("admin", "PATCH", "/api/accounts/doctor", R"({"disabled":true})").status, 200);
  EXPECT_EQ(works(last.At("access_token")), 401);
  EXPECT_EQ(ErrorOf(world.Refresh(last.At("refresh_token"))), "400 invalid_grant");
}

TEST(Oauth, RefreshTokensRotateNarrowAndEnd) {
  OauthWorld world;
  const std::string scope = "offline_access user/Observation.rs user/Patient.rs";
  EXPECT_EQ(world.UseCode(world.Code("user/Observation.rs")).At("refresh_token"), "") << "only where the user agreed to it";
  Answer tokens = world.UseCode(world.Code(scope));
  tokens = world.Refresh(tokens.At("refresh_token"), {{"scope", "user/Observation.r"}});
  EXPECT_EQ(tokens.At("scope"), "user/Observation.r");
  EXPECT_EQ(ErrorOf(world.Refresh(tokens.At("refresh_token"), {{"scope", "user/Encounter.r"}})), "400 invalid_scope");
  tokens = world.Refresh(tokens.At("refresh_token"));
  EXPECT_EQ(tokens.At("scope"), scope) << "less for one token is not less for ever";
  const std::string other = world.Register("none", "user/*.rs").At("client.id");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", {{"grant_type", "refresh_token"}, {"refresh_token", tokens.At("refresh_token")}, {"client_id", other}})), "400 invalid_grant");
  world.clock.Advance(limits::kRefreshIdleSeconds * kSecond);
  EXPECT_EQ(ErrorOf(world.Refresh(tokens.At("refresh_token"))), "400 invalid_grant") << "unused for too long";
}

TEST(Oauth, ARefreshedGrantEndsAtItsWholeTime) {
  OauthWorld world;
  Answer tokens = world.UseCode(world.Code("offline_access user/Observation.rs"));
  constexpr int64_t kStep = 20 * 86400;    // shorter than the time without use
  int64_t elapsed = 0;
  for (; elapsed + kStep < limits::kRefreshWholeSeconds; elapsed += kStep) {
    world.clock.Advance(kStep * kSecond);
    tokens = world.Refresh(tokens.At("refresh_token"));
    ASSERT_EQ(tokens.status, 200) << tokens.body;
  }
  world.clock.Advance((limits::kRefreshWholeSeconds - elapsed) * kSecond);
  EXPECT_EQ(ErrorOf(world.Refresh(tokens.At("refresh_token"))), "400 invalid_grant");
}

TEST(Oauth, ConfidentialProgramsSayTheirSecret) {
  OauthWorld world;
  const Answer made = world.Register("secret", "offline_access user/Observation.rs");
  const std::string id = made.At("client.id"), secret = made.At("secret");
  ASSERT_GE(secret.size(), 43u);
  world.app = id;
  const auto basic = [&](const std::string& with) {
    std::string text = crypto::Base64Url(id + ":" + with);
    while (text.size() % 4 != 0) text += '=';
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return Headers{{"Authorization", "Basic " + text}};
  };
  const Values exchange = {{"grant_type", "authorization_code"}, {"redirect_uri", OauthWorld::kRedirect}, {"code_verifier", OauthWorld::kVerifier}};
  const auto with_code = [&](Values more) {
    more.insert(more.end(), exchange.begin(), exchange.end());
    more.emplace_back("code", world.Code("offline_access user/Observation.rs"));
    return more;
  };
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", with_code({{"client_id", id}}))), "401 invalid_client") << "without its secret";
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", with_code({{"client_id", id}, {"client_secret", "wrong"}}))), "401 invalid_client");
  const Answer wrong = world.Post("/oauth2/token", with_code({}), basic("wrong"));
  EXPECT_EQ(ErrorOf(wrong), "401 invalid_client");
  EXPECT_TRUE(StartsWith(wrong.Header("www-authenticate"), "Basic"));
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", with_code({{"client_id", id}, {"client_secret", secret}}), basic(secret))), "400 invalid_request") << "two ways at once";
  EXPECT_EQ(world.Post("/oauth2/token", with_code({{"client_id", id}, {"client_secret", secret}})).status, 200);
  const Answer tokens = world.Post("/oauth2/token", with_code({}), basic(secret));
  ASSERT_EQ(tokens.status, 200) << tokens.body;

  const std::string access = tokens.At("access_token");
  const Answer active = world.Post("/oauth2/introspect", {{"token", access}}, basic(secret));
  EXPECT_EQ(active.At("active"), "true");
  EXPECT_EQ(active.At("scope"), "offline_access user/Observation.rs");
  EXPECT_EQ(active.At("client_id"), id);
  EXPECT_EQ(active.At("username"), "doctor");
  EXPECT_EQ(world.Post("/oauth2/introspect", {{"token", tokens.At("refresh_token")}}, basic(secret)).At("active"), "true");
  EXPECT_EQ(world.Post("/oauth2/introspect", {{"token", world.TokenOf("doctor")}}, basic(secret)).body, R"({"active":false})") << "no token of its own";
  EXPECT_EQ(world.Post("/oauth2/introspect", {{"token", "nonsense"}}, basic(secret)).body, R"({"active":false})");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/introspect", {{"token", access}}, basic("wrong"))), "401 invalid_client");
  const std::string is_public = world.Register("none", "user/*.rs").At("client.id");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/introspect", {{"token", access}, {"client_id", is_public}})), "401 invalid_client");

  const Answer renewed = world.As("admin", "PATCH", "/api/clients/" + id, R"({"newSecret":true})");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/introspect", {{"token", access}}, basic(secret))), "401 invalid_client") << "the old secret";
  EXPECT_EQ(world.Post("/oauth2/introspect", {{"token", access}}, basic(renewed.At("secret"))).At("active"), "true");
}

TEST(Oauth, DisablingAProgramEndsAllThatItWasGiven) {
  OauthWorld world;
  PutRecord(world);
  const Answer tokens = world.UseCode(world.Code("offline_access user/Observation.rs"));
  const std::string code = world.Code("user/Observation.rs");
  ASSERT_EQ(world.As("admin", "PATCH", "/api/clients/" + world.app, R"({"disabled":true})").At("client.disabled"), "true");
  EXPECT_EQ(world.With(tokens.At("access_token"), "GET", "/fhir/Observation/o1").status, 401);
  EXPECT_EQ(ErrorOf(world.Refresh(tokens.At("refresh_token"))), "401 invalid_client");
  EXPECT_EQ(ErrorOf(world.UseCode(code)), "401 invalid_client");
  EXPECT_EQ(world.Send("GET", "/oauth2/authorize?" + FormOf(world.Request("user/Observation.rs"))).status, 400);
  ASSERT_EQ(world.As("admin", "PATCH", "/api/clients/" + world.app, R"({"disabled":false})").status, 200);
  EXPECT_EQ(ErrorOf(world.Refresh(tokens.At("refresh_token"))), "400 invalid_grant") << "what ended stays so";
}

TEST(Oauth, ClientsAreForAdministratorsAndTellNoSecretTwice) {
  OauthWorld world;
  const Answer made = world.Register("secret", "user/Observation.rs");
  EXPECT_EQ(world.As("doctor", "GET", "/api/clients").status, 403);
  EXPECT_EQ(world.As("doctor", "POST", "/api/clients", "{}").status, 403);
  EXPECT_EQ(world.As("doctor", "PATCH", "/api/clients/" + made.At("client.id"), R"({"newSecret":true})").status, 403);
  EXPECT_EQ(world.Send("GET", "/api/clients").status, 401);
  const Answer list = world.As("admin", "GET", "/api/clients");
  EXPECT_EQ(list.Count("clients"), 2u);
  EXPECT_EQ(list.body.find(made.At("secret")), std::string::npos);
  EXPECT_EQ(list.body.find("secretHash"), std::string::npos);
  EXPECT_EQ(world.As("admin", "PATCH", "/api/clients/nobody", "{}").status, 404);
  EXPECT_EQ(world.Register("none", "patient/*.rs").status, 400);
  EXPECT_EQ(world.Register("password", "user/*.rs").At("error.code"), "bad-client");
}

// A backend service with a key of its own.
struct Service {
  crypto::Key key;
  std::string id;
  std::string Assertion(OauthWorld& world, const std::string& jti, const std::string& aud, int64_t seconds = 60) const {
    json::Writer claims;
    claims.BeginObject().Member("iss", id).Member("sub", id).Member("aud", aud).Member("jti", jti);
    claims.Member("exp", world.clock.Now().microseconds / kSecond + seconds).EndObject();
    return crypto::SignJws(key, crypto::Algorithm::kEs384, "k1", "JWT", claims.Take());
  }
  Answer Ask(OauthWorld& world, const std::string& assertion, const std::string& scope = "system/Observation.rs") const {
    return world.Post("/oauth2/token", {{"grant_type", "client_credentials"}, {"scope", scope}, {"client_assertion", assertion},
                                        {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}});
  }
};

Service RegisterService(OauthWorld& world) {
  Service service{*crypto::Key::Make(crypto::Algorithm::kEs384), ""};
  const std::string body = R"({"name":"夜间导出","login":"keys","account":"doctor","scope":"system/Observation.rs","jwks":{"keys":[)" +
                           service.key.PublicJwk("k1", crypto::Algorithm::kEs384) + "]}}";
  const Answer made = world.As("admin", "POST", "/api/clients", body);
  EXPECT_EQ(made.status, 201) << made.body;
  service.id = made.At("client.id");
  return service;
}

TEST(Oauth, ABackendServiceSignsInWithItsKeyForItsAccount) {
  OauthWorld world;
  PutRecord(world);
  world.Put("Observation", "o2", kObservation, "H2");
  const Service service = RegisterService(world);
  const std::string aud = world.issuer() + "/oauth2/token";
  const std::string assertion = service.Assertion(world, "1", aud);
  const Answer tokens = service.Ask(world, assertion);
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  EXPECT_EQ(tokens.At("expires_in"), std::to_string(limits::kServiceTokenSeconds));
  EXPECT_EQ(tokens.At("refresh_token"), "");
  const std::string access = tokens.At("access_token");
  EXPECT_EQ(world.With(access, "GET", "/fhir/Observation/o1").status, 200);
  EXPECT_EQ(world.With(access, "GET", "/fhir/Observation/o2").status, 404) << "not of its account's organisation";
  EXPECT_EQ(world.With(access, "GET", "/fhir/Patient/p1").status, 403);
  EXPECT_EQ(ErrorOf(service.Ask(world, assertion)), "401 invalid_client") << "the same jti";
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "2", world.issuer()))), "401 invalid_client") << "for another address";
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "3", aud, -60))), "401 invalid_client") << "ended";
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "4", aud, 600))), "401 invalid_client") << "good for too long";
  Service thief = service;
  thief.key = *crypto::Key::Make(crypto::Algorithm::kEs384);
  EXPECT_EQ(ErrorOf(thief.Ask(world, thief.Assertion(world, "5", aud))), "401 invalid_client") << "another key";
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "6", aud), "system/Patient.rs")), "400 invalid_scope");
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "7", aud), "user/Observation.rs")), "400 invalid_scope");
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "8", aud), "")), "400 invalid_scope");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", {{"grant_type", "client_credentials"}, {"scope", "user/Observation.rs"}, {"client_id", world.app}})), "400 unauthorized_client");
  world.clock.Advance(limits::kServiceTokenSeconds * kSecond);
  EXPECT_EQ(world.With(access, "GET", "/fhir/Observation/o1").status, 401);
  ASSERT_EQ(world.As("admin", "PATCH", "/api/accounts/doctor", R"({"disabled":true})").status, 200);
  EXPECT_EQ(ErrorOf(service.Ask(world, service.Assertion(world, "9", aud))), "400 unauthorized_client");
}

TEST(Oauth, TheTokenEndpointTakesFormsOnlyAndEachParameterOnce) {
  OauthWorld world;
  EXPECT_EQ(ErrorOf(world.Send("POST", "/oauth2/token", R"({"grant_type":"refresh_token"})")), "400 invalid_request");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", {{"grant_type", "password"}, {"client_id", world.app}})), "400 unsupported_grant_type");
  EXPECT_EQ(ErrorOf(world.Post("/oauth2/token", {{"grant_type", "refresh_token"}, {"client_id", world.app}, {"client_id", world.app}})), "400 invalid_request");
  EXPECT_EQ(world.Send("GET", "/oauth2/token").status, 405);
  EXPECT_EQ(world.Send("GET", "/oauth2/nothing").status, 404);
  const Answer error = world.Post("/oauth2/token", {{"grant_type", "refresh_token"}, {"refresh_token", "x"}, {"client_id", world.app}});
  EXPECT_EQ(error.Header("cache-control"), "no-store");
  EXPECT_FALSE(error.At("error_description").empty());
}

TEST(Oauth, DiscoverySaysWhatIsTrue) {
  OauthWorld world;
  const Answer openid = world.Send("GET", "/.well-known/openid-configuration");
  const Answer smart = world.Send("GET", "/fhir/.well-known/smart-configuration");
  for (const Answer& answer : {openid, smart}) {
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.At("issuer"), world.issuer());
    EXPECT_EQ(answer.At("token_endpoint"), world.issuer() + "/oauth2/token");
    EXPECT_EQ(answer.At("code_challenge_methods_supported"), R"(["S256"])");
    EXPECT_EQ(answer.body.find("patient"), std::string::npos) << "scopes of one patient are not offered";
  }
  EXPECT_EQ(world.Send("GET", "/.well-known/oauth-authorization-server").body, openid.body);
  EXPECT_NE(smart.body.find("permission-v2"), std::string::npos);
  const Answer metadata = world.Send("GET", "/fhir/metadata");
  EXPECT_EQ(metadata.At("rest.0.security.service.0.coding.0.code"), "SMART-on-FHIR");
  EXPECT_EQ(metadata.At("rest.0.security.extension.0.extension.1.valueUri"), world.issuer() + "/oauth2/token");
}

TEST(Oauth, WhatIsKeptHasNoFrontDoor) {
  OauthWorld world;
  const Answer made = world.Register("secret", "user/Observation.rs");
  const Answer tokens = world.UseCode(world.Code("openid offline_access user/Observation.rs"));
  ASSERT_FALSE(tokens.At("refresh_token").empty());
  for (const char* type : {"QianxianClient", "QianxianGrantCode", "QianxianRefreshToken", "QianxianClientAssertion", "QianxianSession"}) {
    for (const std::string& target : {"/fhir/" + std::string(type), "/fhir/" + std::string(type) + "/_history", "/fhir/" + std::string(type) + "/" + made.At("client.id")}) {
      EXPECT_EQ(world.As("admin", "GET", target).status, 404) << target;
    }
  }
  const std::string history = world.As("admin", "GET", "/fhir/_history?_count=200").body;
  EXPECT_EQ(history.find("QianxianClient"), std::string::npos);
  EXPECT_EQ(history.find("secretHash"), std::string::npos);
  struct stat info {};
  ASSERT_EQ(stat((world.directory() + "/oauth-keys.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  // The record has no secret in it, only what cannot be turned back.
  for (const std::string& name : {std::string("record.db"), std::string("record.db-wal")}) {
    const auto bytes = ReadFile(world.directory() + "/" + name);
    if (!bytes.ok()) continue;
    for (const std::string& secret : {made.At("secret"), tokens.At("access_token"), tokens.At("refresh_token")}) EXPECT_EQ(bytes->find(secret), std::string::npos) << name;
  }
}

TEST(Oauth, GrantsOutliveARestart) {
  OauthWorld world;
  PutRecord(world);
  const Answer tokens = world.UseCode(world.Code("openid offline_access user/Observation.rs"));
  const std::string jwks = world.Send("GET", "/oauth2/jwks").body;
  world.Restart();
  EXPECT_EQ(world.With(tokens.At("access_token"), "GET", "/fhir/Observation/o1").status, 200);
  EXPECT_EQ(world.With(tokens.At("access_token"), "GET", "/fhir/Patient").status, 403) << "and so does the scope";
  EXPECT_EQ(world.Send("GET", "/oauth2/jwks").body, jwks);
  EXPECT_EQ(world.Refresh(tokens.At("refresh_token")).status, 200);
}

}  // namespace
}  // namespace qianxian::api
