// Time is an argument. Only base/clock.cc reads the machine's clock; everything else is handed a Clock, so that a test
// can live six months in a millisecond. Threads: SystemClock and FakeClock may be used from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace qianxian {

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  int64_t microseconds = 0;
  auto operator<=>(const Instant&) const = default;
};

// China Standard Time, the only one of a county: UTC+8, no daylight saving.
inline constexpr int64_t kChinaOffsetMicroseconds = 8LL * 3600 * 1'000'000;
inline constexpr int64_t kDayMicroseconds = 24LL * 3600 * 1'000'000;
// Days since 1970-01-01 in China Standard Time.
constexpr int64_t LocalDay(Instant instant) {
  const int64_t local = instant.microseconds + kChinaOffsetMicroseconds;
  return local / kDayMicroseconds - (local % kDayMicroseconds < 0);
}

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() = 0;
  // Nanoseconds that never go back; for measuring how long something took, not for records.
  virtual int64_t MonotonicNanoseconds() = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() override;
  int64_t MonotonicNanoseconds() override;
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant start = {1'700'000'000'000'000}) : now_(start.microseconds) {}
  Instant Now() override { return {now_.load()}; }
  int64_t MonotonicNanoseconds() override { return now_.load() * 1000; }
  void Advance(int64_t microseconds) { now_ += microseconds; }
  void Set(Instant instant) { now_ = instant.microseconds; }

 private:
  std::atomic<int64_t> now_;
};

// "2025-07-01T08:30:00.123456Z" (FHIR instant; always UTC, microseconds kept only as far as milliseconds are asked).
std::string FormatInstant(Instant instant, int fraction_digits = 3);
// "2025-07-01 16:30:00" in China Standard Time, for people.
std::string FormatLocalTime(Instant instant);

}  // namespace qianxian
