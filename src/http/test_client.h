// A client for tests that says byte by byte what goes over the line, plain or by TLS, and reads answers one by one. One thread.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

#include "http/certificates_for_tests.h"

namespace qianxian::http {

struct TestAnswer {
  int status = 0;  // 0: the connection ended instead
  std::string head;
  std::string body;
};

class TestClient {
 public:
  static constexpr int kPatienceMilliseconds = 10'000;

  explicit TestClient(uint16_t port, bool tls = false, int receive_buffer_bytes = 0) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (connected_ && tls) connected_ = Handshake();
  }
  TestClient(TestClient&& other) noexcept
      : fd_(other.fd_), connected_(other.connected_), tls_(std::move(other.tls_)), waiting_(std::move(other.waiting_)) {
    other.fd_ = -1;
  }
  ~TestClient() { Disconnect(); }

  bool connected() const { return connected_; }               // and the handshake made
  bool ended_orderly() const { return ended_orderly_; }       // TLS: the server said goodbye
  int fd() const { return fd_; }
  void Disconnect() {
    if (tls_) tls_->LetGo();
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      size_t size = 0;
      if (tls_) {
        TlsSession::Step step = tls_->Write(bytes.data(), bytes.size());
        if (step.progress != TlsSession::Progress::kDone && !Await(step.progress)) return false;
        size = step.size;
      } else {
        ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        size = static_cast<size_t>(sent);
      }
      bytes.remove_prefix(size);
    }
    return true;
  }

  // More bytes into `waiting_`; false at the end or when nothing comes for too long.
  bool Receive() {
    if (tls_) return ReceiveByTls(kPatienceMilliseconds) == Got::kBytes;
    pollfd waited{fd_, POLLIN, 0};
    if (poll(&waited, 1, kPatienceMilliseconds) <= 0) {
      ADD_FAILURE() << "nothing came";
      return false;
    }
    char piece[65536];
    ssize_t got = recv(fd_, piece, sizeof piece, 0);
    if (got > 0) waiting_.append(piece, static_cast<size_t>(got));
    return got > 0;
  }

  TestAnswer Read(bool head_request = false) {
    TestAnswer answer;
    size_t end;
    while ((end = waiting_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) return answer;
    }
    answer.head = waiting_.substr(0, end + 4);
    waiting_.erase(0, end + 4);
    size_t length = 0;
    if (size_t at = answer.head.find("Content-Length: "); at != std::string::npos) length = std::stoul(answer.head.substr(at + 16));
    if (head_request) length = 0;
    while (waiting_.size() < length) {
      if (!Receive()) return answer;
    }
    answer.body = waiting_.substr(0, length);
    waiting_.erase(0, length);
    answer.status = std::stoi(answer.head.substr(9, 3));
    return answer;
  }

  TestAnswer Ask(std::string_view bytes, bool head_request = false) {
    Send(bytes);
    return Read(head_request);
  }

  // Something of an answer is there, or comes within the time. (Of TLS not everything that comes is.)
  bool HasBytes(int milliseconds) {
    if (!waiting_.empty()) return true;
    if (tls_) return ReceiveByTls(milliseconds) == Got::kBytes;
    pollfd waited{fd_, POLLIN, 0};
    return poll(&waited, 1, milliseconds) > 0;
  }

  // True when the server has closed and nothing is left to read.
  bool Ended() { return waiting_.empty() && !Receive(); }
  size_t waiting() const { return waiting_.size(); }

  // For answers that go on: everything up to and with `text`, or "" when it does not come.
  std::string ReadUntil(std::string_view text) {
    size_t end;
    while ((end = waiting_.find(text)) == std::string::npos) {
      if (!Receive()) return {};
    }
    std::string all = waiting_.substr(0, end + text.size());
    waiting_.erase(0, all.size());
    return all;
  }
  std::string ReadBytes(size_t size) {
    while (waiting_.size() < size) {
      if (!Receive()) return {};
    }
    std::string all = waiting_.substr(0, size);
    waiting_.erase(0, size);
    return all;
  }

 private:
  enum class Got { kBytes, kNothing, kEnd };

  bool Handshake() {
    static const std::shared_ptr<const TlsContext> context = TlsContext::ForClient("", TestServerTls().certificate_file).value();
    fcntl(fd_, F_SETFL, O_NONBLOCK);
    tls_ = TlsSession::Connect(*context, fd_, "localhost", false);
    while (true) {
      TlsSession::Progress progress = tls_->Handshake().progress;
      if (progress == TlsSession::Progress::kDone) return true;
      if (!Await(progress)) return false;
    }
  }
  bool Await(TlsSession::Progress progress, int milliseconds = kPatienceMilliseconds) {
    bool reads = progress == TlsSession::Progress::kWantsRead;
    if (!reads && progress != TlsSession::Progress::kWantsWrite) return false;
    pollfd waited{fd_, static_cast<short>(reads ? POLLIN : POLLOUT), 0};
    return poll(&waited, 1, milliseconds) > 0;
  }
  Got ReceiveByTls(int milliseconds) {
    char piece[65536];
    while (true) {
      TlsSession::Step step = tls_->Read(piece, sizeof piece);
      if (step.progress == TlsSession::Progress::kDone) {
        waiting_.append(piece, step.size);
        return Got::kBytes;
      }
      ended_orderly_ = step.progress == TlsSession::Progress::kEnded;
      if (ended_orderly_ || step.progress == TlsSession::Progress::kFailed) return Got::kEnd;
      if (Await(step.progress, milliseconds)) continue;
      if (milliseconds == kPatienceMilliseconds) ADD_FAILURE() << "nothing came";
      return Got::kNothing;
    }
  }

  int fd_;
  bool connected_ = false, ended_orderly_ = false;
  std::unique_ptr<TlsSession> tls_;
  std::string waiting_;
};

// Each test of the server runs over both kinds of line.
class LineTest : public testing::TestWithParam<bool> {
 protected:
  bool tls() const { return GetParam(); }
  std::unique_ptr<Server> Start(ServerOptions options, Handler handler) {
    options.port = 0;
    if (tls()) options.tls = TestServerTls();
    auto server = Server::Start(options, std::move(handler));
    EXPECT_TRUE(server.ok()) << Describe(server.error());
    return std::move(server).value();
  }
};
inline std::string LineName(const testing::TestParamInfo<bool>& line) { return line.param ? "Tls" : "Plain"; }

inline std::string Get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

inline std::string Post(std::string_view target, std::string_view body, std::string_view more = {}) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more) + "\r\n" + std::string(body);
}

}  // namespace qianxian::http
