// Passkeys as a second factor: where they are good, what is asked of the browser and kept until it answers, and whether an answer is
// one of an account's (the steps of WebAuthn §7.2 that need the account; the others are crypto/web_authn.h).
// A challenge belongs to one session, is answered once and lasts limits::kPasskeyChallengeSeconds. It is kept in memory only: after a
// restart the person tries again. Values are pure; PasskeyChallenges: any thread. Failures: invalid ("passkey-https",
// "passkey-address", "bad-passkey-name", "unknown-passkey", those of crypto/web_authn.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/account.h"
#include "base/locked.h"
#include "base/result.h"

namespace qianxian::auth {

struct Site {                              // WebAuthn: the relying party
  std::string id;                          // its host: "county.cn"
  std::string origin;                      // as a browser says it: "https://county.cn"
};
// Of an address ("https://county.cn:8443"), as a browser would say it. A site has a name, not a number, and https: this machine's own
// (localhost) may do without.
Result<Site> SiteOf(std::string_view address);

struct PasskeyAnswer {                     // what the browser gave, as bytes
  std::string credential, client_data, authenticator_data, signature;
  std::string handle;                      // "" if the authenticator said none
};

struct PasskeyChallenge {
  std::string bytes;
  Site site;
  std::string handle;                      // of the account, where a passkey is made
  Instant until;
};

enum class PasskeyWork { kMake, kShow };

class PasskeyChallenges {
 public:
  // In place of the one before of the same session for the same work.
  void Keep(const std::string& session_id, PasskeyWork work, PasskeyChallenge challenge, Instant now);
  // Once; none: there was none, or it is too old.
  std::optional<PasskeyChallenge> Take(const std::string& session_id, PasskeyWork work, Instant now);

 private:
  Locked<std::map<std::pair<std::string, PasskeyWork>, PasskeyChallenge>> kept_;
};

// The answer is that of one of these passkeys to this challenge; the passkey then knows its counter and when it was used.
Status UsePasskey(SecondFactor& factor, const PasskeyAnswer& answer, const PasskeyChallenge& challenge, Instant now);
// Without blanks around it; 1 to limits::kPasskeyNameCharacters characters, none of them a control character.
Result<std::string> CleanPasskeyName(std::string_view name);
// Those of WebAuthn §5.8.4 and "hybrid", each once; what else a browser says is passed over.
std::vector<std::string> KnownTransports(const std::vector<std::string>& said);

}  // namespace qianxian::auth
