// Cancel: one side asks, the other looks now and then. Threads: any.
#pragma once

#include <atomic>

namespace qianxian {
class Cancel {
 public:
  void Request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};
}  // namespace qianxian
