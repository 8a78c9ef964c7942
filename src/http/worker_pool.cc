#include "http/worker_pool.h"

namespace qianxian::http {

WorkerPool::WorkerPool(int threads, size_t bound, Patience patience) : bound_(bound), patience_(patience) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

bool WorkerPool::TryPush(std::function<void()> job) {
  const int64_t now = patience_.clock != nullptr ? patience_.clock->MonotonicNanoseconds() : 0;
  {
    auto state = state_.Lock();
    if (state->stopping || state->jobs.size() >= bound_) return false;
    if (patience_.clock != nullptr && !state->jobs.empty() && now - state->jobs.front().since > patience_.nanoseconds) return false;
    state->jobs.push_back({std::move(job), now});
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::Run() {
  while (true) {
    std::function<void()> job;
    {
      auto state = state_.Lock();
      wake_.wait(state.lock(), [&] { return state->stopping || !state->jobs.empty(); });
      if (state->stopping) return;
      job = std::move(state->jobs.front().run);
      state->jobs.pop_front();
    }
    job();
  }
}

void WorkerPool::Stop() {
  std::deque<Job> dropped;
  {
    auto state = state_.Lock();
    state->stopping = true;
    dropped.swap(state->jobs);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace qianxian::http
