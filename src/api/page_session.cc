#include "api/event_stream.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "auth/own_account.h"
#include "base/limits.h"

namespace qianxian::api {
namespace {

Result<std::vector<std::string>> TextsMember(json::Value body, std::string_view name) {
  std::vector<std::string> texts;
  std::optional<json::Value> list = body.Find(name);
  if (!list || list->IsNull()) return texts;
  for (json::Value item : list->Elements()) {
    if (!item.IsString()) return Invalid("bad-body", std::string(name) + " must be a list of texts", std::string(name) + " 应为文本列表");
    texts.emplace_back(item.AsString());
  }
  return texts;
}

http::Response AccountResponse(const auth::AccountReceipt& receipt, Instant now, int status) {
  json::Writer writer;
  writer.BeginObject().Name("account");
  WriteAccount(writer, receipt.account, now);
  WriteOrNull(writer, "oneTimePassword", receipt.one_time_password);
  writer.EndObject();
  return JsonResponse(writer.Take(), status);
}

}  // namespace

std::string PageApi::SessionCookie(std::string_view secret, const http::Request& request) {
  std::string cookie = "qianxian_session=" + std::string(secret) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=";
  cookie += secret.empty() ? "0" : std::to_string(limits::kSessionHours * 3600);
  if (request.secure) cookie += "; Secure";
  return cookie;
}

Result<http::Response> PageApi::SignIn(PageCall& call) {
  // A form of another site can send text/plain, but not this without asking first.
  if (call.request.Header("content-type").find("application/json") == std::string_view::npos) {
    return Invalid("unsupported-media-type", "send application/json", "请以 application/json 发送");
  }
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(std::string user, TextMember(body.root(), "user"));
  QX_TRY(std::string password, TextMember(body.root(), "password"));
  QX_TRY(auth::SignedIn signed_in, services_.auth->SignIn(user, password, call.request.peer));
  http::Response response = JsonResponse(SessionJson(*signed_in.session));
  response.Set("Set-Cookie", SessionCookie(signed_in.secret, call.request));
  return response;
}

Result<http::Response> PageApi::ShowSession(PageCall& call) { return JsonResponse(SessionJson(*call.session)); }

Result<http::Response> PageApi::SignOut(PageCall& call) {
  QX_DO(services_.auth->SignOut(call.secret));
  http::Response response;
  response.status = 204;
  response.Set("Set-Cookie", SessionCookie("", call.request));
  return response;
}

Result<http::Response> PageApi::ChangePassword(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(std::string current, TextMember(body.root(), "current"));
  QX_TRY(std::string wanted, TextMember(body.root(), "new"));
  QX_TRY(std::shared_ptr<const auth::Session> session, services_.auth->own().ChangePassword(call.secret, current, wanted));
  return JsonResponse(SessionJson(*session));
}

Result<http::Response> PageApi::ListAccounts(PageCall& call) {
  QX_TRY(std::vector<auth::Account> accounts, services_.auth->ListAccounts(call.caller()));
  json::Writer writer;
  writer.BeginObject().Name("accounts").BeginArray();
  for (const auth::Account& account : accounts) WriteAccount(writer, account, services_.clock->Now());
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::AddAccount(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  auth::NewAccount wanted;
  QX_TRY(wanted.user, TextMember(body.root(), "user"));
  QX_TRY(wanted.name, TextMember(body.root(), "name"));
  QX_TRY(wanted.role, TextMember(body.root(), "role"));
  QX_TRY(wanted.practitioner, TextMember(body.root(), "practitioner"));
  QX_TRY(wanted.organizations, TextsMember(body.root(), "organizations"));
  QX_TRY(auth::AccountReceipt receipt, services_.auth->AddAccount(call.caller(), wanted));
  return AccountResponse(receipt, services_.clock->Now(), 201);
}

Result<http::Response> PageApi::ChangeAccount(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  json::Value root = body.root();
  auth::AccountChange change;
  QX_TRY(change.name, OptionalTextMember(root, "name"));
  QX_TRY(change.role, OptionalTextMember(root, "role"));
  QX_TRY(change.practitioner, OptionalTextMember(root, "practitioner"));
  if (root.Find("organizations")) {
    QX_TRY(change.organizations, TextsMember(root, "organizations"));
  }
  auto flag = [&](std::string_view name) -> std::optional<bool> {
    std::optional<json::Value> value = root.Find(name);
    if (!value || !value->IsBoolean()) return std::nullopt;
    return value->AsBoolean();
  };
  change.disabled = flag("disabled");
  change.new_password = flag("newPassword").value_or(false);
  change.reset_factor = flag("resetSecondFactor").value_or(false);
  change.end_sessions = flag("endSessions").value_or(false);
  QX_TRY(auth::AccountReceipt receipt, services_.auth->ChangeAccount(call.caller(), call.arguments[0], change));
  return AccountResponse(receipt, services_.clock->Now(), 200);
}

Result<http::Response> PageApi::Events(PageCall& call) {
  std::string_view last = call.request.Header("last-event-id");
  if (last.empty()) last = call.request.QueryValue("lastEventId");   // a page that begins a new EventSource cannot set the header
  if (call.request.method != "HEAD") return services_.events->Open(call.secret, *call.session, last);
  http::Response response;
  response.Set("Content-Type", "text/event-stream; charset=utf-8");
  return response;
}

}  // namespace qianxian::api
