// A stream of text: the body of one answer that goes on (RFC 9112 §7.1 chunks; to HTTP/1.0 until the connection closes).
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>

#include "base/limits.h"
#include "http/upgraded.h"

namespace qianxian::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kWriteBytes = 64 << 10;
constexpr size_t kUnaskedBytes = 64 << 10;          // what a client may say while it should listen

class Stream final : public Upgraded, public std::enable_shared_from_this<Stream> {
 public:
  Stream(Transport transport, UpgradeTools tools, bool chunked)
      : transport_(std::move(transport)), tools_(std::move(tools)), chunked_(chunked) {}

  void Start() override {
    last_write_ = tools_.clock.MonotonicNanoseconds();
    std::weak_ptr<Stream> weak = shared_from_this();
    tools_.pipe->Attach([weak, executor = transport_.get_executor()] {
      asio::post(executor, [weak] {
        if (auto self = weak.lock()) self->Pump();
      });
    });
    Listen();
  }

  void Look(int64_t now) override {
    if (writing_ && now - last_write_ > limits::kHttpIdleSeconds * kSecond) return Fail();
    const Pipe::Options& options = tools_.pipe->options();
    bool due = now - last_write_ >= options.heartbeat_seconds * kSecond;
    if (!writing_ && due && !options.heartbeat.empty()) tools_.pipe->Send(options.heartbeat);
  }

  // Without chunks the end of the connection is the end of the text: then it may not look like one when it is none.
  void Close(bool orderly) override {
    if (closed_) return;
    closed_ = true;
    tools_.pipe->Detach();
    transport_.Close(orderly && (chunked_ || over_));
  }

 private:
  void Fail() {
    if (closed_) return;
    Close(over_);
    tools_.on_end();
  }

  // Nothing is expected of the client but that it goes.
  void Listen() {
    transport_.async_read_some(asio::buffer(unasked_), [self = shared_from_this()](const error_code& error, size_t size) {
      if (self->closed_) return;
      self->unasked_bytes_ += size;
      if (error || self->unasked_bytes_ > kUnaskedBytes) return self->Fail();
      self->Listen();
    });
  }

  void Pump() {
    if (closed_) return;
    if (tools_.pipe->cut()) return Fail();          // also while a piece is on its way to a client that does not read
    if (writing_) return;
    Pipe::Taken taken = tools_.pipe->Take(kWriteBytes);
    out_.clear();
    size_t size = 0;
    for (const std::string& piece : taken.pieces) size += piece.size();
    if (chunked_ && size > 0) {
      char length[24];
      std::snprintf(length, sizeof length, "%zx\r\n", size);
      out_ += length;
    }
    for (const std::string& piece : taken.pieces) out_ += piece;
    if (chunked_ && size > 0) out_ += "\r\n";
    if (chunked_ && taken.over) out_ += "0\r\n\r\n";
    if (out_.empty()) {
      over_ = taken.over;
      return over_ ? Fail() : void();
    }
    WriteOut(taken.over);
  }

  void WriteOut(bool last) {
    writing_ = true;
    last_write_ = tools_.clock.MonotonicNanoseconds();
    asio::async_write(transport_, asio::buffer(out_), [self = shared_from_this(), last](const error_code& error, size_t) {
      if (self->closed_) return;
      self->writing_ = false;
      self->last_write_ = self->tools_.clock.MonotonicNanoseconds();
      self->over_ = last && !error;
      if (error || last) return self->Fail();
      self->Pump();
    });
  }

  Transport transport_;
  UpgradeTools tools_;
  const bool chunked_;
  std::array<char, 512> unasked_{};
  size_t unasked_bytes_ = 0;
  std::string out_;
  int64_t last_write_ = 0;
  bool writing_ = false;
  bool over_ = false;                               // all is written
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<Upgraded> MakeStream(Transport transport, UpgradeTools tools, bool chunked) {
  return std::make_shared<Stream>(std::move(transport), std::move(tools), chunked);
}

}  // namespace qianxian::http
