// A few threads that work through jobs while the next ones are being prepared. Bounded: Submit waits for room. After the
// first error no further job is begun. Threads: Submit and Drain from one thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"

namespace qianxian::intake {

class Crew {
 public:
  using Job = std::function<Status()>;
  Crew(size_t threads, size_t waiting_maximum);
  ~Crew();                                   // drops what has not begun, waits for what has
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  Status Submit(Job job);                    // the first error of any job so far
  Status Drain();                            // waits until all jobs have ended

 private:
  void Work();

  const size_t waiting_maximum_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  size_t running_ = 0;
  bool stopping_ = false;
  Status first_error_ = Ok();
  std::vector<std::thread> threads_;
};

}  // namespace qianxian::intake
