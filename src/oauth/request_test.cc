// Whose request it is and where its answer goes, before what it asks for.
#include "oauth/request.h"

#include <gtest/gtest.h>

#include "base/limits_oauth.h"

namespace qianxian::oauth {
namespace {

bool IsType(std::string_view type) { return type == "Patient" || type == "Observation"; }

const Place kPlace{"https://county.cn", "http://10.0.0.8:8080/fhir"};
// RFC 7636 appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

Client App() {
  Client client;
  client.id = "app";
  client.name = "血压图";
  client.redirect_uris = {"https://app.example.cn/back", "https://app.example.cn/other?x=1"};
  client.scope = "openid user/Observation.rs";
  return client;
}

using Values = std::vector<std::pair<std::string, std::string>>;

Form With(const Values& changes) {
  Values values = {{"response_type", "code"}, {"client_id", "app"}, {"redirect_uri", "https://app.example.cn/back"}, {"scope", "openid user/Observation.rs"},
                   {"state", "s1"}, {"nonce", "n1"}, {"aud", "https://county.cn/fhir"}, {"code_challenge", kChallenge}, {"code_challenge_method", "S256"}};
  for (const auto& [name, value] : changes) {
    bool found = false;
    for (auto& [known, old] : values) {
      if (known == name) {
        old = value;
        found = true;
      }
    }
    if (!found) values.emplace_back(name, value);
  }
  return *Form::Of(values);
}

std::string Code(const Values& changes) {
  const Result<Asked> asked = CheckAsked(App(), With(changes), kPlace, IsType);
  return asked.ok() ? asked->words.Text() : asked.error().code;
}

TEST(Request, RedirectIsOneOfTheRegisteredLetterByLetter) {
  const auto goes = [](const std::string& uri) { return CheckRedirectOf(App(), With({{"redirect_uri", uri}})).ok(); };
  EXPECT_TRUE(goes("https://app.example.cn/back"));
  EXPECT_TRUE(goes("https://app.example.cn/other?x=1"));
  for (const char* bad : {"", "https://app.example.cn/back/", "https://app.example.cn/back?x", "https://APP.example.cn/back", "https://app.example.cn/bac",
                          "https://app.example.cn/back#f", "https://app.example.cn/%62ack", "https://evil.cn/back"}) {
    EXPECT_FALSE(goes(bad)) << bad;
  }
}

TEST(Request, AsksForCodeWithPkceAndNothingElse) {
  EXPECT_EQ(Code({}), "openid user/Observation.rs");
  EXPECT_EQ(Code({{"response_type", "token"}}), "unsupported_response_type");
  EXPECT_EQ(Code({{"response_type", ""}}), "unsupported_response_type");
  EXPECT_EQ(Code({{"response_mode", "fragment"}}), "invalid_request");
  EXPECT_EQ(Code({{"code_challenge_method", "plain"}}), "invalid_request");
  EXPECT_EQ(Code({{"code_challenge_method", ""}}), "invalid_request");
  EXPECT_EQ(Code({{"code_challenge", ""}}), "invalid_request");
  EXPECT_EQ(Code({{"code_challenge", "short"}}), "invalid_request");
  EXPECT_EQ(Code({{"request", "x"}}), "request_not_supported");
  EXPECT_EQ(Code({{"request_uri", "x"}}), "request_uri_not_supported");
  EXPECT_EQ(Code({{"prompt", "none"}}), "interaction_required");
  EXPECT_EQ(Code({{"prompt", "login"}}), "invalid_request");
  EXPECT_EQ(Code({{"prompt", "consent"}}), "openid user/Observation.rs");
  EXPECT_EQ(Code({{"max_age", "60"}}), "invalid_request");
  EXPECT_EQ(Code({{"state", std::string(limits::kStateBytes + 1, 'a')}}), "invalid_request");
  EXPECT_EQ(Code({{"nonce", std::string(limits::kStateBytes + 1, 'a')}}), "invalid_request");
}

TEST(Request, AudMustBeThisRecord) {
  EXPECT_EQ(Code({{"aud", "http://10.0.0.8:8080/fhir"}}), "openid user/Observation.rs");
  EXPECT_EQ(Code({{"aud", "https://county.cn/fhir/"}}), "openid user/Observation.rs");
  EXPECT_EQ(Code({{"aud", "https://evil.cn/fhir"}}), "invalid_request");
  EXPECT_EQ(Code({{"aud", ""}}), "invalid_request");
  EXPECT_EQ(Code({{"aud", ""}, {"scope", "openid"}}), "openid") << "a sign-in alone asks nothing of the record";
  EXPECT_EQ(Code({{"aud", "https://evil.cn/fhir"}, {"scope", "openid"}}), "invalid_request");
}

TEST(Request, GivesNoMoreThanTheProgramIsRegisteredFor) {
  EXPECT_EQ(Code({{"scope", "openid profile user/*.cruds"}}), "openid user/Observation.rs");
  EXPECT_EQ(Code({{"scope", "user/Patient.rs"}}), "invalid_scope");
  EXPECT_EQ(Code({{"scope", ""}}), "invalid_scope");
  EXPECT_EQ(Code({{"scope", "user/Observation.rs?category=vital-signs"}}), "invalid_scope");
  EXPECT_EQ(Code({{"scope", "patient/Observation.rs"}}), "invalid_scope");
  EXPECT_EQ(Code({{"scope", "launch user/Observation.rs"}}), "invalid_scope");
  EXPECT_EQ(Code({{"scope", "system/Observation.rs"}}), "invalid_scope");
}

TEST(Request, AnswersCarryStateAndIssuer) {
  EXPECT_EQ(AnswerAddress("https://a.cn/b", {{"code", "c d"}}, "s&1", kPlace), "https://a.cn/b?code=c%20d&state=s%261&iss=https%3A%2F%2Fcounty.cn");
  EXPECT_EQ(AnswerAddress("https://a.cn/b?x=1", {{"error", "e"}}, "", kPlace), "https://a.cn/b?x=1&error=e&iss=https%3A%2F%2Fcounty.cn");
  EXPECT_EQ(AnswerAddress("https://a.cn/b", {{"code", "\r\nSet-Cookie: 中"}}, "", kPlace).find('\n'), std::string::npos);
}

TEST(Pkce, ChallengeOfTheExampleOfRfc7636) {
  EXPECT_EQ(ChallengeOf(kVerifier), kChallenge);
  EXPECT_EQ(ChallengeOf(""), "");
  EXPECT_EQ(ChallengeOf(std::string(42, 'a')), "");
  EXPECT_EQ(ChallengeOf(std::string(129, 'a')), "");
  EXPECT_EQ(ChallengeOf(std::string(43, '+')), "");
  EXPECT_NE(ChallengeOf(std::string(128, '~')), "");
}

}  // namespace
}  // namespace qianxian::oauth
