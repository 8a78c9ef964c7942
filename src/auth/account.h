// An account: who may sign in, as which role, for which organisations. Kept as a resource of the internal type
// "QianxianAccount" (system caller only), so that versions, history and durability are the store's. Pure values; any
// thread. The id is made of the folded user name: one name, one account.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "base/result.h"

namespace qianxian::auth {

inline constexpr std::string_view kAccountType = "QianxianAccount";

// The public half of a key that never leaves its authenticator: a telephone, a computer, a stick (WebAuthn).
struct Passkey {
  std::string id;                          // bytes, by which the authenticator finds its half
  std::string public_key;                  // COSE (crypto/cose.h)
  uint32_t counter = 0;                    // the last that it said
  std::string site;                        // the host that it was made for, and is good for
  std::string name;                        // the person's own
  std::vector<std::string> transports;     // how the browser reaches it, in the words of WebAuthn
  Instant created, last_used;              // 0 = not used yet
};

// What proves a person beside the password: a program on the telephone that says a new code every half minute (RFC 6238), passkeys, or
// both; and the codes on paper for the day when all of them are lost. The secret must be kept readable; of the codes on paper there are
// only hashes, of passkeys only the public half.
struct SecondFactor {
  std::string secret;                      // of the telephone's codes, bytes; "" = none
  Instant since;                           // the same; 0 = none; stays when secrets are taken out (WithoutSecrets)
  int64_t last_step = 0;                   // of the newest code that was used: neither it nor an older one is good again
  std::vector<std::string> recovery;       // SHA-256 of each code that was not used yet
  std::string offered;                     // a secret that no code has confirmed yet
  Instant offered_until;
  int offered_failures = 0;
  std::vector<Passkey> passkeys;           // in the order in which they were made
  std::string handle;                      // by which authenticators know the account: bytes by chance; "" before the first was offered
  bool has_codes() const { return since.microseconds != 0; }
  bool enrolled() const { return has_codes() || !passkeys.empty(); }
};

struct Account {
  std::string user;                        // as it was given when the account was made; compared without case
  std::string name;                        // of the person, for the page
  access::Role role = access::Role::kViewer;
  std::vector<std::string> organizations;  // codes; the tree below each belongs to it
  std::string practitioner;                // FHIR id, may be empty
  std::string password_hash;               // argon2id, PHC form
  bool must_change = false;                // the password is a one-time one
  bool disabled = false;
  std::vector<std::string> former_hashes;  // of the passwords before this one, the newest first
  SecondFactor factor;
  int failures = 0;                        // wrong passwords and codes in a row
  int locks = 0;                           // since the last whole sign-in: each is longer than the one before
  Instant locked_until;
  uint64_t version = 0;                    // of the record; 0 = not stored yet
};

// 2 to 64 characters, no white space, no control characters: invalid ("bad-user-name").
Status CheckUserName(std::string_view user);
std::string AccountId(std::string_view user);
std::string ToJson(const Account& account);
Result<Account> AccountFromJson(std::string_view body, uint64_t version);
// What may be shown of it: no hash, no secret.
Account WithoutSecrets(Account account);
// Does this role see every organisation of the county?
bool SeesWholeCounty(access::Role role);

}  // namespace qianxian::auth
