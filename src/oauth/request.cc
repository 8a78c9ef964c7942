#include "oauth/request.h"

#include <algorithm>

#include "base/limits_oauth.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/jose.h"
#include "oauth/errors.h"

namespace qianxian::oauth {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string Encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (IsUnreserved(c)) out += c;
    else out += "%" + ToUpperAscii(HexEncode(std::string(1, c)));
  }
  return out;
}

bool IsOurRecord(std::string aud, const Place& place) {
  while (aud.size() > 1 && aud.back() == '/') aud.pop_back();
  return aud == place.fhir || aud == place.issuer + "/fhir";
}

Status CheckForm(const Form& form) {
  if (form.Has("request")) return ProtocolError("request_not_supported", "request objects are not taken", "不支持 request 参数");
  if (form.Has("request_uri")) return ProtocolError("request_uri_not_supported", "request objects are not taken", "不支持 request_uri 参数");
  if (form.Text("response_type") != "code") return ProtocolError("unsupported_response_type", "response_type must be code", "response_type 只能是 code");
  if (form.Has("response_mode") && form.Text("response_mode") != "query") return InvalidRequest("response_mode must be query", "response_mode 只能是 query");
  if (form.Text("code_challenge_method") != "S256") return InvalidRequest("PKCE is needed, with code_challenge_method=S256", "须使用 PKCE，且 code_challenge_method=S256");
  const std::optional<std::string> challenge = crypto::DecodeBase64Url(form.Text("code_challenge"));
  if (!challenge || challenge->size() != 32) return InvalidRequest("code_challenge is no SHA-256 in base64url", "code_challenge 不正确");
  for (const char* name : {"state", "nonce"}) {
    if (form.Text(name).size() > limits::kStateBytes) return InvalidRequest(std::string(name) + " is too long", std::string(name) + " 过长");
  }
  if (form.Text("prompt") == "none") {
    return ProtocolError("interaction_required", "the user is asked every time: prompt=none gives nothing", "每次都需用户确认，不支持 prompt=none");
  }
  if (form.Has("prompt") && form.Text("prompt") != "consent") return InvalidRequest("prompt may be consent only", "prompt 只能是 consent");
  if (form.Has("max_age")) return InvalidRequest("max_age is not kept here", "不支持 max_age");
  return Ok();
}

}  // namespace

Status CheckRedirectOf(const Client& client, const Form& form) {
  const std::string& uri = form.Text("redirect_uri");
  if (std::find(client.redirect_uris.begin(), client.redirect_uris.end(), uri) != client.redirect_uris.end()) return Ok();
  return Invalid("bad-redirect", "the program " + client.name + " is not registered with this redirect address", "应用“" + client.name + "”未登记此回调地址");
}

Result<Asked> CheckAsked(const Client& client, const Form& form, const Place& place, const IsType& is_type) {
  QX_DO(CheckForm(form));
  QX_TRY(const Words wanted, ReadWords(form.Text("scope"), is_type));
  for (const access::ScopeLine& line : wanted.resources.lines) {
    if (line.system) return InvalidScope("system/ scopes are for client_credentials", "system/ 授权范围仅用于 client_credentials");
  }
  QX_TRY(const Words allowed, ReadWords(client.scope, is_type));
  Asked asked;
  asked.words = Common(wanted, allowed);
  if (asked.words.empty()) return InvalidScope("the program may be given nothing of this", "该应用不能获得所请求的任何授权");
  if (form.Has("aud") ? !IsOurRecord(form.Text("aud"), place) : !asked.words.resources.lines.empty()) {
    return InvalidRequest("aud must be the base of this record: " + place.fhir, "aud 应为本系统的 FHIR 地址：" + place.fhir);
  }
  asked.redirect_uri = form.Text("redirect_uri");
  asked.state = form.Text("state");
  asked.nonce = form.Text("nonce");
  asked.challenge = form.Text("code_challenge");
  return asked;
}

std::string EncodeForm(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string out;
  for (const auto& [name, value] : values) out += (out.empty() ? "" : "&") + Encode(name) + "=" + Encode(value);
  return out;
}

std::string AnswerAddress(const std::string& redirect_uri, const std::vector<std::pair<std::string, std::string>>& parameters, const std::string& state,
                          const Place& place) {
  std::vector<std::pair<std::string, std::string>> all = parameters;
  if (!state.empty()) all.emplace_back("state", state);
  all.emplace_back("iss", place.issuer);
  return redirect_uri + (redirect_uri.find('?') == std::string::npos ? "?" : "&") + EncodeForm(all);
}

std::string ChallengeOf(std::string_view verifier) {
  if (verifier.size() < 43 || verifier.size() > 128 || !std::all_of(verifier.begin(), verifier.end(), IsUnreserved)) return {};
  return crypto::Base64Url(crypto::Sha256(verifier));
}

}  // namespace qianxian::oauth
