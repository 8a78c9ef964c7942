// Every bound of what is exchanged with other systems by subscription or package. Apart from limits.h, which compiles the
// whole program again whenever it changes. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

// subscriptions
inline constexpr size_t kSubscriptions = 500;                         // requested or active
inline constexpr int kSubscriptionHeartbeatSeconds = 86'400;
inline constexpr int kSubscriptionTimeoutDefault = 10;
inline constexpr int kSubscriptionTimeoutSeconds = 60;
inline constexpr int kSubscriptionEventsAtOnce = 1000;                // in one notification
inline constexpr size_t kSubscriptionNoticeBytes = 512 << 10;         // of bodies in one notification, and one more
inline constexpr uint64_t kSubscriptionBlock = 500;                   // events in one record
inline constexpr uint64_t kSubscriptionEventsKept = 10'000;           // for $events; and all that wait to be delivered
inline constexpr uint64_t kSubscriptionBacklog = 1'000'000;           // that wait; more: the subscription is in error
inline constexpr uint64_t kSubscriptionEventsAnswer = 1000;           // of one $events
inline constexpr int kSubscriptionClaimSeconds = 60;                  // without a subscriber, then in error
inline constexpr int kSubscriptionFailures = 8;                       // in a row, then in error
inline constexpr int64_t kSubscriptionPauseSeconds = 600;             // the longest between two tries
inline constexpr int kSubscriptionTokenSeconds = 300;
inline constexpr size_t kSubscriptionSockets = 200;
inline constexpr size_t kSubscriptionSocketBytes = size_t{16} << 20;  // waiting for one WebSocket
inline constexpr int kSubscriptionBindSeconds = 30;                   // a WebSocket that has bound nothing
inline constexpr int kSubscriptionDeliverers = 8;                     // endpoints that may be slow at once before others wait

// FHIR packages
inline constexpr uint64_t kPackageBytes = uint64_t{512} << 20;        // unpacked
inline constexpr size_t kPackageFileBytes = size_t{32} << 20;         // of one file in it
inline constexpr size_t kPackageResources = 20'000;                   // taken of one package
inline constexpr size_t kPackageKeptBytes = size_t{192} << 20;        // of the resources taken, in memory at once
inline constexpr size_t kPackages = 1000;

}  // namespace qianxian::limits
