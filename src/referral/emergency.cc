#include "referral/emergency.h"

#include <algorithm>

#include "access/relation.h"
#include "base/limits_care.h"
#include "base/text.h"
#include "referral/extension.h"
#include "referral/notice_records.h"
#include "referral/parts.h"
#include "referral/step_tools.h"
#include "search/query.h"
#include "store/relation.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kUrl = "https://fhir.qianxian.cn/StructureDefinition/emergency";
constexpr int64_t kHour = 3'600'000'000;
constexpr size_t kPeople = 20;             // records of one number

Error NoSuchOpening() { return NotFound("no-such-opening", "There is no such emergency opening.", "没有这次紧急查阅。"); }

// The texts of the record by their names, for writing and for reading.
template <typename Opening, typename Use>
void Texts(Opening& o, Use use) {
  use("patient-name", o.patient_name), use("keeper", o.keeper), use("user", o.user), use("name", o.name), use("organization", o.organization);
  use("reason", o.reason), use("text", o.text), use("at", o.at), use("until", o.until), use("state", o.state);
  use("reviewed-at", o.reviewed_at), use("reviewer", o.reviewer), use("reviewer-name", o.reviewer_name), use("note", o.note);
}

store::Change TaskChange(const EmergencyOpening& o, const std::string& actor) {
  Writer w;
  w.BeginObject().Member("resourceType", "Task").Member("id", o.id).Name("extension").BeginArray();
  Begin(w, kUrl);
  Texts(o, [&](std::string_view name, const std::string& text) { Part(w, name, text); });
  End(w);
  w.EndArray().Member("status", o.state == "waiting" ? "requested" : o.state == "justified" ? "completed" : "rejected");
  Code(w, "businessStatus", "emergency-state", o.state);
  w.Member("intent", "order").Member("priority", "stat");
  Code(w, "code", "task", "emergency-access");
  Reference(w, "for", "Patient/" + o.patient);
  w.Member("authoredOn", o.at).Name("requester").BeginObject().Member("reference", actor).Member("display", o.name).EndObject();
  w.Name("reasonCode").BeginObject().Name("coding").BeginArray().BeginObject().Member("system", std::string(kBase) + "emergency-reason");
  w.Member("code", o.reason).EndObject().EndArray().MemberIfAny("text", o.text).EndObject();
  w.Name("restriction").BeginObject().Name("period").BeginObject().Member("start", o.at).Member("end", o.until).EndObject().EndObject();
  w.EndObject();
  store::Change change;
  change.type = "Task";
  change.id = o.id;
  change.body = w.Take();
  change.owner = o.keeper;                 // who keeps the record sees that it was opened
  return change;
}

Notice OpenedNotice(const EmergencyOpening& o) {
  return {o.id, "emergency:opened", o.keeper, "Task/" + o.id, o.patient,
          o.name + " 紧急查阅了 " + o.patient_name + " 的健康档案" + (o.text.empty() ? "" : "：" + o.text),
          o.name + " opened the record of " + o.patient_name + " in an emergency" + (o.text.empty() ? "" : ": " + o.text), "", ""};
}

Notice ReviewedNotice(const EmergencyOpening& o) {
  const bool right = o.state == "justified";
  const std::string note = o.note.empty() ? "" : "：" + o.note;
  return {o.id + "/reviewed", right ? "emergency:justified" : "emergency:unjustified", o.organization, "Task/" + o.id, o.patient,
          o.name + " 对 " + o.patient_name + " 的紧急查阅经审核" + (right ? "合理" : "不合理，已终止") + note,
          "The emergency opening of " + o.patient_name + " by " + o.name + (right ? " was found justified" : " was found not justified, and has ended") +
              (o.note.empty() ? "" : ": " + o.note),
          o.user, ""};
}

Status Check(const access::Caller& caller, const NewEmergency& wanted) {
  if (caller.scope)
    return MakeError(ErrorCategory::kForbidden, "not-in-scope", "A program opens no record in an emergency: a person does.", "应用不能紧急查阅，须由本人操作。");
  if (caller.whole_county || !access::RelationOpens(caller, "Patient"))
    return MakeError(ErrorCategory::kForbidden, "not-your-work", "Emergency access is for those who treat.", "紧急查阅仅限诊疗人员。");
  if (wanted.client_key.empty() || wanted.client_key.size() > 200) return Missing("no-client-key", "clientKey is missing: it makes sending twice once.", "缺少 clientKey。");
  const bool plain = std::all_of(wanted.identifier.begin(), wanted.identifier.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'; });
  if (!plain || wanted.identifier.size() < limits::kEmergencyNumberLeast || wanted.identifier.size() > limits::kEmergencyNumberMost)
    return Missing("no-identifier", "Type the whole number of the identity or insurance card.", "请完整填写身份证号或医保卡号。");
  const std::vector<std::string>& reasons = EmergencyReasons();
  if (std::find(reasons.begin(), reasons.end(), wanted.reason) == reasons.end()) return Missing("no-reason", "Choose a reason.", "请选择原因。");
  if (wanted.text.size() > limits::kEmergencyTextBytes || HasControlCharacters(wanted.text))
    return Missing("too-long", "Say it in one or two sentences, on one line.", "请用一两句话说明，不要换行。");
  if (TrimUnicode(wanted.text).size() < limits::kEmergencyTextLeast) return Missing("no-text", "Say in a few words what the matter is: it will be read at the review.", "请简要说明情况，审核时会查看。");
  return Ok();
}

// The program, in the name of who asks: the audit names the person and why.
access::Caller Looking(const access::Caller& caller) {
  access::Caller program = OnBehalf(caller);
  program.purpose = std::string(access::kEmergencyPurpose);
  return program;
}

}  // namespace

const std::vector<std::string>& EmergencyReasons() {
  static const std::vector<std::string> reasons = {"resuscitation", "unconscious", "emergency", "other"};
  return reasons;
}

Result<EmergencyOpening> EmergencyFrom(const store::Resource& task) {
  QX_TRY(const json::Document document, json::Document::Parse(task.body));
  EmergencyOpening o;
  o.id = task.id;
  o.version = task.version;
  const std::string_view patient = document.root().Find("for").value_or(Value()).FindString("reference");
  if (patient.starts_with("Patient/")) o.patient = patient.substr(8);
  for (Value extension : document.root().Find("extension").value_or(Value()).Elements()) {
    if (extension.FindString("url") != kUrl) continue;
    const PartsOf parts(extension);
    Texts(o, [&](std::string_view name, std::string& text) { text = parts.Text(name); });
  }
  return o;
}

Status Emergencies::MayReview(const access::Caller& caller) {
  if (access::Decide(caller, access::Verb::kManage, "audit", "").ok()) return Ok();
  if (caller.role == access::Role::kDirector && !caller.scope) return Ok();
  return MakeError(ErrorCategory::kForbidden, "not-your-work", "Emergency openings are reviewed by the auditor or the director.", "紧急查阅由审计管理员或院长审核。");
}

Result<std::vector<store::Resource>> Emergencies::PeopleWith(const access::Caller& caller, const std::string& identifier) {
  QX_TRY(search::Query query, search::Query::Parse(parameters_, "Patient", {{"identifier", identifier}}, {.now = clock_.Now()}));
  query.count = kPeople;
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(Looking(caller)));
  QX_TRY(store::SearchPage page, all->Search(query));
  if (page.matches.empty()) return NotFound("nobody-with-number", "Nobody in the county's records has this number.", "全县档案中没有这个号码的居民，请核对。");
  return std::move(page.matches);
}

// Who opens one after the other is looking for something else.
Status Emergencies::CheckFew(store::Snapshot& snapshot, const access::Caller& caller, Instant now) {
  const std::string since = FormatInstant({now.microseconds - 24 * kHour}, 0);
  QX_TRY(search::Query query, search::Query::Parse(parameters_, "Task", {{"code", std::string(kBase) + "task|emergency-access"},
                                                    {"requester", store::PersonActor(caller)}, {"authored-on", "ge" + since}}, {.now = now}));
  query.count = limits::kEmergenciesADay;
  QX_TRY(const store::SearchPage page, snapshot.Search(query));
  if (page.matches.size() < limits::kEmergenciesADay) return Ok();
  const std::string most = std::to_string(limits::kEmergenciesADay);
  return MakeError(ErrorCategory::kBusy, "too-many-openings", "More than " + most + " emergency openings in a day: ask the director of your institution.",
                   "一天内紧急查阅已达 " + most + " 次，请联系本机构负责人。");
}

store::Change Emergencies::RelationOf(const EmergencyOpening& o, const std::string& actor, bool holds) const {
  return PersonRelationChange("Task/" + o.id, o.patient, actor, o.keeper, InstantOf(o.at), InstantOf(o.until), holds);
}

Result<EmergencyOpening> Emergencies::OpenOne(const access::Caller& caller, const NewEmergency& wanted, const store::Resource& patient, Instant now) {
  EmergencyOpening o;
  o.id = std::string(kEmergencyPrefix) + KeyOf(caller.user + "|" + wanted.client_key, patient.id);
  o.patient = patient.id;
  o.patient_name = PatientName(patient.body);
  o.keeper = patient.owner;
  o.user = caller.user;
  o.name = wanted.name.empty() ? caller.user : wanted.name;
  o.organization = wanted.organization;
  o.reason = wanted.reason;
  o.text = std::string(TrimUnicode(wanted.text));
  o.at = FormatInstant(now, 0);
  o.until = FormatInstant({now.microseconds + limits::kEmergencyHours * kHour}, 0);
  o.state = "waiting";
  const std::string actor = store::PersonActor(caller);
  store::CommitRequest request;
  request.reason = "referral:emergency";
  request.changes = {TaskChange(o, actor), RelationOf(o, actor, true)};
  request.changes.front().if_version = 0;
  if (!o.keeper.empty()) request.changes.push_back(NoticeChange(OpenedNotice(o), now));
  QX_TRY(const store::CommitReceipt receipt, store_.Commit(Looking(caller), std::move(request)));
  o.version = receipt.changes.front().version;
  return o;
}

Result<std::vector<OpenedPatient>> Emergencies::Open(const access::Caller& caller, const NewEmergency& given) {
  NewEmergency wanted = given;
  wanted.identifier = ToUpperAscii(std::string(TrimUnicode(given.identifier)));
  QX_DO(Check(caller, wanted));
  const Instant now = clock_.Now();
  QX_TRY(const std::vector<store::Resource> people, PeopleWith(caller, wanted.identifier));
  QX_TRY(const std::unique_ptr<store::Snapshot> own, store_.OpenSnapshot(caller));
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(access::SystemCaller("referral")));
  std::vector<OpenedPatient> opened;
  bool few = false;
  for (const store::Resource& patient : people) {
    OpenedPatient one{patient.id, PatientName(patient.body), std::nullopt};
    const std::string id = std::string(kEmergencyPrefix) + KeyOf(caller.user + "|" + wanted.client_key, patient.id);
    if (const Result<store::Resource> done = all->Read("Task", id); done.ok()) {
      QX_TRY(one.opening, EmergencyFrom(*done));
    } else if (!own->Read("Patient", patient.id).ok()) {
      if (!few) QX_DO(CheckFew(*all, caller, now));
      few = true;
      QX_TRY(one.opening, OpenOne(caller, wanted, patient, now));
    }
    opened.push_back(std::move(one));
  }
  return opened;
}

Result<std::optional<Instant>> Emergencies::HoldsUntil(const access::Caller& caller, const std::string& patient) {
  std::optional<Instant> until;
  if (caller.whole_county || !access::RelationOpens(caller, "Patient")) return until;
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(access::SystemCaller("referral")));
  const Result<store::Resource> consent = all->Read(store::kRelationType, PersonRelationId(patient, store::PersonActor(caller)));
  if (!consent.ok()) return consent.error().category == ErrorCategory::kNotFound ? Result<std::optional<Instant>>(until) : consent.error();
  QX_TRY(const json::Document document, json::Document::Parse(consent->body));
  const std::optional<store::Relation> relation = store::RelationFrom(document.root());
  if (relation && relation->Holds(clock_.Now())) until = relation->end;
  return until;
}

Result<EmergencyPage> Emergencies::List(const access::Caller& caller, std::string_view state, size_t offset, size_t count) {
  QX_DO(MayReview(caller));
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(OnBehalf(caller)));
  const std::string code = std::string(kBase) + "task|emergency-access";
  const auto of = [&](std::string_view status) -> Result<search::Query> {
    search::NamedValues asked = {{"code", code}, {"_sort", "-authored-on"}};
    if (!status.empty()) asked.emplace_back("status", std::string(status));
    return search::Query::Parse(parameters_, "Task", asked, {.now = clock_.Now()});
  };
  EmergencyPage page;
  QX_TRY(search::Query waiting, of("requested"));
  waiting.count = 0;
  waiting.total = search::Total::kAccurate;
  QX_TRY(const store::SearchPage counted, all->Search(waiting));
  page.waiting = counted.total.value_or(0);
  QX_TRY(search::Query query, of(state == "waiting" ? "requested" : ""));
  query.count = offset + count;
  query.total = search::Total::kAccurate;
  QX_TRY(const store::SearchPage found, all->Search(query));
  page.total = found.total.value_or(0);
  for (size_t i = offset; i < found.matches.size() && page.openings.size() < count; ++i) {
    QX_TRY(EmergencyOpening opening, EmergencyFrom(found.matches[i]));
    page.openings.push_back(std::move(opening));
  }
  return page;
}

Result<EmergencyOpening> Emergencies::Review(const access::Caller& caller, std::string_view id, uint64_t version, bool justified, std::string_view note,
                                             const std::string& by) {
  QX_DO(MayReview(caller));
  if (!id.starts_with(kEmergencyPrefix)) return NoSuchOpening();
  if (note.size() > limits::kEmergencyTextBytes) return Missing("too-long", "The note is too long.", "说明过长，请精简。");
  if (!justified && TrimUnicode(note).empty()) return Missing("no-note", "Say why it was not justified.", "请说明不合理的原因。");
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(OnBehalf(caller)));
  const Result<store::Resource> task = all->Read("Task", id);
  if (!task.ok()) return task.error().category == ErrorCategory::kNotFound ? NoSuchOpening() : task.error();
  QX_TRY(EmergencyOpening o, EmergencyFrom(*task));
  if (o.state != "waiting") return MakeError(ErrorCategory::kConflict, "already-reviewed", "This opening was reviewed already.", "这次紧急查阅已审核。");
  if (o.user == caller.user) return NotYourStep();
  const Instant now = clock_.Now();
  o.state = justified ? "justified" : "unjustified";
  o.reviewed_at = FormatInstant(now, 0);
  o.reviewer = caller.user;
  o.reviewer_name = by.empty() ? caller.user : by;
  o.note = std::string(TrimUnicode(note));
  QX_TRY(const json::Document before, json::Document::Parse(task->body));
  const std::string actor(before.root().Find("requester").value_or(Value()).FindString("reference"));
  store::CommitRequest request;
  request.reason = "referral:emergency-review";
  request.changes.push_back(TaskChange(o, actor));
  request.changes.back().if_version = version == 0 ? o.version : version;
  if (!justified && now < InstantOf(o.until)) request.changes.push_back(RelationOf(o, actor, false));
  if (!o.organization.empty()) request.changes.push_back(NoticeChange(ReviewedNotice(o), now));
  QX_TRY(const store::CommitReceipt receipt, store_.Commit(OnBehalf(caller), std::move(request)));
  o.version = receipt.changes.front().version;
  return o;
}

}  // namespace qianxian::referral
