// What users gave: codes that are exchanged once, and refresh tokens that are new at each use. Records of internal types whose id is
// the SHA-256 of the secret. Everything that one consent gave hangs on one session of src/auth, its anchor: when that ends (by the
// user, an administrator, a new password, a second use of a code or of an old refresh token), the access tokens end with it, and the
// refresh tokens are refused.
// Threads and processes: any; two uses of one secret at once are a second use. Failures: invalid_grant, invalid_scope; the store's.
// Source: RFC 6749 §4.1.2 and §6, RFC 9700 §4.14 (rotation; reuse ends the family).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "json/value.h"
#include "oauth/clients.h"
#include "oauth/words.h"

namespace qianxian::oauth {

inline constexpr std::string_view kCodeType = "QianxianGrantCode";
inline constexpr std::string_view kRefreshType = "QianxianRefreshToken";

struct GrantRecord {
  std::string client, user, scope;
  std::string redirect_uri, challenge, session, nonce;     // of a code; session: the id of the one in which the user agreed
  std::string anchor;
  bool used = false;
  Instant expires;                         // no good from then on
  Instant ends;                            // not even worth keeping
  uint64_t version = 0;
};

struct Given {
  std::string access_token, refresh_token, scope, nonce;
  int64_t expires_in_seconds = 0;
  std::shared_ptr<const auth::Session> session;            // of the access token
};

struct CodeUse {
  std::string code, redirect_uri, verifier;
};

class Grants {
 public:
  explicit Grants(const Tools& tools) : tools_(tools) {}
  // client, user, scope, redirect_uri, challenge, session, nonce are the caller's to fill.
  Result<std::string> NewCode(GrantRecord grant);
  Result<Given> UseCode(const Client& client, const CodeUse& use, std::string_view origin);
  // `scope`: "" = as before, else less.
  Result<Given> UseRefresh(const Client& client, const std::string& token, const std::string& scope, std::string_view origin);
  // One that is good now; not_found else.
  Result<GrantRecord> LookRefresh(const std::string& token);
  // Of this program; fine if there is none.
  Status RevokeRefresh(const Client& client, const std::string& token);

 private:
  Result<GrantRecord> Read(std::string_view type, const std::string& secret);
  Result<bool> IsAlive(const std::string& session_id);     // of a session
  // The old one is used; `refresh` may be null. conflict if somebody else used it meanwhile.
  Status Exchange(std::string_view type, const std::string& secret, GrantRecord used, const std::string& new_secret, const GrantRecord* refresh);
  Result<Given> GiveAccess(const Client& client, const std::string& user, const std::string& scope, const std::string& anchor, std::string_view origin);
  void RemoveOld();

  const Tools tools_;
  std::atomic<int64_t> cleaned_at_{0};
};

}  // namespace qianxian::oauth
