#include "api/bulk_jobs.h"

#include <algorithm>
#include <filesystem>

#include "api/bulk_job.h"
#include "base/files.h"
#include "base/limits.h"

namespace qianxian::api {
namespace {

constexpr int64_t kKeptMicroseconds = int64_t{24} * 3600 * 1'000'000;

// Whose job it is. A program that acts for him by a grant has those that give no more than its grant.
bool IsOf(const access::Caller& owner, const access::Caller& caller) {
  if (owner.user != caller.user) return false;
  if (caller.masked && !owner.masked) return false;   // what a program fetched with his token shows who people are
  return !caller.scope || (owner.scope && owner.client == caller.client && caller.scope->Covers(*owner.scope));
}

Error NoSuchJob(const std::string& id) { return NotFound("no-such-job", "there is no job " + id, "没有该任务：" + id); }

}  // namespace

// What is kept of it, and what it is while this process works at it. Of the view, what changes is guarded by mutex_.
struct BulkJobs::Job : BulkJob {
  std::optional<json::Document> document;  // of view.request
  Cancel cancel;

  bool ReadRequest(const BulkKind& kind) {
    Result<json::Document> parsed = json::Document::Parse(view.request);
    if (!parsed.ok()) return false;
    document = std::move(*parsed);
    view.parts = kind.Parts(document->root());
    return view.done.size() <= view.parts.size();
  }
};

BulkJobs::BulkJobs(const Services& services, std::vector<std::unique_ptr<BulkKind>> kinds) : services_(services), kinds_(std::move(kinds)) {
  LoadAll();
  worker_ = std::thread([this] { Work(); });
}

BulkJobs::~BulkJobs() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (auto& [id, job] : jobs_) job->cancel.Request();
  }
  wake_.notify_all();
  worker_.join();
}

BulkKind* BulkJobs::KindOf(std::string_view name) const {
  for (const std::unique_ptr<BulkKind>& kind : kinds_) {
    if (kind->name() == name) return kind.get();
  }
  return nullptr;
}

void BulkJobs::LoadAll() {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(services_.directory + "/exports", none)) {
    Result<std::string> text = ReadFile(entry.path().string() + "/job.json");
    if (!text.ok()) continue;
    Result<json::Document> document = json::Document::Parse(std::move(*text));
    std::optional<BulkJob> kept = document.ok() ? ReadBulkJob(document->root()) : std::nullopt;
    BulkKind* kind = kept ? KindOf(kept->view.kind) : nullptr;
    if (!kind || FolderOf(kept->id) != entry.path().string()) continue;
    auto job = std::make_shared<Job>();
    static_cast<BulkJob&>(*job) = std::move(*kept);
    if (!job->ReadRequest(*kind)) continue;
    if (job->view.status == BulkView::Status::kWorking) waiting_.push_back(job);
    jobs_[job->id] = std::move(job);
  }
  std::sort(waiting_.begin(), waiting_.end(), [](const auto& a, const auto& b) { return a->view.at.microseconds < b->view.at.microseconds; });
}

Status BulkJobs::Keep(const Job& job) const { return WriteFileDurably(FolderOf(job.id) + "/job.json", BulkJobJson(job)); }

Result<std::string> BulkJobs::Start(const access::Caller& caller, std::string_view kind_name, std::string url, std::string request, uint64_t t) {
  BulkKind* kind = KindOf(kind_name);
  QX_CHECK(kind != nullptr, "no such kind of job");
  RemoveOld();
  auto job = std::make_shared<Job>();
  job->id = NewUuid(*services_.clock, *services_.random);
  job->caller = caller;
  job->t = t;
  job->view.kind = kind_name;
  job->view.url = std::move(url);
  job->view.request = std::move(request);
  job->view.at = services_.clock->Now();
  QX_CHECK(job->ReadRequest(*kind), "a job's request is JSON");
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.size() >= kBulkJobsWaiting) return MakeError(ErrorCategory::kBusy, "too-many-jobs", "too many jobs wait: try again later", "等待中的任务过多，请稍后再试");
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

Result<std::shared_ptr<BulkJobs::Job>> BulkJobs::Find(const access::Caller& caller, const std::string& id) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = jobs_.find(id);
  if (found == jobs_.end() || !IsOf(found->second->caller, caller)) return NoSuchJob(id);
  return found->second;
}

Result<BulkView> BulkJobs::Get(const access::Caller& caller, const std::string& id) {
  QX_TRY(std::shared_ptr<Job> job, Find(caller, id));
  std::lock_guard<std::mutex> lock(mutex_);
  return job->view;
}

Result<http::Response> BulkJobs::Manifest(const BulkView& view, const std::string& id, const std::string& address) const {
  BulkKind* kind = KindOf(view.kind);
  QX_CHECK(kind != nullptr, "no such kind of job");
  return kind->Manifest(view, id, address);
}

Status BulkJobs::Remove(const access::Caller& caller, const std::string& id) {
  QX_TRY(std::shared_ptr<Job> job, Find(caller, id));
  job->cancel.Request();
  std::lock_guard<std::mutex> lock(mutex_);
  jobs_.erase(id);
  std::erase(waiting_, job);
  std::error_code none;
  std::filesystem::remove_all(FolderOf(id), none);   // the worker, if it is at it, finds its folder gone and stops
  return Ok();
}

Result<BulkJobs::Found> BulkJobs::FileOf(const access::Caller& caller, const std::string& id, const std::string& name) {
  QX_TRY(std::shared_ptr<Job> job, Find(caller, id));
  std::lock_guard<std::mutex> lock(mutex_);
  for (const BulkPart& part : job->view.done) {
    for (const BulkFile& file : part.files) {
      if (file.name == name && job->view.status == BulkView::Status::kDone) return Found{FolderOf(id) + "/" + name, file.content_type};
    }
  }
  return NotFound("no-such-file", "the job has no file " + name, "该任务没有文件 " + name);
}

void BulkJobs::RemoveOld() {
  std::lock_guard<std::mutex> lock(mutex_);
  int64_t oldest = services_.clock->Now().microseconds - kKeptMicroseconds;
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    const Job& job = *at->second;
    bool old = job.view.status != BulkView::Status::kWorking && job.view.ended.microseconds < oldest;
    std::error_code none;
    if (old) std::filesystem::remove_all(FolderOf(job.id), none);
    at = old ? jobs_.erase(at) : std::next(at);
  }
}

void BulkJobs::Work() {
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

void BulkJobs::RunOne(Job& job) {
  auto end = [&](std::optional<Error> error) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (job.cancel.requested()) return;      // deleted, or the process stops: it goes on when it starts again
    job.view.status = error ? BulkView::Status::kFailed : BulkView::Status::kDone;
    job.view.error = std::move(error);
    job.view.ended = services_.clock->Now();
    job.view.progress.clear();
    (void)Keep(job).ok();                    // if not, it is done again after a restart
  };
  auto say = [&](std::string progress) {
    std::lock_guard<std::mutex> lock(mutex_);
    job.view.progress = std::move(progress);
  };
  BulkKind& kind = *KindOf(job.view.kind);
  const BulkWork work{job.id, job.caller, job.document->root(), job.t, FolderOf(job.id), job.cancel, say};
  while (true) {
    size_t part = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      part = job.view.done.size();
      if (part == job.view.parts.size()) break;
    }
    Result<BulkPart> done = kind.Run(work, part);
    if (job.cancel.requested()) return;
    if (!done.ok()) return end(std::move(done).error());
    std::unique_lock<std::mutex> lock(mutex_);
    if (job.cancel.requested()) return;
    job.view.done.push_back(std::move(*done));
    job.view.progress.clear();
    Status kept = Keep(job);
    lock.unlock();
    if (!kept.ok()) return end(std::move(kept).error());
  }
  end(std::nullopt);
}

}  // namespace qianxian::api
