// Is a server at work on the data folder, and where? A server holds DIR/serve.lock (the kernel lets go of it when the
// process dies) and says its address in DIR/serve.json. Any thread. Failures: unavailable ("io"), busy ("server-running").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace qianxian::app {

struct RunningServer {
  std::string address = "127.0.0.1";       // to reach it from this machine
  uint16_t port = 0;
  int64_t pid = 0;
  std::string certificate_file;            // it speaks https with this certificate; "" = http
};
std::string UrlOf(const RunningServer& server);   // "https://127.0.0.1:8443/"

// None: no server. A server that is just starting may have no port yet (0).
Result<std::optional<RunningServer>> FindRunningServer(const std::string& directory);

class ServerLock {                         // held by `serve` while it runs
 public:
  static Result<std::unique_ptr<ServerLock>> Take(const std::string& directory);
  ~ServerLock();                           // also removes serve.json
  Status Announce(const RunningServer& server);

 private:
  ServerLock(std::string directory, int file) : directory_(std::move(directory)), file_(file) {}
  std::string directory_;
  int file_;
};

}  // namespace qianxian::app
