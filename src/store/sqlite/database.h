// SQLite as values: a connection, statements that close themselves, errors as Result. A connection belongs to one
// thread at a time. Failures: unavailable ("disk-full", "io", "not-a-store"), busy ("busy"), fault.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace qianxian::store::sqlite {

class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
  Statement(Statement&& other) noexcept : connection_(other.connection_), statement_(other.statement_) {
    other.statement_ = nullptr;
  }
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Parameters count from 1. Text and bytes must stay until the next Step or Run.
  void Integer(int index, int64_t value);
  void Double(int index, double value);
  void Text(int index, std::string_view text);
  void Bytes(int index, std::string_view bytes);
  void Null(int index);

  Result<bool> Step();          // true: a row; false: done (and reset)
  Status Run();                 // to the end, and reset
  void Reset();

  // Columns count from 0; views live until the next Step.
  int64_t Integer(int column) const;
  double Double(int column) const;
  std::string_view Text(int column) const;
  std::string_view Bytes(int column) const;
  bool IsNull(int column) const;

 private:
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

// Resets a statement when the block ends, so that no early return leaves a reader open.
class Resetter {
 public:
  explicit Resetter(Statement& statement) : statement_(statement) {}
  ~Resetter() { statement_.Reset(); }
  Resetter(const Resetter&) = delete;
  Resetter& operator=(const Resetter&) = delete;

 private:
  Statement& statement_;
};

class Database {
 public:
  enum class Mode { kWrite, kRead };
  static Result<std::unique_ptr<Database>> Open(const std::string& path, Mode mode, int busy_milliseconds);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Status Execute(const std::string& sql);
  Result<Statement> Prepare(std::string_view sql);
  // Prepared once and kept; reset before it is given out.
  Result<Statement*> Cached(const std::string& sql);
  // False also where an error has ended the transaction by itself: after one of the disk SQLite takes it back, whatever statement met it.
  bool InTransaction() const;
  // Ends whatever a statement that was not reset, or a transaction that was not ended, keeps open.
  void EndAll();
  Result<int64_t> QueryInteger(const std::string& sql);
  int64_t LastInsertRow() const;
  sqlite3* handle() { return connection_; }

 private:
  explicit Database(sqlite3* connection) : connection_(connection) {}
  sqlite3* connection_;
  std::unordered_map<std::string, Statement> cached_;
};

Error SqliteError(sqlite3* connection, int code);

}  // namespace qianxian::store::sqlite
