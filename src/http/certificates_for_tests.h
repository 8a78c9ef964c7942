// Certificates that tests make for themselves: an authority, what it issues, and the files that a server wants. P-256.
// One thread makes them; whoever may read them afterwards.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "base/temporary_folder.h"
#include "http/tls.h"

namespace qianxian::http {

constexpr long kTestDay = 86'400;

struct TestCertificateWishes {
  std::string common_name = "localhost";
  std::string names = "DNS:localhost,IP:127.0.0.1";   // "" = none
  long from_seconds = -kTestDay, until_seconds = 30 * kTestDay;   // from now
  bool authority = false;
};

class TestCertificate {
 public:
  // issuer nullptr: signed by itself.
  explicit TestCertificate(const TestCertificateWishes& wishes, const TestCertificate* issuer = nullptr)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    static long serial = 0;
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), wishes.from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), wishes.until_seconds);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate_), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wishes.common_name.c_str()), -1, -1, 0);
    const X509* signer = issuer == nullptr ? certificate_ : issuer->certificate_;
    X509_set_issuer_name(certificate_, X509_get_subject_name(signer));
    X509_set_pubkey(certificate_, key_);
    Extend(NID_basic_constraints, wishes.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!wishes.names.empty()) Extend(NID_subject_alt_name, wishes.names.c_str());
    EXPECT_GT(X509_sign(certificate_, issuer == nullptr ? key_ : issuer->key_, EVP_sha256()), 0);
  }
  ~TestCertificate() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::string Pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate_);
    return TextOf(bio);
  }
  std::string KeyPem(const char* password = nullptr) const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key_, password == nullptr ? nullptr : EVP_aes_256_cbc(), nullptr, 0, nullptr,
                             const_cast<char*>(password));
    return TextOf(bio);
  }

 private:
  void Extend(int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static std::string TextOf(BIO* bio) {
    char* text = nullptr;
    long size = BIO_get_mem_data(bio, &text);
    std::string out(text, static_cast<size_t>(size));
    BIO_free(bio);
    return out;
  }
  EVP_PKEY* key_;
  X509* certificate_;
};

inline std::string WriteTestFile(const std::string& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << text;
  chmod(path.c_str(), mode);
  return path;
}

// DIR/NAME.pem and DIR/NAME.key; `more` stands behind the certificate.
inline TlsOptions WriteTlsFiles(const std::string& folder, const std::string& name, const TestCertificate& certificate,
                                const std::string& more = {}) {
  TlsOptions options;
  options.certificate_file = WriteTestFile(folder + "/" + name + ".pem", certificate.Pem() + more);
  options.key_file = WriteTestFile(folder + "/" + name + ".key", certificate.KeyPem());
  return options;
}

// A server's files, made once for all tests of a program: good for localhost and 127.0.0.1, signed by itself.
inline const TlsOptions& TestServerTls() {
  static const TemporaryFolder folder;
  static const TlsOptions options = WriteTlsFiles(folder.path(), "server", TestCertificate({}));
  return options;
}

}  // namespace qianxian::http
