#include "store/sqlite/crew.h"

#include <algorithm>

namespace qianxian::store::sqlite {
namespace {
constexpr size_t kStride = 8;          // taken at once, so that the counter is no bottleneck
constexpr size_t kWorthSharing = 32;
}  // namespace

Crew::Crew(unsigned helpers) {
  for (unsigned i = 0; i < helpers; ++i) helpers_.emplace_back([this] { Run(); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Crew::Help(Loop& loop) {
  for (;;) {
    const size_t begin = loop.next.fetch_add(kStride);
    if (begin >= loop.count) return;
    const size_t end = std::min(begin + kStride, loop.count);
    for (size_t i = begin; i < end; ++i) (*loop.work)(i);
    if (loop.done.fetch_add(end - begin) + (end - begin) == loop.count) {
      const std::lock_guard lock(mutex_);
      finished_.notify_all();
    }
  }
}

void Crew::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || !loops_.empty(); });
    if (stop_) return;
    const std::shared_ptr<Loop> loop = loops_.front();
    if (loop->next.load() >= loop->count) {
      loops_.pop_front();
      continue;
    }
    lock.unlock();
    Help(*loop);
    lock.lock();
  }
}

void Crew::ForEach(size_t count, const std::function<void(size_t)>& work) {
  if (count < kWorthSharing || helpers_.empty()) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  const auto loop = std::make_shared<Loop>();
  loop->count = count;
  loop->work = &work;
  {
    const std::lock_guard lock(mutex_);
    loops_.push_back(loop);
  }
  wake_.notify_all();
  Help(*loop);
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] { return loop->done.load() == loop->count; });
  std::erase(loops_, loop);
}

}  // namespace qianxian::store::sqlite
