#include "crypto/cose.h"

#include <algorithm>

#include "base/limits_sign_in.h"
#include "crypto/crypto.h"
#include "crypto/signature.h"
#include "json/writer.h"

namespace qianxian::crypto {
namespace {

// The labels of a COSE_Key, and what may stand behind them.
constexpr int64_t kKind = 1, kAlgorithm = 3, kCurve = -1, kX = -2, kY = -3, kModulus = -1, kExponent = -2;
constexpr int64_t kOctetPair = 1, kEllipticPair = 2, kRsa = 3;
constexpr int64_t kP256 = 1, kEd25519 = 6;
constexpr size_t kCoordinateBytes = 32;

Error Bad(std::string why) { return Invalid("bad-cose-key", "this is no usable key of an authenticator: " + why, "认证器的公钥无法使用：" + why); }

std::optional<int64_t> IntegerOf(const Cbor& map, int64_t label) {
  const Cbor* found = map.Find(label);
  if (!found || found->kind != Cbor::Kind::kInteger) return std::nullopt;
  return found->integer;
}

const std::string* Coordinate(const Cbor& map, int64_t label) {
  const std::string* found = map.FindBytes(label);
  return found && found->size() == kCoordinateBytes ? found : nullptr;
}

// The rules of what makes a sound key stand in jose.cc once: through its JWK.
Result<Key> KeyOf(json::Writer& writer) {
  QX_TRY(const json::Document jwk, json::Document::Parse(writer.Take()));
  return Key::FromJwk(jwk.root());
}

Result<Key> EllipticKey(const Cbor& map) {
  // y must be there: a compressed point has true or false in its place (WebAuthn §5.8.5).
  const std::string *x = Coordinate(map, kX), *y = Coordinate(map, kY);
  if (IntegerOf(map, kKind) != kEllipticPair || IntegerOf(map, kCurve) != kP256 || !x || !y) return Bad("ES256 is a point of P-256");
  json::Writer writer;
  writer.BeginObject().Member("kty", "EC").Member("crv", "P-256").Member("x", Base64Url(*x)).Member("y", Base64Url(*y)).EndObject();
  return KeyOf(writer);
}

Result<Key> RsaKey(const Cbor& map) {
  const std::string *modulus = map.FindBytes(kModulus), *exponent = map.FindBytes(kExponent);
  if (IntegerOf(map, kKind) != kRsa || !modulus || !exponent) return Bad("RS256 is a modulus and an exponent");
  json::Writer writer;
  writer.BeginObject().Member("kty", "RSA").Member("n", Base64Url(*modulus)).Member("e", Base64Url(*exponent)).EndObject();
  return KeyOf(writer);
}

}  // namespace

Result<CoseKey> CoseKey::Read(std::string_view bytes) {
  QX_TRY(const Cbor map, ReadWholeCbor(bytes));
  return Of(map);
}

Result<CoseKey> CoseKey::Of(const Cbor& map) {
  CoseKey key;
  const std::optional<int64_t> algorithm = IntegerOf(map, kAlgorithm);
  if (!algorithm) return Bad("it does not say its algorithm");
  if (std::find(kCoseAlgorithms.begin(), kCoseAlgorithms.end(), *algorithm) == kCoseAlgorithms.end()) {
    return Invalid("passkey-algorithm", "this authenticator signs by none of ES256, EdDSA and RS256", "该认证器不支持 ES256、EdDSA、RS256 签名算法");
  }
  key.algorithm_ = *algorithm;
  // What the algorithm needs and nothing beside it: kind, algorithm and curve with x and y, with x alone, or modulus and exponent.
  if (map.items.size() != (*algorithm == kCoseEs256 ? 10u : 8u)) return Bad("it has other members than those of its algorithm");
  if (*algorithm == kCoseEs256) {
    QX_TRY(key.key_, EllipticKey(map));
  } else if (*algorithm == kCoseRs256) {
    QX_TRY(key.key_, RsaKey(map));
  } else {
    const std::string* x = Coordinate(map, kX);
    if (IntegerOf(map, kKind) != kOctetPair || IntegerOf(map, kCurve) != kEd25519 || !x) return Bad("EdDSA is a point of Ed25519");
    key.ed25519_ = *x;
  }
  return key;
}

bool CoseKey::Verify(std::string_view message, std::string_view signature) const {
  if (signature.empty() || signature.size() > limits::kPasskeySignatureBytes) return false;
  if (algorithm_ == kCoseEdDsa) return VerifySignature(ed25519_, message, signature);
  return key_.has_value() && IsSignedInDer(*key_, algorithm_ == kCoseEs256 ? Algorithm::kEs256 : Algorithm::kRs256, message, signature);
}

}  // namespace qianxian::crypto
