// What is kept of a job of bulk_jobs.h in its job.json, there and back. Pure; one thread. Failures: none (no job).
#pragma once

#include <optional>
#include <string>

#include "api/bulk_jobs.h"

namespace qianxian::api {

struct BulkJob {
  std::string id;
  access::Caller caller;
  uint64_t t = 0;
  BulkView view;                           // without its parts: the kind makes them from the request
};

std::string BulkJobJson(const BulkJob& job);
std::optional<BulkJob> ReadBulkJob(json::Value value);

}  // namespace qianxian::api
