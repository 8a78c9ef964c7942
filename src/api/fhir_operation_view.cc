// ViewDefinition/$run and $export (SQL on FHIR): a flat table of resources that are sent along or of the record, as JSON,
// NDJSON, CSV or Parquet; at once, or as a job (fhir_view_export.h).
// The view is sent (viewResource), or is one of the packs' (ViewDefinition/NAME/$run).
// Source: https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/operations.html
#include <algorithm>

#include "api/fhir_export.h"
#include "api/fhir_operations.h"
#include "api/fhir_view_export.h"
#include "api/view_table.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/date.h"
#include "fhir/reference.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

Error NotAcceptable(const char* formats_en, const char* formats_zh) {
  return Invalid("not-acceptable", std::string("a table comes as ") + formats_en, std::string("表格只能以 ") + formats_zh + " 给出");
}

Result<TableFormat> FormatOf(const OperationCall& call) {
  std::string asked;
  for (const auto& [name, value] : call.call.query) {
    if (name == "_format") asked = value;
  }
  if (asked.empty()) asked = call.arguments.Text("_format");
  bool by_header = asked.empty();
  if (by_header) asked = call.call.accept;
  asked = ToLowerAscii(asked);
  if (std::optional<TableFormat> format = FindTableFormat(asked)) return *format;
  if (by_header && (asked.empty() || asked.find("*/*") != std::string::npos)) return TableFormat::kNdjson;
  return NotAcceptable("json, ndjson, csv or parquet", "json、ndjson、csv 或 parquet");
}

// What $run answers with: kept in memory, within bounds.
class Answer {
 public:
  Answer(TableFormat format, const std::vector<view::Column>& columns, bool header) : format_(format), text_(format, columns, header) { text_.Begin(out_); }

  // `scratch`: of a file that may be made and taken away again.
  Status OpenParquet(const std::vector<view::Column>& columns, const std::string& scratch) {
    scratch_ = scratch;
    QX_TRY(parquet_, ParquetTable::Make(columns, scratch + ".db"));
    return Ok();
  }

  Status Add(const view::Row& row) {
    if (parquet_) {
      QX_DO(parquet_->Add(row));
      for (const view::Cell& cell : row) bytes_ += sizeof cell + cell.text.size();
    } else {
      text_.Add(row, out_);
    }
    ++rows_;
    if (rows_ <= limits::kViewRunRows && out_.size() + bytes_ <= limits::kViewRunBytes) return Ok();
    return MakeError(ErrorCategory::kUnsupported, "too-costly", "the table is too large for one answer: ask for fewer (_limit, patient, _since), or for ViewDefinition/$export",
                     "表格过大，请用 _limit、patient、_since 缩小范围，或使用 ViewDefinition/$export");
  }

  uint64_t rows() const { return rows_; }

  Result<http::Response> Finish() {
    http::Response response;
    response.Set("Content-Type", ContentTypeOf(format_));
    if (parquet_) {
      Status written = parquet_->Write(scratch_);
      Result<std::string> bytes = written.ok() ? ReadFile(scratch_) : Result<std::string>(std::move(written).error());
      QX_DO(RemoveFile(scratch_));
      QX_TRY(response.body, std::move(bytes));
      return response;
    }
    text_.End(out_);
    response.body = std::move(out_);
    return response;
  }

 private:
  const TableFormat format_;
  TableText text_;
  std::unique_ptr<ParquetTable> parquet_;
  std::string scratch_, out_;
  uint64_t rows_ = 0;
  size_t bytes_ = 0;                       // Parquet: of the rows so far
};

std::string ReferenceOf(const json::Value* value, const std::string& text) {
  std::string reference = value ? std::string(value->FindString("reference")) : text;
  return reference.empty() ? text : reference;
}

// The JSON of a pack's view.
Result<std::string> ViewOfPacks(const Services& services, const std::string& name) {
  if (services.pack) {
    for (const pack::NamedFile& file : services.pack->views) {
      Result<json::Document> view = json::Document::Parse(file.content);
      if (view.ok() && (view->root().FindString("name") == name || view->root().FindString("id") == name)) return file.content;
    }
  }
  return NotFound("no-such-view", "no pack has a view " + name, "指标包中没有视图 " + name);
}

Result<std::string> DefinitionOf(const OperationCall& call) {
  if (!call.id.empty()) return ViewOfPacks(call.services, call.id);
  if (const Argument* sent = call.arguments.Find("viewResource"); sent && sent->resource) return std::string(sent->resource->Raw());
  if (const Argument* named = call.arguments.Find("viewReference")) {
    std::string reference = ReferenceOf(named->value ? &*named->value : nullptr, named->text);
    return ViewOfPacks(call.services, std::string(fhir::ParseReference(reference).id));
  }
  return Invalid("bad-parameters", "send the view, as parameter viewResource", "请以参数 viewResource 提交视图定义");
}

Result<std::vector<std::string>> ReferencedIds(const OperationCall& call, const std::string& parameter, const std::string& type) {
  std::vector<std::string> ids;
  for (const Argument* argument : call.arguments.FindAll(parameter)) {
    std::string text = ReferenceOf(argument->value ? &*argument->value : nullptr, argument->text);
    fhir::Reference reference = fhir::ParseReference(text);
    if (reference.id.empty() || (!reference.type.empty() && reference.type != type)) {
      return Invalid("bad-value", parameter + " is a reference to a " + type, parameter + " 应为指向 " + type + " 的引用");
    }
    ids.emplace_back(reference.id);
  }
  return ids;
}

// One of the parameters `view`: its parts name, viewResource, viewReference.
Result<NamedView> ReadView(const OperationCall& call, const Argument& argument) {
  NamedView view;
  for (json::Value part : argument.parts.value_or(json::Value()).Elements()) {
    std::string_view name = part.FindString("name");
    std::optional<json::Value> reference = part.Find("valueReference"), resource = part.Find("resource");
    if (name == "name") {
      view.name = part.FindString("valueString");
    } else if (name == "viewResource" && resource) {
      view.definition = resource->Raw();
    } else if (name == "viewReference" && reference) {
      QX_TRY(view.definition, ViewOfPacks(call.services, std::string(fhir::ParseReference(reference->FindString("reference")).id)));
    } else {
      return Invalid("bad-parameters", "a view has name, viewResource or viewReference", "view 由 name、viewResource 或 viewReference 组成");
    }
  }
  if (view.definition.empty()) return Invalid("bad-parameters", "a view needs viewResource or viewReference", "view 需要 viewResource 或 viewReference");
  return view;
}

Result<std::vector<NamedView>> ViewsOf(const OperationCall& call) {
  std::vector<NamedView> views;
  std::vector<const Argument*> sent = call.arguments.FindAll("view");
  if (sent.size() > kBulkViews) return Invalid("too-many-values", "too many views for one export", "一次导出的视图过多");
  for (const Argument* argument : sent) {
    QX_TRY(NamedView view, ReadView(call, *argument));
    views.push_back(std::move(view));
  }
  if (sent.empty()) {
    QX_TRY(std::string definition, DefinitionOf(call));
    views.push_back({"", std::move(definition)});
  }
  QX_DO(NameViews(*call.services.definitions, views));
  return views;
}

}  // namespace

Result<http::Response> RunView(OperationCall& call) {
  QX_DO(call.arguments.Allow({"_format", "header", "viewResource", "viewReference", "resource", "patient", "group", "_since", "_limit"}));
  QX_TRY(TableFormat format, FormatOf(call));
  QX_TRY(bool header, call.arguments.Boolean("header", true));
  QX_TRY(std::optional<uint64_t> limit, call.arguments.Number("_limit"));
  QX_TRY(std::string text, DefinitionOf(call));
  QX_TRY(json::Document definition, json::Document::Parse(std::move(text)));
  QX_TRY(view::ViewDefinition view, view::ViewDefinition::Parse(*call.services.definitions, definition.root()));
  view::Runner runner(view, call.services.clock->Now());
  Answer table(format, view.columns(), header);
  if (format == TableFormat::kParquet) {
    std::string folder = call.services.directory + "/exports";
    QX_DO(MakeDirectories(folder));
    QX_DO(table.OpenParquet(view.columns(), folder + "/" + NewUuid(*call.services.clock, *call.services.random) + ".parquet"));
  }
  uint64_t most = limit.value_or(UINT64_MAX);
  std::vector<const Argument*> sent = call.arguments.FindAll("resource");
  for (const Argument* argument : sent) {
    if (!argument->resource) return Invalid("bad-parameters", "resource is a resource", "resource 应为资源");
    QX_TRY(std::vector<view::Row> rows, runner.Rows(*argument->resource));
    for (const view::Row& row : rows) {
      if (table.rows() < most) QX_DO(table.Add(row));
    }
  }
  if (!sent.empty()) return table.Finish();
  QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  QX_TRY(std::optional<ViewSource> source, ViewSourceOf(call, *snapshot));
  auto take = [&](const view::Row& row) -> Result<bool> {
    if (table.rows() == most) return false;
    QX_DO(table.Add(row));
    return true;
  };
  if (source) QX_DO(ForEachRow(call.services, *snapshot, view.resource(), *source, runner, nullptr, take));
  return table.Finish();
}

Result<std::optional<ViewSource>> ViewSourceOf(const OperationCall& call, store::Snapshot& snapshot) {
  ViewSource source;
  source.since = call.arguments.Text("_since");
  if (!source.since.empty()) QX_DO(fhir::ParseDateTime(source.since, fhir::DateSyntax::kSearch));
  QX_TRY(source.patients, ReferencedIds(call, "patient", "Patient"));
  QX_TRY(std::vector<std::string> groups, ReferencedIds(call, "group", "Group"));
  for (const std::string& group : groups) {
    QX_TRY(std::set<std::string> members, PatientsOfGroup(snapshot, group));
    source.patients.insert(source.patients.end(), members.begin(), members.end());
  }
  if (source.patients.empty() && !groups.empty()) return std::optional<ViewSource>();
  return std::optional(std::move(source));
}

Result<http::Response> RunViewExport(OperationCall& call) {
  QX_DO(call.arguments.Allow({"view", "viewResource", "viewReference", "clientTrackingId", "_format", "header", "patient", "group", "_since"}));
  ViewExportRequest request;
  std::string asked;
  for (const auto& [name, value] : call.call.query) {
    if (name == "_format") asked = value;
  }
  if (asked.empty()) asked = call.arguments.Text("_format");
  std::optional<TableFormat> format = asked.empty() ? TableFormat::kNdjson : FindTableFormat(ToLowerAscii(asked));
  if (!format || *format == TableFormat::kJson) return NotAcceptable("ndjson, csv or parquet", "ndjson、csv 或 parquet");
  request.format = *format;
  QX_TRY(request.header, call.arguments.Boolean("header", true));
  request.tracking = call.arguments.Text("clientTrackingId");
  QX_TRY(request.views, ViewsOf(call));
  QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  QX_TRY(std::optional<ViewSource> source, ViewSourceOf(call, *snapshot));
  request.nobody = !source;
  if (source) request.source = std::move(*source);
  return StartJob(call, "view-export", ViewExportJson(request), snapshot->t());
}

}  // namespace qianxian::api
