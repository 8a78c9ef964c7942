// What app/ knows of the program as a whole, for who watches over it: bounds of /ready, who may read /metrics, more metrics,
// the scheduled backups, which requests are logged. Plain values and functions that may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/address_range.h"
#include "metrics/text_writer.h"

namespace qianxian::api {

enum class LoggedRequests : uint8_t {
  kNone,
  kFailed,                                 // answered with 5xx, or slow
  kChanges,                                // and all that are no GET or HEAD
  kAll,
};

struct Operations {
  LoggedRequests logged = LoggedRequests::kNone;
  int64_t slow_nanoseconds = 2'000'000'000;
  std::string account_key;                 // secret of the folder: accounts stand in the log as a hash with it; "" = one of this run
  std::vector<AddressRange> metrics_allow; // may read /metrics without signing in, beside this machine
  uint64_t ready_lag_commits = 20'000;
  uint64_t ready_disk_free_bytes = 0;
  std::function<Result<uint64_t>()> free_bytes;   // of the data folder's disk; none: asked of the system
  std::function<void(metrics::TextWriter&)> write;                                       // more metrics; may be none
  std::function<std::vector<std::pair<std::string, uint64_t>>()> readers;                // of the feed, and how far they are; may be none
  std::function<std::string()> backups;    // the answer of GET /api/backups; none: there are no scheduled ones
};

}  // namespace qianxian::api
