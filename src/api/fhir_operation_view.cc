// ViewDefinition/$run (SQL on FHIR): a flat table of resources that are sent along or of the record, as JSON, NDJSON,
// CSV or Parquet.
// The view is sent (viewResource), or is one of the packs' (ViewDefinition/NAME/$run).
// Source: https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/operations-run.html
#include <algorithm>

#include "api/fhir_operations.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "columns/database.h"
#include "fhir/reference.h"
#include "json/writer.h"
#include "search/compartments.h"
#include "view/view.h"

namespace qianxian::api {
namespace {

enum class TableFormat { kJson, kNdjson, kCsv, kParquet };

Result<TableFormat> FormatOf(const OperationCall& call) {
  std::string asked;
  for (const auto& [name, value] : call.call.query) {
    if (name == "_format") asked = value;
  }
  if (asked.empty()) asked = call.arguments.Text("_format");
  bool by_header = asked.empty();
  if (by_header) asked = call.call.accept;
  asked = ToLowerAscii(asked);
  if (asked.find("ndjson") != std::string::npos) return TableFormat::kNdjson;
  if (asked.find("csv") != std::string::npos) return TableFormat::kCsv;
  if (asked.find("parquet") != std::string::npos) return TableFormat::kParquet;
  if (asked.find("json") != std::string::npos) return TableFormat::kJson;
  if (by_header && (asked.empty() || asked.find("*/*") != std::string::npos)) return TableFormat::kNdjson;
  return Invalid("not-acceptable", "a table comes as json, ndjson, csv or parquet", "表格只能以 json、ndjson、csv 或 parquet 给出");
}

// What SQL on FHIR has for a column: true booleans and whole numbers, all else as its text (a decimal keeps its digits).
enum class ColumnKind { kBoolean, kInteger, kText };

ColumnKind KindOf(const view::Column& column, const std::vector<view::Row>& rows, size_t index) {
  using Kind = view::Cell::Kind;
  bool booleans = true, integers = true, any = false;
  for (const view::Row& row : rows) {
    Kind kind = row[index].kind;
    if (kind == Kind::kNull) continue;
    booleans = booleans && kind == Kind::kBoolean;
    integers = integers && kind == Kind::kInteger;
    any = true;
  }
  if (any) return booleans ? ColumnKind::kBoolean : integers ? ColumnKind::kInteger : ColumnKind::kText;
  if (column.type == "boolean") return ColumnKind::kBoolean;
  bool whole = column.type == "integer" || column.type == "integer64" || column.type == "positiveInt" || column.type == "unsignedInt";
  return whole ? ColumnKind::kInteger : ColumnKind::kText;
}

void AppendCell(columns::Appender& appender, ColumnKind kind, const view::Cell& cell) {
  using Kind = view::Cell::Kind;
  if (cell.kind == Kind::kNull) appender.Null();
  else if (kind == ColumnKind::kBoolean) appender.Boolean(cell.boolean);
  else if (kind == ColumnKind::kInteger) appender.Integer(cell.integer);
  else if (cell.kind == Kind::kBoolean) appender.Text(cell.boolean ? "true" : "false");
  else if (cell.kind == Kind::kInteger) appender.Text(std::to_string(cell.integer));
  else appender.Text(cell.text);
}

Result<std::string> ParquetOf(const std::vector<view::Column>& columns, const std::vector<view::Row>& rows, const std::string& path) {
  QX_TRY(auto database, columns::Database::Open({}));
  QX_TRY(auto connection, database->Connect());
  std::vector<ColumnKind> kinds;
  std::string sql;
  for (size_t i = 0; i < columns.size(); ++i) {
    kinds.push_back(KindOf(columns[i], rows, i));
    const char* type = kinds[i] == ColumnKind::kBoolean ? " BOOLEAN" : kinds[i] == ColumnKind::kInteger ? " BIGINT" : " VARCHAR";
    sql += (sql.empty() ? "" : ", ") + columns::QuoteName(columns[i].name) + type;
  }
  QX_DO(connection->Run("CREATE TABLE rows (" + sql + ")"));
  QX_TRY(auto appender, connection->Append("rows"));
  for (const view::Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) AppendCell(*appender, kinds[i], row[i]);
    QX_DO(appender->EndRow());
  }
  QX_DO(appender->Close());
  Status written = connection->Run("COPY rows TO " + columns::QuoteText(path) + " (FORMAT parquet, COMPRESSION zstd)");
  Result<std::string> bytes = written.ok() ? ReadFile(path) : Result<std::string>(std::move(written).error());
  QX_DO(RemoveFile(path));
  return bytes;
}

class Table {
 public:
  Table(TableFormat format, const std::vector<view::Column>& columns, bool header) : format_(format), columns_(columns) {
    if (format_ == TableFormat::kJson) out_ = "[";
    if (format_ != TableFormat::kCsv || !header) return;
    for (const view::Column& column : columns_) {
      if (&column != &columns_.front()) out_ += ',';
      out_ += CsvField(column.name);
    }
    out_ += "\r\n";
  }

  Status Add(const view::Row& row) {
    if (format_ == TableFormat::kParquet) AddKept(row);
    else if (format_ == TableFormat::kCsv) AddCsv(row);
    else AddJson(row);
    ++rows_;
    if (rows_ <= limits::kViewRunRows && out_.size() + kept_bytes_ <= limits::kViewRunBytes) return Ok();
    return MakeError(ErrorCategory::kUnsupported, "too-costly", "the table is too large for one answer: ask for fewer (_limit, patient, _since)",
                     "表格过大，请用 _limit、patient、_since 缩小范围");
  }

  uint64_t rows() const { return rows_; }

  // `path`: of a file that may be made and taken away again.
  Result<http::Response> Answer(const std::string& path) {
    http::Response response;
    if (format_ == TableFormat::kParquet) {
      response.Set("Content-Type", "application/vnd.apache.parquet");
      QX_TRY(response.body, ParquetOf(columns_, kept_, path));
      return response;
    }
    response.Set("Content-Type", format_ == TableFormat::kCsv      ? "text/csv; charset=utf-8"
                                 : format_ == TableFormat::kNdjson ? "application/x-ndjson"
                                                                   : "application/json; charset=utf-8");
    if (format_ == TableFormat::kJson) out_ += ']';
    response.body = std::move(out_);
    return response;
  }

 private:
  void AddKept(const view::Row& row) {
    for (const view::Cell& cell : row) kept_bytes_ += sizeof cell + cell.text.size();
    kept_.push_back(row);
  }

  void AddCsv(const view::Row& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out_ += ',';
      const view::Cell& cell = row[i];
      if (cell.kind == view::Cell::Kind::kNull) continue;
      if (cell.kind == view::Cell::Kind::kBoolean) out_ += cell.boolean ? "true" : "false";
      else if (cell.kind == view::Cell::Kind::kInteger) out_ += std::to_string(cell.integer);
      else out_ += CsvField(cell.text);
    }
    out_ += "\r\n";
  }

  void AddJson(const view::Row& row) {
    json::Writer writer;
    writer.BeginObject();
    for (size_t i = 0; i < row.size(); ++i) {
      const view::Cell& cell = row[i];
      writer.Name(columns_[i].name);
      switch (cell.kind) {
        case view::Cell::Kind::kNull: writer.Null(); break;
        case view::Cell::Kind::kBoolean: writer.Boolean(cell.boolean); break;
        case view::Cell::Kind::kInteger: writer.Integer(cell.integer); break;
        case view::Cell::Kind::kDecimal: writer.Number(cell.text); break;
        case view::Cell::Kind::kText: writer.String(cell.text); break;
        case view::Cell::Kind::kJson: writer.Raw(cell.text); break;
      }
    }
    writer.EndObject();
    if (format_ == TableFormat::kJson && rows_ > 0) out_ += ',';
    out_ += writer.Take();
    if (format_ == TableFormat::kNdjson) out_ += '\n';
  }

  TableFormat format_;
  const std::vector<view::Column>& columns_;
  std::string out_;
  uint64_t rows_ = 0;
  std::vector<view::Row> kept_;            // kParquet: its columns are written one after the other
  size_t kept_bytes_ = 0;
};

// The ViewDefinition's JSON.
Result<std::string> DefinitionOf(const OperationCall& call) {
  std::string name = call.id;
  if (const Argument* sent = call.arguments.Find("viewResource"); sent && name.empty()) {
    if (sent->resource) return std::string(sent->resource->Raw());
  }
  if (const Argument* named = call.arguments.Find("viewReference"); named && name.empty()) {
    std::string reference = named->value ? std::string(named->value->FindString("reference")) : named->text;
    if (reference.empty()) reference = named->text;
    name = std::string(fhir::ParseReference(reference).id);
  }
  if (!name.empty() && call.services.pack) {
    for (const pack::NamedFile& file : call.services.pack->views) {
      Result<json::Document> view = json::Document::Parse(file.content);
      if (view.ok() && (view->root().FindString("name") == name || view->root().FindString("id") == name)) return file.content;
    }
  }
  if (!name.empty()) return NotFound("no-such-view", "no pack has a view " + name, "指标包中没有视图 " + name);
  return Invalid("bad-parameters", "send the view, as parameter viewResource", "请以参数 viewResource 提交视图定义");
}

Result<std::vector<std::string>> PatientsOf(const OperationCall& call) {
  std::vector<std::string> ids;
  for (const Argument* argument : call.arguments.FindAll("patient")) {
    std::string text = argument->value ? std::string(argument->value->FindString("reference")) : argument->text;
    if (text.empty()) text = argument->text;
    fhir::Reference reference = fhir::ParseReference(text);
    if (reference.id.empty() || (!reference.type.empty() && reference.type != "Patient")) {
      return Invalid("bad-value", "patient is a reference to a Patient", "patient 应为指向 Patient 的引用");
    }
    ids.emplace_back(reference.id);
  }
  return ids;
}

// The resources of the record that the request names, page by page.
Status RunOnRecord(const OperationCall& call, const std::string& type, uint64_t limit, view::Runner& runner, Table& table) {
  NamedValues asked;
  if (std::string since = call.arguments.Text("_since"); !since.empty()) asked.emplace_back("_lastUpdated", "ge" + since);
  search::QueryOptions options;
  options.now = call.services.clock->Now();
  QX_TRY(search::Query query, search::Query::Parse(*call.services.parameters, type, asked, options));
  QX_TRY(std::vector<std::string> patients, PatientsOf(call));
  search::Clause any;
  any.kind = search::Clause::Kind::kAny;
  for (const std::string& id : patients) {
    QX_TRY(search::Clause inside, search::CompartmentClause(*call.services.parameters, "Patient", id, {type}));
    for (search::Clause& clause : inside.chained) any.chained.push_back(std::move(clause));
  }
  if (!patients.empty()) query.clauses.push_back(std::move(any));
  query.count = limits::kSearchPageMaximum;
  QX_TRY(auto snapshot, call.services.store->OpenSnapshot(call.exchange.caller()));
  do {
    QX_TRY(store::SearchPage page, snapshot->Search(query));
    for (store::Resource& resource : page.matches) {
      QX_TRY(json::Document document, json::Document::Parse(std::move(resource.body)));
      QX_TRY(std::vector<view::Row> rows, runner.Rows(document.root()));
      for (const view::Row& row : rows) {
        if (table.rows() == limit) return Ok();
        QX_DO(table.Add(row));
      }
    }
    query.place = page.next;
  } while (!query.place.empty());
  return Ok();
}

}  // namespace

Result<http::Response> RunView(OperationCall& call) {
  QX_DO(call.arguments.Allow({"_format", "header", "viewResource", "viewReference", "resource", "patient", "_since", "_limit"}));
  QX_TRY(TableFormat format, FormatOf(call));
  QX_TRY(bool header, call.arguments.Boolean("header", true));
  QX_TRY(std::optional<uint64_t> limit, call.arguments.Number("_limit"));
  QX_TRY(std::string text, DefinitionOf(call));
  QX_TRY(json::Document definition, json::Document::Parse(std::move(text)));
  QX_TRY(view::ViewDefinition view, view::ViewDefinition::Parse(*call.services.definitions, definition.root()));
  view::Runner runner(view, call.services.clock->Now());
  Table table(format, view.columns(), header);
  uint64_t most = limit.value_or(UINT64_MAX);
  std::vector<const Argument*> sent = call.arguments.FindAll("resource");
  for (const Argument* argument : sent) {
    if (!argument->resource) return Invalid("bad-parameters", "resource is a resource", "resource 应为资源");
    QX_TRY(std::vector<view::Row> rows, runner.Rows(*argument->resource));
    for (const view::Row& row : rows) {
      if (table.rows() < most) QX_DO(table.Add(row));
    }
  }
  if (sent.empty()) QX_DO(RunOnRecord(call, view.resource(), most, runner, table));
  std::string folder = call.services.directory + "/exports";
  if (format == TableFormat::kParquet) QX_DO(MakeDirectories(folder));
  return table.Answer(folder + "/" + NewUuid(*call.services.clock, *call.services.random) + ".parquet");
}

}  // namespace qianxian::api
