#include "api/request_watch.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kIdLetters = "0123456789abcdefghijkmnpqrstuvwx";   // 32
constexpr int kBootLetters = 5, kNumberLetters = 10;
constexpr size_t kCorrelationBytes = 64;
constexpr size_t kHashLetters = 12;
constexpr int kTooMany = 429;
constexpr int64_t kMinute = 60'000'000'000;
constexpr std::array<std::string_view, 5> kStatusNames = {"1xx", "2xx", "3xx", "4xx", "5xx"};

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kCorrelationBytes && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  });
}

size_t StatusClass(int status) { return static_cast<size_t>(std::clamp(status / 100, 1, 5) - 1); }

}  // namespace

RequestWatch::RequestWatch(Clock& clock, Random& random, const Operations& operations, RouteNames names)
    : clock_(clock), logged_(operations.logged), slow_nanoseconds_(operations.slow_nanoseconds), names_(std::move(names)),
      account_key_(operations.account_key), boot_(random.Next()) {
  if (account_key_.empty()) account_key_ = crypto::NewSecret(random);
}

// Fifteen letters: as long as a std::string is without a memory of its own.
std::string RequestWatch::NextId() {
  std::string id(kBootLetters + kNumberLetters, '0');
  uint64_t boot = boot_, number = number_.fetch_add(1, std::memory_order_relaxed);
  for (int i = kBootLetters - 1; i >= 0; --i, boot >>= 5) id[static_cast<size_t>(i)] = kIdLetters[boot & 31];
  for (int i = kBootLetters + kNumberLetters - 1; i >= kBootLetters; --i, number >>= 5) id[static_cast<size_t>(i)] = kIdLetters[number & 31];
  return id;
}

void RequestWatch::End(const RequestNote& note, const http::Request& request, http::Response& response) {
  const int64_t took = clock_.MonotonicNanoseconds() - note.begun;
  Counts& counts = counts_[static_cast<size_t>(ClassOf(request.method, request.path))];
  counts.by_status[StatusClass(response.status)].Add();
  counts.latency.Observe(took);
  std::string id = NextId();
  if (logged_ != LoggedRequests::kNone && response.status != kTooMany) LogIt(note, request, response, id, took);
  response.headers.emplace_back("X-Request-Id", std::move(id));
  if (const std::string_view theirs = request.Header("x-request-id"); IsToken(theirs)) response.headers.emplace_back("X-Correlation-Id", theirs);
}

void RequestWatch::LogIt(const RequestNote& note, const http::Request& request, const http::Response& response, std::string_view id, int64_t took) const {
  const bool failed = response.status >= 500 || took > slow_nanoseconds_;
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (!failed && (logged_ == LoggedRequests::kFailed || (logged_ == LoggedRequests::kChanges && !changes))) return;
  const std::string route = names_.PatternOf(request), user = note.user.empty() ? "-" : HashOf(note.user);
  Log(failed ? LogLevel::kWarning : LogLevel::kInfo, "request",
      {{"method", RouteNames::MethodOf(request)}, {"route", route}, {"status", {}, response.status}, {"milliseconds", {}, took / 1'000'000},
       {"bytes", {}, static_cast<int64_t>(response.body.size())}, {"account", user}, {"id", id}});
}

void RequestWatch::Refused(int status, std::string_view path) {
  refused_.Add();
  if (status == 503) too_busy_.Add();
  if (status >= 500 && logged_ != LoggedRequests::kNone) {
    Log(LogLevel::kWarning, "refused", {{"class", Name(ClassOf("GET", path))}, {"status", {}, status}});
  }
}

void RequestWatch::Limited(RateKind kind, std::string_view user) {
  LimitedCounts& counts = limited_[static_cast<size_t>(kind)];
  counts.all.Add();
  if (logged_ == LoggedRequests::kNone) return;
  const int64_t now = clock_.MonotonicNanoseconds();
  int64_t next = counts.next_line.load(std::memory_order_relaxed);
  if (now < next || !counts.next_line.compare_exchange_strong(next, now + kMinute, std::memory_order_relaxed)) return;
  const std::string account = user.empty() ? "-" : HashOf(user);
  Log(LogLevel::kWarning, "limited", {{"kind", Name(kind)}, {"account", account}, {"requests", {}, static_cast<int64_t>(counts.all.value())}});
}

std::string RequestWatch::HashOf(std::string_view user) const {
  return crypto::Sha256Hex(account_key_ + "\n" + std::string(user)).substr(0, kHashLetters);
}

void RequestWatch::Write(metrics::TextWriter& w) const {
  w.Counter("qianxian_http_requests_total", "Requests that were answered, by class of route and of status.");
  for (size_t route = 0; route < kRouteClasses; ++route) {
    for (size_t status = 0; status < kStatusClasses; ++status) {
      w.Sample({{"route", Name(static_cast<RouteClass>(route))}, {"status", kStatusNames[status]}}, static_cast<double>(counts_[route].by_status[status].value()));
    }
  }
  w.Histogram("qianxian_http_request_seconds", "Time from the whole request to its answer, without waiting in the queue, by class of route.");
  for (size_t route = 0; route < kRouteClasses; ++route) w.Sample({{"route", Name(static_cast<RouteClass>(route))}}, counts_[route].latency.Read());
  w.Counter("qianxian_http_refused_total", "Requests that the server refused by itself: not well-formed, too large, too many at once.");
  w.Sample(static_cast<double>(refused_.value()));
  w.Counter("qianxian_http_too_busy_total", "Those of them that were answered 503, because the queue or the memory for bodies was full.");
  w.Sample(static_cast<double>(too_busy_.value()));
  w.Counter("qianxian_requests_limited_total", "Requests that were answered 429: too many of one account, of one address without a session, or of one address for what is open to all.");
  for (size_t kind = 0; kind < kRateKinds; ++kind) w.Sample({{"kind", Name(static_cast<RateKind>(kind))}}, static_cast<double>(limited_[kind].all.value()));
}

}  // namespace qianxian::api
