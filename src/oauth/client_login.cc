#include "oauth/client_login.h"

#include "base/limits_oauth.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/jose.h"
#include "json/writer.h"
#include "oauth/errors.h"

namespace qianxian::oauth {
namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// One word for everything: nobody learns which programs there are.
Error Unknown() { return InvalidClient("unknown client, or it did not prove who it is", "应用不存在，或未能证明其身份"); }

std::string FromForm(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    if (text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 && digit(text[at + 2]) >= 0) {
      out += static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2]));
      at += 2;
    } else {
      out += text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

// RFC 6749 §2.3.1: both halves are form-encoded inside the base64.
std::optional<std::pair<std::string, std::string>> BasicOf(std::string_view authorization) {
  std::string text(TrimAscii(authorization.substr(6)));
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  const std::optional<std::string> pair = crypto::DecodeBase64Url(text);
  const size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(FromForm(pair->substr(0, colon)), FromForm(pair->substr(colon + 1)));
}

}  // namespace

Result<Client> ClientLogin::Known(std::string_view id) {
  if (id.empty() || id.size() > 64) return Unknown();
  Result<Client> client = clients_.Find(id);
  if (!client.ok() && (client.error().category == ErrorCategory::kNotFound || client.error().category == ErrorCategory::kInvalid)) return Unknown();
  if (!client.ok()) return std::move(client).error();
  if (client->disabled) return Unknown();
  return client;
}

Result<Client> ClientLogin::BySecret(std::string_view id, std::string_view secret) {
  QX_TRY(Client client, Known(id));
  if (client.login != Login::kSecret || !crypto::EqualInConstantTime(client.secret_hash, crypto::Sha256Hex(secret))) return Unknown();
  return client;
}

Status ClientLogin::UseOnce(const Client& client, std::string_view jti, int64_t ends_seconds) {
  store::Change change;
  change.type = kAssertionType;
  change.id = crypto::Sha256Hex(client.id + "\n" + std::string(jti));
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kAssertionType).Member("ends", ends_seconds * 1'000'000).EndObject();
  change.body = writer.Take();
  change.if_version = 0;
  store::CommitRequest request;
  request.changes.push_back(std::move(change));
  request.reason = "client-assertion";
  const auto committed = tools_.store->Commit(access::SystemCaller("oauth"), std::move(request));
  if (committed.ok()) return Ok();
  if (committed.error().category != ErrorCategory::kConflict) return committed.error();
  return InvalidClient("this client assertion was used before: make a new one with a new jti", "该客户端断言已被使用：请用新的 jti 重新签名");
}

Result<Client> ClientLogin::ByAssertion(const Form& form, const std::string& endpoint) {
  if (form.Text("client_assertion_type") != kJwtBearer) return InvalidRequest("client_assertion_type must be " + std::string(kJwtBearer), "client_assertion_type 不正确");
  const std::string& compact = form.Text("client_assertion");
  const Result<crypto::Jws> unverified = crypto::ReadUnverifiedJws(compact);
  if (!unverified.ok()) return InvalidClient(unverified.error().en, unverified.error().zh);
  const Result<json::Document> claims = json::Document::Parse(unverified->payload);
  if (!claims.ok()) return Unknown();
  const std::string id(claims->root().FindString("iss"));
  if (form.Has("client_id") && form.Text("client_id") != id) return Unknown();
  QX_TRY(Client client, Known(id));
  if (client.login != Login::kKeys) return Unknown();
  QX_TRY(const std::vector<crypto::PublicKey> keys, crypto::ParseJwks(client.jwks));
  const Result<crypto::Jws> verified = crypto::VerifyJws(compact, keys);
  if (!verified.ok()) return Unknown();
  crypto::ClaimRules rules;
  rules.issuer = rules.subject = client.id;
  rules.audiences = {endpoint};
  rules.now = tools_.clock->Now();
  rules.skew_seconds = limits::kClockSkewSeconds;
  rules.life_seconds = limits::kAssertionSeconds;
  rules.needs_id = true;
  const Status held = crypto::CheckClaims(claims->root(), rules);
  if (!held.ok()) return InvalidClient(held.error().en, held.error().zh);
  const int64_t ends = rules.now.microseconds / 1'000'000 + limits::kAssertionSeconds + 2 * limits::kClockSkewSeconds;
  QX_DO(UseOnce(client, claims->root().FindString("jti"), ends));
  return client;
}

Result<Client> ClientLogin::Of(const Form& form, std::string_view authorization, const std::string& endpoint) {
  const bool basic = ToLowerAscii(authorization.substr(0, 6)) == "basic ";
  const bool assertion = form.Has("client_assertion") || form.Has("client_assertion_type");
  if ((basic ? 1 : 0) + (assertion ? 1 : 0) + (form.Has("client_secret") ? 1 : 0) > 1) {
    return InvalidRequest("a client says in one way who it is", "请只用一种方式证明应用身份");
  }
  if (assertion) return ByAssertion(form, endpoint);
  if (basic) {
    const auto pair = BasicOf(authorization);
    if (!pair || (form.Has("client_id") && form.Text("client_id") != pair->first)) return Unknown();
    return BySecret(pair->first, pair->second);
  }
  if (form.Has("client_secret")) return BySecret(form.Text("client_id"), form.Text("client_secret"));
  QX_TRY(Client client, Known(form.Text("client_id")));
  if (client.login != Login::kNone) return Unknown();
  return client;
}

}  // namespace qianxian::oauth
