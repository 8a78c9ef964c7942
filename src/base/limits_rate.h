// How much one account, or one address, may ask (src/api/rate_limit.h). Apart from limits.h, which compiles the whole program
// again whenever it changes. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

// Requests a second, kept up: what the configuration's limits.*_requests_per_second are by default; 0 = none.
inline constexpr int64_t kRateAccountPerSecond = 0;                   // a measurement or an interface asks as fast as it can by one account
inline constexpr int64_t kRateAddressPerSecond = 20;                  // without a session: sign-ins, tokens, what was not let in
inline constexpr int64_t kRateOpenPerSecond = 1000;                   // the page's files and what else is open to all: a hospital may have one address
inline constexpr int64_t kRatePerSecondMaximum = 1'000'000;
inline constexpr int64_t kRateBurstSeconds = 30;                      // so many seconds' requests may come all at once
inline constexpr int64_t kRateSignInCost = 10;                        // a try with a password counts so often, unless it was right
inline constexpr size_t kRateBuckets = 65'536;                        // kept at once, 16 bytes each

}  // namespace qianxian::limits
