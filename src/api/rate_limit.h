// How much one account, or one address, may ask: token buckets, each filling at its kind's rate and holding what comes in
// limits::kRateBurstSeconds. A bucket is one number, the moment at which it will be full; so a full one says nothing and need
// not be kept. Memory is fixed: where a place is wanting, the fullest bucket goes, the one that forgets least.
// Threads: any; each request takes one of many locks for tens of nanoseconds. Failures: none.
// Source: ITU-T I.371 annex A (the generic cell rate algorithm), RFC 4291 §2.5.4 (a site has 64 bits of an IPv6 address to itself).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/limits_rate.h"
#include "base/locked.h"

namespace qianxian::api {

enum class RateKind : uint8_t {
  kAccount,                                // who is signed in, or the program that acts for him
  kAddress,                                // no session: sign-ins, tokens, what was not let in
  kOpen,                                   // no session asked for: the page's files, documents for all
};
inline constexpr size_t kRateKinds = 3;
std::string_view Name(RateKind kind);

struct RateLimits {                        // requests a second; 0 = none
  int64_t account = limits::kRateAccountPerSecond;
  int64_t address = limits::kRateAddressPerSecond;
  int64_t open = limits::kRateOpenPerSecond;
};

class RateLimiter {
 public:
  RateLimiter(Clock& clock, Random& random, const RateLimits& rates);

  // 0: so many requests were taken. Else none was, and there is room for them after so many nanoseconds.
  int64_t Take(RateKind kind, uint64_t who, int64_t requests = 1);
  // Requests that were taken and do not count after all.
  void GiveBack(RateKind kind, uint64_t who, int64_t requests);

  // A user by himself, and by each program that acts for him, are different ones: none of them holds up the others.
  static uint64_t WhoOfAccount(std::string_view user, std::string_view client);
  // "10.1.2.3", "2001:db8::1": an IPv6 address counts by its first 64 bits, IPv4 in IPv6 as the IPv4 address. What is no address is one.
  static uint64_t WhoOfAddress(std::string_view address);

 private:
  struct Bucket {
    uint64_t who = 0;
    int64_t full_at = 0;                   // nanoseconds of the clock
  };
  static constexpr size_t kShards = 64, kWays = 16, kSets = limits::kRateBuckets / kShards / kWays;
  struct alignas(64) Shard {
    std::array<Bucket, kSets * kWays> buckets;
  };
  struct Rate {
    int64_t nanoseconds = 0;               // of one request; 0 = no limit
    uint64_t seed = 0;                     // so that nobody chooses whose bucket goes
  };
  Locked<Shard>& ShardOf(uint64_t who) { return shards_[who % kShards]; }
  static Bucket* SetOf(Shard& shard, uint64_t who) { return &shard.buckets[(who >> 32) % kSets * kWays]; }
  uint64_t Scattered(const Rate& rate, uint64_t who) const;

  Clock& clock_;
  std::array<Rate, kRateKinds> rates_;
  std::unique_ptr<Locked<Shard>[]> shards_;
};

}  // namespace qianxian::api
