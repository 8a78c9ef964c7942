// What `serve` does beside answering: the log as it is configured, the scheduled backups, and what is told to who watches over
// it (api/operations.h). Threads: made and ended in one; what it gives to the API is called from any.
// Failures: invalid, unavailable ("io") when it is made.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/operations.h"
#include "app/feed_runner.h"
#include "app/folder.h"
#include "app/serve_settings.h"
#include "http/server.h"
#include "operate/backup_schedule.h"
#include "subscribe/service.h"

namespace qianxian::app {

void ConfigureLog(const operate::Configuration& configuration);

class ServeOperations {
 public:
  // All must outlive it.
  static Result<std::unique_ptr<ServeOperations>> Make(const ServeSettings& settings, Folder& folder, subscribe::Subscriptions& subscriptions, std::string version);
  const api::Operations& operations() const { return operations_; }
  FeedProgress& progress() { return progress_; }
  // Once there is one; until its end.
  void Watch(http::Server* server) { server_ = server; }
  void StartBackups(bool clock_of_tests);

 private:
  ServeOperations(Folder& folder, subscribe::Subscriptions& subscriptions) : folder_(folder), subscriptions_(subscriptions) {}
  void WriteMetrics(metrics::TextWriter& w);
  void WriteBackups(metrics::TextWriter& w);
  std::string BackupsJson();

  Folder& folder_;
  subscribe::Subscriptions& subscriptions_;
  FeedProgress progress_;
  std::atomic<http::Server*> server_{nullptr};
  std::optional<operate::BackupSchedule> schedule_;
  std::unique_ptr<operate::BackupRunner> runner_;
  api::Operations operations_;
};

}  // namespace qianxian::app
