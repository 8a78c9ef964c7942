#include "api/api.h"

#include "api/care_api.h"
#include "api/consultation_api.h"
#include "api/event_stream.h"
#include "api/fhir_api.h"
#include "api/import_jobs.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/point_read.h"
#include "api/referral_api.h"
#include "api/routes.h"
#include "api/static_files.h"
#include "base/files.h"
#include "base/text.h"
#include "json/writer.h"
#include "subscribe/service.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kContentPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'";

bool IsUnder(std::string_view path, std::string_view folder) {
  return StartsWith(path, folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool IsSafeMethod(std::string_view method) { return method == "GET" || method == "HEAD"; }

struct Identity {
  std::string secret;
  bool by_cookie = false;
};

Identity IdentityOf(const http::Request& request) {
  std::string_view authorization = request.Header("authorization");
  constexpr std::string_view kBearer = "bearer ";
  if (authorization.size() > kBearer.size() && ToLowerAscii(authorization.substr(0, kBearer.size())) == kBearer) {
    return {std::string(TrimAscii(authorization.substr(kBearer.size()))), false};
  }
  return {request.Cookie("qianxian_session"), true};
}

class WholeApi final : public Api {
 public:
  WholeApi(const Services& services, flow::Flow* flow)
      : events_(*services.store, *services.auth, *services.random),
        services_(With(services, events_)),
        imports_(services_),
        fhir_(services_),
        page_(services_, imports_),
        care_(services_, flow),
        referrals_(services_, care_),
        consultations_(services_, care_) {}

  http::Response Handle(http::Request& request) override {
    bool fhir = IsUnder(request.path, "/fhir");
    http::Response response = fhir                              ? HandleFhir(request)
                              : IsUnder(request.path, "/api") ? HandlePage(request)
                              : request.path == "/health"     ? Health(request)
                              : request.path == "/subscriptions" ? OpenSocket(request)
                                                              : HandleFile(request);
    AddSecurityHeaders(response, fhir);
    RemoveForgottenUpload(request);
    return response;
  }

  std::string UploadDirectory(std::string_view method, std::string_view path) const override {
    return method == "POST" && path == "/api/imports" ? services_.directory + "/inbox" : std::string();
  }

  std::optional<http::Response> AdmitUpload(const http::Request& request) override {
    auto refuse = [](const Error& error) {
      http::Response response = ApiError(error);
      AddSecurityHeaders(response, false);
      return response;
    };
    Result<std::shared_ptr<const auth::Session>> session = Identify(request, IdentityOf(request), true);
    if (!session.ok()) return refuse(session.error());
    if ((*session)->must_change) return refuse(PasswordChangeRequired());
    const access::Caller& caller = (*session)->caller;
    std::string owner = caller.whole_county || caller.organizations.empty() ? "" : caller.organizations.front();
    Status may = access::Decide(caller, access::Verb::kImport, "*", owner);
    if (!may.ok()) return refuse(may.error());
    return std::nullopt;
  }

  bool IsQuick(std::string_view method, std::string_view path) const override {
    return ParsePointRead(method, path).has_value();
  }

  http::Response Refuse(int status, std::string_view path) const override {
    ErrorCategory category = status == 503   ? ErrorCategory::kBusy
                             : status == 507 ? ErrorCategory::kUnavailable
                             : status >= 500 ? ErrorCategory::kFault
                                             : ErrorCategory::kInvalid;
    struct Words {
      int status;
      const char *code, *en, *zh;
    };
    static constexpr Words kWords[] = {
        {400, "bad-request", "this is no well-formed HTTP request: check its first line, its headers and its length", "请求不符合 HTTP 格式：请检查请求行、首部和长度"},
        {408, "too-slow", "the request came too slowly", "请求超时"},
        {413, "too-large", "the request is too large", "请求内容过大"},
        {415, "unsupported-media-type", "this content encoding is not understood", "不支持的内容编码"},
        {431, "too-large", "the request's header is too large", "请求头过大"},
        {501, "unsupported", "this is not done here", "不支持该请求"},
        {503, "too-busy", "too many requests at once: try again in a few seconds", "请求过多，请稍后重试"},
        {507, "disk-full", "there is no room for the upload on the server", "服务器磁盘空间不足"},
    };
    Error error = MakeError(category, "fault", "the server failed", "服务器内部错误");
    for (const Words& words : kWords) {
      if (words.status == status) error = MakeError(category, words.code, words.en, words.zh);
    }
    http::Response response = IsUnder(path, "/fhir") ? FhirError(error) : ApiError(error);
    response.status = status;
    AddSecurityHeaders(response, false);
    return response;
  }

  void WarmUp() override {
    page_.WarmUp();
    if (services_.warehouse) events_.SayNumbers(services_.warehouse->as_of());
  }

  EventStream& events() override { return events_; }

 private:
  static Services With(Services services, EventStream& events) {
    services.events = &events;
    return services;
  }

  Result<std::shared_ptr<const auth::Session>> Identify(const http::Request& request, const Identity& identity, bool may_write) {
    QX_TRY(std::shared_ptr<const auth::Session> session, services_.auth->Find(identity.secret, may_write));
    // Another site can make a browser send the cookie, but not a header of our own.
    if (identity.by_cookie && !IsSafeMethod(request.method) && request.Header("x-qianxian") != "1") {
      return MakeError(ErrorCategory::kForbidden, "missing-header", "with the session cookie, send the header X-Qianxian: 1",
                       "使用会话 Cookie 时请带上请求头 X-Qianxian: 1");
    }
    return session;
  }

  http::Response HandleFhir(http::Request& request) {
    if (request.path == "/fhir/metadata" && IsSafeMethod(request.method)) return fhir_.Metadata(request);
    // Perhaps on the io thread, where nothing waits for the disk.
    bool quick = IsQuick(request.method, request.path);
    Identity identity = IdentityOf(request);
    Result<std::shared_ptr<const auth::Session>> session = Identify(request, identity, !quick);
    if (!session.ok()) return FhirError(session.error());
    if ((*session)->must_change) return FhirError(PasswordChangeRequired());
    if (quick) {
      std::optional<http::Response> response = fhir_.ReadQuickly(request, **session);
      if (response) return std::move(*response);
    }
    if (std::optional<http::Response> plan = care_.HandleApply(request, **session)) return std::move(*plan);
    return fhir_.Handle(request, **session);
  }

  http::Response HandlePage(http::Request& request) {
    Identity identity = IdentityOf(request);
    if (identity.secret.empty() || (request.path == "/api/session" && request.method == "POST")) {
      return page_.Handle(request, nullptr, "");
    }
    Result<std::shared_ptr<const auth::Session>> session = Identify(request, identity, true);
    if (!session.ok()) return ApiError(session.error());
    if (!(*session)->must_change) {
      if (std::optional<http::Response> answer = care_.Handle(request, **session)) return std::move(*answer);
      if (std::optional<http::Response> answer = referrals_.Handle(request, **session)) return std::move(*answer);
      if (std::optional<http::Response> answer = consultations_.Handle(request, **session)) return std::move(*answer);
    }
    return page_.Handle(request, session->get(), identity.secret);
  }

  http::Response Health(const http::Request& request) {
    if (!IsSafeMethod(request.method)) {
      return ApiError(MakeError(ErrorCategory::kUnsupported, "method-not-allowed", "only GET is done here", "此处仅支持 GET"));
    }
    json::Writer writer;
    writer.BeginObject().Member("status", "ok").Member("t", services_.store->LastT());
    writer.Member("asOf", services_.warehouse ? services_.warehouse->as_of() : 0).EndObject();
    return JsonResponse(writer.Take());
  }

  // Open to all, like a sign-in: it gives nothing before a token was said (Subscription/$get-ws-binding-token).
  http::Response OpenSocket(const http::Request& request) {
    bool asks = request.method == "GET" && ToLowerAscii(request.Header("upgrade")) == "websocket";
    if (!asks || !services_.subscriptions) {
      return ApiError(MakeError(ErrorCategory::kUnsupported, "not-a-websocket", "subscriptions are heard here over a WebSocket", "此处仅提供订阅的 WebSocket 连接"));
    }
    Result<std::shared_ptr<http::Pipe>> pipe = services_.subscriptions->OpenSocket();
    if (!pipe.ok()) return ApiError(pipe.error());
    http::Response response;
    response.status = 101;
    response.pipe = std::move(*pipe);
    return response;
  }

  http::Response HandleFile(const http::Request& request) {
    if (IsSafeMethod(request.method)) return ServeFile(services_.web_directory, request);
    return ApiError(MakeError(ErrorCategory::kUnsupported, "method-not-allowed", "only GET is done here", "此处仅支持 GET"));
  }

  static void AddSecurityHeaders(http::Response& response, bool fhir) {
    response.Set("X-Content-Type-Options", "nosniff");
    if (response.Header("cache-control").empty()) response.Set("Cache-Control", "no-store");
    if (fhir) return;   // never a document in a browser's frame; a read should not carry what nobody uses
    response.Set("Content-Security-Policy", kContentPolicy);
    response.Set("X-Frame-Options", "DENY");
    response.Set("Referrer-Policy", "same-origin");
    response.Set("Cross-Origin-Opener-Policy", "same-origin");
  }

  // A handler that takes an upload empties upload_path; what is left (no session, no such kind) must not stay on disk.
  static void RemoveForgottenUpload(http::Request& request) {
    if (!request.upload_path.empty()) (void)RemoveFile(request.upload_path).ok();
  }

  EventStream events_;
  const Services services_;
  ImportJobs imports_;
  FhirApi fhir_;
  PageApi page_;
  CareApi care_;
  ReferralApi referrals_;
  ConsultationApi consultations_;
};

}  // namespace

std::unique_ptr<Api> Api::Make(const Services& services, flow::Flow* flow) { return std::make_unique<WholeApi>(services, flow); }

}  // namespace qianxian::api
