#include "api/health_api.h"

#include "api/outcome.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "auth/sessions.h"
#include "base/log.h"
#include "json/writer.h"
#include "metrics/process.h"

namespace qianxian::api {
namespace {

access::Caller Self() { return access::SystemCaller("watch"); }

std::string Mebibytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

Status MayManage(const Result<std::shared_ptr<const auth::Session>>& session) {
  if (!session.ok()) return session.error();
  QX_DO(auth::CheckWhole(**session));
  return access::Decide((*session)->caller, access::Verb::kManage, "*", "");
}

}  // namespace

http::Response HealthApi::Handle(const http::Request& request, const Result<std::shared_ptr<const auth::Session>>& session) {
  if (request.method != "GET" && request.method != "HEAD") {
    return ApiError(MakeError(ErrorCategory::kUnsupported, "method-not-allowed", "only GET is done here", "此处仅支持 GET"));
  }
  if (request.path == "/health") return Health();
  if (request.path == "/ready") return Ready();
  if (!IsNear(request)) {
    const Status may = MayManage(session);
    if (!may.ok()) return ApiError(may.error());
  }
  http::Response response;
  response.Set("Content-Type", metrics::kTextContentType);
  response.body = Metrics();
  return response;
}

http::Response HealthApi::Health() const {
  json::Writer writer;
  writer.BeginObject().Member("status", "ok").Member("t", services_.store->LastT());
  writer.Member("asOf", services_.warehouse ? services_.warehouse->as_of() : 0).EndObject();
  return JsonResponse(writer.Take());
}

// A proxy on this machine makes everybody's requests come from here; it says so in a header.
bool HealthApi::IsNear(const http::Request& request) const {
  for (std::string_view header : {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"}) {
    if (!request.Header(header).empty()) return false;
  }
  if (AddressRange::IsLoopback(request.peer)) return true;
  for (const AddressRange& range : operations_.metrics_allow) {
    if (range.Has(request.peer)) return true;
  }
  return false;
}

Result<uint64_t> HealthApi::FreeBytes() const {
  if (operations_.free_bytes) return operations_.free_bytes();
  QX_TRY(const metrics::DiskRoom room, metrics::ReadDisk(services_.directory));
  return room.free_bytes;
}

std::vector<NotReady> WhatIsWrong(store::Store& store, const warehouse::Warehouse* warehouse, const Operations& operations, const Result<uint64_t>& free) {
  std::vector<NotReady> wrong;
  // The store answers when it can say that something is not there.
  const auto snapshot = store.OpenSnapshot(Self());
  const Result<store::Resource> nothing = snapshot.ok() ? (*snapshot)->Read("Basic", "is-the-store-there") : Result<store::Resource>(snapshot.error());
  if (!nothing.ok() && nothing.error().category != ErrorCategory::kNotFound) {
    wrong.push_back({"store", "数据库没有应答：" + nothing.error().zh, "the record does not answer: " + nothing.error().en});
  }
  if (warehouse) {
    const uint64_t t = store.LastT(), as_of = warehouse->as_of();
    const uint64_t lag = t > as_of ? t - as_of : 0;
    if (!warehouse->ready() || lag > operations.ready_lag_commits) {
      wrong.push_back({"warehouse", "数据仓库落后 " + std::to_string(lag) + " 次提交", "the warehouse is behind by " + std::to_string(lag) + " commits"});
    }
  }
  if (!free.ok()) {
    wrong.push_back({"disk", free.error().zh, free.error().en});
  } else if (*free < operations.ready_disk_free_bytes) {
    wrong.push_back({"disk", "数据磁盘只剩 " + Mebibytes(*free), "the data folder's disk has only " + Mebibytes(*free) + " left"});
  }
  return wrong;
}

http::Response HealthApi::Ready() const {
  const std::vector<NotReady> wrong = WhatIsWrongNow();
  json::Writer w;
  w.BeginObject().Member("status", wrong.empty() ? "ready" : "not-ready").Name("reasons").BeginArray();
  for (const NotReady& one : wrong) w.BeginObject().Member("what", one.what).Member("zh", one.zh).Member("en", one.en).EndObject();
  w.EndArray().EndObject();
  http::Response response = JsonResponse(w.Take());
  if (!wrong.empty()) response.status = 503;
  return response;
}

void HealthApi::WriteRecord(metrics::TextWriter& w) const {
  const uint64_t t = services_.store->LastT();
  w.Counter("qianxian_commits_total", "Commits of the record since it was made: its t.");
  w.Sample(static_cast<double>(t));
  std::vector<std::pair<std::string, uint64_t>> readers;
  if (operations_.readers) readers = operations_.readers();
  if (services_.warehouse) {
    const uint64_t as_of = services_.warehouse->as_of();
    w.Gauge("qianxian_warehouse_as_of", "The t that the numbers stand for.");
    w.Sample(static_cast<double>(as_of));
    readers.emplace_back("warehouse", as_of);
  }
  w.Gauge("qianxian_feed_lag_commits", "By how many commits a reader of the feed is behind.");
  for (const auto& [reader, at] : readers) w.Sample({{"reader", reader}}, static_cast<double>(t > at ? t - at : 0));
  w.Gauge("qianxian_import_jobs", "Imports of the page that wait or are at work.");
  w.Sample(static_cast<double>(imports_.Unfinished()));
  const EventStream::Figures events = events_.figures();
  w.Gauge("qianxian_event_streams", "Open pages that listen for events.");
  w.Sample(static_cast<double>(events.streams));
  w.Counter("qianxian_notices_total", "Notices that were sent to open pages.");
  w.Sample(static_cast<double>(events.notices));
  const auto snapshot = services_.store->OpenSnapshot(Self());
  const Result<uint64_t> sessions = snapshot.ok() ? (*snapshot)->Count(auth::kSessionType) : Result<uint64_t>(snapshot.error());
  if (!sessions.ok()) return;
  w.Gauge("qianxian_sessions", "Sessions and tokens on record, also those that ran out and were not yet removed.");
  w.Sample(static_cast<double>(*sessions));
}

void HealthApi::WriteProcess(metrics::TextWriter& w) const {
  const Result<metrics::ProcessFigures> process = metrics::ReadProcess();
  if (process.ok()) {
    w.Counter("process_cpu_seconds_total", "Processor time, user and system.");
    w.Sample(process->cpu_seconds);
    w.Gauge("process_resident_memory_bytes", "Memory that is in use.");
    w.Sample(static_cast<double>(process->resident_bytes));
    w.Gauge("process_virtual_memory_bytes", "Address space.");
    w.Sample(static_cast<double>(process->virtual_bytes));
    w.Gauge("process_open_fds", "Open descriptors.");
    w.Sample(static_cast<double>(process->open_descriptors));
    w.Gauge("process_max_fds", "Most descriptors that may be open.");
    w.Sample(static_cast<double>(process->most_descriptors));
    w.Gauge("process_start_time_seconds", "When the process was started, since 1970.");
    w.Sample(process->start_seconds);
  } else {
    LogWarning("metrics: " + Describe(process.error()));
  }
  const Result<uint64_t> free = FreeBytes();
  if (!free.ok()) return;
  w.Gauge("qianxian_disk_free_bytes", "Room on the data folder's disk.");
  w.Sample(static_cast<double>(*free));
}

std::string HealthApi::Metrics() const {
  metrics::TextWriter w;
  w.Gauge("qianxian_build_info", "1; its label is the program's version.");
  w.Sample({{"version", services_.version}}, 1);
  w.Gauge("qianxian_ready", "1 when /ready answers 200.");
  w.Sample(WhatIsWrongNow().empty() ? 1 : 0);
  watch_.Write(w);
  WriteRecord(w);
  WriteProcess(w);
  if (operations_.write) operations_.write(w);
  return w.Take();
}

http::Response HealthApi::Backups(const auth::Session& session) const {
  const Status may = access::Decide(session.caller, access::Verb::kManage, "*", "");
  if (!may.ok()) return ApiError(may.error());
  if (!operations_.backups) {
    return ApiError(NotFound("no-scheduled-backups", "no scheduled backups are set up: backup.folder of the configuration", "未设置自动备份：请在配置文件中填写 backup.folder"));
  }
  return JsonResponse(operations_.backups());
}

}  // namespace qianxian::api
