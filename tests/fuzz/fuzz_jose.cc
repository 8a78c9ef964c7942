// Any bytes as a signed JSON text, and as a set of keys: refused with a reason. What is read unverified is what was there; nothing
// verifies by keys that a stranger's bytes were not signed with.
#include "base/check.h"
#include "crypto/crypto.h"
#include "crypto/jose.h"
#include "crypto/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  using namespace qianxian::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const std::vector<PublicKey> own = {{Key::Make(Algorithm::kEs256).value(), "own", std::nullopt}};
  const Result<Jws> unverified = ReadUnverifiedJws(text);
  const Result<Jws> verified = VerifyJws(text, own);
  QX_CHECK(!verified.ok(), "signed by a key that nobody has");
  if (unverified.ok()) {
    const Result<json::Document> claims = json::Document::Parse(unverified->payload);
    if (claims.ok()) (void)CheckClaims(claims->root(), {"iss", "sub", {"aud"}, Instant{1'800'000'000'000'000}, 60, 300, true}).ok();
  }
  if (const auto bytes = DecodeBase64Url(text)) QX_CHECK(Base64Url(*bytes) == text, "base64url has one form");
  const Result<std::vector<PublicKey>> keys = ParseJwks(text);
  if (keys.ok()) {
    QX_CHECK(!keys->empty(), "no keys is a fault");
    for (const PublicKey& key : *keys) {
      QX_CHECK(!key.key.is_private(), "a private key was taken from a stranger");
      const Result<json::Document> again = json::Document::Parse(key.key.PublicJwk(key.kid, key.algorithm));
      QX_CHECK(again.ok() && Key::FromJwk(again->root()).ok(), "a key does not come back");
    }
  }
  (void)SigningKey::FromPem(text).ok();
  return 0;
}
