// Too much of one account or one address: the buckets under a moved clock, and what a client sees of them.
#include "api/rate_limit.h"

#include <gtest/gtest.h>

#include <thread>

#include "api/request_gate.h"
#include "api/testing/oauth_world.h"
#include "base/log.h"
#include "metrics/strict_parser_for_tests.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::OauthWorld;
using testing::World;

constexpr int64_t kMillisecond = 1'000, kSecond = 1'000'000;   // of FakeClock
constexpr int64_t kBurst = limits::kRateBurstSeconds;          // of a limit of one a second
constexpr const char* kGood = "Meadow-12";

struct Limiter {
  explicit Limiter(const RateLimits& rates) : limiter(clock, random, rates) {}
  int64_t Take(std::string_view address, RateKind kind = RateKind::kAddress, int64_t requests = 1) { return limiter.Take(kind, RateLimiter::WhoOfAddress(address), requests); }
  int64_t TakeUntilFull(std::string_view address, RateKind kind = RateKind::kAddress) {
    int64_t taken = 0;
    while (Take(address, kind) == 0) ++taken;
    return taken;
  }
  FakeClock clock;
  SeededRandom random{7};
  RateLimiter limiter;
};

TEST(RateLimiter, ABurstThenTheRate) {
  Limiter limiter({.address = 20});
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), 20 * kBurst);
  EXPECT_EQ(limiter.Take("10.0.0.1"), 50'000'000) << "in nanoseconds";
  limiter.clock.Advance(49 * kMillisecond);
  EXPECT_EQ(limiter.Take("10.0.0.1"), 1'000'000);
  limiter.clock.Advance(1 * kMillisecond);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), 1) << "what was refused was not taken";
  limiter.clock.Advance(10 * kSecond);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), 200);
  limiter.clock.Advance(24 * 3600 * kSecond);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), 20 * kBurst) << "and never more";
}

TEST(RateLimiter, EachAddressAndKindHasItsOwn) {
  Limiter limiter({.account = 3, .address = 1, .open = 2});
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), kBurst);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.2"), kBurst);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1", RateKind::kOpen), 2 * kBurst);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1", RateKind::kAccount), 3 * kBurst);
}

TEST(RateLimiter, ZeroIsNone) {
  Limiter limiter({.account = 0, .address = 0, .open = 0});
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(limiter.Take("10.0.0.1"), 0);
}

TEST(RateLimiter, TheFastestRateThatCanBeSetIsKept) {
  Limiter limiter({.address = limits::kRatePerSecondMaximum});
  EXPECT_EQ(limiter.Take("10.0.0.1", RateKind::kAddress, limits::kRatePerSecondMaximum * kBurst), 0);
  EXPECT_EQ(limiter.Take("10.0.0.1"), 1000);
}

TEST(RateLimiter, WhatIsGivenBackDoesNotCount) {
  Limiter limiter({.address = 1});
  const uint64_t who = RateLimiter::WhoOfAddress("10.0.0.1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take("10.0.0.1", RateKind::kAddress, 10), 0);
  EXPECT_EQ(limiter.Take("10.0.0.1", RateKind::kAddress, 10), 10 * 1'000'000'000LL);
  limiter.limiter.GiveBack(RateKind::kAddress, who, 9);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), 9);
  limiter.limiter.GiveBack(RateKind::kAddress, who, 1'000'000);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), kBurst) << "a bucket is never more than full";
}

TEST(RateLimiter, AnAddressOfIPv6IsItsFirst64Bits) {
  const auto who = [](std::string_view address) { return RateLimiter::WhoOfAddress(address); };
  EXPECT_EQ(who("2001:db8:1:2::1"), who("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(who("2001:db8:1:2::1"), who("2001:db8:1:3::1"));
  EXPECT_EQ(who("10.1.2.3"), who("::ffff:10.1.2.3"));
  EXPECT_NE(who("10.1.2.3"), who("10.1.2.4"));
  EXPECT_NE(who("127.0.0.1"), who("::1"));
  EXPECT_EQ(who("fe80::1%eth0"), who("fe80::2%eth1"));
  EXPECT_EQ(who(""), who("what is no address"));
  Limiter limiter({.address = 1});
  EXPECT_EQ(limiter.TakeUntilFull("2001:db8::1"), kBurst);
  EXPECT_NE(limiter.Take("2001:db8::2"), 0) << "the same site";
  EXPECT_EQ(limiter.Take("2001:db8:0:1::2"), 0) << "its neighbour";
}

TEST(RateLimiter, AUserAndEachOfHisProgramsAreDifferent) {
  const uint64_t li = RateLimiter::WhoOfAccount("li", "");
  EXPECT_EQ(li, RateLimiter::WhoOfAccount("li", ""));
  EXPECT_NE(li, RateLimiter::WhoOfAccount("wang", ""));
  EXPECT_NE(li, RateLimiter::WhoOfAccount("li", "chart"));
  EXPECT_NE(RateLimiter::WhoOfAccount("li", "chart"), RateLimiter::WhoOfAccount("wang", "chart"));
  EXPECT_NE(RateLimiter::WhoOfAccount("a", "b"), RateLimiter::WhoOfAccount("b", "a"));
}

// More addresses than there are places: those that asked little make room, not the one that asked too much.
TEST(RateLimiter, WhoIsHeldIsNotForgottenForOthers) {
  static_assert(limits::kRateBuckets * 16 <= 1 << 20, "of memory");
  Limiter limiter({.address = 1});
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), kBurst);
  for (size_t i = 0; i < 4 * limits::kRateBuckets; ++i) ASSERT_EQ(limiter.limiter.Take(RateKind::kAddress, (uint64_t{0x2001} << 48) + i), 0);
  EXPECT_NE(limiter.Take("10.0.0.1"), 0);
  limiter.clock.Advance(kSecond);
  EXPECT_EQ(limiter.TakeUntilFull("10.0.0.1"), 1);
}

TEST(RateLimiter, ThreadsTakeNoMoreThanThereIs) {
  Limiter limiter({.address = 200});
  std::atomic<int64_t> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int request = 0; request < 10'000; ++request) taken += limiter.Take("10.0.0.1") == 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), 200 * kBurst);
}

http::Response From(World& world, const std::string& peer, const std::string& method, const std::string& path, const std::string& body = {}, Headers headers = {}) {
  http::Request request;
  request.method = method;
  request.path = request.target = path;
  request.body = body;
  request.peer = peer;
  request.headers = std::move(headers);
  return world.api().Handle(request);
}

http::Response SignIn(World& world, const std::string& peer, const std::string& password) {
  return From(world, peer, "POST", "/api/session", R"({"user":"li","password":")" + password + "\"}", {{"content-type", "application/json"}});
}

// Asks until the answer is no longer `status`; how often it was.
int64_t Until429(int status, const std::function<http::Response()>& ask) {
  for (int64_t count = 0; count < 10'000; ++count) {
    const http::Response response = ask();
    if (response.status == 429) return count;
    EXPECT_EQ(response.status, status) << response.body;
  }
  return -1;
}

struct LimitedWorld : World {
  explicit LimitedWorld(const RateLimits& rates) {
    rate_limits = rates;
    Restart();
    AddUser("li", "county-director", {}, kGood);
    AddUser("wang", "county-director", {}, kGood);
  }
};

TEST(RateLimit, AnAddressThatTriesPasswordsIsHeldAndThenLetInAgain) {
  LimitedWorld world({.address = 1});
  EXPECT_EQ(Until429(401, [&] { return SignIn(world, "10.0.0.1", "wrong"); }), kBurst / limits::kRateSignInCost);
  const http::Response held = SignIn(world, "10.0.0.1", kGood);
  EXPECT_EQ(held.status, 429) << "also with the right one";
  EXPECT_EQ(held.Header("retry-after"), "10");
  EXPECT_NE(held.body.find(R"("code":"too-many-requests")"), std::string::npos) << held.body;
  EXPECT_NE(held.body.find("您所在的网络登录或未登录的请求过多，请 10 秒后再试"), std::string::npos) << held.body;
  EXPECT_NE(held.body.find("too many sign-ins or requests without a session from this address: try again in 10 seconds"), std::string::npos) << held.body;
  EXPECT_EQ(SignIn(world, "10.0.0.2", kGood).status, 200) << "another address";
  world.clock.Advance(9 * kSecond);
  EXPECT_EQ(SignIn(world, "10.0.0.1", kGood).Header("retry-after"), "1");
  world.clock.Advance(kSecond);
  EXPECT_EQ(SignIn(world, "10.0.0.1", kGood).status, 200);
}

// A hospital whose people all come from one address in the morning.
TEST(RateLimit, RightPasswordsCountOnce) {
  LimitedWorld world({.address = 1});
  for (int64_t i = 0; i < kBurst / limits::kRateSignInCost + 4; ++i) EXPECT_EQ(SignIn(world, "10.0.0.1", kGood).status, 200);
}

TEST(RateLimit, ByDefaultASignInIsWhatAPersonNeeds) {
  World world;
  world.AddUser("li", "county-director", {}, kGood);
  for (int i = 0; i < 30; ++i) ASSERT_EQ(From(world, "10.0.0.1", "GET", "/").status, 404) << "there is no page in this test";
  for (int i = 0; i < 5; ++i) ASSERT_EQ(From(world, "10.0.0.1", "GET", "/api/session").status, 401);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(SignIn(world, "10.0.0.1", "wrong").status, 401);
  EXPECT_EQ(SignIn(world, "10.0.0.1", kGood).status, 200);
  const Headers li = {{"authorization", "Bearer " + world.TokenOf("li")}};
  for (int i = 0; i < 5'000; ++i) ASSERT_EQ(From(world, "10.0.0.1", "GET", "/fhir/Patient/none", "", li).status, 404) << "an account has no limit unless one is set";
}

TEST(RateLimit, OneAddressesFloodHoldsNobodyElse) {
  LimitedWorld world({.address = 1});
  const Headers wrong = {{"authorization", "Bearer nonsense"}};
  EXPECT_EQ(Until429(401, [&] { return From(world, "2001:db8::1", "GET", "/fhir/Patient/p1", "", wrong); }), kBurst);
  const http::Response fhir = From(world, "2001:db8::2", "GET", "/fhir/Patient?name=x");
  EXPECT_EQ(fhir.status, 429) << "the same /64";
  EXPECT_EQ(fhir.Header("retry-after"), "1");
  EXPECT_EQ(fhir.Header("content-type"), "application/fhir+json; charset=utf-8");
  EXPECT_NE(fhir.body.find(R"("resourceType":"OperationOutcome")"), std::string::npos) << fhir.body;
  EXPECT_NE(fhir.body.find(R"("code":"throttled")"), std::string::npos) << fhir.body;
  EXPECT_NE(fhir.body.find(R"("code":"too-many-requests")"), std::string::npos) << fhir.body;
  const http::Response page = From(world, "2001:db8::1", "GET", "/api/gaps");
  EXPECT_EQ(page.status, 429);
  EXPECT_EQ(page.body.find(R"({"error":{"category":"busy")"), 0u) << page.body;
  EXPECT_EQ(From(world, "2001:db8::1", "POST", "/oauth2/token").status, 429);
  EXPECT_EQ(From(world, "2001:db8:0:1::1", "GET", "/fhir/Patient/p1", "", wrong).status, 401) << "another site";
  const Headers li = {{"authorization", "Bearer " + world.TokenOf("li")}};
  EXPECT_EQ(From(world, "2001:db8::1", "GET", "/api/session", "", li).status, 200) << "who is signed in there goes on";
  EXPECT_EQ(From(world, "2001:db8::1", "GET", "/fhir/Patient/none", "", li).status, 404);
}

TEST(RateLimit, OneAccountsFloodHoldsNoOther) {
  LimitedWorld world({.account = 2});
  const auto ask = [&](const char* user, const char* peer, const char* path) { return From(world, peer, "GET", path, "", {{"authorization", "Bearer " + world.TokenOf(user)}}); };
  EXPECT_EQ(Until429(404, [&] { return ask("li", "10.0.0.1", "/fhir/Patient/none"); }), 2 * kBurst);
  for (const char* path : {"/fhir/Patient/none", "/fhir/Patient", "/api/session", "/api/today"}) {
    const http::Response held = ask("li", "10.0.0.2", path);
    EXPECT_EQ(held.status, 429) << path << ", from wherever he comes";
    EXPECT_EQ(held.Header("retry-after"), "1");
    EXPECT_NE(held.body.find("您的账号请求过于频繁，请 1 秒后再试"), std::string::npos) << held.body;
    EXPECT_NE(held.body.find("too many requests of this account: try again in 1 second"), std::string::npos) << held.body;
  }
  EXPECT_EQ(ask("wang", "10.0.0.1", "/fhir/Patient/none").status, 404);
  world.clock.Advance(kSecond);
  EXPECT_EQ(Until429(404, [&] { return ask("li", "10.0.0.1", "/fhir/Patient/none"); }), 2);
}

TEST(RateLimit, AProgramDoesNotHoldUpItsUser) {
  OauthWorld world;
  world.rate_limits.account = 1;
  world.Restart();
  const std::string token = world.Access("user/*.cruds");
  EXPECT_EQ(Until429(404, [&] { return From(world, "10.0.0.1", "GET", "/fhir/Patient/none", "", {{"authorization", "Bearer " + token}}); }), kBurst);
  EXPECT_EQ(world.Send("GET", "/api/session", "", world.page).status, 200);
}

TEST(RateLimit, WhatIsOpenToAllHasItsOwn) {
  LimitedWorld world({.address = 1, .open = 2});
  EXPECT_EQ(Until429(404, [&] { return From(world, "10.0.0.1", "GET", "/"); }), 2 * kBurst);
  for (const char* path : {"/fhir/metadata", "/oauth2/jwks", "/oauth2/introspect", "/.well-known/openid-configuration", "/assets/a.js"}) {
    const http::Response held = From(world, "10.0.0.1", "GET", path);
    EXPECT_EQ(held.status, 429) << path;
    EXPECT_EQ(held.Header("retry-after"), "1");
    EXPECT_NE(held.body.find("您所在的网络请求过多，请 1 秒后再试"), std::string::npos) << held.body;
    EXPECT_NE(held.body.find("too many requests from this address: try again in 1 second"), std::string::npos) << held.body;
  }
  EXPECT_EQ(From(world, "10.0.0.2", "GET", "/fhir/metadata").status, 200);
  EXPECT_EQ(SignIn(world, "10.0.0.1", kGood).status, 200) << "the sign-in is apart";
}

TEST(RateLimit, WhoWatchesIsNeverHeld) {
  LimitedWorld world({.account = 1, .address = 1, .open = 1});
  for (int i = 0; i < 4 * kBurst; ++i) {
    for (const char* path : {"/health", "/ready", "/metrics"}) ASSERT_EQ(From(world, "127.0.0.1", "GET", path).status, 200);
  }
}

// An upload is refused before its body comes, and counts once.
TEST(RateLimit, UploadsAreCountedWhenTheyAreLetIn) {
  LimitedWorld world({.account = 1, .address = 1});
  const Headers csv = {{"Content-Type", "text/csv"}};
  const std::string target = "/api/imports?kind=organizations&name=a.csv", sheet = "code,name,kind,level,region,lead\n";
  for (int64_t i = 0; i < kBurst - 1; ++i) ASSERT_EQ(world.As("admin", "GET", "/api/session").status, 200);
  EXPECT_EQ(world.As("admin", "POST", target, sheet, csv).status, 202);
  const Answer held = world.As("admin", "POST", target, sheet, csv);
  EXPECT_EQ(held.status, 429) << held.body;
  EXPECT_EQ(held.Header("retry-after"), "1");
  EXPECT_EQ(Until429(401, [&] { return From(world, "127.0.0.1", "GET", "/api/session"); }), kBurst);
  EXPECT_EQ(world.Send("POST", target, sheet, csv).status, 429) << "its address is known before its body comes";
}

TEST(RateLimit, HalfASessionCountsForItsAddressAndAFailingStoreForNobody) {
  FakeClock clock;
  SeededRandom random(7);
  RequestWatch watch(clock, random, {}, RouteNames({}, fhir::Definitions::R4()));
  RequestGate gate(clock, random, {.account = 0, .address = 1}, watch);
  http::Request request;
  request.path = "/api/session/code";
  request.peer = "10.0.0.1";
  const Result<std::shared_ptr<const auth::Session>> broken = Unavailable("io", "the disk is gone", "磁盘故障");
  for (int64_t i = 0; i < 2 * kBurst; ++i) ASSERT_FALSE(gate.Ask(request, broken));
  auto half = std::make_shared<auth::Session>();
  half->needs_code = true;
  for (int64_t i = 0; i < kBurst; ++i) ASSERT_FALSE(gate.Ask(request, std::shared_ptr<const auth::Session>(half)));
  EXPECT_TRUE(gate.Ask(request, std::shared_ptr<const auth::Session>(half)));
  EXPECT_FALSE(gate.Ask(request, broken));
}

TEST(RateLimit, IsCountedByKindAndLoggedOnceAMinute) {
  World world;
  world.AddUser("li", "county-director");
  world.operations.logged = LoggedRequests::kAll;
  world.operations.account_key = "key of the folder";
  world.rate_limits = {.account = 1, .address = 1, .open = 1};
  world.Restart();
  const Headers li = {{"authorization", "Bearer " + world.TokenOf("li")}};
  ::testing::internal::CaptureStderr();
  for (int64_t i = 0; i < kBurst + 5; ++i) From(world, "10.0.0.1", "GET", "/fhir/Patient/none", "", li);
  for (int64_t i = 0; i < kBurst + 7; ++i) From(world, "10.0.0.1", "GET", "/api/session");
  for (int64_t i = 0; i < kBurst + 9; ++i) From(world, "10.0.0.1", "GET", "/");
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto count = [](const std::string& text, const std::string& of) {
    size_t found = 0;
    for (size_t at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count(log, "warning limited"), 3u) << log;
  EXPECT_NE(log.find("limited kind=address account=- requests=1"), std::string::npos) << log;
  EXPECT_EQ(count(log, "status=429"), 0u) << "a flood does not fill the disk";
  EXPECT_EQ(log.find("10.0.0.1"), std::string::npos);
  EXPECT_EQ(log.find("account=li"), std::string::npos) << "an account stands there as a hash";
  world.clock.Advance(61 * kSecond);
  ::testing::internal::CaptureStderr();
  for (int64_t i = 0; i < kBurst + 2; ++i) From(world, "10.0.0.1", "GET", "/api/session");
  const std::string later = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(count(later, "warning limited"), 1u) << later;
  EXPECT_NE(later.find("limited kind=address account=- requests=8"), std::string::npos) << later;
  const metrics::ParsedMetrics parsed = metrics::StrictParser::Parse(From(world, "127.0.0.1", "GET", "/metrics").body);
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.Value("qianxian_requests_limited_total", {{"kind", "account"}}), 5);
  EXPECT_EQ(parsed.Value("qianxian_requests_limited_total", {{"kind", "address"}}), 9);
  EXPECT_EQ(parsed.Value("qianxian_requests_limited_total", {{"kind", "open"}}), 9);
}

}  // namespace
}  // namespace qianxian::api
