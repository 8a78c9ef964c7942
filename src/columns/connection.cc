// Running statements. A statement that may be cancelled has a watcher beside it that interrupts DuckDB; the watcher looks
// every few milliseconds, asks again until the statement has ended, and is gone before the next one begins.
#include "columns/connection.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "columns/internal.h"

namespace qianxian::columns::internal {
namespace {

constexpr std::chrono::milliseconds kLookEvery{10};

class Watcher {
 public:
  Watcher(duckdb_connection connection, const Cancel* cancel) {
    if (!cancel) return;
    thread_ = std::thread([this, connection, cancel] {
      std::unique_lock lock(mutex_);
      while (!ended_) {
        if (cancel->requested()) duckdb_interrupt(connection);
        wake_.wait_for(lock, kLookEvery, [this] { return ended_; });
      }
    });
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() {
    if (!thread_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

Error CancelledError() { return Invalid("cancelled", "Cancelled.", "已取消。"); }

class ConnectionImpl final : public Connection {
 public:
  ConnectionImpl(std::shared_ptr<OpenDatabase> database, duckdb_connection connection)
      : database_(std::move(database)), connection_(connection) {}
  ~ConnectionImpl() override { duckdb_disconnect(&connection_); }

  Status Run(const std::string& sql) override {
    if (cancel_ && cancel_->requested()) return CancelledError();
    QueryResult result;
    const Watcher watcher(connection_, cancel_);
    if (duckdb_query(connection_, sql.c_str(), result.out()) == DuckDBSuccess) return Ok();
    return FromResult(result);
  }

  Result<Rows> Query(const std::string& sql, const std::vector<Parameter>& parameters) override {
    if (cancel_ && cancel_->requested()) return CancelledError();
    Prepared prepared;
    if (duckdb_prepare(connection_, sql.c_str(), prepared.out()) != DuckDBSuccess) {
      const char* message = duckdb_prepare_error(prepared.get());
      return FromMessage(message ? message : "");
    }
    QX_DO(Bind(prepared.get(), parameters));
    QueryResult result;
    {
      const Watcher watcher(connection_, cancel_);
      if (duckdb_execute_prepared(prepared.get(), result.out()) != DuckDBSuccess) return FromResult(result);
    }
    return ReadRows(result.out());
  }

  Result<std::unique_ptr<Appender>> Append(const std::string& table) override {
    return MakeAppender(connection_, table);
  }

  void SetCancel(const Cancel* cancel) override { cancel_ = cancel; }

 private:
  Error FromResult(QueryResult& result) {
    const char* message = duckdb_result_error(result.out());
    if (duckdb_result_error_type(result.out()) == DUCKDB_ERROR_INTERRUPT) return CancelledError();
    return FromMessage(message ? message : "");
  }

  Status Bind(duckdb_prepared_statement prepared, const std::vector<Parameter>& parameters) {
    if (duckdb_nparams(prepared) != parameters.size())
      return Invalid("sql", "The statement has " + std::to_string(duckdb_nparams(prepared)) + " parameters; " +
                                std::to_string(parameters.size()) + " were given");
    for (size_t i = 0; i < parameters.size(); ++i)
      if (BindOne(prepared, i + 1, parameters[i]) != DuckDBSuccess)
        return Invalid("sql", "Parameter $" + std::to_string(i + 1) + " cannot be bound");
    return Ok();
  }

  static duckdb_state BindOne(duckdb_prepared_statement prepared, idx_t at, const Parameter& p) {
    switch (p.kind) {
      case Parameter::Kind::kNull: return duckdb_bind_null(prepared, at);
      case Parameter::Kind::kText: return duckdb_bind_varchar_length(prepared, at, p.text.data(), p.text.size());
      case Parameter::Kind::kInteger: return duckdb_bind_int64(prepared, at, p.integer);
      case Parameter::Kind::kDate: return duckdb_bind_date(prepared, at, {static_cast<int32_t>(p.integer)});
      case Parameter::Kind::kBoolean: return duckdb_bind_boolean(prepared, at, p.integer != 0);
    }
    return DuckDBError;
  }

  std::shared_ptr<OpenDatabase> database_;
  duckdb_connection connection_;
  const Cancel* cancel_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Connection>> MakeConnection(std::shared_ptr<OpenDatabase> database) {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database->get(), &connection) != DuckDBSuccess)
    return Unavailable("io", "DuckDB refuses a connection", "无法连接分析库");
  return std::unique_ptr<Connection>(std::make_unique<ConnectionImpl>(std::move(database), connection));
}

}  // namespace qianxian::columns::internal
