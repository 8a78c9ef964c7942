#include "api/fhir_export.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/date.h"
#include "fhir/reference.h"
#include "json/writer.h"
#include "search/compartments.h"
#include "search/query.h"

namespace qianxian::api {
namespace {

constexpr int64_t kKeptMicroseconds = int64_t{24} * 3600 * 1'000'000;
constexpr size_t kPage = limits::kSearchPageMaximum;

std::string_view LevelName(ExportRequest::Level level) {
  return level == ExportRequest::Level::kSystem ? "system" : level == ExportRequest::Level::kPatient ? "patient" : "group";
}

// Buffered, closed when it is let go.
class LineFile {
 public:
  explicit LineFile(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {}
  ~LineFile() {
    if (file_) std::fclose(file_);
  }
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  // A resource as one line: line breaks stand only between the parts of JSON, never in its texts.
  void Add(std::string body) {
    std::replace_if(body.begin(), body.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    body += '\n';
    good_ = good_ && file_ && std::fwrite(body.data(), 1, body.size(), file_) == body.size();
    ++lines_;
  }

  Result<uint64_t> Close() {
    if (file_) good_ = std::fclose(std::exchange(file_, nullptr)) == 0 && good_;
    else good_ = false;
    if (good_) return lines_;
    return Unavailable("io", "the export cannot be written: is the disk full?", "导出文件无法写入，磁盘可能已满");
  }

 private:
  std::FILE* file_;
  bool good_ = true;
  uint64_t lines_ = 0;
};

Error NoSuchExport(const std::string& id) { return NotFound("no-such-export", "there is no export " + id, "没有该导出任务：" + id); }

}  // namespace

struct ExportJobs::Job {
  std::string id;
  access::Caller caller;
  ExportRequest request;
  uint64_t t = 0;
  Instant at;
  Cancel cancel;
  // Guarded by mutex_:
  ExportView::Status status = ExportView::Status::kWorking;
  std::map<std::string, uint64_t> done;    // types that are written, and how many of them
  std::optional<Error> error;

  std::string Json() const;
  static std::shared_ptr<Job> Read(json::Value value);
};

std::string ExportJobs::Job::Json() const {
  json::Writer writer;
  auto texts = [&](std::string_view name, const std::vector<std::string>& list) {
    writer.Name(name).BeginArray();
    for (const std::string& text : list) writer.String(text);
    writer.EndArray();
  };
  writer.BeginObject().Member("id", id).Member("url", request.url).Member("level", LevelName(request.level)).Member("group", request.group);
  writer.Member("user", caller.user).Member("practitioner", caller.practitioner).Member("role", access::Name(caller.role));
  writer.Member("wholeCounty", caller.whole_county).Member("purpose", caller.purpose).Member("origin", caller.origin);
  texts("organizations", caller.organizations);
  texts("types", request.types);
  writer.Name("filters").BeginArray();
  for (const auto& [type, text] : request.filters) writer.BeginObject().Member("type", type).Member("text", text).EndObject();
  writer.EndArray();
  if (request.since) writer.Member("since", request.since->microseconds);
  writer.Member("t", t).Member("at", at.microseconds);
  writer.Member("status", status == ExportView::Status::kWorking ? "working" : status == ExportView::Status::kDone ? "done" : "failed");
  writer.Name("done").BeginObject();
  for (const auto& [type, count] : done) writer.Member(type, count);
  writer.EndObject();
  if (error) writer.Name("error").BeginObject().Member("code", error->code).Member("zh", error->zh).Member("en", error->en).EndObject();
  writer.EndObject();
  return writer.Take();
}

std::shared_ptr<ExportJobs::Job> ExportJobs::Job::Read(json::Value value) {
  auto job = std::make_shared<Job>();
  auto texts = [&](std::string_view name) {
    std::vector<std::string> list;
    for (json::Value text : value.Find(name).value_or(json::Value()).Elements()) {
      if (text.IsString()) list.emplace_back(text.AsString());
    }
    return list;
  };
  auto number = [&](std::string_view name) {
    std::optional<json::Value> found = value.Find(name);
    return found && found->IsNumber() ? found->AsInteger().value_or(0) : 0;
  };
  Result<access::Role> role = access::ParseRole(value.FindString("role"));
  if (!role.ok() || value.FindString("id").empty()) return nullptr;
  job->id = value.FindString("id");
  job->request.url = value.FindString("url");
  std::string_view level = value.FindString("level");
  job->request.level = level == "patient" ? ExportRequest::Level::kPatient : level == "group" ? ExportRequest::Level::kGroup : ExportRequest::Level::kSystem;
  job->request.group = value.FindString("group");
  job->request.types = texts("types");
  for (json::Value filter : value.Find("filters").value_or(json::Value()).Elements()) {
    job->request.filters.emplace_back(filter.FindString("type"), filter.FindString("text"));
  }
  if (value.Find("since")) job->request.since = Instant{number("since")};
  std::optional<json::Value> whole = value.Find("wholeCounty");
  job->caller = {std::string(value.FindString("user")), std::string(value.FindString("practitioner")), *role, whole && whole->IsBoolean() && whole->AsBoolean(),
                 texts("organizations"), std::string(value.FindString("purpose")), std::string(value.FindString("origin"))};
  job->t = static_cast<uint64_t>(number("t"));
  job->at = Instant{number("at")};
  job->status = value.FindString("status") == "done" ? ExportView::Status::kDone : value.FindString("status") == "failed" ? ExportView::Status::kFailed : ExportView::Status::kWorking;
  for (json::Member member : value.Find("done").value_or(json::Value()).Members()) {
    job->done[std::string(member.name)] = static_cast<uint64_t>(member.value.AsInteger().value_or(0));
  }
  if (std::optional<json::Value> error = value.Find("error")) {
    job->error = MakeError(ErrorCategory::kFault, std::string(error->FindString("code")), std::string(error->FindString("en")), std::string(error->FindString("zh")));
  }
  return job;
}

ExportJobs::ExportJobs(const Services& services) : services_(services) {
  LoadAll();
  worker_ = std::thread([this] { Work(); });
}

ExportJobs::~ExportJobs() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (auto& [id, job] : jobs_) job->cancel.Request();
  }
  wake_.notify_all();
  worker_.join();
}

void ExportJobs::LoadAll() {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(services_.directory + "/exports", none)) {
    Result<std::string> text = ReadFile(entry.path().string() + "/job.json");
    if (!text.ok()) continue;
    Result<json::Document> document = json::Document::Parse(std::move(*text));
    std::shared_ptr<Job> job = document.ok() ? Job::Read(document->root()) : nullptr;
    if (!job || FolderOf(job->id) != entry.path().string()) continue;
    jobs_[job->id] = job;
    if (job->status == ExportView::Status::kWorking) waiting_.push_back(job);
  }
}

Status ExportJobs::Keep(const Job& job) const { return WriteFileDurably(FolderOf(job.id) + "/job.json", job.Json()); }

Result<std::string> ExportJobs::Start(const access::Caller& caller, ExportRequest request) {
  QX_TRY(auto snapshot, services_.store->OpenSnapshot(caller));
  if (request.level == ExportRequest::Level::kGroup) QX_DO(snapshot->Read("Group", request.group));
  for (const auto& [type, text] : request.filters) QX_DO(search::Query::ParseText(*services_.parameters, type, text));
  RemoveOld();
  auto job = std::make_shared<Job>();
  job->id = NewUuid(*services_.clock, *services_.random);
  job->caller = caller;
  job->request = std::move(request);
  job->t = snapshot->t();
  job->at = services_.clock->Now();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.size() >= limits::kImportsWaiting) return MakeError(ErrorCategory::kBusy, "too-many-exports", "too many exports wait: try again later", "等待中的导出任务过多，请稍后再试");
  }
  QX_DO(MakeDirectories(FolderOf(job->id)));
  QX_DO(Keep(*job));
  std::string id = job->id;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    jobs_[id] = job;
    waiting_.push_back(std::move(job));
  }
  wake_.notify_one();
  return id;
}

Result<std::shared_ptr<ExportJobs::Job>> ExportJobs::Find(const access::Caller& caller, const std::string& id) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second->caller.user != caller.user) return NoSuchExport(id);
  return found->second;
}

Result<ExportView> ExportJobs::Get(const access::Caller& caller, const std::string& id) {
  QX_TRY(std::shared_ptr<Job> job, Find(caller, id));
  std::lock_guard<std::mutex> lock(mutex_);
  ExportView view;
  view.status = job->status;
  view.types = job->request.types.size();
  view.types_done = job->done.size();
  view.transaction_time = FormatInstant(job->at);
  view.url = job->request.url;
  view.error = job->error;
  for (const auto& [type, count] : job->done) {
    if (count > 0) view.output.emplace_back(type, count);
  }
  return view;
}

Status ExportJobs::Remove(const access::Caller& caller, const std::string& id) {
  QX_TRY(std::shared_ptr<Job> job, Find(caller, id));
  job->cancel.Request();
  std::lock_guard<std::mutex> lock(mutex_);
  jobs_.erase(id);
  std::erase(waiting_, job);
  std::error_code none;
  std::filesystem::remove_all(FolderOf(id), none);   // the worker, if it is at it, finds its folder gone and stops
  return Ok();
}

Result<std::string> ExportJobs::FileOf(const access::Caller& caller, const std::string& id, const std::string& type) {
  QX_TRY(std::shared_ptr<Job> job, Find(caller, id));
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = job->done.find(type);
  if (job->status != ExportView::Status::kDone || found == job->done.end() || found->second == 0) {
    return NotFound("no-such-file", "the export has no file of " + type, "该导出任务没有 " + type + " 的文件");
  }
  return FolderOf(id) + "/" + type + ".ndjson";
}

void ExportJobs::RemoveOld() {
  std::lock_guard<std::mutex> lock(mutex_);
  int64_t oldest = services_.clock->Now().microseconds - kKeptMicroseconds;
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    const Job& job = *at->second;
    bool old = job.status != ExportView::Status::kWorking && job.at.microseconds < oldest;
    std::error_code none;
    if (old) std::filesystem::remove_all(FolderOf(job.id), none);
    at = old ? jobs_.erase(at) : std::next(at);
  }
}

void ExportJobs::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    std::shared_ptr<Job> job = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    RunOne(*job);
    lock.lock();
    // Deleted while it was at work: what it still wrote goes too.
    std::error_code none;
    if (job->cancel.requested() && !stopping_) std::filesystem::remove_all(FolderOf(job->id), none);
  }
}

void ExportJobs::RunOne(Job& job) {
  auto end = [&](std::optional<Error> error) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (job.cancel.requested()) return;      // deleted, or the process stops: it goes on when it starts again
    job.status = error ? ExportView::Status::kFailed : ExportView::Status::kDone;
    job.error = std::move(error);
    (void)Keep(job).ok();                    // if not, it is done again after a restart
  };
  std::optional<std::set<std::string>> patients;
  if (job.request.level == ExportRequest::Level::kGroup) {
    Result<std::set<std::string>> members = PatientsOf(job);
    if (!members.ok()) return end(std::move(members).error());
    patients = std::move(*members);
  }
  for (const std::string& type : job.request.types) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (job.done.count(type)) continue;
    }
    Result<uint64_t> count = WriteType(job, type, patients ? &*patients : nullptr);
    if (job.cancel.requested()) return;
    if (!count.ok()) return end(std::move(count).error());
    std::lock_guard<std::mutex> lock(mutex_);
    if (job.cancel.requested()) return;
    job.done[type] = *count;
    Status kept = Keep(job);
    if (kept.ok()) continue;
    job.status = ExportView::Status::kFailed;
    job.error = std::move(kept).error();
    return;
  }
  end(std::nullopt);
}

Result<std::set<std::string>> ExportJobs::PatientsOf(const Job& job) {
  QX_TRY(auto snapshot, services_.store->OpenSnapshot(job.caller, job.t));
  QX_TRY(store::Resource group, snapshot->Read("Group", job.request.group));
  QX_TRY(json::Document document, json::Document::Parse(std::move(group.body)));
  std::set<std::string> ids;
  for (json::Value member : document.root().Find("member").value_or(json::Value()).Elements()) {
    std::optional<json::Value> inactive = member.Find("inactive"), entity = member.Find("entity");
    if (!entity || (inactive && inactive->IsBoolean() && inactive->AsBoolean())) continue;
    fhir::Reference reference = fhir::ParseReference(entity->FindString("reference"));
    if (reference.type == "Patient") ids.emplace(reference.id);
  }
  return ids;
}

Result<uint64_t> ExportJobs::WriteType(Job& job, const std::string& type, const std::set<std::string>* patients) {
  const search::Parameters& parameters = *services_.parameters;
  bool of_patients = job.request.level != ExportRequest::Level::kSystem;
  std::set<uint16_t> links;                  // the parameters that put it into a patient's compartment
  for (const std::string& code : search::CompartmentParameters("Patient", type)) {
    if (const search::Parameter* parameter = parameters.Find(type, code)) links.insert(parameter->number);
  }
  auto wanted = [&](const store::Resource& resource) -> Result<bool> {
    if (job.request.since && resource.last_updated.microseconds < job.request.since->microseconds) return false;
    if (!of_patients) return true;
    if (type == "Patient" && (!patients || patients->count(resource.id))) return true;
    QX_TRY(json::Document document, json::Document::Parse(resource.body));
    std::vector<search::IndexEntry> entries;
    parameters.Extract(document.root(), entries);
    return std::any_of(entries.begin(), entries.end(), [&](const search::IndexEntry& entry) {
      return entry.kind == search::ParameterKind::kReference && entry.system == "Patient" && links.count(entry.parameter) &&
             (!patients || patients->count(entry.code));
    });
  };
  std::string path = FolderOf(job.id) + "/" + type + ".ndjson";
  LineFile file(path);
  auto take = [&](std::vector<store::Resource>& resources) -> Status {
    for (store::Resource& resource : resources) {
      QX_TRY(bool in, wanted(resource));
      if (in) file.Add(std::move(resource.body));
    }
    return Ok();
  };
  QX_TRY(auto snapshot, services_.store->OpenSnapshot(job.caller, job.t));
  std::vector<std::string> filters;
  for (const auto& [of, text] : job.request.filters) {
    if (of == type) filters.push_back(text);
  }
  std::string after;
  while (filters.empty() && !job.cancel.requested()) {
    QX_TRY(std::vector<store::Resource> page, snapshot->Scan(type, after, kPage));
    if (page.empty()) break;
    after = page.back().id;
    QX_DO(take(page));
  }
  std::set<std::string> seen;
  for (const std::string& filter : filters) {
    QX_TRY(search::Query query, search::Query::ParseText(parameters, type, filter));
    query.count = kPage;
    do {
      QX_TRY(store::SearchPage page, snapshot->Search(query));
      std::erase_if(page.matches, [&](const store::Resource& one) { return !seen.insert(one.id).second; });
      QX_DO(take(page.matches));
      query.place = page.next;
    } while (!query.place.empty() && !job.cancel.requested());
  }
  QX_TRY(uint64_t count, file.Close());
  if (count == 0) QX_DO(RemoveFile(path));
  else QX_DO(SyncFile(path));
  return count;
}

}  // namespace qianxian::api
