// A server with a registered program and a doctor, and the way from the one to the other's token. For tests of api/ only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "api/testing/world.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "http/server.h"
#include "json/writer.h"

namespace qianxian::api::testing {

using Values = std::vector<std::pair<std::string, std::string>>;

inline std::string FormOf(const Values& values) {
  std::string out;
  for (const auto& [name, value] : values) out += (out.empty() ? "" : "&") + http::PercentEncode(name) + "=" + http::PercentEncode(value);
  return out;
}

class OauthWorld : public World {
 public:
  static constexpr const char* kPassword = "Meadow-12";
  static constexpr const char* kRedirect = "https://app.example.cn/back";
  static constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";   // RFC 7636 appendix B

  OauthWorld() {
    PutOrganization("H1");
    AddUser("doctor", "clinician", {"H1"}, kPassword);
    const Answer signed_in = Send("POST", "/api/session", std::string(R"({"user":"doctor","password":")") + kPassword + "\"}");
    const std::string cookie = signed_in.Header("set-cookie");
    page = {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-Qianxian", "1"}};
    app = Register("none", "openid profile fhirUser offline_access user/*.cruds").At("client.id");
  }

  std::string issuer() const { return "http://127.0.0.1:" + std::to_string(port()); }

  Answer Register(const std::string& login, const std::string& scope, const std::string& more = {}) {
    const std::string body = std::string(R"({"name":"血压图","login":")") + login + R"(","redirectUris":[")" + kRedirect + R"("],"scope":")" + scope + "\"" + more + "}";
    return As("admin", "POST", "/api/clients", body);
  }

  Values Request(const std::string& scope, const Values& changes = {}) const {
    std::map<std::string, std::string> values = {{"response_type", "code"}, {"client_id", app}, {"redirect_uri", kRedirect}, {"scope", scope}, {"state", "s-1"}, {"nonce", "n-1"},
                                                 {"aud", issuer() + "/fhir"}, {"code_challenge", crypto::Base64Url(crypto::Sha256(kVerifier))}, {"code_challenge_method", "S256"}};
    for (const auto& [name, value] : changes) values[name] = value;
    return {values.begin(), values.end()};
  }

  // The user's decision about a request: the answer of the page's call.
  Answer DecideOn(const Values& request, const std::string& words, bool agree = true, const Headers& headers = {}) {
    json::Writer body;
    body.BeginObject().Member("request", FormOf(request)).Member("agree", agree).Name("words").BeginArray();
    for (std::string_view word : Split(words, ' ')) {
      if (!word.empty()) body.String(word);
    }
    body.EndArray().EndObject();
    return Send("POST", "/api/authorize", body.Take(), headers.empty() ? page : headers);
  }

  static std::string Parameter(const std::string& address, const std::string& name) {
    for (const auto& [known, value] : http::ParseQuery(address.substr(address.find('?') + 1))) {
      if (known == name) return value;
    }
    return {};
  }

  std::string Code(const std::string& scope) {
    const Answer decided = DecideOn(Request(scope), scope);
    EXPECT_EQ(decided.status, 200) << decided.body;
    return Parameter(decided.At("redirect"), "code");
  }

  Answer Post(const std::string& path, const Values& values, Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return Send("POST", path, FormOf(values), std::move(headers));
  }

  Answer UseCode(const std::string& code, const Values& changes = {}) {
    std::map<std::string, std::string> values = {{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", kRedirect}, {"code_verifier", kVerifier}, {"client_id", app}};
    for (const auto& [name, value] : changes) values[name] = value;
    return Post("/oauth2/token", {values.begin(), values.end()});
  }

  Answer Refresh(const std::string& token, const Values& more = {}) {
    Values values = {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", app}};
    values.insert(values.end(), more.begin(), more.end());
    return Post("/oauth2/token", values);
  }

  // An access token with this scope, by consent.
  std::string Access(const std::string& scope) {
    const Answer tokens = UseCode(Code(scope));
    EXPECT_EQ(tokens.status, 200) << tokens.body;
    return tokens.At("access_token");
  }

  Answer With(const std::string& token, const std::string& method, const std::string& target, const std::string& body = {}, Headers headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + token);
    return Send(method, target, body, std::move(headers));
  }

  Headers page;                            // the doctor's session on the page
  std::string app;                         // the id of a public program
};

}  // namespace qianxian::api::testing
