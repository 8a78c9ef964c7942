// Any bytes as what a browser gives for a passkey: as CBOR, as a key, as client data, as an attestation, as an assertion. Refused with a
// reason; what is taken holds what it promises, and nothing verifies by a key that the bytes were not signed with.
#include "base/check.h"
#include "base/limits_sign_in.h"
#include "crypto/cbor.h"
#include "crypto/cose.h"
#include "crypto/crypto.h"
#include "crypto/web_authn.h"

namespace {

using namespace qianxian;
using namespace qianxian::crypto;

const std::string kChallenge = "a challenge of thirty-two bytes.";
const PasskeyRules kRules{kChallenge, "http://localhost:8080", "localhost", false};

std::string ClientData(std::string_view type) {
  return R"({"type":")" + std::string(type) + R"(","challenge":")" + Base64Url(kChallenge) + R"(","origin":"http://localhost:8080"})";
}

// A sound key, whose other half no bytes find: that of RFC 8032 §7.1 test 2, in COSE.
const std::string kPublicKey = std::string("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 10) +
                               std::string("\x3d\x40\x17\xc3\xe8\x43\x89\x5a\x92\xb7\x0a\xa7\x4d\x1b\x7e\xbc\x9c\x98\x2c\xcf\x2e\xc4\x96\x8c\xc0\xcd\x55\xf1\x2a\xf4\x66\x0c", 32);

void TryCbor(std::string_view bytes) {
  const Result<CborItem> item = ReadCbor(bytes);
  if (!item.ok()) return;
  QX_CHECK(item->size > 0 && item->size <= bytes.size(), "an item of no bytes, or of more than there are");
  QX_CHECK(ReadWholeCbor(bytes.substr(0, item->size)).ok(), "an item does not stand by itself");
  const Result<CoseKey> key = CoseKey::Of(item->value);
  if (key.ok()) (void)key->Verify("message", bytes);   // a weak point of a stranger's own may well say yes
}

void TryRegistration(std::string_view bytes) {
  (void)CheckRegistration(bytes, "\xa0", kRules).ok();
  const Result<NewPasskey> made = CheckRegistration(ClientData("webauthn.create"), bytes, kRules);
  if (!made.ok()) return;
  QX_CHECK(made->id.size() >= limits::kCredentialIdBytesLeast && made->id.size() <= limits::kCredentialIdBytes, "an id without bounds");
  const Result<CoseKey> key = CoseKey::Read(made->public_key);
  QX_CHECK(key.ok() && key->algorithm() == made->algorithm, "a key that does not come back");
}

// Half of the bytes are the data, half the signature; and all of them the client data.
void TryAssertion(std::string_view bytes) {
  const std::string data(bytes.substr(0, bytes.size() / 2)), signature(bytes.substr(bytes.size() / 2));
  QX_CHECK(!CheckAssertion({ClientData("webauthn.get"), data, signature}, kPublicKey, 0, kRules).ok(), "signed without the key");
  QX_CHECK(!CheckAssertion({std::string(bytes), data, signature}, kPublicKey, 0, kRules).ok(), "signed without the key");
  (void)CheckAssertion({ClientData("webauthn.get"), data, signature}, bytes, 0, kRules).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TryCbor(bytes);
  TryRegistration(bytes);
  TryAssertion(bytes);
  return 0;
}
