#include "app/serve_operations.h"

#include "auth/secret_file.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"

namespace qianxian::app {
namespace {

// How often the backup's clock is looked at.
constexpr auto kTick = std::chrono::seconds(20);
constexpr auto kTickOfTests = std::chrono::milliseconds(100);
constexpr const char* kAccountKeyFile = "/log.key";

// The key of the accounts' hashes in the log: one for the life of a folder, so that lines of two runs can be compared.
Result<std::string> AccountKey(const std::string& directory, Random& random) {
  const std::string path = directory + kAccountKeyFile;
  if (FileExists(path)) {
    QX_TRY(const std::string text, ReadFile(path));
    const std::string key(TrimAscii(text));
    if (key.size() >= 32) return key;
  }
  std::string key = crypto::NewSecret(random);
  QX_DO(auth::WriteSecretFile(path, key + "\n"));
  return key;
}

api::LoggedRequests LoggedOf(std::string_view word) {
  if (word == "all") return api::LoggedRequests::kAll;
  if (word == "changes") return api::LoggedRequests::kChanges;
  return word == "none" ? api::LoggedRequests::kNone : api::LoggedRequests::kFailed;
}

double Seconds(Instant instant) { return static_cast<double>(instant.microseconds) / 1e6; }

void WriteBackup(json::Writer& w, const operate::Backup& backup) {
  w.BeginObject().Member("name", backup.name).Member("begun", FormatLocalTime(backup.begun)).Member("t", backup.t).Member("at", FormatLocalTime(backup.at));
  w.Member("bytes", backup.bytes).Member("ledgerFiles", backup.ledger_files).Member("seconds", backup.seconds).EndObject();
}

}  // namespace

void ConfigureLog(const operate::Configuration& configuration) {
  const std::string& level = configuration.Text("log.level");
  SetLogLevel(level == "debug" ? LogLevel::kDebug : level == "warning" ? LogLevel::kWarning : level == "error" ? LogLevel::kError : LogLevel::kInfo);
  SetLogFormat(configuration.Text("log.format") == "json" ? LogFormat::kJson : LogFormat::kText);
}

Result<std::unique_ptr<ServeOperations>> ServeOperations::Make(const ServeSettings& settings, Folder& folder, subscribe::Subscriptions& subscriptions, std::string version) {
  std::unique_ptr<ServeOperations> made(new ServeOperations(folder, subscriptions));
  const operate::Configuration& configuration = settings.configuration;
  api::Operations& operations = made->operations_;
  operations.logged = LoggedOf(configuration.Text("log.requests"));
  operations.slow_nanoseconds = configuration.Whole("log.slow_milliseconds") * 1'000'000;
  QX_TRY(operations.account_key, AccountKey(folder.directory(), folder.random()));
  operations.metrics_allow = settings.metrics_allow;
  operations.ready_lag_commits = static_cast<uint64_t>(configuration.Whole("ready.lag_commits"));
  operations.ready_disk_free_bytes = static_cast<uint64_t>(configuration.Whole("ready.disk_free_megabytes")) << 20;
  operations.write = [self = made.get()](metrics::TextWriter& w) { self->WriteMetrics(w); };
  operations.readers = [self = made.get()] {
    return std::vector<std::pair<std::string, uint64_t>>{
        {"gaps", self->progress_.gaps}, {"pathways", self->progress_.pathways}, {"subscriptions", self->subscriptions_.followed_t()}};
  };
  if (configuration.Text("backup.folder").empty()) return made;
  operate::BackupSettings backup;
  backup.data = folder.directory();
  backup.folder = configuration.Text("backup.folder");
  QX_TRY(backup.minutes, operate::ParseTimeOfDay(configuration.Text("backup.at")));
  backup.keep = {static_cast<int>(configuration.Whole("backup.keep_days")), static_cast<int>(configuration.Whole("backup.keep_weeks")),
                 static_cast<int>(configuration.Whole("backup.keep_months"))};
  backup.version = std::move(version);
  made->schedule_.emplace(std::move(backup), folder.clock());
  operations.backups = [self = made.get()] { return self->BackupsJson(); };
  return made;
}

void ServeOperations::StartBackups(bool clock_of_tests) {
  if (schedule_) runner_ = std::make_unique<operate::BackupRunner>(*schedule_, clock_of_tests ? kTickOfTests : std::chrono::milliseconds(kTick));
}

void ServeOperations::WriteMetrics(metrics::TextWriter& w) {
  if (http::Server* server = server_) {
    const http::ServerFigures figures = server->figures();
    w.Gauge("qianxian_http_connections", "Open connections.");
    w.Sample(static_cast<double>(figures.connections));
    w.Gauge("qianxian_http_queued_requests", "Requests that wait for a worker.");
    w.Sample(static_cast<double>(figures.queued));
    w.Counter("qianxian_http_turned_away_total", "Connections that were one too many.");
    w.Sample(static_cast<double>(figures.turned_away));
    if (const std::optional<http::Certificate> certificate = server->certificate()) {
      w.Gauge("qianxian_certificate_expiry_timestamp_seconds", "Until when the server's certificate is good, since 1970.");
      w.Sample(Seconds(certificate->valid_until));
    }
  }
  if (schedule_) WriteBackups(w);
}

void ServeOperations::WriteBackups(metrics::TextWriter& w) {
  const operate::BackupState state = schedule_->state();
  w.Gauge("qianxian_backup_failed", "1 when the last scheduled backup failed.");
  w.Sample(state.failure ? 1 : 0);
  w.Counter("qianxian_backups_taken_total", "Scheduled backups that this process took and verified.");
  w.Sample(static_cast<double>(state.taken));
  w.Counter("qianxian_backups_failed_total", "Scheduled backups of this process that failed.");
  w.Sample(static_cast<double>(state.failed));
  w.Gauge("qianxian_backups_kept", "Verified backups in the folder.");
  w.Sample(static_cast<double>(state.kept));
  if (!state.newest) return;
  w.Gauge("qianxian_backup_age_seconds", "Since the newest verified backup was begun.");
  w.Sample(Seconds(folder_.clock().Now()) - Seconds(state.newest->begun));
  w.Gauge("qianxian_backup_bytes", "Size of the newest verified backup.");
  w.Sample(static_cast<double>(state.newest->bytes));
  w.Gauge("qianxian_backup_seconds", "How long it took.");
  w.Sample(state.newest->seconds);
}

std::string ServeOperations::BackupsJson() {
  const operate::BackupSettings& settings = schedule_->settings();
  const operate::BackupState state = schedule_->state();
  json::Writer w;
  w.BeginObject().Member("folder", settings.folder).Name("keep").BeginObject();
  w.Member("days", settings.keep.days).Member("weeks", settings.keep.weeks).Member("months", settings.keep.months).EndObject();
  w.Member("working", state.working).Member("next", FormatLocalTime(state.next)).Member("kept", uint64_t{state.kept}).Name("newest");
  if (state.newest) WriteBackup(w, *state.newest);
  else w.Null();
  w.Name("failure");
  if (state.failure) w.BeginObject().Member("at", FormatLocalTime(*state.tried)).Member("code", state.failure->code).Member("zh", state.failure->zh).Member("en", state.failure->en).EndObject();
  else w.Null();
  w.EndObject();
  return w.Take();
}

}  // namespace qianxian::app
