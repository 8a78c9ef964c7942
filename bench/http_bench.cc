// http_bench [CONNECTIONS] [SECONDS]: small GETs a second over kept-alive loopback connections, answered on the io thread
// and by the workers. Client and server share the machine; each answer is checked.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/server.h"

namespace qianxian {
namespace {

constexpr std::string_view kBody = R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1960-02-29"})";

int Connect(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(2);
  return fd;
}

struct Measured {
  double per_second = 0;
  double p50_milliseconds = 0;
  double p99_milliseconds = 0;
};

Measured Drive(uint16_t port, const std::string& path, int connections, int seconds) {
  SystemClock clock;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/fhir+json\r\n\r\n";
  int events = epoll_create1(EPOLL_CLOEXEC);
  std::vector<int64_t> sent(static_cast<size_t>(connections));
  std::vector<int> fds;
  std::vector<int64_t> latencies;
  auto ask = [&](size_t i) {
    sent[i] = clock.MonotonicNanoseconds();
    if (send(fds[i], request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) std::exit(2);
  };
  for (int i = 0; i < connections; ++i) {
    fds.push_back(Connect(port));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<uint64_t>(i);
    epoll_ctl(events, EPOLL_CTL_ADD, fds.back(), &event);
  }
  int64_t start = clock.MonotonicNanoseconds(), end = start + int64_t{seconds} * 1'000'000'000;
  for (size_t i = 0; i < fds.size(); ++i) ask(i);
  std::vector<epoll_event> ready(static_cast<size_t>(connections));
  char answer[4096];
  while (clock.MonotonicNanoseconds() < end) {
    int count = epoll_wait(events, ready.data(), connections, 1000);
    for (int i = 0; i < count; ++i) {
      size_t which = ready[static_cast<size_t>(i)].data.u64;
      ssize_t got = recv(fds[which], answer, sizeof answer, 0);
      std::string_view text(answer, got > 0 ? static_cast<size_t>(got) : 0);
      if (text.substr(0, 15) != "HTTP/1.1 200 OK" || text.substr(text.size() - kBody.size()) != kBody) {
        std::fprintf(stderr, "a wrong answer\n");
        std::exit(1);
      }
      latencies.push_back(clock.MonotonicNanoseconds() - sent[which]);
      ask(which);
    }
  }
  double elapsed = static_cast<double>(clock.MonotonicNanoseconds() - start) / 1e9;
  for (int fd : fds) close(fd);
  close(events);
  std::sort(latencies.begin(), latencies.end());
  auto at = [&](double share) { return static_cast<double>(latencies[static_cast<size_t>(share * static_cast<double>(latencies.size() - 1))]) / 1e6; };
  return {static_cast<double>(latencies.size()) / elapsed, at(0.5), at(0.99)};
}

int Run(int connections, int seconds) {
  http::ServerOptions options;
  options.port = 0;
  options.inline_handler = [](std::string_view, std::string_view path) { return path == "/inline"; };
  auto server = http::Server::Start(options, [](http::Request&) {
    http::Response response;
    response.headers.emplace_back("Content-Type", "application/fhir+json");
    response.body = kBody;
    return response;
  });
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.error().en.c_str());
    return 2;
  }
  std::printf("%-10s %12s %12s %10s %10s\n", "answered", "connections", "requests/s", "p50 ms", "p99 ms");
  for (const char* path : {"/inline", "/worker"}) {
    Measured measured = Drive((*server)->port(), path, connections, seconds);
    std::printf("%-10s %12d %12.0f %10.3f %10.3f\n", path + 1, connections, measured.per_second, measured.p50_milliseconds, measured.p99_milliseconds);
  }
  return 0;
}

}  // namespace
}  // namespace qianxian

int main(int count, char** arguments) {
  int connections = count > 1 ? std::atoi(arguments[1]) : 32, seconds = count > 2 ? std::atoi(arguments[2]) : 3;
  return qianxian::Run(std::max(1, connections), std::max(1, seconds));
}
