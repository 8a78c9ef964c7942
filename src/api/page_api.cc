#include "api/page_api.h"

#include "api/outcome.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

// "/api/gaps/{}/actions" and "/api/gaps/g1/actions" → {"g1"}
bool Matches(std::string_view pattern, const std::vector<std::string_view>& path, std::vector<std::string>& arguments) {
  std::vector<std::string_view> wanted = Split(pattern, '/');
  if (wanted.size() != path.size()) return false;
  arguments.clear();
  for (size_t i = 0; i < path.size(); ++i) {
    // Split as it was sent, decoded afterwards: a key may hold %2F.
    if (wanted[i] == "{}" && !path[i].empty()) arguments.push_back(http::PercentDecode(path[i], false));
    else if (wanted[i] != path[i]) return false;
  }
  return true;
}

Error SignInFirst() {
  return MakeError(ErrorCategory::kUnauthenticated, "no-session", "please sign in", "请先登录");
}

}  // namespace

const std::vector<PageApi::Route>& PageApi::Routes() {
  static const std::vector<Route> routes = {
      {"POST", "/api/session", &PageApi::SignIn, true, true},
      {"GET", "/api/session", &PageApi::ShowSession, false, true},
      {"DELETE", "/api/session", &PageApi::SignOut, false, true},
      {"POST", "/api/password", &PageApi::ChangePassword, false, true},
      {"GET", "/api/accounts", &PageApi::ListAccounts},
      {"POST", "/api/accounts", &PageApi::AddAccount},
      {"PATCH", "/api/accounts/{}", &PageApi::ChangeAccount},
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
  std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string_view target = request.target;
  std::vector<std::string_view> path = Split(target.substr(0, target.find('?')), '/');
  std::string allowed;
  PageCall call{request, session, std::move(secret), {}};
  for (const Route& route : Routes()) {
    if (!Matches(route.pattern, path, call.arguments)) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    if (!session && !route.open) return ApiError(SignInFirst());
    if (session && session->must_change && !route.before_change) {
      return ApiError(MakeError(ErrorCategory::kForbidden, "password-change-required",
                                "change the one-time password first (POST /api/password)", "请先修改一次性密码"));
    }
    Result<http::Response> answer = (this->*route.run)(call);
    return answer.ok() ? std::move(*answer) : ApiError(answer.error());
  }
  if (!allowed.empty()) {
    http::Response response = ApiError(MakeError(ErrorCategory::kUnsupported, "method-not-allowed",
                                                 request.method + " is not done here", "此处不支持 " + request.method));
    response.Set("Allow", allowed);
    return response;
  }
  if (!session) return ApiError(SignInFirst());
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
