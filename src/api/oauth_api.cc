#include "api/oauth_api.h"

#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "base/text.h"
#include "oauth/errors.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kSmartConfiguration = "/fhir/.well-known/smart-configuration";

oauth::Tools ToolsOf(const Services& services) {
  const fhir::Definitions* definitions = services.definitions;
  return {services.store, services.auth, services.clock, services.random, services.directory,
          [definitions](std::string_view type) { return definitions->FindResource(type) != nullptr; }};
}

// To a program. What the protocol has no word for is our fault, and said without its particulars.
http::Response ProgramError(const Error& error) {
  const bool known = oauth::IsProtocolCode(error.code);
  const bool busy = error.category == ErrorCategory::kBusy || error.category == ErrorCategory::kUnavailable;
  json::Writer writer;
  writer.BeginObject().Member("error", known ? std::string_view(error.code) : busy ? "temporarily_unavailable" : "server_error");
  writer.Member("error_description", known ? oauth::Description(error) : "the server cannot do this now").EndObject();
  http::Response response = JsonResponse(writer.Take(), !known ? (busy ? 503 : 500) : error.category == ErrorCategory::kUnauthenticated ? 401 : 400);
  response.Set("Cache-Control", "no-store");
  response.Set("Pragma", "no-cache");
  return response;
}

http::Response ProgramAnswer(std::string json) {
  http::Response response = JsonResponse(std::move(json));
  response.Set("Cache-Control", "no-store");
  response.Set("Pragma", "no-cache");
  return response;
}

Result<oauth::Form> ReadForm(const http::Request& request) {
  if (ToLowerAscii(request.Header("content-type")).find(kForm) != 0) {
    return oauth::InvalidRequest("send " + std::string(kForm), "请以 " + std::string(kForm) + " 发送");
  }
  return oauth::Form::Of(http::ParseQuery(request.body));
}

http::Response GoTo(const std::string& address) {
  http::Response response;
  response.status = 302;
  response.Set("Location", address);
  response.Set("Cache-Control", "no-store");
  response.Set("Referrer-Policy", "no-referrer");
  return response;
}

std::string Escaped(std::string_view text) {
  std::string out = ReplaceAll(text, "&", "&amp;");
  out = ReplaceAll(out, "<", "&lt;");
  return ReplaceAll(out, "\"", "&quot;");
}

// For the person in whose browser a program came with something wrong: nothing is sent back to an address that nobody registered.
http::Response RefusalPage(const Error& error) {
  http::Response response;
  response.status = 400;
  response.Set("Content-Type", "text/html; charset=utf-8");
  response.Set("Cache-Control", "no-store");
  response.body = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                  "<title>无法授权 · 千县</title><main style=\"max-width:40rem;margin:4rem auto;padding:0 1rem;font:16px/1.6 sans-serif\"><h1>无法授权此应用</h1><p>" +
                  Escaped(error.zh) + "</p><p lang=\"en\">This program cannot be authorised: " + Escaped(error.en) + "</p></main></html>";
  return response;
}

void WriteTexts(json::Writer& writer, std::string_view name, std::initializer_list<std::string_view> texts) {
  writer.Name(name).BeginArray();
  for (std::string_view text : texts) writer.String(text);
  writer.EndArray();
}

// What both discovery documents say (RFC 8414, SMART App Launch).
void WriteDiscovery(json::Writer& writer, const std::string& issuer) {
  writer.Member("issuer", issuer).Member("jwks_uri", issuer + "/oauth2/jwks");
  writer.Member("authorization_endpoint", issuer + "/oauth2/authorize").Member("token_endpoint", issuer + "/oauth2/token");
  writer.Member("introspection_endpoint", issuer + "/oauth2/introspect").Member("revocation_endpoint", issuer + "/oauth2/revoke");
  WriteTexts(writer, "token_endpoint_auth_methods_supported", {"none", "client_secret_basic", "client_secret_post", "private_key_jwt"});
  WriteTexts(writer, "token_endpoint_auth_signing_alg_values_supported", {"RS256", "RS384", "ES256", "ES384"});
  WriteTexts(writer, "grant_types_supported", {"authorization_code", "refresh_token", "client_credentials"});
  WriteTexts(writer, "response_types_supported", {"code"});
  WriteTexts(writer, "response_modes_supported", {"query"});
  WriteTexts(writer, "code_challenge_methods_supported", {"S256"});
  WriteTexts(writer, "scopes_supported", {"openid", "profile", "fhirUser", "offline_access", "user/*.cruds", "user/*.rs", "system/*.cruds", "system/*.rs"});
}

void WriteClient(json::Writer& writer, const oauth::Client& client) {
  writer.BeginObject().Member("id", client.id).Member("name", client.name).Member("login", oauth::Name(client.login));
  writer.Name("redirectUris").BeginArray();
  for (const std::string& uri : client.redirect_uris) writer.String(uri);
  writer.EndArray().Member("scope", client.scope);
  WriteOrNull(writer, "account", client.account);
  writer.Member("disabled", client.disabled).Member("created", RfcTime(client.created)).Member("createdBy", client.created_by).EndObject();
}

http::Response ClientResponse(const oauth::ClientReceipt& receipt, int status) {
  json::Writer writer;
  writer.BeginObject().Name("client");
  WriteClient(writer, receipt.client);
  WriteOrNull(writer, "secret", receipt.secret);
  writer.EndObject();
  return JsonResponse(writer.Take(), status);
}

Result<std::vector<std::string>> TextList(json::Value body, std::string_view name) {
  std::vector<std::string> texts;
  const std::optional<json::Value> list = body.Find(name);
  if (!list || list->IsNull()) return texts;
  if (!list->IsArray()) return Invalid("bad-body", std::string(name) + " must be a list of texts", std::string(name) + " 应为文本列表");
  for (json::Value item : list->Elements()) {
    if (!item.IsString()) return Invalid("bad-body", std::string(name) + " must be a list of texts", std::string(name) + " 应为文本列表");
    texts.emplace_back(item.AsString());
  }
  return texts;
}

std::string HostOf(const std::string& uri) {
  const size_t begin = uri.find("://") + 3;
  return uri.substr(begin, uri.find_first_of("/?", begin) - begin);
}

}  // namespace

oauth::Place PlaceOf(const Services& services, const http::Request& request) {
  const std::string_view host = request.Header("host");
  const std::string asked = (request.secure ? "https://" : "http://") + std::string(host.empty() ? "localhost" : host);
  return {services.public_address.empty() ? asked : services.public_address, asked + "/fhir"};
}

void WriteSmartSecurity(json::Writer& writer, std::string_view issuer) {
  const std::string base(issuer);
  writer.Name("extension").BeginArray().BeginObject().Member("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
  writer.Name("extension").BeginArray();
  for (const auto& [name, path] : {std::pair("authorize", "/oauth2/authorize"), std::pair("token", "/oauth2/token"), std::pair("introspect", "/oauth2/introspect"),
                                   std::pair("revoke", "/oauth2/revoke")}) {
    writer.BeginObject().Member("url", name).Member("valueUri", base + path).EndObject();
  }
  writer.EndArray().EndObject().EndArray().Member("cors", false);
  writer.Name("service").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  writer.Member("system", "http://terminology.hl7.org/CodeSystem/restful-security-service").Member("code", "SMART-on-FHIR");
  writer.EndObject().EndArray().Member("text", "OAuth2 using SMART-on-FHIR profile (see http://docs.smarthealthit.org)").EndObject().EndArray();
}

OauthApi::OauthApi(const Services& services) : services_(services), oauth_(ToolsOf(services)) {}

bool OauthApi::IsOpen(std::string_view path) {
  return StartsWith(path, "/oauth2/") || path == "/.well-known/openid-configuration" || path == "/.well-known/oauth-authorization-server" ||
         path == kSmartConfiguration;
}

http::Response OauthApi::HandleOpen(http::Request& request) {
  struct OpenRoute {
    std::string_view path, methods;
    http::Response (OauthApi::*run)(const http::Request& request);
  };
  static constexpr OpenRoute kRoutes[] = {{"/oauth2/authorize", "GET POST", &OauthApi::Authorize},
                                          {"/oauth2/token", "POST", &OauthApi::Token},
                                          {"/oauth2/introspect", "POST", &OauthApi::Introspect},
                                          {"/oauth2/revoke", "POST", &OauthApi::Revoke},
                                          {"/oauth2/userinfo", "GET POST", &OauthApi::UserInfo},
                                          {"/oauth2/jwks", "GET", &OauthApi::Jwks},
                                          {"/.well-known/openid-configuration", "GET", &OauthApi::Discovery},
                                          {"/.well-known/oauth-authorization-server", "GET", &OauthApi::Discovery},
                                          {kSmartConfiguration, "GET", &OauthApi::SmartConfiguration}};
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  for (const OpenRoute& route : kRoutes) {
    if (route.path != request.path) continue;
    for (std::string_view known : Split(route.methods, ' ')) {
      if (known == method) return (this->*route.run)(request);
    }
    return MethodNotAllowed(request, ReplaceAll(route.methods, " ", ", "));
  }
  return ApiError(NotFound("no-such-page", "there is nothing here", "没有这个页面"));
}

http::Response OauthApi::Authorize(const http::Request& request) {
  Result<oauth::Form> form = request.method == "POST" ? ReadForm(request) : oauth::Form::Of(request.query);
  if (!form.ok()) return RefusalPage(form.error());
  const Result<oauth::Client> client = oauth_.ClientOf(*form);
  if (!client.ok()) return RefusalPage(client.error());
  // From here on the address is known to be the program's own.
  const oauth::Place place = PlaceOf(services_, request);
  const Result<oauth::Asked> asked = oauth_.Check(*client, *form, place);
  if (!asked.ok()) {
    const std::string code = oauth::IsProtocolCode(asked.error().code) ? asked.error().code : "server_error";
    const std::string& state = form->Text("state");
    return GoTo(oauth::AnswerAddress(form->Text("redirect_uri"), {{"error", code}, {"error_description", oauth::Description(asked.error())}}, state, place));
  }
  return GoTo("/authorize?" + oauth::EncodeForm(form->values()));
}

http::Response OauthApi::Token(const http::Request& request) {
  const Result<oauth::Form> form = ReadForm(request);
  if (!form.ok()) return ProgramError(form.error());
  const oauth::Place place = PlaceOf(services_, request);
  const Result<oauth::Tokens> tokens = oauth_.Token({*form, request.Header("authorization"), place, place.token_endpoint(), request.peer});
  if (!tokens.ok()) {
    http::Response response = ProgramError(tokens.error());
    if (response.status == 401 && !request.Header("authorization").empty()) response.Set("WWW-Authenticate", "Basic realm=\"oauth2\"");
    return response;
  }
  json::Writer writer;
  writer.BeginObject().Member("access_token", tokens->access_token).Member("token_type", "Bearer").Member("expires_in", tokens->expires_in_seconds);
  writer.Member("scope", tokens->scope).MemberIfAny("refresh_token", tokens->refresh_token).MemberIfAny("id_token", tokens->id_token).EndObject();
  return ProgramAnswer(writer.Take());
}

http::Response OauthApi::Introspect(const http::Request& request) {
  const Result<oauth::Form> form = ReadForm(request);
  if (!form.ok()) return ProgramError(form.error());
  const oauth::Place place = PlaceOf(services_, request);
  Result<std::string> answer = oauth_.Introspect({*form, request.Header("authorization"), place, place.issuer + "/oauth2/introspect", request.peer});
  return answer.ok() ? ProgramAnswer(std::move(*answer)) : ProgramError(answer.error());
}

http::Response OauthApi::Revoke(const http::Request& request) {
  const Result<oauth::Form> form = ReadForm(request);
  if (!form.ok()) return ProgramError(form.error());
  const oauth::Place place = PlaceOf(services_, request);
  const Status done = oauth_.Revoke({*form, request.Header("authorization"), place, place.issuer + "/oauth2/revoke", request.peer});
  return done.ok() ? ProgramAnswer("{}") : ProgramError(done.error());
}

http::Response OauthApi::UserInfo(const http::Request& request) {
  const std::string_view authorization = request.Header("authorization");
  const bool bearer = ToLowerAscii(authorization.substr(0, 7)) == "bearer ";
  const Result<std::shared_ptr<const auth::Session>> session = services_.auth->Find(bearer ? TrimAscii(authorization.substr(7)) : std::string_view());
  Result<std::string> answer = session.ok() ? oauth_.UserInfo(**session, PlaceOf(services_, request))
                                            : session.error().category == ErrorCategory::kUnauthenticated
                                                  ? oauth::ProtocolError("invalid_token", "there is no such token, or it has ended", "令牌不存在或已过期")
                                                  : session.error();
  if (answer.ok()) return ProgramAnswer(std::move(*answer));
  http::Response response = ProgramError(answer.error());
  if (response.status == 401) response.Set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

http::Response OauthApi::Jwks(const http::Request&) {
  Result<std::string> jwks = oauth_.Jwks();
  if (!jwks.ok()) return ProgramError(jwks.error());
  return JsonResponse(std::move(*jwks));
}

http::Response OauthApi::Discovery(const http::Request& request) {
  const std::string issuer = PlaceOf(services_, request).issuer;
  json::Writer writer;
  writer.BeginObject();
  WriteDiscovery(writer, issuer);
  writer.Member("userinfo_endpoint", issuer + "/oauth2/userinfo").Member("authorization_response_iss_parameter_supported", true);
  WriteTexts(writer, "subject_types_supported", {"public"});
  WriteTexts(writer, "id_token_signing_alg_values_supported", {crypto::Name(oauth::kIdTokenAlgorithm)});
  WriteTexts(writer, "prompt_values_supported", {"consent"});
  WriteTexts(writer, "claims_supported", {"iss", "sub", "aud", "exp", "iat", "nonce", "name", "preferred_username", "fhirUser"});
  writer.Member("claims_parameter_supported", false).Member("request_parameter_supported", false).Member("request_uri_parameter_supported", false).EndObject();
  return JsonResponse(writer.Take());
}

http::Response OauthApi::SmartConfiguration(const http::Request& request) {
  json::Writer writer;
  writer.BeginObject();
  WriteDiscovery(writer, PlaceOf(services_, request).issuer);
  WriteTexts(writer, "capabilities", {"launch-standalone", "authorize-post", "client-public", "client-confidential-symmetric", "client-confidential-asymmetric", "sso-openid-connect",
                                      "permission-offline", "permission-user", "permission-v1", "permission-v2"});
  writer.EndObject();
  return JsonResponse(writer.Take());
}

const std::vector<OauthApi::Route>& OauthApi::Routes() {
  static const std::vector<Route> routes = {
      {"GET", "/api/authorize", &OauthApi::ShowRequest},
      {"POST", "/api/authorize", &OauthApi::Decide},
      {"GET", "/api/clients", &OauthApi::ListClients},
      {"POST", "/api/clients", &OauthApi::AddClient},
      {"PATCH", "/api/clients/{}", &OauthApi::ChangeClient},
  };
  return routes;
}

std::optional<http::Response> OauthApi::Handle(const http::Request& request, const auth::Session& session, const std::string& secret) {
  return AnswerRoute(*this, Routes(), request, [&](std::vector<std::string> arguments) { return PageOauthCall{request, session, secret, std::move(arguments)}; });
}

Result<http::Response> OauthApi::ShowRequest(const PageOauthCall& call) {
  QX_TRY(const oauth::Form form, oauth::Form::Of(call.request.query));
  QX_TRY(const oauth::Client client, oauth_.ClientOf(form));
  QX_TRY(const oauth::Asked asked, oauth_.Check(client, form, PlaceOf(services_, call.request)));
  json::Writer writer;
  writer.BeginObject().Name("client").BeginObject().Member("id", client.id).Member("name", client.name).EndObject();
  writer.Member("redirectHost", HostOf(asked.redirect_uri)).Member("user", call.session.caller.user).Member("name", call.session.name);
  writer.Name("words").BeginArray();
  for (const std::string& word : asked.words.List()) writer.String(word);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> OauthApi::Decide(const PageOauthCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  QX_TRY(const std::string asked, TextMember(body.root(), "request"));
  QX_TRY(const std::vector<std::string> words, TextList(body.root(), "words"));
  const std::optional<json::Value> agrees = body.root().Find("agree");
  if (!agrees || !agrees->IsBoolean()) return Invalid("bad-body", "agree is true or false", "agree 只能是 true 或 false");
  QX_TRY(const oauth::Form form, oauth::Form::Of(http::ParseQuery(asked)));
  QX_TRY(const std::string address, oauth_.Decide(call.session, call.secret, form, agrees->AsBoolean(), words, PlaceOf(services_, call.request)));
  json::Writer writer;
  writer.BeginObject().Member("redirect", address).EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> OauthApi::ListClients(const PageOauthCall& call) {
  QX_TRY(const std::vector<oauth::Client> clients, oauth_.clients().List(call.session.caller));
  json::Writer writer;
  writer.BeginObject().Name("clients").BeginArray();
  for (const oauth::Client& client : clients) WriteClient(writer, client);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> OauthApi::AddClient(const PageOauthCall& call) {
  QX_DO(access::Decide(call.session.caller, access::Verb::kManage, "account", ""));   // before what is wrong with it is told
  QX_TRY(const json::Document body, ParseBody(call.request));
  const json::Value root = body.root();
  oauth::Client wanted;
  QX_TRY(wanted.name, TextMember(root, "name"));
  QX_TRY(const std::string login, TextMember(root, "login"));
  QX_TRY(wanted.login, oauth::ParseLogin(login));
  QX_TRY(wanted.redirect_uris, TextList(root, "redirectUris"));
  QX_TRY(wanted.scope, TextMember(root, "scope"));
  QX_TRY(wanted.account, TextMember(root, "account"));
  if (const std::optional<json::Value> jwks = root.Find("jwks"); jwks && !jwks->IsNull()) wanted.jwks = jwks->IsString() ? jwks->AsString() : jwks->Raw();
  QX_TRY(const oauth::ClientReceipt receipt, oauth_.clients().Add(call.session.caller, std::move(wanted)));
  return ClientResponse(receipt, 201);
}

Result<http::Response> OauthApi::ChangeClient(const PageOauthCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  const auto flag = [&](std::string_view name) -> std::optional<bool> {
    const std::optional<json::Value> value = body.root().Find(name);
    if (!value || !value->IsBoolean()) return std::nullopt;
    return value->AsBoolean();
  };
  oauth::ClientChange change;
  change.disabled = flag("disabled");
  change.new_secret = flag("newSecret").value_or(false);
  QX_TRY(const oauth::ClientReceipt receipt, oauth_.clients().Change(call.session.caller, call.arguments[0], change));
  return ClientResponse(receipt, 200);
}

}  // namespace qianxian::api
