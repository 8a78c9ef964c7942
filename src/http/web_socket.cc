// A WebSocket (RFC 6455) by Boost.Beast: text messages both ways, pings to see whether the other end is still there.
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>

#include "base/limits.h"
#include "http/upgraded.h"

namespace qianxian::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int kSilentHeartbeats = 3;                // without any sign from the client: it has gone

beast::http::request<beast::http::empty_body> ToBeast(const Request& request) {
  beast::http::request<beast::http::empty_body> out;
  out.version(11);
  out.method_string(request.method);
  out.target(request.target);
  for (const auto& [name, value] : request.headers) out.insert(name, value);
  return out;
}

class WebSocket final : public Upgraded, public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(Transport transport, UpgradeTools tools, const Request& request)
      : socket_(std::move(transport)), tools_(std::move(tools)), request_(ToBeast(request)) {}

  void Start() override {
    heard_ = last_ping_ = tools_.clock.MonotonicNanoseconds();
    socket_.read_message_max(limits::kPipeMessageBytes);
    socket_.auto_fragment(false);
    socket_.text(true);
    socket_.control_callback([this](websocket::frame_type, beast::string_view) { Heard(); });
    socket_.async_accept(request_, [self = shared_from_this()](const error_code& error) {
      if (self->closed_) return;
      if (error) return self->Fail();
      self->accepted_ = true;
      self->Attach();
      self->Read();
    });
  }

  void Look(int64_t now) override {
    int64_t interval = tools_.pipe->options().heartbeat_seconds * kSecond;
    if (now - heard_ > kSilentHeartbeats * interval) return Fail();
    if (!accepted_ || pinging_ || now - last_ping_ < interval) return;
    pinging_ = true;
    last_ping_ = now;
    socket_.async_ping({}, [self = shared_from_this()](const error_code& error) {
      if (self->closed_) return;
      self->pinging_ = false;
      if (error) self->Fail();
    });
  }

  void Close(bool orderly) override {
    if (closed_) return;
    closed_ = true;
    tools_.pipe->Detach();
    socket_.next_layer().Close(orderly);
  }

 private:
  void Heard() { heard_ = tools_.clock.MonotonicNanoseconds(); }

  void Fail() {
    if (closed_) return;
    Close(false);   // what ends well has said goodbye before
    tools_.on_end();
  }

  void Attach() {
    std::weak_ptr<WebSocket> weak = shared_from_this();
    tools_.pipe->Attach([weak, executor = socket_.get_executor()] {
      asio::post(executor, [weak] {
        if (auto self = weak.lock()) self->Pump();
      });
    });
  }

  // Beast answers pings and a close by itself while a read is under way.
  void Read() {
    socket_.async_read(in_, [self = shared_from_this()](const error_code& error, size_t) {
      if (self->closed_) return;
      if (error) return self->Fail();
      self->Heard();
      std::string message = beast::buffers_to_string(self->in_.data());
      self->in_.consume(self->in_.size());
      if (self->tools_.pipe->options().on_message) self->tools_.pipe->options().on_message(std::move(message));
      self->Read();
    });
  }

  void Pump() {
    if (closed_) return;
    if (tools_.pipe->cut()) return Fail();          // also while a piece is on its way to a client that does not read
    if (writing_) return;
    Pipe::Taken taken = tools_.pipe->Take(1);       // a message at a time
    if (taken.pieces.empty()) return taken.over ? SayGoodbye() : void();
    writing_ = true;
    out_ = std::move(taken.pieces.front());
    socket_.async_write(asio::buffer(out_), [self = shared_from_this(), over = taken.over](const error_code& error, size_t) {
      if (self->closed_) return;
      self->writing_ = false;
      if (error) return self->Fail();
      over ? self->SayGoodbye() : self->Pump();
    });
  }

  void SayGoodbye() {
    writing_ = true;
    socket_.async_close(websocket::close_code::normal, [self = shared_from_this()](const error_code&) { self->Fail(); });
  }

  websocket::stream<Transport> socket_;
  UpgradeTools tools_;
  beast::http::request<beast::http::empty_body> request_;
  beast::flat_buffer in_;
  std::string out_;
  int64_t heard_ = 0, last_ping_ = 0;
  bool accepted_ = false, writing_ = false, pinging_ = false, closed_ = false;
};

}  // namespace

std::shared_ptr<Upgraded> MakeWebSocket(Transport transport, UpgradeTools tools, const Request& request) {
  return std::make_shared<WebSocket>(std::move(transport), std::move(tools), request);
}

}  // namespace qianxian::http
