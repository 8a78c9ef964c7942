// An authenticator for tests: a key of its own, and what it and the browser would say. A test sets a member to something wrong and
// looks whether it is refused. One thread.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/ids.h"
#include "crypto/crypto.h"

namespace qianxian::crypto::testing {

// The head of an item, and whole ones (RFC 8949 §3), in the shortest form.
inline std::string CborHead(unsigned major, uint64_t argument) {
  std::string out;
  if (argument < 24) return out += static_cast<char>(major << 5 | argument);
  const int size = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8;
  out += static_cast<char>(major << 5 | (size == 1 ? 24u : size == 2 ? 25u : size == 4 ? 26u : 27u));
  for (int i = size - 1; i >= 0; --i) out += static_cast<char>(argument >> (8 * i) & 0xff);
  return out;
}
inline std::string CborInteger(int64_t number) { return number >= 0 ? CborHead(0, static_cast<uint64_t>(number)) : CborHead(1, static_cast<uint64_t>(-1 - number)); }
inline std::string CborBytes(std::string_view bytes) { return CborHead(2, bytes.size()) + std::string(bytes); }
inline std::string CborText(std::string_view text) { return CborHead(3, text.size()) + std::string(text); }

class Authenticator {
 public:
  enum class Kind { kP256, kEd25519, kRsa };
  explicit Authenticator(std::string of_site = "localhost", std::string of_origin = "http://localhost:8080", Kind kind = Kind::kP256)
      : site(std::move(of_site)), origin(std::move(of_origin)), kind_(kind), key_(Make(kind), &EVP_PKEY_free) {
    QX_CHECK(key_ != nullptr, "OpenSSL made no key");
    SystemRandom random;
    id.resize(32);
    random.Fill(id.data(), id.size());
    algorithm = kind == Kind::kP256 ? -7 : kind == Kind::kEd25519 ? -8 : -257;
  }

  std::string site, origin, id;
  int64_t algorithm = 0;                   // that it claims
  unsigned flags = 0x05;                   // somebody is there, and was verified
  uint32_t counter = 1;
  std::string more;                        // of the client data: ,"member":…
  std::string extensions;                  // CBOR, with the flag 0x80
  std::string format = "none", statement = CborHead(5, 0);

  std::string ClientData(std::string_view type, std::string_view challenge) const {
    return R"({"type":")" + std::string(type) + R"(","challenge":")" + Base64Url(challenge) + R"(","origin":")" + origin + R"(")" + more + "}";
  }
  std::string Created(std::string_view challenge) const { return ClientData("webauthn.create", challenge); }
  std::string Got(std::string_view challenge) const { return ClientData("webauthn.get", challenge); }

  std::string CoseKey() const {
    if (kind_ == Kind::kRsa) {
      return CborHead(5, 4) + CborInteger(1) + CborInteger(3) + CborInteger(3) + CborInteger(algorithm) + CborInteger(-1) + CborBytes(Number(OSSL_PKEY_PARAM_RSA_N)) +
             CborInteger(-2) + CborBytes(Number(OSSL_PKEY_PARAM_RSA_E));
    }
    if (kind_ == Kind::kEd25519) {
      std::string x(32, '\0');
      size_t size = x.size();
      QX_CHECK(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size) == 1, "a key without its public part");
      return CborHead(5, 4) + CborInteger(1) + CborInteger(1) + CborInteger(3) + CborInteger(algorithm) + CborInteger(-1) + CborInteger(6) + CborInteger(-2) + CborBytes(x);
    }
    return CborHead(5, 5) + CborInteger(1) + CborInteger(2) + CborInteger(3) + CborInteger(algorithm) + CborInteger(-1) + CborInteger(1) + CborInteger(-2) +
           CborBytes(Number(OSSL_PKEY_PARAM_EC_PUB_X, 32)) + CborInteger(-3) + CborBytes(Number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
  }

  std::string Data(bool with_key) const {
    std::string data = Sha256(site);
    data += static_cast<char>(flags | (with_key ? 0x40u : 0u) | (extensions.empty() ? 0u : 0x80u));
    for (int shift = 24; shift >= 0; shift -= 8) data += static_cast<char>(counter >> shift & 0xff);
    if (with_key) data += std::string(16, '\0') + static_cast<char>(id.size() >> 8) + static_cast<char>(id.size() & 0xff) + id + CoseKey();
    return data + extensions;
  }

  std::string Attestation() const {
    return CborHead(5, 3) + CborText("fmt") + CborText(format) + CborText("attStmt") + statement + CborText("authData") + CborBytes(Data(true));
  }

  // Over what an assertion is signed over.
  std::string Sign(std::string_view data, std::string_view client_data) const {
    const std::string message = std::string(data) + Sha256(client_data);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    std::string signature(1024, '\0');
    size_t size = signature.size();
    QX_CHECK(EVP_DigestSignInit_ex(context.get(), nullptr, kind_ == Kind::kEd25519 ? nullptr : "SHA256", nullptr, nullptr, key_.get(), nullptr) == 1 &&
                 EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, message.size()) == 1,
             "OpenSSL does not sign");
    signature.resize(size);
    return signature;
  }

 private:
  static EVP_PKEY* Make(Kind kind) {
    if (kind == Kind::kRsa) return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{2048});
    return kind == Kind::kP256 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256") : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }

  std::string Number(const char* name, size_t bytes = 0) const {
    BIGNUM* found = nullptr;
    QX_CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &found) == 1, "a key without its numbers");
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(found, &BN_free);
    std::string out(bytes == 0 ? static_cast<size_t>(BN_num_bytes(found)) : bytes, '\0');
    BN_bn2binpad(found, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
    return out;
  }

  Kind kind_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace qianxian::crypto::testing
