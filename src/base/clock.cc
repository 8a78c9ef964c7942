#include "base/clock.h"

#include <chrono>
#include <cstdio>

#include "base/check.h"
#include "base/date.h"

namespace qianxian {
namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr int64_t kSecondsPerDay = 86'400;

struct Parts {
  Date date;
  int hour, minute, second;
  int64_t microsecond;
};

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Parts Split(int64_t microseconds) {
  int64_t seconds = FloorDivide(microseconds, kMicrosecondsPerSecond);
  int64_t days = FloorDivide(seconds, kSecondsPerDay);
  int64_t in_day = seconds - days * kSecondsPerDay;
  return {Date::FromDays(static_cast<int32_t>(days)), static_cast<int>(in_day / 3600),
          static_cast<int>(in_day / 60 % 60), static_cast<int>(in_day % 60),
          microseconds - seconds * kMicrosecondsPerSecond};
}

char* PutDigits(char* at, int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
  return at + digits;
}

// Every answer with a resource has two instants in it, so this is done by hand.
std::string Format(const Parts& parts, char between) {
  if (parts.date.year < 0 || parts.date.year > 9999) {
    char wide[48];
    int length = std::snprintf(wide, sizeof wide, "%04d-%02d-%02d%c%02d:%02d:%02d", parts.date.year, parts.date.month,
                               parts.date.day, between, parts.hour, parts.minute, parts.second);
    return std::string(wide, static_cast<size_t>(length));
  }
  char text[] = "0000-00-00T00:00:00";
  char* at = PutDigits(text, parts.date.year, 4) + 1;
  at = PutDigits(at, parts.date.month, 2) + 1;
  at = PutDigits(at, parts.date.day, 2);
  *at++ = between;
  at = PutDigits(at, parts.hour, 2) + 1;
  at = PutDigits(at, parts.minute, 2) + 1;
  PutDigits(at, parts.second, 2);
  return std::string(text, sizeof text - 1);
}

}  // namespace

Instant SystemClock::Now() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

int64_t SystemClock::MonotonicNanoseconds() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

std::string FormatInstant(Instant instant, int fraction_digits) {
  QX_CHECK(fraction_digits >= 0 && fraction_digits <= 6, "fraction digits of an instant");
  Parts parts = Split(instant.microseconds);
  std::string text = Format(parts, 'T');
  if (fraction_digits > 0) {
    char fraction[] = ".000000";
    PutDigits(fraction + 1, parts.microsecond, 6);
    text.append(fraction, static_cast<size_t>(fraction_digits) + 1);
  }
  text += 'Z';
  return text;
}

std::string FormatLocalTime(Instant instant) {
  return Format(Split(instant.microseconds + kChinaOffsetMicroseconds), ' ');
}

}  // namespace qianxian
