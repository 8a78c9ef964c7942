// Connections of columns; for database.cc only. A connection keeps its database open, so that it may outlive the Database.
// Threads: one thread a connection; OpenDatabase any.
#pragma once

#include <duckdb.h>

#include <memory>

#include "columns/database.h"

namespace qianxian::columns::internal {

class OpenDatabase {
 public:
  explicit OpenDatabase(duckdb_database database) : database_(database) {}
  OpenDatabase(const OpenDatabase&) = delete;
  OpenDatabase& operator=(const OpenDatabase&) = delete;
  ~OpenDatabase() { duckdb_close(&database_); }
  duckdb_database get() const { return database_; }

 private:
  duckdb_database database_;
};

Result<std::unique_ptr<Connection>> MakeConnection(std::shared_ptr<OpenDatabase> database);

}  // namespace qianxian::columns::internal
