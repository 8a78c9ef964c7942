#include "api/rate_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <string>

namespace qianxian::api {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kBurst = limits::kRateBurstSeconds * kSecond;
// An empty bucket of the slowest rate has room for a sign-in once it is full.
static_assert(limits::kRateSignInCost <= limits::kRateBurstSeconds);

uint64_t BigEndian(const uint8_t* bytes, size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

// Of IPv4; above it are no addresses of IPv6 that anybody has (RFC 4291 §2.5.5: 0000::/8 is not given out).
uint64_t WhoOfV4(const uint8_t* bytes) { return uint64_t{0xffff} << 32 | BigEndian(bytes, 4); }

}  // namespace

std::string_view Name(RateKind kind) {
  static constexpr std::array<std::string_view, kRateKinds> kNames = {"account", "address", "open"};
  return kNames[static_cast<size_t>(kind)];
}

RateLimiter::RateLimiter(Clock& clock, Random& random, const RateLimits& rates) : clock_(clock), shards_(std::make_unique<Locked<Shard>[]>(kShards)) {
  const std::array<int64_t, kRateKinds> all = {rates.account, rates.address, rates.open};
  for (size_t kind = 0; kind < kRateKinds; ++kind) {
    rates_[kind] = {all[kind] > 0 ? kSecond / std::min(all[kind], limits::kRatePerSecondMaximum) : 0, random.Next()};
  }
}

uint64_t RateLimiter::WhoOfAccount(std::string_view user, std::string_view client) {
  const std::hash<std::string_view> hash;
  return hash(user) ^ (client.empty() ? 0 : std::rotl(hash(client), 1));
}

uint64_t RateLimiter::WhoOfAddress(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));   // without the zone of a link's own address
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return WhoOfV4(bytes.data());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return 0;
  static constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return WhoOfV4(bytes.data() + kMapped.size());
  return BigEndian(bytes.data(), 8);
}

// The finish of splitmix64: no two of a kind become one.
uint64_t RateLimiter::Scattered(const Rate& rate, uint64_t who) const {
  who ^= rate.seed;
  who = (who ^ (who >> 30)) * 0xbf58476d1ce4e5b9;
  who = (who ^ (who >> 27)) * 0x94d049bb133111eb;
  return who ^ (who >> 31);
}

int64_t RateLimiter::Take(RateKind kind, uint64_t who, int64_t requests) {
  const Rate& rate = rates_[static_cast<size_t>(kind)];
  if (rate.nanoseconds == 0) return 0;
  who = Scattered(rate, who);
  const int64_t now = clock_.MonotonicNanoseconds();
  auto shard = ShardOf(who).Lock();
  Bucket* const set = SetOf(*shard, who);
  Bucket* bucket = std::find_if(set, set + kWays, [&](const Bucket& one) { return one.who == who; });
  if (bucket == set + kWays) {
    bucket = std::min_element(set, set + kWays, [](const Bucket& a, const Bucket& b) { return a.full_at < b.full_at; });
    *bucket = {who, 0};
  }
  const int64_t wanting = std::clamp<int64_t>(bucket->full_at - now, 0, kBurst) + rate.nanoseconds * requests;
  if (wanting > kBurst) return wanting - kBurst;
  bucket->full_at = now + wanting;
  return 0;
}

void RateLimiter::GiveBack(RateKind kind, uint64_t who, int64_t requests) {
  const Rate& rate = rates_[static_cast<size_t>(kind)];
  if (rate.nanoseconds == 0) return;
  who = Scattered(rate, who);
  auto shard = ShardOf(who).Lock();
  Bucket* const set = SetOf(*shard, who);
  Bucket* const bucket = std::find_if(set, set + kWays, [&](const Bucket& one) { return one.who == who; });
  if (bucket != set + kWays) bucket->full_at -= rate.nanoseconds * requests;
}

}  // namespace qianxian::api
