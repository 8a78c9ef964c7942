#include "api/emergency_api.h"

#include "api/page_api.h"
#include "api/page_json.h"
#include "base/text.h"
#include "fhir/date.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kListed = 50, kListedMost = 500;

}  // namespace

void WriteEmergency(json::Writer& w, const referral::EmergencyOpening& o, const std::string& organization_name, bool masked) {
  w.BeginObject().Member("id", o.id).Member("version", o.version).Member("state", o.state);
  w.Member("at", fhir::LocalTimeText(o.at)).Member("until", fhir::LocalTimeText(o.until));
  w.Member("user", o.user).Member("who", o.name).Member("organization", o.organization).Member("organizationName", organization_name);
  w.Member("patientName", masked ? store::MaskedName(o.patient_name) : o.patient_name).Member("reason", o.reason).Member("text", o.text);
  WriteOrNull(w, "reviewedAt", fhir::LocalTimeText(o.reviewed_at));
  WriteOrNull(w, "reviewer", o.reviewer_name);
  WriteOrNull(w, "note", o.note);
  w.EndObject();
}

const std::vector<EmergencyApi::Route>& EmergencyApi::Routes() {
  static const std::vector<Route> routes = {
      {"GET", "/api/emergency-openings", &EmergencyApi::List},
      {"POST", "/api/emergency-openings", &EmergencyApi::Open},
      {"POST", "/api/emergency-openings/{}/review", &EmergencyApi::Review},
  };
  return routes;
}

std::optional<http::Response> EmergencyApi::Handle(const http::Request& request, const auth::Session& session) {
  return AnswerRoute(*this, Routes(), request, [&](std::vector<std::string> arguments) { return ReferralCall{request, session, std::move(arguments)}; });
}

Result<http::Response> EmergencyApi::Open(const ReferralCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  referral::NewEmergency wanted;
  QX_TRY(wanted.client_key, TextMember(body.root(), "clientKey"));
  QX_TRY(wanted.identifier, TextMember(body.root(), "identifier"));
  QX_TRY(wanted.reason, TextMember(body.root(), "reason"));
  QX_TRY(wanted.text, TextMember(body.root(), "text"));
  wanted.name = call.session.name;
  wanted.organization = call.Organization();
  QX_TRY(const std::vector<referral::OpenedPatient> opened, Emergencies().Open(call.caller(), wanted));
  bool any = false;
  json::Writer w;
  w.BeginObject().Name("patients").BeginArray();
  for (const referral::OpenedPatient& one : opened) {
    any = any || one.opening;
    w.BeginObject().Member("id", one.patient).Member("name", one.name);
    WriteOrNull(w, "until", one.opening ? fhir::LocalTimeText(one.opening->until) : std::string());
    w.EndObject();
  }
  w.EndArray().EndObject();
  return JsonResponse(w.Take(), any ? 201 : 200);
}

Result<http::Response> EmergencyApi::List(const ReferralCall& call) {
  const std::string state = call.Query("state");
  if (!state.empty() && state != "waiting") return Invalid("bad-state", "state is waiting, or left out for all", "state 只能为 waiting，或不填表示全部");
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kListed, kListedMost));
  QX_TRY(const size_t offset, QueryNumber(call.request, "offset", 0, kListedMost * 20));
  QX_TRY(const referral::EmergencyPage page, Emergencies().List(call.caller(), state, offset, count));
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  w.BeginObject().Name("openings").BeginArray();
  for (const referral::EmergencyOpening& one : page.openings) WriteEmergency(w, one, care_.OrganizationName(*snapshot, one.organization), true);
  w.EndArray().Member("total", page.total).Member("waiting", page.waiting).EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> EmergencyApi::Review(const ReferralCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  const auto justified = body.root().Find("justified");
  if (!justified || !justified->IsBoolean()) return Invalid("no-verdict", "say whether it was justified (justified: true or false)", "请选择是否合理（justified）");
  QX_TRY(const std::string note, TextMember(body.root(), "note"));
  QX_TRY(const referral::EmergencyOpening one,
         Emergencies().Review(call.caller(), call.arguments[0], VersionMember(body.root()), justified->AsBoolean(), note, call.session.name));
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  WriteEmergency(w, one, care_.OrganizationName(*snapshot, one.organization), true);
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
