// What the page is told without asking: server-sent events (GET /api/events, docs/formats/api.md). To everybody who is
// signed in: that the record has a newer t, that the numbers know a newer t. To one person: what is published. To whom they are
// for: the notices of the record, as soon as they are committed, by whatever process (TellNotices; referral/notice_records.h).
// A notice has a number; a page that was away for a moment (Last-Event-ID) gets what it missed, as far as it is kept, or
// is told that it must ask again ("missed"). Notices are kept in memory only: they say where to look, the record is the truth.
// Before anything is sent, the stream's session is looked at: one that has ended, or whose account is disabled, ends it.
// An open stream is no use of the session. Bounds: limits::kEvent….
// Owner: Api. Threads: any; one of its own follows the store. Failures: as at each call.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/auth.h"
#include "base/ids.h"
#include "base/locked.h"
#include "http/server.h"
#include "json/writer.h"
#include "store/store.h"

namespace qianxian::api {

// The member "about" of a notice: {type: referral, consultation or emergency, id}. `about`: a reference.
void WriteNoticeAbout(json::Writer& writer, std::string_view about);

class EventStream {
 public:
  EventStream(store::Store& store, auth::Auth& auth, Random& random);
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // To every open stream of `user` (an account's name, compared without case; "" = of everybody). `name` is one word of small
  // letters and hyphens, `json` the event's data. Never waits for a client. Invalid ("bad-event", "event-too-large").
  Status Publish(std::string_view user, std::string_view name, std::string_view json);
  // The same to every open stream of whom the audience takes.
  struct Reader {
    std::string account;                   // auth::AccountId
    access::Caller acting;                 // with the account's own institutions
  };
  using Audience = std::function<bool(const Reader&)>;
  Status PublishTo(Audience audience, std::string_view name, std::string_view json);
  // The numbers know the record up to here.
  void SayNumbers(uint64_t as_of);

  // The answer that goes on. Busy ("too-many-streams").
  Result<http::Response> Open(std::string_view secret, const auth::Session& session, std::string_view last_event_id);

  struct Figures {
    size_t streams = 0;                    // open now
    uint64_t notices = 0;                  // published by this process
  };
  Figures figures() {
    auto state = state_.Lock();
    return {state->listeners.size(), state->last};
  }

 private:
  struct Listener {
    Reader reader;
    std::string secret;
    std::shared_ptr<http::Pipe> pipe;
  };
  struct Notice {
    uint64_t number = 0;
    Audience audience;                     // empty: everybody
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
  // Of the notices that were committed since the last time, to each person one of each event. What cannot be read is tried again
  // with the next commit.
  Status TellNotices();
  void SayState(State& state);
  void Send(State& state, const Audience& audience, const std::string& text);
  void DropEnded(State& state);
  std::string Replay(const State& state, const Reader& reader, std::string_view last_event_id) const;

  store::Store& store_;
  auth::Auth& auth_;
  const std::string boot_;                 // of this run of the program: numbers begin again with the next
  uint64_t told_t_ = 0;                    // of the thread that follows: the notices up to here were told
  Locked<State> state_;
  Locked<Bell> bell_;
  std::condition_variable wake_;
  std::shared_ptr<void> subscription_;
  std::thread thread_;
};

}  // namespace qianxian::api
