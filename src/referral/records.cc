#include "referral/records.h"

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"
#include "referral/extension.h"
#include "referral/table.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kReferralUrl = "https://fhir.qianxian.cn/StructureDefinition/referral";
constexpr std::string_view kStepUrl = "https://fhir.qianxian.cn/StructureDefinition/referral-step";
constexpr std::string_view kResultUrl = "https://fhir.qianxian.cn/StructureDefinition/referral-result";

// Why it is in this state: of the step that brought it here, not of what time did since.
std::string ReasonOf(const Referral& r) {
  for (auto one = r.history.rbegin(); one != r.history.rend() && one->state == r.state; ++one)
    if (!one->reason.empty()) return one->reason;
  return r.state;
}

void WriteState(Writer& w, const Referral& r) {
  Begin(w, kReferralUrl);
  for (const auto& [name, text] : std::initializer_list<std::pair<std::string_view, const std::string*>>{
           {"patient-name", &r.patient_name}, {"direction", &r.direction}, {"urgency", &r.urgency}, {"type", &r.type},
           {"criterion", &r.criterion}, {"reason", &r.reason}, {"summary", &r.summary}, {"owner", &r.owner}, {"sent-at", &r.sent_at},
           {"answer-by", &r.answer_by}, {"answered-at", &r.answered_at}, {"client", &r.client}, {"proposed-by", &r.proposed_by}})
    Part(w, name, *text);
  WritePlace(w, "from", r.from);
  WritePlace(w, "to", r.to);
  for (const std::string& reviewer : r.reviewers) Part(w, "reviewer", reviewer);
  for (const std::string& attachment : r.attachments) Part(w, "attachment", attachment);
  Part(w, "reviewed", std::to_string(r.reviewed));
  Part(w, "escalated", std::to_string(r.escalated));
  if (r.reminded > 0) Part(w, "reminded", std::to_string(r.reminded));
  if (r.slot) Part(w, "slot-start", r.slot->start), Part(w, "slot-department", r.slot->department), Part(w, "slot-bed", r.slot->bed);
  if (r.plan) Part(w, "plan-pathway", r.plan->pathway), Part(w, "plan-text", r.plan->text), Part(w, "plan-next", r.plan->next_date);
  End(w);
  for (const Entry& one : r.history) {
    Begin(w, kStepUrl);
    Part(w, "at", one.at), Part(w, "who", one.who), Part(w, "verb", one.verb), Part(w, "state", one.state);
    Part(w, "note", one.note), Part(w, "reason", one.reason), Part(w, "name", one.name);
    End(w);
  }
  for (const ReferralResult& one : r.results) {
    Begin(w, kResultUrl);
    Part(w, "at", one.at), Part(w, "text", one.text);
    for (const std::string& document : one.documents) Part(w, "document", document);
    End(w);
  }
  if (!r.wake.empty()) w.BeginObject().Member("url", kWake).Member("valueInstant", r.wake).EndObject();
  if (!r.answer_by.empty()) w.BeginObject().Member("url", kDue).Member("valueDate", r.answer_by.substr(0, 10)).EndObject();
}

void ReadState(Value extension, Referral& r) {
  const PartsOf parts(extension);
  for (const auto& [name, text] : std::initializer_list<std::pair<std::string_view, std::string*>>{
           {"patient-name", &r.patient_name}, {"direction", &r.direction}, {"urgency", &r.urgency}, {"type", &r.type},
           {"criterion", &r.criterion}, {"reason", &r.reason}, {"summary", &r.summary}, {"owner", &r.owner}, {"sent-at", &r.sent_at},
           {"answer-by", &r.answer_by}, {"answered-at", &r.answered_at}, {"client", &r.client}, {"proposed-by", &r.proposed_by}})
    *text = parts.Text(name);
  for (const auto& [prefix, place] : std::initializer_list<std::pair<std::string, Place*>>{{"from", &r.from}, {"to", &r.to}})
    *place = parts.PlaceOf(prefix);
  r.reviewers = parts.All("reviewer");
  r.attachments = parts.All("attachment");
  r.reviewed = parts.Number("reviewed");
  r.escalated = parts.Number("escalated");
  r.reminded = parts.Number("reminded");
  if (const std::string start = parts.Text("slot-start"); !start.empty())
    r.slot = Slot{start, parts.Text("slot-department"), parts.Text("slot-bed")};
  if (const std::string text = parts.Text("plan-text"); !text.empty())
    r.plan = Plan{parts.Text("plan-pathway"), text, parts.Text("plan-next")};
}

}  // namespace

std::string TaskAsFhir(const Referral& r) {
  Writer w;
  w.BeginObject().Member("resourceType", "Task").Member("id", r.id).Name("extension").BeginArray();
  WriteState(w, r);
  w.EndArray();
  w.Name("basedOn").BeginArray().BeginObject().Member("reference", "ServiceRequest/" + r.id).EndObject();
  if (!r.proposed_by.empty()) w.BeginObject().Member("reference", "Task/" + r.proposed_by).EndObject();
  w.EndArray().Member("status", TaskStatus(r.state));
  if (r.state == "declined" || r.state == "withdrawn" || r.state == "no-show" || r.state == "not-taken-over") {
    w.Name("statusReason").BeginObject().Member("text", ReasonOf(r)).EndObject();
  }
  Code(w, "businessStatus", "referral-state", r.state);
  w.Member("intent", "order").Member("priority", PriorityOf(r.urgency));
  Code(w, "code", "task", "referral");
  Reference(w, "focus", "ServiceRequest/" + r.id);
  Reference(w, "for", "Patient/" + r.patient);
  w.MemberIfAny("authoredOn", r.history.empty() ? "" : r.history.front().at);
  w.MemberIfAny("lastModified", r.history.empty() ? "" : r.history.back().at);
  Reference(w, "requester", "Organization/" + r.from.organization);
  Reference(w, "owner", "Organization/" + r.owner);
  if (!r.answer_by.empty()) w.Name("restriction").BeginObject().Name("period").BeginObject().Member("end", r.answer_by).EndObject().EndObject();
  std::vector<std::string> outputs;
  for (const ReferralResult& one : r.results) outputs.insert(outputs.end(), one.documents.begin(), one.documents.end());
  if (r.plan) outputs.push_back("CarePlan/" + r.id);
  if (!outputs.empty()) {
    w.Name("output").BeginArray();
    for (const std::string& one : outputs) {
      w.BeginObject();
      Code(w, "type", "referral-output", one.starts_with("CarePlan/") ? "plan" : "result");
      Reference(w, "valueReference", one);
      w.EndObject();
    }
    w.EndArray();
  }
  w.EndObject();
  return w.Take();
}

std::string RequestAsFhir(const Referral& r) {
  Writer w;
  w.BeginObject().Member("resourceType", "ServiceRequest").Member("id", r.id).Member("status", RequestStatus(r.state));
  w.Member("intent", "order").Name("category").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://snomed.info/sct").Member("code", "3457005").Member("display", "Patient referral");
  w.EndObject().EndArray().EndObject().EndArray();
  w.Member("priority", PriorityOf(r.urgency));
  Reference(w, "subject", "Patient/" + r.patient);
  w.MemberIfAny("authoredOn", r.history.empty() ? "" : r.history.front().at);
  Reference(w, "requester", "Organization/" + r.from.organization);
  if (!r.to.organization.empty()) w.Name("performer").BeginArray().BeginObject().Member("reference", "Organization/" + r.to.organization).EndObject().EndArray();
  w.Name("reasonCode").BeginArray().BeginObject();
  if (!r.criterion.empty()) {
    w.Name("coding").BeginArray().BeginObject().Member("system", std::string(kBase) + "referral-criterion").Member("code", r.criterion);
    w.EndObject().EndArray();
  }
  w.Member("text", r.reason.empty() ? r.criterion : r.reason).EndObject().EndArray();
  if (!r.attachments.empty()) {
    w.Name("supportingInfo").BeginArray();
    for (const std::string& one : r.attachments) w.BeginObject().Member("reference", one).EndObject();
    w.EndArray();
  }
  if (!r.summary.empty()) w.Name("note").BeginArray().BeginObject().Member("text", r.summary).EndObject().EndArray();
  w.EndObject();
  return w.Take();
}

std::string AppointmentAsFhir(const Referral& r) {
  const std::string_view status = r.state == "accepted" ? "booked" : r.state == "no-show" ? "noshow"
                                  : r.state == "declined" || r.state == "withdrawn" || r.state == "expired" ? "cancelled" : "arrived";
  Writer w;
  w.BeginObject().Member("resourceType", "Appointment").Member("id", r.id).Member("status", status);
  w.MemberIfAny("description", r.slot->department).Member("start", r.slot->start).Member("end", r.slot->start);
  w.MemberIfAny("comment", r.slot->bed);
  w.Name("basedOn").BeginArray().BeginObject().Member("reference", "ServiceRequest/" + r.id).EndObject().EndArray();
  w.Name("participant").BeginArray();
  w.BeginObject();
  Reference(w, "actor", "Patient/" + r.patient);
  w.Member("status", "accepted").EndObject();
  w.EndArray().EndObject();
  return w.Take();
}

std::string PlanAsFhir(const Referral& r) {
  Writer w;
  w.BeginObject().Member("resourceType", "CarePlan").Member("id", r.id);
  if (!r.plan->pathway.empty())
    w.Name("instantiatesCanonical").BeginArray().String(std::string(kBase) + "PlanDefinition/" + r.plan->pathway).EndArray();
  w.Member("status", r.state == "closed" ? "completed" : "active").Member("intent", "plan");
  w.Member("description", r.plan->text);
  Reference(w, "subject", "Patient/" + r.patient);
  if (!r.plan->next_date.empty()) w.Name("period").BeginObject().Member("start", r.plan->next_date).EndObject();
  w.Name("supportingInfo").BeginArray().BeginObject().Member("reference", "ServiceRequest/" + r.id).EndObject().EndArray();
  w.EndObject();
  return w.Take();
}

Result<Referral> ReferralFrom(const store::Resource& task) {
  QX_TRY(const json::Document document, json::Document::Parse(task.body));
  const Value root = document.root();
  Referral r;
  r.id = task.id;
  r.version = task.version;
  const std::string_view who = root.Find("for").value_or(Value()).FindString("reference");
  r.patient = std::string(who.substr(std::min(who.size(), std::string_view("Patient/").size())));
  for (Value coding : root.Find("businessStatus").value_or(Value()).Find("coding").value_or(Value()).Elements()) r.state = coding.FindString("code");
  for (Value extension : root.Find("extension").value_or(Value()).Elements()) {
    const std::string_view url = extension.FindString("url");
    const PartsOf parts(extension);
    if (url == kReferralUrl) ReadState(extension, r);
    if (url == kStepUrl)
      r.history.push_back({parts.Text("at"), parts.Text("who"), parts.Text("verb"), parts.Text("state"), parts.Text("note"), parts.Text("reason"), parts.Text("name")});
    if (url == kResultUrl) r.results.push_back({parts.Text("at"), parts.Text("text"), parts.All("document")});
    if (url == kWake) r.wake = extension.FindString("valueInstant");
  }
  if (TaskStatus(r.state).empty() || r.patient.empty() || r.from.organization.empty())
    return Fault("bad-referral-record", "the record of referral " + task.id + " cannot be read");
  return r;
}

}  // namespace qianxian::referral
