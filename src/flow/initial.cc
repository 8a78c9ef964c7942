// What the record says before anybody has asked: presets of a form.
#include <algorithm>

#include "fhir/date.h"
#include "flow/forms.h"
#include "flow/service.h"

namespace qianxian::flow {
namespace {

void Preset(const std::vector<pack::Item>& items, const Programme& programme, Evaluation& evaluation, FormAnswers& out) {
  for (const pack::Item& item : items) {
    Preset(item.items, programme, evaluation, out);
    if (item.initial.empty()) continue;
    std::vector<std::string> values = evaluation.TextsOf(programme, item.initial);
    if (item.type == "date")
      for (std::string& value : values) value = fhir::LocalDayText(value);
    if (!values.empty() && CheckAnswer(item, values).ok()) out.answers.emplace_back(item.id, std::move(values));
  }
}

}  // namespace

Result<FormAnswers> Service::Initial(const access::Caller& caller, const InitialRequest& request) {
  const auto form = std::find_if(tools_.pack->forms.begin(), tools_.pack->forms.end(), [&](const pack::Form& one) { return one.id == request.form; });
  if (form == tools_.pack->forms.end()) return NotFound("no-such-form", "there is no form " + request.form, "没有这个表单：" + request.form);
  FormAnswers out{form->id, {}};
  const std::shared_ptr<const Programme> programme = CompileForm(*form);
  std::set<std::string> types;
  for (const auto& [where, text] : pack::ExpressionsOf(*form)) AddTypes(text, types);
  AddAllTypes(types);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(caller));
  QX_DO(snapshot->Read("Patient", request.patient));
  QX_TRY(const PatientRecord record, Load(*snapshot, request.patient, types));
  Evaluation evaluation(*tools_.definitions, tools_.clock->Now());
  evaluation.SetRecord(record);
  if (!request.task.empty()) {
    QX_TRY(const store::Resource task, snapshot->Read("Task", request.task));
    QX_TRY(const json::Document document, json::Document::Parse(task.body));
    evaluation.SetText("pathway", StepOfFhir(document.root()).pathway);
    evaluation.SetDocument("task", task.body);
  }
  Preset(form->items, *programme, evaluation, out);
  return out;
}

}  // namespace qianxian::flow
