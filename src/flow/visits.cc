// A visit: forms answered, what is taken out of them, steps done, and what follows, in one commit.
#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/definitions.h"
#include "flow/forms.h"
#include "flow/service.h"
#include "json/writer.h"

namespace qianxian::flow {
namespace {

constexpr int kTries = 5;

std::string VisitId(const access::Caller& caller, const std::string& key) {
  return "visit-" + crypto::Sha256Hex(caller.user + "|" + key).substr(0, 32);
}

void WriteTexts(json::Writer& w, std::string_view name, const std::vector<std::string>& texts) {
  w.Name(name).BeginArray();
  for (const std::string& text : texts) w.String(text);
  w.EndArray();
}

// What was answered, to be answered again: ids and words, so that a second sending hears the same.
std::string ResultAsText(const VisitResult& result) {
  json::Writer w;
  w.BeginObject();
  WriteTexts(w, "completed", result.completed);
  std::vector<std::string> next;
  for (const OpenStep& step : result.next) next.push_back(step.task);
  WriteTexts(w, "next", next);
  w.Name("dangers").BeginArray();
  for (const FoundDanger& danger : result.dangers)
    w.BeginObject().Member("form", danger.form).Member("id", danger.id).EndObject();
  w.EndArray().Name("proposals").BeginArray();
  for (const Proposal& p : result.proposals)
    w.BeginObject().Member("pathway", p.pathway).Member("step", p.step).Member("urgency", p.urgency).Member("criterion", p.criterion).EndObject();
  w.EndArray().EndObject();
  return w.Take();
}

std::string EncounterAsFhir(const VisitRequest& request, const std::string& id, const access::Caller& caller, const std::string& owner,
                            Instant at, const VisitResult& result) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Encounter").Member("id", id).Name("extension").BeginArray().BeginObject();
  w.Member("url", std::string(kBase) + "StructureDefinition/visit-answer").Member("valueString", ResultAsText(result)).EndObject();
  if (!request.note.empty())
    w.BeginObject().Member("url", std::string(kBase) + "StructureDefinition/visit-note").Member("valueString", request.note).EndObject();
  w.EndArray().Member("status", "finished").Name("class").BeginObject();
  const std::string_view act = request.method == "home" ? "HH" : request.method == "phone" || request.method == "video" ? "VR" : "AMB";
  w.Member("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode").Member("code", act).EndObject();
  w.Name("subject").BeginObject().Member("reference", "Patient/" + request.patient).EndObject();
  if (!caller.practitioner.empty()) {
    w.Name("participant").BeginArray().BeginObject().Name("individual").BeginObject();
    w.Member("reference", "Practitioner/" + caller.practitioner).EndObject().EndObject().EndArray();
  }
  w.Name("period").BeginObject().Member("start", FormatInstant(at)).Member("end", FormatInstant(at)).EndObject();
  if (!owner.empty()) w.Name("serviceProvider").BeginObject().Member("reference", "Organization/" + owner).EndObject();
  w.EndObject();
  return w.Take();
}

store::Change New(std::string type, std::string id, std::string body, const std::string& owner) {
  store::Change change;
  change.type = std::move(type);
  change.id = std::move(id);
  change.body = std::move(body);
  change.owner = owner;
  change.if_version = 0;
  return change;
}

Status AddPiece(PatientRecord& record, const store::Change& change) {
  QX_TRY(json::Document document, json::Document::Parse(change.body));
  record.pieces.push_back({change.type, change.id, 0, change.owner, std::make_shared<const json::Document>(std::move(document))});
  return Ok();
}

bool IsOpen(const std::string& status) { return status == "ready" || status == "in-progress"; }

Error AlreadyDone() {
  return Conflict("already-done", "somebody changed this task meanwhile; look at what is there now", "该任务已被他人更新，请查看最新内容");
}

}  // namespace

OpenStep StepForPage(const Step& step, uint64_t version, const pack::Pack& pack) {
  OpenStep out;
  out.task = step.id, out.version = version, out.patient = step.patient, out.pathway = step.pathway, out.step = step.step;
  out.enrolment = step.enrolment, out.form = step.form, out.activity = step.activity, out.status = step.status;
  out.escalated_to = step.escalated_to, out.owner = step.owner, out.who = step.who;
  out.due = step.due, out.window_start = step.window_start, out.window_end = step.window_end;
  out.name = {step.name, step.name};
  out.pathway_title = {step.pathway, step.pathway};
  for (const pack::Pathway& pathway : pack.pathways) {
    if (pathway.id != step.pathway) continue;
    out.pathway_title = pathway.title;
    if (const pack::Step* known = pack::FindStep(pathway, step.step)) out.name = known->name;
  }
  return out;
}

Result<OpenStep> StepFromFhir(const store::Resource& task, const pack::Pack& pack) {
  QX_TRY(const json::Document document, json::Document::Parse(task.body));
  const Step step = StepOfFhir(document.root());
  if (step.pathway.empty()) return Invalid("no-step", "this task is no step of a pathway", "该任务不是路径步骤");
  return StepForPage(step, task.version, pack);
}

Result<VisitResult> Service::ReadVisit(const store::Resource& encounter, const std::string&) {
  QX_TRY(const json::Document document, json::Document::Parse(encounter.body));
  QX_TRY(const json::Document kept, json::Document::Parse(ExtensionText(document.root(), "visit-answer")));
  VisitResult result;
  result.visit = encounter.id;
  result.again = true;
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(access::SystemCaller("flow:visit")));
  const json::Value root = kept.root();
  if (const auto completed = root.Find("completed"))
    for (json::Value one : completed->Elements()) result.completed.emplace_back(one.AsString());
  if (const auto next = root.Find("next"))
    for (json::Value one : next->Elements())
      if (const auto task = snapshot->Read("Task", one.AsString()); task.ok()) {
        QX_TRY(OpenStep step, StepFromFhir(*task, *tools_.pack));
        result.next.push_back(std::move(step));
      }
  if (const auto dangers = root.Find("dangers"))
    for (json::Value one : dangers->Elements())
      for (const pack::Form& form : tools_.pack->forms)
        for (const pack::Danger& danger : form.dangers)
          if (form.id == one.FindString("form") && danger.id == one.FindString("id"))
            result.dangers.push_back({form.id, danger.id, danger.urgency, danger.criterion, danger.text});
  if (const auto proposals = root.Find("proposals"))
    for (json::Value one : proposals->Elements())
      result.proposals.push_back({std::string(one.FindString("pathway")), std::string(one.FindString("step")),
                                  std::string(one.FindString("urgency")), std::string(one.FindString("criterion"))});
  return result;
}

Status Service::VisitOnce(const access::Caller& caller, const VisitRequest& request, const std::string& id, VisitResult& result) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(access::SystemCaller("flow:visit")));
  QX_TRY(const std::shared_ptr<const Places> places, CurrentPlaces(*snapshot));
  QX_TRY(PatientRecord record, Load(*snapshot, request.patient, types_));
  const Instant now = tools_.clock->Now(), at = request.at.value_or(now);
  if (at > Instant{now.microseconds + 86'400'000'000}) return Invalid("in-the-future", "the visit is in the future", "随访时间在将来");
  std::string owner = caller.organizations.empty() ? std::string() : caller.organizations.front();
  // What is given: forms, and their Observations.
  std::vector<store::Change> given;
  std::map<std::string, FilledForm> filled;
  std::map<std::string, std::string> responses;            // form → QuestionnaireResponse id
  for (size_t i = 0; i < request.forms.size(); ++i) {
    const FormAnswers& answers = request.forms[i];
    const auto form = std::find_if(tools_.pack->forms.begin(), tools_.pack->forms.end(), [&](const pack::Form& f) { return f.id == answers.form; });
    if (form == tools_.pack->forms.end()) return NotFound("no-such-form", "there is no form " + answers.form, "没有这个表单：" + answers.form);
    FormPlace place{id + "-" + std::to_string(i + 1), request.patient, id, caller.practitioner.empty() ? "" : "Practitioner/" + caller.practitioner, at};
    QX_TRY(FilledForm one, FillForm(*form, answers, place, *tools_.definitions));
    responses[answers.form] = place.id;
    result.dangers.insert(result.dangers.end(), one.dangers.begin(), one.dangers.end());
    filled[answers.form] = std::move(one);
  }
  if (owner.empty())
    for (const Piece& piece : record.pieces)
      if (piece.type == "Patient") owner = piece.owner;
  QX_DO(access::Decide(caller, access::Verb::kWrite, "QuestionnaireResponse", owner));
  for (const auto& [form, one] : filled) {
    given.push_back(New("QuestionnaireResponse", responses[form], one.response, owner));
    for (const auto& [observation, body] : one.observations) given.push_back(New("Observation", observation, body, owner));
  }
  for (const store::Change& change : given)
    if (types_.count(change.type)) QX_DO(AddPiece(record, change));
  // The steps, by the record as it is with them.
  Evaluation evaluation(*tools_.definitions, now);
  Judge judge(record, evaluation, current_, [&](const std::string& hash) { return Frozen(*snapshot, hash); }, *places, LocalDate(now));
  std::set<std::string> before;
  for (const Care& care : judge.cares())
    for (const Step& step : care.steps)
      if (IsOpen(step.status)) before.insert(step.id);
  for (const TaskVersion& wanted : request.tasks) {
    Care* care = nullptr;
    Step* step = judge.FindStep(wanted.task, &care);
    if (!step) return NotFound("no-such-task", "this patient has no such task: " + wanted.task, "该居民没有这个任务：" + wanted.task);
    if (step->version != wanted.version || !IsOpen(step->status)) return AlreadyDone();
    const std::vector<std::string> places = judge.MayDo(*care, *step);
    const bool may = std::any_of(places.begin(), places.end(), [&](const std::string& place) { return MayWrite(caller, place).ok(); });
    if (!may) return MayWrite(caller, step->owner);
    std::vector<std::string> output = {"Encounter/" + id};
    NextVisit next;
    evaluation.SetNothing("response");     // of the step before
    if (!step->form.empty()) {
      const auto form = filled.find(step->form);
      if (form == filled.end()) return Invalid("form-missing", "this step needs the form " + step->form, "该步骤需要填写表单 " + step->form);
      output.push_back("QuestionnaireResponse/" + responses[step->form]);
      next = {form->second.next_date, form->second.next_days};
      for (const store::Change& change : given)
        if (change.id == responses[step->form]) evaluation.SetDocument("response", change.body);
    }
    const size_t old = step->proposals.size();
    judge.Complete(*care, *step, LocalDate(at), next, output);
    result.completed.push_back(step->id);
    for (size_t i = old; i < step->proposals.size(); ++i) {
      const size_t blank = step->proposals[i].find(' ');
      result.proposals.push_back({step->pathway, step->step, step->proposals[i].substr(0, blank), step->proposals[i].substr(blank + 1)});
    }
  }
  evaluation.SetNothing("response");
  judge.Look();
  for (const Care& care : judge.cares())
    for (const Step& step : care.steps)
      if (IsOpen(step.status) && !before.count(step.id)) result.next.push_back(StepForPage(step, 1, *tools_.pack));
  store::CommitRequest commit;
  commit.reason = "flow:visit";
  commit.changes = judge.Changes();
  AddDefinitions(judge.cares(), commit.changes);
  std::move(given.begin(), given.end(), std::back_inserter(commit.changes));
  result.visit = id;
  commit.changes.push_back(New("Encounter", id, EncounterAsFhir(request, id, caller, owner, at, result), owner));
  QX_DO(tools_.store->Commit(As(caller), std::move(commit)));
  return Ok();
}

Result<VisitResult> Service::Visit(const access::Caller& caller, const VisitRequest& request) {
  if (request.key.empty() || request.key.size() > 200) return Invalid("no-key", "clientKey is missing or too long", "缺少 clientKey 或过长");
  const std::string id = VisitId(caller, request.key);
  for (int tries = 1;; ++tries) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(caller));
    QX_DO(snapshot->Read("Patient", request.patient));
    if (const auto known = snapshot->Read("Encounter", id); known.ok()) return ReadVisit(*known, request.patient);
    VisitResult result;
    const Status done = VisitOnce(caller, request, id, result);
    if (done.ok()) return result;
    const bool raced = done.error().code != "already-done" &&
                       (done.error().category == ErrorCategory::kConflict);
    if (!raced || tries >= kTries) {
      // Sent twice at once: the other one may be the same visit.
      if (done.error().code == "already-done") {
        QX_TRY(const std::unique_ptr<store::Snapshot> newer, tools_.store->OpenSnapshot(caller));
        if (const auto known = newer->Read("Encounter", id); known.ok()) return ReadVisit(*known, request.patient);
      }
      return done.error();
    }
  }
}

}  // namespace qianxian::flow
