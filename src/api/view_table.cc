#include "api/view_table.h"

#include "search/compartments.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"
#include "search/query.h"

namespace qianxian::api {
namespace {

using Kind = view::Cell::Kind;

// As text, exactly: a decimal keeps its digits.
std::string TextOf(const view::Cell& cell) {
  if (cell.kind == Kind::kBoolean) return cell.boolean ? "true" : "false";
  return cell.kind == Kind::kInteger ? std::to_string(cell.integer) : cell.text;
}

bool IsInteger(const std::string& type) {
  return type == "integer" || type == "integer64" || type == "positiveInt" || type == "unsignedInt";
}

}  // namespace

std::optional<TableFormat> FindTableFormat(std::string_view text) {
  for (TableFormat format : {TableFormat::kNdjson, TableFormat::kCsv, TableFormat::kParquet, TableFormat::kJson}) {
    if (text.find(ExtensionOf(format)) != std::string_view::npos) return format;
  }
  return std::nullopt;
}

std::string_view ExtensionOf(TableFormat format) {
  switch (format) {
    case TableFormat::kJson: return "json";
    case TableFormat::kNdjson: return "ndjson";
    case TableFormat::kCsv: return "csv";
    case TableFormat::kParquet: return "parquet";
  }
  return "";
}

std::string_view ContentTypeOf(TableFormat format) {
  switch (format) {
    case TableFormat::kJson: return "application/json; charset=utf-8";
    case TableFormat::kNdjson: return "application/x-ndjson";
    case TableFormat::kCsv: return "text/csv; charset=utf-8";
    case TableFormat::kParquet: return "application/vnd.apache.parquet";
  }
  return "";
}

void TableText::Begin(std::string& out) const {
  if (format_ == TableFormat::kJson) out += '[';
  if (format_ != TableFormat::kCsv || !header_) return;
  for (const view::Column& column : columns_) {
    if (&column != &columns_.front()) out += ',';
    out += CsvField(column.name);
  }
  out += "\r\n";
}

void TableText::Add(const view::Row& row, std::string& out) {
  if (format_ == TableFormat::kCsv) AddCsv(row, out);
  else AddJson(row, out);
}

void TableText::End(std::string& out) const {
  if (format_ == TableFormat::kJson) out += ']';
}

void TableText::AddCsv(const view::Row& row, std::string& out) const {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    if (row[i].kind != Kind::kNull) out += CsvField(TextOf(row[i]));
  }
  out += "\r\n";
}

void TableText::AddJson(const view::Row& row, std::string& out) {
  json::Writer writer;
  writer.BeginObject();
  for (size_t i = 0; i < row.size(); ++i) {
    const view::Cell& cell = row[i];
    writer.Name(columns_[i].name);
    switch (cell.kind) {
      case Kind::kNull: writer.Null(); break;
      case Kind::kBoolean: writer.Boolean(cell.boolean); break;
      case Kind::kInteger: writer.Integer(cell.integer); break;
      case Kind::kDecimal: writer.Number(cell.text); break;
      case Kind::kText: writer.String(cell.text); break;
      case Kind::kJson: writer.Raw(cell.text); break;
    }
  }
  writer.EndObject();
  if (format_ == TableFormat::kJson && any_) out += ',';
  any_ = true;
  out += writer.Take();
  if (format_ == TableFormat::kNdjson) out += '\n';
}

ParquetTable::ParquetTable(const std::vector<view::Column>& columns, std::string scratch)
    : columns_(columns), scratch_(std::move(scratch)), any_(columns.size(), false), booleans_(columns.size(), true), integers_(columns.size(), true) {}

Result<std::unique_ptr<ParquetTable>> ParquetTable::Make(const std::vector<view::Column>& columns, const std::string& scratch) {
  std::unique_ptr<ParquetTable> table(new ParquetTable(columns, scratch));
  QX_TRY(table->database_, columns::Database::Open({.path = scratch}));
  QX_TRY(table->connection_, table->database_->Connect());
  std::string sql;
  for (const view::Column& column : columns) sql += (sql.empty() ? "" : ", ") + columns::QuoteName(column.name) + " VARCHAR";
  QX_DO(table->connection_->Run("CREATE TABLE rows (" + sql + ")"));
  QX_TRY(table->appender_, table->connection_->Append("rows"));
  return table;
}

ParquetTable::~ParquetTable() {
  appender_.reset();
  connection_.reset();
  database_.reset();
  for (const char* ending : {"", ".wal"}) (void)RemoveFile(scratch_ + ending).ok();
}

Status ParquetTable::Add(const view::Row& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i].kind == Kind::kNull) {
      appender_->Null();
      continue;
    }
    any_[i] = true;
    booleans_[i] = booleans_[i] && row[i].kind == Kind::kBoolean;
    integers_[i] = integers_[i] && row[i].kind == Kind::kInteger;
    appender_->Text(TextOf(row[i]));
  }
  return appender_->EndRow();
}

Status ParquetTable::Write(const std::string& path) {
  QX_DO(appender_->Close());
  std::string list;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const bool boolean = any_[i] ? booleans_[i] : columns_[i].type == "boolean";
    const bool integer = any_[i] ? integers_[i] : IsInteger(columns_[i].type);
    const std::string name = columns::QuoteName(columns_[i].name);
    const std::string type = boolean ? "BOOLEAN" : integer ? "BIGINT" : "VARCHAR";
    list += (list.empty() ? "" : ", ") + ("CAST(" + name + " AS " + type + ") AS " + name);
  }
  return connection_->Run("COPY (SELECT " + list + " FROM rows) TO " + columns::QuoteText(path) + " (FORMAT parquet, COMPRESSION zstd)");
}

Status ForEachRow(const Services& services, store::Snapshot& snapshot, const std::string& type, const ViewSource& source,
                  view::Runner& runner, const Cancel* cancel, const std::function<Result<bool>(const view::Row&)>& take) {
  std::vector<std::pair<std::string, std::string>> asked;
  if (!source.since.empty()) asked.emplace_back("_lastUpdated", "ge" + source.since);
  search::QueryOptions options;
  options.now = services.clock->Now();
  QX_TRY(search::Query query, search::Query::Parse(*services.parameters, type, asked, options));
  search::Clause any;
  any.kind = search::Clause::Kind::kAny;
  for (const std::string& id : source.patients) {
    QX_TRY(search::Clause inside, search::CompartmentClause(*services.parameters, "Patient", id, {type}));
    for (search::Clause& clause : inside.chained) any.chained.push_back(std::move(clause));
  }
  if (!source.patients.empty()) query.clauses.push_back(std::move(any));
  query.count = limits::kSearchPageMaximum;
  do {
    QX_TRY(store::SearchPage page, snapshot.Search(query));
    for (store::Resource& resource : page.matches) {
      QX_TRY(json::Document document, json::Document::Parse(std::move(resource.body)));
      QX_TRY(std::vector<view::Row> rows, runner.Rows(document.root()));
      for (const view::Row& row : rows) {
        QX_TRY(bool more, take(row));
        if (!more) return Ok();
      }
    }
    query.place = page.next;
  } while (!query.place.empty() && !(cancel && cancel->requested()));
  return Ok();
}

}  // namespace qianxian::api
