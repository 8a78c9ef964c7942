// Imports of the page: uploads wait in a queue and are worked through one after the other on a thread of their own; what
// the list shows is the jobs' Tasks (records that the import keeps), and for those at work in this process the live
// progress. A job that was at work when the process died is shown as failed: importing again doubles nothing.
// Threads: any. Failures: forbidden, not_found ("no-such-import"), busy ("too-many-imports").
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "access/caller.h"
#include "api/services.h"
#include "base/cancel.h"
#include "intake/import.h"

namespace qianxian::api {

struct ImportView {                        // one line of the list
  std::string id, kind, organization, status, stage;
  std::vector<std::string> files;
  double fraction = 0;
  uint64_t rows_read = 0;
  intake::Counts counts;
  std::optional<Error> error;
  std::vector<pack::Text> notes;
  std::string started_at, finished_at, by, report_path;
};
std::string ImportJson(const ImportView& view);

struct Upload {
  intake::Kind kind = intake::Kind::kFirstPages;
  std::string path;                        // in DIR/inbox; the job removes it
  std::string name;
  std::string organization;
  bool stay_days_inclusive = false;
};

class ImportJobs {
 public:
  explicit ImportJobs(const Services& services);
  ~ImportJobs();                           // asks what is at work to stop, and waits

  Result<ImportView> Start(const access::Caller& caller, Upload upload);
  Result<std::vector<ImportView>> List(const access::Caller& caller);
  Result<ImportView> Get(const access::Caller& caller, std::string_view id);
  size_t Unfinished();                     // of this process: waiting or at work
  Result<ImportView> RequestCancel(const access::Caller& caller, std::string_view id);

 private:
  struct Job {
    access::Caller caller;
    Upload upload;
    Cancel cancel;
    ImportView view;                       // guarded by mutex_
  };
  void Work();
  void RunOne(const std::shared_ptr<Job>& job);
  bool MaySee(const access::Caller& caller, const Job& job) const;
  ImportView Judge(ImportView view, const store::Resource& task) const;
  std::optional<ImportView> Live(const access::Caller& caller, std::string_view id);
  std::shared_ptr<Job> Find(std::string_view id);

  const Services services_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::map<std::string, std::shared_ptr<Job>, std::less<>> jobs_;   // of this process, also those that ended
  std::thread worker_;
};

}  // namespace qianxian::api
