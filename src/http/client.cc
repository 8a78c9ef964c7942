// The small client: blocking sockets under one deadline, TLS over them where asked for, Beast's parser for the answer.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/http/basic_parser.hpp>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "http/server.h"
#include "http/tls.h"

namespace qianxian::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kAnswerHeaderBytes = 256 << 10;
constexpr size_t kLastChunkBytes = 5;  // see request_parser.cc: Beast may not be shown less of a chunked body

class ResponseParser final : public beast::http::basic_parser<false> {
 public:
  explicit ResponseParser(bool head_request) {
    eager(true);
    header_limit(kAnswerHeaderBytes);
    body_limit(limits::kHttpBodyBytes);   // whoever answers is not always ours
    skip(head_request);
  }
  Response response;

 protected:
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int, error_code&) override {}
  void on_response_impl(int status, beast::string_view, int, error_code&) override { response.status = status; }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    if (is_header_done()) return;  // a trailer
    response.headers.emplace_back(ToLowerAscii({name.data(), name.size()}), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<uint64_t> const&, error_code&) override {}
  size_t on_body_impl(beast::string_view body, error_code&) override {
    response.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(uint64_t, beast::string_view, error_code&) override {}
  size_t on_chunk_body_impl(uint64_t, beast::string_view body, error_code& error) override { return on_body_impl(body, error); }
  void on_finish_impl(error_code&) override {}
};

Error Closed(const std::string& reason) {
  return Unavailable("closed", "the server closed the connection: " + reason, "服务器关闭了连接：" + reason);
}

class ClientConnection {
 public:
  explicit ClientConnection(int timeout_seconds)
      : deadline_(clock_.MonotonicNanoseconds() + int64_t{timeout_seconds} * 1'000'000'000) {}
  ~ClientConnection() {
    if (fd_ >= 0) close(fd_);
  }

  Status Connect(const std::string& host, uint16_t port);
  Status StartTls(const ClientRequest& request);
  Status SendAll(std::string_view bytes, bool& refused);
  Result<size_t> Receive(char* out, size_t size);

 private:
  Status Wait(short events);
  Status ConnectTo(const addrinfo& address);
  Status WaitFor(TlsSession::Progress progress);
  Status SendAllByTls(std::string_view bytes, bool& refused);
  Result<size_t> ReceiveByTls(char* out, size_t size);

  SystemClock clock_;
  int64_t deadline_;
  int fd_ = -1;
  std::unique_ptr<TlsSession> tls_;
};

Status ClientConnection::Wait(short events) {
  while (true) {
    int64_t left = (deadline_ - clock_.MonotonicNanoseconds()) / 1'000'000;
    if (left <= 0) return Unavailable("timeout", "no answer in time", "等待应答超时");
    pollfd waited{fd_, events, 0};
    int ready = poll(&waited, 1, static_cast<int>(std::min<int64_t>(left, 1'000'000)));
    if (ready > 0) return Ok();
    if (ready < 0 && errno != EINTR) return Closed(std::strerror(errno));
  }
}

Status ClientConnection::ConnectTo(const addrinfo& address) {
  if (fd_ >= 0) close(fd_);
  fd_ = socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
  int reason = errno;
  if (fd_ >= 0) {
    if (connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return Ok();
    reason = errno;
    if (reason == EINPROGRESS) {
      QX_DO(Wait(POLLOUT));
      socklen_t size = sizeof reason;
      getsockopt(fd_, SOL_SOCKET, SO_ERROR, &reason, &size);
      if (reason == 0) return Ok();
    }
  }
  return Unavailable("connect", std::string("cannot connect: ") + std::strerror(reason),
                     std::string("无法连接：") + std::strerror(reason));
}

Status ClientConnection::Connect(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int result = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (result != 0) {
    return Unavailable("connect", "no such host " + host + ": " + gai_strerror(result), "找不到主机：" + host);
  }
  Status status = Unavailable("connect", "no address of " + host, "找不到主机：" + host);
  for (const addrinfo* address = found; address != nullptr && !status.ok(); address = address->ai_next) {
    status = ConnectTo(*address);
  }
  freeaddrinfo(found);
  return status;
}

Status ClientConnection::WaitFor(TlsSession::Progress progress) {
  return Wait(progress == TlsSession::Progress::kWantsRead ? POLLIN : POLLOUT);
}

Status ClientConnection::StartTls(const ClientRequest& request) {
  QX_TRY(std::shared_ptr<const TlsContext> context, TlsContext::ForClient(request.ca_file, request.own_file));
  tls_ = TlsSession::Connect(*context, fd_, request.host, request.own_file.empty());
  if (!tls_) return Unavailable("tls", "TLS cannot be used for " + request.host, "无法与 " + request.host + " 使用 TLS");
  while (true) {
    TlsSession::Progress progress = tls_->Handshake().progress;
    if (progress == TlsSession::Progress::kDone) return Ok();
    if (progress == TlsSession::Progress::kFailed || progress == TlsSession::Progress::kEnded) return tls_->WhyFailed(request.host);
    QX_DO(WaitFor(progress));
  }
}

Status ClientConnection::SendAllByTls(std::string_view bytes, bool& refused) {
  while (!bytes.empty()) {
    TlsSession::Step step = tls_->Write(bytes.data(), bytes.size());
    if (step.progress == TlsSession::Progress::kDone) {
      bytes.remove_prefix(step.size);
    } else if (step.progress == TlsSession::Progress::kFailed || step.progress == TlsSession::Progress::kEnded) {
      refused = true;
      return Ok();
    } else {
      QX_DO(WaitFor(step.progress));
    }
  }
  return Ok();
}

// An end that was not announced may be somebody's who cut the line: it ends no answer.
Result<size_t> ClientConnection::ReceiveByTls(char* out, size_t size) {
  while (true) {
    TlsSession::Step step = tls_->Read(out, size);
    if (step.progress == TlsSession::Progress::kDone) return step.size;
    if (step.progress == TlsSession::Progress::kEnded) return size_t{0};
    if (step.progress == TlsSession::Progress::kFailed) return Closed("within TLS");
    QX_DO(WaitFor(step.progress));
  }
}

// A server that refuses a large request answers before it has all of it: then `refused`, and the answer is to be read.
Status ClientConnection::SendAll(std::string_view bytes, bool& refused) {
  if (tls_) return SendAllByTls(bytes, refused);
  while (!bytes.empty()) {
    ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      QX_DO(Wait(POLLOUT));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      refused = true;
      return Ok();
    } else if (errno != EINTR) {
      return Closed(std::strerror(errno));
    }
  }
  return Ok();
}

Result<size_t> ClientConnection::Receive(char* out, size_t size) {
  if (tls_) return ReceiveByTls(out, size);
  while (true) {
    ssize_t got = recv(fd_, out, size, 0);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EAGAIN) {
      QX_DO(Wait(POLLIN));
    } else if (errno != EINTR) {
      return Closed(std::strerror(errno));
    }
  }
}

std::string RequestText(const ClientRequest& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
  bool has_host = false;
  for (const auto& [name, value] : request.headers) {
    has_host = has_host || ToLowerAscii(name) == "host";
    text += name + ": " + value + "\r\n";
  }
  bool bare_ipv6 = request.host.find(':') != std::string::npos;   // RFC 3986 §3.2.2: in brackets
  if (!has_host) text += "Host: " + (bare_ipv6 ? "[" + request.host + "]" : request.host) + ":" + std::to_string(request.port) + "\r\n";
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "Connection: close\r\n\r\n";
}

// Drops answers before the real one (100 Continue).
Result<Response> ReadAnswer(ClientConnection& connection, bool head_request) {
  std::string waiting, piece(kReadBytes, '\0');
  auto parser = std::make_unique<ResponseParser>(head_request);
  while (true) {
    QX_TRY(size_t got, connection.Receive(piece.data(), piece.size()));
    waiting.append(piece, 0, got);
    error_code error;
    if (got == 0) {
      if (!parser->got_some()) return Closed("before its answer");
      parser->put_eof(error);
      if (error) return Closed("within its answer");
      return std::move(parser->response);
    }
    while (!waiting.empty() && !parser->is_done()) {
      if (parser->is_header_done() && parser->chunked() && waiting.size() < kLastChunkBytes) break;
      waiting.erase(0, parser->put({waiting.data(), waiting.size()}, error));
      if (error == beast::http::error::need_more) break;
      if (error) return Invalid("bad-answer", "the answer is not HTTP: " + error.message(), "应答不是有效的HTTP");
      if (parser->is_done() && parser->response.status / 100 == 1) parser = std::make_unique<ResponseParser>(head_request);
    }
    if (parser->is_done()) return std::move(parser->response);
  }
}

}  // namespace

Result<Response> Send(const ClientRequest& request) {
  ClientConnection connection(request.timeout_seconds);
  QX_DO(connection.Connect(request.host, request.port));
  if (request.tls) QX_DO(connection.StartTls(request));
  bool refused = false;
  QX_DO(connection.SendAll(RequestText(request), refused));
  if (!refused) QX_DO(connection.SendAll(request.body, refused));
  return ReadAnswer(connection, request.method == "HEAD");
}

}  // namespace qianxian::http
