// What people do with the account they are signed in with: a new password, the second factor (codes of the telephone, passkeys, codes
// for paper: set up, taken away, presented at sign-in), and the places where they are signed in. Everything that proves who asks
// (password, code, passkey) counts its failures on the account, and five of them lock it (lock.h). Who has a second factor proves it
// too before it is changed. Sessions of programs (tokens) change the password at most. `address` is where the page stands (passkey.h).
// Threads: any. Failures: unauthenticated ("no-session", "wrong-code", "code-used", "too-many-codes"), busy ("locked"), invalid
// ("wrong-password", "wrong-code", "code-used", "weak-password", "password-reused", "no-offer", "no-challenge"; those of passkey.h, at
// sign-in unauthenticated), conflict ("factor-exists", "no-factor", "whole-already", "no-passkey", "passkey-exists",
// "too-many-passkeys"), forbidden ("not-with-a-token" and those of CheckWhole), not_found ("no-such-session", "no-such-passkey"); and
// the store's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/auth.h"
#include "auth/passkey.h"

namespace qianxian::auth {

class Sessions;

// Who asks: the password, and who has a second factor also a code or a passkey.
struct Proof {
  std::string password;
  std::string code;
  std::optional<PasskeyAnswer> passkey;
};

struct FactorState {
  bool enrolled = false;
  bool codes = false;                      // of the telephone
  size_t passkeys = 0;
  bool required = false;                   // of the account's role
  Instant since;                           // of the telephone's codes
  size_t recovery_codes = 0;               // that were not used yet
};

struct FactorOffer {
  std::string secret;                      // base 32, for typing
  std::string uri;                         // otpauth://, for the QR code
};

struct PasskeyAsk {                        // what the browser is asked for
  std::string challenge;                   // bytes
  Site site;
  std::vector<Passkey> known;              // of this site: to be shown, or not to be made again
  std::string user, name, handle;          // of the account, where one is made
};

struct MadePasskey {                       // what the browser gave, as bytes
  std::string client_data, attestation;
  std::vector<std::string> transports;
};

struct PasskeyReceipt {
  Passkey passkey;
  std::vector<std::string> recovery_codes;   // shown this once; none where there was a factor before
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
  // Codes of the telephone: a new secret, good for limits::kEnrolMinutes; nothing asks for its codes before one has confirmed it.
  Result<FactorOffer> OfferFactor(std::string_view secret, const Proof& proof);
  // The codes for paper, shown this once; none where there are passkeys, whose codes stay. Ends all other sessions of the user;
  // tokens stay.
  Result<std::vector<std::string>> ConfirmFactor(std::string_view secret, std::string_view code);
  // The telephone's; passkeys stay.
  Status RemoveFactor(std::string_view secret, const Proof& proof);
  Result<std::vector<std::string>> RenewRecoveryCodes(std::string_view secret, const Proof& proof);

  // Passkeys (own_passkeys.cc). A challenge for those of this address: of half a session to sign in, of a whole one to prove it.
  Result<PasskeyAsk> AskPasskey(std::string_view secret, std::string_view address);
  // Of a half session. The half ends, a whole session begins.
  Result<SignedIn> PresentPasskey(std::string_view secret, const PasskeyAnswer& answer, std::string_view origin);
  Result<std::vector<Passkey>> Passkeys(std::string_view secret);
  // A challenge for a new one, which AddPasskey answers. The first factor ends all other sessions of the user; tokens stay.
  Result<PasskeyAsk> OfferPasskey(std::string_view secret, const Proof& proof, std::string_view address);
  Result<PasskeyReceipt> AddPasskey(std::string_view secret, std::string_view name, const MadePasskey& made);
  Result<Passkey> RenamePasskey(std::string_view secret, std::string_view id, std::string_view name);
  Status RemovePasskey(std::string_view secret, std::string_view id, const Proof& proof);

  Result<std::vector<OwnSession>> List(std::string_view secret);
  Status EndSession(std::string_view secret, std::string_view id);
  // This one too.
  Status EndSessions(std::string_view secret, bool tokens_too);

 private:
  // The session behind a secret, if it lacks no more than `allowed` and is a person's.
  Result<std::shared_ptr<const Session>> Person(std::string_view secret, Missing allowed);
  Result<SignedIn> TryCode(std::string_view secret, const Session& half, std::string_view code, std::string_view origin);
  Result<SignedIn> TryPasskey(std::string_view secret, const Session& half, const PasskeyAnswer& answer, const PasskeyChallenge& challenge, std::string_view origin);
  // Half a session becomes a whole one; or its failure is counted, on the account and on itself, and `why` is the answer.
  Result<SignedIn> Enter(std::string_view secret, Account& account, Instant now, std::string_view origin);
  Error Refuse(std::string_view secret, Account& account, std::string_view reason, Error why, Instant now, std::string_view origin);
  Status ProvePassword(Account& account, std::string_view password, Instant now, const access::Caller& by);
  // Password and, where there is one, second factor. What was right is used up in `account`, which the caller writes.
  // `challenge`: TakeFor(proof), taken before: the work may be done again after a conflict, the challenge is there once.
  Status Prove(Account& account, const Proof& proof, const std::optional<PasskeyChallenge>& challenge, Instant now, const access::Caller& by);
  Result<std::optional<PasskeyChallenge>> TakeFor(const Proof& proof, std::string_view secret);
  Status CheckNobodyHas(std::string_view id);

  Tools tools_;
  Sessions& sessions_;
  PasskeyChallenges challenges_;
};

// The program's caller for what the person of this session does with the own account.
access::Caller SelfOf(const Session& session);
Error NoChallenge();

}  // namespace qianxian::auth
