#include "oauth/oauth.h"

#include "base/limits_oauth.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"
#include "oauth/errors.h"

namespace qianxian::oauth {
namespace {

// Of the audit: by which program, and from where.
std::string OriginOf(const Client& client, const std::string& peer) { return "client:" + client.id + " " + peer; }

// Who it is, as far as the scope says that he may be told apart.
void WriteIdentity(json::Writer& writer, const auth::Session& session, const Words& words, const Place& place) {
  writer.Member("sub", auth::AccountId(session.caller.user));
  if (words.Has("profile")) writer.MemberIfAny("name", session.name).Member("preferred_username", session.caller.user);
  if (words.Has("fhirUser") && !session.caller.practitioner.empty()) {
    writer.Member("fhirUser", place.issuer + "/fhir/Practitioner/" + session.caller.practitioner);
  }
}

}  // namespace

OAuth::OAuth(const Tools& tools)
    : tools_(tools), clients_(tools), login_(tools, clients_), grants_(tools), keys_(*tools.clock, tools.directory) {}

Result<Client> OAuth::ClientOf(const Form& form) {
  const Error none = NotFound("no-such-client", "no program is registered under this client_id", "没有登记此 client_id 的应用");
  const std::string& id = form.Text("client_id");
  if (id.empty() || id.size() > 64) return none;
  Result<Client> client = clients_.Find(id);
  if (!client.ok() && (client.error().category == ErrorCategory::kNotFound || client.error().category == ErrorCategory::kInvalid)) return none;
  if (!client.ok()) return std::move(client).error();
  if (client->disabled) return none;
  QX_DO(CheckRedirectOf(*client, form));
  return client;
}

Result<Asked> OAuth::Check(const Client& client, const Form& form, const Place& place) const { return CheckAsked(client, form, place, tools_.is_type); }

Result<std::string> OAuth::Decide(const auth::Session& session, std::string_view session_secret, const Form& form, bool agrees,
                                  const std::vector<std::string>& words, const Place& place) {
  if (session.token || !session.caller.client.empty()) {
    return MakeError(ErrorCategory::kForbidden, "page-only", "only who has signed in on the page may agree", "请在网页登录后再授权");
  }
  QX_DO(auth::CheckWhole(session));
  QX_TRY(const Client client, ClientOf(form));
  QX_TRY(const Asked asked, Check(client, form, place));
  if (!agrees) {
    return AnswerAddress(asked.redirect_uri, {{"error", "access_denied"}, {"error_description", "the user did not agree"}}, asked.state, place);
  }
  QX_TRY(const Words chosen, ReadWords(Join(words, " "), tools_.is_type));
  if (chosen.empty() || !IsWithin(chosen, asked.words)) return InvalidScope("choose of what was asked for", "请从所请求的授权范围中选择");
  GrantRecord grant;
  grant.client = client.id;
  grant.user = session.caller.user;
  grant.scope = chosen.Text();
  grant.redirect_uri = asked.redirect_uri;
  grant.challenge = asked.challenge;
  grant.session = crypto::Sha256Hex(session_secret);
  grant.nonce = asked.nonce;
  QX_TRY(const std::string code, grants_.NewCode(std::move(grant)));
  return AnswerAddress(asked.redirect_uri, {{"code", code}}, asked.state, place);
}

Result<Client> OAuth::Login(const ProgramCall& call) { return login_.Of(call.form, call.authorization, call.endpoint); }

Result<Tokens> OAuth::TokensOf(const Client& client, Given given, const Place& place) {
  // Disabled while this was being made: then it ends with all the rest.
  const Result<Client> now = clients_.Find(client.id);
  if (!now.ok() || now->disabled) {
    QX_DO(tools_.auth->EndClient(client.id));
    return InvalidClient("unknown client, or it did not prove who it is", "应用不存在，或未能证明其身份");
  }
  Tokens tokens{std::move(given.access_token), std::move(given.refresh_token), "", std::move(given.scope), given.expires_in_seconds};
  QX_TRY(const Words words, ReadWords(tokens.scope, tools_.is_type));
  if (!words.Has("openid")) return tokens;
  const int64_t seconds = tools_.clock->Now().microseconds / 1'000'000;
  json::Writer claims;
  claims.BeginObject().Member("iss", place.issuer).Member("aud", client.id).Member("iat", seconds).Member("exp", seconds + limits::kIdTokenSeconds);
  claims.MemberIfAny("nonce", given.nonce);
  WriteIdentity(claims, *given.session, words, place);
  claims.EndObject();
  QX_TRY(tokens.id_token, keys_.Sign(claims.Take()));
  return tokens;
}

// SMART Backend Services: no user, no refresh token.
Result<Tokens> OAuth::ForItself(const Client& client, const ProgramCall& call) {
  if (client.account.empty() || client.login != Login::kKeys) {
    return ProtocolError("unauthorized_client", "this program is not registered to work for itself", "该应用未登记为可自行工作");
  }
  QX_TRY(const Words wanted, ReadWords(call.form.Text("scope"), tools_.is_type));
  QX_TRY(const Words allowed, ReadWords(client.scope, tools_.is_type));
  Words words;
  for (const access::ScopeLine& line : wanted.resources.lines) {
    if (!line.system) return InvalidScope("without a user there are system/ scopes only", "无用户时只能使用 system/ 授权范围");
  }
  if (!wanted.identity.empty()) return InvalidScope("without a user there are system/ scopes only", "无用户时只能使用 system/ 授权范围");
  words = Common(wanted, allowed);
  if (words.empty()) return InvalidScope("the program may be given nothing of this", "该应用不能获得所请求的任何授权");
  const Instant ends{tools_.clock->Now().microseconds + limits::kServiceTokenSeconds * 1'000'000};
  Result<auth::SignedIn> access = tools_.auth->StartGranted(client.account, {client.id, words.Text(), ""}, ends, OriginOf(client, call.peer));
  if (!access.ok() && access.error().category == ErrorCategory::kUnavailable) return std::move(access).error();
  if (!access.ok()) return ProtocolError("unauthorized_client", "the account of this program is not there or is disabled", "该应用所用的账号不存在或已停用");
  Given given;
  given.access_token = std::move(access->secret);
  given.session = std::move(access->session);
  given.scope = words.Text();
  given.expires_in_seconds = limits::kServiceTokenSeconds;
  return TokensOf(client, std::move(given), call.place);
}

Result<Tokens> OAuth::Token(const ProgramCall& call) {
  const std::string& kind = call.form.Text("grant_type");
  QX_TRY(const Client client, Login(call));
  if (kind == "authorization_code") {
    QX_TRY(Given given, grants_.UseCode(client, {call.form.Text("code"), call.form.Text("redirect_uri"), call.form.Text("code_verifier")}, OriginOf(client, call.peer)));
    return TokensOf(client, std::move(given), call.place);
  }
  if (kind == "refresh_token") {
    QX_TRY(Given given, grants_.UseRefresh(client, call.form.Text("refresh_token"), call.form.Text("scope"), OriginOf(client, call.peer)));
    Result<Tokens> tokens = TokensOf(client, std::move(given), call.place);
    if (tokens.ok()) tokens->id_token.clear();             // told once, when the user signed in
    return tokens;
  }
  if (kind == "client_credentials") return ForItself(client, call);
  return ProtocolError("unsupported_grant_type", "grant_type is authorization_code, refresh_token or client_credentials",
                       "grant_type 只能是 authorization_code、refresh_token 或 client_credentials");
}

Result<std::string> OAuth::Introspect(const ProgramCall& call) {
  QX_TRY(const Client client, Login(call));
  if (client.login == oauth::Login::kNone) return InvalidClient("a public program may not ask", "公共应用不能查询");
  const std::string& token = call.form.Text("token");
  if (token.empty()) return InvalidRequest("token is missing", "缺少 token");
  const std::string nothing = R"({"active":false})";
  json::Writer writer;
  writer.BeginObject().Member("active", true).Member("client_id", client.id).Member("iss", call.place.issuer);
  const Result<std::shared_ptr<const auth::Session>> session = tools_.auth->Look(token);
  if (session.ok()) {
    const auth::Session& found = **session;
    if (found.caller.client != client.id) return nothing;
    writer.Member("token_type", "Bearer").Member("scope", found.scope).Member("username", found.caller.user);
    writer.Member("sub", auth::AccountId(found.caller.user)).Member("exp", found.expires.microseconds / 1'000'000).EndObject();
    return writer.Take();
  }
  if (session.error().category != ErrorCategory::kUnauthenticated) return session.error();
  const Result<GrantRecord> refresh = grants_.LookRefresh(token);
  if (!refresh.ok() && refresh.error().code != "invalid_grant") return refresh.error();
  if (!refresh.ok() || refresh->client != client.id) return nothing;
  writer.Member("scope", refresh->scope).Member("username", refresh->user).Member("sub", auth::AccountId(refresh->user));
  writer.Member("exp", refresh->expires.microseconds / 1'000'000).EndObject();
  return writer.Take();
}

Status OAuth::Revoke(const ProgramCall& call) {
  QX_TRY(const Client client, Login(call));
  const std::string& token = call.form.Text("token");
  if (token.empty()) return InvalidRequest("token is missing", "缺少 token");
  const Result<std::shared_ptr<const auth::Session>> session = tools_.auth->Look(token);
  if (session.ok()) return (*session)->caller.client == client.id ? tools_.auth->EndGranted(crypto::Sha256Hex(token)) : Ok();
  if (session.error().category != ErrorCategory::kUnauthenticated) return session.error();
  return grants_.RevokeRefresh(client, token);
}

Result<std::string> OAuth::UserInfo(const auth::Session& session, const Place& place) const {
  const Error refused = ProtocolError("invalid_token", "a token with the scope openid is needed", "须使用含 openid 授权范围的令牌");
  if (session.caller.client.empty()) return refused;
  QX_TRY(const Words words, ReadWords(session.scope, tools_.is_type));
  if (!words.Has("openid")) return refused;
  json::Writer writer;
  writer.BeginObject();
  WriteIdentity(writer, session, words, place);
  writer.EndObject();
  return writer.Take();
}

}  // namespace qianxian::oauth
