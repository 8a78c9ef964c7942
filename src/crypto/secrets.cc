#include <argon2.h>
#include <openssl/crypto.h>

#include <vector>

#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::crypto {
namespace {

// OWASP Password Storage Cheat Sheet, argon2id.
constexpr uint32_t kPasses = 2;
constexpr uint32_t kMemoryKibibytes = 19 * 1024;
constexpr uint32_t kLanes = 1;
constexpr size_t kSaltBytes = 16;
constexpr size_t kTagBytes = 32;

}  // namespace

std::string Base64Url(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  out.reserve(bytes.size() * 4 / 3 + 2);
  uint32_t bits = 0;
  int held = 0;
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) out += kAlphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) out += kAlphabet[bits << (6 - held) & 63];
  return out;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string NewSecret(Random& random, size_t bytes) {
  std::string secret(bytes, '\0');
  random.Fill(secret.data(), secret.size());
  return Base64Url(secret);
}

std::string NewOneTimePassword(Random& random) {
  // 32 signs, none of which is taken for another when read aloud or from paper: 80 bits in sixteen.
  static constexpr std::string_view kSigns = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string out;
  for (int i = 0; i < 16; ++i) {
    if (i > 0 && i % 4 == 0) out += '-';
    out += kSigns[random.NextBelow(kSigns.size())];
  }
  return out;
}

std::string HashPassword(std::string_view password, Random& random) {
  std::string salt(kSaltBytes, '\0');
  random.Fill(salt.data(), salt.size());
  std::vector<char> encoded(argon2_encodedlen(kPasses, kMemoryKibibytes, kLanes, kSaltBytes, kTagBytes, Argon2_id));
  int result = argon2id_hash_encoded(kPasses, kMemoryKibibytes, kLanes, password.data(), password.size(), salt.data(), salt.size(),
                                     kTagBytes, encoded.data(), encoded.size());
  QX_CHECK(result == ARGON2_OK, argon2_error_message(result));
  return encoded.data();
}

bool VerifyPassword(std::string_view phc, std::string_view password) {
  if (!StartsWith(phc, "$argon2id$")) return false;
  return argon2id_verify(std::string(phc).c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace qianxian::crypto
