// Accounts as the store keeps them: read, written, and made into the Caller that a session acts as. Free functions over the store;
// any thread. Failures: the store's; not_found ("no-such-user").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "auth/account.h"
#include "store/store.h"

namespace qianxian::auth {

// The account with its current version.
Result<Account> ReadAccount(store::Store& store, std::string_view user);
// Writes it over exactly the version that was read (conflict otherwise).
// `by`: ActingFor somebody; the audit then says who did it, to whose account.
Status WriteAccount(store::Store& store, const Account& account, std::string_view reason, const access::Caller& by);
// The program's own caller, for what this user does from there.
access::Caller ActingFor(std::string_view user, std::string_view origin);
Result<access::Caller> MakeCaller(store::Store& store, const Account& account, std::string_view origin);
// The scope of an account now, for work that goes on without its user; not_found also if it is disabled.
Result<access::Caller> CallerOf(store::Store& store, std::string_view user);
// With their secrets: for the program itself.
Result<std::vector<Account>> AllAccounts(store::Snapshot& snapshot);
// The duties that somebody who can sign in has by a role of its own (access::Duty).
Result<unsigned> HandedOver(store::Snapshot& snapshot);

}  // namespace qianxian::auth
