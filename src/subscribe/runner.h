// The threads of the subscriptions: one that follows the feed, and some that deliver, so that an endpoint that does not
// answer holds nobody else up. Failures are logged and tried again.
#pragma once

#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

#include "base/locked.h"
#include "subscribe/service.h"

namespace qianxian::subscribe {

class Runner {
 public:
  Runner(Subscriptions& subscriptions, store::Store& store);   // both must outlive it
  ~Runner();                               // waits for notifications that are on their way

 private:
  struct Bell {
    bool committed = true, stopping = false;
    uint64_t rung = 0;
  };
  void FollowAll();
  void DeliverAll();

  Subscriptions& subscriptions_;
  Locked<Bell> bell_;
  std::condition_variable wake_;
  std::shared_ptr<void> listening_;
  std::vector<std::thread> threads_;
};

}  // namespace qianxian::subscribe
