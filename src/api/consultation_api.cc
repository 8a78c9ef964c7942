#include "api/consultation_api.h"

#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "fhir/date.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kListed = 100, kListedMost = 500;

const std::string& NameOf(const auto& signed_) { return signed_.name.empty() ? signed_.who : signed_.name; }

const pack::Pathway* PathwayOf(const pack::Pack& pack, const std::string& id) {
  for (const pack::Pathway& one : pack.pathways)
    if (one.id == id) return &one;
  return nullptr;
}

// Null: not signed, or altered since.
void WriteSigned(json::Writer& w, const std::optional<referral::Signed>& one) {
  w.Name("signed");
  if (one) w.BeginObject().Member("at", fhir::LocalTimeText(one->at)).Member("who", one->who).Member("sha256", one->sha256).EndObject();
  else w.Null();
}

}  // namespace

const std::vector<ConsultationApi::Route>& ConsultationApi::Routes() {
  static const std::vector<Route> routes = {
      {"GET", "/api/consultations", &ConsultationApi::List},
      {"POST", "/api/consultations", &ConsultationApi::Create},
      {"GET", "/api/consultations/{}", &ConsultationApi::Show},
      {"POST", "/api/consultations/{}/{}", &ConsultationApi::Step},
  };
  return routes;
}

std::optional<http::Response> ConsultationApi::Handle(const http::Request& request, const auth::Session& session) {
  if (!services_.referral_rules || !services_.referral_rules->settings) return std::nullopt;
  return AnswerRoute(*this, Routes(), request, [&](std::vector<std::string> arguments) { return ReferralCall{request, session, std::move(arguments)}; });
}

referral::Consultations ConsultationApi::Consultations() const {
  return referral::Consultations(*services_.store, *services_.parameters, *services_.referral_rules, *services_.clock);
}

void ConsultationApi::Write(json::Writer& w, store::Snapshot& snapshot, const referral::Consultation& c) {
  const std::vector<pack::Word>& words = services_.referral_rules->settings->consultation;
  w.BeginObject().Member("id", c.id).Member("version", c.version).Member("kind", c.kind).Member("mode", c.mode).Member("urgency", c.urgency);
  w.Member("state", c.state);
  WriteStateName(w, words, c.state);
  w.Name("patient");
  care_.WritePersonOrName(w, snapshot, c.patient, c.patient_name);
  w.Member("question", c.question);
  WritePlace(w, "from", c.from);
  w.Name("invited").BeginArray();
  for (const referral::Invited& one : c.invited) {
    w.BeginObject().Member("organization", one.organization).Member("name", one.name).Member("state", one.state);
    WriteStateName(w, words, one.state);
    w.MemberIfAny("note", one.note).EndObject();
  }
  w.EndArray();
  w.Name("about");
  if (c.about.enrolment.empty() && c.about.step.empty()) {
    w.Null();
  } else {
    const pack::Pathway* pathway = PathwayOf(*services_.pack, c.about.pathway);
    w.BeginObject().Member("step", c.about.step).Member("enrolment", c.about.enrolment).Member("pathway", c.about.pathway);
    WriteText(w, "title", pathway ? pathway->title : pack::Text{c.about.pathway, c.about.pathway});
    w.EndObject();
  }
  WriteOrNull(w, "scheduledAt", fhir::LocalTimeText(c.scheduled_at));
  WriteOrNull(w, "meeting", c.meeting);
  WriteOrNull(w, "sentAt", fhir::LocalTimeText(c.sent_at));
  WriteOrNull(w, "answerBy", fhir::LocalTimeText(c.answer_by));
  w.Member("overdue", c.overdue).Name("opinions").BeginArray();
  for (const referral::Opinion& one : c.opinions) {
    w.BeginObject().Member("at", fhir::LocalTimeText(one.at)).Member("who", NameOf(one)).Member("organization", one.organization);
    w.Member("organizationName", one.organization_name).Member("diagnosis", one.diagnosis).Member("advice", one.advice);
    w.Member("transfer", one.transfer);
    WriteSigned(w, one.signature);
    w.EndObject();
  }
  w.EndArray().Name("conclusion");
  if (c.conclusion) {
    w.BeginObject().Member("at", fhir::LocalTimeText(c.conclusion->at)).Member("who", NameOf(*c.conclusion)).Member("text", c.conclusion->text);
    WriteSigned(w, c.conclusion->signature);
    w.EndObject();
  } else {
    w.Null();
  }
  WriteAttachments(w, snapshot, *services_.pack, c.attachments);
  w.Name("may").BeginArray();
  for (const std::string& verb : c.may) w.String(verb);
  w.EndArray().EndObject();
}

Result<http::Response> ConsultationApi::Answer(const ReferralCall& call, const referral::Consultation& c, int status) {
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  Write(w, *snapshot, c);
  return JsonResponse(w.Take(), status);
}

Result<http::Response> ConsultationApi::List(const ReferralCall& call) {
  const std::string box = call.Query("box").empty() ? "received" : call.Query("box");
  if (box != "received" && box != "sent") return Invalid("bad-box", "box is received or sent", "box 应为 received 或 sent");
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kListed, kListedMost));
  QX_TRY(const std::vector<referral::Consultation> list, Consultations().List(call.Acting(), box, count));
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  w.BeginObject().Name("consultations").BeginArray();
  for (const referral::Consultation& one : list) Write(w, *snapshot, one);
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> ConsultationApi::Create(const ReferralCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  const json::Value root = body.root();
  referral::NewConsultation wanted;
  QX_TRY(wanted.client_key, TextMember(root, "clientKey"));
  QX_TRY(wanted.patient, TextMember(root, "patient"));
  QX_TRY(wanted.kind, TextMember(root, "kind"));
  QX_TRY(wanted.mode, TextMember(root, "mode"));
  QX_TRY(wanted.urgency, TextMember(root, "urgency"));
  QX_TRY(wanted.question, TextMember(root, "question"));
  QX_TRY(wanted.scheduled_at, TextMember(root, "scheduledAt"));
  QX_TRY(wanted.meeting, TextMember(root, "meeting"));
  QX_TRY(wanted.about, TextMember(root, "about"));
  for (json::Value one : root.Find("invited").value_or(json::Value()).Elements()) {
    QX_TRY(std::string organization, TextMember(one, "organization"));
    wanted.invited.push_back(std::move(organization));
  }
  wanted.attachments = root.FindStrings("attachments");
  wanted.from = call.Organization();
  wanted.by = call.session.name;
  QX_TRY(const referral::Consultation made, Consultations().Create(call.caller(), wanted));
  QX_TRY(const referral::Consultation c, Consultations().Get(call.Acting(), made.id));
  return Answer(call, c, 201);
}

// Whoever leads one that is part of it sees it, and finds no step in `may`.
Result<http::Response> ConsultationApi::Show(const ReferralCall& call) {
  const Result<referral::Consultation> own = Consultations().Get(call.Acting(), call.arguments[0]);
  if (own.ok()) return Answer(call, *own);
  QX_TRY(referral::Consultation c, Consultations().Get(call.caller(), call.arguments[0]));
  c.may.clear();
  return Answer(call, c);
}

Result<http::Response> ConsultationApi::Step(const ReferralCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  const json::Value root = body.root();
  referral::ConsultationStep step;
  step.verb = call.arguments[1];
  step.version = VersionMember(root);
  step.by = call.session.name;
  QX_TRY(step.note, TextMember(root, "note"));
  QX_TRY(step.text, TextMember(root, "text"));
  if (const auto opinion = root.Find("opinion"); opinion && opinion->IsObject()) {
    QX_TRY(step.diagnosis, TextMember(*opinion, "diagnosis"));
    QX_TRY(step.advice, TextMember(*opinion, "advice"));
    step.transfer = FlagMember(*opinion, "transfer", false);
  }
  QX_TRY(const referral::Consultation c, Consultations().Do(call.Acting(), call.arguments[0], step));
  return Answer(call, c);
}

}  // namespace qianxian::api
