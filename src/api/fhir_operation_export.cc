// $export, asked and answered: the request becomes a job (fhir_export.h); its state and files are fetched by its id.
// Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html
#include <algorithm>

#include "api/fhir_export.h"
#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "base/text.h"
#include "fhir/date.h"
#include "json/writer.h"
#include "search/compartments.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kPollSeconds = "2";

Status CheckOutputFormat(const std::string& format) {
  for (std::string_view known : {"", "application/fhir+ndjson", "application/fhir ndjson", "application/ndjson", "ndjson"}) {
    if (format == known) return Ok();
  }
  return Invalid("bad-value", "_outputFormat is application/fhir+ndjson", "_outputFormat 只能是 application/fhir+ndjson");
}

Result<std::vector<std::string>> TypesOf(const OperationCall& call, bool of_patients) {
  std::vector<std::string> all, asked;
  if (of_patients) all = search::CompartmentTypes("Patient");
  else for (std::string_view type : call.services.definitions->resource_types()) all.emplace_back(type);
  for (const Argument* argument : call.arguments.FindAll("_type")) {
    for (std::string_view type : Split(argument->text, ',')) {
      std::string name(TrimAscii(type));
      if (std::find(all.begin(), all.end(), name) == all.end()) return Invalid("bad-value", "_type: this export has no " + name, "_type：该导出不包含 " + name);
      if (std::find(asked.begin(), asked.end(), name) == asked.end()) asked.push_back(std::move(name));
    }
  }
  return asked.empty() ? all : asked;
}

Status ReadFilters(const OperationCall& call, ExportRequest& request) {
  for (const Argument* argument : call.arguments.FindAll("_typeFilter")) {
    size_t question = argument->text.find('?');
    std::string type = argument->text.substr(0, question);
    if (question == std::string::npos || std::find(request.types.begin(), request.types.end(), type) == request.types.end()) {
      return Invalid("bad-value", "_typeFilter is a search of a type that is exported: Type?parameter=value", "_typeFilter 应为所导出类型的检索：Type?parameter=value");
    }
    request.filters.emplace_back(type, argument->text.substr(question + 1));
  }
  return Ok();
}

std::string UrlOf(const OperationCall& call) {
  std::string url = call.exchange.base;
  for (const std::string& part : call.call.path) url += "/" + part;
  std::string query;
  for (const Argument& argument : call.arguments.all()) {
    query += (query.empty() ? "?" : "&") + argument.name + "=" + http::PercentEncode(argument.text);
  }
  return url + query;
}

std::string JobUrl(const OperationCall& call, const std::string& operation, const std::string& id) {
  return call.exchange.base + "/$" + operation + "?_job=" + id;
}

}  // namespace

Result<http::Response> RunExport(OperationCall& call) {
  if (!call.exchange.lenient) QX_DO(call.arguments.Allow({"_outputFormat", "_since", "_type", "_typeFilter"}));
  if (!call.exchange.respond_async) {
    return Invalid("bad-parameters", "an export takes time: send Prefer: respond-async", "导出需要时间，请带上请求头 Prefer: respond-async");
  }
  ExportRequest request;
  request.level = call.type.empty() ? ExportRequest::Level::kSystem : call.type == "Group" ? ExportRequest::Level::kGroup : ExportRequest::Level::kPatient;
  if (call.type == "Group" && call.id.empty()) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "export one Group: Group/ID/$export", "请导出某一个 Group：Group/ID/$export");
  }
  if (call.type == "Patient" && !call.id.empty()) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "one patient's records: Patient/ID/$everything", "单个患者的记录请用 Patient/ID/$everything");
  }
  request.group = call.id;
  request.url = UrlOf(call);
  QX_DO(CheckOutputFormat(call.arguments.Text("_outputFormat")));
  QX_TRY(request.types, TypesOf(call, !call.type.empty()));
  QX_DO(ReadFilters(call, request));
  if (std::string since = call.arguments.Text("_since"); !since.empty()) {
    QX_TRY(fhir::DateTime time, fhir::ParseDateTime(since, fhir::DateSyntax::kSearch));
    request.since = Instant{fhir::RangeOf(time).low};
  }
  QX_TRY(std::string id, call.services.exports->Start(call.exchange.caller(), std::move(request)));
  http::Response response;
  response.status = 202;
  response.Set("Content-Location", JobUrl(call, "export-status", id));
  return response;
}

Result<http::Response> RunExportStatus(OperationCall& call) {
  QX_DO(call.arguments.Allow({"_job"}));
  std::string id = call.arguments.Text("_job");
  http::Response response;
  if (call.call.method == "DELETE") {
    QX_DO(call.services.exports->Remove(call.exchange.caller(), id));
    response.status = 202;
    return response;
  }
  QX_TRY(ExportView view, call.services.exports->Get(call.exchange.caller(), id));
  if (view.error) return *view.error;
  if (view.status == ExportView::Status::kWorking) {
    response.status = 202;
    response.Set("X-Progress", std::to_string(view.types_done) + " of " + std::to_string(view.types) + " types");
    response.Set("Retry-After", kPollSeconds);
    return response;
  }
  json::Writer writer;
  writer.BeginObject().Member("transactionTime", view.transaction_time).Member("request", view.url).Member("requiresAccessToken", true);
  writer.Name("output").BeginArray();
  for (const auto& [type, count] : view.output) {
    writer.BeginObject().Member("type", type).Member("url", JobUrl(call, "export-file", id) + "&_type=" + type).Member("count", count).EndObject();
  }
  writer.EndArray().Name("deleted").BeginArray().EndArray().Name("error").BeginArray().EndArray().EndObject();
  response.Set("Content-Type", kPlainJson);
  response.body = writer.Take();
  return response;
}

Result<http::Response> RunExportFile(OperationCall& call) {
  QX_DO(call.arguments.Allow({"_job", "_type"}));
  http::Response response;
  QX_TRY(response.file_path, call.services.exports->FileOf(call.exchange.caller(), call.arguments.Text("_job"), call.arguments.Text("_type")));
  response.Set("Content-Type", "application/fhir+ndjson");
  return response;
}

}  // namespace qianxian::api
