#include "http/connection.h"

#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>
#include <limits>
#include <optional>

#include "base/limits.h"
#include "base/limits_tls.h"
#include "base/log.h"
#include "base/text.h"
#include "bytes/compress.h"
#include "http/pipe.h"

namespace qianxian::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr size_t kHeaderReadBytes = 8 << 10;
constexpr size_t kBodyReadBytes = 256 << 10;
constexpr size_t kStoreBytes = 1 << 20;       // pieces in which an upload goes to its file
constexpr size_t kSendFileBytes = 1 << 20;    // then others have their turn
constexpr uint64_t kLingerBytes = 64 << 20;
constexpr size_t kInlinePackBytes = 64 << 10;     // larger answers are not packed on an io thread

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Shared& shared, Connections& registry)
    : transport_(std::move(socket)), shared_(shared), registry_(registry), parser_(RequestParser::Make(shared.options)) {}

void Connection::Start() {
  registry_.insert(shared_from_this());
  error_code error;
  asio::ip::tcp::socket& socket = transport_.socket();
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  auto endpoint = socket.remote_endpoint(error);
  if (!error) peer_ = endpoint.address().to_string(error);
  if (!error) socket.native_non_blocking(true, error);
  if (error || shared_.stopping) return Close();  // it went away before we looked
  if (shared_.options.tls) return AwaitGreeting();
  BeginRequest();
  Read();
}

// A connection that says nothing, or not all of a handshake, has no more time than a slow header.
void Connection::AwaitGreeting() {
  phase_ = Phase::kHandshake;
  deadline_ = Now() + limits::kTlsHandshakeSeconds * kSecond;
  transport_.socket().async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (self->closed_) return;
    error ? self->Close() : self->LookAtGreeting();
  });
}

// A method's first letter instead of a TLS record (RFC 8446 §5.1): somebody forgot the s of https, and is told so.
void Connection::LookAtGreeting() {
  char first = 0;
  if (recv(transport_.socket().native_handle(), &first, 1, MSG_PEEK) != 1) return Close();
  if (first >= 'A' && first <= 'Z') {
    Response response;
    response.status = 400;
    response.Set("Content-Type", "text/plain; charset=utf-8");
    response.body = "此端口只接受 https：请把地址开头的 http:// 改为 https://\nThis port speaks https: begin the address with https://\n";
    return RefuseWith(std::move(response));
  }
  std::shared_ptr<const TlsContext> context = *shared_.tls.Lock();
  transport_.StartTls(TlsSession::Accept(*context, transport_.socket().native_handle()));
  if (transport_.tls() == nullptr) return Close();
  Handshake();
}

void Connection::Handshake() {
  if (Now() > deadline_) return Close();
  TlsSession::Progress progress = transport_.tls()->Handshake().progress;
  if (progress == TlsSession::Progress::kDone) {
    BeginRequest();
    return Read();
  }
  bool reads = progress == TlsSession::Progress::kWantsRead;
  if (!reads && progress != TlsSession::Progress::kWantsWrite) return Close();
  transport_.socket().async_wait(reads ? asio::ip::tcp::socket::wait_read : asio::ip::tcp::socket::wait_write,
                                 [self = shared_from_this()](const error_code& error) {
                                   if (self->closed_) return;
                                   error ? self->Close() : self->Handshake();
                                 });
}

void Connection::Close(bool orderly) {
  if (closed_) return;
  closed_ = true;
  transport_.Close(orderly);
  if (upgraded_) upgraded_->Close(orderly);
  if (answer_.pipe) answer_.pipe->Detach();
  ForgetBody();
  registry_.erase(shared_from_this());
  --shared_.connections;
}

void Connection::CloseIfIdle() {
  if (phase_ == Phase::kHandshake || phase_ == Phase::kIdle || phase_ == Phase::kLingering || phase_ == Phase::kUpgraded) Close(true);
}

void Connection::CloseIfLate(int64_t now_nanoseconds) {
  if (upgraded_) return upgraded_->Look(now_nanoseconds);
  if (now_nanoseconds > deadline_) Close();
}

// A transfer may pause for the idle time, and on average must keep up the minimum speed.
void Connection::StartTransfer() {
  transfer_start_ = Now();
  transferred_ = 0;
  deadline_ = transfer_start_ + limits::kHttpIdleSeconds * kSecond;
}

void Connection::CountTransfer(size_t size) {
  transferred_ += size;
  int64_t idle = limits::kHttpIdleSeconds * kSecond;
  int64_t earned = static_cast<int64_t>(transferred_ / limits::kHttpMinimumBytesPerSecond) * kSecond;
  deadline_ = std::min(Now() + idle, transfer_start_ + idle + earned);
}

void Connection::BeginRequest() {
  parser_->Reset();
  ForgetBody();
  upload_.reset();
  continued_ = false;
  phase_ = Phase::kIdle;
  deadline_ = Now() + limits::kHttpIdleSeconds * kSecond;
  if (begin_ == end_ && buffer_.size() > kHeaderReadBytes) {
    buffer_ = std::string();  // what a large body needed, an idle connection does not keep
    begin_ = end_ = 0;
  }
}

void Connection::Read() {
  size_t room = phase_ == Phase::kBody || phase_ == Phase::kLingering ? kBodyReadBytes : kHeaderReadBytes;
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + room) buffer_.resize(end_ + room);
  transport_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](const error_code& error, size_t size) {
                            if (self->closed_) return;
                            if (error) return self->Close();
                            self->OnRead(size);
                          });
}

void Connection::OnRead(size_t size) {
  if (Now() > deadline_) return Close();  // late, and not yet looked at
  if (phase_ == Phase::kLingering) {
    transferred_ += size;
    return transferred_ > kLingerBytes ? Close() : Read();
  }
  end_ += size;
  if (phase_ == Phase::kBody) CountTransfer(size);
  Advance();
}

// Goes as far as the bytes at hand allow.
void Connection::Advance() {
  if (phase_ == Phase::kIdle && begin_ < end_) {
    phase_ = Phase::kHeader;
    deadline_ = Now() + limits::kHttpHeaderSeconds * kSecond;
  }
  begin_ += parser_->Feed(std::string_view(buffer_).substr(begin_, end_ - begin_));
  if (int status = parser_->refusal(); status != 0) return Refuse(status);
  if (phase_ == Phase::kHeader && parser_->header_done() && !EnterBody()) return;
  if (!CountBody()) return Refuse(503);
  size_t waiting = parser_->upload_waiting().size();
  if (waiting >= kStoreBytes || (waiting > 0 && parser_->done())) return StoreUpload();
  if (parser_->done()) return Dispatch();
  if (phase_ == Phase::kBody && parser_->expects_continue() && !continued_ && parser_->body_bytes() == 0) return SendContinue();
  Read();
}

// False: the body has to wait, or was refused.
bool Connection::EnterBody() {
  phase_ = Phase::kBody;
  StartTransfer();
  if (parser_->upload_folder().empty()) return true;
  if (!shared_.options.admit_upload) return OpenUpload();
  AskAdmission();
  return false;
}

void Connection::AskAdmission() {
  phase_ = Phase::kHandling;
  deadline_ = kNever;
  SayOrigin(parser_->request());
  auto job = [self = shared_from_this()]() mutable {
    std::optional<Response> refusal;
    try {
      refusal = self->shared_.options.admit_upload(self->parser_->request());
    } catch (...) {
      LogError("http: the admission of an upload threw");
      refusal = self->Refusal(500);
    }
    auto executor = self->transport_.get_executor();
    asio::post(executor, [self = std::move(self), refusal = std::move(refusal)]() mutable {
      if (self->closed_) return;
      if (refusal) return self->RefuseWith(std::move(*refusal));
      self->phase_ = Phase::kBody;
      self->StartTransfer();
      if (self->OpenUpload()) self->Advance();
    });
  };
  if (!shared_.workers.TryPush(std::move(job))) Refuse(503);
}

bool Connection::OpenUpload() {
  auto file = UploadFile::Create(parser_->upload_folder());
  if (!file.ok()) {
    LogError(Describe(file.error()));
    Refuse(507);
    return false;
  }
  upload_ = std::move(file).value();
  return true;
}

// Bodies in memory are bounded one by one and all together.
bool Connection::CountBody() {
  uint64_t now = parser_->request().body.size();
  if (now <= body_counted_) return true;
  shared_.body_bytes += now - body_counted_;
  body_counted_ = now;
  return shared_.body_bytes <= shared_.options.bodies_bytes;
}

void Connection::ForgetBody() {
  shared_.body_bytes -= body_counted_;
  body_counted_ = 0;
}

// The disk thread writes; nothing is read meanwhile, so that a fast sender waits for a slow disk.
void Connection::StoreUpload() {
  phase_ = Phase::kStoring;
  deadline_ = kNever;
  auto job = [self = shared_from_this()]() mutable {
    Status stored = self->upload_->Write(self->parser_->upload_waiting());
    self->parser_->upload_waiting().clear();
    if (!stored.ok()) LogError(Describe(stored.error()));
    auto executor = self->transport_.get_executor();
    asio::post(executor, [self = std::move(self), good = stored.ok()] {
      if (self->closed_) return;
      if (!good) return self->Refuse(507);
      self->phase_ = Phase::kBody;
      self->CountTransfer(0);
      self->Advance();
    });
  };
  if (!shared_.disk.TryPush(std::move(job))) Refuse(503);
}

void Connection::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  continued_ = true;
  asio::async_write(transport_, asio::buffer(kContinue.data(), kContinue.size()),
                    [self = shared_from_this()](const error_code& error, size_t) {
                      if (self->closed_) return;
                      if (error) return self->Close();
                      self->Read();
                    });
}

void Connection::Dispatch() {
  phase_ = Phase::kHandling;
  deadline_ = kNever;
  Request& request = parser_->request();
  SayOrigin(request);
  const auto& runs_inline = shared_.options.inline_handler;
  if (runs_inline && request.body.empty() && upload_ == nullptr && runs_inline(request.method, request.path)) {
    return FinishInline(Handle());
  }
  auto job = [self = shared_from_this()]() mutable {
    Answer answer = self->Finish(self->Handle());
    auto executor = self->transport_.get_executor();
    // Everything goes along: the worker must not be the last to hold the connection.
    asio::post(executor, [self = std::move(self), answer = std::move(answer)]() mutable {
      if (!self->closed_) return self->Write(std::move(answer));
      if (answer.pipe) answer.pipe->Detach();
    });
  };
  if (!shared_.workers.TryPush(std::move(job))) {
    Refuse(503);
  }
}

// Where it came from. What a proxy says counts only from one that we were told of: anybody can send these headers.
void Connection::SayOrigin(Request& request) const {
  request.peer = peer_;
  request.secure = transport_.tls() != nullptr;
  if (!shared_.options.behind_proxy) return;
  request.secure = request.secure || request.Header("x-forwarded-proto") == "https";
  for (const auto& [name, value] : request.headers) {
    if (name != "x-forwarded-for") continue;
    // The last is the one that the proxy itself saw.
    error_code error;
    auto address = asio::ip::make_address(std::string(TrimAscii(std::string_view(value).substr(value.rfind(',') + 1))), error);
    if (!error) request.peer = address.to_string();
  }
}

// What was answered on the io thread is written by it, but packing a large body would hold the others.
void Connection::FinishInline(Response response) {
  bool packs = response.body.size() > kInlinePackBytes && AcceptsGzip(parser_->request().Header("accept-encoding"));
  if (!packs) return Write(Finish(std::move(response)));
  auto job = [self = shared_from_this(), response = std::move(response)]() mutable {
    Answer answer = self->Finish(std::move(response));
    auto executor = self->transport_.get_executor();
    asio::post(executor, [self = std::move(self), answer = std::move(answer)]() mutable {
      if (!self->closed_) self->Write(std::move(answer));
    });
  };
  if (!shared_.workers.TryPush(std::move(job))) Refuse(503);
}

// On a worker, or inline on the io thread.
Response Connection::Handle() {
  Request& request = parser_->request();
  Response refusal;
  if (upload_ != nullptr) {
    request.upload_path = upload_->Release();
  } else if (!UnpackBody(refusal)) {
    return refusal;
  }
  return CallHandler();
}

Response Connection::CallHandler() {
  try {
    return shared_.handler(parser_->request());
  } catch (const std::exception& thrown) {
    LogError(std::string("http: a handler threw: ") + thrown.what());
  } catch (...) {
    LogError("http: a handler threw");
  }
  return Refusal(500);
}

// A body that was packed for the way is given to the handler as it was before.
bool Connection::UnpackBody(Response& refusal) {
  Request& request = parser_->request();
  std::string_view encoding = request.Header("content-encoding");
  if (encoding.empty() || encoding == "identity" || request.body.empty()) return true;
  if (encoding != "gzip" && encoding != "x-gzip") {
    refusal = Refusal(415);
    return false;
  }
  Result<std::string> plain = bytes::Gunzip(request.body, shared_.options.body_bytes);
  if (!plain.ok()) {
    refusal = Refusal(plain.error().code == "too-large" ? 413 : 400);
    return false;
  }
  request.body = std::move(plain).value();
  std::erase_if(request.headers, [](const auto& header) { return header.first == "content-encoding"; });
  return true;
}

Response Connection::Refusal(int status) const {
  Response response = PlainRefusal(status);
  if (shared_.options.refuse) {
    try {
      response = shared_.options.refuse(status, parser_->request().path);
    } catch (...) {
      LogError("http: the wording of a refusal threw");
    }
  }
  if (status == 503) response.Set("Retry-After", "1");
  return response;
}

Answer Connection::Finish(Response response) {
  const Request& request = parser_->request();
  AnswerContext context;
  context.head_request = request.method == "HEAD";
  context.http_1_0 = parser_->http_1_0();
  context.keep_alive = parser_->done() && parser_->refusal() == 0 && parser_->keep_alive() && !shared_.stopping;
  context.gzip = AcceptsGzip(request.Header("accept-encoding"));
  context.tls = transport_.tls() != nullptr;
  context.now = shared_.clock.Now();
  return MakeAnswer(std::move(response), context);
}

void Connection::Refuse(int status) { RefuseWith(Refusal(status)); }

// Unless the whole request has been read, this is the last answer on this connection.
void Connection::RefuseWith(Response response) {
  upload_.reset();
  Answer answer = Finish(std::move(response));
  QX_CHECK(answer.close || parser_->done(), "a half-read request keeps its connection");
  Write(std::move(answer));
}

void Connection::Write(Answer answer) {
  answer_ = std::move(answer);
  if (answer_.web_socket) return Upgrade();
  written_ = 0;
  file_offset_ = 0;
  phase_ = Phase::kWriting;
  StartTransfer();
  WriteSome();
}

void Connection::WriteSome() {
  size_t head = std::min(written_, answer_.head.size());
  size_t body = written_ - head;
  std::array<asio::const_buffer, 2> parts = {
      asio::buffer(answer_.head.data() + head, answer_.head.size() - head),
      asio::buffer(answer_.body.data() + body, answer_.body.size() - body),
  };
  transport_.async_write_some(parts, [self = shared_from_this()](const error_code& error, size_t size) {
    if (self->closed_) return;
    if (error) return self->Close();
    self->written_ += size;
    self->CountTransfer(size);
    if (self->written_ < self->answer_.head.size() + self->answer_.body.size()) return self->WriteSome();
    self->answer_.file_left > 0 ? self->SendFileSome() : self->AfterAnswer();
  });
}

void Connection::SendFileSome() {
  if (transport_.tls() != nullptr) return SendFilePiece();
  size_t piece = static_cast<size_t>(std::min<uint64_t>(answer_.file_left, kSendFileBytes));
  ssize_t sent = sendfile(transport_.socket().native_handle(), answer_.file.fd(), &file_offset_, piece);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return Close();
  if (sent == 0) return Close();  // the file became shorter: the client must see that something is missing
  if (sent > 0) {
    answer_.file_left -= static_cast<uint64_t>(sent);
    CountTransfer(static_cast<size_t>(sent));
    if (answer_.file_left == 0) return AfterAnswer();
  }
  transport_.socket().async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    if (self->closed_) return;
    error ? self->Close() : self->SendFileSome();
  });
}

// The system cannot encrypt on the way: the next piece becomes the body.
void Connection::SendFilePiece() {
  answer_.head.clear();
  answer_.body.resize(static_cast<size_t>(std::min<uint64_t>(answer_.file_left, limits::kTlsFilePieceBytes)));
  ssize_t got = pread(answer_.file.fd(), answer_.body.data(), answer_.body.size(), file_offset_);
  if (got <= 0) return Close();  // the file became shorter: the client must see that something is missing
  answer_.body.resize(static_cast<size_t>(got));
  answer_.file_left -= static_cast<uint64_t>(got);
  file_offset_ += got;
  written_ = 0;
  WriteSome();
}

void Connection::AfterAnswer() {
  if (answer_.pipe && !shared_.stopping) return Upgrade();
  bool close = answer_.close || shared_.stopping;
  answer_ = Answer();
  if (close) return parser_->done() && begin_ == end_ ? Close(true) : Linger();
  BeginRequest();
  begin_ < end_ ? Advance() : Read();
}

// The answer goes on as long as the client stays.
void Connection::Upgrade() {
  phase_ = Phase::kUpgraded;
  deadline_ = kNever;
  std::weak_ptr<Connection> weak = shared_from_this();
  UpgradeTools tools{std::move(answer_.pipe), shared_.clock, [weak] {
                       if (auto self = weak.lock()) self->Close();
                     }};
  upgraded_ = answer_.web_socket ? MakeWebSocket(std::move(transport_), std::move(tools), parser_->request())
                                 : MakeStream(std::move(transport_), std::move(tools), answer_.chunked);
  answer_ = Answer();
  buffer_ = std::string();
  upgraded_->Start();
}

// Closing with unread bytes makes the system reset the connection, and the client may lose the answer that it has not
// yet read. So we say that we have ended, and read and forget until it has too.
void Connection::Linger() {
  error_code error;
  transport_.EndSending(error);
  if (error) return Close();
  transport_.DropTls();
  phase_ = Phase::kLingering;
  transferred_ = 0;
  begin_ = end_ = 0;
  deadline_ = Now() + limits::kHttpLingerSeconds * kSecond;
  Read();
}

}  // namespace qianxian::http
