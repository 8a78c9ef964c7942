#include "api/request_gate.h"

#include "api/oauth_api.h"
#include "api/outcome.h"
#include "api/route_names.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// How a request is counted that nobody signs in for.
std::optional<RateKind> OpenKindOf(const http::Request& request) {
  const std::string_view path = request.path;
  // Where somebody says a secret. A gateway asks about the tokens that it was shown (introspect, userinfo) far more often.
  for (std::string_view secret : {"/oauth2/token", "/oauth2/revoke", "/oauth2/authorize", "/subscriptions"}) {
    if (path == secret) return RateKind::kAddress;
  }
  if (OauthApi::IsOpen(path) || ClassOf(request.method, path) == RouteClass::kFiles) return RateKind::kOpen;
  if (path == "/fhir/metadata" && (request.method == "GET" || request.method == "HEAD")) return RateKind::kOpen;
  return std::nullopt;
}

Error TooMany(RateKind kind, int64_t seconds) {
  const std::string number = std::to_string(seconds), again = ": try again in " + number + (seconds == 1 ? " second" : " seconds");
  const std::string code = "too-many-requests", zh = "，请 " + number + " 秒后再试";
  switch (kind) {
    case RateKind::kAccount: return MakeError(ErrorCategory::kBusy, code, "too many requests of this account" + again, "您的账号请求过于频繁" + zh);
    case RateKind::kAddress:
      return MakeError(ErrorCategory::kBusy, code, "too many sign-ins or requests without a session from this address" + again, "您所在的网络登录或未登录的请求过多" + zh);
    case RateKind::kOpen: return MakeError(ErrorCategory::kBusy, code, "too many requests from this address" + again, "您所在的网络请求过多" + zh);
  }
  return Fault("fault", "the server failed", "服务器内部错误");
}

}  // namespace

std::optional<http::Response> RequestGate::AskOpen(const http::Request& request) {
  const std::optional<RateKind> kind = OpenKindOf(request);
  return kind ? AskAddress(request, *kind) : std::nullopt;
}

std::optional<http::Response> RequestGate::Ask(const http::Request& request, const Result<std::shared_ptr<const auth::Session>>& session) {
  if (!request.upload_path.empty()) return std::nullopt;   // counted when it was let in
  if (!session.ok()) {
    const ErrorCategory category = session.error().category;
    const bool unknown = category == ErrorCategory::kUnauthenticated || category == ErrorCategory::kForbidden;
    return unknown ? AskAddress(request, RateKind::kAddress) : std::nullopt;   // a store that fails is nobody's doing
  }
  if ((*session)->needs_code) return AskAddress(request, RateKind::kAddress);  // not signed in yet
  const access::Caller& caller = (*session)->caller;
  const int64_t wait = limiter_.Take(RateKind::kAccount, RateLimiter::WhoOfAccount(caller.user, caller.client));
  if (wait == 0) return std::nullopt;
  return Refuse(request, RateKind::kAccount, wait, caller.user);
}

std::optional<http::Response> RequestGate::AskSignIn(const http::Request& request) { return AskAddress(request, RateKind::kAddress, limits::kRateSignInCost); }

void RequestGate::SignedIn(const http::Request& request) {
  limiter_.GiveBack(RateKind::kAddress, RateLimiter::WhoOfAddress(request.peer), limits::kRateSignInCost - 1);
}

std::optional<http::Response> RequestGate::AskAddress(const http::Request& request, RateKind kind, int64_t requests) {
  const int64_t wait = limiter_.Take(kind, RateLimiter::WhoOfAddress(request.peer), requests);
  if (wait == 0) return std::nullopt;
  return Refuse(request, kind, wait);
}

http::Response RequestGate::Refuse(const http::Request& request, RateKind kind, int64_t nanoseconds, std::string_view user) {
  watch_.Limited(kind, user);
  const int64_t seconds = (nanoseconds + kSecond - 1) / kSecond;
  const Error error = TooMany(kind, seconds);
  http::Response response = request.path == "/fhir" || StartsWith(request.path, "/fhir/") ? FhirError(error) : ApiError(error);
  response.Set("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace qianxian::api
