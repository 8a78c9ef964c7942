// Who has asked too much is answered 429 with Retry-After, and it is counted (api/request_watch.h). A session counts for its
// account; what has none, for the address that it came from (with --behind-proxy the one that the proxy says). GET /health,
// /ready and /metrics are not counted.
// Threads: any. Failures: none; an answer is a refusal.
// Source: RFC 6585 §4.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "api/rate_limit.h"
#include "api/request_watch.h"
#include "auth/auth.h"
#include "http/server.h"

namespace qianxian::api {

class RequestGate {
 public:
  RequestGate(Clock& clock, Random& random, const RateLimits& rates, RequestWatch& watch) : limiter_(clock, random, rates), watch_(watch) {}

  // First of all: of what is open to all, before anything is done for it. Whatever else is let through, to the next.
  std::optional<http::Response> AskOpen(const http::Request& request);
  // Once it is known who asks, or that nobody does (unauthenticated).
  std::optional<http::Response> Ask(const http::Request& request, const Result<std::shared_ptr<const auth::Session>>& session);
  // Before a password is looked at, and once it was right.
  std::optional<http::Response> AskSignIn(const http::Request& request);
  void SignedIn(const http::Request& request);

 private:
  std::optional<http::Response> AskAddress(const http::Request& request, RateKind kind, int64_t requests = 1);
  http::Response Refuse(const http::Request& request, RateKind kind, int64_t nanoseconds, std::string_view user = {});

  RateLimiter limiter_;
  RequestWatch& watch_;
};

}  // namespace qianxian::api
