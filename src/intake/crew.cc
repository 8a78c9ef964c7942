#include "intake/crew.h"

namespace qianxian::intake {

Crew::Crew(size_t threads, size_t waiting_maximum) : waiting_maximum_(waiting_maximum) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Crew::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Job job = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    changed_.notify_all();
    Status done = job();
    lock.lock();
    --running_;
    if (!done.ok() && first_error_.ok()) {
      first_error_ = std::move(done);
      waiting_.clear();
    }
    changed_.notify_all();
  }
}

Status Crew::Submit(Job job) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !first_error_.ok() || waiting_.size() < waiting_maximum_; });
  if (!first_error_.ok()) return first_error_;
  waiting_.push_back(std::move(job));
  changed_.notify_all();
  return Ok();
}

Status Crew::Drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && running_ == 0; });
  return first_error_;
}

}  // namespace qianxian::intake
