// Locked<T>: a value and its lock as one thing; the value is reached only through Lock(). No bare mutex beside data.
#pragma once

#include <mutex>
#include <utility>

namespace qianxian {

template <typename T>
class Locked {
 public:
  template <typename... Args>
  explicit Locked(Args&&... args) : value_(std::forward<Args>(args)...) {}

  class Guard {
   public:
    Guard(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
    T* operator->() const { return value_; }
    T& operator*() const { return *value_; }
    std::unique_lock<std::mutex>& lock() { return lock_; }  // for a condition variable

   private:
    std::unique_lock<std::mutex> lock_;
    T* value_;
  };
  Guard Lock() { return Guard(mutex_, value_); }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace qianxian
