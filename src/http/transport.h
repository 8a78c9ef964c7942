// The bytes of a connection: a socket as it is, or TLS over it. To Asio and Beast it is a stream like a socket; without TLS
// each call is the socket's own. Handlers are function objects, called on the socket's executor, never within the call.
// Of http's own .cc files only. Threads: the io thread of the connection.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>

#include "http/tls.h"

namespace qianxian::http {

class Transport {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;   // Asio's names
  using next_layer_type = Socket;
  using Error = boost::system::error_code;

  explicit Transport(Socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& next_layer() { return socket_; }
  const Socket& next_layer() const { return socket_; }
  Socket& socket() { return socket_; }
  TlsSession* tls() const { return tls_.get(); }
  void StartTls(std::unique_ptr<TlsSession> session) { tls_ = std::move(session); }
  void DropTls() { tls_.reset(); }               // what comes now is as it was sent; not while a call is under way

  // Of several buffers, TLS takes the first that is not empty.
  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_ == nullptr) {
      socket_.async_read_some(buffers, std::forward<Handler>(handler));
    } else {
      Begin(Step<boost::asio::mutable_buffer>{this, First<boost::asio::mutable_buffer>(buffers)}, std::forward<Handler>(handler));
    }
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_ == nullptr) {
      socket_.async_write_some(buffers, std::forward<Handler>(handler));
    } else {
      Begin(Step<boost::asio::const_buffer>{this, First<boost::asio::const_buffer>(buffers)}, std::forward<Handler>(handler));
    }
  }

  // We have said all; the other side may not have.
  void EndSending(Error& error) {
    if (tls_) tls_->SayGoodbye();
    socket_.shutdown(Socket::shutdown_send, error);
  }
  // orderly: all that was to be said was said; without it a TLS client knows that something is missing.
  void Close(bool orderly) {
    if (tls_) {
      if (orderly) tls_->SayGoodbye();
      tls_->LetGo();
    }
    Error ignored;
    socket_.close(ignored);
  }

 private:
  template <typename Buffer, typename Buffers>
  static Buffer First(const Buffers& buffers) {
    auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      if (Buffer one(*at); one.size() > 0) return one;
    }
    return Buffer();
  }

  // One read or write: tries, waits for the socket, tries again; what succeeds at once still answers later.
  template <typename Buffer>
  struct Step {
    Transport* transport;
    Buffer buffer;
    bool waited = false, finished = false;
    Error result{};
    size_t size = 0;

    template <typename Self>
    void operator()(Self& self, Error error = {}) {
      if (finished) return self.complete(result, size);
      if (error) return self.complete(error, 0);
      TlsSession::Step step = Try(*transport->tls_, buffer);
      bool reads = step.progress == TlsSession::Progress::kWantsRead;
      if (reads || step.progress == TlsSession::Progress::kWantsWrite) {
        waited = true;
        return transport->socket_.async_wait(reads ? Socket::wait_read : Socket::wait_write, std::move(self));
      }
      result = step.progress == TlsSession::Progress::kDone    ? Error()
               : step.progress == TlsSession::Progress::kEnded ? Error(boost::asio::error::eof)
                                                               : Error(boost::asio::error::connection_reset);
      size = step.size;
      if (waited) return self.complete(result, size);
      finished = true;
      boost::asio::post(transport->socket_.get_executor(), std::move(self));
    }
  };
  static TlsSession::Step Try(TlsSession& tls, boost::asio::mutable_buffer buffer) {
    if (buffer.size() == 0) return {TlsSession::Progress::kDone, 0};
    return tls.Read(static_cast<char*>(buffer.data()), buffer.size());
  }
  static TlsSession::Step Try(TlsSession& tls, boost::asio::const_buffer buffer) {
    return tls.Write(static_cast<const char*>(buffer.data()), buffer.size());
  }
  template <typename Operation, typename Handler>
  void Begin(Operation operation, Handler&& handler) {
    boost::asio::async_compose<std::decay_t<Handler>, void(Error, size_t)>(std::move(operation), handler, socket_);
  }

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
};

// Beast's end of a WebSocket: what still comes is read and forgotten, as it is.
inline void teardown(boost::beast::role_type role, Transport& transport, boost::beast::error_code& error) {
  if (transport.tls() != nullptr) transport.tls()->SayGoodbye();
  boost::beast::websocket::teardown(role, transport.socket(), error);
}
template <typename Handler>
void async_teardown(boost::beast::role_type role, Transport& transport, Handler&& handler) {
  if (transport.tls() != nullptr) transport.tls()->SayGoodbye();
  boost::beast::websocket::async_teardown(role, transport.socket(), std::forward<Handler>(handler));
}

}  // namespace qianxian::http
