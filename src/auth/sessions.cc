#include "auth/sessions.h"

#include <mutex>

#include "auth/organizations.h"
#include "base/limits.h"
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

std::string IdOf(std::string_view secret) { return crypto::Sha256Hex(secret); }

std::string ToJson(const StoredSession& stored) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kSessionType).Member("user", stored.user).Member("origin", stored.origin);
  writer.Member("token", stored.token).Member("created", stored.created.microseconds);
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
  auto token = root.Find("token");
  stored.token = token && token->IsBoolean() && token->AsBoolean();
  stored.created = instant("created");
  stored.expires = instant("expires");
  stored.last_used = instant("lastUsed");
  return stored;
}

store::Change PutSession(const std::string& id, const StoredSession& stored) {
  store::Change change;
  change.type = kSessionType;
  change.id = id;
  change.body = ToJson(stored);
  return change;
}

}  // namespace

Result<Account> ReadAccount(store::Store& store, std::string_view user) {
  QX_TRY(auto snapshot, store.OpenSnapshot(access::SystemCaller("auth")));
  Result<store::Resource> found = snapshot->Read(kAccountType, AccountId(user));
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) {
    return NotFound("no-such-user", "there is no user " + std::string(user), "没有这个用户：" + std::string(user));
  }
  if (!found.ok()) return std::move(found).error();
  return AccountFromJson(found->body, found->version);
}

Status WriteAccount(store::Store& store, const Account& account, std::string_view reason) {
  store::Change change;
  change.type = kAccountType;
  change.id = AccountId(account.user);
  change.body = ToJson(account);
  change.if_version = account.version;
  store::CommitRequest request;
  request.changes.push_back(std::move(change));
  request.reason = reason;
  QX_DO(store.Commit(access::SystemCaller("auth"), std::move(request)));
  return Ok();
}

Result<access::Caller> MakeCaller(store::Store& store, const Account& account, std::string_view origin) {
  access::Caller caller;
  caller.user = account.user;
  caller.practitioner = account.practitioner;
  caller.role = account.role;
  caller.whole_county = SeesWholeCounty(account.role);
  caller.origin = origin;
  if (!caller.whole_county) {
    QX_TRY(auto snapshot, store.OpenSnapshot(access::SystemCaller("auth")));
    QX_TRY(caller.organizations, ExpandOrganizations(*snapshot, account.organizations));
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

Result<SignedIn> Sessions::Start(const Account& account, bool token, Instant expires, std::string_view origin) {
  Instant now = tools_.clock->Now();
  RemoveOld(now.microseconds);
  SignedIn signed_in;
  signed_in.secret = crypto::NewSecret(*tools_.random);
  StoredSession stored{account.user, std::string(origin), token, now, expires, now};
  store::CommitRequest request;
  request.changes.push_back(PutSession(IdOf(signed_in.secret), stored));
  request.reason = token ? "token" : "sign-in";
  QX_DO(tools_.store->Commit(access::SystemCaller("auth"), std::move(request)));
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

void Sessions::Keep(const std::string& id, EntryPointer entry) {
  std::unique_lock lock(mutex_);
  entries_[id] = std::move(entry);
}

void Sessions::Drop(const std::string& id) {
  std::unique_lock lock(mutex_);
  entries_.erase(id);
}

void Sessions::Forget() {
  std::unique_lock lock(mutex_);
  entries_.clear();
}

// Reads the session and its account again. The caller (with its organisations) is kept while the account is the same.
Result<Sessions::EntryPointer> Sessions::Load(const std::string& id, const EntryPointer& known) {
  QX_TRY(auto snapshot, tools_.store->OpenSnapshot(access::SystemCaller("auth")));
  Result<store::Resource> record = snapshot->Read(kSessionType, id);
  if (!record.ok()) return record.error().category == ErrorCategory::kNotFound ? NoSession() : record.error();
  QX_TRY(StoredSession stored, FromJson(record->body));
  Result<Account> account = ReadAccount(*tools_.store, stored.user);
  if (!account.ok()) return account.error().category == ErrorCategory::kNotFound ? NoSession() : account.error();
  if (account->disabled) return NoSession();
  auto entry = std::make_shared<Entry>();
  entry->stored = stored;
  entry->account_version = account->version;
  int64_t used = stored.last_used.microseconds;
  entry->last_used = known ? std::max<int64_t>(used, known->last_used) : used;
  entry->last_saved = used;
  entry->checked_at = tools_.clock->Now().microseconds;
  if (known && known->account_version == account->version) {
    entry->session = known->session;
    return entry;
  }
  auto session = std::make_shared<Session>();
  QX_TRY(session->caller, MakeCaller(*tools_.store, *account, stored.origin));
  session->name = account->name;
  session->organizations = account->organizations;
  session->token = stored.token;
  session->must_change = account->must_change && !stored.token;
  session->expires = stored.expires;
  entry->session = std::move(session);
  return entry;
}

// As the store has it, or had it limits::kSessionCheckSeconds ago.
Result<Sessions::EntryPointer> Sessions::Current(const std::string& id, int64_t now) {
  EntryPointer entry = Cached(id);
  if (entry && now - entry->checked_at < limits::kSessionCheckSeconds * kSecond) return entry;
  Result<EntryPointer> loaded = Load(id, entry);
  if (!loaded.ok()) {
    if (loaded.error().category == ErrorCategory::kUnauthenticated) Drop(id);
    return std::move(loaded).error();
  }
  Keep(id, *loaded);
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
  request.changes.push_back(PutSession(id, stored));
  request.reason = "session-used";
  // The use itself must not fail because this could not be written: the session then only seems idle for longer.
  auto committed = tools_.store->Commit(access::SystemCaller("auth"), std::move(request));
  if (!committed.ok()) LogWarning("a session's time of use was not saved: " + Describe(committed.error()));
}

Status Sessions::Delete(const std::vector<std::string>& ids) {
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
  auto committed = tools_.store->Commit(access::SystemCaller("auth"), std::move(request));
  if (!committed.ok() && committed.error().category != ErrorCategory::kNotFound) return std::move(committed).error();
  return Ok();
}

Status Sessions::End(std::string_view secret) {
  QX_TRY(std::shared_ptr<const Session> session, Find(secret));
  std::string id = IdOf(secret);
  QX_DO(Delete({id}));
  Drop(id);
  return Ok();
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
    if (AccountId(stored.user) == AccountId(user) && id != but && (tokens_too || !stored.token)) ids.push_back(id);
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
