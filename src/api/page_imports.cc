#include <algorithm>

#include "api/import_report.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

constexpr size_t kReportRowsShown = 200;

}  // namespace

Result<http::Response> PageApi::StartImport(PageCall& call) {
  if (call.request.upload_path.empty()) return Invalid("no-file", "send the file as the body", "请以请求正文发送文件");
  Upload upload;
  QX_TRY(upload.kind, intake::ParseKind(call.Query("kind")));
  upload.organization = call.Query("org");
  upload.name = call.Query("name");
  if (upload.name.empty()) upload.name = "upload";
  upload.name = upload.name.substr(upload.name.find_last_of("/\\") + 1);
  std::string stay = call.Query("stayDays");
  if (!stay.empty() && stay != "inclusive" && stay != "exclusive") {
    return Invalid("bad-stay-days", "stayDays is inclusive or exclusive", "stayDays 只能是 inclusive 或 exclusive");
  }
  upload.stay_days_inclusive = stay == "inclusive";
  upload.path = call.request.upload_path;
  QX_TRY(ImportView view, imports_.Start(call.caller(), upload));
  call.request.upload_path.clear();        // the job has it now
  return JsonResponse(ImportJson(view), 202);
}

Result<http::Response> PageApi::ListImports(PageCall& call) {
  QX_TRY(std::vector<ImportView> views, imports_.List(call.caller()));
  std::string body = "{\"imports\":[";
  for (size_t i = 0; i < views.size(); ++i) body += (i == 0 ? "" : ",") + ImportJson(views[i]);
  return JsonResponse(body + "]}");
}

Result<http::Response> PageApi::ShowImport(PageCall& call) {
  QX_TRY(ImportView view, imports_.Get(call.caller(), call.arguments[0]));
  return JsonResponse(ImportJson(view));
}

Result<http::Response> PageApi::CancelImport(PageCall& call) {
  QX_TRY(ImportView view, imports_.RequestCancel(call.caller(), call.arguments[0]));
  return JsonResponse(ImportJson(view));
}

Result<http::Response> PageApi::ImportReportFile(PageCall& call) {
  QX_TRY(ImportView view, imports_.Get(call.caller(), call.arguments[0]));
  if (view.report_path.empty() || !FileExists(view.report_path)) {
    return NotFound("no-report", "this import has no row report", "该导入没有逐行报告");
  }
  http::Response response = CsvResponse("", view.kind + "-" + view.id.substr(0, 8) + "-report.csv");
  response.file_path = view.report_path;
  return response;
}

Result<http::Response> PageApi::ImportReportRows(PageCall& call) {
  QX_TRY(ImportView view, imports_.Get(call.caller(), call.arguments[0]));
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kReportRowsShown, limits::kCasesPageMaximum));
  QX_TRY(std::vector<intake::Rejection> rows,
         ReadReport(view.report_path, count));
  json::Writer writer;
  writer.BeginObject().Name("rows").BeginArray();
  for (const intake::Rejection& row : rows) {
    writer.BeginObject().Member("line", row.line).Member("column", row.column).Member("value", row.value);
    writer.Member("code", row.code);
    WriteText(writer, "reason", {row.reason_zh, row.reason_en});
    writer.MemberIfAny("file", row.file).EndObject();
  }
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

}  // namespace qianxian::api
