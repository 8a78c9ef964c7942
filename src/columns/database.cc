// Opening a database: settings that keep it inside its memory, its folder and this machine.
#include <filesystem>

#include "base/files.h"
#include "base/limits.h"
#include "columns/connection.h"
#include "columns/internal.h"

namespace qianxian::columns {
namespace {

class DatabaseImpl final : public Database {
 public:
  explicit DatabaseImpl(duckdb_database database) : handle_(std::make_shared<internal::OpenDatabase>(database)) {}
  Result<std::unique_ptr<Connection>> Connect() override { return internal::MakeConnection(handle_); }

 private:
  std::shared_ptr<internal::OpenDatabase> handle_;
};

Status Set(duckdb_config config, const char* name, const std::string& value) {
  if (duckdb_set_config(config, name, value.c_str()) == DuckDBSuccess) return Ok();
  return Fault("duckdb-setting", std::string("DuckDB refuses the setting ") + name + "=" + value);
}

Status Configure(duckdb_config config, const DatabaseOptions& options) {
  const size_t memory = options.memory_bytes ? options.memory_bytes : limits::kColumnsMemoryBytes;
  QX_DO(Set(config, "memory_limit", std::to_string(memory) + "B"));
  if (options.threads > 0) QX_DO(Set(config, "threads", std::to_string(options.threads)));
  QX_DO(Set(config, "access_mode", options.read_only && !options.path.empty() ? "READ_ONLY" : "READ_WRITE"));
  // Parquet, JSON and ICU are inside the library; nothing may ever be fetched from a network.
  QX_DO(Set(config, "autoinstall_known_extensions", "false"));
  QX_DO(Set(config, "autoload_known_extensions", "false"));
  QX_DO(Set(config, "allow_community_extensions", "false"));
  std::string temporary = options.temporary_directory;
  if (temporary.empty() && !options.path.empty()) temporary = options.path + ".tmp";
  return Set(config, "temp_directory", temporary);
}

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  if (!options.path.empty()) {
    const std::string folder = std::filesystem::path(options.path).parent_path().string();
    if (options.read_only && !FileExists(options.path))
      return NotFound("no-such-file", "There is no database " + options.path, "没有数据库文件 " + options.path);
    if (!options.read_only && !folder.empty()) QX_DO(MakeDirectories(folder));
  }
  internal::Handle<duckdb_config, duckdb_destroy_config> config;
  if (duckdb_create_config(config.out()) != DuckDBSuccess)
    return Unavailable("out-of-memory", "DuckDB could not make its settings");
  QX_DO(Configure(config.get(), options));
  duckdb_database database = nullptr;
  char* message = nullptr;
  const char* path = options.path.empty() ? nullptr : options.path.c_str();
  if (duckdb_open_ext(path, &database, config.get(), &message) != DuckDBSuccess) {
    Error error = internal::FromMessage(message ? message : "");
    duckdb_free(message);
    // What cannot be opened is a matter of the file, whatever word DuckDB uses.
    if (error.code == "sql") error = Unavailable("io", error.en, error.zh);
    return error;
  }
  return std::unique_ptr<Database>(std::make_unique<DatabaseImpl>(database));
}

}  // namespace qianxian::columns
