// Residents: found, added, and one with everything that is known of the person across institutions.
#include <algorithm>
#include <map>

#include "access/relation.h"
#include "api/care_api.h"
#include "api/care_readings.h"
#include "api/emergency_api.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/record_words.h"
#include "api/routes.h"
#include "base/date.h"
#include "base/limits_care.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/date.h"
#include "flow/records.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kIdCard = "https://fhir.qianxian.cn/id-card";
constexpr size_t kFound = 20;
constexpr size_t kFoundMost = 100;
constexpr size_t kOpenings = 50;           // who opened the record, by day, newest first
constexpr size_t kOfAType = 200;           // newest records of each type in a person's timeline

std::string NameIn(json::Value patient) {
  const auto names = patient.Find("name");
  if (!names || names->size() == 0) return {};
  const std::string_view text = names->At(0).FindString("text");
  if (!text.empty()) return std::string(text);
  std::string given;
  if (const auto parts = names->At(0).Find("given"))
    for (json::Value part : parts->Elements())
      if (part.IsString()) given += part.AsString();
  return std::string(names->At(0).FindString("family")) + given;
}

std::string Phone(json::Value patient) {
  const auto telecom = patient.Find("telecom");
  if (telecom)
    for (json::Value one : telecom->Elements())
      if (one.FindString("system") != "email") return std::string(one.FindString("value"));
  return {};
}

std::string IdCard(json::Value patient) {
  const auto identifiers = patient.Find("identifier");
  if (identifiers)
    for (json::Value one : identifiers->Elements())
      if (one.FindString("system") == kIdCard) return std::string(one.FindString("value"));
  return {};
}

std::string Address(json::Value patient) {
  const auto addresses = patient.Find("address");
  return addresses && addresses->size() > 0 ? std::string(addresses->At(0).FindString("text")) : std::string();
}

int AgeOn(std::string_view birth, const std::string& today) {
  int64_t from = 0, to = 0;
  if (birth.size() < 4 || !ParseInteger(birth.substr(0, 4), from) || !ParseInteger(today.substr(0, 4), to)) return -1;
  return static_cast<int>(to - from) - (birth.size() >= 10 && today.substr(5) < std::string(birth.substr(5, 5)));
}

struct Event {
  RecordWords words;
  std::string institution, reference, course;
};

}  // namespace

std::string CareApi::OrganizationName(store::Snapshot& snapshot, const std::string& code) {
  if (code.empty()) return {};
  const Result<store::Resource> organization = snapshot.Read("Organization", code);
  if (!organization.ok()) return code;
  const auto document = json::Document::Parse(organization->body);
  const std::string_view name = document.ok() ? document->root().FindString("name") : std::string_view();
  return name.empty() ? code : std::string(name);
}

void CareApi::WritePerson(json::Writer& w, store::Snapshot& snapshot, const store::Resource& patient, std::map<std::string, std::string>* names) {
  const auto document = json::Document::Parse(patient.body);
  if (!document.ok()) {
    w.BeginObject().Member("id", patient.id).EndObject();
    return;
  }
  const json::Value root = document->root();
  w.BeginObject().Member("id", patient.id).Member("name", NameIn(root)).Member("gender", root.FindString("gender"));
  WriteOrNull(w, "birthDate", root.FindString("birthDate"));
  const int age = AgeOn(root.FindString("birthDate"), TodayText());
  if (age < 0) w.Name("age").Null();
  else w.Member("age", age);
  WriteOrNull(w, "phone", Phone(root));
  WriteOrNull(w, "idNumber", store::MaskedIdNumber(IdCard(root)));
  std::map<std::string, std::string> one;
  const auto [name, is_new] = (names ? *names : one).try_emplace(patient.owner);
  if (is_new) name->second = OrganizationName(snapshot, patient.owner);
  w.Member("organization", patient.owner).Member("organizationName", name->second);
  WriteOrNull(w, "address", Address(root));
  if (snapshot.masked()) w.Member("masked", true);
  w.EndObject();
}

void CareApi::WritePersonOrName(json::Writer& w, store::Snapshot& snapshot, const std::string& id, const std::string& name) {
  if (const Result<store::Resource> patient = snapshot.Read("Patient", id); patient.ok()) WritePerson(w, snapshot, *patient);
  else w.BeginObject().Member("id", id).Member("name", snapshot.masked() ? store::MaskedName(name) : name).Member("gender", "").Name("age").Null().EndObject();
}

// Who somebody is, for whoever saw the mask and says why he has to know; the one who reads is noted as having opened the record.
Result<http::Response> CareApi::UnmaskPatient(const CareCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  QX_TRY(const std::string given, TextMember(body.root(), "reason"));
  const std::string reason(TrimUnicode(given));
  if (call.caller.masked && reason.empty()) return Invalid("no-reason", "say why you have to know", "请说明查看的原因");
  if (reason.size() > limits::kUnmaskReasonBytes) return Invalid("too-long", "the reason is too long", "原因过长");
  const access::Caller caller = reason.empty() ? call.caller : access::Unmasked(call.caller, reason);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, caller));
  QX_TRY(const store::Resource patient, snapshot->OpenPatient(call.arguments[0]));
  QX_TRY(const json::Document document, json::Document::Parse(patient.body));
  json::Writer w;
  w.BeginObject().Member("id", patient.id).Member("name", NameIn(document.root()));
  WriteOrNull(w, "phone", Phone(document.root()));
  WriteOrNull(w, "idNumber", IdCard(document.root()));
  WriteOrNull(w, "address", Address(document.root()));
  w.EndObject();
  return JsonResponse(w.Take());
}

// A text that was made with somebody's name in it, for who sees masked.
std::string CareApi::HideName(const std::string& patient, std::string text) {
  const Result<std::unique_ptr<store::Snapshot>> snapshot = services_.store->OpenSnapshot(access::SystemCaller("mask"));
  if (!snapshot.ok()) return {};
  const Result<store::Resource> found = (*snapshot)->Read("Patient", patient);
  const auto document = found.ok() ? json::Document::Parse(found->body) : json::Document::Parse("{}");
  const std::string name = document.ok() ? NameIn(document->root()) : std::string();
  return name.empty() ? text : ReplaceAll(text, name, store::MaskedName(name));
}

Result<http::Response> CareApi::FindPatients(const CareCall& call) {
  const std::string text(TrimUnicode(call.Query("find")));
  if (text.empty()) return Invalid("no-text", "say whom to find (find=)", "请输入要查找的姓名、证件号或电话");
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kFound, kFoundMost));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  const bool number = std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; }) && text.size() >= 4;
  std::vector<search::NamedValues> ways;
  if (number) ways = {{{"identifier", text}}, {{"phone", text}}};
  else ways = {{{"name", text}}, {{"identifier", text}}};
  std::vector<store::Resource> found;
  for (const search::NamedValues& way : ways) {
    QX_TRY(store::SearchPage page, Search(*snapshot, "Patient", way, count));
    for (store::Resource& one : page.matches)
      if (found.size() < count && std::none_of(found.begin(), found.end(), [&](const auto& f) { return f.id == one.id; })) found.push_back(std::move(one));
  }
  json::Writer w;
  w.BeginObject().Name("patients").BeginArray();
  for (const store::Resource& one : found) WritePerson(w, *snapshot, one);
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> CareApi::AddPatient(const CareCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  std::map<std::string, std::string> given;
  for (const char* name : {"name", "gender", "birthDate", "idNumber", "phone", "address", "organization", "clientKey"}) {
    QX_TRY(given[name], TextMember(body.root(), name));
  }
  if (given["name"].empty()) return Invalid("no-name", "a name is needed", "请填写姓名");
  if (given["clientKey"].empty()) return Invalid("no-key", "clientKey is missing", "缺少 clientKey");
  if (!given["birthDate"].empty() && !ParseDate(given["birthDate"]).ok()) return Invalid("bad-date", "not a date: " + given["birthDate"], "不是日期：" + given["birthDate"]);
  if (given["organization"].empty() && !call.caller.organizations.empty()) given["organization"] = call.caller.organizations.front();
  json::Writer w;
  w.BeginObject().Member("resourceType", "Patient");
  if (!given["idNumber"].empty())
    w.Name("identifier").BeginArray().BeginObject().Member("system", kIdCard).Member("value", ToUpperAscii(given["idNumber"])).EndObject().EndArray();
  w.Name("name").BeginArray().BeginObject().Member("text", given["name"]).EndObject().EndArray();
  if (!given["phone"].empty())
    w.Name("telecom").BeginArray().BeginObject().Member("system", "phone").Member("value", given["phone"]).EndObject().EndArray();
  w.MemberIfAny("gender", given["gender"]).MemberIfAny("birthDate", given["birthDate"]);
  if (!given["address"].empty()) w.Name("address").BeginArray().BeginObject().Member("text", given["address"]).EndObject().EndArray();
  if (!given["organization"].empty())
    w.Name("managingOrganization").BeginObject().Member("reference", "Organization/" + given["organization"]).EndObject();
  w.EndObject();
  store::CommitRequest commit;
  commit.reason = "api:patient";
  store::Change change;
  change.type = "Patient";
  // The client's key makes the id: sent twice is one person.
  change.id = crypto::Sha256Hex(call.caller.user + "|patient|" + given["clientKey"]).substr(0, 32);
  change.owner = given["organization"];
  change.body = w.Take();
  change.if_version = 0;
  const std::string id = change.id;
  json::Writer answer;
  answer.BeginObject().Member("id", id).EndObject();
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  if (snapshot->Read("Patient", id).ok()) return JsonResponse(answer.Take());
  commit.changes.push_back(std::move(change));
  QX_DO(services_.store->Commit(call.caller, std::move(commit)));
  return JsonResponse(answer.Take(), 201);
}

namespace {

void WriteEnrolment(json::Writer& w, const flow::Enrolment& e, const std::string& owner, const pack::Pack& pack) {
  w.BeginObject().Member("id", e.id).Member("pathway", e.pathway);
  pack::Text title{e.pathway, e.pathway}, stage_name{e.stage, e.stage};
  std::string course;
  for (const pack::Pathway& pathway : pack.pathways) {
    if (pathway.id != e.pathway) continue;
    title = pathway.title;
    for (const pack::Stage& stage : pathway.stages)
      if (stage.id == e.stage) stage_name = stage.name, course = stage.course;
  }
  WriteText(w, "title", title);
  WriteOrNull(w, "stage", e.stage);
  if (e.stage.empty()) w.Name("stageName").Null();         // of the target pool, not enrolled
  else WriteText(w, "stageName", stage_name);
  WriteOrNull(w, "course", course);
  w.Member("status", e.status).Member("since", e.since);
  WriteOrNull(w, "until", e.until);
  WriteOrNull(w, "exitReason", e.exit_reason);
  WriteOrNull(w, "edition", e.edition);
  w.Member("organization", owner).EndObject();
}

// Where on the way 防筛诊治康 the records of a step stand: as the pathway says of it. A record of steps of
// different courses (one visit for two programmes) stands nowhere: "".
void AddCourses(json::Value task, const flow::OpenStep& step, const pack::Pack& pack, std::map<std::string, std::string>& courses) {
  std::string course;
  for (const pack::Pathway& pathway : pack.pathways)
    if (pathway.id == step.pathway) course = pack::CourseOfStep(pathway, step.step);
  const auto outputs = task.Find("output");
  if (!outputs) return;
  for (json::Value output : outputs->Elements()) {
    const auto reference = output.Find("valueReference");
    if (!reference) continue;
    const auto [place, added] = courses.emplace(reference->FindString("reference"), course);
    if (!added && place->second != course) place->second.clear();
  }
}

// Else by what the record itself is.
std::string CourseOf(std::string_view type, const std::string& id, const std::map<std::string, std::string>& courses) {
  const auto known = courses.find(std::string(type) + "/" + id);
  if (known != courses.end()) return known->second;
  return type == "Condition" ? "diagnose" : type == "Procedure" ? "treat" : "";
}

}  // namespace

Status CareApi::WriteOpenings(json::Writer& w, store::Snapshot& snapshot, const std::string& patient) {
  QX_TRY(const std::vector<store::PatientOpening> openings, snapshot.OpeningsOfPatient(patient, kOpenings));
  std::map<std::string, auth::Person> people;       // somebody comes on many days
  w.Name("access").BeginArray();
  for (const store::PatientOpening& opening : openings) {
    auto person = people.find(opening.user);
    if (person == people.end()) {
      Result<auth::Person> found = services_.auth->PersonOf(opening.user);
      person = people.emplace(opening.user, found.ok() ? std::move(*found) : auth::Person{opening.user, {}}).first;
    }
    const auto& [name, organizations] = person->second;
    w.BeginObject().Member("at", RfcTime(opening.at)).Member("who", name);
    w.Member("organizationName", organizations.empty() ? std::string() : OrganizationName(snapshot, organizations.front())).EndObject();
  }
  w.EndArray();
  return Ok();
}

Result<http::Response> CareApi::ShowPatient(const CareCall& call) {
  const std::string& id = call.arguments[0];
  access::Caller caller = call.caller;
  QX_TRY(const std::optional<Instant> emergency_until,
         referral::Emergencies(*services_.store, *services_.parameters, *services_.clock).HoldsUntil(caller, id));
  if (emergency_until) caller.purpose = std::string(access::kEmergencyPurpose);   // for the audit
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, caller));
  QX_TRY(const store::Resource patient, snapshot->OpenPatient(id));
  json::Writer enrolments, steps, problems, emergencies;
  enrolments.BeginArray(), steps.BeginArray(), problems.BeginArray(), emergencies.BeginArray();
  std::map<std::string, Reading> readings;
  std::vector<Event> events, documents;
  std::map<std::string, std::string> courses;        // by reference; of the steps, which come first
  for (const char* type : {"EpisodeOfCare", "Task", "Condition", "Observation", "Encounter", "Procedure", "DiagnosticReport",
                           "QuestionnaireResponse", "ClinicalImpression", "ServiceRequest", "DocumentReference"}) {
    const std::string_view kind = type;
    QX_TRY(const store::SearchPage page, Search(*snapshot, type, {{"patient", "Patient/" + id}, {"_sort", "-_lastUpdated"}}, kOfAType));
    for (const store::Resource& one : page.matches) {
      QX_TRY(const json::Document document, json::Document::Parse(one.body));
      const json::Value root = document.root();
      const std::string on = DayOf(root);
      if (kind == "EpisodeOfCare" && StartsWith(one.id, "care-")) {
        WriteEnrolment(enrolments, flow::EnrolmentFromFhir(root), one.owner, *services_.pack);
      } else if (kind == "Task" && StartsWith(one.id, referral::kEmergencyPrefix)) {
        QX_TRY(const referral::EmergencyOpening opening, referral::EmergencyFrom(one));
        WriteEmergency(emergencies, opening, OrganizationName(*snapshot, opening.organization), snapshot->masked());
      } else if (kind == "Task") {
        const Result<flow::OpenStep> step = flow::StepFromFhir(one, *services_.pack);
        if (step.ok()) AddCourses(root, *step, *services_.pack, courses);
        if (step.ok() && (step->status == "ready" || step->status == "in-progress")) WriteStep(steps, *step);
      } else if (kind == "Observation") {
        AddReadings(root, on, readings);
      } else if (kind == "DocumentReference") {
        documents.push_back({WordsOf(kind, one.id, root, *services_.pack), one.owner, "DocumentReference/" + one.id, {}});
      } else if (kind != "EpisodeOfCare") {
        events.push_back({WordsOf(kind, one.id, root, *services_.pack), one.owner, std::string(type) + "/" + one.id, CourseOf(kind, one.id, courses)});
        if (kind == "Condition") {
          problems.BeginObject().Member("code", CodeIn(root, "code")).Member("name", FirstText(root, "code"));
          WriteOrNull(problems, "since", on);
          WriteOrNull(problems, "status", CodeIn(root, "clinicalStatus"));
          problems.EndObject();
        }
      }
    }
  }
  const auto newest = [](const Event& a, const Event& b) { return a.words.on > b.words.on; };
  std::stable_sort(events.begin(), events.end(), newest);
  const auto write = [&](json::Writer& w, const std::vector<Event>& list) {
    w.BeginArray();
    for (const Event& event : list) {
      w.BeginObject();
      WriteWords(w, event.words);
      WriteOrNull(w, "course", event.course);
      w.Member("institution", event.institution);
      w.Member("institutionName", OrganizationName(*snapshot, event.institution)).Member("reference", event.reference).EndObject();
    }
    w.EndArray();
  };
  json::Writer w;
  w.BeginObject().Name("patient");
  WritePerson(w, *snapshot, patient);
  WriteOrNull(w, "emergencyUntil", emergency_until ? RfcTime(*emergency_until) : std::string());
  w.Name("emergencies").Raw(emergencies.EndArray().Take());
  w.Name("enrolments").Raw(enrolments.EndArray().Take()).Name("steps").Raw(steps.EndArray().Take());
  w.Name("problems").Raw(problems.EndArray().Take()).Name("readings").BeginArray();
  for (auto& [code, reading] : readings) {
    std::sort(reading.points.begin(), reading.points.end());
    w.BeginObject().Member("code", code);
    WriteText(w, "name", {reading.name, reading.name});
    w.Member("unit", reading.unit).Name("points").BeginArray();
    for (const auto& [on, value] : reading.points) w.BeginObject().Member("on", on).Name("value").Number(value).EndObject();
    w.EndArray().EndObject();
  }
  w.EndArray().Name("timeline");
  write(w, events);
  w.Name("documents");
  write(w, documents);
  QX_DO(WriteOpenings(w, *snapshot, id));
  w.EndObject();
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
