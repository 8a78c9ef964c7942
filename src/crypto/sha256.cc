#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::crypto {
namespace {

constexpr size_t kHashBytes = 32;
constexpr size_t kPieceBytes = 1 << 18;

}  // namespace

struct Sha256Stream::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  bool finished = false;
  State() { QX_CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1, "OpenSSL has no SHA-256"); }
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(std::string_view bytes) {
  QX_CHECK(!state_->finished, "Update after FinishHex");
  QX_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "SHA-256 failed");
}

std::string Sha256Stream::FinishHex() {
  QX_CHECK(!state_->finished, "FinishHex twice");
  state_->finished = true;
  std::string hash(kHashBytes, '\0');
  QX_CHECK(EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1, "SHA-256 failed");
  return HexEncode(hash);
}

// Fetched once, and one context a thread: looking the algorithm up costs many times what a short text does.
std::string Sha256(std::string_view bytes) {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string hash(kHashBytes, '\0');
  bool done = kAlgorithm != nullptr && context != nullptr && EVP_DigestInit_ex2(context.get(), kAlgorithm, nullptr) == 1 &&
              EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
              EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1;
  QX_CHECK(done, "OpenSSL has no SHA-256");
  return hash;
}

std::string Sha256Hex(std::string_view bytes) { return HexEncode(Sha256(bytes)); }

Result<std::string> Sha256HexOfFile(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return NotFound("no-file", "there is no file " + path, "没有这个文件：" + path);
  }
  Sha256Stream hash;
  std::string buffer(kPieceBytes, '\0');
  ssize_t got = fd < 0 ? -1 : 1;
  while (got > 0) {
    do got = read(fd, buffer.data(), buffer.size());
    while (got < 0 && errno == EINTR);
    if (got > 0) hash.Update(std::string_view(buffer).substr(0, static_cast<size_t>(got)));
  }
  int reason = errno;
  if (fd >= 0) close(fd);
  if (got < 0) {
    return Unavailable("io", "cannot read " + path + ": " + std::strerror(reason), "无法读取文件：" + path);
  }
  return hash.FinishHex();
}

}  // namespace qianxian::crypto
