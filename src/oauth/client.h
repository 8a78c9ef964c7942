// A program that may ask for tokens. Kept as a resource of the internal type "QianxianClient" (system caller only). Plain values;
// any thread. Failures: invalid ("bad-client", "bad-redirect", and those of scopes and keys).
// Source: RFC 6749 §2, RFC 8252 §7.3 (loopback), RFC 9700 §2.1 (exact redirect addresses).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "oauth/words.h"

namespace qianxian::oauth {

inline constexpr std::string_view kClientType = "QianxianClient";

// How it says who it is.
enum class Login { kNone, kSecret, kKeys };    // a public program; a shared secret; JWTs that it signs (private_key_jwt)
std::string_view Name(Login login);            // "none", "secret", "keys"
Result<Login> ParseLogin(std::string_view name);

struct Client {
  std::string id, name;
  Login login = Login::kNone;
  std::string secret_hash;                     // SHA-256 in hex of 256 random bits
  std::string jwks;                            // public keys, as they were sent
  std::vector<std::string> redirect_uris;      // none: no person signs in with it
  std::string scope;                           // the most that it may be given
  std::string account;                         // of client_credentials: in whose name it works; "" = it may not
  bool disabled = false;
  Instant created;
  std::string created_by;
  uint64_t version = 0;                        // of the record; 0 = not stored yet
};

// https anywhere, http on this machine only; without fragment and user part.
Status CheckRedirectUri(std::string_view uri);
// All of it, before it is stored. Sets scope to its plain form.
Status CheckClient(Client& client, const IsType& is_type);
std::string ToJson(const Client& client);
Result<Client> ClientFromJson(std::string_view body, uint64_t version);

}  // namespace qianxian::oauth
