#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "api/api.h"
#include "app/commands.h"
#include "app/feed_runner.h"
#include "app/running_server.h"
#include "app/terminal.h"
#include "auth/sessions.h"
#include "base/limits.h"
#include "fhir/definitions.h"
#include "http/server.h"
#include "subscribe/runner.h"

namespace qianxian::app {
namespace {

constexpr std::string_view kVersion = "0.1.0";

// All threads of the program wait for these together: the main thread takes them.
sigset_t BlockStopSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

api::Services ServicesOf(Folder& folder, const ServeOptions& options) {
  api::Services services;
  services.store = &folder.store();
  services.ledger = &folder.ledger();
  services.warehouse = &folder.warehouse();
  services.measures = &folder.measures();
  services.gaps = &folder.gaps();
  services.auth = &folder.auth();
  services.definitions = &fhir::Definitions::R4();
  services.parameters = &folder.parameters();
  services.terminology = &folder.vocabulary().terminology;
  services.validator = &folder.vocabulary().validator;
  services.pack = &folder.packs().merged;
  services.packs = &folder.packs().all;
  services.referral_rules = &folder.packs().referral;
  services.clock = &folder.clock();
  services.random = &folder.random();
  services.directory = folder.directory();
  services.web_directory = options.web_directory.empty() ? DefaultWebDirectory() : options.web_directory;
  services.version = kVersion;
  return services;
}

Result<std::unique_ptr<subscribe::Subscriptions>> OpenSubscriptions(Folder& folder, const ServeOptions& options) {
  subscribe::Options open;
  open.store = &folder.store();
  open.parameters = &folder.parameters();
  open.definitions = &fhir::Definitions::R4();
  open.clock = &folder.clock();
  open.random = &folder.random();
  open.endpoints = options.hooks;
  open.caller_of = [&folder](const std::string& user) { return auth::CallerOf(folder.store(), user); };
  return subscribe::Subscriptions::Open(open);
}

Result<std::unique_ptr<http::Server>> Listen(const ServeOptions& options, api::Api& api) {
  http::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  server.workers = limits::kServeWorkers;
  server.upload = [&api](std::string_view method, std::string_view path) { return api.UploadDirectory(method, path); };
  server.admit_upload = [&api](const http::Request& request) { return api.AdmitUpload(request); };
  server.inline_handler = [&api](std::string_view method, std::string_view path) { return api.IsQuick(method, path); };
  server.refuse = [&api](int status, std::string_view path) { return api.Refuse(status, path); };
  return http::Server::Start(server, [&api](http::Request& request) { return api.Handle(request); });
}

// Where a browser on this machine finds it.
std::string ReachableAddress(const std::string& address) {
  return address == "0.0.0.0" || address == "::" ? "127.0.0.1" : address;
}

void SayReady(const ServeOptions& options, const RunningServer& running, int64_t nanoseconds) {
  std::printf("千县 Qianxian: http://%s:%u/  (%.2f s)\n", running.address.c_str(), running.port, static_cast<double>(nanoseconds) / 1e9);
  std::printf("数据目录 data: %s · Ctrl-C 停止 stops\n", options.folder.directory.c_str());
  if (options.address != "127.0.0.1" && options.address != "localhost") {
    std::printf("注意：监听 %s，其他机器可以访问 · listening on %s: other machines can reach it\n", options.address.c_str(), options.address.c_str());
  }
  if (!options.folder.clock_file.empty())
    std::printf("注意：时间来自文件 %s，不是真实时间 · THE CLOCK IS NOT REAL: it is read from %s\n", options.folder.clock_file.c_str(),
                options.folder.clock_file.c_str());
  std::fflush(stdout);
}

}  // namespace

int RunServe(const ServeOptions& options) {
  sigset_t signals = BlockStopSignals();
  SystemClock clock;
  int64_t begin = clock.MonotonicNanoseconds();
  Result<std::unique_ptr<Folder>> opened = Folder::Open(options.folder);
  if (!opened.ok()) return Fail(opened.error());
  Folder& folder = **opened;
  Result<std::unique_ptr<ServerLock>> lock = ServerLock::Take(folder.directory());
  if (!lock.ok()) return Fail(lock.error());
  Status numbers = folder.OpenNumbers();
  if (!numbers.ok()) return Fail(numbers.error());
  Result<std::unique_ptr<subscribe::Subscriptions>> subscriptions = OpenSubscriptions(folder, options);
  if (!subscriptions.ok()) return Fail(subscriptions.error());
  api::Services services = ServicesOf(folder, options);
  services.subscriptions = subscriptions->get();
  std::unique_ptr<api::Api> api = api::Api::Make(services, &folder.flow());
  Result<std::unique_ptr<http::Server>> server = Listen(options, *api);
  if (!server.ok()) return Fail(server.error());
  RunningServer running{ReachableAddress(options.address), (*server)->port(), getpid()};
  Status announced = (*lock)->Announce(running);
  if (!announced.ok()) return Fail(announced.error());
  SayReady(options, running, clock.MonotonicNanoseconds() - begin);

  {
    FeedRunner feed(folder, [&] { api->WarmUp(); });
    subscribe::Runner notifications(**subscriptions, folder.store());
    int signal = 0;
    sigwait(&signals, &signal);
    Say("正在停止 · stopping");
    (*server)->Stop();
  }
  api.reset();
  return kDone;
}

}  // namespace qianxian::app
