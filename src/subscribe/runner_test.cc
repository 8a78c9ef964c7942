// The threads: an endpoint that does not answer holds up none of the others.
#include "subscribe/runner.h"

#include <latch>
#include <mutex>
#include <set>

#include "base/limits_exchange.h"
#include "subscribe/world_for_tests.h"

namespace qianxian::subscribe {
namespace {

TEST(Runner, SlowEndpointsHoldNobodyUp) {
  SystemRandom random;
  SystemClock clock;
  auto store = store::OpenMemoryStore({"", &TestParameters(), &clock, &random});
  ASSERT_TRUE(store.ok());
  access::Caller li;
  li.user = "li";
  li.role = access::Role::kDirector;
  li.whole_county = true;
  constexpr int kSlow = limits::kSubscriptionDeliverers - 1;
  std::latch release(1), quick_done(3);
  std::mutex mutex;
  std::set<std::string> stuck;
  Options options;
  options.store = store->get();
  options.parameters = &TestParameters();
  options.definitions = &fhir::Definitions::R4();
  options.clock = &clock;
  options.random = &random;
  options.caller_of = [&](const std::string&) { return Result<access::Caller>(li); };
  options.send = [&](const Subscription& subscription, const std::string& body) -> Status {
    if (StartsWith(subscription.id, "slow")) {
      {
        std::lock_guard lock(mutex);
        stuck.insert(subscription.id);
      }
      release.wait();
    } else if (body.find("event-notification") != std::string::npos) {
      quick_done.count_down();
    }
    return Ok();
  };
  auto service = Subscriptions::Open(options);
  ASSERT_TRUE(service.ok());
  auto put = [&](const std::string& type, const std::string& id, const std::string& body) {
    store::CommitRequest request{.reason = "test"};
    request.changes.push_back({.type = type, .id = id, .body = body});
    ASSERT_TRUE((*store)->Commit(access::SystemCaller("test"), std::move(request)).ok());
  };
  auto subscribe = [&](const std::string& id) {
    put("Subscription", id, TestWorld::Text(id, kEncounters, TestWorld::Hook()));
    ASSERT_TRUE((*service)->Claim(li, "http://test/fhir", id, 1).ok());
  };
  for (int i = 0; i < kSlow; ++i) subscribe("slow-" + std::to_string(i));
  subscribe("quick");
  auto runner = std::make_unique<Runner>(**service, **store);
  auto is_active = [&] {
    auto snapshot = (*store)->OpenSnapshot(access::SystemCaller("test"));
    return (*snapshot)->Read("Subscription", "quick")->body.find(R"("active")") != std::string::npos;
  };
  auto all_stuck = [&] {
    std::lock_guard lock(mutex);
    return stuck.size() == static_cast<size_t>(kSlow);
  };
  while (!is_active() || !all_stuck()) std::this_thread::yield();
  for (int i = 0; i < 3; ++i) put("Encounter", "e" + std::to_string(i), R"({"resourceType":"Encounter","status":"planned","class":{"code":"IMP"}})");
  quick_done.wait();                         // while the others still wait for their handshakes
  release.count_down();
  runner.reset();
}

}  // namespace
}  // namespace qianxian::subscribe
