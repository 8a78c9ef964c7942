#include "oauth/clients.h"

#include <algorithm>

#include "auth/account_records.h"
#include "base/limits_oauth.h"
#include "crypto/crypto.h"

namespace qianxian::oauth {
namespace {

access::Caller Self() { return access::SystemCaller("oauth"); }

Error NoSuchClient(std::string_view id) {
  return NotFound("no-such-client", "there is no program " + std::string(id.substr(0, 80)), "没有这个应用：" + std::string(id.substr(0, 80)));
}

Client WithoutHash(Client client) {
  client.secret_hash.clear();
  return client;
}

}  // namespace

Result<std::vector<Client>> Clients::All() {
  QX_TRY(const auto snapshot, tools_.store->OpenSnapshot(Self()));
  QX_TRY(const std::vector<store::Resource> records, snapshot->Scan(kClientType, "", limits::kClients + 1));
  std::vector<Client> clients;
  for (const store::Resource& record : records) {
    QX_TRY(Client client, ClientFromJson(record.body, record.version));
    clients.push_back(std::move(client));
  }
  return clients;
}

Result<std::vector<Client>> Clients::List(const access::Caller& caller) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_TRY(std::vector<Client> clients, All());
  for (Client& client : clients) client.secret_hash.clear();
  std::sort(clients.begin(), clients.end(), [](const Client& a, const Client& b) { return std::tie(a.name, a.id) < std::tie(b.name, b.id); });
  return clients;
}

Result<Client> Clients::Find(std::string_view id) {
  QX_TRY(const auto snapshot, tools_.store->OpenSnapshot(Self()));
  Result<store::Resource> found = snapshot->Read(kClientType, id);
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return NoSuchClient(id);
  if (!found.ok()) return std::move(found).error();
  return ClientFromJson(found->body, found->version);
}

Status Clients::Write(const Client& client, std::string_view reason, const access::Caller& by) {
  store::Change change;
  change.type = kClientType;
  change.id = client.id;
  change.body = ToJson(client);
  change.if_version = client.version;
  store::CommitRequest request;
  request.changes.push_back(std::move(change));
  request.reason = reason;
  QX_DO(tools_.store->Commit(auth::ActingFor(by.user, by.origin), std::move(request)));
  return Ok();
}

Result<ClientReceipt> Clients::Add(const access::Caller& caller, Client wanted) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_DO(CheckClient(wanted, tools_.is_type));
  QX_TRY(const std::vector<Client> known, All());
  if (known.size() >= limits::kClients) {
    return MakeError(ErrorCategory::kConflict, "too-many-clients", "there are too many programs already", "应用数量已达上限");
  }
  if (!wanted.account.empty()) QX_DO(auth::CallerOf(*tools_.store, wanted.account));
  wanted.id = NewUuid(*tools_.clock, *tools_.random);
  wanted.version = 0;
  wanted.disabled = false;
  wanted.created = tools_.clock->Now();
  wanted.created_by = caller.user;
  wanted.secret_hash.clear();
  std::string secret;
  if (wanted.login == Login::kSecret) {
    secret = crypto::NewSecret(*tools_.random);
    wanted.secret_hash = crypto::Sha256Hex(secret);
  }
  QX_DO(Write(wanted, "client-add", caller));
  return ClientReceipt{WithoutHash(std::move(wanted)), std::move(secret)};
}

Result<ClientReceipt> Clients::Change(const access::Caller& caller, std::string_view id, const ClientChange& change) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_TRY(Client client, Find(id));
  std::string secret;
  if (change.new_secret) {
    if (client.login != Login::kSecret) return Invalid("bad-client", "this program has no secret", "该应用不使用密码");
    secret = crypto::NewSecret(*tools_.random);
    client.secret_hash = crypto::Sha256Hex(secret);
  }
  if (change.disabled) client.disabled = *change.disabled;
  QX_DO(Write(client, "client-change", caller));
  // Written first: whoever asks from now on is refused, and what was given before ends.
  if (client.disabled) QX_DO(tools_.auth->EndClient(client.id));
  return ClientReceipt{WithoutHash(std::move(client)), std::move(secret)};
}

}  // namespace qianxian::oauth
