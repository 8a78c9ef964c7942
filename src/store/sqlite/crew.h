// Crew: a few threads that share the work of one big loop with the thread that asks for it. Small loops run where they
// are. Threads: any number may ask at once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace qianxian::store::sqlite {

class Crew {
 public:
  explicit Crew(unsigned helpers);
  ~Crew();
  // Calls work(i) for every i below count, each once, and returns when all are done.
  void ForEach(size_t count, const std::function<void(size_t)>& work);

 private:
  struct Loop {
    size_t count = 0;
    const std::function<void(size_t)>* work = nullptr;
    std::atomic<size_t> next{0};
    std::atomic<size_t> done{0};
  };
  void Help(Loop& loop);
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  std::deque<std::shared_ptr<Loop>> loops_;
  bool stop_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace qianxian::store::sqlite
