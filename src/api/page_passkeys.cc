// The passkeys of the own account: what the browser is asked for, and what it answers. Members that WebAuthn has are named as there
// (PublicKeyCredentialCreationOptions, …RequestOptions); bytes are base64url.
#include "api/oauth_api.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "auth/own_account.h"
#include "base/limits_sign_in.h"
#include "crypto/cose.h"
#include "crypto/crypto.h"
#include "crypto/jose.h"

namespace qianxian::api {
namespace {

Result<std::string> BytesMember(json::Value body, std::string_view name) {
  QX_TRY(const std::string text, TextMember(body, name));
  std::optional<std::string> bytes = crypto::DecodeBase64Url(text);
  if (!bytes) return Invalid("bad-body", std::string(name) + " must be base64url without padding", std::string(name) + " 应为 base64url（无填充）");
  return *std::move(bytes);
}

Result<auth::PasskeyAnswer> AnswerMember(json::Value body) {
  auth::PasskeyAnswer answer;
  QX_TRY(answer.credential, BytesMember(body, "id"));
  QX_TRY(answer.client_data, BytesMember(body, "clientDataJSON"));
  QX_TRY(answer.authenticator_data, BytesMember(body, "authenticatorData"));
  QX_TRY(answer.signature, BytesMember(body, "signature"));
  QX_TRY(answer.handle, BytesMember(body, "userHandle"));
  return answer;
}

// The id of a passkey in a path; one that is no base64url is nobody's.
std::string IdOf(const std::string& argument) { return crypto::DecodeBase64Url(argument).value_or(""); }

void WriteCredentials(json::Writer& writer, std::string_view name, const std::vector<auth::Passkey>& passkeys) {
  writer.Name(name).BeginArray();
  for (const auth::Passkey& passkey : passkeys) {
    writer.BeginObject().Member("type", "public-key").Member("id", crypto::Base64Url(passkey.id));
    WriteTextList(writer, "transports", passkey.transports);
    writer.EndObject();
  }
  writer.EndArray();
}

void WriteCommon(json::Writer& writer, const auth::PasskeyAsk& ask) {
  writer.Member("challenge", crypto::Base64Url(ask.challenge)).Member("timeout", int64_t{limits::kPasskeyChallengeSeconds} * 1000);
}

void WritePasskey(json::Writer& writer, const auth::Passkey& passkey, std::string_view site) {
  writer.BeginObject().Member("id", crypto::Base64Url(passkey.id)).Member("name", passkey.name).Member("site", passkey.site);
  writer.Member("here", passkey.site == site).Member("created", RfcTime(passkey.created));
  WriteOrNull(writer, "lastUsed", passkey.last_used.microseconds == 0 ? std::string() : RfcTime(passkey.last_used));
  writer.EndObject();
}

}  // namespace

Result<auth::Proof> ProofOf(json::Value body) {
  auth::Proof proof;
  QX_TRY(proof.password, TextMember(body, "current"));
  QX_TRY(proof.code, TextMember(body, "code"));
  const std::optional<json::Value> passkey = body.Find("passkey");
  if (passkey && !passkey->IsNull()) {
    QX_TRY(proof.passkey, AnswerMember(*passkey));
  }
  return proof;
}

// Beside a password it is enough that the authenticator is there: whoever has one that also verifies the person, uses that.
Result<http::Response> PageApi::AskPasskey(PageCall& call) {
  QX_TRY(const auth::PasskeyAsk ask, services_.auth->own().AskPasskey(call.secret, PlaceOf(services_, call.request).issuer));
  json::Writer writer;
  writer.BeginObject().Name("publicKey").BeginObject().Member("rpId", ask.site.id).Member("userVerification", "preferred");
  WriteCommon(writer, ask);
  WriteCredentials(writer, "allowCredentials", ask.known);
  writer.EndObject().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::PresentPasskey(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const auth::PasskeyAnswer answer, AnswerMember(body.root()));
  QX_TRY(const auth::SignedIn whole, services_.auth->own().PresentPasskey(call.secret, answer, call.request.peer));
  http::Response response = JsonResponse(SessionJson(*whole.session));
  response.Set("Set-Cookie", SessionCookie(whole.secret, call.request));
  return response;
}

Result<http::Response> PageApi::ListPasskeys(PageCall& call) {
  QX_TRY(const std::vector<auth::Passkey> passkeys, services_.auth->own().Passkeys(call.secret));
  const Result<auth::Site> site = auth::SiteOf(PlaceOf(services_, call.request).issuer);
  json::Writer writer;
  writer.BeginObject();
  WriteOrNull(writer, "address", site.ok() ? site->origin : std::string());
  writer.Name("passkeys").BeginArray();
  for (const auth::Passkey& passkey : passkeys) WritePasskey(writer, passkey, site.ok() ? site->id : std::string());
  writer.EndArray().Member("most", limits::kPasskeys).EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::OfferPasskey(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const auth::Proof proof, ProofOf(body.root()));
  QX_TRY(const auth::PasskeyAsk ask, services_.auth->own().OfferPasskey(call.secret, proof, PlaceOf(services_, call.request).issuer));
  json::Writer writer;
  writer.BeginObject().Name("publicKey").BeginObject();
  writer.Name("rp").BeginObject().Member("id", ask.site.id).Member("name", "千县 Qianxian").EndObject();
  writer.Name("user").BeginObject().Member("id", crypto::Base64Url(ask.handle)).Member("name", ask.user).Member("displayName", ask.name).EndObject();
  WriteCommon(writer, ask);
  writer.Name("pubKeyCredParams").BeginArray();
  for (int64_t algorithm : crypto::kCoseAlgorithms) writer.BeginObject().Member("type", "public-key").Member("alg", algorithm).EndObject();
  writer.EndArray().Member("attestation", "none");
  writer.Name("authenticatorSelection").BeginObject().Member("residentKey", "preferred").Member("requireResidentKey", false);
  writer.Member("userVerification", "preferred").EndObject();
  WriteCredentials(writer, "excludeCredentials", ask.known);
  writer.EndObject().EndObject();
  return JsonResponse(writer.Take(), 201);
}

Result<http::Response> PageApi::AddPasskey(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const std::string name, TextMember(body.root(), "name"));
  auth::MadePasskey made;
  QX_TRY(made.client_data, BytesMember(body.root(), "clientDataJSON"));
  QX_TRY(made.attestation, BytesMember(body.root(), "attestationObject"));
  made.transports = body.root().FindStrings("transports");
  QX_TRY(const auth::PasskeyReceipt receipt, services_.auth->own().AddPasskey(call.secret, name, made));
  json::Writer writer;
  writer.BeginObject().Name("passkey");
  WritePasskey(writer, receipt.passkey, receipt.passkey.site);
  WriteTextList(writer, "recoveryCodes", receipt.recovery_codes);
  writer.EndObject();
  return JsonResponse(writer.Take(), 201);
}

Result<http::Response> PageApi::RenamePasskey(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const std::string name, TextMember(body.root(), "name"));
  QX_TRY(const auth::Passkey passkey, services_.auth->own().RenamePasskey(call.secret, IdOf(call.arguments[0]), name));
  const Result<auth::Site> site = auth::SiteOf(PlaceOf(services_, call.request).issuer);
  json::Writer writer;
  WritePasskey(writer, passkey, site.ok() ? site->id : std::string());
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::RemovePasskey(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const auth::Proof proof, ProofOf(body.root()));
  QX_DO(services_.auth->own().RemovePasskey(call.secret, IdOf(call.arguments[0]), proof));
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace qianxian::api
