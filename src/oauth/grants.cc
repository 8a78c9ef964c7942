#include "oauth/grants.h"

#include <algorithm>

#include "auth/sessions.h"
#include "base/limits_oauth.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "json/writer.h"
#include "oauth/client_login.h"
#include "oauth/errors.h"
#include "oauth/request.h"

namespace qianxian::oauth {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kCodeKept = 24 * kHour;      // after its end, so that a second use is known as one

access::Caller Self() { return access::SystemCaller("oauth"); }

Instant After(Instant now, int64_t seconds) { return {now.microseconds + seconds * kSecond}; }

Error NoGrant() { return InvalidGrant("this is not good, was used before, or has ended", "该授权无效、已被使用或已过期"); }

std::string ToJson(std::string_view type, const GrantRecord& grant) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", type).Member("client", grant.client).Member("user", grant.user).Member("scope", grant.scope);
  writer.MemberIfAny("redirectUri", grant.redirect_uri).MemberIfAny("challenge", grant.challenge).MemberIfAny("session", grant.session);
  writer.MemberIfAny("nonce", grant.nonce).MemberIfAny("anchor", grant.anchor).Member("used", grant.used);
  writer.Member("expires", grant.expires.microseconds).Member("ends", grant.ends.microseconds).EndObject();
  return writer.Take();
}

Instant InstantOf(json::Value root, std::string_view name) {
  const auto value = root.Find(name);
  return {value && value->IsNumber() ? value->AsInteger().value_or(0) : 0};
}

Result<GrantRecord> FromJson(std::string body, uint64_t version) {
  QX_TRY(const json::Document document, json::Document::Parse(std::move(body)));
  const json::Value root = document.root();
  GrantRecord grant;
  grant.client = root.FindString("client");
  grant.user = root.FindString("user");
  grant.scope = root.FindString("scope");
  grant.redirect_uri = root.FindString("redirectUri");
  grant.challenge = root.FindString("challenge");
  grant.session = root.FindString("session");
  grant.nonce = root.FindString("nonce");
  grant.anchor = root.FindString("anchor");
  const auto used = root.Find("used");
  grant.used = !used || !used->IsBoolean() || used->AsBoolean();
  grant.expires = InstantOf(root, "expires");
  grant.ends = InstantOf(root, "ends");
  grant.version = version;
  return grant;
}

store::Change Put(std::string_view type, const std::string& secret, const GrantRecord& grant) {
  store::Change change;
  change.type = type;
  change.id = crypto::Sha256Hex(secret);
  change.body = ToJson(type, grant);
  change.if_version = grant.version;
  return change;
}

}  // namespace

Result<GrantRecord> Grants::Read(std::string_view type, const std::string& secret) {
  if (secret.empty()) return NoGrant();
  QX_TRY(const auto snapshot, tools_.store->OpenSnapshot(Self()));
  Result<store::Resource> found = snapshot->Read(type, crypto::Sha256Hex(secret));
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return NoGrant();
  if (!found.ok()) return std::move(found).error();
  return FromJson(std::move(found->body), found->version);
}

Result<bool> Grants::IsAlive(const std::string& session_id) {
  QX_TRY(const auto snapshot, tools_.store->OpenSnapshot(Self()));
  const Result<store::Resource> found = snapshot->Read(auth::kSessionType, session_id);
  if (!found.ok() && found.error().category != ErrorCategory::kNotFound) return found.error();
  return found.ok();
}

Status Grants::Exchange(std::string_view type, const std::string& secret, GrantRecord used, const std::string& new_secret, const GrantRecord* refresh) {
  used.used = true;
  store::CommitRequest request;
  request.changes.push_back(Put(type, secret, used));
  if (refresh) request.changes.push_back(Put(kRefreshType, new_secret, *refresh));
  request.reason = "grant-use";
  QX_DO(tools_.store->Commit(Self(), std::move(request)));
  return Ok();
}

Result<Given> Grants::GiveAccess(const Client& client, const std::string& user, const std::string& scope, const std::string& anchor, std::string_view origin) {
  Result<auth::SignedIn> access = tools_.auth->StartGranted(user, {client.id, scope, anchor}, After(tools_.clock->Now(), limits::kAccessTokenSeconds), origin);
  if (!access.ok()) return access.error().category == ErrorCategory::kUnavailable ? access.error() : NoGrant();
  Given given;
  given.access_token = std::move(access->secret);
  given.session = std::move(access->session);
  given.scope = scope;
  given.expires_in_seconds = limits::kAccessTokenSeconds;
  return given;
}

Result<std::string> Grants::NewCode(GrantRecord grant) {
  RemoveOld();
  grant.expires = After(tools_.clock->Now(), limits::kCodeSeconds);
  grant.ends = {grant.expires.microseconds + kCodeKept};
  grant.used = false;
  grant.version = 0;
  std::string code = crypto::NewSecret(*tools_.random);
  store::CommitRequest request;
  request.changes.push_back(Put(kCodeType, code, grant));
  request.reason = "grant-code";
  QX_DO(tools_.store->Commit(Self(), std::move(request)));
  return code;
}

Result<Given> Grants::UseCode(const Client& client, const CodeUse& use, std::string_view origin) {
  QX_TRY(GrantRecord grant, Read(kCodeType, use.code));
  if (grant.client != client.id) return NoGrant();
  if (grant.used) {
    LogWarning("a code of the program " + client.id + " was used twice: what it gave ends");
    if (!grant.anchor.empty()) QX_DO(tools_.auth->EndGranted(grant.anchor));
    return NoGrant();
  }
  const Instant now = tools_.clock->Now();
  if (now >= grant.expires || grant.redirect_uri != use.redirect_uri) return NoGrant();
  const std::string challenge = ChallengeOf(use.verifier);
  if (challenge.empty() || !crypto::EqualInConstantTime(challenge, grant.challenge)) return NoGrant();
  QX_TRY(const bool signed_in, IsAlive(grant.session));
  if (!signed_in) return NoGrant();
  // The anchor first, so that whoever comes second finds in the code what he must end.
  Words words;
  QX_TRY(words, ReadWords(grant.scope, tools_.is_type));
  const bool offline = words.Has("offline_access");
  const Instant ends = After(now, offline ? limits::kRefreshWholeSeconds : limits::kAccessTokenSeconds);
  Result<auth::SignedIn> anchor = tools_.auth->StartGranted(grant.user, {client.id, grant.scope, ""}, ends, origin);
  if (!anchor.ok()) return anchor.error().category == ErrorCategory::kUnavailable ? anchor.error() : NoGrant();
  grant.anchor = crypto::Sha256Hex(anchor->secret);
  GrantRecord refresh;
  std::string refresh_token;
  if (offline) {
    refresh.client = client.id;
    refresh.user = grant.user;
    refresh.scope = grant.scope;
    refresh.anchor = grant.anchor;
    refresh.expires = After(now, limits::kRefreshIdleSeconds);
    refresh.ends = ends;
    refresh_token = crypto::NewSecret(*tools_.random);
  }
  const Status exchanged = Exchange(kCodeType, use.code, grant, refresh_token, offline ? &refresh : nullptr);
  if (!exchanged.ok()) {
    QX_DO(tools_.auth->EndGranted(grant.anchor));
    if (exchanged.error().category != ErrorCategory::kConflict) return exchanged.error();
    QX_TRY(const GrantRecord by_another, Read(kCodeType, use.code));   // who came first had the same code: neither keeps anything
    if (!by_another.anchor.empty()) QX_DO(tools_.auth->EndGranted(by_another.anchor));
    return NoGrant();
  }
  QX_TRY(Given given, GiveAccess(client, grant.user, grant.scope, grant.anchor, origin));
  given.refresh_token = std::move(refresh_token);
  given.nonce = grant.nonce;
  return given;
}

Result<Given> Grants::UseRefresh(const Client& client, const std::string& token, const std::string& scope, std::string_view origin) {
  QX_TRY(GrantRecord grant, Read(kRefreshType, token));
  if (grant.client != client.id) return NoGrant();
  if (grant.used) {
    LogWarning("an old refresh token of the program " + client.id + " was used again: its family ends");
    QX_DO(tools_.auth->EndGranted(grant.anchor));
    return NoGrant();
  }
  const Instant now = tools_.clock->Now();
  if (now >= grant.expires || now >= grant.ends) return NoGrant();
  QX_TRY(const bool alive, IsAlive(grant.anchor));
  if (!alive) return NoGrant();
  std::string narrowed = grant.scope;
  if (!scope.empty()) {
    QX_TRY(const Words wanted, ReadWords(scope, tools_.is_type));
    QX_TRY(const Words whole, ReadWords(grant.scope, tools_.is_type));
    if (wanted.empty() || !IsWithin(wanted, whole)) return InvalidScope("this is more than was granted", "超出已授权的范围");
    narrowed = wanted.Text();
  }
  GrantRecord next = grant;
  next.version = 0;
  next.expires = std::min(After(now, limits::kRefreshIdleSeconds), grant.ends);
  std::string next_token = crypto::NewSecret(*tools_.random);
  const Status exchanged = Exchange(kRefreshType, token, grant, next_token, &next);
  if (!exchanged.ok()) {
    if (exchanged.error().category != ErrorCategory::kConflict) return exchanged.error();
    QX_DO(tools_.auth->EndGranted(grant.anchor));
    return NoGrant();
  }
  QX_TRY(Given given, GiveAccess(client, grant.user, narrowed, grant.anchor, origin));
  given.refresh_token = std::move(next_token);
  return given;
}

Result<GrantRecord> Grants::LookRefresh(const std::string& token) {
  QX_TRY(GrantRecord grant, Read(kRefreshType, token));
  const Instant now = tools_.clock->Now();
  QX_TRY(const bool alive, IsAlive(grant.anchor));
  if (grant.used || !alive || now >= grant.expires || now >= grant.ends) return NoGrant();
  return grant;
}

Status Grants::RevokeRefresh(const Client& client, const std::string& token) {
  const Result<GrantRecord> grant = Read(kRefreshType, token);
  if (!grant.ok()) return grant.error().code == "invalid_grant" ? Ok() : Status(grant.error());
  if (grant->client != client.id) return Ok();
  return tools_.auth->EndGranted(grant->anchor);
}

// Once an hour: what cannot be used or reused any more goes out of the store. History keeps that it was there.
void Grants::RemoveOld() {
  const int64_t now = tools_.clock->Now().microseconds;
  int64_t cleaned = cleaned_at_;
  if (cleaned != 0 && now - cleaned < kHour) return;
  if (!cleaned_at_.compare_exchange_strong(cleaned, now)) return;
  constexpr size_t kPage = 1000;
  const auto remove = [&](std::string_view type) -> Status {
    QX_TRY(const auto snapshot, tools_.store->OpenSnapshot(Self()));
    std::string after;
    while (true) {
      QX_TRY(const std::vector<store::Resource> page, snapshot->Scan(type, after, kPage));
      store::CommitRequest request;
      request.reason = "grant-end";
      for (const store::Resource& record : page) {
        after = record.id;
        QX_TRY(const json::Document document, json::Document::Parse(record.body));
        if (InstantOf(document.root(), "ends").microseconds >= now) continue;
        store::Change change;
        change.kind = store::Change::Kind::kDelete;
        change.type = type;
        change.id = record.id;
        request.changes.push_back(std::move(change));
      }
      if (!request.changes.empty()) QX_DO(tools_.store->Commit(Self(), std::move(request)));
      if (page.size() < kPage) return Ok();
    }
  };
  for (std::string_view type : {kCodeType, kRefreshType, kAssertionType}) {
    const Status removed = remove(type);
    if (!removed.ok()) LogWarning("old grants were not removed: " + Describe(removed.error()));
  }
}

}  // namespace qianxian::oauth
