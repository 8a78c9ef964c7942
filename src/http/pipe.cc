#include "http/pipe.h"

#include <utility>

namespace qianxian::http {

void Pipe::Wake(State& state) {
  if (!state.wake || state.woken) return;
  state.woken = true;
  state.wake();
}

bool Pipe::Send(std::string piece) {
  auto state = state_.Lock();
  if (state->ended || state->gone) return false;
  state->bytes += piece.size();
  if (state->bytes > options_.bound_bytes) {
    state->cut = state->gone = true;
    state->waiting.clear();
  } else {
    state->waiting.push_back(std::move(piece));
  }
  Wake(*state);
  return !state->gone;
}

void Pipe::End() {
  auto state = state_.Lock();
  state->ended = true;
  Wake(*state);
}

bool Pipe::open() {
  auto state = state_.Lock();
  return !state->ended && !state->gone;
}

void Pipe::Attach(std::function<void()> wake) {
  auto state = state_.Lock();
  state->wake = std::move(wake);
  state->woken = false;
  if (!state->waiting.empty() || state->ended || state->cut) Wake(*state);
}

Pipe::Taken Pipe::Take(size_t about_bytes) {
  auto state = state_.Lock();
  Taken taken;
  for (size_t size = 0; !state->waiting.empty() && size < about_bytes;) {
    size += state->waiting.front().size();
    taken.pieces.push_back(std::move(state->waiting.front()));
    state->waiting.pop_front();
    state->bytes -= taken.pieces.back().size();
  }
  taken.over = state->ended && state->waiting.empty();
  state->woken = !state->waiting.empty();           // who takes a part comes back for the rest without being called
  return taken;
}

bool Pipe::cut() { return state_.Lock()->cut; }

void Pipe::Detach() {
  auto state = state_.Lock();
  state->gone = true;
  state->wake = nullptr;
  state->waiting.clear();
  state->bytes = 0;
}

}  // namespace qianxian::http
