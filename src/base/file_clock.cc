#include "base/file_clock.h"

#include <cstdio>

#include "base/date.h"
#include "base/files.h"

namespace qianxian {
namespace {

bool Parse(const std::string& text, Instant& out) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6) return false;
  if (!Date::IsValid(year, month, day) || hour > 23 || minute > 59 || second > 59) return false;
  int zone_hours = 0, zone_minutes = 0;
  char sign[2] = "";                       // and the end that sscanf writes
  const char* rest = text.c_str() + used;
  if (*rest != 'Z' && std::sscanf(rest, "%1[+-]%2d:%2d", sign, &zone_hours, &zone_minutes) != 3) return false;
  const int64_t zone = (zone_hours * 60 + zone_minutes) * (sign[0] == '-' ? -1 : 1);
  const Date date{static_cast<int16_t>(year), static_cast<int8_t>(month), static_cast<int8_t>(day)};
  out.microseconds = (((date.ToDays() * 24LL + hour) * 60 + minute - zone) * 60 + second) * 1'000'000;
  return true;
}

}  // namespace

Result<std::unique_ptr<FileClock>> FileClock::Open(const std::string& path) {
  std::unique_ptr<FileClock> clock(new FileClock(path));
  if (clock->Now().microseconds < 0)
    return Invalid("bad-clock-file", "\"" + path + "\" holds no instant such as 2026-03-02T08:00:00+08:00", "“" + path + "”中没有时刻（如 2026-03-02T08:00:00+08:00）");
  return clock;
}

Instant FileClock::Now() {
  const Result<std::string> text = ReadFile(path_);
  Instant read{-1};
  std::lock_guard lock(mutex_);
  if (text.ok() && Parse(*text, read) && read > last_) last_ = read;
  return last_;
}

}  // namespace qianxian
