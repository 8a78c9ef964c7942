#include "api/page_api.h"

#include "api/outcome.h"
#include "api/routes.h"
#include "base/text.h"

namespace qianxian::api {
const std::vector<PageApi::Route>& PageApi::Routes() {
  static const std::vector<Route> routes = {
      {"POST", "/api/session", &PageApi::SignIn, true, auth::Missing::kCode},
      {"GET", "/api/session", &PageApi::ShowSession, false, auth::Missing::kCode},
      {"DELETE", "/api/session", &PageApi::SignOut, false, auth::Missing::kCode},
      {"POST", "/api/session/code", &PageApi::PresentCode, false, auth::Missing::kCode},
      {"POST", "/api/password", &PageApi::ChangePassword, false, auth::Missing::kPassword},
      {"GET", "/api/session/second-factor", &PageApi::ShowFactor, false, auth::Missing::kFactor},
      {"POST", "/api/session/second-factor", &PageApi::OfferFactor, false, auth::Missing::kFactor},
      {"POST", "/api/session/second-factor/confirm", &PageApi::ConfirmFactor, false, auth::Missing::kFactor},
      {"DELETE", "/api/session/second-factor", &PageApi::RemoveFactor},
      {"POST", "/api/session/recovery-codes", &PageApi::RenewRecoveryCodes},
      {"POST", "/api/session/passkey-challenge", &PageApi::AskPasskey, false, auth::Missing::kCode},
      {"POST", "/api/session/passkey", &PageApi::PresentPasskey, false, auth::Missing::kCode},
      {"GET", "/api/session/passkeys", &PageApi::ListPasskeys, false, auth::Missing::kFactor},
      {"POST", "/api/session/passkeys/offer", &PageApi::OfferPasskey, false, auth::Missing::kFactor},
      {"POST", "/api/session/passkeys", &PageApi::AddPasskey, false, auth::Missing::kFactor},
      {"PATCH", "/api/session/passkeys/{}", &PageApi::RenamePasskey},
      {"DELETE", "/api/session/passkeys/{}", &PageApi::RemovePasskey},
      {"GET", "/api/sessions", &PageApi::ListSessions},
      {"DELETE", "/api/sessions", &PageApi::EndSessions},
      {"DELETE", "/api/sessions/{}", &PageApi::EndSession},
      {"GET", "/api/sign-in-rules", &PageApi::ShowSignInRules},
      {"PATCH", "/api/sign-in-rules", &PageApi::ChangeSignInRules},
      {"GET", "/api/accounts", &PageApi::ListAccounts},
      {"POST", "/api/accounts", &PageApi::AddAccount},
      {"PATCH", "/api/accounts/{}", &PageApi::ChangeAccount},
      {"GET", "/api/audit", &PageApi::ListAudit},
      {"GET", "/api/audit/seals", &PageApi::ListAuditSeals},
      {"GET", "/api/events", &PageApi::Events},
      {"GET", "/api/county", &PageApi::County},
      {"GET", "/api/measures", &PageApi::ListMeasures},
      {"GET", "/api/measures/{}", &PageApi::EvaluateMeasures},
      {"GET", "/api/measures/{}/cases", &PageApi::ListCases},
      {"GET", "/api/cases/{}/{}", &PageApi::ShowCase},
      {"GET", "/api/overview", &PageApi::Overview},
      {"GET", "/api/leak", &PageApi::Leak},
      {"GET", "/api/gaps", &PageApi::ListGaps},
      {"GET", "/api/gaps/{}", &PageApi::ShowGap},
      {"POST", "/api/gaps/{}/actions", &PageApi::AddAction},
      {"GET", "/api/actions", &PageApi::ListActions},
      {"PATCH", "/api/actions/{}", &PageApi::ChangeAction},
      {"GET", "/api/action-types", &PageApi::ListActionTypes},
      {"POST", "/api/imports", &PageApi::StartImport},
      {"GET", "/api/imports", &PageApi::ListImports},
      {"GET", "/api/imports/{}", &PageApi::ShowImport},
      {"POST", "/api/imports/{}/cancel", &PageApi::CancelImport},
      {"GET", "/api/imports/{}/report.csv", &PageApi::ImportReportFile},
      {"GET", "/api/imports/{}/report", &PageApi::ImportReportRows},
  };
  return routes;
}

http::Response PageApi::Handle(http::Request& request, const auth::Session* session, std::string secret) {
  FoundRoute<Route> found = FindRoute(Routes(), request);
  // `allowed` may name other methods of the path also where a route was found.
  const bool asks = found.route ? !found.route->open : found.allowed.empty();
  if (!session && asks) return ApiError(SignInFirst());
  if (session) {
    Status whole = auth::CheckWhole(*session, found.route ? found.route->allowed : auth::Missing::kNothing);
    if (!whole.ok()) return ApiError(whole.error());
  }
  if (found.route) {
    PageCall call{request, session, std::move(secret), std::move(found.arguments)};
    return AnswerOf((this->*found.route->run)(call));
  }
  if (!found.allowed.empty()) return MethodNotAllowed(request, found.allowed);
  return ApiError(NotFound("no-such-route", "there is no such call: " + request.path, "没有这个接口：" + request.path));
}

Result<std::string> PageApi::Kept(const std::string& key, const std::function<Result<std::string>(uint64_t)>& make) {
  // The warehouse forgets when a row changes; that a pack says something else now it cannot know.
  std::string whole_key = key + " " + services_.pack->hash;
  uint64_t as_of = services_.warehouse->as_of();
  std::string kept = services_.warehouse->CachedAnswer(whole_key, as_of);
  if (!kept.empty()) return kept;
  QX_TRY(std::string answer, make(as_of));
  services_.warehouse->KeepAnswer(whole_key, as_of, answer);
  return answer;
}

Result<json::Document> ParseBody(const http::Request& request) {
  QX_TRY(json::Document document, json::Document::Parse(request.body));
  if (!document.root().IsObject()) return Invalid("bad-body", "the body must be a JSON object", "请求内容应为 JSON 对象");
  return document;
}

Result<std::optional<std::string>> OptionalTextMember(json::Value body, std::string_view name) {
  std::optional<json::Value> value = body.Find(name);
  if (!value || value->IsNull()) return std::optional<std::string>();
  if (value->IsString()) return std::optional<std::string>(std::string(value->AsString()));
  if (value->IsNumber()) return std::optional<std::string>(std::string(value->NumberText()));
  return Invalid("bad-body", std::string(name) + " must be a text", std::string(name) + " 应为文本");
}

Result<std::string> TextMember(json::Value body, std::string_view name) {
  QX_TRY(std::optional<std::string> text, OptionalTextMember(body, name));
  return text.value_or("");
}

}  // namespace qianxian::api
