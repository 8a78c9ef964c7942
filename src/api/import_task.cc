#include "api/import_task.h"

#include "api/page_json.h"
#include "base/text.h"
#include "fhir/date.h"
#include "json/value.h"

namespace qianxian::api {
namespace {

// "2025-11-22T05:05:00Z" as the page wants it; what cannot be read stays.
std::string PageTime(std::string_view text) {
  fhir::DateTime time;
  if (!fhir::TryParseDateTime(text, fhir::DateSyntax::kDateTime, time)) return std::string(text);
  if (time.precision < fhir::DatePrecision::kSecond) return std::string(text);
  return RfcTime({fhir::RangeOf(time).low});
}

struct Named {                             // input[] and output[] of a Task
  std::string_view name, text;
  uint64_t number = 0;
};

template <typename Take>
void EachNamed(json::Value task, std::string_view member, Take take) {
  std::optional<json::Value> list = task.Find(member);
  if (!list) return;
  for (json::Value item : list->Elements()) {
    Named named;
    if (std::optional<json::Value> type = item.Find("type")) named.name = type->FindString("text");
    named.text = item.FindString("valueString");
    std::optional<json::Value> number = item.Find("valueInteger");
    if (number && number->IsNumber()) named.number = static_cast<uint64_t>(number->AsInteger().value_or(0));
    take(named);
  }
}

struct ErrorParts {
  std::string code, zh, en;
};

void TakeOutput(const Named& output, const std::string& directory, ImportView& view, ErrorParts& error) {
  if (output.name == "accepted") view.counts.accepted = output.number;
  else if (output.name == "unchanged") view.counts.unchanged = output.number;
  else if (output.name == "replaced") view.counts.replaced = output.number;
  else if (output.name == "rejected") view.counts.rejected = output.number;
  else if (output.name == "rows-read") view.rows_read = output.number;
  else if (output.name == "report") view.report_path = StartsWith(output.text, "/") ? std::string(output.text) : directory + "/" + std::string(output.text);
  else if (output.name == "note-zh") view.notes.push_back({std::string(output.text), ""});
  else if (output.name == "note-en" && !view.notes.empty()) view.notes.back().en = output.text;
  else if (output.name == "error-zh") error.zh = output.text;
  else if (output.name == "error-en") error.en = output.text;
}

}  // namespace

Error DiedError() {
  return Unavailable("interrupted", "the program stopped while this import was at work: import again, nothing is doubled",
                     "导入过程中程序中断：请重新导入，不会产生重复");
}

Result<ImportView> ViewOfTask(const store::Resource& task, const std::string& directory) {
  QX_TRY(json::Document document, json::Document::Parse(task.body));
  json::Value root = document.root();
  ImportView view;
  view.id = task.id;
  view.status = root.FindString("status");
  view.started_at = PageTime(root.FindString("authoredOn"));
  if (std::optional<json::Value> period = root.Find("executionPeriod")) {
    if (!period->FindString("start").empty()) view.started_at = PageTime(period->FindString("start"));
    view.finished_at = PageTime(period->FindString("end"));
  }
  if (std::optional<json::Value> requester = root.Find("requester")) view.by = requester->FindString("display");
  EachNamed(root, "input", [&](const Named& input) {
    if (input.name == "kind") view.kind = input.text;
    if (input.name == "file") view.files.emplace_back(input.text);
    if (input.name == "organization") view.organization = input.text;
  });
  if (view.kind.empty()) return Invalid("not-an-import", "Task " + task.id + " is no import", "该任务不是导入任务");
  ErrorParts error;
  EachNamed(root, "output", [&](const Named& output) { TakeOutput(output, directory, view, error); });
  std::optional<json::Value> reason = root.Find("statusReason");
  if (view.status == "failed" || reason) {
    if (reason && error.zh.empty()) error.zh = reason->FindString("text");
    std::optional<json::Value> codings = reason ? reason->Find("coding") : std::nullopt;
    if (codings && codings->size() > 0) error.code = codings->At(0).FindString("code");
    if (view.status == "failed") view.error = Invalid(error.code, error.en.empty() ? error.zh : error.en, error.zh);
  }
  bool ended = view.status != "in-progress" && view.status != "queued";
  view.stage = ended ? "done" : "reading";
  view.fraction = view.status == "completed" ? 1 : 0;
  return view;
}

}  // namespace qianxian::api
