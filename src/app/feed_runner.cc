#include "app/feed_runner.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "referral/consultation.h"
#include "referral/referral.h"

namespace qianxian::app {
namespace {

// A pause after each round, as long as the round took: at most half of one core goes into following.
constexpr auto kShortestPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::seconds(10);
// Time passes without commits: tasks whose hour has come are looked for so often. A clock that a test moves is looked at more often.
constexpr auto kTick = std::chrono::seconds(15);
constexpr auto kTickOfTests = std::chrono::milliseconds(100);
constexpr int64_t kLongTick = 900'000'000; // nanoseconds: it came back before it was through

}  // namespace

FeedRunner::FeedRunner(Folder& folder, FeedProgress& progress, std::function<void()> warm_up) : folder_(folder), progress_(progress), warm_up_(std::move(warm_up)) {
  subscription_ = folder_.store().Subscribe([this](uint64_t) {
    {
      std::lock_guard lock(mutex_);
      pending_ = flow_pending_ = true;
    }
    wake_.notify_all();
  });
  thread_ = std::thread([this] { Work(); });
  flow_thread_ = std::thread([this] { FollowPathways(); });
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
  flow_thread_.join();
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

void FeedRunner::FollowPathways() {
  const std::chrono::milliseconds tick = folder_.options().clock_file.empty() ? kTick : kTickOfTests;
  bool more = false;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, more ? kShortestPause : tick, [&] { return stopping_ || flow_pending_; });
      if (stopping_) return;
      flow_pending_ = false;
    }
    const int64_t begin = folder_.clock().MonotonicNanoseconds();
    const uint64_t t = folder_.store().LastT();
    const Result<uint64_t> written = folder_.flow().Tick();
    if (!written.ok()) LogError("pathways were not followed: " + Describe(written.error()));
    SweepReferrals();
    more = written.ok() && folder_.clock().MonotonicNanoseconds() - begin > kLongTick;
    if (written.ok() && !more) progress_.pathways = t;
  }
}

// What time does to referrals and consultations: deadlines, reminders, escalation, expiry.
void FeedRunner::SweepReferrals() {
  const pack::ReferralRules& rules = folder_.packs().referral;
  if (!rules.settings) return;
  const Result<size_t> swept = referral::Referrals(folder_.store(), folder_.parameters(), rules, folder_.clock()).Sweep(referrals_since_);
  if (!swept.ok()) LogError("referrals were not swept: " + Describe(swept.error()));
  const Result<size_t> reminded = referral::Consultations(folder_.store(), folder_.parameters(), rules, folder_.clock()).Sweep(consultations_since_);
  if (!reminded.ok()) LogError("consultations were not swept: " + Describe(reminded.error()));
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
  const uint64_t as_of = folder_.warehouse().as_of();
  Result<uint64_t> changed = folder_.gaps().Sweep();
  if (changed.ok()) progress_.gaps = as_of;
  if (!changed.ok() && !cancel_.requested()) LogError("gaps were not swept: " + Describe(changed.error()));
  if (!cancel_.requested()) warm_up_();
}

}  // namespace qianxian::app
