// What the page is told without asking: server-sent events (GET /api/events, docs/formats/api.md). To everybody who is
// signed in: that the record has a newer t, that the numbers know a newer t. To one person: notices (Publish).
// A notice has a number; a page that was away for a moment (Last-Event-ID) gets what it missed, as far as it is kept, or
// is told that it must ask again ("missed"). Notices are kept in memory only: they say where to look, the record is the truth.
// Before anything is sent, the stream's session is looked at: one that has ended, or whose account is disabled, ends it.
// An open stream is no use of the session. Bounds: limits::kEvent….
// Owner: Api. Threads: any; one of its own follows the store. Failures: as at each call.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/auth.h"
#include "base/ids.h"
#include "base/locked.h"
#include "http/server.h"
#include "store/store.h"

namespace qianxian::api {

class EventStream {
 public:
  EventStream(store::Store& store, auth::Auth& auth, Random& random);
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // To every open stream of `user` (an account's name, compared without case; "" = of everybody). `name` is one word of small
  // letters and hyphens, `json` the event's data. Never waits for a client. Invalid ("bad-event", "event-too-large").
  Status Publish(std::string_view user, std::string_view name, std::string_view json);
  // The numbers know the record up to here.
  void SayNumbers(uint64_t as_of);

  // The answer that goes on. Busy ("too-many-streams").
  Result<http::Response> Open(std::string_view secret, const auth::Session& session, std::string_view last_event_id);

 private:
  struct Listener {
    std::string user;                      // folded
    std::string secret;
    std::shared_ptr<http::Pipe> pipe;
  };
  struct Notice {
    uint64_t number = 0;
    std::string user;                      // folded; "" = everybody
    std::string text;
  };
  struct State {
    std::vector<Listener> listeners;
    std::deque<Notice> notices;            // the newest, in order
    uint64_t last = 0;
    uint64_t t = 0, as_of = 0;             // as they were said last
  };
  struct Bell {                            // apart: the store's thread that rings never waits for a look at sessions
    bool rung = false, stopping = false;
  };

  void Follow();
  void SayNewT();
  void SayState(State& state);
  void Send(State& state, std::string_view user, const std::string& text);
  void DropEnded(State& state);
  std::string Replay(const State& state, std::string_view user, std::string_view last_event_id) const;

  store::Store& store_;
  auth::Auth& auth_;
  const std::string boot_;                 // of this run of the program: numbers begin again with the next
  Locked<State> state_;
  Locked<Bell> bell_;
  std::condition_variable wake_;
  std::shared_ptr<void> subscription_;
  std::thread thread_;
};

}  // namespace qianxian::api
