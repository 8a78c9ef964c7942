#include "api/care_api.h"

#include "api/outcome.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "base/text.h"

namespace qianxian::api {
const std::vector<CareApi::Route>& CareApi::Routes() {
  static const std::vector<Route> routes = {
      {"GET", "/api/patients", &CareApi::FindPatients},
      {"POST", "/api/patients", &CareApi::AddPatient},
      {"GET", "/api/patients/{}", &CareApi::ShowPatient},
      {"POST", "/api/patients/{}/unmask", &CareApi::UnmaskPatient},
      {"POST", "/api/patients/{}/documents", &CareApi::AddDocument},
      {"GET", "/api/documents/{}", &CareApi::ShowDocument},
      {"GET", "/api/today", &CareApi::Today},
      {"GET", "/api/forms/{}", &CareApi::ShowForm},
      {"POST", "/api/visits", &CareApi::AddVisit},
      {"POST", "/api/enrolments", &CareApi::Enrol},
      {"POST", "/api/enrolments/{}/exit", &CareApi::Exit},
      {"POST", "/api/enrolments/{}/move", &CareApi::Move},
      {"GET", "/api/pathways", &CareApi::ListPathways},
      {"GET", "/api/programmes/{}", &CareApi::Programme},
      {"GET", "/api/programmes/{}/people", &CareApi::ProgrammePeople},
      {"POST", "/api/programmes/{}/move", &CareApi::MoveProgramme},
  };
  return routes;
}

std::optional<http::Response> CareApi::Handle(const http::Request& request, const auth::Session& session) {
  if (!flow_) return std::nullopt;
  return AnswerRoute(*this, Routes(), request, [&](std::vector<std::string> arguments) { return CareCall{request, session.caller, std::move(arguments)}; });
}

std::optional<http::Response> CareApi::HandleApply(const http::Request& request, const auth::Session& session) {
  constexpr std::string_view kBefore = "/fhir/PlanDefinition/", kAfter = "/$apply";
  if (!flow_ || !StartsWith(request.path, kBefore) || !EndsWith(request.path, kAfter)) return std::nullopt;
  const std::string_view id = std::string_view(request.path).substr(kBefore.size(), request.path.size() - kBefore.size() - kAfter.size());
  const std::string subject(request.QueryValue("subject"));
  if (!StartsWith(subject, "Patient/")) return FhirError(Invalid("no-subject", "say for whom: subject=Patient/ID", "请用 subject=Patient/ID 指明对象"));
  const Result<std::string> plan = flow_->Apply(session.caller, id, subject.substr(8));
  return plan.ok() ? FhirAnswer(*plan) : FhirError(plan.error());
}

Result<store::SearchPage> CareApi::Search(store::Snapshot& snapshot, std::string_view type, const search::NamedValues& values, size_t count) {
  QX_TRY(search::Query query, search::Query::Parse(*services_.parameters, type, values, {.now = services_.clock->Now()}));
  query.count = count;
  return snapshot.Search(query);
}

Result<std::vector<store::Tally>> CareApi::CountBy(store::Snapshot& snapshot, std::string_view type, search::NamedValues values, const char* by) {
  values.emplace_back("_sort", by);
  QX_TRY(const search::Query query, search::Query::Parse(*services_.parameters, type, values, {.now = services_.clock->Now()}));
  return snapshot.CountBy(query);
}

std::string CareApi::TodayText() const { return FormatLocalTime(services_.clock->Now()).substr(0, 10); }

void WriteStep(json::Writer& w, const flow::OpenStep& step) {
  w.BeginObject().Member("task", step.task).Member("version", step.version).Member("pathway", step.pathway);
  WriteText(w, "pathwayTitle", step.pathway_title);
  w.Member("step", step.step);
  WriteText(w, "name", step.name);
  WriteOrNull(w, "form", step.form);
  WriteOrNull(w, "activity", step.activity);
  w.Member("due", step.due).Member("windowStart", step.window_start).Member("windowEnd", step.window_end).Member("status", step.status);
  WriteOrNull(w, "escalatedTo", step.escalated_to);
  w.Name("who").BeginArray();
  for (const std::string& level : step.who) w.String(level);
  w.EndArray().EndObject();
}

}  // namespace qianxian::api
