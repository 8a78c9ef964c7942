#include "auth/accounts.h"

#include <algorithm>

#include "auth/password_rules.h"
#include "auth/sessions.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::auth {
namespace {

Result<access::Role> RoleOfPerson(const std::string& name) {
  QX_TRY(access::Role role, access::ParseRole(name));
  if (role == access::Role::kSystem) {
    return Invalid("unknown-role", "the program's own role is for no person", "系统角色不能授予个人");
  }
  return role;
}

Status CheckScope(const Account& account) {
  if (SeesWholeCounty(account.role) || !account.organizations.empty()) return Ok();
  return Invalid("no-organization", "this role needs at least one organisation code", "该角色至少需要一个机构代码");
}

AccountReceipt Receipt(Account account, std::string password) {
  account.password_hash.clear();
  return {std::move(account), std::move(password)};
}

}  // namespace

Result<std::vector<Account>> Accounts::List(const access::Caller& caller) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  return All();
}

Result<std::vector<Account>> Accounts::All() {
  constexpr size_t kPage = 1000;
  QX_TRY(auto snapshot, tools_.store->OpenSnapshot(access::SystemCaller("auth")));
  std::vector<Account> accounts;
  std::string after;
  while (true) {
    QX_TRY(std::vector<store::Resource> page, snapshot->Scan(kAccountType, after, kPage));
    for (const store::Resource& resource : page) {
      after = resource.id;
      QX_TRY(Account account, AccountFromJson(resource.body, resource.version));
      account.password_hash.clear();
      accounts.push_back(std::move(account));
    }
    if (page.size() < kPage) break;
  }
  std::sort(accounts.begin(), accounts.end(), [](const Account& a, const Account& b) { return a.user < b.user; });
  return accounts;
}

Result<AccountReceipt> Accounts::Add(const access::Caller& caller, const NewAccount& wanted) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_DO(CheckUserName(wanted.user));
  Account account;
  account.user = wanted.user;
  account.name = wanted.name.empty() ? wanted.user : wanted.name;
  QX_TRY(account.role, RoleOfPerson(wanted.role));
  account.organizations = wanted.organizations;
  account.practitioner = wanted.practitioner;
  QX_DO(CheckScope(account));
  std::string password;
  if (wanted.password.empty()) {
    password = crypto::NewOneTimePassword(*tools_.random);
    account.must_change = true;
  } else {
    QX_DO(CheckPassword(wanted.password, wanted.user));
  }
  account.password_hash = crypto::HashPassword(wanted.password.empty() ? password : wanted.password, *tools_.random);
  Status written = WriteAccount(*tools_.store, account, "account-add");
  if (!written.ok() && written.error().category == ErrorCategory::kConflict) {
    return MakeError(ErrorCategory::kConflict, "user-exists", "there is a user " + account.user + " already",
                     "用户已存在：" + account.user);
  }
  if (!written.ok()) return std::move(written).error();
  return Receipt(std::move(account), std::move(password));
}

Result<AccountReceipt> Accounts::Change(const access::Caller& caller, std::string_view user, const AccountChange& change) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_TRY(Account account, ReadAccount(*tools_.store, user));
  if (change.name) account.name = *change.name;
  if (change.practitioner) account.practitioner = *change.practitioner;
  if (change.organizations) account.organizations = *change.organizations;
  if (change.role) {
    QX_TRY(account.role, RoleOfPerson(*change.role));
  }
  QX_DO(CheckScope(account));
  bool loses_administrator = (change.role && account.role != access::Role::kAdministrator) || change.disabled.value_or(false);
  if (loses_administrator && AccountId(user) == AccountId(caller.user)) {
    return Invalid("own-account", "nobody takes the keys from himself: ask another administrator", "不能停用或降级自己的账号，请由其他管理员操作");
  }
  if (change.disabled) account.disabled = *change.disabled;
  if (change.disabled == false) {   // let in again: wrong passwords of before do not count any more
    account.failures = 0;
    account.locked_until = {};
  }
  std::string password;
  if (change.new_password) {
    password = crypto::NewOneTimePassword(*tools_.random);
    account.password_hash = crypto::HashPassword(password, *tools_.random);
    account.must_change = true;
    account.failures = 0;
    account.locked_until = {};
  }
  QX_DO(WriteAccount(*tools_.store, account, "account-change"));
  if (change.new_password || account.disabled) {
    QX_DO(sessions_.EndAll(account.user, "", true));
  } else {
    sessions_.Forget();
  }
  return Receipt(std::move(account), std::move(password));
}

}  // namespace qianxian::auth
