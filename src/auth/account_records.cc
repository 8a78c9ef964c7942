#include "auth/account_records.h"

#include "auth/organizations.h"

namespace qianxian::auth {

Result<Account> ReadAccount(store::Store& store, std::string_view user) {
  QX_TRY(auto snapshot, store.OpenSnapshot(access::SystemCaller("auth")));
  Result<store::Resource> found = snapshot->Read(kAccountType, AccountId(user));
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) {
    return NotFound("no-such-user", "there is no user " + std::string(user), "没有这个用户：" + std::string(user));
  }
  if (!found.ok()) return std::move(found).error();
  return AccountFromJson(found->body, found->version);
}

access::Caller ActingFor(std::string_view user, std::string_view origin) {
  access::Caller caller = access::SystemCaller("auth");
  caller.user = user;
  caller.origin = origin;
  return caller;
}

Status WriteAccount(store::Store& store, const Account& account, std::string_view reason, const access::Caller& by) {
  store::Change change;
  change.type = kAccountType;
  change.id = AccountId(account.user);
  change.body = ToJson(account);
  change.if_version = account.version;
  store::CommitRequest request;
  request.changes.push_back(std::move(change));
  request.reason = std::string(reason) + " " + account.user;
  QX_DO(store.Commit(by, std::move(request)));
  return Ok();
}

Result<access::Caller> MakeCaller(store::Store& store, const Account& account, std::string_view origin) {
  access::Caller caller;
  caller.user = account.user;
  caller.practitioner = account.practitioner;
  caller.role = account.role;
  caller.whole_county = SeesWholeCounty(account.role);
  caller.origin = origin;
  const bool administrator = account.role == access::Role::kAdministrator;
  if (!caller.whole_county || administrator) {
    QX_TRY(auto snapshot, store.OpenSnapshot(access::SystemCaller("auth")));
    if (!caller.whole_county) {
      QX_TRY(caller.organizations, ExpandOrganizations(*snapshot, account.organizations));
    }
    if (administrator) {
      QX_TRY(caller.handed_over, HandedOver(*snapshot));
    }
  }
  return caller;
}

Result<access::Caller> CallerOf(store::Store& store, std::string_view user) {
  QX_TRY(const Account account, ReadAccount(store, user));
  if (account.disabled) {
    return NotFound("no-such-user", "the account is disabled: " + std::string(user), "账号已停用：" + std::string(user));
  }
  return MakeCaller(store, account, "subscription");
}

Result<std::vector<Account>> AllAccounts(store::Snapshot& snapshot) {
  constexpr size_t kPage = 1000;
  std::vector<Account> accounts;
  std::string after;
  while (true) {
    QX_TRY(std::vector<store::Resource> page, snapshot.Scan(kAccountType, after, kPage));
    for (const store::Resource& resource : page) {
      after = resource.id;
      QX_TRY(Account account, AccountFromJson(resource.body, resource.version));
      accounts.push_back(std::move(account));
    }
    if (page.size() < kPage) return accounts;
  }
}

Result<unsigned> HandedOver(store::Snapshot& snapshot) {
  QX_TRY(const std::vector<Account> accounts, AllAccounts(snapshot));
  unsigned duties = 0;
  for (const Account& account : accounts) {
    if (account.disabled) continue;
    if (account.role == access::Role::kSecurity) duties |= access::kSecurityDuty;
    if (account.role == access::Role::kAuditor) duties |= access::kAuditDuty;
  }
  return duties;
}

}  // namespace qianxian::auth
