// $export, asked: the request becomes a job (fhir_export.h); its state and files are fetched by its id (fhir_operation_job.cc).
// Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html
#include <algorithm>

#include "search/compartments.h"
#include "api/fhir_export.h"
#include "api/fhir_operations.h"
#include "base/text.h"
#include "fhir/date.h"
#include "search/query.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

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
  const access::Caller& caller = call.exchange.caller();
  for (const std::string& type : asked) QX_DO(access::DecideScope(caller, access::Verb::kSearch, type));
  if (!asked.empty()) return asked;
  std::erase_if(all, [&](const std::string& type) { return !access::DecideScope(caller, access::Verb::kSearch, type).ok(); });
  return all;
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

}  // namespace

Result<http::Response> RunExport(OperationCall& call) {
  if (call.type == "ViewDefinition") return RunViewExport(call);
  if (!call.exchange.lenient) QX_DO(call.arguments.Allow({"_outputFormat", "_since", "_type", "_typeFilter"}));
  ExportRequest request;
  request.level = call.type.empty() ? ExportRequest::Level::kSystem : call.type == "Group" ? ExportRequest::Level::kGroup : ExportRequest::Level::kPatient;
  if (call.type == "Group" && call.id.empty()) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "export one Group: Group/ID/$export", "请导出某一个 Group：Group/ID/$export");
  }
  if (call.type == "Patient" && !call.id.empty()) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "one patient's records: Patient/ID/$everything", "单个患者的记录请用 Patient/ID/$everything");
  }
  request.group = call.id;
  QX_DO(CheckOutputFormat(call.arguments.Text("_outputFormat")));
  QX_TRY(request.types, TypesOf(call, !call.type.empty()));
  QX_DO(ReadFilters(call, request));
  if (std::string since = call.arguments.Text("_since"); !since.empty()) {
    QX_TRY(fhir::DateTime time, fhir::ParseDateTime(since, fhir::DateSyntax::kSearch));
    request.since = Instant{fhir::RangeOf(time).low};
  }
  QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  if (request.level == ExportRequest::Level::kGroup) QX_DO(snapshot->Read("Group", request.group));
  for (const auto& [type, text] : request.filters) QX_DO(search::Query::ParseText(*call.services.parameters, type, text));
  return StartJob(call, "export", ExportRequestJson(request), snapshot->t());
}

}  // namespace qianxian::api
