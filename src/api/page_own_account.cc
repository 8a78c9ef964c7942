// The own account: the second step of a sign-in, the second factor, the places where one is signed in; and which roles must have one.
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/settings.h"
#include "auth/own_account.h"

namespace qianxian::api {
namespace {

http::Response Nothing() {
  http::Response response;
  response.status = 204;
  return response;
}

http::Response RecoveryCodes(const std::vector<std::string>& codes) {
  json::Writer writer;
  writer.BeginObject();
  WriteTextList(writer, "recoveryCodes", codes);
  writer.EndObject();
  return JsonResponse(writer.Take());
}

http::Response RulesResponse(const Settings& settings) {
  json::Writer writer;
  writer.BeginObject().Name("secondFactorRoles").BeginArray();
  for (access::Role role : SecondFactorRoles(settings)) writer.String(access::Name(role));
  writer.EndArray().Member("isDefault", !settings.second_factor_roles.has_value()).EndObject();
  return JsonResponse(writer.Take());
}

}  // namespace

Result<http::Response> PageApi::PresentCode(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const std::string code, TextMember(body.root(), "code"));
  QX_TRY(const auth::SignedIn whole, services_.auth->own().PresentCode(call.secret, code, call.request.peer));
  http::Response response = JsonResponse(SessionJson(*whole.session));
  response.Set("Set-Cookie", SessionCookie(whole.secret, call.request));
  return response;
}

Result<http::Response> PageApi::ShowFactor(PageCall& call) {
  QX_TRY(const auth::FactorState state, services_.auth->own().Factor(call.secret));
  json::Writer writer;
  writer.BeginObject().Member("enrolled", state.enrolled).Member("required", state.required).Member("codes", state.codes);
  WriteOrNull(writer, "since", state.codes ? RfcTime(state.since) : std::string());
  writer.Member("passkeys", state.passkeys);
  writer.Member("recoveryCodes", state.recovery_codes).EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::OfferFactor(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const auth::Proof proof, ProofOf(body.root()));
  QX_TRY(const auth::FactorOffer offer, services_.auth->own().OfferFactor(call.secret, proof));
  json::Writer writer;
  writer.BeginObject().Member("secret", offer.secret).Member("uri", offer.uri).EndObject();
  return JsonResponse(writer.Take(), 201);
}

Result<http::Response> PageApi::ConfirmFactor(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const std::string code, TextMember(body.root(), "code"));
  QX_TRY(const std::vector<std::string> codes, services_.auth->own().ConfirmFactor(call.secret, code));
  return RecoveryCodes(codes);
}

Result<http::Response> PageApi::RemoveFactor(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const auth::Proof proof, ProofOf(body.root()));
  QX_DO(services_.auth->own().RemoveFactor(call.secret, proof));
  return Nothing();
}

Result<http::Response> PageApi::RenewRecoveryCodes(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  QX_TRY(const auth::Proof proof, ProofOf(body.root()));
  QX_TRY(const std::vector<std::string> codes, services_.auth->own().RenewRecoveryCodes(call.secret, proof));
  return RecoveryCodes(codes);
}

Result<http::Response> PageApi::ListSessions(PageCall& call) {
  QX_TRY(const std::vector<auth::OwnSession> sessions, services_.auth->own().List(call.secret));
  json::Writer writer;
  writer.BeginObject().Name("sessions").BeginArray();
  for (const auth::OwnSession& one : sessions) {
    writer.BeginObject().Member("id", one.id).Member("kind", one.token ? "token" : "page").Member("program", one.program);
    writer.Member("address", one.origin);
    writer.Member("current", one.current).Member("signedIn", RfcTime(one.created)).Member("lastUsed", RfcTime(one.last_used));
    writer.Member("expires", RfcTime(one.expires)).EndObject();
  }
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::EndSession(PageCall& call) {
  QX_DO(services_.auth->own().EndSession(call.secret, call.arguments[0]));
  return Nothing();
}

Result<http::Response> PageApi::EndSessions(PageCall& call) {
  QX_DO(services_.auth->own().EndSessions(call.secret, call.Query("tokens") == "1"));
  http::Response response = Nothing();
  response.Set("Set-Cookie", SessionCookie("", call.request));
  return response;
}

Result<http::Response> PageApi::ShowSignInRules(PageCall& call) {
  QX_DO(access::Decide(call.caller(), access::Verb::kManage, "account", ""));
  QX_TRY(const Settings settings, ReadSettings(*services_.store));
  return RulesResponse(settings);
}

Result<http::Response> PageApi::ChangeSignInRules(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  const std::optional<json::Value> list = body.root().Find("secondFactorRoles");
  std::optional<std::vector<access::Role>> roles;
  if (!list || (!list->IsArray() && !list->IsNull())) {
    return Invalid("bad-body", "secondFactorRoles must be a list of roles, or null for the usual ones", "secondFactorRoles 应为角色列表，null 表示使用默认值");
  }
  if (list->IsArray()) {
    roles.emplace();
    for (json::Value name : list->Elements()) {
      QX_TRY(const access::Role role, access::ParseRole(name.IsString() ? name.AsString() : std::string_view()));
      roles->push_back(role);
    }
  }
  QX_DO(SaveSecondFactorRoles(*services_.store, call.caller(), roles));
  QX_TRY(const Settings settings, ReadSettings(*services_.store));
  return RulesResponse(settings);
}

}  // namespace qianxian::api
