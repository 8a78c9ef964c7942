#include "intake/work.h"

#include <algorithm>
#include <filesystem>

#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"

namespace qianxian::intake {
namespace {

access::Caller InTheNameOf(const access::Caller& caller) {
  access::Caller writer = access::SystemCaller("import");
  writer.user = caller.user;
  writer.practitioner = caller.practitioner;
  writer.origin = caller.origin;
  return writer;
}

void TextMember(json::Writer& w, std::string_view type, std::string_view text) {
  if (text.empty()) return;
  w.BeginObject().Name("type").BeginObject().Member("text", type).EndObject().Member("valueString", text).EndObject();
}

void NumberMember(json::Writer& w, std::string_view type, uint64_t number) {
  w.BeginObject().Name("type").BeginObject().Member("text", type).EndObject();
  // FHIR's integer has 31 bits; a larger count is told as text.
  if (number <= INT32_MAX) w.Member("valueInteger", number);
  else w.Member("valueString", std::to_string(number));
  w.EndObject();
}

}  // namespace

Work::Work(const access::Caller& caller_in, const Tools& tools_in, const Request& request_in, const Cancel& cancel_in,
           std::function<void(const Progress&)> progress, std::string job_id_in, std::string report_path_in)
    : caller(caller_in), writer(InTheNameOf(caller_in)), tools(tools_in), request(request_in), cancel(cancel_in),
      job_id(std::move(job_id_in)), report_path(std::move(report_path_in)), progress_(std::move(progress)),
      begun_(tools_in.clock->Now()) {
  for (size_t i = 0; i < request.paths.size(); ++i) {
    std::string name = i < request.names.size() ? request.names[i] : "";
    if (name.empty()) name = std::filesystem::path(request.paths[i]).lexically_normal().filename().string();
    if (name.empty()) name = request.paths[i];
    names.push_back(std::move(name));
  }
}

Status Work::OpenReport() {
  QX_TRY(report_, Report::Create(report_path, request.paths.size() > 1 || request.kind == Kind::kFhir));
  return Ok();
}

void Work::Count(const Counts& more) {
  const std::lock_guard lock(mutex_);
  counts_.accepted += more.accepted;
  counts_.unchanged += more.unchanged;
  counts_.replaced += more.replaced;
}

Counts Work::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.rejected = report_ ? report_->rejected() : 0;
  return counts;
}

void Work::CountRows(uint64_t rows) {
  const std::lock_guard lock(mutex_);
  rows_read_ += rows;
}

void Work::AddNote(std::string zh, std::string en) {
  const std::lock_guard lock(mutex_);
  if (std::find(notes_en_.begin(), notes_en_.end(), en) != notes_en_.end()) return;
  notes_zh_.push_back(std::move(zh));
  notes_en_.push_back(std::move(en));
}

void Work::NoteReportLength() {
  const uint64_t lines = report_->lines();
  if (lines <= limits::kSpreadsheetRows) return;
  AddNote("报告共 " + std::to_string(lines) + " 行，Excel 只能打开前 " + std::to_string(limits::kSpreadsheetRows) + " 行。",
          "The report has " + std::to_string(lines) + " lines; Excel opens the first " + std::to_string(limits::kSpreadsheetRows) + ".");
}

void Work::Tell(std::string_view stage, double fraction) {
  if (!progress_) return;
  Progress progress;
  progress.stage = stage;
  progress.so_far = counts();
  {
    const std::lock_guard lock(mutex_);
    told_ = std::max(told_, std::min(fraction, 1.0));      // a bar that goes back is worse than one that waits
    progress.fraction = told_;
    progress.rows_read = rows_read_;
  }
  progress_(progress);
}

double Work::FractionOf(size_t index, uint64_t position, uint64_t size) const {
  const double within = size ? static_cast<double>(position) / static_cast<double>(size) : 1.0;
  return (static_cast<double>(index) + std::min(within, 1.0)) / static_cast<double>(std::max<size_t>(1, names.size()));
}

Status Work::CheckCancel() const {
  return cancel.requested() ? Status(Invalid("cancelled", "The import was cancelled.", "导入已取消。")) : Ok();
}

std::string Work::TaskOwner() const {
  const bool county = request.kind == Kind::kSettlements || request.kind == Kind::kPopulation ||
                      request.kind == Kind::kOrganizations || request.kind == Kind::kCodes || request.kind == Kind::kPackage;
  if (county) return "";
  if (!request.organization.empty()) return request.organization;
  return !caller.whole_county && !caller.organizations.empty() ? caller.organizations.front() : "";
}

std::string Work::TaskJson(std::string_view status, const Error* error, const Counts& counts) const {
  const bool ended = status != "in-progress";
  const Instant now = tools.clock->Now();
  json::Writer w;
  w.BeginObject().Member("resourceType", "Task").Member("id", job_id).Member("status", status);
  if (error) {
    w.Name("statusReason").BeginObject().Name("coding").BeginArray().BeginObject();
    w.Member("system", "https://fhir.qianxian.cn/CodeSystem/error").Member("code", error->code).EndObject().EndArray();
    w.Member("text", error->zh.empty() ? error->en : error->zh).EndObject();
  }
  w.Member("intent", "order").Name("code").BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "https://fhir.qianxian.cn/CodeSystem/task").Member("code", "import").EndObject().EndArray().EndObject();
  w.Name("executionPeriod").BeginObject().Member("start", FormatInstant(begun_));
  if (ended) w.Member("end", FormatInstant(now));
  w.EndObject().Member("authoredOn", FormatInstant(begun_)).Member("lastModified", FormatInstant(now));
  w.Name("requester").BeginObject().Member("display", caller.user.empty() ? "?" : caller.user).EndObject();
  w.Name("input").BeginArray();
  TextMember(w, "kind", Name(request.kind));
  for (const std::string& name : names) TextMember(w, "file", name);
  TextMember(w, "organization", request.organization);
  if (request.stay_days_inclusive) TextMember(w, "stay-days", "inclusive");
  w.EndArray().Name("output").BeginArray();
  NumberMember(w, "accepted", counts.accepted);
  NumberMember(w, "unchanged", counts.unchanged);
  NumberMember(w, "replaced", counts.replaced);
  NumberMember(w, "rejected", counts.rejected);
  NumberMember(w, "rows-read", rows_read_);
  const std::string root = tools.directory + "/";
  TextMember(w, "report", StartsWith(report_path, root) ? std::string_view(report_path).substr(root.size()) : report_path);
  for (size_t i = 0; i < notes_zh_.size(); ++i) {
    TextMember(w, "note-zh", notes_zh_[i]);
    TextMember(w, "note-en", notes_en_[i]);
  }
  if (error) {
    TextMember(w, "error-zh", error->zh.empty() ? error->en : error->zh);
    TextMember(w, "error-en", error->en);
  }
  w.EndArray().EndObject();
  return w.Take();
}

store::Change Work::TaskChange(std::string_view status, const Error* error, const Counts* counts_at_end) const {
  const Counts now = counts_at_end ? *counts_at_end : counts();
  const std::lock_guard lock(mutex_);
  return {.type = "Task", .id = job_id, .body = TaskJson(status, error, now), .owner = TaskOwner()};
}

Summary Work::MakeSummary() {
  Summary summary;
  summary.job_id = job_id;
  summary.counts = counts();
  summary.report_path = report_path;
  summary.t = tools.store->LastT();
  const std::lock_guard lock(mutex_);
  summary.notes_zh = notes_zh_;
  summary.notes_en = notes_en_;
  return summary;
}

std::vector<InputFile> InputFiles(const Work& work) {
  std::vector<InputFile> files;
  for (size_t i = 0; i < work.request.paths.size(); ++i) files.push_back({i, work.request.paths[i], work.names[i]});
  return files;
}

}  // namespace qianxian::intake
