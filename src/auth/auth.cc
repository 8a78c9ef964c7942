#include "auth/auth.h"

#include <mutex>
#include <unordered_map>

#include "auth/accounts.h"
#include "auth/password_rules.h"
#include "auth/secret_file.h"
#include "auth/sessions.h"
#include "base/limits.h"
#include "base/locked.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::auth {
namespace {

constexpr int64_t kMinute = 60'000'000;

Error WrongPassword() {
  return MakeError(ErrorCategory::kUnauthenticated, "wrong-password", "the user name or the password is wrong", "用户名或密码不正确");
}

Error LockedUntil(Instant until, Instant now) {
  int64_t minutes = (until.microseconds - now.microseconds + kMinute - 1) / kMinute;
  std::string text = std::to_string(minutes);
  return MakeError(ErrorCategory::kBusy, "locked", "too many wrong passwords: try again in " + text + " minutes",
                   "密码错误次数过多，请 " + text + " 分钟后再试");
}

struct Failures {                          // of a name that no account has
  int count = 0;
  Instant locked_until;
};

class LocalAuth final : public Auth {
 public:
  explicit LocalAuth(const Tools& tools) : tools_(tools), sessions_(tools), accounts_(tools, sessions_) {}

  Result<SignedIn> SignIn(std::string_view user, std::string_view password, std::string_view origin) override {
    constexpr int kTries = 8;
    for (int attempt = 0;; ++attempt) {
      Result<SignedIn> result = TrySignIn(user, password, origin);
      // Two sign-ins at once count their failures one after the other.
      bool again = !result.ok() && result.error().category == ErrorCategory::kConflict && attempt < kTries;
      if (!again) return result;
    }
  }

  Result<std::shared_ptr<const Session>> Find(std::string_view secret, bool may_write) override {
    return sessions_.Find(secret, may_write);
  }

  Result<std::shared_ptr<const Session>> Look(std::string_view secret) override { return sessions_.Look(secret); }
  Status SignOut(std::string_view secret) override { return sessions_.End(secret); }

  Result<std::shared_ptr<const Session>> ChangePassword(std::string_view secret, std::string_view current,
                                                        std::string_view wanted) override {
    QX_TRY(std::shared_ptr<const Session> session, sessions_.Find(secret));
    std::string user = session->caller.user;
    QX_TRY(Account account, ReadAccount(*tools_.store, user));
    Instant now = tools_.clock->Now();
    if (now < account.locked_until) return LockedUntil(account.locked_until, now);
    if (!PasswordFits(account.password_hash, current)) {
      QX_DO(CountFailure(account, now));
      return Invalid("wrong-password", "the current password is wrong", "当前密码不正确");
    }
    QX_DO(CheckPassword(wanted, user));
    if (current == wanted) {
      return Invalid("weak-password", "the new password must differ from the current one", "新密码不能与当前密码相同");
    }
    account.password_hash = crypto::HashPassword(wanted, *tools_.random);
    account.must_change = false;
    account.failures = 0;
    QX_DO(WriteAccount(*tools_.store, account, "password"));
    QX_DO(sessions_.EndAll(user, secret, false));
    QX_DO(ForgetOneTimePassword(tools_.directory, account.user));
    return sessions_.Find(secret);
  }

  Result<SignedIn> MintToken(std::string_view user, int hours, std::string_view origin) override {
    if (hours < 1 || hours > limits::kTokenHoursMaximum) {
      std::string most = std::to_string(limits::kTokenHoursMaximum);
      return Invalid("bad-hours", "a token is good for 1 to " + most + " hours", "令牌有效期为 1 至 " + most + " 小时");
    }
    QX_TRY(Account account, ReadAccount(*tools_.store, user));
    if (account.disabled) {
      return MakeError(ErrorCategory::kForbidden, "disabled", "the account " + account.user + " is disabled",
                       "账号 " + account.user + " 已停用");
    }
    Instant expires{tools_.clock->Now().microseconds + hours * 60 * kMinute};
    return sessions_.Start(account, true, expires, origin);
  }

  Result<Person> PersonOf(std::string_view user) override {
    QX_TRY(Account account, ReadAccount(*tools_.store, user));
    return Person{std::move(account.name), std::move(account.organizations)};
  }

  Result<std::map<std::string, std::vector<std::string>>> NamesAt(access::Role role) override {
    QX_TRY(const std::vector<Account> accounts, accounts_.All());
    std::map<std::string, std::vector<std::string>> names;
    for (const Account& account : accounts) {
      if (account.role != role || account.disabled) continue;
      for (const std::string& code : account.organizations) names[code].push_back(account.name.empty() ? account.user : account.name);
    }
    return names;
  }

  Result<std::vector<Account>> ListAccounts(const access::Caller& caller) override { return accounts_.List(caller); }
  Result<AccountReceipt> AddAccount(const access::Caller& caller, const NewAccount& wanted) override {
    return accounts_.Add(caller, wanted);
  }
  Result<AccountReceipt> ChangeAccount(const access::Caller& caller, std::string_view user,
                                       const AccountChange& change) override {
    return accounts_.Change(caller, user, change);
  }

 private:
  static bool PasswordFits(const std::string& hash, std::string_view password) {
    return password.size() <= limits::kPasswordBytes && crypto::VerifyPassword(hash, password);
  }

  Status CountFailure(Account account, Instant now) {
    if (++account.failures >= limits::kSignInFailures) {
      account.failures = 0;
      account.locked_until = {now.microseconds + limits::kSignInLockMinutes * kMinute};
    }
    return WriteAccount(*tools_.store, account, "wrong-password");
  }

  Result<SignedIn> TrySignIn(std::string_view user, std::string_view password, std::string_view origin) {
    Instant now = tools_.clock->Now();
    Result<Account> found = ReadAccount(*tools_.store, user);
    if (!found.ok() && found.error().code == "no-such-user") return RefuseUnknown(user, password, now);
    if (!found.ok()) return std::move(found).error();
    Account& account = *found;
    if (now < account.locked_until) return LockedUntil(account.locked_until, now);
    if (!PasswordFits(account.password_hash, password)) {
      QX_DO(CountFailure(account, now));
      return WrongPassword();
    }
    if (account.disabled) return WrongPassword();
    if (account.failures != 0) {
      account.failures = 0;
      QX_DO(WriteAccount(*tools_.store, account, "sign-in"));
    }
    Instant expires{now.microseconds + limits::kSessionHours * 60 * kMinute};
    return sessions_.Start(account, false, expires, origin);
  }

  // Names without an account are refused and locked as those with one, so that nobody learns which there are.
  Error RefuseUnknown(std::string_view user, std::string_view password, Instant now) {
    std::string id = AccountId(user);
    {
      auto unknown = unknown_.Lock();
      auto found = unknown->find(id);
      if (found != unknown->end() && now < found->second.locked_until) return LockedUntil(found->second.locked_until, now);
    }
    // Compared with something, so that it takes as long as for a known user. Made at the first need: it costs a start.
    std::call_once(nobody_made_, [&] {
      nobody_hash_ = crypto::HashPassword(crypto::NewSecret(*tools_.random), *tools_.random);
    });
    PasswordFits(nobody_hash_, password);
    auto unknown = unknown_.Lock();
    if (unknown->size() >= limits::kUnknownUsers) unknown->clear();
    Failures& failures = (*unknown)[id];
    if (++failures.count >= limits::kSignInFailures) {
      failures = {0, {now.microseconds + limits::kSignInLockMinutes * kMinute}};
    }
    return WrongPassword();
  }

  Tools tools_;
  Sessions sessions_;
  Accounts accounts_;
  std::once_flag nobody_made_;
  std::string nobody_hash_;
  Locked<std::unordered_map<std::string, Failures>> unknown_;
};

}  // namespace

std::unique_ptr<Auth> Auth::Make(const Tools& tools) { return std::make_unique<LocalAuth>(tools); }

}  // namespace qianxian::auth
