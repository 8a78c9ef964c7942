#include "auth/accounts.h"

#include <algorithm>

#include "auth/account_records.h"
#include "auth/lock.h"
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

AccountReceipt Receipt(Account account, std::string password) { return {WithoutSecrets(std::move(account)), std::move(password)}; }

}  // namespace

Result<std::vector<Account>> Accounts::List(const access::Caller& caller) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  return All();
}

Result<std::vector<Account>> Accounts::All() {
  QX_TRY(auto snapshot, tools_.store->OpenSnapshot(access::SystemCaller("auth")));
  QX_TRY(std::vector<Account> accounts, AllAccounts(*snapshot));
  for (Account& account : accounts) account = WithoutSecrets(std::move(account));
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
  Status written = WriteAccount(*tools_.store, account, "account-add", ActingFor(caller.user, caller.origin));
  if (!written.ok() && written.error().category == ErrorCategory::kConflict) {
    return MakeError(ErrorCategory::kConflict, "user-exists", "there is a user " + account.user + " already",
                     "用户已存在：" + account.user);
  }
  if (!written.ok()) return std::move(written).error();
  sessions_.Forget();   // a duty may have changed hands
  return Receipt(std::move(account), std::move(password));
}

Result<AccountReceipt> Accounts::Change(const access::Caller& caller, std::string_view user, const AccountChange& change) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_TRY(Account account, ReadAccount(*tools_.store, user));
  if (change.name) account.name = *change.name;
  if (change.practitioner) account.practitioner = *change.practitioner;
  if (change.organizations) account.organizations = *change.organizations;
  const access::Role was = account.role;
  if (change.role) {
    QX_TRY(account.role, RoleOfPerson(*change.role));
  }
  QX_DO(CheckScope(account));
  const bool loses_keys = account.role != was || change.disabled.value_or(false);
  if (loses_keys && AccountId(user) == AccountId(caller.user)) {
    return Invalid("own-account", "nobody takes the keys from himself or gives himself others: ask another administrator", "不能停用自己的账号或更改自己的角色，请由其他管理员操作");
  }
  if (change.reset_factor && AccountId(user) == AccountId(caller.user)) {
    return Invalid("own-account", "your own second factor is taken away with a code of it, under account security", "自己的两步验证请在“账号安全”中凭验证码关闭");
  }
  if (change.disabled) account.disabled = *change.disabled;
  if (change.disabled == false) {   // let in again: wrong passwords of before do not count any more
    ForgetFailures(account);
  }
  if (change.reset_factor) {
    account.factor = {};
    ForgetFailures(account);
  }
  std::string password;
  if (change.new_password) {
    password = crypto::NewOneTimePassword(*tools_.random);
    SetPassword(account, password, *tools_.random);
    account.must_change = true;
    ForgetFailures(account);
  }
  QX_DO(WriteAccount(*tools_.store, account, "account-change", ActingFor(caller.user, caller.origin)));
  const bool end_tokens = change.new_password || change.end_sessions || account.disabled;
  if (end_tokens || change.reset_factor) {
    QX_DO(sessions_.EndAll(account.user, "", end_tokens));
  } else {
    sessions_.Forget();
  }
  return Receipt(std::move(account), std::move(password));
}

}  // namespace qianxian::auth
