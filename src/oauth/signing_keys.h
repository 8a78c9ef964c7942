// The keys that sign id_tokens. They stand in DIR/oauth-keys.json (mode 0600), not in the record: the record never forgets a version,
// is backed up and has front doors; a file is replaced. It is made at the first need and read once by the one server of a folder
// (its lock keeps others out). After limits::kSigningKeySeconds a new key signs; the one before stays in the set until the last
// id_token that it signed has ended. A folder that was restored from a backup makes new keys.
// RS256: what every OpenID client must understand (OpenID Connect Core §15.1).
// Threads: any. Failures: unavailable ("io", "disk-full", "open-key-file" if others may read the file, "bad-key-file").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/locked.h"
#include "base/result.h"
#include "crypto/jose.h"

namespace qianxian::oauth {

inline constexpr std::string_view kKeyFile = "oauth-keys.json";
inline constexpr crypto::Algorithm kIdTokenAlgorithm = crypto::Algorithm::kRs256;

class SigningKeys {
 public:
  SigningKeys(Clock& clock, const std::string& directory) : clock_(clock), path_(directory + "/" + std::string(kKeyFile)) {}
  Result<std::string> Sign(std::string_view claims);
  Result<std::string> Jwks();              // the public parts

 private:
  struct Kept {
    crypto::Key key;
    std::string kid;
    Instant created;
  };
  using Ring = std::vector<Kept>;          // the newest last
  Status Refresh(Ring& ring);
  Result<Ring> Read() const;
  Status Write(const Ring& ring) const;

  Clock& clock_;
  const std::string path_;
  Locked<Ring> ring_;
};

}  // namespace qianxian::oauth
