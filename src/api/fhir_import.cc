#include "api/fhir_import.h"

#include <algorithm>
#include <filesystem>

#include "api/fhir_export.h"
#include "api/import_report.h"
#include "api/line_file.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "bytes/reader.h"
#include "fhir/outcome.h"
#include "http/server.h"
#include "intake/import.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kHttp = "http://", kHttps = "https://", kFile = "file://";
constexpr int kFetchSeconds = 600;

std::vector<ImportInput> ReadInputs(json::Value request) {
  std::vector<ImportInput> inputs;
  for (json::Value input : request.Find("inputs").value_or(json::Value()).Elements()) {
    inputs.push_back({std::string(input.FindString("type")), std::string(input.FindString("url"))});
  }
  return inputs;
}

bool IsRemote(const std::string& url) { return StartsWith(url, kHttp) || StartsWith(url, kHttps); }

Error NotAllowed(const std::string& url) {
  return MakeError(ErrorCategory::kForbidden, "source-not-allowed", "import-sources.txt of the data folder does not allow this: " + url,
                   "数据目录中的 import-sources.txt 未允许从该处导入：" + url);
}

// The lines of DIR/import-sources.txt; none without such a file.
Result<std::vector<std::string>> ReadSources(const std::string& directory) {
  const std::string path = directory + "/import-sources.txt";
  std::vector<std::string> sources;
  if (!FileExists(path)) return sources;
  QX_TRY(std::string text, ReadFile(path));
  for (std::string_view line : Split(text, '\n')) {
    line = TrimAscii(line);
    if (!line.empty() && line[0] != '#') sources.emplace_back(line);
  }
  return sources;
}

bool IsBelow(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

// Of the first folder that has it: below that folder also after links are followed.
Result<std::string> PathOf(const Services& services, const std::string& url) {
  QX_TRY(std::vector<std::string> sources, ReadSources(services.directory));
  const std::string name = StartsWith(url, kFile) ? http::PercentDecode(url.substr(kFile.size()), false) : url;
  bool allowed = false;
  for (const std::string& source : sources) {
    std::error_code failed;
    const fs::path folder = IsRemote(source) ? fs::path() : fs::canonical(source, failed);
    if (folder.empty() || failed) continue;
    const fs::path path = fs::weakly_canonical(fs::path(name).is_absolute() ? fs::path(name) : folder / name, failed);
    if (failed || !IsBelow(path, folder)) continue;
    allowed = true;
    if (fs::is_regular_file(path, failed)) return path.string();
  }
  if (!allowed) return NotAllowed(url);
  return NotFound("no-such-file", "no import folder has a file " + name, "导入文件夹中没有文件 " + name);
}

// "http://host:port/target", "https://host:port/target"
Result<http::ClientRequest> RequestOf(const std::string& url) {
  http::ClientRequest request;
  request.tls = StartsWith(url, kHttps);
  std::string_view rest = std::string_view(url).substr(request.tls ? kHttps.size() : kHttp.size());
  const size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  request.target = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  const size_t colon = authority.rfind(':');
  int64_t port = request.tls ? 443 : 80;
  if (colon != std::string_view::npos && (!ParseInteger(authority.substr(colon + 1), port) || port < 1 || port > 65535)) {
    return Invalid("bad-input-url", "no such address: " + url, "地址不正确：" + url);
  }
  request.host = authority.substr(0, colon);
  request.port = static_cast<uint16_t>(port);
  request.timeout_seconds = kFetchSeconds;
  if (request.host.empty() || request.host.find('@') != std::string::npos) return Invalid("bad-input-url", "no such address: " + url, "地址不正确：" + url);
  return request;
}

using ReportRow = std::vector<std::string>;   // line, column, value, code, reason in Chinese and English, file

std::string OutcomeOf(const std::vector<ReportRow>& faults) {
  std::vector<fhir::Issue> issues;
  for (const ReportRow& row : faults) {
    constexpr size_t kShownBytes = 200;    // a whole line of NDJSON is not repeated
    const std::string at = row[6] + ":" + row[0] + ": ", value = row[2].empty() || row[2].size() > kShownBytes ? "" : " (" + row[2] + ")";
    issues.push_back({fhir::Severity::kError, "processing", row[3], at + row[4], at + row[5] + value, row[1]});
  }
  return fhir::OutcomeJson(issues);
}

// The report of the refused rows, a fault a row, as an OperationOutcome a refused line.
Result<uint64_t> WriteOutcomes(const std::string& report, const std::string& path) {
  QX_TRY(std::unique_ptr<bytes::Reader> reader, bytes::Reader::Open(report));
  LineFile file(path);
  CsvSplitter splitter;
  std::vector<ReportRow> rows, faults;     // faults: of the line at hand
  std::string piece(64 << 10, '\0');
  bool header = true;
  auto flush = [&] {
    if (!faults.empty()) file.AddLine(OutcomeOf(faults));
    faults.clear();
  };
  for (size_t size = 1; size > 0;) {
    QX_TRY(size, reader->Read(piece.data(), piece.size()));
    if (size > 0) splitter.Feed(std::string_view(piece).substr(0, size), rows);
    else splitter.Finish(rows);
    for (ReportRow& row : rows) {
      row.resize(7);
      if (!faults.empty() && (faults[0][0] != row[0] || faults[0][6] != row[6])) flush();
      if (!header) faults.push_back(std::move(row));
      header = false;
    }
    rows.clear();
  }
  flush();
  return file.Close();
}

}  // namespace

Status CheckImportUrl(const Services& services, const std::string& url) {
  if (url.empty()) return Invalid("bad-input-url", "each input needs a url", "每个 input 都应有 url");
  if (!IsRemote(url)) {
    QX_DO(PathOf(services, url));
    return Ok();
  }
  QX_TRY(std::vector<std::string> allowed, ReadSources(services.directory));
  // An allowed address ends at a '/', so that http://a.example does not let http://a.example.elsewhere in.
  const bool may = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return IsRemote(one) && StartsWith(url, one) && (EndsWith(one, "/") || url.size() == one.size() || url[one.size()] == '/');
  });
  if (!may || url.find("/../") != std::string::npos) return NotAllowed(url);
  QX_DO(RequestOf(url));
  return Ok();
}

std::string ImportRequestJson(const std::vector<ImportInput>& inputs) {
  json::Writer writer;
  writer.BeginObject().Name("inputs").BeginArray();
  for (const ImportInput& input : inputs) writer.BeginObject().Member("type", input.type).Member("url", input.url).EndObject();
  writer.EndArray().EndObject();
  return writer.Take();
}

std::vector<std::string> ImportKind::Parts(json::Value request) const {
  std::vector<std::string> urls;
  for (const ImportInput& input : ReadInputs(request)) urls.push_back(input.url);
  return urls;
}

Result<std::string> ImportKind::Fetch(const BulkWork& work, const std::string& url, size_t part) const {
  QX_TRY(http::ClientRequest request, RequestOf(url));
  request.ca_file = services_.ca_file;
  request.headers = {{"Accept", "application/fhir+ndjson"}};
  work.say("fetching " + url);
  // It is read whole: its size is asked for first.
  request.method = "HEAD";
  QX_TRY(http::Response head, http::Send(request));
  int64_t size = 0;
  if (head.status == 200 && (!ParseInteger(head.Header("content-length"), size) || size < 0 || static_cast<uint64_t>(size) > kBulkFetchBytes)) {
    return Invalid("too-large", url + " does not say its size, or is larger than " + std::to_string(kBulkFetchBytes) + " bytes: put the file into an import folder",
                   url + " 未说明大小或超过 " + std::to_string(kBulkFetchBytes) + " 字节，请将文件放入导入文件夹");
  }
  request.method = "GET";
  QX_TRY(http::Response answer, http::Send(request));
  if (answer.status != 200) {
    return Unavailable("fetch", url + " answers " + std::to_string(answer.status), url + " 返回 " + std::to_string(answer.status));
  }
  // Its ending says how it is packed.
  std::string name = fs::path(request.target.substr(0, request.target.find('?'))).extension().string();
  const bool packed = name == ".gz" || name == ".bz2" || name == ".zst" || name == ".zstd";
  const std::string path = work.folder + "/input-" + std::to_string(part + 1) + ".ndjson" + (packed ? name : "");
  QX_DO(WriteFileDurably(path, answer.body));
  return path;
}

Result<BulkPart> ImportKind::Run(const BulkWork& work, size_t part) {
  const ImportInput input = ReadInputs(work.request)[part];
  const std::string number = std::to_string(part + 1), errors = "errors-" + number + ".ndjson";
  const bool remote = IsRemote(input.url);
  QX_DO(CheckImportUrl(services_, input.url));
  QX_TRY(std::string path, remote ? Fetch(work, input.url, part) : PathOf(services_, input.url));
  intake::Request request;
  request.kind = intake::Kind::kFhir;
  request.paths = {path};
  request.names = {input.url};
  request.job_id = "import-" + work.id + "-" + number;
  request.report_path = work.folder + "/report-" + number + ".csv";
  const intake::Tools tools{services_.store, services_.ledger, services_.clock, services_.random, services_.directory};
  auto progress = [&](const intake::Progress& now) {
    work.say(std::to_string(static_cast<int>(now.fraction * 100)) + "% of " + input.url + ", " + std::to_string(now.rows_read) + " rows");
  };
  Result<intake::Summary> done = intake::Run(work.caller, tools, request, work.cancel, progress);
  if (remote) QX_DO(RemoveFile(path));
  if (!done.ok()) return std::move(done).error();
  const intake::Counts& counts = done->counts;
  BulkPart result{counts.accepted + counts.replaced + counts.unchanged, {}};
  if (counts.rejected > 0) {
    QX_TRY(uint64_t lines, WriteOutcomes(request.report_path, work.folder + "/" + errors));
    result.files.push_back({errors, "OperationOutcome", "application/fhir+ndjson", lines, true});
  }
  return result;
}

http::Response ImportKind::Manifest(const BulkView& view, const std::string&, const std::string& address) const {
  return BulkManifest(view, address, view.parts);
}

}  // namespace qianxian::api
