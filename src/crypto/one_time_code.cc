#include "crypto/one_time_code.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace qianxian::crypto {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

}  // namespace

std::string HmacSha1(std::string_view key, std::string_view message) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const unsigned char* made = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
                                   message.size(), reinterpret_cast<unsigned char*>(mac.data()), &size);
  QX_CHECK(made != nullptr, "OpenSSL has no HMAC-SHA-1");
  mac.resize(size);
  return mac;
}

std::string OneTimeCode(std::string_view secret, uint64_t counter, int digits) {
  QX_CHECK(digits >= 1 && digits <= 9, "a code has 1 to 9 digits");
  std::string message(8, '\0');
  for (int i = 7; i >= 0; --i, counter >>= 8) message[static_cast<size_t>(i)] = static_cast<char>(counter & 0xff);
  const std::string mac = HmacSha1(secret, message);
  const size_t offset = static_cast<unsigned char>(mac.back()) & 0x0f;
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(mac[offset + i]);
  number &= 0x7fffffff;
  std::string code(static_cast<size_t>(digits), '0');
  for (size_t i = code.size(); i-- > 0; number /= 10) code[i] = static_cast<char>('0' + number % 10);
  return code;
}

std::string Base32(std::string_view bytes) {
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 5; held -= 5) out += kBase32[bits >> (held - 5) & 31];
  }
  if (held > 0) out += kBase32[bits << (5 - held) & 31];
  return out;
}

std::string FromBase32(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (char sign : text) {
    const size_t value = kBase32.find(sign);
    if (value == std::string_view::npos) return {};
    bits = bits << 5 | static_cast<uint32_t>(value);
    held += 5;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return Base32(out) == text ? out : std::string();
}

}  // namespace qianxian::crypto
