// What a watcher asks: GET /health (is it up?), GET /ready (may work be sent to it? 200, or 503 with what is wrong), GET /metrics
// (Prometheus), GET /api/backups (administrators). Health and readiness say nothing of anybody and are open to all; metrics are for this machine,
// the addresses of the configuration and administrators. Whatever came through a proxy is from elsewhere.
// Threads: any. Failures: none leaves but as a response.
#pragma once

#include <optional>
#include <vector>

#include "api/event_stream.h"
#include "api/import_jobs.h"
#include "api/operations.h"
#include "api/request_watch.h"
#include "api/services.h"

namespace qianxian::api {

struct NotReady {
  std::string what, zh, en;                // "store", "warehouse", "disk"
};

// Empty: ready. `free`: bytes on the data folder's disk.
std::vector<NotReady> WhatIsWrong(store::Store& store, const warehouse::Warehouse* warehouse, const Operations& operations, const Result<uint64_t>& free);

class HealthApi {
 public:
  HealthApi(const Services& services, const Operations& operations, RequestWatch& watch, ImportJobs& imports, EventStream& events)
      : services_(services), operations_(operations), watch_(watch), imports_(imports), events_(events) {}

  static bool Has(std::string_view path) { return path == "/health" || path == "/ready" || path == "/metrics"; }
  // `session`: of who asks, if he is known.
  http::Response Handle(const http::Request& request, const Result<std::shared_ptr<const auth::Session>>& session);
  http::Response Backups(const auth::Session& session) const;

 private:
  std::vector<NotReady> WhatIsWrongNow() const { return WhatIsWrong(*services_.store, services_.warehouse, operations_, FreeBytes()); }
  std::string Metrics() const;
  http::Response Health() const;
  http::Response Ready() const;
  bool IsNear(const http::Request& request) const;
  Result<uint64_t> FreeBytes() const;
  void WriteRecord(metrics::TextWriter& w) const;
  void WriteProcess(metrics::TextWriter& w) const;

  const Services& services_;
  const Operations& operations_;
  RequestWatch& watch_;
  ImportJobs& imports_;
  EventStream& events_;
};

}  // namespace qianxian::api
