// Auth: who are you? Local accounts with passwords (argon2id), sessions for the page and bearer tokens for programs, all
// kept in the store as internal types, so that they survive a restart and are seen by every process on the folder.
//
// A secret is 256 random bits; the store has only its SHA-256 (which is the session's id). Sessions end after
// limits::kSessionIdleMinutes without use and after limits::kSessionHours at all; tokens after the hours asked for.
// Who has a second factor signs in in two steps: the password gives half a session (Session::needs_code), which can do nothing but
// present a code or a passkey, and that gives the whole one under a new secret. What a session still lacks is asked in one place, CheckWhole.
// A session's Caller (role, organisations and the tree below them) is made at sign-in and again when the account changes.
// The store is not written at every request: the time of last use is saved every limits::kSessionSaveMinutes.
// Threads: any. Failures: unauthenticated ("wrong-password", "no-session"; more in own_account.h), busy ("locked"), invalid
// ("weak-password", "bad-user-name", "unknown-role", …), conflict ("user-exists"), not_found ("no-such-user"), forbidden
// ("code-required", "password-change-required", "second-factor-required", …); and the store's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "auth/account.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/store.h"

namespace qianxian::auth {

struct Session {
  access::Caller caller;
  std::string name;                        // of the person
  std::vector<std::string> organizations;  // the account's own codes (the caller has the tree below them too)
  bool token = false;                      // a bearer token of the command line: no idle time-out, no forced change
  bool must_change = false;                // only the password may be changed before anything else
  bool needs_code = false;                 // half a session: the caller is no more than a name
  bool by_code = false, by_passkey = false;   // of half a session: what the account has beside the codes on paper
  bool must_enrol = false;                 // the role asks for a second factor, and there is none yet
  std::string scope;                       // as it was granted to caller.client; "" if none was
  Instant expires;
};

// What is missing before a session is whole: the last of these comes first.
enum class Missing { kNothing, kFactor, kPassword, kCode };
Missing MissingOf(const Session& session);
// Ok, or forbidden with what has to be done first. `allowed`: for work that may be done while this, or less, is missing.
Status CheckWhole(const Session& session, Missing allowed = Missing::kNothing);

struct SignedIn {
  std::string secret;                      // shown once, to the user only
  std::shared_ptr<const Session> session;
};

struct Grant {                             // what a user gave to a program (src/oauth)
  std::string client, scope;               // the program, and the words of the scope
  std::string anchor;                      // the id of a session without which this one ends too; "" = none
};

struct Person {                            // behind a user name
  std::string name;
  std::vector<std::string> organizations;  // the account's own codes; none: of the county
};

struct NewAccount {
  std::string user, name, role, practitioner;
  std::vector<std::string> organizations;
  std::string password;                    // "" = make a one-time one
};

struct AccountChange {
  std::optional<std::string> name, role, practitioner;
  std::optional<std::vector<std::string>> organizations;
  std::optional<bool> disabled;            // false also lifts the lock of too many wrong passwords
  bool new_password = false;               // make a one-time password; ends every session of the user
  bool reset_factor = false;               // take the second factor away; ends every session of the user but tokens
  bool end_sessions = false;               // tokens too
};

struct AccountReceipt {
  Account account;                         // without the hash
  std::string one_time_password;           // "" if none was made
};

struct Tools {                             // all must outlive Auth
  store::Store* store = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;                // used from many threads
  std::string directory;                   // the data folder
  // Must who has this role have a second factor? Not set: nobody must.
  std::function<Result<bool>(access::Role)> needs_factor;
};

class OwnAccount;                          // own_account.h

class Auth {
 public:
  virtual ~Auth() = default;
  static std::unique_ptr<Auth> Make(const Tools& tools);

  // Half a session for who has a second factor.
  virtual Result<SignedIn> SignIn(std::string_view user, std::string_view password, std::string_view origin) = 0;
  // The session of a secret; counts as use. may_write false: the store is not written now (for threads that must not
  // wait for the disk); what would have been saved is saved at the next use that may.
  virtual Result<std::shared_ptr<const Session>> Find(std::string_view secret, bool may_write = true) = 0;
  // The same for what a page keeps open by itself: it is no use, and never writes.
  virtual Result<std::shared_ptr<const Session>> Look(std::string_view secret) = 0;
  virtual Status SignOut(std::string_view secret) = 0;
  // What people do with the account that they are signed in with: password, second factor, sessions.
  virtual OwnAccount& own() = 0;
  // For whoever may read the data folder. hours: 1 … limits::kTokenHoursMaximum, else invalid ("bad-hours").
  virtual Result<SignedIn> MintToken(std::string_view user, int hours, std::string_view origin) = 0;

  // A token by which a program acts for the user, no further than the grant says. forbidden ("disabled").
  virtual Result<SignedIn> StartGranted(std::string_view user, const Grant& grant, Instant expires, std::string_view origin) = 0;
  // Ends one granted session by its id (SHA-256 of its secret in hex) and what is anchored to it, or all of a program.
  // Fine if there is none.
  virtual Status EndGranted(std::string_view id) = 0;
  virtual Status EndClient(std::string_view client) = 0;

  // not_found ("no-such-user").
  virtual Result<Person> PersonOf(std::string_view user) = 0;

  // Who may sign in with this role, by the codes of the accounts: names, in order.
  virtual Result<std::map<std::string, std::vector<std::string>>> NamesAt(access::Role role) = 0;

  // Accounts: for callers who may manage them.
  virtual Result<std::vector<Account>> ListAccounts(const access::Caller& caller) = 0;       // without hashes
  virtual Result<AccountReceipt> AddAccount(const access::Caller& caller, const NewAccount& wanted) = 0;
  virtual Result<AccountReceipt> ChangeAccount(const access::Caller& caller, std::string_view user,
                                               const AccountChange& change) = 0;
};

}  // namespace qianxian::auth
