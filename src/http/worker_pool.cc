#include "http/worker_pool.h"

namespace qianxian::http {

WorkerPool::WorkerPool(int threads, size_t bound) : bound_(bound) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

bool WorkerPool::TryPush(std::function<void()> job) {
  {
    auto state = state_.Lock();
    if (state->stopping || state->jobs.size() >= bound_) return false;
    state->jobs.push_back(std::move(job));
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
      job = std::move(state->jobs.front());
      state->jobs.pop_front();
    }
    job();
  }
}

void WorkerPool::Stop() {
  std::deque<std::function<void()>> dropped;
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
