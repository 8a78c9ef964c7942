#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

#include "base/clock.h"

namespace qianxian {
namespace {

std::atomic<LogLevel> smallest_level{LogLevel::kInfo};

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

}  // namespace

void SetLogLevel(LogLevel level) { smallest_level.store(level, std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view text) {
  if (level < smallest_level.load(std::memory_order_relaxed)) return;
  std::string line = FormatInstant(SystemClock().Now());
  line += ' ';
  line += Name(level);
  line += ' ';
  // A line break inside would let a sender write lines of his own into the log.
  for (char c : text) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  line += '\n';
  // One write, so that lines of several threads do not mix. There is nobody to tell if it fails.
  ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);
}

}  // namespace qianxian
