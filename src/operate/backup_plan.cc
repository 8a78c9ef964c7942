#include "operate/backup_plan.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/date.h"

namespace qianxian::operate {
namespace {

constexpr int64_t kMinuteMicroseconds = 60'000'000;

Instant OnDay(int64_t day, int minutes) { return {day * kDayMicroseconds - kChinaOffsetMicroseconds + minutes * kMinuteMicroseconds}; }

int64_t WeekOf(int64_t day) { return (day + 3 >= 0 ? day + 3 : day - 3) / 7; }   // 1970-01-01 was a Thursday
int64_t MonthOf(int64_t day) {
  const Date date = Date::FromDays(static_cast<int32_t>(day));
  return int64_t{date.year} * 12 + date.month;
}

}  // namespace

Instant LastDue(Instant now, int minutes) {
  const Instant today = OnDay(LocalDay(now), minutes);
  return today <= now ? today : OnDay(LocalDay(now) - 1, minutes);
}

Instant NextDue(Instant now, int minutes) {
  const Instant today = OnDay(LocalDay(now), minutes);
  return today > now ? today : OnDay(LocalDay(now) + 1, minutes);
}

bool IsDue(Instant now, int minutes, std::optional<Instant> last) { return !last || *last < LastDue(now, minutes); }

std::set<size_t> NotKept(const std::vector<Instant>& taken, const Generations& keep) {
  std::vector<size_t> newest_first(taken.size());
  std::iota(newest_first.begin(), newest_first.end(), size_t{0});
  std::ranges::sort(newest_first, std::greater<>(), [&](size_t i) { return taken[i]; });
  std::set<size_t> going(newest_first.begin(), newest_first.end());
  if (!newest_first.empty()) going.erase(newest_first.front());
  const auto keep_newest = [&](int count, const auto& group_of) {
    std::set<int64_t> groups;
    for (size_t i : newest_first) {
      const int64_t group = group_of(LocalDay(taken[i]));
      if (groups.contains(group)) continue;
      if (groups.size() >= static_cast<size_t>(std::max(0, count))) return;
      groups.insert(group);
      going.erase(i);
    }
  };
  keep_newest(keep.days, [](int64_t day) { return day; });
  keep_newest(keep.weeks, WeekOf);
  keep_newest(keep.months, MonthOf);
  return going;
}

}  // namespace qianxian::operate
