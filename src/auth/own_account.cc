#include "auth/own_account.h"

#include "auth/account_records.h"
#include "auth/lock.h"
#include "auth/password_rules.h"
#include "auth/second_factor.h"
#include "auth/secret_file.h"
#include "auth/sessions.h"
#include "base/limits.h"
#include "base/limits_sign_in.h"
#include "crypto/one_time_code.h"

namespace qianxian::auth {
namespace {

constexpr int64_t kMinute = 60'000'000;

Error NotThisCode(CodeCheck checked, ErrorCategory category) {
  if (checked == CodeCheck::kUsed) {
    return MakeError(category, "code-used", "this code was used already: wait for the next one", "该验证码已用过，请等待下一个验证码");
  }
  return MakeError(category, "wrong-code", "the code is wrong; is the clock of the telephone right?", "验证码不正确；请检查手机时间是否准确");
}

Error NoFactor() {
  return MakeError(ErrorCategory::kConflict, "no-factor", "there is no second factor on this account", "该账号尚未设置两步验证");
}

// With its last part the codes on paper go too.
void TakeCodesAway(SecondFactor& factor) {
  std::vector<Passkey> passkeys = std::move(factor.passkeys);
  std::vector<std::string> recovery = std::move(factor.recovery);
  std::string handle = std::move(factor.handle);
  factor = {};
  if (passkeys.empty()) return;
  factor.passkeys = std::move(passkeys);
  factor.recovery = std::move(recovery);
  factor.handle = std::move(handle);
}

void TakeOfferAway(SecondFactor& factor) {
  factor.offered.clear();
  factor.offered_until = {};
  factor.offered_failures = 0;
}

}  // namespace

access::Caller SelfOf(const Session& session) { return ActingFor(session.caller.user, session.caller.origin); }

Error NoChallenge() { return Invalid("no-challenge", "nothing was asked of the passkey, or too long ago: try again", "通行密钥验证已超时或已失效，请重试"); }

Result<std::shared_ptr<const Session>> OwnAccount::Person(std::string_view secret, Missing allowed) {
  QX_TRY(std::shared_ptr<const Session> session, sessions_.Find(secret));
  QX_DO(CheckWhole(*session, allowed));
  if (session->token) {
    return MakeError(ErrorCategory::kForbidden, "not-with-a-token", "this is done on the page, by whoever is signed in there", "请登录网页后由本人操作，不能使用令牌");
  }
  return session;
}

// A wrong one is counted before it is refused.
Status OwnAccount::ProvePassword(Account& account, std::string_view password, Instant now, const access::Caller& by) {
  QX_DO(CheckLock(account.locked_until, now));
  if (PasswordFits(account.password_hash, password)) return Ok();
  CountFailure(account, now);
  QX_DO(WriteAccount(*tools_.store, account, "wrong-password", by));
  return Invalid("wrong-password", "the current password is wrong", "当前密码不正确");
}

Status OwnAccount::Prove(Account& account, const Proof& proof, const std::optional<PasskeyChallenge>& challenge, Instant now, const access::Caller& by) {
  QX_DO(ProvePassword(account, proof.password, now, by));
  if (!account.factor.enrolled()) return Ok();
  if (challenge) {
    Status used = UsePasskey(account.factor, *proof.passkey, *challenge, now);
    if (used.ok()) return used;
    CountFailure(account, now);
    QX_DO(WriteAccount(*tools_.store, account, "wrong-passkey", by));
    return used;
  }
  const CodeCheck checked = UseCode(account.factor, proof.code, now);
  if (checked == CodeCheck::kRight) return Ok();
  CountFailure(account, now);
  QX_DO(WriteAccount(*tools_.store, account, "wrong-code", by));
  return NotThisCode(checked, ErrorCategory::kInvalid);
}

Result<std::optional<PasskeyChallenge>> OwnAccount::TakeFor(const Proof& proof, std::string_view secret) {
  std::optional<PasskeyChallenge> challenge;
  if (!proof.passkey) return challenge;
  challenge = challenges_.Take(Sessions::IdOf(secret), PasskeyWork::kShow, tools_.clock->Now());
  if (!challenge) return NoChallenge();
  return challenge;
}

Result<std::shared_ptr<const Session>> OwnAccount::ChangePassword(std::string_view secret, std::string_view current, std::string_view wanted) {
  QX_TRY(std::shared_ptr<const Session> session, sessions_.Find(secret));
  QX_DO(CheckWhole(*session, Missing::kPassword));
  QX_DO(RetryConflicts([&]() -> Status {
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    QX_DO(ProvePassword(account, current, tools_.clock->Now(), SelfOf(*session)));
    QX_DO(CheckPassword(wanted, account.user));
    QX_DO(CheckNotUsedBefore(account, wanted));
    SetPassword(account, wanted, *tools_.random);
    account.must_change = false;
    ForgetFailures(account);
    return WriteAccount(*tools_.store, account, "password", SelfOf(*session));
  }));
  QX_DO(sessions_.EndAll(session->caller.user, secret, false));
  QX_DO(ForgetOneTimePassword(tools_.directory, session->caller.user));
  return sessions_.Find(secret);
}

Result<SignedIn> OwnAccount::PresentCode(std::string_view secret, std::string_view code, std::string_view origin) {
  QX_TRY(std::shared_ptr<const Session> half, sessions_.Find(secret));
  if (!half->needs_code) {
    return MakeError(ErrorCategory::kConflict, "whole-already", "this session needs no code", "该会话无需验证码");
  }
  return RetryConflicts([&] { return TryCode(secret, *half, code, origin); });
}

Result<SignedIn> OwnAccount::TryCode(std::string_view secret, const Session& half, std::string_view code, std::string_view origin) {
  const Instant now = tools_.clock->Now();
  QX_TRY(Account account, ReadAccount(*tools_.store, half.caller.user));
  QX_DO(CheckLock(account.locked_until, now));
  const CodeCheck checked = UseCode(account.factor, code, now);
  if (checked != CodeCheck::kRight) return Refuse(secret, account, "wrong-code", NotThisCode(checked, ErrorCategory::kUnauthenticated), now, origin);
  return Enter(secret, account, now, origin);
}

// Written before the session begins: of two who present one code at once only one comes in.
Result<SignedIn> OwnAccount::Enter(std::string_view secret, Account& account, Instant now, std::string_view origin) {
  ForgetFailures(account);
  QX_DO(WriteAccount(*tools_.store, account, "sign-in", ActingFor(account.user, origin)));
  QX_DO(sessions_.End(secret));
  return sessions_.Start(account, false, {now.microseconds + limits::kSessionHours * 60 * kMinute}, origin);
}

Error OwnAccount::Refuse(std::string_view secret, Account& account, std::string_view reason, Error why, Instant now, std::string_view origin) {
  CountFailure(account, now);
  Status written = WriteAccount(*tools_.store, account, reason, ActingFor(account.user, origin));
  if (!written.ok()) return std::move(written).error();
  Status counted = sessions_.CountWrongCode(secret);
  if (!counted.ok()) return std::move(counted).error();
  why.category = ErrorCategory::kUnauthenticated;
  if (sessions_.Look(secret).ok()) return why;
  return MakeError(ErrorCategory::kUnauthenticated, "too-many-codes", "too many wrong codes: sign in with your password again", "验证码错误次数过多，请重新输入密码登录");
}

Result<FactorState> OwnAccount::Factor(std::string_view secret) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kFactor));
  QX_TRY(const Account account, ReadAccount(*tools_.store, session->caller.user));
  FactorState state;
  state.enrolled = account.factor.enrolled();
  state.codes = account.factor.has_codes();
  state.passkeys = account.factor.passkeys.size();
  state.since = account.factor.since;
  state.recovery_codes = account.factor.recovery.size();
  if (tools_.needs_factor) {
    QX_TRY(state.required, tools_.needs_factor(account.role));
  }
  return state;
}

Result<FactorOffer> OwnAccount::OfferFactor(std::string_view secret, const Proof& proof) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kFactor));
  QX_TRY(const std::optional<PasskeyChallenge> challenge, TakeFor(proof, secret));
  return RetryConflicts([&]() -> Result<FactorOffer> {
    const Instant now = tools_.clock->Now();
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    if (account.factor.has_codes()) {
      return MakeError(ErrorCategory::kConflict, "factor-exists", "there is a second factor already: take it away first", "已设置两步验证，请先关闭再重新设置");
    }
    QX_DO(Prove(account, proof, challenge, now, SelfOf(*session)));
    TakeOfferAway(account.factor);
    account.factor.offered = NewCodeSecret(*tools_.random);
    account.factor.offered_until = {now.microseconds + limits::kEnrolMinutes * kMinute};
    QX_DO(WriteAccount(*tools_.store, account, "factor-offer", SelfOf(*session)));
    return FactorOffer{crypto::Base32(account.factor.offered), CodeUri(account.user, account.factor.offered)};
  });
}

Result<std::vector<std::string>> OwnAccount::ConfirmFactor(std::string_view secret, std::string_view code) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kFactor));
  QX_TRY(std::vector<std::string> codes, RetryConflicts([&]() -> Result<std::vector<std::string>> {
           const Instant now = tools_.clock->Now();
           QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
           SecondFactor& factor = account.factor;
           if (factor.offered.empty() || now >= factor.offered_until) {
             return Invalid("no-offer", "there is no secret to confirm, or it is too old: begin again", "没有待确认的密钥或已过期，请重新开始设置");
           }
           int64_t step = 0;
           if (CheckTimeCode(factor.offered, 0, code, now, step) != CodeCheck::kRight) {
             // Whoever holds the session but not the secret must not find a code by trying: it would give codes for paper.
             if (++factor.offered_failures >= limits::kEnrolTries) TakeOfferAway(factor);
             QX_DO(WriteAccount(*tools_.store, account, "wrong-code", SelfOf(*session)));
             return NotThisCode(CodeCheck::kWrong, ErrorCategory::kInvalid);
           }
           const bool is_first = !factor.enrolled();
           factor.secret = factor.offered;
           factor.since = now;
           factor.last_step = step;
           TakeOfferAway(factor);
           std::vector<std::string> made;
           if (is_first) made = NewRecoveryCodes(factor, *tools_.random);
           QX_DO(WriteAccount(*tools_.store, account, "factor-confirm", SelfOf(*session)));
           return made;
         }));
  QX_DO(sessions_.EndAll(session->caller.user, secret, false));
  return codes;
}

Status OwnAccount::RemoveFactor(std::string_view secret, const Proof& proof) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  QX_TRY(const std::optional<PasskeyChallenge> challenge, TakeFor(proof, secret));
  QX_DO(RetryConflicts([&]() -> Status {
    const Instant now = tools_.clock->Now();
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    if (!account.factor.has_codes()) return NoFactor();
    QX_DO(Prove(account, proof, challenge, now, SelfOf(*session)));
    TakeCodesAway(account.factor);
    return WriteAccount(*tools_.store, account, "factor-remove", SelfOf(*session));
  }));
  sessions_.Forget();   // the role may ask for a new one now
  return Ok();
}

Result<std::vector<std::string>> OwnAccount::RenewRecoveryCodes(std::string_view secret, const Proof& proof) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  QX_TRY(const std::optional<PasskeyChallenge> challenge, TakeFor(proof, secret));
  return RetryConflicts([&]() -> Result<std::vector<std::string>> {
    const Instant now = tools_.clock->Now();
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    if (!account.factor.enrolled()) return NoFactor();
    QX_DO(Prove(account, proof, challenge, now, SelfOf(*session)));
    std::vector<std::string> codes = NewRecoveryCodes(account.factor, *tools_.random);
    QX_DO(WriteAccount(*tools_.store, account, "factor-codes", SelfOf(*session)));
    return codes;
  });
}

Result<std::vector<OwnSession>> OwnAccount::List(std::string_view secret) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  QX_TRY(const auto own, sessions_.Of(session->caller.user));
  const std::string current = Sessions::IdOf(secret);
  std::vector<OwnSession> list;
  for (const auto& [id, stored] : own) {
    list.push_back({id, stored.origin, stored.token, stored.client, id == current, stored.created, stored.last_used, stored.expires});
  }
  return list;
}

Status OwnAccount::EndSession(std::string_view secret, std::string_view id) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  return sessions_.EndOne(session->caller.user, id);
}

Status OwnAccount::EndSessions(std::string_view secret, bool tokens_too) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  return sessions_.EndAll(session->caller.user, "", tokens_too);
}

}  // namespace qianxian::auth
