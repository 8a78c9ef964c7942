// Threads that take jobs from one bounded queue. Push from any thread; Stop from one that is not a worker.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/locked.h"

namespace qianxian::http {

class WorkerPool {
 public:
  WorkerPool(int threads, size_t bound);
  ~WorkerPool() { Stop(); }
  bool TryPush(std::function<void()> job);  // false: the queue is full, or the pool has stopped
  size_t waiting() { return state_.Lock()->jobs.size(); }
  void Stop();                              // waits for the jobs that run, drops those that wait

 private:
  struct State {
    std::deque<std::function<void()>> jobs;
    bool stopping = false;
  };
  void Run();
  size_t bound_;
  Locked<State> state_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
};

}  // namespace qianxian::http
