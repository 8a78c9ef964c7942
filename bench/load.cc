#include "load.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/clock.h"
#include "base/text.h"

namespace qianxian::bench {
namespace {

constexpr int kWaitMilliseconds = 100;

int Connect(const Base& base) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(base.host.c_str(), std::to_string(base.port).c_str(), &wanted, &found) != 0) return -1;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  bool good = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  if (!good) {
    if (fd >= 0) close(fd);
    return -1;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The value of a field in a head, "" if there is none.
std::string_view Field(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos && at + 2 + name.size() < head.size(); at = head.find("\r\n", at + 2)) {
    std::string_view line = head.substr(at + 2);
    if (line[name.size()] != ':' || strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    line = line.substr(name.size() + 1);
    return TrimAscii(line.substr(0, line.find("\r\n")));
  }
  return {};
}

int64_t OwnNanoseconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  auto of = [](const timeval& time) { return int64_t{time.tv_sec} * 1'000'000'000 + int64_t{time.tv_usec} * 1'000; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Connection {
  int fd = -1;
  uint64_t number = 0;
  int64_t sent = 0;
  std::string received;
  size_t head = 0, whole = 0;              // 0: not yet known
  bool chunked = false;
};

enum class Progress { kWaits, kDone, kBroken };

Progress Receive(Connection& connection) {
  static char piece[1 << 18];
  ssize_t got = recv(connection.fd, piece, sizeof piece, 0);
  if (got <= 0) return Progress::kBroken;
  std::string& text = connection.received;
  text.append(piece, static_cast<size_t>(got));
  if (connection.head == 0) {
    size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) return Progress::kWaits;
    connection.head = end + 4;
    std::string_view head = std::string_view(text).substr(0, end + 2);
    std::string_view length = Field(head, "content-length");
    connection.chunked = length.empty() && Field(head, "transfer-encoding") == "chunked";
    connection.whole = connection.head + std::strtoull(std::string(length).c_str(), nullptr, 10);
  }
  bool done = connection.chunked ? EndsWith(text, "0\r\n\r\n") : text.size() >= connection.whole;
  return done ? Progress::kDone : Progress::kWaits;
}

}  // namespace

bool ParseBase(std::string_view url, Base& base) {
  constexpr std::string_view kScheme = "http://";
  if (!StartsWith(url, kScheme)) return false;
  url.remove_prefix(kScheme.size());
  size_t slash = std::min(url.find('/'), url.size());
  std::string_view host = url.substr(0, slash);
  base.path = url.substr(slash);
  while (EndsWith(base.path, "/")) base.path.pop_back();
  size_t colon = host.find(':');
  base.host = host.substr(0, colon);
  int64_t port = 80;
  if (colon != std::string_view::npos && (!ParseInteger(host.substr(colon + 1), port) || port < 1 || port > 65'535)) return false;
  base.port = static_cast<uint16_t>(port);
  return !base.host.empty();
}

double Measured::At(double share) const {
  if (nanoseconds.empty()) return 0;
  return static_cast<double>(nanoseconds[static_cast<size_t>(share * static_cast<double>(nanoseconds.size() - 1))]) / 1e6;
}

std::string Request(const Base& base, std::string_view method, std::string_view target, std::string_view body) {
  std::string text(method);
  text.append(" ").append(base.path).append(target).append(" HTTP/1.1\r\nHost: ").append(base.host).append("\r\n");
  text += "Accept: application/fhir+json\r\n";
  if (!base.token.empty()) text.append("Authorization: Bearer ").append(base.token).append("\r\n");
  if (!body.empty()) {
    text += "Content-Type: application/fhir+json\r\nPrefer: return=minimal\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text.append("\r\n").append(body);
}

Measured Run(const Base& base, const Load& load) {
  SystemClock clock;
  Measured measured;
  int events = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections(static_cast<size_t>(load.connections));
  uint64_t next = 0;
  size_t open = 0;
  int64_t begin = clock.MonotonicNanoseconds(), until = begin + int64_t{load.seconds} * 1'000'000'000;
  int64_t own = OwnNanoseconds();
  auto end = [&](Connection& connection) {
    close(connection.fd);
    --open;
  };
  auto wrong = [&](const Connection& connection) {
    if (measured.wrong++ == 0) measured.first_wrong = connection.received.substr(0, 600);
  };
  auto ask = [&](Connection& connection, int64_t now) {
    if (now >= until || (load.most != 0 && next >= load.most)) return end(connection);
    connection.number = next++;
    connection.received.clear();
    connection.head = connection.whole = 0;
    connection.sent = now;
    const std::string request = load.request(connection.number);
    if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) return;
    wrong(connection);
    end(connection);
  };
  for (Connection& connection : connections) {
    connection.fd = Connect(base);
    if (connection.fd < 0) {
      wrong(connection);
      continue;
    }
    ++open;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    epoll_ctl(events, EPOLL_CTL_ADD, connection.fd, &event);
    ask(connection, clock.MonotonicNanoseconds());
  }
  std::vector<epoll_event> ready(connections.size());
  while (open > 0) {
    int count = epoll_wait(events, ready.data(), load.connections, kWaitMilliseconds);
    for (int i = 0; i < count; ++i) {
      Connection& connection = *static_cast<Connection*>(ready[static_cast<size_t>(i)].data.ptr);
      Progress progress = Receive(connection);
      if (progress == Progress::kWaits) continue;
      int64_t now = clock.MonotonicNanoseconds();
      measured.nanoseconds.push_back(now - connection.sent);
      Answer answer{std::atoi(connection.received.c_str() + std::min<size_t>(9, connection.received.size())),
                    std::string_view(connection.received).substr(connection.head)};
      if (progress == Progress::kBroken || !load.right(connection.number, answer)) wrong(connection);
      if (progress == Progress::kBroken) {
        end(connection);
      } else {
        ask(connection, now);
      }
    }
  }
  close(events);
  measured.seconds = static_cast<double>(clock.MonotonicNanoseconds() - begin) / 1e9;
  measured.own_nanoseconds = OwnNanoseconds() - own;
  measured.requests = measured.nanoseconds.size();
  std::sort(measured.nanoseconds.begin(), measured.nanoseconds.end());
  return measured;
}

}  // namespace qianxian::bench
