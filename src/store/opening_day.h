// Openings of a patient count by days of China Standard Time (UTC+8, no daylight saving). For the engines of the store.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace qianxian::store {

inline constexpr int64_t kOpeningOffsetMicroseconds = 8LL * 3600 * 1'000'000;
inline constexpr int64_t kOpeningDayMicroseconds = 24LL * 3600 * 1'000'000;

inline int64_t OpeningDay(Instant at) { return (at.microseconds + kOpeningOffsetMicroseconds) / kOpeningDayMicroseconds; }

}  // namespace qianxian::store
