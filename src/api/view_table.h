// Rows of SQL on FHIR as a file: text (JSON, NDJSON, CSV), row by row, or Parquet, gathered in a table on disk that may be
// larger than the memory; and the rows themselves, of the resources of the record. For $run and $export of ViewDefinition.
// Threads: each object one. Failures: those of the store, of DuckDB (columns/database.h) and of the view.
// Source: https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/operations.html
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"
#include "base/cancel.h"
#include "columns/database.h"
#include "store/store.h"
#include "view/view.h"

namespace qianxian::api {

enum class TableFormat { kJson, kNdjson, kCsv, kParquet };
std::optional<TableFormat> FindTableFormat(std::string_view text);     // in a media type or a short name
std::string_view ExtensionOf(TableFormat format);                      // "ndjson"
std::string_view ContentTypeOf(TableFormat format);

class TableText {                          // not for Parquet
 public:
  TableText(TableFormat format, const std::vector<view::Column>& columns, bool header) : format_(format), columns_(columns), header_(header) {}
  void Begin(std::string& out) const;
  void Add(const view::Row& row, std::string& out);
  void End(std::string& out) const;

 private:
  void AddCsv(const view::Row& row, std::string& out) const;
  void AddJson(const view::Row& row, std::string& out);
  const TableFormat format_;
  const std::vector<view::Column>& columns_;
  const bool header_;
  bool any_ = false;
};

// A column is BOOLEAN or BIGINT where all its values (or, without any, its declared type) are; else it is text.
class ParquetTable {
 public:
  // `scratch`: of a file that may be made beside the result; the destructor takes it away.
  static Result<std::unique_ptr<ParquetTable>> Make(const std::vector<view::Column>& columns, const std::string& scratch);
  ~ParquetTable();
  Status Add(const view::Row& row);
  Status Write(const std::string& path);

 private:
  ParquetTable(const std::vector<view::Column>& columns, std::string scratch);
  const std::vector<view::Column>& columns_;
  const std::string scratch_;
  std::vector<bool> any_, booleans_, integers_;
  std::unique_ptr<columns::Database> database_;
  std::unique_ptr<columns::Connection> connection_;
  std::unique_ptr<columns::Appender> appender_;
};

struct ViewSource {                        // which resources of the record; both empty: all
  std::vector<std::string> patients;       // ids: their compartments
  std::string since;                       // of meta.lastUpdated
};
// Every row, page by page, until `take` says false or an error, or the job is cancelled.
Status ForEachRow(const Services& services, store::Snapshot& snapshot, const std::string& type, const ViewSource& source,
                  view::Runner& runner, const Cancel* cancel, const std::function<Result<bool>(const view::Row&)>& take);

}  // namespace qianxian::api
