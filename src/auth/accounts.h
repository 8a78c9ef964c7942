// Making and changing accounts, for callers who may manage them (access::Verb::kManage on "account"). Threads: any.
#pragma once

#include <vector>

#include "auth/auth.h"

namespace qianxian::auth {

class Sessions;

class Accounts {
 public:
  Accounts(const Tools& tools, Sessions& sessions) : tools_(tools), sessions_(sessions) {}
  Result<std::vector<Account>> List(const access::Caller& caller);
  Result<std::vector<Account>> All();      // for the program itself; without hashes, by user name
  Result<AccountReceipt> Add(const access::Caller& caller, const NewAccount& wanted);
  Result<AccountReceipt> Change(const access::Caller& caller, std::string_view user, const AccountChange& change);

 private:
  Tools tools_;
  Sessions& sessions_;
};

}  // namespace qianxian::auth
