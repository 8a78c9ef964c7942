#include "api/api.h"

#include "api/care_api.h"
#include "api/consultation_api.h"
#include "api/emergency_api.h"
#include "api/event_stream.h"
#include "api/fhir_api.h"
#include "api/health_api.h"
#include "api/import_jobs.h"
#include "api/oauth_api.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/point_read.h"
#include "api/referral_api.h"
#include "api/request_gate.h"
#include "api/request_watch.h"
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

// The patterns of all calls of the page, for the log.
std::vector<std::string_view> PagePatterns() {
  std::vector<std::string_view> patterns = {"/api/backups"};
  const auto add = [&](const auto& routes) {
    for (const auto& route : routes) patterns.push_back(route.pattern);
  };
  add(PageApi::Routes());
  add(CareApi::Routes());
  add(ReferralApi::Routes());
  add(ConsultationApi::Routes());
  add(EmergencyApi::Routes());
  add(OauthApi::Routes());
  add(OauthApi::Routes());
  return patterns;
}

// A token of an OAuth grant is for /fhir, where its scope is kept. The page's calls know nothing of scopes.
bool IsGranted(const auth::Session& session) { return !session.caller.client.empty(); }

Error NotForPrograms() {
  return MakeError(ErrorCategory::kForbidden, "page-only", "this is the page's: the token of a program works on /fhir", "此接口仅供网页使用，应用令牌只能访问 /fhir");
}

class WholeApi final : public Api {
 public:
  WholeApi(const Services& services, flow::Flow* flow)
      : events_(*services.store, *services.auth, *services.random),
        services_(With(services, events_)),
        operations_(services.operations ? *services.operations : Operations{}),
        watch_(*services.clock, *services.random, operations_, RouteNames(PagePatterns(), *services.definitions)),
        gate_(*services.clock, *services.random, services.rate_limits, watch_),
        imports_(services_),
        fhir_(services_),
        page_(services_, imports_),
        care_(services_, flow),
        referrals_(services_, care_),
        consultations_(services_, care_),
        emergencies_(services_, care_),
        oauth_(services_),
        health_(services_, operations_, watch_, imports_, events_) {}

  http::Response Handle(http::Request& request) override {
    RequestNote note = watch_.Begin();
    bool fhir = IsUnder(request.path, "/fhir");
    http::Response response = Answer(request, fhir, note);
    AddSecurityHeaders(response, fhir);
    RemoveForgottenUpload(request);
    watch_.End(note, request, response);
    return response;
  }

  std::string UploadDirectory(std::string_view method, std::string_view path) const override {
    return method == "POST" && path == "/api/imports" ? services_.directory + "/inbox" : std::string();
  }

  std::optional<http::Response> AdmitUpload(const http::Request& request) override {
    auto answer = [](http::Response response) {
      AddSecurityHeaders(response, false);
      return response;
    };
    auto refuse = [&](const Error& error) { return answer(ApiError(error)); };
    Result<std::shared_ptr<const auth::Session>> session = Identify(request, IdentityOf(request), true);
    if (std::optional<http::Response> limited = gate_.Ask(request, session)) return answer(std::move(*limited));
    if (!session.ok()) return refuse(session.error());
    Status whole = auth::CheckWhole(**session);
    if (!whole.ok()) return refuse(whole.error());
    if (IsGranted(**session)) return refuse(NotForPrograms());
    const access::Caller& caller = (*session)->caller;
    std::string owner = caller.whole_county || caller.organizations.empty() ? "" : caller.organizations.front();
    Status may = access::Decide(caller, access::Verb::kImport, "*", owner);
    if (!may.ok()) return refuse(may.error());
    return std::nullopt;
  }

  bool IsQuick(std::string_view method, std::string_view path) const override {
    return ParsePointRead(method, path).has_value();
  }

  http::Response Refuse(int status, std::string_view path) override {
    watch_.Refused(status, path);
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

  http::Response Answer(http::Request& request, bool fhir, RequestNote& note) {
    if (std::optional<http::Response> limited = gate_.AskOpen(request)) return std::move(*limited);
    return OauthApi::IsOpen(request.path)     ? oauth_.HandleOpen(request)
           : fhir                             ? HandleFhir(request, note)
           : IsUnder(request.path, "/api")    ? HandlePage(request, note)
           : HealthApi::Has(request.path)     ? HandleHealth(request)
           : request.path == "/subscriptions" ? OpenSocket(request)
                                              : HandleFile(request);
  }

  http::Response HandleFhir(http::Request& request, RequestNote& note) {
    if (request.path == "/fhir/metadata" && IsSafeMethod(request.method)) return fhir_.Metadata(request);
    // Perhaps on the io thread, where nothing waits for the disk.
    bool quick = IsQuick(request.method, request.path);
    Identity identity = IdentityOf(request);
    Result<std::shared_ptr<const auth::Session>> session = Identify(request, identity, !quick);
    if (std::optional<http::Response> limited = gate_.Ask(request, session)) return std::move(*limited);
    if (!session.ok()) return FhirError(session.error());
    note.user = (*session)->caller.user;
    Status whole = auth::CheckWhole(**session);
    if (!whole.ok()) return FhirError(whole.error());
    if (quick) {
      std::optional<http::Response> response = fhir_.ReadQuickly(request, **session);
      if (response) return std::move(*response);
    }
    // A plan is made of many types: of a scope it would show more than it gives.
    if (!IsGranted(**session)) {
      if (std::optional<http::Response> plan = care_.HandleApply(request, **session)) return std::move(*plan);
    }
    return fhir_.Handle(request, **session);
  }

  http::Response HandlePage(http::Request& request, RequestNote& note) {
    if (request.path == "/api/session" && request.method == "POST") return SignIn(request);
    Identity identity = IdentityOf(request);
    Result<std::shared_ptr<const auth::Session>> session = identity.secret.empty() ? SignInFirst() : Identify(request, identity, true);
    if (std::optional<http::Response> limited = gate_.Ask(request, session)) return std::move(*limited);
    if (identity.secret.empty()) return page_.Handle(request, nullptr, "");
    if (!session.ok()) return ApiError(session.error());
    note.user = (*session)->caller.user;
    if (IsGranted(**session)) return ApiError(NotForPrograms());
    if (auth::CheckWhole(**session).ok()) {
      if (std::optional<http::Response> answer = oauth_.Handle(request, **session, identity.secret)) return std::move(*answer);
      if (request.path == "/api/backups" && IsSafeMethod(request.method)) return health_.Backups(**session);
      if (std::optional<http::Response> answer = care_.Handle(request, **session)) return std::move(*answer);
      if (std::optional<http::Response> answer = referrals_.Handle(request, **session)) return std::move(*answer);
      if (std::optional<http::Response> answer = consultations_.Handle(request, **session)) return std::move(*answer);
      if (std::optional<http::Response> answer = emergencies_.Handle(request, **session)) return std::move(*answer);
    }
    return page_.Handle(request, session->get(), identity.secret);
  }

  http::Response SignIn(http::Request& request) {
    if (std::optional<http::Response> limited = gate_.AskSignIn(request)) return std::move(*limited);
    http::Response response = page_.Handle(request, nullptr, "");
    if (response.status == 200) gate_.SignedIn(request);
    return response;
  }

  http::Response HandleHealth(const http::Request& request) {
    if (request.path != "/metrics") return health_.Handle(request, SignInFirst());
    return health_.Handle(request, Identify(request, IdentityOf(request), true));
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
  const Operations operations_;
  RequestWatch watch_;
  RequestGate gate_;
  ImportJobs imports_;
  FhirApi fhir_;
  PageApi page_;
  CareApi care_;
  ReferralApi referrals_;
  ConsultationApi consultations_;
  EmergencyApi emergencies_;
  OauthApi oauth_;
  HealthApi health_;
};

}  // namespace

std::unique_ptr<Api> Api::Make(const Services& services, flow::Flow* flow) { return std::make_unique<WholeApi>(services, flow); }

}  // namespace qianxian::api
