// Threads that take jobs from one queue, bounded in number and, where it has a clock, in time: while the oldest job has waited longer
// than its patience, no other is taken. Push from any thread; Stop from one that is not a worker.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/locked.h"

namespace qianxian::http {

class WorkerPool {
 public:
  struct Patience {
    Clock* clock = nullptr;                 // none: jobs may wait for ever
    int64_t nanoseconds = 0;
  };
  WorkerPool(int threads, size_t bound, Patience patience);
  ~WorkerPool() { Stop(); }
  bool TryPush(std::function<void()> job);  // false: the queue is full or waits too long, or the pool has stopped
  size_t waiting() { return state_.Lock()->jobs.size(); }
  void Stop();                              // waits for the jobs that run, drops those that wait

 private:
  struct Job {
    std::function<void()> run;
    int64_t since = 0;                      // of the clock
  };
  struct State {
    std::deque<Job> jobs;
    bool stopping = false;
  };
  void Run();
  const size_t bound_;
  const Patience patience_;
  Locked<State> state_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
};

}  // namespace qianxian::http
