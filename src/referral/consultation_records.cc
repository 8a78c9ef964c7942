#include "referral/consultation_records.h"

#include <algorithm>

#include "referral/extension.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kConsultationUrl = "https://fhir.qianxian.cn/StructureDefinition/consultation";
constexpr std::string_view kInvitedUrl = "https://fhir.qianxian.cn/StructureDefinition/consultation-invited";
constexpr std::string_view kOpinionUrl = "https://fhir.qianxian.cn/StructureDefinition/consultation-opinion";
constexpr std::string_view kConclusionUrl = "https://fhir.qianxian.cn/StructureDefinition/consultation-conclusion";

std::string_view TaskStatus(const Consultation& c) {
  if (c.state == "withdrawn") return "cancelled";
  return IsOver(c) ? "completed" : c.opinions.empty() ? "requested" : "in-progress";
}

// The texts of the record by their names, for writing and for reading.
template <typename C, typename Use>
void Texts(C& c, Use use) {
  use("kind", c.kind), use("mode", c.mode), use("urgency", c.urgency), use("question", c.question), use("patient-name", c.patient_name);
  use("scheduled-at", c.scheduled_at), use("meeting", c.meeting), use("sent-at", c.sent_at), use("answer-by", c.answer_by), use("reminded-at", c.reminded_at), use("closed-at", c.closed_at);
  use("last-verb", c.last_verb), use("last-who", c.last_who), use("asked-by", c.asked_by);
  use("about-step", c.about.step), use("about-enrolment", c.about.enrolment), use("about-plan", c.about.plan), use("about-pathway", c.about.pathway);
}

// What it is about, in FHIR's words: the step, the course, its plan.
std::vector<std::string> References(const About& about) {
  std::vector<std::string> out;
  if (!about.step.empty()) out.push_back("Task/" + about.step);
  if (!about.enrolment.empty()) out.push_back("EpisodeOfCare/" + about.enrolment);
  if (!about.plan.empty()) out.push_back("CarePlan/" + about.plan);
  return out;
}

void WriteReferences(Writer& w, std::string_view name, const std::vector<std::string>& references) {
  if (references.empty()) return;
  w.Name(name).BeginArray();
  for (const std::string& one : references) w.BeginObject().Member("reference", one).EndObject();
  w.EndArray();
}

void WriteOpinion(Writer& w, const Opinion& one) {
  Begin(w, kOpinionUrl);
  Part(w, "at", one.at), Part(w, "who", one.who), Part(w, "name", one.name);
  Part(w, "organization", one.organization), Part(w, "organization-name", one.organization_name);
  Part(w, "diagnosis", one.diagnosis), Part(w, "advice", one.advice), Part(w, "transfer", one.transfer ? "1" : "");
  End(w);
}

}  // namespace

bool IsOver(const Consultation& c) { return c.state != "open"; }

std::string TaskAsFhir(const Consultation& c) {
  Writer w;
  w.BeginObject().Member("resourceType", "Task").Member("id", c.id).Name("extension").BeginArray();
  Begin(w, kConsultationUrl);
  Texts(c, [&](std::string_view name, const std::string& text) { Part(w, name, text); });
  Part(w, "turn-at", c.turn_at), Part(w, "reminded", c.reminded > 0 ? std::to_string(c.reminded) : "");
  Part(w, "asker-reminded", c.asker_reminded > 0 ? std::to_string(c.asker_reminded) : "");
  WritePlace(w, "from", c.from);
  for (const std::string& attachment : c.attachments) Part(w, "attachment", attachment);
  End(w);
  for (const Invited& one : c.invited) {
    Begin(w, kInvitedUrl);
    Part(w, "organization", one.organization), Part(w, "name", one.name), Part(w, "state", one.state), Part(w, "note", one.note), Part(w, "answered-at", one.answered_at);
    Part(w, "by", one.by);
    End(w);
  }
  for (const Opinion& one : c.opinions) WriteOpinion(w, one);
  if (c.conclusion) {
    Begin(w, kConclusionUrl);
    Part(w, "at", c.conclusion->at), Part(w, "who", c.conclusion->who), Part(w, "name", c.conclusion->name), Part(w, "text", c.conclusion->text);
    End(w);
  }
  if (!c.wake.empty()) w.BeginObject().Member("url", kWake).Member("valueInstant", c.wake).EndObject();
  w.EndArray();
  std::vector<std::string> based = References(c.about);
  based.insert(based.begin(), "ServiceRequest/" + c.id);
  WriteReferences(w, "basedOn", based);
  w.Member("status", TaskStatus(c));
  Code(w, "businessStatus", "consultation-state", c.state);
  w.Member("intent", "order").Member("priority", PriorityOf(c.urgency));
  Code(w, "code", "task", "consultation");
  Reference(w, "focus", "ServiceRequest/" + c.id);
  Reference(w, "for", "Patient/" + c.patient);
  w.Member("authoredOn", c.sent_at);
  Reference(w, "requester", "Organization/" + c.from.organization);
  Reference(w, "owner", "Organization/" + c.from.organization);
  w.Name("restriction").BeginObject().Name("period").BeginObject().Member("end", c.answer_by).EndObject().EndObject();
  if (c.conclusion) {
    w.Name("output").BeginArray().BeginObject();
    Code(w, "type", "consultation-output", "conclusion");
    Reference(w, "valueReference", "ClinicalImpression/" + c.id);
    w.EndObject().EndArray();
  }
  w.EndObject();
  return w.Take();
}

std::string RequestAsFhir(const Consultation& c) {
  Writer w;
  const std::string_view status = c.state == "withdrawn" ? "revoked" : IsOver(c) ? "completed" : "active";
  w.BeginObject().Member("resourceType", "ServiceRequest").Member("id", c.id).Member("status", status);
  w.Member("intent", "order").Name("category").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://snomed.info/sct").Member("code", "11429006").Member("display", "Consultation").EndObject().BeginObject();
  const size_t bar = kConsultationCategory.find('|');
  w.Member("system", kConsultationCategory.substr(0, bar)).Member("code", kConsultationCategory.substr(bar + 1));
  w.EndObject().EndArray().EndObject().EndArray();
  w.Member("priority", PriorityOf(c.urgency));
  Reference(w, "subject", "Patient/" + c.patient);
  if (!c.scheduled_at.empty()) w.Member("occurrenceDateTime", c.scheduled_at);
  w.Member("authoredOn", c.sent_at);
  Reference(w, "requester", "Organization/" + c.from.organization);
  w.Name("performer").BeginArray();
  for (const Invited& one : c.invited) w.BeginObject().Member("reference", "Organization/" + one.organization).EndObject();
  w.EndArray();
  if (!c.meeting.empty()) w.Name("locationCode").BeginArray().BeginObject().Member("text", c.meeting).EndObject().EndArray();
  w.Name("reasonCode").BeginArray().BeginObject().Member("text", c.question).EndObject().EndArray();
  std::vector<std::string> supporting = References(c.about);
  supporting.insert(supporting.end(), c.attachments.begin(), c.attachments.end());
  WriteReferences(w, "supportingInfo", supporting);
  w.EndObject();
  return w.Take();
}

std::string ConclusionAsFhir(const Consultation& c) {
  Writer w;
  w.BeginObject().Member("resourceType", "ClinicalImpression").Member("id", c.id).Member("status", "completed");
  w.Name("code").BeginObject().Member("text", c.mode == "mdt" ? "MDT 会诊" : "会诊").EndObject();
  w.Member("description", c.question);
  Reference(w, "subject", "Patient/" + c.patient);
  w.Member("date", c.conclusion->at).Name("assessor").BeginObject().Member("display", c.conclusion->name.empty() ? c.conclusion->who : c.conclusion->name).EndObject();
  w.Member("summary", c.conclusion->text);
  WriteReferences(w, "supportingInfo", References(c.about));
  w.Name("note").BeginArray();
  for (const Opinion& one : c.opinions) {
    w.BeginObject().Member("authorString", (one.organization_name + " " + (one.name.empty() ? one.who : one.name))).Member("time", one.at);
    w.Member("text", (one.diagnosis.empty() ? "" : one.diagnosis + "\n") + one.advice).EndObject();
  }
  w.EndArray().EndObject();
  return w.Take();
}

Result<Consultation> ConsultationFrom(const store::Resource& task) {
  QX_TRY(const json::Document document, json::Document::Parse(task.body));
  const Value root = document.root();
  Consultation c;
  c.id = task.id;
  c.version = task.version;
  const std::string_view who = root.Find("for").value_or(Value()).FindString("reference");
  c.patient = std::string(who.substr(std::min(who.size(), std::string_view("Patient/").size())));
  for (Value coding : root.Find("businessStatus").value_or(Value()).Find("coding").value_or(Value()).Elements()) c.state = coding.FindString("code");
  for (Value extension : root.Find("extension").value_or(Value()).Elements()) {
    const std::string_view url = extension.FindString("url");
    const PartsOf parts(extension);
    if (url == kConsultationUrl) {
      Texts(c, [&](std::string_view name, std::string& text) { text = parts.Text(name); });
      c.from = parts.PlaceOf("from");
      c.turn_at = parts.Text("turn-at"), c.asker_reminded = parts.Number("asker-reminded");
      c.reminded = c.reminded_at.empty() ? 0 : std::max<int64_t>(1, parts.Number("reminded"));
      c.attachments = parts.All("attachment");
    }
    if (url == kInvitedUrl) c.invited.push_back({parts.Text("organization"), parts.Text("name"), parts.Text("state"), parts.Text("note"), parts.Text("answered-at"), parts.Text("by")});
    if (url == kOpinionUrl)
      c.opinions.push_back({parts.Text("at"), parts.Text("who"), parts.Text("name"), parts.Text("organization"), parts.Text("organization-name"),
                            parts.Text("diagnosis"), parts.Text("advice"), !parts.Text("transfer").empty(), {}});
    if (url == kConclusionUrl) c.conclusion = Conclusion{parts.Text("at"), parts.Text("who"), parts.Text("name"), parts.Text("text"), {}};
    if (url == kWake) c.wake = extension.FindString("valueInstant");
  }
  if (c.state.empty() || c.patient.empty() || c.from.organization.empty() || c.invited.empty())
    return Fault("bad-consultation-record", "the record of consultation " + task.id + " cannot be read");
  return c;
}

}  // namespace qianxian::referral
