#include "api/referral_api.h"

#include <algorithm>
#include <cmath>

#include "api/event_stream.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "base/text.h"
#include "fhir/date.h"
#include "referral/consultation.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kListed = 100, kListedMost = 500;
constexpr size_t kNotices = 100;

void WriteWords(json::Writer& w, std::string_view name, const std::vector<pack::Word>& words) {
  w.Name(name).BeginArray();
  for (const pack::Word& word : words) {
    w.BeginObject().Member("id", word.id);
    WriteText(w, "text", word.text);
    w.EndObject();
  }
  w.EndArray();
}

Result<std::optional<referral::Plan>> PlanMember(json::Value body, const pack::Pack& pack) {
  const auto member = body.Find("plan");
  if (!member || !member->IsObject()) return std::optional<referral::Plan>();
  referral::Plan plan;
  QX_TRY(plan.pathway, TextMember(*member, "pathway"));
  QX_TRY(plan.text, TextMember(*member, "text"));
  QX_TRY(plan.next_date, TextMember(*member, "nextDate"));
  if (!plan.pathway.empty() && std::ranges::none_of(pack.pathways, [&](const pack::Pathway& one) { return one.id == plan.pathway; }))
    return NotFound("no-such-pathway", "there is no pathway " + plan.pathway, "没有这个路径：" + plan.pathway);
  return std::optional<referral::Plan>(std::move(plan));
}

}  // namespace

const std::vector<ReferralApi::Route>& ReferralApi::Routes() {
  static const std::vector<Route> routes = {
      {"GET", "/api/referral-rules", &ReferralApi::Rules},
      {"GET", "/api/receivers", &ReferralApi::Receivers},
      {"GET", "/api/referrals", &ReferralApi::List},
      {"POST", "/api/referrals", &ReferralApi::Create},
      {"GET", "/api/referrals/{}", &ReferralApi::Show},
      {"POST", "/api/referrals/{}/{}", &ReferralApi::Step},
      {"GET", "/api/inbox", &ReferralApi::Inbox},
      {"POST", "/api/notices/{}/read", &ReferralApi::ReadNotice},
      {"GET", "/api/work", &ReferralApi::Work},
  };
  return routes;
}

std::optional<http::Response> ReferralApi::Handle(const http::Request& request, const auth::Session& session) {
  if (!services_.referral_rules || !services_.referral_rules->settings) return std::nullopt;
  return AnswerRoute(*this, Routes(), request, [&](std::vector<std::string> arguments) { return ReferralCall{request, session, std::move(arguments)}; });
}

referral::Referrals ReferralApi::Referrals() const {
  return referral::Referrals(*services_.store, *services_.parameters, *services_.referral_rules, *services_.clock);
}

referral::Inbox ReferralApi::Notices() const { return referral::Inbox(*services_.store, *services_.parameters, *services_.clock); }

// The codes of a patient's problems, so that the rules of his diseases stand first.
Result<std::vector<std::string>> ReferralApi::ConditionsOf(const ReferralCall& call, const std::string& patient) {
  std::vector<std::string> codes;
  if (patient.empty()) return codes;
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  QX_TRY(const search::Query query, search::Query::Parse(*services_.parameters, "Condition", {{"patient", "Patient/" + patient}, {"_count", "200"}}, {}));
  QX_TRY(const store::SearchPage page, snapshot->Search(query));
  for (const store::Resource& one : page.matches) {
    const auto document = json::Document::Parse(one.body);
    const auto code = document.ok() ? document->root().Find("code") : std::nullopt;
    const auto codings = code ? code->Find("coding") : std::nullopt;
    if (codings)
      for (json::Value coding : codings->Elements()) codes.emplace_back(coding.FindString("code"));
  }
  return codes;
}

Result<http::Response> ReferralApi::Rules(const ReferralCall& call) {
  const bool up = call.Query("direction") != "down";
  QX_TRY(const std::vector<std::string> codes, ConditionsOf(call, call.Query("patient")));
  const auto concerns = [&](const pack::ReferralCatalogue& one) {
    return std::ranges::any_of(one.conditions, [&](const std::string& prefix) {
      return std::ranges::any_of(codes, [&](const std::string& code) { return StartsWith(code, prefix); });
    });
  };
  std::vector<const pack::ReferralCatalogue*> catalogues;
  for (const pack::ReferralCatalogue& one : services_.referral_rules->catalogues) catalogues.push_back(&one);
  std::ranges::stable_sort(catalogues, [&](const auto* a, const auto* b) {
    const auto rank = [&](const pack::ReferralCatalogue& one) { return concerns(one) ? 0 : one.id == "general" ? 1 : 2; };
    return rank(*a) < rank(*b);
  });
  json::Writer w;
  w.BeginObject().Name("rules").BeginArray();
  for (const pack::ReferralCatalogue* catalogue : catalogues)
    for (const pack::Criterion& criterion : catalogue->criteria) {
      if (criterion.up != up) continue;
      w.BeginObject().Member("id", criterion.id).Member("group", catalogue->id);
      WriteText(w, "groupName", catalogue->name);
      w.Member("direction", up ? "up" : "down").Member("urgency", criterion.urgency.empty() ? "routine" : criterion.urgency).Member("to", criterion.to);
      WriteText(w, "text", criterion.text);
      w.Member("mark", criterion.mark).Name("services").BeginArray();
      for (const std::string& service : criterion.services) w.String(service);
      w.EndArray().MemberIfAny("plan", criterion.plan).Member("proposed", concerns(*catalogue)).EndObject();
    }
  w.EndArray().Name("urgencies").BeginArray();
  const pack::ReferralSettings& settings = *services_.referral_rules->settings;
  for (const pack::Urgency& urgency : settings.urgencies) {
    w.BeginObject().Member("id", urgency.id);
    WriteText(w, "name", urgency.name);
    w.Member("answerMinutes", urgency.answer_minutes).EndObject();
  }
  w.EndArray().Name("reasons").BeginObject();
  WriteWords(w, "decline", settings.decline);
  WriteWords(w, "withdraw", settings.withdraw);
  WriteWords(w, "notTakenOver", settings.not_taken_over);
  w.EndObject().EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> ReferralApi::Receivers(const ReferralCall& call) {
  QX_TRY(const std::vector<referral::Receiver> receivers,
         Referrals().Receivers(call.caller(), call.Query("direction"), call.Query("service"), call.Organization()));
  json::Writer w;
  w.BeginObject().Name("receivers").BeginArray();
  for (const referral::Receiver& one : receivers) {
    w.BeginObject().Member("organization", one.organization).Member("name", one.name).Member("level", one.level).Member("distance", one.distance);
    w.Name("kilometres");
    if (one.kilometres) w.Integer(std::lround(*one.kilometres));
    else w.Null();
    w.Member("openReferrals", one.open).Name("services").BeginArray();
    for (const std::string& service : one.services) w.String(service);
    w.EndArray().Member("suggested", one.suggested);
    WriteText(w, "why", one.why);
    w.EndObject();
  }
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

void ReferralApi::WriteReferral(json::Writer& w, store::Snapshot& snapshot, const referral::Referral& r) {
  const pack::ReferralRules& rules = *services_.referral_rules;
  w.BeginObject().Member("id", r.id).Member("version", r.version).Member("direction", r.direction).Member("urgency", r.urgency);
  w.MemberIfAny("type", r.type).Member("state", r.state);
  WriteStateName(w, rules.settings->states, r.state);
  w.Name("patient");
  care_.WritePersonOrName(w, snapshot, r.patient, r.patient_name);
  WritePlace(w, "from", r.from);
  WritePlace(w, "to", r.to);
  w.Member("criterion", r.criterion).Name("criterionText");
  const pack::Criterion* criterion = rules.Find(r.criterion);
  if (criterion) w.BeginObject().Member("zh", criterion->text.zh).Member("en", criterion->text.en).EndObject();
  else w.Null();
  w.MemberIfAny("criterionMark", criterion ? criterion->mark : "");
  w.Member("reason", r.reason).Member("summary", r.summary);
  WriteOrNull(w, "sentAt", fhir::LocalTimeText(r.sent_at));
  WriteOrNull(w, "answerBy", fhir::LocalTimeText(r.answer_by));
  WriteOrNull(w, "actBy", fhir::LocalTimeText(r.act_by));
  w.Member("overdue", r.overdue).Name("slot");
  if (r.slot) w.BeginObject().MemberIfAny("start", fhir::LocalTimeText(r.slot->start)).MemberIfAny("department", r.slot->department).MemberIfAny("bed", r.slot->bed).EndObject();
  else w.Null();
  w.Name("history").BeginArray();
  for (const referral::Entry& entry : r.history) {
    w.BeginObject().Member("at", fhir::LocalTimeText(entry.at)).Member("who", entry.name.empty() ? entry.who : entry.name).Member("verb", entry.verb).Member("state", entry.state);
    WriteStateName(w, rules.settings->states, entry.state);
    w.Member("note", entry.note).MemberIfAny("reason", entry.reason).EndObject();
  }
  w.EndArray();
  WriteAttachments(w, snapshot, *services_.pack, r.attachments);
  w.Name("results").BeginArray();
  for (const referral::ReferralResult& result : r.results) {
    w.BeginObject().Member("at", fhir::LocalTimeText(result.at)).Member("text", result.text).Name("documents").BeginArray();
    for (const std::string& document : result.documents) w.String(document);
    w.EndArray().EndObject();
  }
  w.EndArray().Name("plan");
  if (r.plan) w.BeginObject().MemberIfAny("pathway", r.plan->pathway).Member("text", r.plan->text).MemberIfAny("nextDate", r.plan->next_date).EndObject();
  else w.Null();
  w.Name("may").BeginArray();
  for (const std::string& verb : r.may) w.String(verb);
  w.EndArray().EndObject();
}

Result<http::Response> ReferralApi::Answer(const ReferralCall& call, const referral::Referral& r, int status) {
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  WriteReferral(w, *snapshot, r);
  return JsonResponse(w.Take(), status);
}

// Seen by whoever may see it; with the steps of the account's own institutions.
Result<referral::Referral> ReferralApi::Find(const ReferralCall& call, const std::string& id) {
  Result<referral::Referral> own = Referrals().Get(call.Acting(), id);
  if (own.ok()) return own;
  QX_TRY(referral::Referral r, Referrals().Get(call.caller(), id));
  r.may.clear();
  return r;
}

Result<http::Response> ReferralApi::ListAnswer(const ReferralCall& call, const referral::Page& page) {
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  w.BeginObject().Member("total", page.total).Name("referrals").BeginArray();
  for (const referral::Referral& r : page.referrals) WriteReferral(w, *snapshot, r);
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> ReferralApi::List(const ReferralCall& call) {
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kListed, kListedMost));
  if (const std::string patient = call.Query("patient"); !patient.empty()) {
    QX_TRY(const referral::Page page, Referrals().OfPatient(call.Acting(), patient, count));
    return ListAnswer(call, page);
  }
  const std::string box = call.Query("box").empty() ? "received" : call.Query("box");
  if (box != "received" && box != "sent" && box != "review") return Invalid("bad-box", "box is received, sent or review", "box 应为 received、sent 或 review");
  QX_TRY(const size_t offset, QueryNumber(call.request, "offset", 0, SIZE_MAX));
  QX_TRY(const referral::Page page, Referrals().List(call.Acting(), box, call.Query("state"), offset, count));
  return ListAnswer(call, page);
}

Result<http::Response> ReferralApi::Create(const ReferralCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  const json::Value root = body.root();
  referral::NewReferral wanted;
  QX_TRY(wanted.client_key, TextMember(root, "clientKey"));
  QX_TRY(wanted.patient, TextMember(root, "patient"));
  QX_TRY(wanted.direction, TextMember(root, "direction"));
  QX_TRY(wanted.urgency, TextMember(root, "urgency"));
  QX_TRY(wanted.type, TextMember(root, "type"));
  QX_TRY(wanted.criterion, TextMember(root, "criterion"));
  QX_TRY(wanted.reason, TextMember(root, "reasonText"));
  QX_TRY(wanted.summary, TextMember(root, "summary"));
  if (const auto receiver = root.Find("receiver"); receiver && receiver->IsObject()) {
    QX_TRY(wanted.receiver, TextMember(*receiver, "organization"));
    QX_TRY(wanted.department, TextMember(*receiver, "department"));
  }
  wanted.from = call.Organization();
  wanted.by = call.session.name;
  wanted.attachments = root.FindStrings("attachments");
  QX_TRY(wanted.plan, PlanMember(root, *services_.pack));
  wanted.consent = FlagMember(root, "consent", false);
  wanted.send = FlagMember(root, "send", true);
  QX_TRY(const referral::Referral made, Referrals().Create(call.caller(), wanted));
  QX_TRY(const referral::Referral r, Find(call, made.id));
  return Answer(call, r, 201);
}

Result<http::Response> ReferralApi::Show(const ReferralCall& call) {
  QX_TRY(const referral::Referral r, Find(call, call.arguments[0]));
  return Answer(call, r);
}

Result<http::Response> ReferralApi::Step(const ReferralCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  const json::Value root = body.root();
  referral::Step step;
  step.verb = call.arguments[1];
  step.version = VersionMember(root);
  step.by = call.session.name;
  QX_TRY(step.reason, TextMember(root, "reason"));
  QX_TRY(step.note, TextMember(root, "note"));
  if (const auto slot = root.Find("slot"); slot && slot->IsObject()) {
    referral::Slot one;
    QX_TRY(one.start, TextMember(*slot, "start"));
    QX_TRY(one.department, TextMember(*slot, "department"));
    QX_TRY(one.bed, TextMember(*slot, "bed"));
    step.slot = std::move(one);
  }
  if (const auto result = root.Find("result"); result && result->IsObject()) {
    referral::ReferralResult one;
    QX_TRY(one.text, TextMember(*result, "text"));
    one.documents = result->FindStrings("documents");
    step.result = std::move(one);
  }
  QX_TRY(step.plan, PlanMember(root, *services_.pack));
  if (const auto receiver = root.Find("receiver"); receiver && receiver->IsObject()) {
    QX_TRY(step.receiver, TextMember(*receiver, "organization"));
    QX_TRY(step.department, TextMember(*receiver, "department"));
  }
  step.consent = FlagMember(root, "consent", false);
  QX_TRY(const referral::Referral r, Referrals().Do(call.Acting(), call.arguments[0], step));
  return Answer(call, r);
}

Result<http::Response> ReferralApi::Inbox(const ReferralCall& call) {
  QX_TRY(const referral::InboxPage page, Notices().List(call.Acting(), true, kNotices));
  QX_TRY(const auto snapshot, store::OpenView(*services_.store, call.caller()));
  json::Writer w;
  w.BeginObject().Member("unread", page.unread).Name("notices").BeginArray();
  for (const referral::InboxEntry& entry : page.notices) {
    w.BeginObject().Member("id", entry.id).Member("at", fhir::LocalTimeText(entry.at)).Member("kind", entry.kind);
    const auto shown = [&](const std::string& text) { return snapshot->masked() ? care_.HideName(entry.patient, text) : text; };
    WriteText(w, "title", {shown(entry.zh), shown(entry.en)});
    WriteNoticeAbout(w, entry.about);
    w.Name("patient");
    if (const Result<store::Resource> patient = snapshot->Read("Patient", entry.patient); patient.ok()) care_.WritePerson(w, *snapshot, *patient);
    else w.Null();
    w.Member("read", entry.read).EndObject();
  }
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> ReferralApi::ReadNotice(const ReferralCall& call) {
  QX_DO(Notices().MarkRead(call.Acting(), call.arguments[0]));
  return JsonResponse("{}");
}

// What waits, for the navigation.
Result<http::Response> ReferralApi::Work(const ReferralCall& call) {
  QX_TRY(const referral::Page received, Referrals().List(call.Acting(), "received", "sent", 0, 0));
  QX_TRY(const referral::Page review, Referrals().List(call.Acting(), "review", "", 0, 0));
  QX_TRY(const referral::Page drafts, Referrals().List(call.Acting(), "sent", "draft", 0, 0));
  QX_TRY(const referral::InboxPage notices, Notices().List(call.Acting(), false, 1));
  QX_TRY(const uint64_t consultations,
         referral::Consultations(*services_.store, *services_.parameters, *services_.referral_rules, *services_.clock).Waiting(call.Acting()));
  json::Writer w;
  w.BeginObject().Member("referralsReceived", received.total).Member("referralsToReview", review.total).Member("drafts", drafts.total);
  w.Member("consultations", consultations).Member("notices", notices.unread).EndObject();
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
