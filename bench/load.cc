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
constexpr int64_t kLateNanoseconds = 20'000'000;

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

namespace {

// One run of a load.
class Runner {
 public:
  Runner(const Base& base, const Load& load) : base_(base), load_(load), connections_(static_cast<size_t>(load.connections)) {}

  Measured Run() {
    events_ = epoll_create1(EPOLL_CLOEXEC);
    begin_ = clock_.MonotonicNanoseconds(), until_ = begin_ + int64_t{load_.seconds} * 1'000'000'000;
    const int64_t own = OwnNanoseconds();
    for (Connection& connection : connections_) Open(connection);
    std::vector<epoll_event> ready(connections_.size() + 1);
    while (open_ > 0) {
      if (load_.rate > 0) SendDue();
      const int wait = load_.rate > 0 ? 1 : kWaitMilliseconds;
      const int count = epoll_wait(events_, ready.data(), static_cast<int>(ready.size()), wait);
      for (int i = 0; i < count; ++i) Hear(*static_cast<Connection*>(ready[static_cast<size_t>(i)].data.ptr));
      if (load_.rate > 0 && clock_.MonotonicNanoseconds() >= until_ && idle_.size() == open_) break;
    }
    for (Connection* connection : idle_) close(connection->fd);
    close(events_);
    measured_.seconds = static_cast<double>(clock_.MonotonicNanoseconds() - begin_) / 1e9;
    measured_.own_nanoseconds = OwnNanoseconds() - own;
    measured_.requests = measured_.nanoseconds.size();
    std::sort(measured_.nanoseconds.begin(), measured_.nanoseconds.end());
    std::sort(measured_.refused_nanoseconds.begin(), measured_.refused_nanoseconds.end());
    return std::move(measured_);
  }

 private:
  void Open(Connection& connection) {
    connection.fd = Connect(base_);
    if (connection.fd < 0) return Wrong(connection);
    ++open_;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    epoll_ctl(events_, EPOLL_CTL_ADD, connection.fd, &event);
    Next(connection, clock_.MonotonicNanoseconds());
  }
  void End(Connection& connection) {
    close(connection.fd);
    --open_;
  }
  void Wrong(const Connection& connection) {
    if (measured_.wrong++ == 0) measured_.first_wrong = connection.received.substr(0, 600);
  }
  // What an answered connection does.
  void Next(Connection& connection, int64_t now) {
    if (load_.rate > 0) return idle_.push_back(&connection);
    if (now >= until_ || (load_.most != 0 && next_ >= load_.most)) return End(connection);
    Ask(connection, now);
  }
  void Ask(Connection& connection, int64_t due) {
    connection.number = next_++;
    connection.received.clear();
    connection.head = connection.whole = 0;
    connection.sent = due;
    const std::string request = load_.request(connection.number);
    if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) return;
    Wrong(connection);
    End(connection);
  }
  // Those whose time has come, each on a connection of its own; the connection that was answered last waits least for its packets.
  void SendDue() {
    const int64_t now = std::min(clock_.MonotonicNanoseconds(), until_);
    const auto due_count = static_cast<uint64_t>(static_cast<double>(now - begin_) / 1e9 * load_.rate);
    while (next_ < due_count && !idle_.empty()) {
      Connection& connection = *idle_.back();
      idle_.pop_back();
      const int64_t due = begin_ + static_cast<int64_t>(static_cast<double>(next_) / load_.rate * 1e9);
      if (now - due > kLateNanoseconds) ++measured_.late;
      Ask(connection, due);
    }
  }
  void Hear(Connection& connection) {
    const Progress progress = Receive(connection);
    if (progress == Progress::kWaits) return;
    const int64_t now = clock_.MonotonicNanoseconds();
    const std::string_view text = connection.received;
    const Answer answer{std::atoi(connection.received.c_str() + std::min<size_t>(9, text.size())), text.substr(0, connection.head), text.substr(connection.head)};
    const bool refused = load_.may_be_refused && answer.status == 503 && !Field(answer.head, "retry-after").empty();
    (refused ? measured_.refused_nanoseconds : measured_.nanoseconds).push_back(now - connection.sent);
    measured_.refused += refused ? 1 : 0;
    if (progress == Progress::kBroken || (!refused && !load_.right(connection.number, answer))) Wrong(connection);
    progress == Progress::kBroken ? End(connection) : Next(connection, now);
  }

  const Base& base_;
  const Load& load_;
  SystemClock clock_;
  Measured measured_;
  int events_ = -1;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  uint64_t next_ = 0;
  size_t open_ = 0;
  int64_t begin_ = 0, until_ = 0;
};

}  // namespace

Measured Run(const Base& base, const Load& load) { return Runner(base, load).Run(); }

}  // namespace qianxian::bench
