// Topic-based subscriptions (the Subscriptions R5 Backport for R4): follows the store's feed from its own durable cursor,
// gives every event that a subscription asked for its number, and delivers it by rest-hook or WebSocket.
//
//   requested ─handshake─► active ─it cannot be delivered─► error          whoever may write the Subscription switches it
//       ▲                    │                                 │           off, or on again by status "requested"
//       └────────── PUT with status requested ◄─────── off ◄───┘
//
// Numbers: 1, 2, 3 … of each subscription, in the order of commits, given in the commit that moves the cursor, so that a
// crash loses no event and gives none two numbers. Delivery: at least once, in order; who missed some asks $events.
// Access: a change counts if the subscriber may read the resource when it gets its number, and is shown (id, body) only if
// he may read it when it is sent; the store decides both, with the scope that the account has at that time.
// Threads: any for the calls of the API; Follow in one; DeliverOne in many (subscribe/runner.h has them).
// Failures: invalid, unsupported (topics, channels, filters), forbidden ("not-your-subscription", "endpoint-not-allowed"),
// not_found, busy ("too-many-subscriptions", "too-many-sockets"); the store's.
// Source: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "http/pipe.h"
#include "json/value.h"
#include "search/parameters.h"
#include "store/store.h"
#include "subscribe/notification.h"

namespace qianxian::subscribe {

// POSTs a notification; ok when the other side took it (2xx; a redirect is not followed). Over https its certificate must
// be good for its name: by an authority in `ca_file`, "" = one that this system trusts (errors: http/server.h).
using Sender = std::function<Status(const Subscription& subscription, const std::string& body)>;
Status SendByHttp(const Subscription& subscription, const std::string& body, const std::string& ca_file);

struct Options {                           // all must outlive the service
  store::Store* store = nullptr;
  const search::Parameters* parameters = nullptr;
  const fhir::Definitions* definitions = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  // The scope of an account now; not_found if there is none any more, or it is disabled.
  std::function<Result<access::Caller>(const std::string& user)> caller_of;
  std::vector<std::string> endpoints;      // "host" or "host:port" that rest-hooks may go to, beside this machine itself
  std::string ca_file;                     // of SendByHttp
  Sender send;                             // none: SendByHttp
};

struct SocketToken {
  std::string token;
  Instant expires;
};

class Subscriptions {
 public:
  virtual ~Subscriptions() = default;
  static Result<std::unique_ptr<Subscriptions>> Open(const Options& options);

  // Before a Subscription or a topic (Basic) is written: can it be served at all?
  virtual Status Check(json::Value resource) = 0;
  // After a Subscription was written by `caller`: it is his from now on.
  virtual Status Claim(const access::Caller& caller, std::string_view base, const std::string& id, uint64_t version) = 0;

  // $status and $events of who may read the Subscription; events and tokens only for the subscriber himself.
  virtual Result<std::string> StatusOf(const access::Caller& caller, std::string_view base, const std::vector<std::string>& ids) = 0;
  virtual Result<std::string> Events(const access::Caller& caller, const std::string& id, uint64_t first, std::optional<uint64_t> last,
                                     std::optional<Content> content) = 0;
  virtual Result<SocketToken> MakeToken(const access::Caller& caller, const std::vector<std::string>& ids) = 0;
  // A WebSocket, for http::Response::pipe: it says "bind-with-token TOKEN" and gets what its subscriptions get.
  virtual Result<std::shared_ptr<http::Pipe>> OpenSocket() = 0;

  virtual std::vector<std::string> TopicUrls() = 0;        // stored topics; the built-in ones are there for every type

  // The work, step by step. True: there was something to do.
  virtual Result<bool> Follow() = 0;
  virtual bool DeliverOne() = 0;
  virtual uint64_t followed_t() const = 0;                 // how far the feed was followed; any thread
};

}  // namespace qianxian::subscribe
