// When a scheduled backup is due, and which of the old ones may go. By China Standard Time. Pure; any thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace qianxian::operate {

// The last moment, now included, at which one was due each day: `minutes` after midnight.
Instant LastDue(Instant now, int minutes);
// The next one, after now.
Instant NextDue(Instant now, int minutes);
// However many were missed, one makes up for them. `last`: when the newest good one was begun.
bool IsDue(Instant now, int minutes, std::optional<Instant> last);

struct Generations {                       // how many are kept
  int days = 14, weeks = 8, months = 12;   // the newest of each of the last so many that have one; weeks begin on Monday
};
// Indexes into `taken` of those that no generation wants. The newest is always kept.
std::set<size_t> NotKept(const std::vector<Instant>& taken, const Generations& keep);

}  // namespace qianxian::operate
