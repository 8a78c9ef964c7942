// A pathway as FHIR R4 PlanDefinition: an action for each stage, in it one for each step.
// Source: https://hl7.org/fhir/R4/plandefinition.html
#include "pack/as_fhir.h"
#include "pack/pack.h"

namespace qianxian::pack {
namespace {

using internal::kBase;

void Condition(json::Writer& w, std::string_view kind, const std::string& expression) {
  if (expression.empty()) return;
  w.BeginObject().Member("kind", kind).Name("expression").BeginObject();
  w.Member("language", "text/fhirpath").Member("expression", expression).EndObject().EndObject();
}

void Extension(json::Writer& w, std::string_view name, std::string_view kind, std::string_view value) {
  if (value.empty()) return;
  w.BeginObject().Member("url", std::string(kBase) + "StructureDefinition/pathway-" + std::string(name)).Member(kind, value).EndObject();
}

std::string AnchorWord(const Step& step) {
  switch (step.anchor) {
    case Step::Anchor::kEnrolment: return "enrolment";
    case Step::Anchor::kStage: return "stage";
    case Step::Anchor::kStep: return "step:" + step.anchor_step;
    case Step::Anchor::kDate: return "date";
  }
  return {};
}

void StepExtensions(json::Writer& w, const Step& step) {
  w.Name("extension").BeginArray();
  Extension(w, "anchor", "valueString", AnchorWord(step));
  Extension(w, "date", "valueString", step.date);
  Extension(w, "offset-days", "valueString", std::to_string(step.offset_days));
  Extension(w, "window-days", "valueString", std::to_string(step.days_before) + "/" + std::to_string(step.days_after));
  Extension(w, "done", "valueString", step.done);
  if (step.repeat) {
    Extension(w, "repeat-days", "valueString", std::to_string(step.repeat->days));
    for (const RepeatBranch& branch : step.repeat->next) Extension(w, "repeat-next", "valueString", std::to_string(branch.days) + ": " + branch.when);
  }
  if (step.again) {
    const Again& again = *step.again;
    Extension(w, "again", "valueString", again.when);
    Extension(w, "again-on", "valueString", again.on.empty() ? "+" + std::to_string(again.days) : again.on);
    if (again.most > 0) Extension(w, "again-most", "valueString", std::to_string(again.most) + (again.escalate ? ": escalate" : ": stop"));
  }
  for (const Escalation& one : step.escalate) Extension(w, "escalate", "valueString", std::to_string(one.after_days) + ": " + one.to);
  for (const ProposedReferral& refer : step.refer) Extension(w, "refer", "valueString", refer.criterion + ": " + refer.when);
  w.EndArray();
}

void StepAsFhir(json::Writer& w, const Step& step) {
  w.BeginObject().Member("id", step.id);
  StepExtensions(w, step);
  internal::TwoLanguages(w, "title", step.name);
  w.Name("code").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", std::string(kBase) + "pathway-step").Member("code", step.id).EndObject().EndArray().EndObject().EndArray();
  if (!step.when.empty()) {
    w.Name("condition").BeginArray();
    Condition(w, "applicability", step.when);
    w.EndArray();
  }
  w.Name("participant").BeginArray();
  for (const std::string& level : step.who) {
    w.BeginObject().Member("type", "practitioner").Name("role").BeginObject().Name("coding").BeginArray().BeginObject();
    w.Member("system", std::string(kBase) + "level").Member("code", level).EndObject().EndArray().EndObject().EndObject();
  }
  w.EndArray();
  if (!step.form.empty()) w.Member("definitionCanonical", std::string(kBase) + "Questionnaire/" + step.form);
  w.EndObject();
}

void StageAsFhir(json::Writer& w, const Stage& stage) {
  w.BeginObject().Member("id", stage.id).Name("extension").BeginArray();
  Extension(w, "course", "valueCode", stage.course);
  for (const std::string& from : stage.from) Extension(w, "from", "valueCode", from);
  if (stage.alert_days > 0) Extension(w, "alert-days", "valueString", std::to_string(stage.alert_days));
  w.EndArray();
  internal::TwoLanguages(w, "title", stage.name);
  if (!stage.enter.empty()) {
    w.Name("condition").BeginArray();
    Condition(w, "start", stage.enter);
    w.EndArray();
  }
  if (!stage.steps.empty()) {
    w.Name("action").BeginArray();
    for (const Step& step : stage.steps) StepAsFhir(w, step);
    w.EndArray();
  }
  w.EndObject();
}

void EntryExtensions(json::Writer& w, const Pathway& pathway) {
  const Entry& entry = pathway.entry;
  w.Name("extension").BeginArray();
  Extension(w, "kind", "valueCode", pathway.kind);
  for (const std::string& prefix : entry.conditions) Extension(w, "condition", "valueString", prefix);
  for (const std::string& type : entry.types) Extension(w, "type", "valueString", type);
  Extension(w, "ages", "valueString", std::to_string(entry.age_from) + "-" + std::to_string(entry.age_to));
  Extension(w, "sex", "valueCode", entry.sex);
  Extension(w, "screened", "valueString", entry.screened);
  Extension(w, "target", "valueString", entry.target);
  Extension(w, "exclude", "valueString", entry.exclude);
  Extension(w, "enrol", "valueCode", entry.automatic ? "automatic" : entry.by_referral ? "by-referral" : "by-hand");
  for (const auto& [name, expression] : pathway.let) Extension(w, "let", "valueString", name + " = " + expression);
  for (const Exit& exit : ExitsOf(pathway)) Extension(w, "exit", "valueString", exit.id + ": " + exit.when);
  w.EndArray();
}

}  // namespace

std::string PathwayAsFhir(const Pack& pack, const Pathway& pathway) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "PlanDefinition").Member("id", pathway.id).Member("language", "zh-CN");
  EntryExtensions(w, pathway);
  w.Member("url", std::string(kBase) + "PlanDefinition/" + pathway.id).Member("version", pathway.edition);
  w.Member("name", internal::ComputerName(pathway.id));
  internal::TwoLanguages(w, "title", pathway.title);
  internal::Concept(w, "type", "http://terminology.hl7.org/CodeSystem/plan-definition-type", "clinical-protocol");
  w.Member("status", "active").Member("experimental", false).Member("publisher", pack.id + " " + pack.edition);
  internal::TwoLanguages(w, "description", pathway.description);
  w.Name("effectivePeriod").BeginObject().Member("start", pathway.effective_from.ToString());
  if (pathway.effective_to) w.Member("end", pathway.effective_to->ToString());
  w.EndObject();
  internal::RelatedArtifacts(w, pathway.sources);
  w.Name("action").BeginArray();
  for (const Stage& stage : pathway.stages) StageAsFhir(w, stage);
  w.EndArray().EndObject();
  return w.Take();
}

}  // namespace qianxian::pack
