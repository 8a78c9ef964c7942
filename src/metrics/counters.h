// Counters and latency histograms that many threads add to while somebody reads them now and then. Adding is two or three
// relaxed atomic additions: no lock, no memory. A reading is not one moment of all numbers, but no number ever goes back.
// Threads: any. Failures: none.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace qianxian::metrics {

class Counter {
 public:
  void Add(uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class LatencyHistogram {
 public:
  // Upper ends of the buckets; what is slower goes to the last one, which has no end.
  static constexpr std::array<int64_t, 16> kBoundsNanoseconds = {
      100'000,     250'000,     500'000,     1'000'000,     2'500'000,     5'000'000,     10'000'000,    25'000'000,
      50'000'000,  100'000'000, 250'000'000, 500'000'000,   1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
  static constexpr size_t kBuckets = kBoundsNanoseconds.size() + 1;

  struct Reading {
    std::array<uint64_t, kBuckets> buckets{};   // each on its own, not yet summed up
    uint64_t nanoseconds = 0;                   // of all together
  };

  void Observe(int64_t nanoseconds) {
    size_t bucket = 0;
    while (bucket < kBoundsNanoseconds.size() && nanoseconds > kBoundsNanoseconds[bucket]) ++bucket;
    buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(nanoseconds > 0 ? static_cast<uint64_t>(nanoseconds) : 0, std::memory_order_relaxed);
  }
  Reading Read() const {
    Reading reading;
    for (size_t i = 0; i < kBuckets; ++i) reading.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
    reading.nanoseconds = nanoseconds_.load(std::memory_order_relaxed);
    return reading;
  }

 private:
  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
  std::atomic<uint64_t> nanoseconds_{0};
};

}  // namespace qianxian::metrics
