// A long-lived answer: pieces that any thread sends and the connection's io thread writes, in order, as long as the client
// stays (Response::pipe). No thread waits on it. Two uses: a stream of text (status 200; server-sent events), where a piece
// is some bytes of the body, and a WebSocket (status 101, RFC 6455), where a piece is one text message and what the client
// says comes to on_message.
// What waits is bounded: a client that does not keep up is cut, and must come again and ask for what it missed.
// Owner: whoever sends, and the connection. Threads: any. Failures: Send and End say false once the other end has gone.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "base/limits.h"
#include "base/locked.h"

namespace qianxian::http {

class Pipe {
 public:
  struct Options {
    size_t bound_bytes = limits::kPipeBytes;
    int heartbeat_seconds = limits::kPipeHeartbeatSeconds;
    std::string heartbeat;                          // of a stream: sent when nothing was for so long; "" = none. (A WebSocket pings.)
    // Of a WebSocket: a text message of the client, at most limits::kPipeMessageBytes. On the io thread: it must be quick.
    std::function<void(std::string message)> on_message;
  };
  Pipe() : Pipe(Options()) {}
  explicit Pipe(Options options) : options_(std::move(options)) {}
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  bool Send(std::string piece);
  void End();                                       // what waits is still written, then the answer ends
  bool open();                                      // false: it ended, or the client has gone
  const Options& options() const { return options_; }

  // The connection's side, and that of tests. `wake` is called (under the lock: it must only post) when there is something
  // to take; once until the next Take.
  struct Taken {
    std::deque<std::string> pieces;
    bool over = false;                              // nothing comes after these
  };
  void Attach(std::function<void()> wake);
  Taken Take(size_t about_bytes);
  bool cut();                                       // the bound was passed: to be closed at once
  void Detach();                                    // the client has gone

 private:
  struct State {
    std::deque<std::string> waiting;
    size_t bytes = 0;
    bool ended = false, gone = false, cut = false, woken = false;
    std::function<void()> wake;
  };
  static void Wake(State& state);
  const Options options_;
  Locked<State> state_;
};

}  // namespace qianxian::http
