// Bulk Data export: jobs that write what their caller may see, at one t, into one NDJSON file a type. They wait in a queue and
// are worked through by one thread; a job that the process left unfinished goes on with the type that was under way.
// Kept in DIR/exports/ID (job.json and the files) until its owner deletes it, or for a day. Each job is its owner's alone.
// Threads: any. Failures: not_found ("no-such-export"), busy ("too-many-exports"), unavailable, and what the record says.
// Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/services.h"
#include "base/cancel.h"
#include "json/value.h"

namespace qianxian::api {

struct ExportRequest {
  enum class Level { kSystem, kPatient, kGroup } level = Level::kSystem;
  std::string group;                       // id
  std::vector<std::string> types;
  std::vector<std::pair<std::string, std::string>> filters;   // type and search text; of one type: any of them
  std::optional<Instant> since;
  std::string url;                         // as it was asked
};

struct ExportView {
  enum class Status { kWorking, kDone, kFailed } status = Status::kWorking;
  size_t types = 0, types_done = 0;
  std::string transaction_time, url;
  std::vector<std::pair<std::string, uint64_t>> output;       // type, resources; none with 0
  std::optional<Error> error;
};

class ExportJobs {
 public:
  explicit ExportJobs(const Services& services);
  ~ExportJobs();                           // asks what is at work to stop, and waits
  Result<std::string> Start(const access::Caller& caller, ExportRequest request);     // its id
  Result<ExportView> Get(const access::Caller& caller, const std::string& id);
  Status Remove(const access::Caller& caller, const std::string& id);                 // also stops it
  // The path of the output file of a type.
  Result<std::string> FileOf(const access::Caller& caller, const std::string& id, const std::string& type);

 private:
  struct Job;
  void LoadAll();
  void Work();
  void RunOne(Job& job);
  Result<uint64_t> WriteType(Job& job, const std::string& type, const std::set<std::string>* patients);
  Result<std::set<std::string>> PatientsOf(const Job& job);
  Status Keep(const Job& job) const;
  void RemoveOld();
  Result<std::shared_ptr<Job>> Find(const access::Caller& caller, const std::string& id);
  std::string FolderOf(const std::string& id) const { return services_.directory + "/exports/" + id; }

  const Services services_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::map<std::string, std::shared_ptr<Job>, std::less<>> jobs_;
  std::thread worker_;
};

}  // namespace qianxian::api
