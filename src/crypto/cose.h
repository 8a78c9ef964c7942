// A public key as an authenticator gives it: ES256 on P-256, EdDSA with Ed25519, RS256. No others, and nothing in the key but what
// makes it. Whoever sent the bytes is a stranger. A key is immutable and cheap to copy; any thread.
// Failures: invalid ("bad-cose-key", "passkey-algorithm"; "bad-cbor"; "bad-jwk" where the numbers make no sound key).
// Source: RFC 9052 §7 (COSE_Key), RFC 9053 §2.1, §2.2, §7.1, RFC 8230 §4 (RSA), RFC 8812 §2; WebAuthn level 2 §5.8.5, §6.5.1.1, §6.5.6.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/cbor.h"
#include "crypto/jose.h"

namespace qianxian::crypto {

inline constexpr int64_t kCoseEs256 = -7, kCoseEdDsa = -8, kCoseRs256 = -257;
// What is asked of authenticators, the best first.
inline constexpr std::array<int64_t, 3> kCoseAlgorithms = {kCoseEs256, kCoseEdDsa, kCoseRs256};

class CoseKey {
 public:
  static Result<CoseKey> Read(std::string_view bytes);
  static Result<CoseKey> Of(const Cbor& map);

  int64_t algorithm() const { return algorithm_; }
  // ECDSA in DER (WebAuthn §6.5.6). False for anything that this key did not sign.
  bool Verify(std::string_view message, std::string_view signature) const;

 private:
  int64_t algorithm_ = 0;
  std::optional<Key> key_;                 // of ES256 and RS256
  std::string ed25519_;                    // of EdDSA: 32 bytes
};

}  // namespace qianxian::crypto
