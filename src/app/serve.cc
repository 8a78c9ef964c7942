#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "api/api.h"
#include "app/certificate_notice.h"
#include "app/commands.h"
#include "app/feed_runner.h"
#include "app/running_server.h"
#include "app/serve_operations.h"
#include "app/serve_settings.h"
#include "app/terminal.h"
#include "auth/account_records.h"
#include "auth/secret_file.h"
#include "base/files.h"
#include "base/log.h"
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
  services.ca_file = options.ca_file;
  services.version = kVersion;
  services.public_address = options.public_address;
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
  open.ca_file = options.ca_file;
  open.caller_of = [&folder](const std::string& user) { return auth::CallerOf(folder.store(), user); };
  return subscribe::Subscriptions::Open(open);
}

Result<std::unique_ptr<http::Server>> Listen(const ServeSettings& settings, api::Api& api) {
  const ServeOptions& options = settings.options;
  const operate::Configuration& configuration = settings.configuration;
  http::ServerOptions server;
  server.body_bytes = static_cast<size_t>(configuration.Whole("limits.body_megabytes")) << 20;
  server.upload_bytes = static_cast<uint64_t>(configuration.Whole("limits.upload_megabytes")) << 20;
  server.connections = static_cast<size_t>(configuration.Whole("limits.connections"));
  server.queued_requests = static_cast<size_t>(configuration.Whole("limits.queued_requests"));
  server.address = options.address;
  server.port = options.port;
  if (!options.certificate_file.empty()) server.tls = http::TlsOptions{options.certificate_file, options.key_file, options.tls_1_2};
  server.behind_proxy = options.behind_proxy;
  server.workers = static_cast<int>(configuration.Whole("limits.workers"));
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

// For people; where the log is for programs, as a line of it.
void Tell(const ServeSettings& settings, std::string_view text) {
  settings.configuration.Text("log.format") == "json" ? LogInfo(text) : Say(text);
}

std::string AbsolutePath(const std::string& path) { return path.empty() ? path : std::filesystem::absolute(path).string(); }

// Returns at SIGINT and SIGTERM. SIGHUP means a new certificate where there is one, otherwise that the terminal has gone.
void WaitForStop(const sigset_t& signals, http::Server& server, const ServeSettings& settings) {
  SystemClock clock;
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal != SIGHUP || !server.certificate()) return;
    Result<http::Certificate> certificate = server.ReloadCertificate();
    if (certificate.ok()) {
      Tell(settings, CertificateNotice(*certificate, clock.Now()));
    } else {
      Tell(settings, "证书未更换，继续使用原证书 · the certificate stays as it was");
      Fail(certificate.error());
    }
  }
}

void SayReady(const ServeOptions& options, const RunningServer& running, int64_t nanoseconds) {
  std::printf("千县 Qianxian: %s  (%.2f s)\n", UrlOf(running).c_str(), static_cast<double>(nanoseconds) / 1e9);
  std::printf("数据目录 data: %s · Ctrl-C 停止 stops\n", options.folder.directory.c_str());
  if (options.address != "127.0.0.1" && options.address != "localhost") {
    std::printf("注意：监听 %s，其他机器可以访问 · listening on %s: other machines can reach it\n", options.address.c_str(), options.address.c_str());
    if (options.behind_proxy) {
      std::printf("注意：--behind-proxy 时只应让代理访问此端口 · with --behind-proxy nobody but the proxy may reach this port\n");
    } else if (options.certificate_file.empty()) {
      std::printf("注意：未加密，密码和病历以明文传输，请使用 --certificate · NOT ENCRYPTED: use --certificate\n");
    }
  }
  if (!options.folder.clock_file.empty())
    std::printf("注意：时间来自文件 %s，不是真实时间 · THE CLOCK IS NOT REAL: it is read from %s\n", options.folder.clock_file.c_str(),
                options.folder.clock_file.c_str());
  std::fflush(stdout);
}

// Where standard error is no terminal it is kept as a log, and a log holds no password.
Result<std::unique_ptr<Folder>> OpenFolder(const ServeSettings& settings) {
  FolderOptions options = settings.options.folder;
  options.quiet = options.quiet || isatty(STDERR_FILENO) == 0;
  QX_TRY(std::unique_ptr<Folder> folder, Folder::Open(options));
  const std::string file = options.directory + "/" + std::string(auth::kAdministratorFile);
  if (options.quiet && FileExists(file)) Tell(settings, "管理员 admin 的一次性密码在 " + file + " 中 · the one-time password of administrator admin stands in " + file);
  return folder;
}

}  // namespace

int RunServe(const ServeOptions& given) {
  sigset_t signals = BlockStopSignals();
  SystemClock clock;
  int64_t begin = clock.MonotonicNanoseconds();
  Result<ServeSettings> settings = SettingsOf(given);
  if (!settings.ok()) return Fail(settings.error());
  const ServeOptions& options = settings->options;
  ConfigureLog(settings->configuration);
  Result<std::unique_ptr<Folder>> opened = OpenFolder(*settings);
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
  Result<std::unique_ptr<ServeOperations>> operations = ServeOperations::Make(*settings, folder, **subscriptions, std::string(kVersion));
  if (!operations.ok()) return Fail(operations.error());
  services.operations = &(*operations)->operations();
  services.rate_limits = RateLimitsOf(settings->configuration);
  std::unique_ptr<api::Api> api = api::Api::Make(services, &folder.flow());
  Result<std::unique_ptr<http::Server>> server = Listen(*settings, *api);
  if (!server.ok()) return Fail(server.error());
  RunningServer running{ReachableAddress(options.address), (*server)->port(), getpid(), AbsolutePath(options.certificate_file)};
  Status announced = (*lock)->Announce(running);
  if (!announced.ok()) return Fail(announced.error());
  SayReady(options, running, clock.MonotonicNanoseconds() - begin);
  if (auto certificate = (*server)->certificate()) Tell(*settings, CertificateNotice(*certificate, clock.Now()));

  (*operations)->Watch(server->get());
  {
    FeedRunner feed(folder, (*operations)->progress(), [&] { api->WarmUp(); });
    subscribe::Runner notifications(**subscriptions, folder.store());
    (*operations)->StartBackups(!options.folder.clock_file.empty());
    WaitForStop(signals, **server, *settings);
    Tell(*settings, "正在停止 · stopping");
    (*server)->Stop();
  }
  (*operations)->Watch(nullptr);
  api.reset();
  return kDone;
}

}  // namespace qianxian::app
