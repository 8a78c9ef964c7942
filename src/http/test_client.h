// A client for tests that says byte by byte what goes over the line, and reads answers one by one. One thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace qianxian::http {

struct TestAnswer {
  int status = 0;  // 0: the connection ended instead
  std::string head;
  std::string body;
};

class TestClient {
 public:
  static constexpr int kPatienceMilliseconds = 10'000;

  explicit TestClient(uint16_t port, int receive_buffer_bytes = 0) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  TestClient(TestClient&& other) noexcept : fd_(other.fd_), connected_(other.connected_), waiting_(std::move(other.waiting_)) {
    other.fd_ = -1;
  }
  ~TestClient() { Disconnect(); }

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  void Disconnect() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // More bytes into `waiting_`; false at the end or when nothing comes for too long.
  bool Receive() {
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
  int fd_;
  bool connected_ = false;
  std::string waiting_;
};

inline std::string Get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

inline std::string Post(std::string_view target, std::string_view body, std::string_view more = {}) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more) + "\r\n" + std::string(body);
}

}  // namespace qianxian::http
