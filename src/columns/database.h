// The only door to DuckDB (official shared library, C API): open, run, append, read columns. No health words.
// Threads: a Database may be shared; a Connection belongs to one thread. Errors: invalid ("sql": DuckDB's message),
// busy ("locked": another process has the file), unavailable ("io", "out-of-memory"), "cancelled".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace qianxian::columns {

enum class Type : uint8_t { kNull, kBoolean, kInteger, kDouble, kDecimal, kText, kDate, kTimestamp, kOther };

struct Column {
  std::string name;
  Type type = Type::kText;
  int scale = 0;                           // kDecimal
};

// One cell. Decimals are exact: units × 10^-scale of the column (128-bit sums that do not fit 64 bits are an error).
struct Cell {
  bool is_null = true;
  bool boolean = false;
  int64_t integer = 0;                     // kInteger, kDecimal units, kDate days, kTimestamp microseconds
  double real = 0;
  std::string text;                        // kText, kOther
};

struct Rows {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  int FindColumn(std::string_view name) const;   // -1 if there is none
};

// A parameter of a prepared statement ($1, $2, …).
struct Parameter {
  enum class Kind { kNull, kText, kInteger, kDate, kBoolean } kind = Kind::kNull;
  std::string text;
  int64_t integer = 0;
  static Parameter Text(std::string_view v) { return {Kind::kText, std::string(v), 0}; }
  static Parameter Integer(int64_t v) { return {Kind::kInteger, {}, v}; }
  static Parameter Date(int32_t days) { return {Kind::kDate, {}, days}; }
  static Parameter Boolean(bool v) { return {Kind::kBoolean, {}, v ? 1 : 0}; }
};

class Appender {                           // fast rows into one table, column after column
 public:
  virtual ~Appender() = default;
  virtual void Null() = 0;
  virtual void Text(std::string_view v) = 0;
  virtual void Integer(int64_t v) = 0;
  virtual void Double(double v) = 0;
  virtual void Boolean(bool v) = 0;
  virtual void Date(int32_t days) = 0;
  virtual void Decimal(int64_t units, int scale) = 0;     // into a DECIMAL(18,scale) column
  virtual Status EndRow() = 0;
  virtual Status Close() = 0;              // must be called to keep the rows
};

class Connection {
 public:
  virtual ~Connection() = default;
  virtual Status Run(const std::string& sql) = 0;                                   // one or several statements
  virtual Result<Rows> Query(const std::string& sql, const std::vector<Parameter>& parameters = {}) = 0;
  virtual Result<std::unique_ptr<Appender>> Append(const std::string& table) = 0;
  // While set, a running statement stops soon after Cancel is asked for (error "cancelled").
  virtual void SetCancel(const Cancel* cancel) = 0;
};

struct DatabaseOptions {
  std::string path;                        // "" = in memory
  bool read_only = false;
  size_t memory_bytes = 0;                 // 0 = limits::kColumnsMemoryBytes
  std::string temporary_directory;         // for spilling; "" = beside the file, none in memory
  int threads = 0;                         // 0 = all cores
};

class Database {
 public:
  virtual ~Database() = default;
  static Result<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  virtual Result<std::unique_ptr<Connection>> Connect() = 0;
};

std::string QuoteText(std::string_view text);        // 'it''s'
std::string QuoteName(std::string_view name);        // "odd name"

}  // namespace qianxian::columns
