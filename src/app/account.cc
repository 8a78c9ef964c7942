#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/text.h"

namespace qianxian::app {
namespace {

int ShowReceipt(const Result<auth::AccountReceipt>& receipt) {
  if (!receipt.ok()) return Fail(receipt.error());
  std::printf("%s %s\n", receipt->account.user.c_str(), receipt->one_time_password.c_str());
  Say("一次性密码，登录后须修改 · a one-time password, to be changed at sign-in");
  return kDone;
}

}  // namespace

int RunAccountList(const AccountOptions& options) {
  Result<std::unique_ptr<Folder>> folder = Folder::Open(options.folder);
  if (!folder.ok()) return Fail(folder.error());
  Result<std::vector<auth::Account>> accounts = (*folder)->auth().ListAccounts(CommandLineCaller());
  if (!accounts.ok()) return Fail(accounts.error());
  for (const auth::Account& account : *accounts) {
    std::printf("%s\t%s\t%s\t%s%s%s\n", account.user.c_str(), std::string(access::Name(account.role)).c_str(), account.name.c_str(),
                Join(account.organizations, ",").c_str(), account.disabled ? "\tdisabled" : "", account.factor.enrolled() ? "\tsecond-factor" : "");
  }
  return kDone;
}

int RunAccountAdd(const AccountOptions& options) {
  Result<std::unique_ptr<Folder>> folder = Folder::Open(options.folder);
  if (!folder.ok()) return Fail(folder.error());
  auth::NewAccount wanted;
  wanted.user = options.user;
  wanted.name = options.name;
  wanted.role = options.role;
  wanted.organizations = options.organizations;
  return ShowReceipt((*folder)->auth().AddAccount(CommandLineCaller(), wanted));
}

int RunAccountReset(const AccountOptions& options) {
  Result<std::unique_ptr<Folder>> folder = Folder::Open(options.folder);
  if (!folder.ok()) return Fail(folder.error());
  auth::AccountChange change;
  if (options.second_factor) {
    change.reset_factor = true;
    Result<auth::AccountReceipt> receipt = (*folder)->auth().ChangeAccount(CommandLineCaller(), options.user, change);
    if (!receipt.ok()) return Fail(receipt.error());
    Say("已解除 " + receipt->account.user + " 的两步验证，密码不变 · the second factor of " + receipt->account.user + " is taken away, the password stays");
    return kDone;
  }
  change.new_password = true;
  change.disabled = false;
  return ShowReceipt((*folder)->auth().ChangeAccount(CommandLineCaller(), options.user, change));
}

}  // namespace qianxian::app
