#include "api/fhir_view_export.h"

#include <algorithm>
#include <set>

#include "api/line_file.h"
#include "api/outcome.h"
#include "base/files.h"
#include "base/text.h"
#include "json/writer.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kTellRows = 10'000;

ViewExportRequest ReadRequest(json::Value value) {
  ViewExportRequest request;
  auto boolean = [&](std::string_view name) {
    std::optional<json::Value> found = value.Find(name);
    return found && found->IsBoolean() && found->AsBoolean();
  };
  for (json::Value view : value.Find("views").value_or(json::Value()).Elements()) {
    request.views.push_back({std::string(view.FindString("name")), std::string(view.Find("definition").value_or(json::Value()).Raw())});
  }
  request.format = FindTableFormat(value.FindString("format")).value_or(TableFormat::kNdjson);
  request.header = boolean("header");
  request.nobody = boolean("nobody");
  request.tracking = value.FindString("tracking");
  request.source.since = value.FindString("since");
  for (json::Value id : value.Find("patients").value_or(json::Value()).Elements()) {
    if (id.IsString()) request.source.patients.emplace_back(id.AsString());
  }
  return request;
}

bool IsFileName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void WritePart(json::Writer& writer, std::string_view name, std::string_view value_name, std::string_view text) {
  writer.BeginObject().Member("name", name).Member(value_name, text).EndObject();
}

}  // namespace

Status NameViews(const fhir::Definitions& definitions, std::vector<NamedView>& views) {
  std::set<std::string> names;
  for (NamedView& view : views) {
    QX_TRY(json::Document document, json::Document::Parse(view.definition));
    QX_TRY(view::ViewDefinition parsed, view::ViewDefinition::Parse(definitions, document.root()));
    if (view.name.empty()) view.name = parsed.name();
    if (view.name.empty()) view.name = parsed.resource();
    if (!IsFileName(view.name)) return Invalid("bad-value", "a view's name has letters, digits, '_' and '-': " + view.name, "视图名称只能由字母、数字、“_”和“-”组成：" + view.name);
    if (!names.insert(view.name).second) return Invalid("bad-value", "two views are called " + view.name, "有两个视图同名：" + view.name);
  }
  return Ok();
}

std::string ViewExportJson(const ViewExportRequest& request) {
  json::Writer writer;
  writer.BeginObject().Name("views").BeginArray();
  for (const NamedView& view : request.views) writer.BeginObject().Member("name", view.name).Name("definition").Raw(view.definition).EndObject();
  writer.EndArray().Member("format", ExtensionOf(request.format)).Member("header", request.header).Member("nobody", request.nobody);
  writer.Member("tracking", request.tracking).Member("since", request.source.since).Name("patients").BeginArray();
  for (const std::string& id : request.source.patients) writer.String(id);
  writer.EndArray().EndObject();
  return writer.Take();
}

std::vector<std::string> ViewExportKind::Parts(json::Value request) const {
  std::vector<std::string> names;
  for (const NamedView& view : ReadRequest(request).views) names.push_back(view.name);
  return names;
}

Result<BulkPart> ViewExportKind::Run(const BulkWork& work, size_t part) {
  const ViewExportRequest request = ReadRequest(work.request);
  const NamedView& named = request.views[part];
  QX_TRY(json::Document definition, json::Document::Parse(named.definition));
  QX_TRY(view::ViewDefinition view, view::ViewDefinition::Parse(*services_.definitions, definition.root()));
  view::Runner runner(view, services_.clock->Now());
  const std::string file_name = named.name + "." + std::string(ExtensionOf(request.format)), path = work.folder + "/" + file_name;
  std::unique_ptr<ParquetTable> parquet;
  std::optional<LineFile> file;
  TableText text(request.format, view.columns(), request.header);
  std::string buffer;
  if (request.format == TableFormat::kParquet) {
    for (const char* ending : {".db", ".db.wal"}) QX_DO(RemoveFile(path + ending));   // of a process that is no more
    QX_TRY(parquet, ParquetTable::Make(view.columns(), path + ".db"));
  } else {
    file.emplace(path);
    text.Begin(buffer);
  }
  uint64_t rows = 0;
  auto take = [&](const view::Row& row) -> Result<bool> {
    if (++rows % kTellRows == 0) work.say(named.name + ": " + std::to_string(rows));
    if (parquet) {
      QX_DO(parquet->Add(row));
      return true;
    }
    text.Add(row, buffer);
    file->Add(buffer);
    buffer.clear();
    return true;
  };
  QX_TRY(auto snapshot, store::OpenView(*services_.store, work.caller, work.t));
  if (!request.nobody) QX_DO(ForEachRow(services_, *snapshot, view.resource(), request.source, runner, &work.cancel, take));
  if (parquet) {
    QX_DO(parquet->Write(path));
    QX_DO(SyncFile(path));
  } else {
    text.End(buffer);
    file->Add(buffer);
    QX_DO(file->Close(true));
  }
  return BulkPart{rows, {{file_name, named.name, std::string(ContentTypeOf(request.format)), rows, false}}};
}

http::Response ViewExportKind::Manifest(const BulkView& view, const std::string& id, const std::string& address) const {
  Result<json::Document> kept = json::Document::Parse(view.request);
  const ViewExportRequest request = kept.ok() ? ReadRequest(kept->root()) : ViewExportRequest();
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Parameters").Name("parameter").BeginArray();
  WritePart(writer, "exportId", "valueString", id);
  if (!request.tracking.empty()) WritePart(writer, "clientTrackingId", "valueString", request.tracking);
  WritePart(writer, "status", "valueCode", "completed");
  WritePart(writer, "_format", "valueCode", ExtensionOf(request.format));
  WritePart(writer, "exportStartTime", "valueInstant", FormatInstant(view.at));
  WritePart(writer, "exportEndTime", "valueInstant", FormatInstant(view.ended));
  for (const BulkPart& part : view.done) {
    for (const BulkFile& file : part.files) {
      writer.BeginObject().Member("name", "output").Name("part").BeginArray();
      WritePart(writer, "name", "valueString", file.type);
      WritePart(writer, "location", "valueUri", address + http::PercentEncode(file.name));
      writer.BeginObject().Member("name", "count").Member("valueInteger", file.count).EndObject();
      writer.EndArray().EndObject();
    }
  }
  writer.EndArray().EndObject();
  return FhirAnswer(writer.Take());
}

}  // namespace qianxian::api
