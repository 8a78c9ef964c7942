// Pathways, forms, visits and enrolments for the page.
#include "api/care_api.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "base/text.h"
#include "fhir/date.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

// A value of an answer as text: a number as it was sent, true or false.
Result<std::string> AnswerText(json::Value value) {
  if (value.IsString()) return std::string(value.AsString());
  if (value.IsNumber()) return std::string(value.NumberText());
  if (value.IsBoolean()) return std::string(value.AsBoolean() ? "true" : "false");
  return Invalid("bad-body", "an answer must be a text, a number, true or false, or a list of codes", "答案应为文本、数、是否或代码列表");
}

Result<std::vector<flow::FormAnswers>> ReadForms(json::Value root) {
  std::vector<flow::FormAnswers> out;
  const auto forms = root.Find("forms");
  if (!forms) return out;
  for (json::Value one : forms->Elements()) {
    flow::FormAnswers form;
    QX_TRY(form.form, TextMember(one, "form"));
    const auto answers = one.Find("answers");
    if (!answers || !answers->IsObject()) return Invalid("bad-body", "answers must be an object", "answers 应为对象");
    for (const auto& [item, value] : answers->Members()) {
      std::vector<std::string> values;
      if (value.IsArray()) {
        for (json::Value part : value.Elements()) {
          QX_TRY(std::string text, AnswerText(part));
          values.push_back(std::move(text));
        }
      } else if (!value.IsNull()) {
        QX_TRY(std::string text, AnswerText(value));
        if (!text.empty()) values.push_back(std::move(text));
      }
      form.answers.emplace_back(item, std::move(values));
    }
    out.push_back(std::move(form));
  }
  return out;
}

Result<flow::VisitRequest> ReadVisit(json::Value root) {
  flow::VisitRequest visit;
  QX_TRY(visit.key, TextMember(root, "clientKey"));
  QX_TRY(visit.patient, TextMember(root, "patient"));
  QX_TRY(visit.method, TextMember(root, "method"));
  QX_TRY(visit.note, TextMember(root, "note"));
  QX_TRY(const std::string at, TextMember(root, "at"));
  if (!at.empty()) {
    QX_TRY(const fhir::DateTime time, fhir::ParseDateTime(at, fhir::DateSyntax::kDateTime));
    visit.at = Instant{fhir::RangeOf(time, 480).low};
  }
  if (const auto tasks = root.Find("tasks")) {
    for (json::Value one : tasks->Elements()) {
      const auto version = one.Find("version");
      const auto number = version && version->IsNumber() ? version->AsInteger() : std::nullopt;
      if (!number || *number < 1) return Invalid("no-version", "say which version of each task you saw", "请提供每个任务所见的版本号 version");
      visit.tasks.push_back({std::string(one.FindString("task")), static_cast<uint64_t>(*number)});
    }
  }
  QX_TRY(visit.forms, ReadForms(root));
  return visit;
}

std::string VisitJson(const flow::VisitResult& result) {
  json::Writer w;
  w.BeginObject().Member("visit", result.visit).Name("completed").BeginArray();
  for (const std::string& task : result.completed) w.String(task);
  w.EndArray().Name("next").BeginArray();
  for (const flow::OpenStep& step : result.next) WriteStep(w, step);
  w.EndArray().Name("dangers").BeginArray();
  for (const flow::FoundDanger& danger : result.dangers) {
    w.BeginObject().Member("form", danger.form).Member("id", danger.id);
    WriteText(w, "text", danger.text);
    if (!danger.criterion.empty())
      w.Name("refer").BeginObject().Member("urgency", danger.urgency).Member("criterion", danger.criterion).EndObject();
    w.EndObject();
  }
  w.EndArray().Name("proposals").BeginArray();
  for (const flow::Proposal& p : result.proposals)
    w.BeginObject().Member("pathway", p.pathway).Member("step", p.step).Member("urgency", p.urgency).Member("criterion", p.criterion).EndObject();
  w.EndArray().EndObject();
  return w.Take();
}

http::Response Done(std::string_view name, const std::string& id) {
  json::Writer w;
  w.BeginObject().Member(name, id).EndObject();
  return JsonResponse(w.Take());
}

}  // namespace

Result<http::Response> CareApi::AddVisit(const CareCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  QX_TRY(const flow::VisitRequest visit, ReadVisit(body.root()));
  const Result<flow::VisitResult> result = flow_->Visit(call.caller, visit);
  if (result.ok()) return JsonResponse(VisitJson(*result), result->again ? 200 : 201);
  if (result.error().code != "already-done") return result.error();
  // What somebody else made of these tasks, to be shown beside what was typed.
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  json::Writer w;
  w.BeginObject().Name("error").Raw(ApiErrorJson(result.error())).Name("theirs").BeginObject().Name("tasks").BeginArray();
  for (const flow::TaskVersion& task : visit.tasks) {
    const Result<store::Resource> now = snapshot->Read("Task", task.task);
    if (!now.ok()) continue;
    QX_TRY(const flow::OpenStep step, flow::StepFromFhir(*now, *services_.pack));
    WriteStep(w, step);
  }
  w.EndArray().Name("responses").BeginArray();
  for (const flow::TaskVersion& task : visit.tasks) {
    const Result<store::Resource> now = snapshot->Read("Task", task.task);
    if (!now.ok()) continue;
    QX_TRY(const json::Document document, json::Document::Parse(now->body));
    const auto output = document.root().Find("output");
    if (!output) continue;
    for (json::Value one : output->Elements()) {
      const auto reference = one.Find("valueReference");
      const std::string_view text = reference ? reference->FindString("reference") : std::string_view();
      if (!StartsWith(text, "QuestionnaireResponse/")) continue;
      if (const auto response = snapshot->Read("QuestionnaireResponse", text.substr(22)); response.ok()) w.Raw(response->body);
    }
  }
  w.EndArray().EndObject().EndObject();
  return JsonResponse(w.Take(), 409);
}

Result<http::Response> CareApi::Enrol(const CareCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  flow::EnrolRequest request;
  QX_TRY(request.patient, TextMember(body.root(), "patient"));
  QX_TRY(request.pathway, TextMember(body.root(), "pathway"));
  QX_TRY(request.organization, TextMember(body.root(), "organization"));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  QX_DO(snapshot->Read("Patient", request.patient));
  QX_TRY(const std::string id, flow_->Enrol(call.caller, request));
  return Done("id", id);
}

Result<http::Response> CareApi::Exit(const CareCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  flow::ExitRequest request{call.arguments[0], "", "", ""};
  QX_TRY(request.reason, TextMember(body.root(), "reason"));
  QX_TRY(request.note, TextMember(body.root(), "note"));
  QX_TRY(request.on, TextMember(body.root(), "on"));
  QX_DO(flow_->Exit(call.caller, request));
  return Done("id", request.enrolment);
}

Result<http::Response> CareApi::Move(const CareCall& call) {
  QX_TRY(const json::Document body, ParseBody(call.request));
  flow::MoveRequest request;
  request.enrolment = call.arguments[0];
  QX_TRY(request.organization, TextMember(body.root(), "organization"));
  QX_TRY(const std::string edition, TextMember(body.root(), "edition"));
  QX_TRY(request.reason, TextMember(body.root(), "reason"));
  request.newest_edition = !edition.empty();
  QX_DO(flow_->Move(call.caller, request));
  return Done("id", request.enrolment);
}

Result<http::Response> CareApi::ListPathways(const CareCall&) {
  json::Writer w;
  w.BeginObject().Name("pathways").BeginArray();
  for (const pack::Pathway& pathway : services_.pack->pathways) {
    w.BeginObject().Member("id", pathway.id).Member("kind", pathway.kind).Member("order", pathway.order);
    WriteText(w, "title", pathway.title);
    w.Member("edition", pathway.edition);
    w.Member("enrol", pathway.entry.automatic ? "automatic" : pathway.entry.by_referral ? "by-referral" : "by-hand");
    WriteSources(w, pathway.sources);
    w.Name("exits").BeginArray();
    for (const pack::Exit& exit : pack::ExitsOf(pathway)) {
      w.BeginObject().Member("id", exit.id);
      WriteText(w, "name", exit.name);
      w.Member("byHand", exit.by_hand).EndObject();
    }
    w.EndArray().Name("stages").BeginArray();
    for (const pack::Stage& stage : pathway.stages) {
      w.BeginObject().Member("id", stage.id).Member("course", stage.course);
      WriteText(w, "name", stage.name);
      w.Name("steps").BeginArray();
      for (const pack::Step& step : stage.steps) {
        w.BeginObject().Member("id", step.id);
        WriteText(w, "name", step.name);
        WriteOrNull(w, "form", step.form);
        WriteOrNull(w, "activity", step.activity);
        w.EndObject();
      }
      w.EndArray().EndObject();
    }
    w.EndArray().EndObject();
  }
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

namespace {

// The answers of a QuestionnaireResponse by item: a text, a number, or a list of codes.
void WriteAnswers(json::Writer& w, json::Value items, const pack::Form& form, bool only_kept) {
  for (json::Value item : items.Elements()) {
    if (const auto inner = item.Find("item")) WriteAnswers(w, *inner, form, only_kept);
    const std::string id(item.FindString("linkId"));
    const pack::Item* known = pack::FindItem(form.items, id);
    const auto answers = item.Find("answer");
    if (!known || !answers || (only_kept && !known->keep)) continue;
    w.Name(id);
    const bool list = known->type == "choices";
    if (list) w.BeginArray();
    for (json::Value answer : answers->Elements()) {
      for (const auto& [name, value] : answer.Members()) {
        if (name == "valueCoding") w.String(value.FindString("code"));
        else if (name == "valueQuantity" && value.Find("value")) w.Raw(value.Find("value")->Raw());
        else if (StartsWith(name, "value") && !value.IsObject()) w.Copy(value);
        else continue;
        break;
      }
      if (!list) break;
    }
    if (list) w.EndArray();
  }
}

void WriteAnswer(json::Writer& w, const pack::Item& item, const std::vector<std::string>& values) {
  w.Name(item.id);
  if (item.type == "choices") {
    w.BeginArray();
    for (const std::string& value : values) w.String(value);
    w.EndArray();
  } else if (item.type == "quantity" || item.type == "decimal" || item.type == "integer") {
    w.Number(values[0]);
  } else if (item.type == "boolean") {
    w.Boolean(values[0] == "true");
  } else {
    w.String(values[0]);
  }
}

struct Point {
  std::string on, value;
};

void AddReadings(json::Value item, const std::string& on, const std::string& id, std::vector<Point>& out) {
  if (item.FindString("linkId") == id) {
    if (const auto answers = item.Find("answer"); answers && answers->size() > 0)
      for (const auto& [name, value] : answers->At(0).Members()) {
        if (name == "valueQuantity" && value.Find("value")) out.push_back({on, std::string(value.Find("value")->Raw())});
        else if (value.IsNumber()) out.push_back({on, std::string(value.NumberText())});
      }
  }
  if (const auto inner = item.Find("item"))
    for (json::Value one : inner->Elements()) AddReadings(one, on, id, out);
}

void CollectHistory(const std::vector<pack::Item>& items, std::vector<const pack::Item*>& out) {
  for (const pack::Item& item : items) {
    if (item.history > 0) out.push_back(&item);
    CollectHistory(item.items, out);
  }
}

}  // namespace

// After how many days the step of this task comes again when nothing was found; none: it comes once.
std::optional<int> CareApi::UsualDays(store::Snapshot& snapshot, const std::string& task) {
  const Result<store::Resource> read = snapshot.Read("Task", task);
  if (!read.ok()) return std::nullopt;
  const Result<flow::OpenStep> open = flow::StepFromFhir(*read, *services_.pack);
  if (!open.ok()) return std::nullopt;
  for (const pack::Pathway& pathway : services_.pack->pathways) {
    const pack::Step* step = pathway.id == open->pathway ? pack::FindStep(pathway, open->step) : nullptr;
    if (step && step->repeat) return step->repeat->days;
  }
  return std::nullopt;
}

Result<http::Response> CareApi::ShowForm(const CareCall& call) {
  const pack::Form* form = nullptr;
  for (const pack::Form& one : services_.pack->forms)
    if (one.id == call.arguments[0]) form = &one;
  if (!form) return NotFound("no-such-form", "there is no form " + call.arguments[0], "没有这个表单：" + call.arguments[0]);
  json::Writer w;
  w.BeginObject().Name("form").Raw(pack::FormAsJson(*form));
  const std::string patient = call.Query("patient");
  std::vector<json::Document> earlier;     // newest first, of this form
  std::optional<int> usual_days;
  if (!patient.empty()) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
    if (!call.Query("task").empty()) usual_days = UsualDays(*snapshot, call.Query("task"));
    QX_TRY(const store::SearchPage page,
           Search(*snapshot, "QuestionnaireResponse", {{"patient", "Patient/" + patient}, {"_sort", "-authored"}}, 100));
    const std::string canonical = "/Questionnaire/" + form->id;
    for (const store::Resource& one : page.matches) {
      QX_TRY(json::Document document, json::Document::Parse(one.body));
      const std::string_view of = document.root().FindString("questionnaire");
      if (EndsWith(of.substr(0, of.find('|')), canonical)) earlier.push_back(std::move(document));
    }
  }
  w.Name("previous").BeginObject().Name("answers").BeginObject();
  if (!earlier.empty())
    if (const auto items = earlier[0].root().Find("item")) WriteAnswers(w, *items, *form, false);
  w.EndObject().EndObject().Name("initial").BeginObject();
  if (!patient.empty()) {
    QX_TRY(const flow::FormAnswers initial, flow_->Initial(call.caller, {form->id, patient, call.Query("task")}));
    for (const auto& [id, values] : initial.answers) WriteAnswer(w, *pack::FindItem(form->items, id), values);
  }
  w.EndObject().Name("readings").BeginObject();
  std::vector<const pack::Item*> shown;
  CollectHistory(form->items, shown);
  for (const pack::Item* item : shown) {
    std::vector<Point> points;
    for (const json::Document& document : earlier) {
      if (points.size() >= static_cast<size_t>(item->history)) break;
      if (const auto items = document.root().Find("item"))
        for (json::Value one : items->Elements()) AddReadings(one, fhir::LocalDayText(document.root().FindString("authored")), item->id, points);
    }
    w.Name(item->id).BeginArray();
    for (const Point& point : points) w.BeginObject().Member("on", point.on).Name("value").Number(point.value).EndObject();
    w.EndArray();
  }
  w.EndObject().Name("usualDays");
  if (usual_days) w.Integer(*usual_days);
  else w.Null();
  w.EndObject();
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
