// What a connection becomes when its answer is a Pipe: a stream of text or a WebSocket. It has the socket from then on.
// Of http's own .cc files only. Threads: the io thread of the connection. Failures: the connection closes (on_end, once).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "http/pipe.h"
#include "http/server.h"
#include "http/transport.h"

namespace qianxian::http {

class Upgraded {
 public:
  virtual ~Upgraded() = default;
  virtual void Start() = 0;
  virtual void Look(int64_t now_nanoseconds) = 0;   // now and then: heartbeats, and clients that have gone silent
  // No on_end afterwards. orderly: the server stops, nothing went wrong.
  virtual void Close(bool orderly) = 0;
};

struct UpgradeTools {
  std::shared_ptr<Pipe> pipe;
  Clock& clock;
  std::function<void()> on_end;                     // the client has gone, or all is written
};

// The head of the answer has been written.
std::shared_ptr<Upgraded> MakeStream(Transport transport, UpgradeTools tools, bool chunked);
// Makes the handshake by itself: 101, or 400 if the request asks for no WebSocket.
std::shared_ptr<Upgraded> MakeWebSocket(Transport transport, UpgradeTools tools, const Request& request);

}  // namespace qianxian::http
