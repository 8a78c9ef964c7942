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

struct Account {
  std::string user;                        // as it was given when the account was made; compared without case
  std::string name;                        // of the person, for the page
  access::Role role = access::Role::kViewer;
  std::vector<std::string> organizations;  // codes; the tree below each belongs to it
  std::string practitioner;                // FHIR id, may be empty
  std::string password_hash;               // argon2id, PHC form
  bool must_change = false;                // the password is a one-time one
  bool disabled = false;
  int failures = 0;                        // wrong passwords in a row
  Instant locked_until;
  uint64_t version = 0;                    // of the record; 0 = not stored yet
};

// 2 to 64 characters, no white space, no control characters: invalid ("bad-user-name").
Status CheckUserName(std::string_view user);
std::string AccountId(std::string_view user);
std::string ToJson(const Account& account);
Result<Account> AccountFromJson(std::string_view body, uint64_t version);
// Does this role see every organisation of the county?
bool SeesWholeCounty(access::Role role);

}  // namespace qianxian::auth
