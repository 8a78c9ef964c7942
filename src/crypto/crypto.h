// Hashes, secrets and passwords (OpenSSL, libargon2). Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace qianxian::crypto {

std::string Sha256(std::string_view bytes);                    // 32 bytes
std::string Sha256Hex(std::string_view bytes);
Result<std::string> Sha256HexOfFile(const std::string& path);  // streamed

class Sha256Stream {                                           // one thread
 public:
  Sha256Stream();
  ~Sha256Stream();
  void Update(std::string_view bytes);
  std::string FinishHex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Base64Url(std::string_view bytes);                 // no padding
bool EqualInConstantTime(std::string_view a, std::string_view b);
std::string NewSecret(Random& random, size_t bytes = 32);      // Base64Url
// A one-time password that can be read out: four groups of four, no 0/O/1/l.
std::string NewOneTimePassword(Random& random);

// argon2id, m = 19 MiB, t = 2, p = 1 (OWASP), PHC string form.
std::string HashPassword(std::string_view password, Random& random);
bool VerifyPassword(std::string_view phc, std::string_view password);

}  // namespace qianxian::crypto
