#include "api/http_dates.h"

#include <array>
#include <cstdint>

#include "base/date.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr int64_t kDaySeconds = 86'400;

}  // namespace

std::string FormatHttpDate(Instant instant) {
  int64_t seconds = instant.microseconds / 1'000'000;
  int32_t days = static_cast<int32_t>(seconds / kDaySeconds);
  int rest = static_cast<int>(seconds % kDaySeconds);
  Date date = Date::FromDays(days);
  std::string text = "Day, 00 Mon 0000 00:00:00 GMT";
  auto digits = [&](size_t at, size_t count, int value) {
    for (size_t i = count; i-- > 0; value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
  };
  text.replace(0, 3, kDays[static_cast<size_t>((days + 4) % 7)]);   // 1970-01-01 was a Thursday
  text.replace(8, 3, kMonths[static_cast<size_t>(date.month - 1)]);
  digits(5, 2, date.day);
  digits(12, 4, date.year);
  digits(17, 2, rest / 3600);
  digits(20, 2, rest / 60 % 60);
  digits(23, 2, rest % 60);
  return text;
}

std::optional<Instant> ParseHttpDate(std::string_view text) {
  std::vector<std::string_view> parts = Split(text, ' ');
  if (parts.size() != 6 || parts[5] != "GMT" || parts[4].size() != 8) return std::nullopt;
  int64_t day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (!ParseInteger(parts[1], day) || !ParseInteger(parts[3], year)) return std::nullopt;
  if (!ParseInteger(parts[4].substr(0, 2), hour) || !ParseInteger(parts[4].substr(3, 2), minute) ||
      !ParseInteger(parts[4].substr(6, 2), second)) {
    return std::nullopt;
  }
  for (size_t month = 0; month < kMonths.size(); ++month) {
    if (parts[2] != kMonths[month]) continue;
    if (!Date::IsValid(static_cast<int>(year), static_cast<int>(month + 1), static_cast<int>(day))) return std::nullopt;
    Date date{static_cast<int16_t>(year), static_cast<int8_t>(month + 1), static_cast<int8_t>(day)};
    return Instant{(int64_t{date.ToDays()} * kDaySeconds + hour * 3600 + minute * 60 + second) * 1'000'000};
  }
  return std::nullopt;
}

}  // namespace qianxian::api
