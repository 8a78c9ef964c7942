#include "crypto/signature.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"

namespace qianxian::crypto {
namespace {

constexpr size_t kPublicBytes = 32, kSignatureBytes = 64;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

EVP_PKEY* Raw(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }
const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
void FreeKey(void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }

}  // namespace

SigningKey SigningKey::Make() {
  SigningKey made;
  made.key_ = std::shared_ptr<void>(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), FreeKey);
  QX_CHECK(made.key_ != nullptr, "OpenSSL has no Ed25519");
  return made;
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  SigningKey read;
  read.key_ = std::shared_ptr<void>(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr) : nullptr, FreeKey);
  if (read.key_ && EVP_PKEY_is_a(Raw(read.key_), "ED25519") == 1) return read;
  ERR_clear_error();
  return Invalid("bad-key", "this is no Ed25519 key", "不是 Ed25519 密钥");
}

std::string SigningKey::ToPem() const {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  QX_CHECK(memory && PEM_write_bio_PKCS8PrivateKey(memory.get(), Raw(key_), nullptr, nullptr, 0, nullptr, nullptr) == 1, "a key was not written");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

std::string SigningKey::public_key() const {
  std::string bytes(kPublicBytes, '\0');
  size_t size = bytes.size();
  QX_CHECK(EVP_PKEY_get_raw_public_key(Raw(key_), reinterpret_cast<unsigned char*>(bytes.data()), &size) == 1 && size == kPublicBytes,
           "a key without its public part");
  return bytes;
}

std::string SigningKey::Sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  QX_CHECK(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, Raw(key_)) == 1 &&
               EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, Bytes(message), message.size()) == 1,
           "Ed25519 failed");
  return signature;
}

bool VerifySignature(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != kPublicBytes || signature.size() != kSignatureBytes) return false;
  const std::shared_ptr<void> key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, Bytes(public_key), public_key.size()), FreeKey);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool good = key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, Raw(key)) == 1 &&
                    EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace qianxian::crypto
