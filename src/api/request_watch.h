// Counts every request and logs those that are to be logged. A line holds the method, the route's pattern, the status, how
// long it took, how much came back, who asked (as a hash) and the request's id; nothing of a person. The id also goes back in
// the answer (X-Request-Id); one that the client sent comes back as X-Correlation-Id and is not logged: it is the client's text.
// Requests that were too many (429) have no lines of their own, which would fill the disk: a line a minute says how many.
// Threads: any; counting takes no lock. Failures: none.
// Source: https://hl7.org/fhir/R4/http.html#custom (X-Request-Id, X-Correlation-Id).
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "api/operations.h"
#include "api/rate_limit.h"
#include "api/route_names.h"
#include "base/clock.h"
#include "base/ids.h"
#include "metrics/counters.h"

namespace qianxian::api {

// One request under way.
struct RequestNote {
  int64_t begun = 0;                       // nanoseconds
  std::string user;                        // once it is known
};

class RequestWatch {
 public:
  RequestWatch(Clock& clock, Random& random, const Operations& operations, RouteNames names);

  RequestNote Begin() { return {clock_.MonotonicNanoseconds(), {}}; }
  void End(const RequestNote& note, const http::Request& request, http::Response& response);
  // An answer that the server gave by itself.
  void Refused(int status, std::string_view path);
  // Somebody asked too much; `user`: who, if he is signed in.
  void Limited(RateKind kind, std::string_view user);
  void Write(metrics::TextWriter& writer) const;
  // An account's place in the log: the same for the same account of this folder, and of no use to find its name.
  std::string HashOf(std::string_view user) const;

 private:
  static constexpr size_t kStatusClasses = 5;   // 1xx … 5xx
  struct alignas(64) Counts {
    std::array<metrics::Counter, kStatusClasses> by_status;
    metrics::LatencyHistogram latency;
  };
  struct alignas(64) LimitedCounts {
    metrics::Counter all;
    std::atomic<int64_t> next_line{0};     // nanoseconds of the clock: no line before
  };
  std::string NextId();
  void LogIt(const RequestNote& note, const http::Request& request, const http::Response& response, std::string_view id, int64_t took) const;

  Clock& clock_;
  const LoggedRequests logged_;
  const int64_t slow_nanoseconds_;
  const RouteNames names_;
  std::string account_key_;
  uint64_t boot_ = 0;                      // of this run: ids of two runs differ
  std::atomic<uint64_t> number_{0};
  std::array<Counts, kRouteClasses> counts_;
  std::array<LimitedCounts, kRateKinds> limited_;
  metrics::Counter refused_, too_busy_;
};

}  // namespace qianxian::api
