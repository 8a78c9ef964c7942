#include "flow/records.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"

namespace qianxian::flow {
namespace {

std::string Url(std::string_view path) { return std::string(kBase) + std::string(path); }
std::string Hash(std::string_view text) { return crypto::Sha256Hex(text).substr(0, 32); }

class Extensions {
 public:
  explicit Extensions(json::Writer& writer) : writer_(writer) { writer_.Name("extension").BeginArray(); }
  ~Extensions() { writer_.EndArray(); }
  Extensions& Add(std::string_view name, std::string_view kind, std::string_view text) {
    if (!text.empty()) Begin(name).Member(kind, text).EndObject();
    return *this;
  }
  Extensions& Number(std::string_view name, int64_t number) { return Begin(name).Member("valueInteger", number).EndObject(), *this; }
  // Only from the second on: nearly all are the first.
  Extensions& Stay(int64_t stay) { return stay > 1 ? Number("stay", stay) : *this; }
  Extensions& NumberIfAny(std::string_view name, int64_t number) { return number > 0 ? Number(name, number) : *this; }
  Extensions& Each(std::string_view name, std::string_view kind, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) Add(name, kind, text);
    return *this;
  }
  Extensions& Pathway(std::string_view code) {
    Begin("pathway").Name("valueCoding").BeginObject().Member("system", Url("CodeSystem/pathway")).Member("code", code).EndObject().EndObject();
    return *this;
  }

 private:
  json::Writer& Begin(std::string_view name) {
    return writer_.BeginObject().Member("url", Url("StructureDefinition/" + std::string(name)));
  }
  json::Writer& writer_;
};

json::Writer& Reference(json::Writer& w, std::string_view name, const std::string& to) {
  return w.Name(name).BeginObject().Member("reference", to).EndObject();
}

void Coded(json::Writer& w, std::string_view system, std::string_view code, std::string_view display) {
  w.BeginObject().Name("coding").BeginArray().BeginObject().Member("system", Url(system)).Member("code", code);
  w.MemberIfAny("display", display).EndObject().EndArray().EndObject();
}

std::string AfterSlash(std::string_view reference) {
  const size_t at = reference.rfind('/');
  return std::string(at == std::string_view::npos ? reference : reference.substr(at + 1));
}

std::string ReferenceIn(json::Value root, std::string_view name) {
  const auto found = root.Find(name);
  return found ? AfterSlash(found->FindString("reference")) : std::string();
}

std::string PeriodPart(json::Value root, std::string_view name, std::string_view part) {
  const auto found = root.Find(name);
  return found ? std::string(found->FindString(part)) : std::string();
}

std::string FirstCode(json::Value concept_) {
  const auto codings = concept_.Find("coding");
  return codings && codings->size() > 0 ? std::string(codings->At(0).FindString("code")) : std::string();
}

std::string TextOfValue(json::Value value) {
  if (value.IsString()) return std::string(value.AsString());
  if (value.IsNumber()) return std::string(value.NumberText());
  return value.IsObject() ? std::string(value.FindString("code")) : std::string();
}

// The extensions of ours that a record has, read once; the document must outlive it.
class Extended {
 public:
  explicit Extended(json::Value root) {
    const auto extensions = root.Find("extension");
    if (!extensions) return;
    for (json::Value one : extensions->Elements()) {
      std::string_view url = one.FindString("url");
      if (!StartsWith(url, kBase) || !StartsWith(url.substr(kBase.size()), kFolder)) continue;
      url.remove_prefix(kBase.size() + kFolder.size());
      for (const auto& [member, value] : one.Members())
        if (StartsWith(member, "value") && (value.IsString() || value.IsNumber() || value.IsObject())) all_.emplace_back(url, TextOfValue(value));
    }
  }
  std::string Text(std::string_view name) const {
    for (const auto& [one, text] : all_)
      if (one == name) return text;
    return {};
  }
  std::vector<std::string> Texts(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [one, text] : all_)
      if (one == name) out.push_back(text);
    return out;
  }
  int64_t Integer(std::string_view name, int64_t otherwise = 1) const {
    int64_t number = otherwise;
    ParseInteger(Text(name), number);
    return number;
  }

 private:
  static constexpr std::string_view kFolder = "StructureDefinition/";
  std::vector<std::pair<std::string_view, std::string>> all_;
};

}  // namespace

std::vector<std::string> ExtensionTexts(json::Value root, std::string_view name) {
  return Extended(root).Texts(name);
}

std::string ExtensionText(json::Value root, std::string_view name) {
  const std::vector<std::string> texts = ExtensionTexts(root, name);
  return texts.empty() ? std::string() : texts[0];
}

std::string EnrolmentId(std::string_view pathway, std::string_view patient, int64_t number) {
  return "care-" + Hash(std::string(pathway) + "|" + std::string(patient) + "|" + std::to_string(number));
}
std::string PlanIdOf(std::string_view enrolment) { return "plan-" + std::string(enrolment.substr(5)); }
std::string StepId(std::string_view enrolment, std::string_view step, int64_t occurrence) {
  return "step-" + Hash(std::string(enrolment) + "|" + std::string(step) + "|" + std::to_string(occurrence));
}
std::string ScreenedId(std::string_view patient) { return "flow-screened-" + Hash(patient); }
std::string DefinitionHash(const pack::Pathway& pathway) { return Hash(pathway.text); }
std::string DefinitionId(std::string_view hash) { return "flow-edition-" + std::string(hash); }

std::string DefinitionAsFhir(const std::string& id, const pack::Pathway& pathway) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Basic").Member("id", id);
  Extensions(w).Pathway(pathway.id).Add("edition", "valueString", pathway.edition).Add("definition", "valueString", pathway.text);
  w.Name("code");
  Coded(w, "CodeSystem/basic", "pathway-edition", "");
  w.EndObject();
  return w.Take();
}

std::string ScreenedAsFhir(const Screened& s) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Basic").Member("id", ScreenedId(s.patient));
  if (!s.pathways.empty()) {
    Extensions extensions(w);
    for (const std::string& pathway : s.pathways) extensions.Pathway(pathway);
  }
  w.Name("code");
  Coded(w, "CodeSystem/basic", "screened", "");
  Reference(w, "subject", "Patient/" + s.patient).EndObject();
  return w.Take();
}

std::string AsFhir(const Enrolment& e, const std::string& title) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "EpisodeOfCare").Member("id", e.id);
  Extensions(w)
      .Pathway(e.pathway)
      .Number("number", e.number)
      .Add("edition", "valueString", e.edition)
      .Add("definition", "valueString", e.definition)
      .Add("stage", "valueCode", e.stage)
      .Add("stage-since", "valueDate", e.stage_since)
      .Each("transition", "valueCode", e.transitions)
      .Add("exit-reason", "valueCode", e.exit_reason)
      .Add("exit-note", "valueString", e.exit_note)
      .Each("sent-down", "valueString", e.downs)
      .Add("next-visit", "valueDate", e.next_visit);
  w.Member("status", e.status).Name("type").BeginArray();
  Coded(w, "CodeSystem/pathway", e.pathway, title);
  w.EndArray();
  Reference(w, "patient", "Patient/" + e.patient);
  if (!e.owner.empty()) Reference(w, "managingOrganization", "Organization/" + e.owner);
  if (!e.downs.empty()) {
    w.Name("referralRequest").BeginArray();
    for (const std::string& down : e.downs) w.BeginObject().Member("reference", "ServiceRequest/" + down.substr(0, down.find('/'))).EndObject();
    w.EndArray();
  }
  w.Name("period").BeginObject().Member("start", e.since).MemberIfAny("end", e.until).EndObject().EndObject();
  return w.Take();
}

Enrolment EnrolmentFromFhir(json::Value root) {
  const Extended extended(root);
  Enrolment e;
  e.id = root.FindString("id");
  e.status = root.FindString("status");
  e.pathway = extended.Text("pathway");
  e.patient = ReferenceIn(root, "patient");
  e.number = extended.Integer("number");
  e.since = PeriodPart(root, "period", "start");
  e.until = PeriodPart(root, "period", "end");
  e.exit_reason = extended.Text("exit-reason");
  e.exit_note = extended.Text("exit-note");
  e.edition = extended.Text("edition");
  e.definition = extended.Text("definition");
  e.stage = extended.Text("stage");
  e.stage_since = extended.Text("stage-since");
  e.transitions = extended.Texts("transition");
  e.downs = extended.Texts("sent-down");
  e.next_visit = extended.Text("next-visit");
  return e;
}

std::string AsFhir(const Plan& p, const std::string& title) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "CarePlan").Member("id", p.id);
  Extensions(w)
      .Pathway(p.pathway)
      .Add("edition", "valueString", p.edition)
      .Add("stage", "valueCode", p.stage)
      .Add("stage-since", "valueDate", p.stage_since)
      .Stay(p.stay)
      .Add("course", "valueCode", p.course)
      .Add("enrolment", "valueString", p.enrolment);
  w.Name("instantiatesCanonical").BeginArray().String(Url("PlanDefinition/" + p.pathway) + "|" + p.edition).EndArray();
  w.Member("status", p.status).Member("intent", "plan").Member("title", title);
  Reference(w, "subject", "Patient/" + p.patient).EndObject();
  return w.Take();
}

Plan PlanFromFhir(json::Value root) {
  const Extended extended(root);
  Plan p;
  p.id = root.FindString("id");
  p.status = root.FindString("status");
  p.pathway = extended.Text("pathway");
  p.edition = extended.Text("edition");
  p.stage = extended.Text("stage");
  p.stage_since = extended.Text("stage-since");
  p.stay = extended.Integer("stay");
  p.course = extended.Text("course");
  p.enrolment = extended.Text("enrolment");
  p.patient = ReferenceIn(root, "subject");
  return p;
}

std::string AsFhir(const Step& s) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Task").Member("id", s.id);
  Extensions(w)
      .Pathway(s.pathway)
      .Add("due", "valueDate", s.due)
      .Add("wake", "valueInstant", s.wake)
      .Add("next-due", "valueDate", s.next_due)
      .Add("asked-again", "valueDate", s.asked_again)
      .NumberIfAny("again", s.again)
      .Number("occurrence", s.occurrence)
      .Stay(s.stay)
      .Add("enrolment", "valueString", s.enrolment)
      .Add("activity", "valueCode", s.activity)
      .Add("who", "valueString", Join(s.who, ","))
      .Add("proposals", "valueString", Join(s.proposals, "\n"));
  w.Member("instantiatesCanonical", Url("PlanDefinition/" + s.pathway) + "|" + s.edition);
  w.Name("basedOn").BeginArray().BeginObject().Member("reference", "CarePlan/" + s.plan).EndObject().EndArray();
  w.Member("status", s.status);
  if (!s.why.empty()) w.Name("statusReason").BeginObject().Member("text", s.why).EndObject();
  if (!s.escalated_to.empty()) w.Name("businessStatus"), Coded(w, "CodeSystem/level", s.escalated_to, "");
  w.Member("intent", "order").Name("code");
  Coded(w, "CodeSystem/pathway-step", s.step, s.name);
  Reference(w, "for", "Patient/" + s.patient);
  if (!s.done_on.empty()) w.Name("executionPeriod").BeginObject().Member("end", s.done_on).EndObject();
  w.Member("authoredOn", s.since);
  if (!s.owner.empty()) Reference(w, "owner", "Organization/" + s.owner);
  w.Name("restriction").BeginObject().Name("period").BeginObject();
  w.Member("start", s.window_start).Member("end", s.window_end).EndObject().EndObject();
  if (!s.form.empty()) {
    w.Name("input").BeginArray().BeginObject().Name("type").BeginObject().Member("text", "form").EndObject();
    w.Member("valueCanonical", Url("Questionnaire/" + s.form)).EndObject().EndArray();
  }
  if (!s.output.empty()) {
    w.Name("output").BeginArray();
    for (const std::string& reference : s.output) {
      w.BeginObject().Name("type").BeginObject().Member("text", "result").EndObject();
      Reference(w, "valueReference", reference).EndObject();
    }
    w.EndArray();
  }
  w.EndObject();
  return w.Take();
}

Step StepOfFhir(json::Value root) {
  const Extended extended(root);
  Step s;
  s.id = root.FindString("id");
  s.status = root.FindString("status");
  s.pathway = extended.Text("pathway");
  s.due = extended.Text("due");
  s.wake = extended.Text("wake");
  s.next_due = extended.Text("next-due");
  s.asked_again = extended.Text("asked-again");
  s.again = extended.Integer("again", 0);
  s.occurrence = extended.Integer("occurrence");
  s.stay = extended.Integer("stay");
  s.enrolment = extended.Text("enrolment");
  s.activity = extended.Text("activity");
  const std::string who = extended.Text("who");          // outlives the views of it
  for (const std::string_view level : Split(who, ','))
    if (!level.empty()) s.who.emplace_back(level);
  const std::string proposals = extended.Text("proposals");
  for (const std::string_view line : Split(proposals, '\n'))
    if (!line.empty()) s.proposals.emplace_back(line);
  const std::string_view canonical = root.FindString("instantiatesCanonical");
  s.edition = canonical.substr(std::min(canonical.size(), canonical.find('|') + 1));
  s.plan = s.enrolment.empty() ? std::string() : PlanIdOf(s.enrolment);
  if (const auto reason = root.Find("statusReason")) s.why = reason->FindString("text");
  if (const auto level = root.Find("businessStatus")) s.escalated_to = FirstCode(*level);
  if (const auto code = root.Find("code")) {
    s.step = FirstCode(*code);
    const auto codings = code->Find("coding");
    if (codings && codings->size() > 0) s.name = codings->At(0).FindString("display");
  }
  s.patient = ReferenceIn(root, "for");
  s.owner = ReferenceIn(root, "owner");
  s.done_on = PeriodPart(root, "executionPeriod", "end");
  s.since = root.FindString("authoredOn");
  if (const auto restriction = root.Find("restriction")) {
    s.window_start = PeriodPart(*restriction, "period", "start");
    s.window_end = PeriodPart(*restriction, "period", "end");
  }
  if (const auto input = root.Find("input"); input && input->size() > 0) s.form = AfterSlash(input->At(0).FindString("valueCanonical"));
  if (const auto output = root.Find("output"))
    for (json::Value one : output->Elements())
      if (const auto reference = one.Find("valueReference")) s.output.emplace_back(reference->FindString("reference"));
  return s;
}

}  // namespace qianxian::flow
