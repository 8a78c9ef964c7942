// http_bench [CONNECTIONS] [SECONDS]: small GETs a second over kept-alive loopback connections, answered on the io thread
// and by the workers, plain and by TLS 1.3; and connections a second, each with one GET. Client and server share the
// machine, and the client pays for TLS as much as the server does; each answer is checked. The certificates are made by
// the openssl command.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/temporary_folder.h"
#include "http/server.h"
#include "http/tls.h"

namespace qianxian {
namespace {

constexpr std::string_view kBody = R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1960-02-29"})";

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(2);
}

// How the server of a row is reached.
struct Line {
  std::string name;                        // of the row
  uint16_t port = 0;
  std::shared_ptr<const http::TlsContext> tls;   // none: plain
};

class Client {
 public:
  explicit Client(const Line& line) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(line.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fail("cannot connect");
    if (!line.tls) return;
    tls_ = http::TlsSession::Connect(*line.tls, fd_, "127.0.0.1", false);   // the socket blocks: a step is the whole
    if (tls_->Handshake().progress != http::TlsSession::Progress::kDone) Fail("no handshake");
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int fd() const { return fd_; }
  void Send(const std::string& text) {
    bool sent = tls_ ? tls_->Write(text.data(), text.size()).size == text.size()
                     : send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    if (!sent) Fail("cannot send");
  }
  // False: what came was no part of an answer.
  bool Receive() {
    char answer[4096];
    size_t size = 0;
    if (tls_) {
      fcntl(fd_, F_SETFL, O_NONBLOCK);
      size = tls_->Read(answer, sizeof answer).size;
      fcntl(fd_, F_SETFL, 0);
      if (size == 0) return false;         // a ticket
    } else {
      ssize_t got = recv(fd_, answer, sizeof answer, 0);
      size = got > 0 ? static_cast<size_t>(got) : 0;
    }
    std::string_view text(answer, size);
    if (text.substr(0, 15) != "HTTP/1.1 200 OK" || text.substr(text.size() - kBody.size()) != kBody) Fail("a wrong answer");
    return true;
  }

 private:
  int fd_;
  std::unique_ptr<http::TlsSession> tls_;
};

std::string RequestFor(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/fhir+json\r\n\r\n";
}

struct Measured {
  double per_second = 0;
  double p50_milliseconds = 0;
  double p99_milliseconds = 0;
};

Measured MeasuredOf(std::vector<int64_t> latencies, int64_t nanoseconds) {
  std::sort(latencies.begin(), latencies.end());
  auto at = [&](double share) { return static_cast<double>(latencies[static_cast<size_t>(share * static_cast<double>(latencies.size() - 1))]) / 1e6; };
  return {static_cast<double>(latencies.size()) * 1e9 / static_cast<double>(nanoseconds), at(0.5), at(0.99)};
}

Measured Drive(const Line& line, const std::string& path, int connections, int seconds) {
  SystemClock clock;
  const std::string request = RequestFor(path);
  int events = epoll_create1(EPOLL_CLOEXEC);
  std::vector<int64_t> sent(static_cast<size_t>(connections));
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<int64_t> latencies;
  auto ask = [&](size_t i) {
    sent[i] = clock.MonotonicNanoseconds();
    clients[i]->Send(request);
  };
  for (int i = 0; i < connections; ++i) {
    clients.push_back(std::make_unique<Client>(line));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<uint64_t>(i);
    epoll_ctl(events, EPOLL_CTL_ADD, clients.back()->fd(), &event);
  }
  int64_t start = clock.MonotonicNanoseconds(), end = start + int64_t{seconds} * 1'000'000'000;
  for (size_t i = 0; i < clients.size(); ++i) ask(i);
  std::vector<epoll_event> ready(static_cast<size_t>(connections));
  while (clock.MonotonicNanoseconds() < end) {
    int count = epoll_wait(events, ready.data(), connections, 1000);
    for (int i = 0; i < count; ++i) {
      size_t which = ready[static_cast<size_t>(i)].data.u64;
      if (!clients[which]->Receive()) continue;
      latencies.push_back(clock.MonotonicNanoseconds() - sent[which]);
      ask(which);
    }
  }
  int64_t elapsed = clock.MonotonicNanoseconds() - start;
  close(events);
  return MeasuredOf(std::move(latencies), elapsed);
}

// One connection after the other, each for one request.
Measured Meet(const Line& line, int seconds) {
  SystemClock clock;
  const std::string request = RequestFor("/inline");
  std::vector<int64_t> latencies;
  int64_t start = clock.MonotonicNanoseconds(), end = start + int64_t{seconds} * 1'000'000'000, now = start;
  while (now < end) {
    Client client(line);
    client.Send(request);
    pollfd waited{client.fd(), POLLIN, 0};
    do {
      if (poll(&waited, 1, 1000) <= 0) Fail("no answer");
    } while (!client.Receive());
    int64_t then = clock.MonotonicNanoseconds();
    latencies.push_back(then - now);
    now = then;
  }
  return MeasuredOf(std::move(latencies), now - start);
}

http::TlsOptions MakeCertificate(const std::string& folder, const std::string& name, const std::string& kind) {
  http::TlsOptions files{folder + "/" + name + ".pem", folder + "/" + name + ".key"};
  std::string command = "openssl req -x509 -nodes -days 2 -subj /CN=127.0.0.1 -newkey " + kind + " -keyout " + files.key_file + " -out " +
                        files.certificate_file + " 2>/dev/null && chmod 600 " + files.key_file;
  if (std::system(command.c_str()) != 0) Fail("the openssl command made no certificate");
  return files;
}

std::unique_ptr<http::Server> Serve(std::optional<http::TlsOptions> tls) {
  http::ServerOptions options;
  options.port = 0;
  options.tls = std::move(tls);
  options.inline_handler = [](std::string_view, std::string_view path) { return path == "/inline"; };
  auto server = http::Server::Start(options, [](http::Request&) {
    http::Response response;
    response.headers.emplace_back("Content-Type", "application/fhir+json");
    response.body = kBody;
    return response;
  });
  if (!server.ok()) Fail(Describe(server.error()));
  return std::move(server).value();
}

int Run(int connections, int seconds) {
  TemporaryFolder folder;
  std::vector<std::unique_ptr<http::Server>> servers;
  std::vector<Line> lines;
  auto add = [&](const char* name, std::optional<http::TlsOptions> tls) {
    std::shared_ptr<const http::TlsContext> context;
    if (tls) {
      auto made = http::TlsContext::ForClient("", tls->certificate_file);
      if (!made.ok()) Fail(Describe(made.error()));
      context = *made;
    }
    servers.push_back(Serve(std::move(tls)));
    lines.push_back({name, servers.back()->port(), context});
  };
  add("plain", std::nullopt);
  add("TLS, P-256", MakeCertificate(folder.path(), "p256", "ec -pkeyopt ec_paramgen_curve:P-256"));
  add("TLS, RSA 2048", MakeCertificate(folder.path(), "rsa", "rsa:2048"));
  std::printf("%-14s %-9s %12s %12s %9s %10s %10s\n", "line", "answered", "connections", "requests/s", "of plain", "p50 ms", "p99 ms");
  for (const char* path : {"/inline", "/worker", "new"}) {
    double plain = 0;
    for (const Line& line : lines) {
      bool meets = path[0] != '/';
      if (!meets && line.name == lines.back().name) continue;   // once connected, the key does not matter
      Measured measured = meets ? Meet(line, seconds) : Drive(line, path, connections, seconds);
      if (plain == 0) plain = measured.per_second;
      std::printf("%-14s %-9s %12d %12.0f %9.2f %10.3f %10.3f\n", line.name.c_str(), meets ? "new each" : path + 1, meets ? 1 : connections,
                  measured.per_second, measured.per_second / plain, measured.p50_milliseconds, measured.p99_milliseconds);
    }
  }
  return 0;
}

}  // namespace
}  // namespace qianxian

int main(int count, char** arguments) {
  int connections = count > 1 ? std::atoi(arguments[1]) : 32, seconds = count > 2 ? std::atoi(arguments[2]) : 3;
  return qianxian::Run(std::max(1, connections), std::max(1, seconds));
}
