// What an overloaded server does not let wait. Apart from limits.h, which compiles the whole program again whenever it changes.
// Each has a test beside the code that keeps it.
#pragma once

#include <cstdint>

namespace qianxian::limits {

// Where the request that has waited longest for a worker has waited longer than this, the next is answered 503 at once: what is
// taken stays quick, and who is refused hears it while he would still be waiting.
inline constexpr int64_t kHttpQueueMilliseconds = 5'000;

}  // namespace qianxian::limits
