// The passkeys of the own account: made, named, removed, and shown at sign-in.
#include <algorithm>

#include "auth/account_records.h"
#include "auth/lock.h"
#include "auth/own_account.h"
#include "auth/second_factor.h"
#include "auth/sessions.h"
#include "base/limits_sign_in.h"
#include "crypto/web_authn.h"

namespace qianxian::auth {
namespace {

std::string Chance(Random& random, size_t bytes) {
  std::string made(bytes, '\0');
  random.Fill(made.data(), made.size());
  return made;
}

std::vector<Passkey> OfSite(const SecondFactor& factor, const Site& site) {
  std::vector<Passkey> found;
  for (const Passkey& passkey : factor.passkeys) {
    if (passkey.site == site.id) found.push_back(passkey);
  }
  return found;
}

std::vector<Passkey>::iterator FindById(SecondFactor& factor, std::string_view id) {
  return std::find_if(factor.passkeys.begin(), factor.passkeys.end(), [&](const Passkey& each) { return each.id == id; });
}

Error NoSuchPasskey() { return NotFound("no-such-passkey", "there is no such passkey of yours", "没有这个通行密钥"); }

Status CheckRoom(const SecondFactor& factor) {
  if (factor.passkeys.size() < limits::kPasskeys) return Ok();
  const std::string most = std::to_string(limits::kPasskeys);
  return MakeError(ErrorCategory::kConflict, "too-many-passkeys", "an account has at most " + most + " passkeys: remove one first", "每个账号最多 " + most + " 个通行密钥，请先删除一个");
}

PasskeyChallenge NewChallenge(Random& random, const Site& site, Instant now) {
  return {Chance(random, limits::kPasskeyChallengeBytes), site, "", {now.microseconds + int64_t{limits::kPasskeyChallengeSeconds} * 1'000'000}};
}

}  // namespace

Result<PasskeyAsk> OwnAccount::AskPasskey(std::string_view secret, std::string_view address) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kCode));
  QX_TRY(const Site site, SiteOf(address));
  QX_TRY(const Account account, ReadAccount(*tools_.store, session->caller.user));
  const Instant now = tools_.clock->Now();
  QX_DO(CheckLock(account.locked_until, now));
  PasskeyAsk ask;
  ask.site = site;
  ask.known = OfSite(account.factor, site);
  if (ask.known.empty()) {
    return MakeError(ErrorCategory::kConflict, "no-passkey", "this account has no passkey for " + site.id, "该账号没有 " + site.id + " 的通行密钥");
  }
  PasskeyChallenge challenge = NewChallenge(*tools_.random, site, now);
  ask.challenge = challenge.bytes;
  challenges_.Keep(Sessions::IdOf(secret), PasskeyWork::kShow, std::move(challenge), now);
  return ask;
}

Result<SignedIn> OwnAccount::PresentPasskey(std::string_view secret, const PasskeyAnswer& answer, std::string_view origin) {
  QX_TRY(std::shared_ptr<const Session> half, sessions_.Find(secret));
  if (!half->needs_code) {
    return MakeError(ErrorCategory::kConflict, "whole-already", "this session needs no code", "该会话无需验证码");
  }
  const std::optional<PasskeyChallenge> challenge = challenges_.Take(Sessions::IdOf(secret), PasskeyWork::kShow, tools_.clock->Now());
  if (!challenge) return NoChallenge();
  return RetryConflicts([&] { return TryPasskey(secret, *half, answer, *challenge, origin); });
}

Result<SignedIn> OwnAccount::TryPasskey(std::string_view secret, const Session& half, const PasskeyAnswer& answer, const PasskeyChallenge& challenge,
                                        std::string_view origin) {
  const Instant now = tools_.clock->Now();
  QX_TRY(Account account, ReadAccount(*tools_.store, half.caller.user));
  QX_DO(CheckLock(account.locked_until, now));
  Status used = UsePasskey(account.factor, answer, challenge, now);
  if (!used.ok()) return Refuse(secret, account, "wrong-passkey", std::move(used).error(), now, origin);
  return Enter(secret, account, now, origin);
}

Result<std::vector<Passkey>> OwnAccount::Passkeys(std::string_view secret) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kFactor));
  QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
  return std::move(account.factor.passkeys);
}

Result<PasskeyAsk> OwnAccount::OfferPasskey(std::string_view secret, const Proof& proof, std::string_view address) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kFactor));
  QX_TRY(const Site site, SiteOf(address));
  QX_TRY(const std::optional<PasskeyChallenge> shown, TakeFor(proof, secret));
  PasskeyAsk ask;
  ask.site = site;
  QX_DO(RetryConflicts([&]() -> Status {
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    QX_DO(CheckRoom(account.factor));
    QX_DO(Prove(account, proof, shown, tools_.clock->Now(), SelfOf(*session)));
    if (account.factor.handle.empty()) account.factor.handle = Chance(*tools_.random, limits::kPasskeyHandleBytes);
    QX_DO(WriteAccount(*tools_.store, account, "passkey-offer", SelfOf(*session)));
    ask.known = OfSite(account.factor, site);
    ask.user = account.user;
    ask.name = account.name.empty() ? account.user : account.name;
    ask.handle = account.factor.handle;
    return Ok();
  }));
  const Instant now = tools_.clock->Now();
  PasskeyChallenge challenge = NewChallenge(*tools_.random, site, now);
  challenge.handle = ask.handle;
  ask.challenge = challenge.bytes;
  challenges_.Keep(Sessions::IdOf(secret), PasskeyWork::kMake, std::move(challenge), now);
  return ask;
}

// WebAuthn §7.1 step 22: an id is one account's.
Status OwnAccount::CheckNobodyHas(std::string_view id) {
  QX_TRY(auto snapshot, tools_.store->OpenSnapshot(access::SystemCaller("auth")));
  QX_TRY(std::vector<Account> accounts, AllAccounts(*snapshot));
  for (Account& account : accounts) {
    if (FindById(account.factor, id) == account.factor.passkeys.end()) continue;
    return MakeError(ErrorCategory::kConflict, "passkey-exists", "this passkey is there already", "该通行密钥已登记");
  }
  return Ok();
}

Result<PasskeyReceipt> OwnAccount::AddPasskey(std::string_view secret, std::string_view name, const MadePasskey& made) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kFactor));
  PasskeyReceipt receipt;
  QX_TRY(receipt.passkey.name, CleanPasskeyName(name));
  const Instant now = tools_.clock->Now();
  const std::optional<PasskeyChallenge> challenge = challenges_.Take(Sessions::IdOf(secret), PasskeyWork::kMake, now);
  if (!challenge) return NoChallenge();
  const crypto::PasskeyRules rules{challenge->bytes, challenge->site.origin, challenge->site.id, false};
  QX_TRY(crypto::NewPasskey checked, crypto::CheckRegistration(made.client_data, made.attestation, rules));
  QX_DO(CheckNobodyHas(checked.id));
  receipt.passkey.id = std::move(checked.id);
  receipt.passkey.public_key = std::move(checked.public_key);
  receipt.passkey.counter = checked.counter;
  receipt.passkey.site = challenge->site.id;
  receipt.passkey.transports = KnownTransports(made.transports);
  receipt.passkey.created = now;
  bool is_first = false;
  QX_DO(RetryConflicts([&]() -> Status {
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    SecondFactor& factor = account.factor;
    if (factor.handle != challenge->handle) return NoChallenge();   // taken away by an administrator meanwhile
    QX_DO(CheckRoom(factor));
    is_first = !factor.enrolled();
    factor.passkeys.push_back(receipt.passkey);
    receipt.recovery_codes = is_first ? NewRecoveryCodes(factor, *tools_.random) : std::vector<std::string>();
    return WriteAccount(*tools_.store, account, "passkey-add", SelfOf(*session));
  }));
  if (is_first) QX_DO(sessions_.EndAll(session->caller.user, secret, false));
  return receipt;
}

Result<Passkey> OwnAccount::RenamePasskey(std::string_view secret, std::string_view id, std::string_view name) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  QX_TRY(const std::string wanted, CleanPasskeyName(name));
  return RetryConflicts([&]() -> Result<Passkey> {
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    const auto found = FindById(account.factor, id);
    if (found == account.factor.passkeys.end()) return NoSuchPasskey();
    found->name = wanted;
    Passkey renamed = *found;
    QX_DO(WriteAccount(*tools_.store, account, "passkey-rename", SelfOf(*session)));
    return renamed;
  });
}

Status OwnAccount::RemovePasskey(std::string_view secret, std::string_view id, const Proof& proof) {
  QX_TRY(std::shared_ptr<const Session> session, Person(secret, Missing::kNothing));
  QX_TRY(const std::optional<PasskeyChallenge> challenge, TakeFor(proof, secret));
  QX_DO(RetryConflicts([&]() -> Status {
    QX_TRY(Account account, ReadAccount(*tools_.store, session->caller.user));
    const auto found = FindById(account.factor, id);
    if (found == account.factor.passkeys.end()) return NoSuchPasskey();
    QX_DO(Prove(account, proof, challenge, tools_.clock->Now(), SelfOf(*session)));
    account.factor.passkeys.erase(found);
    if (!account.factor.enrolled()) account.factor = {};   // with the last part the codes on paper go too
    return WriteAccount(*tools_.store, account, "passkey-remove", SelfOf(*session));
  }));
  sessions_.Forget();   // the role may ask for a new one now
  return Ok();
}

}  // namespace qianxian::auth
