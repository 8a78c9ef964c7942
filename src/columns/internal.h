// Shared by the .cc files of columns; not for others. Wraps the handles of DuckDB's C API so that none leaks, and turns
// its error messages into ours. Threads: as database.h says.
// Source: duckdb.h of DuckDB 1.4.4.
#pragma once

#include <duckdb.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "columns/database.h"

namespace qianxian::columns::internal {

// A handle that is destroyed by a function taking its address, as all of duckdb.h's are.
template <typename T, auto Destroy>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T handle) : handle_(handle) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { Reset(); }
  T get() const { return handle_; }
  T* out() { return &handle_; }
  void Reset() {
    if (handle_) Destroy(&handle_);
    handle_ = nullptr;
  }

 private:
  T handle_ = nullptr;
};

using LogicalType = Handle<duckdb_logical_type, duckdb_destroy_logical_type>;
using DataChunk = Handle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using Prepared = Handle<duckdb_prepared_statement, duckdb_destroy_prepare>;

class QueryResult {
 public:
  QueryResult() : result_{} {}
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { duckdb_destroy_result(&result_); }
  duckdb_result* out() { return &result_; }
  duckdb_result get() const { return result_; }

 private:
  duckdb_result result_;
};

// DuckDB's messages begin with their kind ("IO Error: …"); it is the only thing that every door of the C API gives.
Error FromMessage(std::string_view message);

Result<Rows> ReadRows(duckdb_result* result);

// The text of a value that has no kind of its own in Cell: time, interval, UUID, blob (hex), list, array, struct, map; in
// DuckDB's own notation. `vector` is of `type`.
Result<std::string> ValueText(duckdb_vector vector, duckdb_logical_type type, idx_t row);
bool IsNull(duckdb_vector vector, idx_t row);
// Fills a cell of a type that Cell knows; kOther goes through ValueText.
Status ReadCell(duckdb_vector vector, duckdb_logical_type type, idx_t row, Cell& cell);
Type TypeOf(duckdb_type id);

Result<std::unique_ptr<Appender>> MakeAppender(duckdb_connection connection, const std::string& table);

}  // namespace qianxian::columns::internal
