// What the service keeps in the record about subscriptions, as internal types that only the program itself reads: who
// subscribed (the claim), the numbered events in blocks, how far they were delivered, how far the feed was read.
// Numbers are given in the same commit that moves the feed's cursor: after a crash no event is lost and none has two numbers.
// Threads: any; who writes which record is said there. Failures: the store's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"
#include "subscribe/notification.h"

namespace qianxian::subscribe {

inline constexpr std::string_view kClaimType = "QianxianSubscription";
inline constexpr std::string_view kDeliveryType = "QianxianSubscriptionDelivery";
inline constexpr std::string_view kEventsType = "QianxianSubscriptionEvents";
inline constexpr std::string_view kCursorType = "QianxianFeedCursor";

struct Claim {                             // written by the service under its lock
  std::string user;                        // whose scope decides what is seen
  std::string base;                        // of this server, as the subscriber called it
  uint64_t version = 0;                    // of the Subscription that this is about
  uint64_t from_t = 0;                     // only what was committed after it
  uint64_t last = 0;                       // the last event's number
};
store::Change PutClaim(const std::string& subscription, const Claim& claim);
Result<std::optional<Claim>> ReadClaim(store::Snapshot& snapshot, std::string_view subscription);

struct Delivered {                         // written by whoever delivers
  uint64_t through = 0;                    // events up to here have been taken by the subscriber
};
store::Change PutDelivered(const std::string& subscription, const Delivered& delivered);
Result<Delivered> ReadDelivered(store::Snapshot& snapshot, std::string_view subscription);

store::Change PutCursor(uint64_t t);
Result<std::optional<uint64_t>> ReadCursor(store::Snapshot& snapshot);

// In blocks of at most limits::kSubscriptionBlock.
void AppendEvents(const std::string& subscription, const std::vector<Event>& events, std::vector<store::Change>& out);
// Those with numbers from `first` to `last`, at most `maximum`. What is not kept any more is not among them.
Result<std::vector<Event>> ReadEvents(store::Snapshot& snapshot, const std::string& subscription, uint64_t first, uint64_t last,
                                      size_t maximum);
// Deletes of whole blocks whose events are all before `first`; at most so many.
Result<std::vector<store::Change>> ForgetEvents(store::Snapshot& snapshot, const std::string& subscription, uint64_t first, size_t maximum);
std::vector<store::Change> ForgetAll(const std::string& subscription);   // but the events
store::CommitRequest Request(std::vector<store::Change> changes, std::string_view what);

}  // namespace qianxian::subscribe
