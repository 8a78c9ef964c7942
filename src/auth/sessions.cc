#include "auth/sessions.h"

#include <algorithm>
#include <mutex>

#include "auth/account_records.h"
#include "base/limits.h"
#include "base/limits_sign_in.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::auth {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;

Error NoSession() {
  return MakeError(ErrorCategory::kUnauthenticated, "no-session", "please sign in: there is no such session, or it has ended",
                   "请登录：会话不存在或已过期");
}

std::string ToJson(const StoredSession& stored) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kSessionType).Member("user", stored.user).Member("origin", stored.origin);
  writer.Member("token", stored.token).Member("needsCode", stored.needs_code).Member("wrongCodes", stored.wrong_codes);
  writer.MemberIfAny("client", stored.client).MemberIfAny("scope", stored.scope).MemberIfAny("anchor", stored.anchor);
  writer.Member("created", stored.created.microseconds);
  writer.Member("expires", stored.expires.microseconds).Member("lastUsed", stored.last_used.microseconds).EndObject();
  return writer.Take();
}

Result<StoredSession> FromJson(const std::string& body) {
  QX_TRY(json::Document document, json::Document::Parse(body));
  json::Value root = document.root();
  auto instant = [&](std::string_view name) {
    auto value = root.Find(name);
    return Instant{value && value->IsNumber() ? value->AsInteger().value_or(0) : 0};
  };
  StoredSession stored;
  stored.user = root.FindString("user");
  stored.origin = root.FindString("origin");
  auto flag = [&](std::string_view name) {
    auto value = root.Find(name);
    return value && value->IsBoolean() && value->AsBoolean();
  };
  stored.token = flag("token");
  stored.needs_code = flag("needsCode");
  stored.wrong_codes = static_cast<int>(instant("wrongCodes").microseconds);
  stored.client = root.FindString("client");
  stored.scope = root.FindString("scope");
  stored.anchor = root.FindString("anchor");
  stored.created = instant("created");
  stored.expires = instant("expires");
  stored.last_used = instant("lastUsed");
  return stored;
}

// Somebody looks: at the page, or through a program that acts for him. A token of the command line, and a program that comes in its own
// name, is a machine's.
bool IsOfAPerson(const StoredSession& stored) {
  return !stored.token || (!stored.client.empty() && stored.scope.find("system/") == std::string::npos);
}

// Over the version that was read (0: a new one): a session that was ended meanwhile stays so.
store::Change PutSession(const std::string& id, const StoredSession& stored, uint64_t version) {
  store::Change change;
  change.if_version = version;
  change.type = kSessionType;
  change.id = id;
  change.body = ToJson(stored);
  return change;
}

}  // namespace

std::string Sessions::IdOf(std::string_view secret) { return crypto::Sha256Hex(secret); }

Result<SignedIn> Sessions::Start(const Account& account, bool token, Instant expires, std::string_view origin) {
  StoredSession stored;
  stored.user = account.user;
  stored.origin = origin;
  stored.token = token;
  stored.expires = expires;
  return Begin(stored, token ? "token" : "sign-in");
}

Result<SignedIn> Sessions::StartGranted(const Account& account, const Grant& grant, Instant expires, std::string_view origin) {
  QX_CHECK(!grant.client.empty(), "a grant to nobody");
  StoredSession stored;
  stored.user = account.user;
  stored.origin = origin;
  stored.token = true;
  stored.client = grant.client;
  stored.scope = grant.scope;
  stored.anchor = grant.anchor;
  stored.expires = expires;
  return Begin(stored, "grant");
}

Result<SignedIn> Sessions::StartHalf(const Account& account, std::string_view origin) {
  StoredSession stored;
  stored.user = account.user;
  stored.origin = origin;
  stored.needs_code = true;
  stored.expires = {tools_.clock->Now().microseconds + limits::kHalfSessionMinutes * kMinute};
  return Begin(stored, "sign-in-half");
}

Result<SignedIn> Sessions::Begin(const StoredSession& stored, std::string_view reason) {
  Instant now = tools_.clock->Now();
  RemoveOld(now.microseconds);
  SignedIn signed_in;
  signed_in.secret = crypto::NewSecret(*tools_.random);
  StoredSession begun = stored;
  begun.created = now;
  begun.last_used = now;
  store::CommitRequest request;
  request.changes.push_back(PutSession(IdOf(signed_in.secret), begun, 0));
  request.reason = reason;
  QX_DO(tools_.store->Commit(ActingFor(stored.user, stored.origin), std::move(request)));
  QX_TRY(signed_in.session, Find(signed_in.secret));
  return signed_in;
}

bool Sessions::IsOver(const StoredSession& stored, int64_t last_used, int64_t now) const {
  if (now >= stored.expires.microseconds) return true;
  return !stored.token && now - last_used >= limits::kSessionIdleMinutes * kMinute;
}

Sessions::EntryPointer Sessions::Cached(const std::string& id) {
  std::shared_lock lock(mutex_);
  auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second;
}

void Sessions::Keep(const std::string& id, EntryPointer entry, uint64_t read_at) {
  std::unique_lock lock(mutex_);
  if (ended_ == read_at) entries_[id] = std::move(entry);
}

// What was never known here (made-up secrets) must not make everybody's sessions be read again.
void Sessions::Drop(const std::string& id) {
  std::unique_lock lock(mutex_);
  if (entries_.erase(id) > 0) ++ended_;
}

void Sessions::Forget() {
  std::unique_lock lock(mutex_);
  ++ended_;
  entries_.clear();
}

// Reads the session and its account again. The caller (with its organisations) is kept while the account is the same.
Result<Sessions::EntryPointer> Sessions::Load(const std::string& id, const EntryPointer& known) {
  QX_TRY(auto snapshot, tools_.store->OpenSnapshot(access::SystemCaller("auth")));
  Result<store::Resource> record = snapshot->Read(kSessionType, id);
  if (!record.ok()) return record.error().category == ErrorCategory::kNotFound ? NoSession() : record.error();
  QX_TRY(StoredSession stored, FromJson(record->body));
  if (!stored.anchor.empty()) {
    Result<store::Resource> anchor = snapshot->Read(kSessionType, stored.anchor);
    if (!anchor.ok()) return anchor.error().category == ErrorCategory::kNotFound ? NoSession() : anchor.error();
  }
  Result<Account> account = ReadAccount(*tools_.store, stored.user);
  if (!account.ok()) return account.error().category == ErrorCategory::kNotFound ? NoSession() : account.error();
  if (account->disabled) return NoSession();
  auto entry = std::make_shared<Entry>();
  entry->stored = stored;
  entry->version = record->version;
  entry->account_version = account->version;
  int64_t used = stored.last_used.microseconds;
  entry->last_used = known ? std::max<int64_t>(used, known->last_used) : used;
  entry->last_saved = used;
  entry->checked_at = tools_.clock->Now().microseconds;
  bool must_enrol = false;
  if (!stored.token && !stored.needs_code && !account->factor.enrolled() && tools_.needs_factor) {
    QX_TRY(must_enrol, tools_.needs_factor(account->role));
  }
  // What others took over from an administrator is no change of his account.
  unsigned handed_over = 0;
  if (account->role == access::Role::kAdministrator) {
    QX_TRY(handed_over, HandedOver(*snapshot));
  }
  if (known && known->account_version == account->version && known->session->must_enrol == must_enrol &&
      known->session->caller.handed_over == handed_over) {
    entry->session = known->session;
    return entry;
  }
  auto session = std::make_shared<Session>();
  session->token = stored.token;
  session->expires = stored.expires;
  session->needs_code = stored.needs_code;
  if (stored.needs_code) {
    // Only the password was right so far: whatever forgot to ask CheckWhole gets somebody who may see nothing.
    session->caller.user = account->user;
    session->caller.role = access::Role::kHospitalIt;
    session->by_code = account->factor.has_codes();
    session->by_passkey = !account->factor.passkeys.empty();
    entry->session = std::move(session);
    return entry;
  }
  QX_TRY(session->caller, MakeCaller(*tools_.store, *account, stored.origin));
  session->caller.masked = access::SeesMasked(account->role) && IsOfAPerson(stored);
  if (!stored.client.empty()) {
    session->caller.client = stored.client;
    QX_TRY(session->caller.scope, access::ParseGrantedScope(stored.scope));
    session->scope = stored.scope;
  }
  session->name = account->name;
  session->organizations = account->organizations;
  session->must_change = account->must_change && !stored.token;
  session->must_enrol = must_enrol;
  entry->session = std::move(session);
  return entry;
}

// As the store has it, or had it limits::kSessionCheckSeconds ago.
Result<Sessions::EntryPointer> Sessions::Current(const std::string& id, int64_t now) {
  EntryPointer entry;
  uint64_t read_at = 0;
  {
    std::shared_lock lock(mutex_);
    read_at = ended_;
    if (auto found = entries_.find(id); found != entries_.end()) entry = found->second;
  }
  if (entry && now - entry->checked_at < limits::kSessionCheckSeconds * kSecond) return entry;
  Result<EntryPointer> loaded = Load(id, entry);
  if (!loaded.ok()) {
    if (loaded.error().category == ErrorCategory::kUnauthenticated) Drop(id);
    return std::move(loaded).error();
  }
  Keep(id, *loaded, read_at);
  return loaded;
}

Result<std::shared_ptr<const Session>> Sessions::Find(std::string_view secret, bool may_write) {
  if (secret.empty()) return NoSession();
  std::string id = IdOf(secret);
  int64_t now = tools_.clock->Now().microseconds;
  QX_TRY(EntryPointer entry, Current(id, now));
  if (IsOver(entry->stored, entry->last_used, now)) {
    Drop(id);
    if (may_write) QX_DO(Delete({id}));
    return NoSession();
  }
  entry->last_used = now;
  if (may_write && !entry->stored.token && now - entry->last_saved >= limits::kSessionSaveMinutes * kMinute) SaveUse(id, *entry, now);
  return entry->session;
}

Result<std::shared_ptr<const Session>> Sessions::Look(std::string_view secret) {
  if (secret.empty()) return NoSession();
  int64_t now = tools_.clock->Now().microseconds;
  QX_TRY(EntryPointer entry, Current(IdOf(secret), now));
  if (IsOver(entry->stored, entry->last_used, now)) return NoSession();
  return entry->session;
}

void Sessions::SaveUse(const std::string& id, Entry& entry, int64_t now) {
  entry.last_saved = now;
  StoredSession stored = entry.stored;
  stored.last_used = {now};
  store::CommitRequest request;
  request.changes.push_back(PutSession(id, stored, entry.version));
  request.reason = "session-used";
  // The use itself must not fail because this could not be written: the session then only seems idle for longer.
  auto committed = tools_.store->Commit(access::SystemCaller("auth"), std::move(request));
  entry.checked_at = 0;   // the record has another version now
  if (committed.ok() || committed.error().category == ErrorCategory::kConflict) return;
  LogWarning("a session's time of use was not saved: " + Describe(committed.error()));
}

Status Sessions::Delete(const std::vector<std::string>& ids, const access::Caller& by) {
  if (ids.empty()) return Ok();
  store::CommitRequest request;
  request.reason = "session-end";
  for (const std::string& id : ids) {
    store::Change change;
    change.kind = store::Change::Kind::kDelete;
    change.type = kSessionType;
    change.id = id;
    request.changes.push_back(std::move(change));
  }
  auto committed = tools_.store->Commit(by, std::move(request));
  if (!committed.ok() && committed.error().category != ErrorCategory::kNotFound) return std::move(committed).error();
  return Ok();
}

Status Sessions::End(std::string_view secret) {
  QX_TRY(std::shared_ptr<const Session> session, Find(secret));
  std::string id = IdOf(secret);
  QX_DO(Delete({id}, ActingFor(session->caller.user, session->caller.origin)));
  Forget();   // also by whoever reads it just now, and what is anchored to it
  return Ok();
}

Status Sessions::EndGranted(std::string_view id) {
  QX_DO(Delete({std::string(id)}));
  Forget();   // what is anchored to it is found out at the next look into the store
  return Ok();
}

Status Sessions::EndClient(std::string_view client) {
  QX_TRY(auto all, All());
  std::vector<std::string> ids;
  for (const auto& [id, stored] : all) {
    if (!client.empty() && stored.client == client) ids.push_back(id);
  }
  QX_DO(Delete(ids));
  Forget();
  return Ok();
}

Status Sessions::CountWrongCode(std::string_view secret) {
  const std::string id = IdOf(secret);
  QX_TRY(EntryPointer entry, Current(id, tools_.clock->Now().microseconds));
  StoredSession stored = entry->stored;
  if (++stored.wrong_codes >= limits::kHalfSessionTries) {
    QX_DO(Delete({id}));
    Forget();
    return Ok();
  }
  store::CommitRequest request;
  request.changes.push_back(PutSession(id, stored, entry->version));
  request.reason = "wrong-code";
  auto committed = tools_.store->Commit(ActingFor(stored.user, stored.origin), std::move(request));
  Drop(id);   // the record has another version now
  if (!committed.ok() && committed.error().category != ErrorCategory::kConflict) return std::move(committed).error();
  return Ok();   // changed meanwhile: another wrong code was counted, or the session has ended
}

Result<std::vector<std::pair<std::string, StoredSession>>> Sessions::Of(std::string_view user) {
  QX_TRY(auto all, All());
  const int64_t now = tools_.clock->Now().microseconds;
  std::erase_if(all, [&](auto& each) {
    StoredSession& stored = each.second;
    if (EntryPointer entry = Cached(each.first)) stored.last_used = {std::max<int64_t>(stored.last_used.microseconds, entry->last_used)};
    return stored.needs_code || !stored.anchor.empty() || AccountId(stored.user) != AccountId(user) || IsOver(stored, stored.last_used.microseconds, now);
  });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second.last_used > b.second.last_used; });
  return all;
}

Status Sessions::EndOne(std::string_view user, std::string_view id) {
  QX_TRY(const auto own, Of(user));
  for (const auto& [each, stored] : own) {
    if (each != id) continue;
    QX_DO(Delete({each}));
    Forget();   // what is anchored to it ends too
    return Ok();
  }
  return NotFound("no-such-session", "there is no such session of yours, or it has ended", "没有这个登录，或已结束");
}

Result<std::vector<std::pair<std::string, StoredSession>>> Sessions::All() {
  constexpr size_t kPage = 1000;
  QX_TRY(auto snapshot, tools_.store->OpenSnapshot(access::SystemCaller("auth")));
  std::vector<std::pair<std::string, StoredSession>> all;
  std::string after;
  while (true) {
    QX_TRY(std::vector<store::Resource> page, snapshot->Scan(kSessionType, after, kPage));
    for (const store::Resource& resource : page) {
      after = resource.id;
      QX_TRY(StoredSession stored, FromJson(resource.body));
      all.emplace_back(resource.id, std::move(stored));
    }
    if (page.size() < kPage) return all;
  }
}

Status Sessions::EndAll(std::string_view user, std::string_view but_secret, bool tokens_too) {
  std::string but = but_secret.empty() ? std::string() : IdOf(but_secret);
  QX_TRY(auto all, All());
  std::vector<std::string> ids;
  for (const auto& [id, stored] : all) {
    if (AccountId(stored.user) == AccountId(user) && id != but && (tokens_too || !stored.token || !stored.client.empty())) ids.push_back(id);
  }
  QX_DO(Delete(ids));
  Forget();   // the account has changed too
  return Ok();
}

// Once an hour, at a sign-in: what has ended by itself goes out of the store. History keeps that it was there.
void Sessions::RemoveOld(int64_t now) {
  int64_t cleaned = cleaned_at_;
  if (cleaned != 0 && now - cleaned < 60 * kMinute) return;
  if (!cleaned_at_.compare_exchange_strong(cleaned, now)) return;
  auto all = All();
  if (!all.ok()) return;
  std::vector<std::string> over;
  for (const auto& [id, stored] : *all) {
    EntryPointer entry = Cached(id);
    // Between two saves another process may know of a later use than the record.
    int64_t used = stored.last_used.microseconds + limits::kSessionSaveMinutes * kMinute;
    if (entry) used = std::max<int64_t>(used, entry->last_used);
    if (IsOver(stored, used, now)) over.push_back(id);
  }
  Status deleted = Delete(over);
  if (!deleted.ok()) LogWarning("old sessions were not removed: " + Describe(deleted.error()));
}

}  // namespace qianxian::auth
