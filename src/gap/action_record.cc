// Actions as Tasks. Task.note is the action's history in words: one annotation a step.
#include "gap/records.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::gap {

namespace {
constexpr std::string_view kStepUrl = "https://fhir.qianxian.cn/StructureDefinition/action-status";
constexpr std::string_view kTypeSystem = "https://fhir.qianxian.cn/CodeSystem/action-type";

void WriteInput(json::Writer& w, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  w.BeginObject().Name("type").BeginObject().Member("text", name).EndObject().Member("valueString", text).EndObject();
}

std::string InputOf(json::Value root, std::string_view name) {
  const auto inputs = root.Find("input");
  if (!inputs) return {};
  for (json::Value input : inputs->Elements()) {
    const auto type = input.Find("type");
    if (type && type->FindString("text") == name) return std::string(input.FindString("valueString"));
  }
  return {};
}

std::string DisplayOf(json::Value root, std::string_view member) {
  const auto value = root.Find(member);
  return value ? std::string(value->FindString("display")) : std::string();
}

std::string PeriodPart(json::Value parent, std::string_view period, std::string_view part) {
  const auto value = parent.Find(period);
  return value ? std::string(value->FindString(part)) : std::string();
}

void WriteNotes(json::Writer& w, const Action& action) {
  w.Name("note").BeginArray();
  for (const ActionStep& step : action.history) {
    w.BeginObject().Name("extension").BeginArray().BeginObject().Member("url", kStepUrl).Member("valueCode", step.status).EndObject();
    w.BeginObject().Member("url", std::string(kStepUrl) + "-at").Member("valueString", step.at).EndObject().EndArray();
    w.Member("authorString", step.who).Member("text", step.note.empty() ? step.status : step.note).EndObject();
  }
  w.EndArray();
}

void ReadNotes(json::Value root, Action& action) {
  const auto notes = root.Find("note");
  if (!notes) return;
  for (json::Value note : notes->Elements()) {
    ActionStep step;
    step.who = std::string(note.FindString("authorString"));
    step.note = std::string(note.FindString("text"));
    const auto extensions = note.Find("extension");
    if (extensions) {
      for (json::Value extension : extensions->Elements()) {
        if (extension.FindString("url") == kStepUrl) step.status = std::string(extension.FindString("valueCode"));
        else step.at = std::string(extension.FindString("valueString"));
      }
    }
    if (step.note == step.status) step.note.clear();
    action.history.push_back(std::move(step));
  }
}
}  // namespace

std::string ActionAsFhir(const Action& action) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Task").Member("id", action.id).Member("status", action.status).Member("intent", "order");
  w.Name("code").BeginObject().Name("coding").BeginArray().BeginObject().Member("system", kTypeSystem).Member("code", action.type);
  w.MemberIfAny("display", action.type_name.zh).EndObject().EndArray().EndObject();
  w.MemberIfAny("description", action.note);
  w.Name("focus").BeginObject().Member("reference", "DetectedIssue/" + action.gap_id).EndObject();
  if (!action.started_on.empty()) {
    w.Name("executionPeriod").BeginObject().Member("start", action.started_on).MemberIfAny("end", action.finished_on).EndObject();
  }
  if (!action.approved_by.empty()) w.Name("requester").BeginObject().Member("display", action.approved_by).EndObject();
  if (!action.owner.empty()) w.Name("owner").BeginObject().Member("display", action.owner).EndObject();
  WriteNotes(w, action);
  w.Name("restriction").BeginObject().Name("period").BeginObject().Member("end", action.due_on).EndObject().EndObject();
  if (!action.expected_value.empty() || !action.disease_group.empty()) {
    w.Name("input").BeginArray();
    WriteInput(w, "expected-value", action.expected_value);
    WriteInput(w, "disease-group", action.disease_group);
    w.EndArray();
  }
  w.EndObject();
  return w.Take();
}

Result<Action> ActionFromFhir(const store::Resource& resource) {
  QX_TRY(const json::Document document, json::Document::Parse(resource.body));
  const json::Value root = document.root();
  Action action;
  action.id = resource.id;
  action.version = resource.version;
  action.status = std::string(root.FindString("status"));
  action.note = std::string(root.FindString("description"));
  const auto focus = root.Find("focus");
  const std::string_view reference = focus ? focus->FindString("reference") : std::string_view();
  if (!reference.starts_with("DetectedIssue/")) return Fault("bad-action-record", "an action without its gap: Task/" + resource.id);
  action.gap_id = std::string(reference.substr(14));
  const auto code = root.Find("code");
  const auto coding = code ? code->Find("coding") : std::nullopt;
  if (coding && coding->size() > 0) {
    action.type = std::string(coding->At(0).FindString("code"));
    action.type_name.zh = std::string(coding->At(0).FindString("display"));
  }
  action.started_on = PeriodPart(root, "executionPeriod", "start");
  action.finished_on = PeriodPart(root, "executionPeriod", "end");
  const auto restriction = root.Find("restriction");
  if (restriction) action.due_on = PeriodPart(*restriction, "period", "end");
  action.owner = DisplayOf(root, "owner");
  action.approved_by = DisplayOf(root, "requester");
  action.expected_value = InputOf(root, "expected-value");
  action.disease_group = InputOf(root, "disease-group");
  ReadNotes(root, action);
  return action;
}

}  // namespace qianxian::gap
