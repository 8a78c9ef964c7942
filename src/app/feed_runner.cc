#include "app/feed_runner.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace qianxian::app {
namespace {

// A pause after each round, as long as the round took: at most half of one core goes into following.
constexpr auto kShortestPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::seconds(10);

}  // namespace

FeedRunner::FeedRunner(Folder& folder, std::function<void()> warm_up) : folder_(folder), warm_up_(std::move(warm_up)) {
  subscription_ = folder_.store().Subscribe([this](uint64_t) {
    {
      std::lock_guard lock(mutex_);
      pending_ = true;
    }
    wake_.notify_all();
  });
  thread_ = std::thread([this] { Work(); });
}

FeedRunner::~FeedRunner() {
  subscription_.reset();
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  cancel_.Request();
  wake_.notify_all();
  thread_.join();
}

void FeedRunner::Work() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || pending_; });
      if (stopping_) return;
      pending_ = false;
    }
    int64_t begin = folder_.clock().MonotonicNanoseconds();
    OneRound();
    auto took = std::chrono::nanoseconds(folder_.clock().MonotonicNanoseconds() - begin);
    auto pause = std::clamp<std::chrono::nanoseconds>(took, kShortestPause, kLongestPause);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, pause, [&] { return stopping_; });
    if (stopping_) return;
  }
}

void FeedRunner::OneRound() {
  if (folder_.warehouse().as_of() < folder_.store().LastT()) {
    Result<uint64_t> t = folder_.warehouse().CatchUp(cancel_, [](uint64_t, uint64_t) {});
    if (!t.ok()) {
      if (!cancel_.requested()) LogError("the warehouse did not catch up: " + Describe(t.error()));
      return;
    }
  }
  if (cancel_.requested()) return;
  Result<uint64_t> changed = folder_.gaps().Sweep();
  if (!changed.ok() && !cancel_.requested()) LogError("gaps were not swept: " + Describe(changed.error()));
  if (!cancel_.requested()) warm_up_();
}

}  // namespace qianxian::app
