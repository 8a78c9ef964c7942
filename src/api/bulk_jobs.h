// Long work of /fhir that is asked for at once and fetched later ($export, $import, ViewDefinition/$export): jobs wait in a queue
// and are worked through by one thread, part by part; one that the process left unfinished goes on with the part that was
// under way. What a part does is its kind's (BulkKind). Kept in DIR/exports/ID (job.json and the files) until the owner
// deletes it, or for a day after its end. Each job is its owner's alone.
// Threads: any; a kind's Run is called from the one worker. Failures: not_found ("no-such-job", "no-such-file"), busy
// ("too-many-jobs"), unavailable, and what the record says.
// Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/services.h"
#include "base/cancel.h"
#include "http/server.h"
#include "json/value.h"

namespace qianxian::api {

inline constexpr size_t kBulkJobsWaiting = 100;                  // in the queue; more: busy
inline constexpr size_t kBulkImportInputs = 1'000;               // of one $import
inline constexpr uint64_t kBulkFetchBytes = uint64_t{256} << 20; // of one file that $import fetches; more: refused
inline constexpr size_t kBulkViews = 100;                        // of one ViewDefinition/$export

struct BulkFile {
  std::string name;                        // in the job's folder: "Patient.ndjson"
  std::string type;                        // of the resources, or the view
  std::string content_type;
  uint64_t count = 0;                      // lines, rows
  bool errors = false;                     // it says what was refused
};

struct BulkPart {                          // what came of one part
  uint64_t count = 0;                      // resources or rows that were written or taken
  std::vector<BulkFile> files;
};

struct BulkView {
  enum class Status { kWorking, kDone, kFailed } status = Status::kWorking;
  std::string kind, url, request;          // request: JSON
  std::vector<std::string> parts;
  std::vector<BulkPart> done;              // the first so many of the parts
  std::string progress;                    // of the part under way; may be ""
  Instant at, ended;
  std::optional<Error> error;
};

struct BulkWork {                          // what a kind sees of the job that it works at
  const std::string& id;
  const access::Caller& caller;
  json::Value request;
  uint64_t t = 0;                          // the state when it was asked
  std::string folder;                      // for its files
  const Cancel& cancel;
  std::function<void(std::string)> say;    // progress, in a word or two
};

class BulkKind {
 public:
  virtual ~BulkKind() = default;
  virtual std::string_view name() const = 0;
  // In the order of work; the same after a restart.
  virtual std::vector<std::string> Parts(json::Value request) const = 0;
  // One part, from its beginning; it may have been begun before by a process that is no more.
  virtual Result<BulkPart> Run(const BulkWork& work, size_t part) = 0;
  // The answer when all is done. `address`: of the job's files, to be followed by a file's name.
  virtual http::Response Manifest(const BulkView& view, const std::string& id, const std::string& address) const = 0;
};

class BulkJobs {
 public:
  BulkJobs(const Services& services, std::vector<std::unique_ptr<BulkKind>> kinds);
  ~BulkJobs();                             // asks what is at work to stop, and waits
  // Its id. `request` is JSON that the kind reads; `t`: the state that it is about.
  Result<std::string> Start(const access::Caller& caller, std::string_view kind, std::string url, std::string request, uint64_t t);
  Result<BulkView> Get(const access::Caller& caller, const std::string& id);
  Result<http::Response> Manifest(const BulkView& view, const std::string& id, const std::string& address) const;
  Status Remove(const access::Caller& caller, const std::string& id);                 // also stops it
  struct Found {
    std::string path, content_type;
  };
  Result<Found> FileOf(const access::Caller& caller, const std::string& id, const std::string& name);

 private:
  struct Job;
  void LoadAll();
  void Work();
  void RunOne(Job& job);
  Status Keep(const Job& job) const;
  void RemoveOld();
  BulkKind* KindOf(std::string_view name) const;
  Result<std::shared_ptr<Job>> Find(const access::Caller& caller, const std::string& id);
  std::string FolderOf(const std::string& id) const { return services_.directory + "/exports/" + id; }

  const Services services_;
  const std::vector<std::unique_ptr<BulkKind>> kinds_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::map<std::string, std::shared_ptr<Job>, std::less<>> jobs_;
  std::thread worker_;
};

}  // namespace qianxian::api
