#include "measure/measure.h"

#include <cstdio>

#include "app/commands.h"
#include "app/running_server.h"
#include "app/terminal.h"
#include "base/text.h"
#include "http/server.h"
#include "json/value.h"

namespace qianxian::app {
namespace {

Result<measure::SheetRequest> ToRequest(const MeasureOptions& options) {
  measure::SheetRequest request;
  request.measures = options.measures;
  QX_TRY(request.period, Period::Parse(options.period));
  request.organization = options.organization;
  request.region = options.region;
  if (!options.by.empty()) {
    for (std::string_view part : Split(options.by, ',')) {
      QX_TRY(measure::By by, measure::ParseBy(part));
      if (by != measure::By::kNothing) request.by.push_back(by);
    }
  }
  return request;
}

std::string Target(const MeasureOptions& options, uint64_t as_of) {
  std::string ids = options.measures.empty() ? "all" : Join(options.measures, ",");
  std::string target = "/api/measures/" + http::PercentEncode(ids) + "?period=" + http::PercentEncode(options.period);
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) target += std::string("&") + name + "=" + http::PercentEncode(value);
  };
  add("org", options.organization);
  add("region", options.region);
  add("by", options.by);
  add("format", options.format);
  add("lang", options.language);
  add("asOf", std::to_string(as_of));
  return target;
}

Error FromAnswer(const http::Response& response) {
  Result<json::Document> document = json::Document::Parse(response.body);
  std::optional<json::Value> error = document.ok() ? document->root().Find("error") : std::nullopt;
  if (!error) {
    return Unavailable("server", "the running server answered with HTTP status " + std::to_string(response.status),
                       "正在运行的服务返回 HTTP 状态 " + std::to_string(response.status));
  }
  return Invalid(std::string(error->FindString("code")), std::string(error->FindString("en")), std::string(error->FindString("zh")));
}

// The warehouse belongs to the running server, so it is asked, with a token for this one question.
Result<std::string> AskServer(Folder& folder, const RunningServer& server, const MeasureOptions& options) {
  if (server.port == 0) {
    return MakeError(ErrorCategory::kBusy, "server-starting", "a server is just starting on this folder: try again in a moment",
                     "服务正在启动，请稍后再试");
  }
  uint64_t as_of = folder.store().LastT();
  QX_TRY(auth::SignedIn token, folder.auth().MintToken("admin", 1, "command-line"));
  http::ClientRequest request;
  request.host = server.address;
  request.port = server.port;
  request.tls = !server.certificate_file.empty();
  request.own_file = server.certificate_file;   // it is known by its file: its name is another than this machine's address
  request.target = Target(options, as_of);
  request.headers = {{"Authorization", "Bearer " + token.secret}};
  request.timeout_seconds = 600;
  Result<http::Response> response = http::Send(request);
  Status ended = folder.auth().SignOut(token.secret);
  if (!response.ok() && response.error().code == "certificate-unknown") {
    const std::string command = "kill -HUP " + std::to_string(server.pid);
    return Unavailable("certificate-changed", "the certificate's file is newer than what the running server uses: let it read the file again with \"" + command + "\"",
                       "证书文件已更换，但正在运行的服务仍在使用旧证书：请运行 " + command + " 让它重新读取");
  }
  if (!response.ok()) return std::move(response).error();
  if (response->status != 200) return FromAnswer(*response);
  QX_DO(std::move(ended));
  return std::move(response->body);
}

Result<std::string> Compute(Folder& folder, const MeasureOptions& options, const Cancel& cancel) {
  QX_TRY(measure::SheetRequest request, ToRequest(options));
  QX_DO(folder.OpenNumbers());
  QX_DO(folder.CatchUp(cancel));
  QX_TRY(measure::Sheet sheet, folder.measures().Evaluate(CommandLineCaller(), request, &cancel));
  if (options.format == "csv") return measure::SheetAsCsv(sheet, false);
  if (options.format == "json") return measure::SheetAsJson(sheet);
  return measure::SheetAsTable(sheet, folder.packs().merged, options.language == "zh");
}

}  // namespace

int RunMeasure(const MeasureOptions& options) {
  Cancel& cancel = StopOnSignals();
  Result<measure::SheetRequest> request = ToRequest(options);
  if (!request.ok()) return Fail(request.error());
  Result<std::unique_ptr<Folder>> folder = Folder::Open(WithData(options.folder));
  if (!folder.ok()) return Fail(folder.error());
  Result<std::optional<RunningServer>> server = FindRunningServer(options.folder.directory);
  if (!server.ok()) return Fail(server.error());
  Result<std::string> text = *server ? AskServer(**folder, **server, options) : Compute(**folder, options, cancel);
  if (!text.ok()) return Fail(text.error());
  constexpr std::string_view kMark = "\xEF\xBB\xBF";   // for spreadsheets, not for pipes
  std::string shown = StartsWith(*text, kMark) ? text->substr(kMark.size()) : *text;
  shown = ReplaceAll(shown, "\r\n", "\n");             // RFC 4180 in files, lines in pipes
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  if (shown.empty() || shown.back() != '\n') std::fputc('\n', stdout);
  return kDone;
}

}  // namespace qianxian::app
