#include "subscribe/runner.h"

#include <chrono>

#include "base/limits_exchange.h"
#include "base/log.h"

namespace qianxian::subscribe {
namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(500);   // heartbeats, pauses that end
constexpr auto kAfterFailure = std::chrono::seconds(2);

}  // namespace

Runner::Runner(Subscriptions& subscriptions, store::Store& store) : subscriptions_(subscriptions) {
  listening_ = store.Subscribe([this](uint64_t) {
    bell_.Lock()->committed = true;
    wake_.notify_all();
  });
  threads_.emplace_back([this] { FollowAll(); });
  for (int i = 0; i < limits::kSubscriptionDeliverers; ++i) threads_.emplace_back([this] { DeliverAll(); });
}

Runner::~Runner() {
  listening_.reset();
  bell_.Lock()->stopping = true;
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Runner::FollowAll() {
  auto bell = bell_.Lock();
  while (true) {
    wake_.wait(bell.lock(), [&] { return bell->stopping || bell->committed; });
    if (bell->stopping) return;
    bell->committed = false;
    bell.lock().unlock();
    Result<bool> more = subscriptions_.Follow();
    if (!more.ok()) LogWarning("subscriptions: " + Describe(more.error()));
    bell.lock().lock();
    ++bell->rung;
    wake_.notify_all();
    if (more.ok()) bell->committed = bell->committed || *more;
    else wake_.wait_for(bell.lock(), kAfterFailure, [&] { return bell->stopping; }), bell->committed = true;
  }
}

void Runner::DeliverAll() {
  auto bell = bell_.Lock();
  while (!bell->stopping) {
    uint64_t seen = bell->rung;
    bell.lock().unlock();
    bool did = subscriptions_.DeliverOne();
    bell.lock().lock();
    if (!did) wake_.wait_for(bell.lock(), kLookInterval, [&] { return bell->stopping || bell->rung != seen; });
  }
}

}  // namespace qianxian::subscribe
