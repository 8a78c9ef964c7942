#include "auth/auth.h"

#include <mutex>
#include <unordered_map>

#include "auth/account_records.h"
#include "auth/accounts.h"
#include "auth/lock.h"
#include "auth/own_account.h"
#include "auth/password_rules.h"
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

class LocalAuth final : public Auth {
 public:
  explicit LocalAuth(const Tools& tools) : tools_(tools), sessions_(tools), accounts_(tools, sessions_), own_(tools, sessions_) {}

  Result<SignedIn> SignIn(std::string_view user, std::string_view password, std::string_view origin) override {
    return RetryConflicts([&] { return TrySignIn(user, password, origin); });
  }

  Result<std::shared_ptr<const Session>> Find(std::string_view secret, bool may_write) override {
    return sessions_.Find(secret, may_write);
  }

  Result<std::shared_ptr<const Session>> Look(std::string_view secret) override { return sessions_.Look(secret); }
  Status SignOut(std::string_view secret) override { return sessions_.End(secret); }

  OwnAccount& own() override { return own_; }

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

  Result<SignedIn> StartGranted(std::string_view user, const Grant& grant, Instant expires, std::string_view origin) override {
    QX_TRY(const Account account, ReadAccount(*tools_.store, user));
    if (account.disabled) {
      return MakeError(ErrorCategory::kForbidden, "disabled", "the account " + account.user + " is disabled",
                       "账号 " + account.user + " 已停用");
    }
    return sessions_.StartGranted(account, grant, expires, origin);
  }
  Status EndGranted(std::string_view id) override { return sessions_.EndGranted(id); }
  Status EndClient(std::string_view client) override { return sessions_.EndClient(client); }

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
  Result<SignedIn> TrySignIn(std::string_view user, std::string_view password, std::string_view origin) {
    Instant now = tools_.clock->Now();
    Result<Account> found = ReadAccount(*tools_.store, user);
    if (!found.ok() && found.error().code == "no-such-user") return RefuseUnknown(user, password, now);
    if (!found.ok()) return std::move(found).error();
    Account& account = *found;
    QX_DO(CheckLock(account.locked_until, now));
    if (!PasswordFits(account.password_hash, password)) {
      CountFailure(account, now);
      QX_DO(WriteAccount(*tools_.store, account, "wrong-password", ActingFor(account.user, origin)));
      return WrongPassword();
    }
    if (account.disabled) return WrongPassword();
    // Failures that were counted while this password was looked at come first: many guesses at once are no more than five.
    QX_TRY(const Account now_there, ReadAccount(*tools_.store, user));
    if (now_there.version != account.version) return MakeError(ErrorCategory::kConflict, "version-conflict", "the account changes", "账号正在变更，请重试");
    // Half a sign-in forgets no failures: else whoever knows the password could try codes without end.
    if (account.factor.enrolled()) return sessions_.StartHalf(account, origin);
    if (account.failures != 0 || account.locks != 0) {
      ForgetFailures(account);
      QX_DO(WriteAccount(*tools_.store, account, "sign-in", ActingFor(account.user, origin)));
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
      if (found != unknown->end()) {
        Status open = CheckLock(found->second.locked_until, now);
        if (!open.ok()) return std::move(open).error();
      }
    }
    // Compared with something, so that it takes as long as for a known user. Made at the first need: it costs a start.
    std::call_once(nobody_made_, [&] {
      nobody_hash_ = crypto::HashPassword(crypto::NewSecret(*tools_.random), *tools_.random);
    });
    PasswordFits(nobody_hash_, password);
    auto unknown = unknown_.Lock();
    if (unknown->size() >= limits::kUnknownUsers) unknown->clear();
    CountFailure((*unknown)[id], now);
    return WrongPassword();
  }

  Tools tools_;
  Sessions sessions_;
  Accounts accounts_;
  OwnAccount own_;
  std::once_flag nobody_made_;
  std::string nobody_hash_;
  Locked<std::unordered_map<std::string, Failures>> unknown_;
};

}  // namespace

Missing MissingOf(const Session& session) {
  if (session.needs_code) return Missing::kCode;
  if (session.must_change) return Missing::kPassword;
  return session.must_enrol ? Missing::kFactor : Missing::kNothing;
}

Status CheckWhole(const Session& session, Missing allowed) {
  const Missing missing = MissingOf(session);
  if (missing <= allowed) return Ok();
  if (missing == Missing::kCode) {
    return MakeError(ErrorCategory::kForbidden, "code-required", "present a code of your second factor first, or a passkey (POST /api/session/code, /api/session/passkey)", "请先完成两步验证：输入验证码或使用通行密钥");
  }
  if (missing == Missing::kPassword) {
    return MakeError(ErrorCategory::kForbidden, "password-change-required", "change the one-time password first (POST /api/password)", "请先修改一次性密码");
  }
  return MakeError(ErrorCategory::kForbidden, "second-factor-required", "set up a second factor first (POST /api/session/second-factor)", "请先设置两步验证");
}

std::unique_ptr<Auth> Auth::Make(const Tools& tools) { return std::make_unique<LocalAuth>(tools); }

}  // namespace qianxian::auth
