#include "crypto/web_authn.h"

#include <optional>

#include "base/limits_sign_in.h"
#include "base/text.h"
#include "crypto/cbor.h"
#include "crypto/cose.h"
#include "crypto/crypto.h"
#include "json/value.h"

namespace qianxian::crypto {
namespace {

// §6.1: the hash of the site, the flags, the counter; then what the flags say.
constexpr size_t kHashBytes = 32, kFixedBytes = 37, kModelBytes = 16;
constexpr unsigned kUserPresent = 0x01, kUserVerified = 0x04, kHasCredential = 0x40, kHasExtensions = 0x80;

Error Bad(std::string why) { return Invalid("bad-passkey", "the browser's answer about the passkey cannot be used: " + why, "浏览器返回的通行密钥数据无法使用：" + why); }

unsigned Octet(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

struct Credential {
  std::string id, public_key;
  CoseKey key;
};

struct AuthenticatorData {
  std::string site_hash;
  unsigned flags = 0;
  uint32_t counter = 0;
  std::optional<Credential> credential;
};

Result<Credential> TakeCredential(std::string_view bytes, size_t& at) {
  if (bytes.size() - at < kModelBytes + 2) return Bad("it ends too early");
  at += kModelBytes;                       // the model of the authenticator decides nothing
  const size_t size = Octet(bytes, at) << 8 | Octet(bytes, at + 1);
  at += 2;
  if (size < limits::kCredentialIdBytesLeast || size > limits::kCredentialIdBytes) return Bad("an id of " + std::to_string(size) + " bytes");
  if (bytes.size() - at < size) return Bad("it ends too early");
  Credential credential;
  credential.id = bytes.substr(at, size);
  at += size;
  QX_TRY(const CborItem item, ReadCbor(bytes.substr(at)));
  QX_TRY(credential.key, CoseKey::Of(item.value));
  credential.public_key = bytes.substr(at, item.size);
  at += item.size;
  return credential;
}

Result<AuthenticatorData> ReadAuthenticatorData(std::string_view bytes) {
  if (bytes.size() < kFixedBytes) return Bad("it ends too early");
  if (bytes.size() > limits::kCborBytes) return Bad("it is too long");
  AuthenticatorData data;
  data.site_hash = bytes.substr(0, kHashBytes);
  data.flags = Octet(bytes, kHashBytes);
  for (size_t i = kHashBytes + 1; i < kFixedBytes; ++i) data.counter = data.counter << 8 | Octet(bytes, i);
  size_t at = kFixedBytes;
  if ((data.flags & kHasCredential) != 0) {
    QX_TRY(data.credential, TakeCredential(bytes, at));
  }
  if ((data.flags & kHasExtensions) != 0) {
    // None was asked for; what an authenticator says unasked is passed over (§7.1 step 17, §7.2 step 18), but it must be what it claims.
    QX_TRY(const CborItem extensions, ReadCbor(bytes.substr(at)));
    if (!extensions.value.IsMap()) return Bad("its extensions are no map");
    at += extensions.size;
  }
  if (at != bytes.size()) return Bad("something follows it");
  return data;
}

// §7.1 steps 5 to 10, §7.2 steps 8 to 14.
Status CheckClientData(std::string_view text, std::string_view type, const PasskeyRules& rules) {
  if (text.size() > limits::kClientDataBytes) return Bad("the client data is too long");
  const Result<json::Document> read = json::Document::Parse(std::string(text));
  if (!read.ok() || !read->root().IsObject()) return Bad("the client data is no JSON object");
  const json::Value data = read->root();
  if (data.FindString("type") != type) return Invalid("passkey-type", "this answers another question than was asked", "答复的不是所询问的操作");
  if (rules.challenge.empty() || data.FindString("challenge") != Base64Url(rules.challenge)) {
    return Invalid("passkey-challenge", "this answers another challenge, or one that was answered before: try again", "答复的不是当前的质询，请重试");
  }
  const std::optional<json::Value> crosses = data.Find("crossOrigin");
  const bool is_elsewhere = data.FindString("origin") != rules.origin || (crosses && !(crosses->IsBoolean() && !crosses->AsBoolean()));
  if (is_elsewhere) return Invalid("passkey-origin", "the passkey was used at another address than " + rules.origin, "通行密钥是在另一个地址使用的，应为 " + rules.origin);
  // Our connections have no token binding, so that none can have been presented on them.
  const std::optional<json::Value> binding = data.Find("tokenBinding");
  if (binding && (!binding->IsObject() || binding->FindString("status") == "present")) return Bad("it claims a token binding");
  return Ok();
}

// §7.1 steps 13 to 15, §7.2 steps 15 to 17.
Status CheckAuthenticatorData(const AuthenticatorData& data, const PasskeyRules& rules) {
  if (data.site_hash != Sha256(rules.site)) return Invalid("passkey-site", "this passkey is for another site than " + rules.site, "该通行密钥不属于本站 " + rules.site);
  if ((data.flags & kUserPresent) == 0) return Invalid("passkey-presence", "nobody touched the authenticator", "没有在认证器上确认");
  if (rules.needs_verification && (data.flags & kUserVerified) == 0) {
    return Invalid("passkey-verification", "the authenticator did not verify who uses it", "认证器没有验证使用者本人");
  }
  return Ok();
}

}  // namespace

Result<NewPasskey> CheckRegistration(std::string_view client_data, std::string_view attestation, const PasskeyRules& rules) {
  QX_DO(CheckClientData(client_data, "webauthn.create", rules));
  QX_TRY(const Cbor object, ReadWholeCbor(attestation));
  const Cbor *format = object.Find("fmt"), *statement = object.Find("attStmt");
  const std::string* bytes = object.FindBytes("authData");
  if (!format || format->kind != Cbor::Kind::kText || !statement || !bytes) return Bad("the attestation lacks a part");
  QX_TRY(AuthenticatorData data, ReadAuthenticatorData(*bytes));
  QX_DO(CheckAuthenticatorData(data, rules));
  if (!data.credential) return Bad("there is no key in it");
  // §8.7: "none" says nothing. What another format says is not looked at (steps 19 to 21: no anchors, no policy).
  if (format->bytes == "none" && !(statement->IsMap() && statement->items.empty())) return Bad("an attestation of nothing that says something");
  NewPasskey made;
  made.id = std::move(data.credential->id);
  made.public_key = std::move(data.credential->public_key);
  made.algorithm = data.credential->key.algorithm();   // step 16: CoseKey reads those that are asked for, and no others
  made.counter = data.counter;
  made.verified = (data.flags & kUserVerified) != 0;
  made.format = format->bytes;
  return made;
}

Result<uint32_t> CheckAssertion(const Assertion& assertion, std::string_view public_key, uint32_t counter, const PasskeyRules& rules) {
  QX_DO(CheckClientData(assertion.client_data, "webauthn.get", rules));
  QX_TRY(const AuthenticatorData data, ReadAuthenticatorData(assertion.authenticator_data));
  QX_DO(CheckAuthenticatorData(data, rules));
  if (data.credential) return Bad("a key stands in an assertion");   // §6.1: in a registration only
  QX_TRY(const CoseKey key, CoseKey::Read(public_key));
  if (!key.Verify(assertion.authenticator_data + Sha256(assertion.client_data), assertion.signature)) {
    return Invalid("passkey-signature", "the passkey's signature is wrong", "通行密钥的签名不正确");
  }
  // Step 21. An authenticator that counts never says the same number twice: two are there, one of them a copy.
  if ((data.counter != 0 || counter != 0) && data.counter <= counter) {
    return Invalid("passkey-counter", "this passkey may have been copied: its counter went back. Remove it and make a new one", "该通行密钥可能已被复制（计数器回退），请删除后重新添加");
  }
  return data.counter;
}

}  // namespace qianxian::crypto
