// Signatures of the program's own: Ed25519 (RFC 8032). A key is immutable; any thread. Keys take their chance from OpenSSL,
// which seeds itself from the kernel. Failure: invalid ("bad-key").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::crypto {

class SigningKey {
 public:
  static SigningKey Make();
  static Result<SigningKey> FromPem(std::string_view pem);
  std::string ToPem() const;                                     // PKCS #8, not encrypted: for a file that only its owner reads
  std::string public_key() const;                                // 32 bytes
  std::string Sign(std::string_view message) const;              // 64 bytes

 private:
  std::shared_ptr<void> key_;                                    // OpenSSL's
};

bool VerifySignature(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace qianxian::crypto
