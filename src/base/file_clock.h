// A clock for rehearsals and scenarios: the current instant stands in a file ("2026-03-02T08:00:00+08:00" or with Z), and whoever
// writes the file moves the time. A text that cannot be read leaves the clock where it was; it never goes back.
// Threads: any. Failures: none but when it is opened (invalid "bad-clock-file").
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace qianxian {

class FileClock final : public Clock {
 public:
  static Result<std::unique_ptr<FileClock>> Open(const std::string& path);
  Instant Now() override;
  int64_t MonotonicNanoseconds() override { return real_.MonotonicNanoseconds(); }

 private:
  explicit FileClock(std::string path) : path_(std::move(path)) {}
  const std::string path_;
  SystemClock real_;
  std::mutex mutex_;
  Instant last_{-1};
};

}  // namespace qianxian
