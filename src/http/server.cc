#include "http/server.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "base/log.h"
#include "http/connection.h"

namespace qianxian::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using asio::ip::tcp;

constexpr auto kLookInterval = std::chrono::milliseconds(200);  // how often connections are asked whether they are late
constexpr auto kAcceptPause = std::chrono::milliseconds(100);   // when there are no descriptors left

// One thread with its own queue of events and its own connections: nothing is locked between them.
class IoThread {
 public:
  explicit IoThread(Shared& shared) : shared_(shared), work_(context_.get_executor()), timer_(context_) {}

  asio::io_context& context() { return context_; }

  void Start() {
    Look();
    thread_ = std::thread([this] {
      sigset_t pipe;  // sendfile to a client that went away raises SIGPIPE in this thread
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      context_.run();
    });
  }

  // Runs `job` on the thread and waits for it.
  void Do(const std::function<void()>& job) {
    std::promise<void> done;
    asio::post(context_, [&] {
      job();
      done.set_value();
    });
    done.get_future().wait();
  }

  void CloseConnections(bool only_idle) {
    Do([&] {
      std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
      for (auto& connection : all) only_idle ? connection->CloseIfIdle() : connection->Close();
    });
  }

  void Stop() {
    context_.stop();
    if (!thread_.joinable()) return;
    thread_.join();
    context_.restart();
    context_.poll();   // what was on its way to closed connections lets go of them, and of their half files
  }

  void Adopt(tcp::socket socket) {
    asio::post(context_, [this, socket = std::move(socket)]() mutable {
      std::make_shared<Connection>(std::move(socket), shared_, connections_)->Start();
    });
  }

 private:
  void Look() {
    timer_.expires_after(kLookInterval);
    timer_.async_wait([this](const error_code& error) {
      if (error) return;
      int64_t now = shared_.clock.MonotonicNanoseconds();
      std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
      for (auto& connection : all) connection->CloseIfLate(now);
      Look();
    });
  }

  Shared& shared_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer timer_;
  Connections connections_;
  std::thread thread_;
};

class ServerOnAsio final : public Server {
 public:
  ServerOnAsio(const ServerOptions& options, Handler handler)
      : shared_(options, std::move(handler), options.clock != nullptr ? *options.clock : machine_clock_,
                options.workers > 0 ? options.workers : limits::kHttpWorkers) {
    for (int i = 0; i < std::max(1, options.io_threads); ++i) threads_.push_back(std::make_unique<IoThread>(shared_));
    acceptor_ = std::make_unique<tcp::acceptor>(threads_[0]->context());
    pause_ = std::make_unique<asio::steady_timer>(threads_[0]->context());
  }
  ~ServerOnAsio() override { Stop(); }

  Status Listen();
  Status LoadCertificate();
  uint16_t port() const override { return port_; }
  ServerFigures figures() override { return {shared_.connections, shared_.workers.waiting(), shared_.turned_away}; }
  Result<Certificate> ReloadCertificate() override;
  std::optional<Certificate> certificate() override;
  void Stop() override;

 private:
  void Accept();
  void OnAccept(const error_code& error, tcp::socket socket, size_t thread);
  static void TurnAway(tcp::socket& socket, bool tls);

  SystemClock machine_clock_;
  Shared shared_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<asio::steady_timer> pause_;
  size_t next_thread_ = 0;
  uint16_t port_ = 0;
  bool running_ = false;
};

Status ServerOnAsio::Listen() {
  const ServerOptions& options = shared_.options;
  error_code error;
  std::string text = options.address == "localhost" ? "127.0.0.1" : options.address;
  auto address = asio::ip::make_address(text, error);
  auto failed = [&](const char* code) {
    std::string place = options.address + ":" + std::to_string(options.port);
    return Unavailable(code, "cannot listen on " + place + ": " + error.message(), "无法监听 " + place + "：" + error.message());
  };
  if (error) return failed("address");
  tcp::endpoint endpoint(address, options.port);
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) return failed("port-taken");
  if (error) return failed("address");
  port_ = acceptor_->local_endpoint(error).port();
  Accept();
  for (auto& thread : threads_) thread->Start();
  running_ = true;
  return Ok();
}

Status ServerOnAsio::LoadCertificate() {
  if (!shared_.options.tls) return Ok();
  QX_TRY(std::shared_ptr<const TlsContext> made, TlsContext::ForServer(*shared_.options.tls));
  *shared_.tls.Lock() = std::move(made);
  return Ok();
}

Result<Certificate> ServerOnAsio::ReloadCertificate() {
  if (!shared_.options.tls) return Invalid("no-certificate", "this server speaks plain HTTP", "该服务未使用证书");
  QX_TRY(std::shared_ptr<const TlsContext> made, TlsContext::ForServer(*shared_.options.tls));
  // One that nobody would accept any more is no better than the one there is.
  if (made->certificate().valid_until < shared_.clock.Now()) {
    return Invalid("certificate-file", shared_.options.tls->certificate_file + ": this certificate has expired",
                   shared_.options.tls->certificate_file + "：证书已过期");
  }
  Certificate certificate = made->certificate();
  *shared_.tls.Lock() = std::move(made);
  return certificate;
}

std::optional<Certificate> ServerOnAsio::certificate() {
  auto tls = shared_.tls.Lock();
  return *tls ? std::optional<Certificate>((*tls)->certificate()) : std::nullopt;
}

void ServerOnAsio::Accept() {
  size_t thread = next_thread_++ % threads_.size();
  acceptor_->async_accept(threads_[thread]->context(), [this, thread](const error_code& error, tcp::socket socket) {
    OnAccept(error, std::move(socket), thread);
  });
}

void ServerOnAsio::OnAccept(const error_code& error, tcp::socket socket, size_t thread) {
  if (!acceptor_->is_open()) return;
  if (!error) {
    if (++shared_.connections > shared_.options.connections) {
      --shared_.connections;
      ++shared_.turned_away;
      TurnAway(socket, shared_.options.tls.has_value());
    } else {
      threads_[thread]->Adopt(std::move(socket));
    }
    return Accept();
  }
  if (error != asio::error::no_descriptors && error != asio::error::no_memory && error != asio::error::no_buffer_space) {
    return Accept();  // that client went away again
  }
  LogWarning("http: no descriptors left for another connection");
  pause_->expires_after(kAcceptPause);
  pause_->async_wait([this](const error_code& cancelled) {
    if (!cancelled && acceptor_->is_open()) Accept();
  });
}

// One piece into the fresh socket's empty buffer: it never waits. Over TLS there is nothing that could be said in one.
void ServerOnAsio::TurnAway(tcp::socket& socket, bool tls) {
  static constexpr std::string_view kBusy =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  if (tls) return;
  ssize_t sent = send(socket.native_handle(), kBusy.data(), kBusy.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  static_cast<void>(sent);
  error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  socket.close(ignored);
}

void ServerOnAsio::Stop() {
  if (!running_) return;
  running_ = false;
  shared_.stopping = true;
  threads_[0]->Do([this] {
    error_code ignored;
    acceptor_->close(ignored);
    pause_->cancel();
  });
  int64_t give_up = shared_.clock.MonotonicNanoseconds() + int64_t{limits::kHttpStopSeconds} * 1'000'000'000;
  do {
    for (auto& thread : threads_) thread->CloseConnections(true);
    if (shared_.connections == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  } while (shared_.clock.MonotonicNanoseconds() < give_up);
  for (auto& thread : threads_) thread->CloseConnections(false);
  shared_.workers.Stop();
  shared_.disk.Stop();
  for (auto& thread : threads_) thread->Stop();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Handler handler) {
  try {
    auto server = std::make_unique<ServerOnAsio>(options, std::move(handler));
    QX_DO(server->LoadCertificate());
    QX_DO(server->Listen());
    return std::unique_ptr<Server>(std::move(server));
  } catch (const std::exception& thrown) {  // no descriptors or threads for the event loops
    return Unavailable("address", std::string("cannot start the server: ") + thrown.what(),
                       std::string("无法启动服务：") + thrown.what());
  }
}

}  // namespace qianxian::http
