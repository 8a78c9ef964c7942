// Signed JSON: keys as JWK, compact JWS, the claims of a JWT. RS256, RS384, ES256 and ES384 only: no "none", no shared secret,
// no encryption. Keys and addresses that a header brings along (jwk, jku, x5u) are never used.
// A Key is immutable and cheap to copy; any thread. New keys and ECDSA take their chance from OpenSSL, which seeds itself from
// the kernel. Failures: invalid ("bad-jwk", "private-key", "bad-jws", "bad-signature", "bad-claims").
// Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 (JWA), RFC 7519 (JWT), RFC 7638 (thumbprint).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace qianxian::crypto {

enum class Algorithm { kRs256, kRs384, kEs256, kEs384 };
std::string_view Name(Algorithm algorithm);
std::optional<Algorithm> ParseAlgorithm(std::string_view name);

// Strict: no padding, no other sign, no bits left over.
std::optional<std::string> DecodeBase64Url(std::string_view text);

class Key {                                // RSA, or EC on P-256 or P-384
 public:
  static Result<Key> Make(Algorithm algorithm);            // a new private key; RSA of 2048 bits
  static Result<Key> FromJwk(json::Value jwk);             // public; refuses one that tells the private part
  static Result<Key> FromPrivateJwk(json::Value jwk);

  bool is_private() const { return is_private_; }
  bool Fits(Algorithm algorithm) const;
  std::string Thumbprint() const;                          // RFC 7638, SHA-256: a good key id
  // "kid", "alg" and "use":"sig" are added where a name is given.
  std::string PublicJwk(std::string_view kid = {}, std::optional<Algorithm> algorithm = std::nullopt) const;
  std::string PrivateJwk() const;                          // CHECK: is_private
  struct State;                                            // jose.cc

 private:
  friend struct KeyAccess;
  std::shared_ptr<const State> state_;
  bool is_private_ = false;
};

struct PublicKey {                         // one of a JWKS
  Key key;
  std::string kid;                         // "" if it says none
  std::optional<Algorithm> algorithm;      // the only one it is for, if it says so
};

// {"keys":[…]} of public keys. Keys of other kinds, and those for encryption, are passed over; none left: invalid.
Result<std::vector<PublicKey>> ParseJwks(std::string_view text);

// By this key over this message, as X.509 and WebAuthn have signatures: ECDSA in DER, RSA as in PKCS #1 v1.5. CHECK: the key fits.
bool IsSignedInDer(const Key& key, Algorithm algorithm, std::string_view message, std::string_view signature);

// The compact form over `payload`. CHECK: the key is private and fits.
std::string SignJws(const Key& key, Algorithm algorithm, std::string_view kid, std::string_view type, std::string_view payload);

struct Jws {
  Algorithm algorithm = Algorithm::kRs256;
  std::string kid, type, payload;
};
// The payload as it stands, by nobody vouched for: to learn whose keys to look up.
Result<Jws> ReadUnverifiedJws(std::string_view compact);
// By one of these keys: the one that the header names, else any that fits.
Result<Jws> VerifyJws(std::string_view compact, const std::vector<PublicKey>& keys);

struct ClaimRules {
  std::string issuer, subject;             // "" = not asked for
  std::vector<std::string> audiences;      // one of them must be in aud; none = not asked for
  Instant now;
  int64_t skew_seconds = 0;                // how far clocks may differ
  int64_t life_seconds = 0;                // exp is at most so far away; 0 = any
  bool needs_id = false;                   // jti
};
// exp is always needed; nbf and iat are looked at where they are.
Status CheckClaims(json::Value claims, const ClaimRules& rules);

}  // namespace qianxian::crypto
