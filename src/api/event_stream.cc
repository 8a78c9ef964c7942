#include "api/event_stream.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/limits.h"
#include "base/text.h"
#include "http/pipe.h"
#include "json/value.h"

namespace qianxian::api {
namespace {

// Under a stream of commits the page need not know each.
constexpr auto kPause = std::chrono::milliseconds(250);
// Sessions that end while nothing happens.
constexpr auto kLookInterval = std::chrono::seconds(5);

std::string NewBoot(Random& random) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random.Next()));
  return text;
}

// HTML §9.2.6: fields in lines, an empty line at the end.
std::string EventText(std::string_view id, std::string_view name, std::string_view data) {
  std::string text;
  if (!id.empty()) text += "id: " + std::string(id) + "\n";
  text += "event: " + std::string(name) + "\n";
  std::string unix_lines(data);
  std::replace(unix_lines.begin(), unix_lines.end(), '\r', ' ');
  for (std::string_view line : Split(unix_lines, '\n')) text += "data: " + std::string(line) + "\n";
  return text + "\n";
}

bool IsName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

std::string StateText(uint64_t t, uint64_t as_of) {
  return EventText("", "t", "{\"t\":" + std::to_string(t) + ",\"asOf\":" + std::to_string(as_of) + "}");
}

access::Caller ActingOf(const auth::Session& session) {
  access::Caller acting = session.caller;
  if (!acting.whole_county) acting.organizations = session.organizations;
  return acting;
}

}  // namespace

EventStream::EventStream(store::Store& store, auth::Auth& auth, Random& random)
    : store_(store), auth_(auth), boot_(NewBoot(random)) {
  state_.Lock()->t = told_t_ = store_.LastT();
  subscription_ = store_.Subscribe([this](uint64_t) {
    bell_.Lock()->rung = true;
    wake_.notify_one();
  });
  thread_ = std::thread([this] { Follow(); });
}

EventStream::~EventStream() {
  subscription_.reset();
  bell_.Lock()->stopping = true;
  wake_.notify_one();
  thread_.join();
  for (Listener& listener : state_.Lock()->listeners) listener.pipe->End();
}

void EventStream::Follow() {
  auto bell = bell_.Lock();
  while (!bell->stopping) {
    wake_.wait_for(bell.lock(), kLookInterval, [&] { return bell->stopping || bell->rung; });
    if (bell->stopping) return;
    bell->rung = false;
    bell.lock().unlock();
    (void)TellNotices().ok();
    SayNewT();
    bell.lock().lock();
    wake_.wait_for(bell.lock(), kPause, [&] { return bell->stopping; });
  }
}

void EventStream::SayNewT() {
  auto state = state_.Lock();
  uint64_t t = store_.LastT();
  if (t <= state->t) return DropEnded(*state);
  state->t = t;
  SayState(*state);
}

void EventStream::SayState(State& state) { Send(state, {}, StateText(state.t, state.as_of)); }

void EventStream::DropEnded(State& state) {
  std::erase_if(state.listeners, [&](Listener& listener) {
    if (!listener.pipe->open()) return true;
    Result<std::shared_ptr<const auth::Session>> session = auth_.Look(listener.secret);
    const bool whole = session.ok() && auth::CheckWhole(**session).ok();   // the role may ask for a second factor by now
    if (whole) listener.reader.acting = ActingOf(**session);               // the account may have changed
    if (whole || (!session.ok() && session.error().category != ErrorCategory::kUnauthenticated)) return false;
    listener.pipe->End();
    return true;
  });
}

void EventStream::Send(State& state, const Audience& audience, const std::string& text) {
  DropEnded(state);
  for (Listener& listener : state.listeners) {
    if (!audience || audience(listener.reader)) listener.pipe->Send(text);
  }
}

Status EventStream::Publish(std::string_view user, std::string_view name, std::string_view json) {
  if (user.empty()) return PublishTo({}, name, json);
  return PublishTo([account = auth::AccountId(user)](const Reader& reader) { return reader.account == account; }, name, json);
}

Status EventStream::PublishTo(Audience audience, std::string_view name, std::string_view json) {
  if (!IsName(name) || !json::Document::Parse(std::string(json)).ok()) {
    return Invalid("bad-event", "an event needs a name of small letters and data that are JSON", "事件名应为小写字母，数据应为JSON");
  }
  if (json.size() > limits::kEventBytes) {
    return Invalid("event-too-large", "an event says where to look, not everything: at most " + std::to_string(limits::kEventBytes) + " bytes",
                   "事件内容过大，最多 " + std::to_string(limits::kEventBytes) + " 字节");
  }
  auto state = state_.Lock();
  Notice notice{++state->last, std::move(audience), {}};
  notice.text = EventText(boot_ + "-" + std::to_string(notice.number), name, json);
  Send(*state, notice.audience, notice.text);
  state->notices.push_back(std::move(notice));
  if (state->notices.size() > limits::kEventsKept) state->notices.pop_front();
  return Ok();
}

void EventStream::SayNumbers(uint64_t as_of) {
  auto state = state_.Lock();
  if (as_of <= state->as_of) return;
  state->as_of = as_of;
  state->t = std::max(state->t, as_of);
  SayState(*state);
}

// What this user has not had since that event; "missed" where that is not known any more.
std::string EventStream::Replay(const State& state, const Reader& reader, std::string_view last_event_id) const {
  if (last_event_id.empty()) return {};
  size_t hyphen = last_event_id.find('-');
  int64_t number = -1;
  bool ours = hyphen != std::string_view::npos && last_event_id.substr(0, hyphen) == boot_ &&
              ParseInteger(last_event_id.substr(hyphen + 1), number);
  uint64_t first = state.last + 1 - state.notices.size();
  uint64_t had = static_cast<uint64_t>(number);
  if (!ours || number < 0 || had + 1 < first || had > state.last) return EventText("", "missed", "{}");
  std::string text;
  for (const Notice& notice : state.notices) {
    if (notice.number > had && (!notice.audience || notice.audience(reader))) text += notice.text;
  }
  return text;
}

Result<http::Response> EventStream::Open(std::string_view secret, const auth::Session& session, std::string_view last_event_id) {
  Reader reader{auth::AccountId(session.caller.user), ActingOf(session)};
  auto state = state_.Lock();
  DropEnded(*state);
  auto of_user = std::count_if(state->listeners.begin(), state->listeners.end(), [&](const Listener& l) { return l.reader.account == reader.account; });
  if (state->listeners.size() >= limits::kEventStreams || static_cast<size_t>(of_user) >= limits::kEventStreamsOfUser) {
    return MakeError(ErrorCategory::kBusy, "too-many-streams", "too many pages are open: close some, or try again later",
                     "打开的页面过多，请关闭一些后重试");
  }
  http::Pipe::Options options;
  options.bound_bytes = limits::kEventWaitingBytes;
  options.heartbeat = ": \n\n";
  auto pipe = std::make_shared<http::Pipe>(std::move(options));
  state->t = std::max(state->t, store_.LastT());
  // The id comes last: who loses the line before it has everything asks again from where it was.
  std::string begin = "retry: 3000\n" + Replay(*state, reader, last_event_id);
  pipe->Send(begin + "id: " + boot_ + "-" + std::to_string(state->last) + "\n" + StateText(state->t, state->as_of));
  state->listeners.push_back({std::move(reader), std::string(secret), pipe});
  http::Response response;
  response.Set("Content-Type", "text/event-stream; charset=utf-8");
  response.Set("Cache-Control", "no-store");
  response.Set("X-Accel-Buffering", "no");   // a proxy must not keep it back
  response.pipe = std::move(pipe);
  return response;
}

}  // namespace qianxian::api
