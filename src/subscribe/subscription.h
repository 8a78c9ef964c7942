// A Subscription as the backport writes it in R4: criteria is the topic's URL, extensions hold the rest.
// Values; any thread. Failures: invalid "bad-subscription" with what is wrong; those of topics and filters.
// Source: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"
#include "subscribe/topic.h"

namespace qianxian::subscribe {

enum class Content : uint8_t { kEmpty, kIdOnly, kFullResource };
std::string_view Name(Content content);
Result<Content> ParseContent(std::string_view text);

struct Endpoint {
  bool tls = false;                        // https
  std::string host;
  uint16_t port = 80;                      // or 443
  std::string target;                      // "/hook?x=1"
};
// "http://host:port/path", "https://host:port/path". invalid ("bad-endpoint").
Result<Endpoint> ParseEndpoint(std::string_view url);

struct Subscription {
  std::string id;
  std::string status;                      // requested, active, error, off
  std::string topic;
  struct Filter {
    std::string type;
    search::Query query;
  };
  std::vector<Filter> filters;             // of those for a resource's type, all must hold
  enum class Channel : uint8_t { kRestHook, kWebSocket } channel = Channel::kRestHook;
  std::string endpoint;
  std::vector<std::pair<std::string, std::string>> headers;
  Content content = Content::kEmpty;
  int heartbeat_seconds = 0;               // 0: none
  int timeout_seconds = 0;
  size_t events_at_once = 0;
  std::optional<Instant> end;              // then it is switched off
};

// `topic` finds topics; what it does not find is an error.
using FindTopic = std::function<Result<const Topic*>(std::string_view url)>;
Result<Subscription> ReadSubscription(const search::Parameters& parameters, const FindTopic& topic, json::Value resource);

}  // namespace qianxian::subscribe
