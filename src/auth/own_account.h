// What people do with the account they are signed in with: a new password, the second factor (set up, taken away, new codes for paper,
// the code at sign-in), and the places where they are signed in. Everything that proves who asks (password, code) counts its failures
// on the account, and five of them lock it (lock.h). Sessions of programs (tokens) change the password at most.
// Threads: any. Failures: unauthenticated ("no-session", "wrong-code", "code-used", "too-many-codes"), busy ("locked"), invalid
// ("wrong-password", "wrong-code", "code-used", "weak-password", "password-reused", "no-offer"), conflict ("factor-exists", "no-factor",
// "whole-already"), forbidden ("not-with-a-token" and those of CheckWhole), not_found ("no-such-session"); and the store's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/auth.h"

namespace qianxian::auth {

class Sessions;

struct FactorState {
  bool enrolled = false;
  bool required = false;                   // of the account's role
  Instant since;
  size_t recovery_codes = 0;               // that were not used yet
};

struct FactorOffer {
  std::string secret;                      // base 32, for typing
  std::string uri;                         // otpauth://, for the QR code
};

struct OwnSession {
  std::string id, origin;
  bool token = false;                      // not of a page
  std::string program;                     // to which it was granted; "" = a token of the command line
  bool current = false;                    // the one that asks
  Instant created, last_used, expires;
};

class OwnAccount {
 public:
  OwnAccount(const Tools& tools, Sessions& sessions) : tools_(tools), sessions_(sessions) {}

  // Ends all other sessions of the user; tokens of the command line stay.
  Result<std::shared_ptr<const Session>> ChangePassword(std::string_view secret, std::string_view current, std::string_view wanted);
  // Of a half session: a code of the time, or one from paper. The half ends, a whole session begins.
  Result<SignedIn> PresentCode(std::string_view secret, std::string_view code, std::string_view origin);

  Result<FactorState> Factor(std::string_view secret);
  // A new secret, good for limits::kEnrolMinutes; nothing asks for its codes before one of them has confirmed it.
  Result<FactorOffer> OfferFactor(std::string_view secret, std::string_view password);
  // The codes for paper, shown this once. Ends all other sessions of the user; tokens stay.
  Result<std::vector<std::string>> ConfirmFactor(std::string_view secret, std::string_view code);
  Status RemoveFactor(std::string_view secret, std::string_view password, std::string_view code);
  Result<std::vector<std::string>> RenewRecoveryCodes(std::string_view secret, std::string_view password, std::string_view code);

  Result<std::vector<OwnSession>> List(std::string_view secret);
  Status EndSession(std::string_view secret, std::string_view id);
  // This one too.
  Status EndSessions(std::string_view secret, bool tokens_too);

 private:
  // The session behind a secret, if it lacks no more than `allowed` and is a person's.
  Result<std::shared_ptr<const Session>> Person(std::string_view secret, Missing allowed);
  Result<SignedIn> TryCode(std::string_view secret, const Session& half, std::string_view code, std::string_view origin);
  Status ProvePassword(Account& account, std::string_view password, Instant now, const access::Caller& by);
  Status ProveCode(Account& account, std::string_view code, Instant now, const access::Caller& by);

  Tools tools_;
  Sessions& sessions_;
};

}  // namespace qianxian::auth
