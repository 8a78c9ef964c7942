#include "store/sqlite/database.h"

#include <sqlite3.h>

#include "base/check.h"

namespace qianxian::store::sqlite {

Error SqliteError(sqlite3* connection, int code) {
  const std::string text = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeError(ErrorCategory::kBusy, "busy", "The record is busy; try again shortly.", "数据库正忙，请稍后再试。");
    case SQLITE_FULL:
      return Unavailable("disk-full", "The disk is full.", "磁盘已满。");
    case SQLITE_NOTADB:
      return Unavailable("not-a-store", "The file record.db is not a store of this program.",
                         "record.db 不是本程序的数据文件。");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Unavailable("io", "The record cannot be read or written: " + text, "数据文件无法读写：" + text);
    case SQLITE_CORRUPT:
      return Unavailable("damaged", "The record is damaged: " + text, "数据文件已损坏：" + text);
    default:
      return Fault("sqlite", "SQLite " + std::to_string(code) + ": " + text);
  }
}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    if (statement_) sqlite3_finalize(statement_);
    connection_ = other.connection_;
    statement_ = other.statement_;
    other.statement_ = nullptr;
  }
  return *this;
}
Statement::~Statement() {
  if (statement_) sqlite3_finalize(statement_);
}

void Statement::Integer(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }
void Statement::Double(int index, double value) { sqlite3_bind_double(statement_, index, value); }
void Statement::Text(int index, std::string_view text) {
  sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void Statement::Bytes(int index, std::string_view bytes) {
  sqlite3_bind_blob64(statement_, index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
}
void Statement::Null(int index) { sqlite3_bind_null(statement_, index); }

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  Error error = SqliteError(connection_, sqlite3_extended_errcode(connection_));
  sqlite3_reset(statement_);
  return error;
}

Status Statement::Run() {
  for (;;) {
    QX_TRY(const bool row, Step());
    if (!row) return Ok();
  }
}

void Statement::Reset() {
  if (statement_) sqlite3_reset(statement_);
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::Double(int column) const { return sqlite3_column_double(statement_, column); }
std::string_view Statement::Text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  return {reinterpret_cast<const char*>(text), text ? static_cast<size_t>(sqlite3_column_bytes(statement_, column)) : 0};
}
std::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  return {static_cast<const char*>(bytes),
          bytes ? static_cast<size_t>(sqlite3_column_bytes(statement_, column)) : 0};
}
bool Statement::IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, Mode mode, int busy_milliseconds) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (mode == Mode::kWrite ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_PRIVATECACHE;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  if (code != SQLITE_OK) {
    Error error = SqliteError(connection, code);
    sqlite3_close(connection);
    return error;
  }
  std::unique_ptr<Database> database(new Database(connection));
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, busy_milliseconds);
  return database;
}

Database::~Database() {
  cached_.clear();
  sqlite3_close(connection_);
}

Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return SqliteError(connection_, code);
  return Ok();
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return SqliteError(connection_, code);
  return Statement(connection_, statement);
}

Result<Statement*> Database::Cached(const std::string& sql) {
  auto found = cached_.find(sql);
  if (found == cached_.end()) {
    QX_TRY(Statement statement, Prepare(sql));
    found = cached_.emplace(sql, std::move(statement)).first;
  } else {
    found->second.Reset();
  }
  return &found->second;
}

bool Database::InTransaction() const { return sqlite3_get_autocommit(connection_) == 0; }

void Database::EndAll() {
  if (sqlite3_txn_state(connection_, "main") == SQLITE_TXN_NONE) return;
  for (auto& [sql, statement] : cached_) statement.Reset();
  if (sqlite3_get_autocommit(connection_) == 0) sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<int64_t> Database::QueryInteger(const std::string& sql) {
  QX_TRY(Statement statement, Prepare(sql));
  QX_TRY(const bool row, statement.Step());
  return row ? statement.Integer(0) : int64_t{0};
}

int64_t Database::LastInsertRow() const { return sqlite3_last_insert_rowid(connection_); }

}  // namespace qianxian::store::sqlite
