// Jobs of /fhir, asked for and answered: the start (202 and where to ask), the state (202 with progress, then the
// manifest), the files, the end by DELETE. Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
#include "api/bulk_jobs.h"
#include "api/fhir_operations.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kPollSeconds = "2";

std::string UrlOf(const OperationCall& call) {
  std::string url = call.exchange.base, query;
  for (const std::string& part : call.call.path) url += "/" + part;
  for (const Argument& argument : call.arguments.all()) {
    if (argument.text.empty()) continue;   // a resource, parts: not to be said in an address
    query += (query.empty() ? "?" : "&") + argument.name + "=" + http::PercentEncode(argument.text);
  }
  return url + query;
}

}  // namespace

Result<http::Response> StartJob(const OperationCall& call, std::string_view kind, std::string request, uint64_t t) {
  if (!call.exchange.respond_async) {
    return Invalid("bad-parameters", "this takes time: send Prefer: respond-async", "该操作需要时间，请带上请求头 Prefer: respond-async");
  }
  QX_TRY(std::string id, call.jobs.Start(call.exchange.caller(), kind, UrlOf(call), std::move(request), t));
  http::Response response;
  response.status = 202;
  response.Set("Content-Location", call.exchange.base + "/$job-status?_job=" + id);
  return response;
}

Result<http::Response> RunJobStatus(OperationCall& call) {
  QX_DO(call.arguments.Allow({"_job"}));
  std::string id = call.arguments.Text("_job");
  http::Response response;
  if (call.call.method == "DELETE") {
    QX_DO(call.jobs.Remove(call.exchange.caller(), id));
    response.status = 202;
    return response;
  }
  QX_TRY(BulkView view, call.jobs.Get(call.exchange.caller(), id));
  if (view.error) return *view.error;
  if (view.status == BulkView::Status::kWorking) {
    response.status = 202;
    std::string progress = std::to_string(view.done.size()) + " of " + std::to_string(view.parts.size());
    response.Set("X-Progress", view.progress.empty() ? progress : progress + "; " + view.progress);
    response.Set("Retry-After", kPollSeconds);
    return response;
  }
  return call.jobs.Manifest(view, id, call.exchange.base + "/$job-file?_job=" + id + "&_file=");
}

Result<http::Response> RunJobFile(OperationCall& call) {
  QX_DO(call.arguments.Allow({"_job", "_file"}));
  QX_TRY(BulkJobs::Found found, call.jobs.FileOf(call.exchange.caller(), call.arguments.Text("_job"), call.arguments.Text("_file")));
  http::Response response;
  response.file_path = std::move(found.path);
  response.Set("Content-Type", found.content_type);
  return response;
}

}  // namespace qianxian::api
