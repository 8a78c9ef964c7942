#include "api/import_jobs.h"

#include <algorithm>
#include <chrono>

#include "api/import_task.h"
#include "api/outcome.h"
#include "api/page_json.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "json/writer.h"
#include "search/query.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kTasks = "code=https://fhir.qianxian.cn/CodeSystem/task|import&_sort=-_lastUpdated";
constexpr auto kBusyPause = std::chrono::seconds(2);   // another process imports into the same ledger

Error NoSuchImport(std::string_view id) {
  return NotFound("no-such-import", "there is no import " + std::string(id), "没有这个导入任务：" + std::string(id));
}

bool HasEnded(const ImportView& view) { return view.status != "queued" && view.status != "in-progress"; }

}  // namespace

std::string ImportJson(const ImportView& view) {
  json::Writer writer;
  writer.BeginObject().Member("id", view.id).Member("kind", view.kind).Name("files").BeginArray();
  for (const std::string& file : view.files) writer.String(file);
  writer.EndArray().Member("organization", view.organization).Member("status", view.status).Member("stage", view.stage);
  writer.Member("fraction", view.fraction).Member("rowsRead", view.rows_read).Name("counts").BeginObject();
  writer.Member("accepted", view.counts.accepted).Member("unchanged", view.counts.unchanged);
  writer.Member("replaced", view.counts.replaced).Member("rejected", view.counts.rejected).EndObject().Name("error");
  if (view.error) {
    writer.Raw(ApiErrorJson(*view.error));
  } else {
    writer.Null();
  }
  writer.Name("notes").BeginArray();
  for (const pack::Text& note : view.notes) {
    writer.BeginObject().Member("zh", note.zh).Member("en", note.en.empty() ? note.zh : note.en).EndObject();
  }
  writer.EndArray();
  WriteOrNull(writer, "startedAt", view.started_at);
  WriteOrNull(writer, "finishedAt", view.finished_at);
  writer.Member("by", view.by).EndObject();
  return writer.Take();
}

ImportJobs::ImportJobs(const Services& services) : services_(services) {
  // Uploads of a server that is no more: their jobs are shown as failed, the files are of no use.
  Result<std::vector<std::string>> left = ListFiles(services_.directory + "/inbox");
  if (left.ok()) {
    for (const std::string& path : *left) (void)RemoveFile(path).ok();
  }
  Status made = MakeDirectories(services_.directory + "/inbox");
  if (!made.ok()) LogError("no folder for uploads: " + Describe(made.error()));
  worker_ = std::thread([this] { Work(); });
}

ImportJobs::~ImportJobs() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, job] : jobs_) job->cancel.Request();
  }
  wake_.notify_all();
  worker_.join();
}

Result<ImportView> ImportJobs::Start(const access::Caller& caller, Upload upload) {
  // What is refused at once need not be uploaded into a queue; the import decides again, row by row.
  QX_DO(access::Decide(caller, access::Verb::kImport, "*",
                       caller.whole_county || caller.organizations.empty() ? "" : caller.organizations.front()));
  auto job = std::make_shared<Job>();
  job->caller = caller;
  job->view.id = "import-" + NewUuid(*services_.clock, *services_.random);
  job->view.kind = intake::Name(upload.kind);
  job->view.organization = upload.organization;
  job->view.status = "queued";
  job->view.stage = "waiting";
  job->view.files = {upload.name};
  job->view.by = caller.user;
  job->view.started_at = RfcTime(services_.clock->Now());
  job->upload = std::move(upload);
  ImportView view = job->view;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= limits::kImportsWaiting) {
      return MakeError(ErrorCategory::kBusy, "too-many-imports", "too many imports are waiting: try again later", "等待的导入任务过多，请稍后再试");
    }
    waiting_.push_back(job);
    jobs_[view.id] = job;
  }
  wake_.notify_all();
  return view;
}

void ImportJobs::Work() {
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      job = waiting_.front();
      waiting_.pop_front();
    }
    RunOne(job);
  }
}

void ImportJobs::RunOne(const std::shared_ptr<Job>& job) {
  intake::Request request;
  request.kind = job->upload.kind;
  request.paths = {job->upload.path};
  request.names = {job->upload.name};
  request.organization = job->upload.organization;
  request.stay_days_inclusive = job->upload.stay_days_inclusive;
  request.job_id = job->view.id;
  intake::Tools tools{services_.store, services_.ledger, services_.clock, services_.random, services_.directory};
  auto progress = [&](const intake::Progress& now) {
    std::lock_guard lock(mutex_);
    job->view.status = "in-progress";
    job->view.stage = now.stage;
    job->view.fraction = now.fraction;
    job->view.rows_read = now.rows_read;
    job->view.counts = now.so_far;
  };
  Result<intake::Summary> summary = Error{};
  while (true) {
    summary = job->cancel.requested() ? Result<intake::Summary>(Invalid("cancelled", "cancelled", "已取消"))
                                      : intake::Run(job->caller, tools, request, job->cancel, progress);
    if (summary.ok() || summary.error().category != ErrorCategory::kBusy) break;
    std::unique_lock lock(mutex_);
    job->view.status = "queued";
    job->view.stage = "waiting";
    wake_.wait_for(lock, kBusyPause, [&] { return stopping_ || job->cancel.requested(); });
  }
  (void)RemoveFile(job->upload.path).ok();
  std::lock_guard lock(mutex_);
  ImportView& view = job->view;
  view.finished_at = RfcTime(services_.clock->Now());
  view.stage = "done";
  if (!summary.ok()) {
    bool cancelled = summary.error().code == "cancelled";
    view.status = cancelled ? "cancelled" : "failed";
    if (!cancelled) view.error = summary.error();
    return;
  }
  view.status = "completed";
  view.fraction = 1;
  view.counts = summary->counts;
  view.report_path = summary->report_path;
  for (size_t i = 0; i < summary->notes_zh.size(); ++i) {
    view.notes.push_back({summary->notes_zh[i], i < summary->notes_en.size() ? summary->notes_en[i] : ""});
  }
}

bool ImportJobs::MaySee(const access::Caller& caller, const Job& job) const {
  return caller.user == job.caller.user ||
         access::Decide(caller, access::Verb::kRead, "Task", job.upload.organization).ok();
}

std::shared_ptr<ImportJobs::Job> ImportJobs::Find(std::string_view id) {
  std::lock_guard lock(mutex_);
  auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second;
}

std::optional<ImportView> ImportJobs::Live(const access::Caller& caller, std::string_view id) {
  std::shared_ptr<Job> job = Find(id);
  if (!job || !MaySee(caller, *job)) return std::nullopt;
  std::lock_guard lock(mutex_);
  return job->view;
}

// The record's view, unless its process died: only one server is ever at work on a folder, and its own jobs are live.
ImportView ImportJobs::Judge(ImportView view, const store::Resource& task) const {
  if (HasEnded(view)) return view;
  int64_t silent = services_.clock->Now().microseconds - task.last_updated.microseconds;
  bool may_be_alive = view.by == kCommandLine && silent < int64_t{limits::kImportSilentMinutes} * 60'000'000;
  if (may_be_alive) return view;
  view.status = "failed";
  view.stage = "done";
  view.error = DiedError();
  return view;
}

Result<std::vector<ImportView>> ImportJobs::List(const access::Caller& caller) {
  QX_TRY(search::Query query, search::Query::ParseText(*services_.parameters, "Task", kTasks));
  query.count = limits::kImportsListed;
  QX_TRY(auto snapshot, store::OpenView(*services_.store, caller));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  std::map<std::string, ImportView> views;
  for (const store::Resource& task : page.matches) {
    Result<ImportView> view = ViewOfTask(task, services_.directory);
    if (view.ok()) views[task.id] = Judge(std::move(*view), task);
  }
  std::vector<std::string> live_ids;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, job] : jobs_) live_ids.push_back(id);
  }
  for (const std::string& id : live_ids) {
    if (std::optional<ImportView> view = Live(caller, id)) views[id] = std::move(*view);
  }
  std::vector<ImportView> sorted;
  for (auto& [id, view] : views) sorted.push_back(std::move(view));
  std::sort(sorted.begin(), sorted.end(), [](const ImportView& a, const ImportView& b) {
    return std::tie(b.started_at, b.id) < std::tie(a.started_at, a.id);   // ids are time-ordered
  });
  return sorted;
}

Result<ImportView> ImportJobs::Get(const access::Caller& caller, std::string_view id) {
  if (std::optional<ImportView> live = Live(caller, id)) return std::move(*live);
  QX_TRY(auto snapshot, store::OpenView(*services_.store, caller));
  Result<store::Resource> task = snapshot->Read("Task", id);
  if (!task.ok() && task.error().category == ErrorCategory::kNotFound) return NoSuchImport(id);
  if (!task.ok()) return std::move(task).error();
  Result<ImportView> view = ViewOfTask(*task, services_.directory);
  if (!view.ok()) return NoSuchImport(id);
  return Judge(std::move(*view), *task);
}

size_t ImportJobs::Unfinished() {
  std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& one) { return !HasEnded(one.second->view); }));
}

Result<ImportView> ImportJobs::RequestCancel(const access::Caller& caller, std::string_view id) {
  std::shared_ptr<Job> job = Find(id);
  if (!job || !MaySee(caller, *job)) {
    QX_TRY(ImportView view, Get(caller, id));
    if (HasEnded(view)) return view;
    return Invalid("not-here", "this import runs on the command line: stop it there", "该导入由命令行执行，请在命令行中停止");
  }
  if (caller.user != job->caller.user) {
    QX_DO(access::Decide(caller, access::Verb::kImport, "*", job->upload.organization));
  }
  job->cancel.Request();
  std::lock_guard lock(mutex_);
  // One that still waits is out of the queue at once.
  auto waiting = std::find(waiting_.begin(), waiting_.end(), job);
  if (waiting != waiting_.end()) {
    waiting_.erase(waiting);
    job->view.status = "cancelled";
    job->view.stage = "done";
    job->view.finished_at = RfcTime(services_.clock->Now());
    (void)RemoveFile(job->upload.path).ok();
  }
  wake_.notify_all();
  return job->view;
}

}  // namespace qianxian::api
