// Follows the record while the server runs: newer t → warehouse catches up → gaps are swept → the first view's answers
// are made. One thread of its own; the listener only wakes it. Under a stream of commits it works in rounds, so that an
// import is not slowed by its readers. Beside it, in a thread of its own, what follows for patients in pathways, also when
// time passes. Failures are logged and tried again with the next commit.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "app/folder.h"
#include "base/cancel.h"
#include "base/clock.h"

namespace qianxian::app {

// How far each has followed. Any thread.
struct FeedProgress {
  std::atomic<uint64_t> gaps{0}, pathways{0};
};

class FeedRunner {
 public:
  // `warm_up` runs after each round. All must outlive this.
  FeedRunner(Folder& folder, FeedProgress& progress, std::function<void()> warm_up);
  ~FeedRunner();                           // stops within the current step

 private:
  void Work();
  void OneRound();
  void FollowPathways();
  void SweepReferrals();

  Folder& folder_;
  FeedProgress& progress_;
  std::function<void()> warm_up_;
  Cancel cancel_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool flow_pending_ = true;
  Instant referrals_since_, consultations_since_;   // of the thread of pathways
  bool pending_ = true;                    // the first round: whatever came while no server ran
  std::shared_ptr<void> subscription_;
  std::thread thread_, flow_thread_;
};

}  // namespace qianxian::app
