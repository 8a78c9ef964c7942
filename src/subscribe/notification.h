// The Bundles that go out (type history, its first entry the status as Parameters) and the answers of $status and $events.
// Pure but for ids; any thread.
// Source: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html,
// …/StructureDefinition-backport-subscription-status-r4.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "subscribe/subscription.h"

namespace qianxian::subscribe {

enum class NoticeKind : uint8_t { kHandshake, kHeartbeat, kEvents, kStatus, kQuery };

// What was decided once and for all when an event got its number.
struct Event {
  uint64_t number = 0;
  Instant at;                              // of the commit
  uint64_t t = 0;
  std::string type, id;
  uint64_t version = 0;
  Interaction interaction = Interaction::kCreate;
};

// What may be shown of it, at the time when it is sent.
struct ShownEvent {
  Event event;
  bool readable = false;                   // by the subscriber, now; else its number and time only
  std::string body;                        // full-resource; "" of a delete
};

struct Notice {
  NoticeKind kind = NoticeKind::kStatus;
  std::string base;                        // "http://127.0.0.1:8080/fhir"
  std::string subscription_id, topic, status;
  std::string error;                       // why it is in error, "" if it is not
  uint64_t events_since_start = 0;
  Content content = Content::kEmpty;
  std::vector<ShownEvent> events;
};

std::string StatusParameters(const Notice& notice);
std::string NotificationBundle(const Notice& notice, Clock& clock, Random& random);
// The answer of Subscription/$status: a searchset of such Parameters.
std::string StatusBundle(const std::vector<Notice>& notices, Clock& clock, Random& random);

}  // namespace qianxian::subscribe
