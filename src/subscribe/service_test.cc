// Subscriptions from request to error, as a subscriber sees them.
#include "subscribe/service.h"

#include "base/limits_exchange.h"
#include "http/server.h"
#include "http/test_client.h"
#include "subscribe/journal.h"
#include "subscribe/world_for_tests.h"

namespace qianxian::subscribe {
namespace {

constexpr int64_t kSecond = 1'000'000;
const std::string kBackport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

std::string Extension(const std::string& name, int value) {
  return R"(,"extension":[{"url":")" + kBackport + name + R"(","valueUnsignedInt":)" + std::to_string(value) + "}]";
}

TEST(Subscriptions, ShakesHandsThenTellsInOrder) {
  TestWorld world;
  world.PutEncounter("before", "planned");
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  EXPECT_EQ(world.StatusOf("s"), "requested");
  world.Work();
  EXPECT_EQ(world.StatusOf("s"), "active");
  ASSERT_EQ(world.sent.size(), 1u);
  json::Value handshake = world.sent[0].bundle.root();
  EXPECT_EQ(handshake.FindString("type"), "history");
  EXPECT_EQ(TestWorld::KindOf(handshake), "handshake");
  EXPECT_EQ(handshake.Find("entry")->At(0).Find("request")->FindString("url"), "Subscription/s/$status");
  world.PutEncounter("e1", "planned");
  world.PutEncounter("e1", "finished");
  world.PutEncounter("e2", "planned");
  world.Delete("Encounter", "e2");
  world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1"})");
  world.Work();
  EXPECT_EQ(world.Seen("s"), (std::vector<std::string>{"1:Encounter/e1", "2:Encounter/e1", "3:Encounter/e2", "4:Encounter/e2"}));
  json::Value last = world.sent.back().bundle.root().Find("entry")->At(1);
  EXPECT_EQ(last.FindString("fullUrl"), "http://test/fhir/Encounter/e2");
  EXPECT_EQ(last.Find("request")->FindString("method"), "DELETE");
  EXPECT_FALSE(last.Find("resource"));
}

TEST(Subscriptions, ContentIsWhatWasAskedFor) {
  TestWorld world;
  for (const char* content : {"empty", "id-only", "full-resource"}) world.Subscribe("li", content, TestWorld::Text(content, kEncounters, TestWorld::Hook(content)));
  world.Work();
  world.PutEncounter("e1", "planned");
  world.Work();
  std::map<std::string, json::Value> last;
  for (const Sent& one : world.sent) last[one.subscription] = one.bundle.root();
  EXPECT_EQ(world.Seen("empty"), std::vector<std::string>{"1:"});
  EXPECT_EQ(last["empty"].Find("entry")->size(), 1u);
  EXPECT_EQ(last["id-only"].Find("entry")->size(), 2u);
  EXPECT_FALSE(last["id-only"].Find("entry")->At(1).Find("resource"));
  EXPECT_EQ(last["full-resource"].Find("entry")->At(1).Find("resource")->FindString("status"), "planned");
}

TEST(Subscriptions, FiltersNarrowTheTopic) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook(), "Encounter?status=finished,cancelled&subject=Patient/p1"));
  world.Work();
  for (const char* status : {"planned", "finished", "cancelled", "arrived"}) world.PutEncounter(std::string("e-") + status, status);
  world.Work();
  EXPECT_EQ(world.Seen("s"), (std::vector<std::string>{"1:Encounter/e-finished", "2:Encounter/e-cancelled"}));
}

TEST(Subscriptions, TellsOnlyWhatTheSubscriberMayRead) {
  TestWorld world;
  world.Subscribe("wang", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook("full-resource")));   // of H1 only
  world.Work();
  world.PutEncounter("mine", "planned", "H1");
  world.PutEncounter("not-mine", "planned", "H2");
  world.PutEncounter("mine-too", "planned", "H1");
  ASSERT_TRUE(*world.service->Follow());
  // What he may read is decided again when it is sent: he moves to another hospital in between.
  world.accounts["wang"].organizations = {"H2"};
  world.PutEncounter("there", "planned", "H2");
  world.Work();
  EXPECT_EQ(world.Seen("s"), (std::vector<std::string>{"1:", "2:", "3:Encounter/there"}));
  for (const Sent& one : world.sent) EXPECT_EQ(one.bundle.text().find("mine"), std::string_view::npos);
  world.accounts.erase("wang");
  world.PutEncounter("after", "planned", "H2");
  world.Work();
  EXPECT_EQ(world.Seen("s").size(), 3u) << "whose account is gone gets nothing";
}

TEST(Subscriptions, TriesAgainWithGrowingPausesThenGivesUp) {
  TestWorld world;
  world.Subscribe("li", "bad", TestWorld::Text("bad", kEncounters, TestWorld::Hook()));
  world.Subscribe("li", "good", TestWorld::Text("good", kEncounters, TestWorld::Hook()));
  world.Work();
  world.deaf["bad"] = true;
  world.attempts = 0;
  world.PutEncounter("e1", "planned");
  world.Work();
  EXPECT_EQ(world.attempts, 2) << "one each";
  EXPECT_EQ(world.Seen("good").size(), 1u) << "the other is not held up";
  std::vector<int64_t> pauses;
  for (int failure = 2; failure <= limits::kSubscriptionFailures; ++failure) {
    int before = world.attempts;
    int64_t pause = 0;
    while (world.attempts == before && pause < 2 * limits::kSubscriptionPauseSeconds) {
      world.clock.Advance(kSecond);
      ++pause;
      world.Work();
    }
    pauses.push_back(pause);
  }
  EXPECT_EQ(pauses, (std::vector<int64_t>{1, 2, 4, 8, 16, 32, 64}));
  EXPECT_EQ(world.StatusOf("bad"), "error");
  EXPECT_EQ(world.StatusOf("good"), "active");
  auto status = world.service->StatusOf(world.accounts["li"], "http://test/fhir", {"bad"});
  ASSERT_TRUE(status.ok());
  EXPECT_NE(status->find("nobody listens"), std::string::npos) << *status;
  // Written again with status requested, it begins anew, and its numbers go on.
  world.deaf.clear();
  world.Subscribe("li", "bad", TestWorld::Text("bad", kEncounters, TestWorld::Hook()));
  world.Work();
  EXPECT_EQ(world.StatusOf("bad"), "active");
  world.PutEncounter("e2", "planned");
  world.Work();
  EXPECT_EQ(world.Seen("bad"), (std::vector<std::string>{"1:Encounter/e1", "2:Encounter/e2"}));
}

TEST(Subscriptions, PausesAreBounded) {
  int64_t longest = int64_t{1} << (limits::kSubscriptionFailures - 2);
  EXPECT_LE(longest, limits::kSubscriptionPauseSeconds);
}

TEST(Subscriptions, HandshakeThatFailsIsTriedAndGivenUp) {
  TestWorld world;
  world.deaf["s"] = true;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  world.Work();
  EXPECT_EQ(world.StatusOf("s"), "requested");
  for (int i = 0; i < limits::kSubscriptionFailures; ++i) {
    world.clock.Advance(limits::kSubscriptionPauseSeconds * kSecond);
    world.Work();
  }
  EXPECT_EQ(world.StatusOf("s"), "error");
  EXPECT_EQ(world.attempts, limits::kSubscriptionFailures);
}

TEST(Subscriptions, SeveralEventsInOneNotification) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook("id-only", Extension("backport-max-count", 3))));
  world.Work();
  for (int i = 1; i <= 7; ++i) world.PutEncounter("e" + std::to_string(i), "planned");
  while (*world.service->Follow()) {}
  world.sent.clear();
  world.Work();
  EXPECT_EQ(world.sent.size(), 3u);
  EXPECT_EQ(world.Seen("s").size(), 7u);
}

TEST(Subscriptions, LargeBodiesGoInSeveralNotifications) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", "https://fhir.qianxian.cn/SubscriptionTopic/Patient", TestWorld::Hook("full-resource", Extension("backport-max-count", 100))));
  world.Work();
  std::string name(limits::kSubscriptionNoticeBytes / 2 + 1, 'x');
  for (int i = 1; i <= 5; ++i) world.Put("Patient", "p" + std::to_string(i), R"({"resourceType":"Patient","id":"p)" + std::to_string(i) + R"(","name":[{"text":")" + name + R"("}]})");
  while (*world.service->Follow()) {}
  world.sent.clear();
  world.Work();
  EXPECT_EQ(world.sent.size(), 3u) << "two in each, then one";
  EXPECT_EQ(world.Seen("s").size(), 5u);
  EXPECT_EQ(world.service->Events(world.accounts["li"], "s", 1, std::nullopt, std::nullopt).error().code, "too-many-events");
}

TEST(Subscriptions, BeatsWhenNothingHappens) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook("empty", Extension("backport-heartbeat-period", 60))));
  world.Work();
  world.sent.clear();
  world.clock.Advance(59 * kSecond);
  world.Work();
  EXPECT_TRUE(world.sent.empty());
  world.clock.Advance(kSecond);
  world.Work();
  ASSERT_EQ(world.sent.size(), 1u);
  EXPECT_EQ(TestWorld::KindOf(world.sent[0].bundle.root()), "heartbeat");
}

TEST(Subscriptions, IsSwitchedOffByItsStatusItsEndAndItsDeletion) {
  TestWorld world;
  for (const char* id : {"off", "deleted"}) world.Subscribe("li", id, TestWorld::Text(id, kEncounters, TestWorld::Hook()));
  std::string ending = TestWorld::Text("ending", kEncounters, TestWorld::Hook());
  ending.insert(ending.find(R"("reason")"), R"("end":")" + FormatInstant({world.clock.Now().microseconds + 3600 * kSecond}) + "\",");
  world.Subscribe("li", "ending", ending);
  world.Work();
  world.Put("Subscription", "off", TestWorld::Text("off", kEncounters, TestWorld::Hook(), "", "off"));
  world.Delete("Subscription", "deleted");
  world.PutEncounter("e1", "planned");
  world.Work();
  EXPECT_EQ(world.Seen("off").size(), 0u);
  EXPECT_EQ(world.Seen("deleted").size(), 0u);
  EXPECT_EQ(world.Seen("ending").size(), 1u);
  world.clock.Advance(3601 * kSecond);
  world.Work();
  EXPECT_EQ(world.StatusOf("ending"), "off");
  auto snapshot = world.store->OpenSnapshot(access::SystemCaller("test"), std::nullopt);
  EXPECT_FALSE((*snapshot)->Read("QianxianSubscription", "deleted").ok()) << "nothing of it is kept";
}

TEST(Subscriptions, BelongsToWhoWroteItLast) {
  TestWorld world;
  world.Put("Subscription", "imported", TestWorld::Text("imported", kEncounters, TestWorld::Hook(), "", "active"));
  world.Work();
  world.PutEncounter("e1", "planned");
  world.Work();
  EXPECT_TRUE(world.sent.empty()) << "nobody subscribed";
  world.clock.Advance(limits::kSubscriptionClaimSeconds * kSecond);
  world.Work();
  EXPECT_EQ(world.StatusOf("imported"), "error");
  // One that was changed by an import is nobody's any more either.
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  world.Work();
  world.sent.clear();
  world.Put("Subscription", "s", TestWorld::Text("s", kEncounters, R"({"type":"rest-hook","endpoint":"http://127.0.0.1:10/other"})", "", "active"));
  world.PutEncounter("e2", "planned");
  world.Work();
  EXPECT_TRUE(world.sent.empty());
}

TEST(Subscriptions, GoesOnAfterARestart) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  world.Work();
  world.PutEncounter("e1", "planned");
  world.Work();
  world.PutEncounter("e2", "planned");       // numbered, not delivered
  ASSERT_TRUE(*world.service->Follow());
  world.PutEncounter("e3", "planned");       // not even read
  world.Start();
  world.Work();
  EXPECT_EQ(world.Seen("s"), (std::vector<std::string>{"1:Encounter/e1", "2:Encounter/e2", "3:Encounter/e3"}));
}

// The place in the feed is in the record from the first subscriber on, also where much was there before him.
TEST(Subscriptions, MissesNothingBetweenItsBeginningAndACrash) {
  TestWorld world;
  for (int i = 0; i < 20; ++i) world.PutEncounter("before-" + std::to_string(i), "planned");
  world.Start();
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  while (world.service->DeliverOne()) {}
  EXPECT_EQ(world.StatusOf("s"), "active");
  world.PutEncounter("e1", "planned");
  world.Start();                             // before anything was read
  world.Work();
  EXPECT_EQ(world.Seen("s"), std::vector<std::string>{"1:Encounter/e1"});
}

TEST(Subscriptions, EventsAreGivenAgainByNumber) {
  TestWorld world;
  world.Subscribe("wang", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  world.Work();
  for (int i = 1; i <= 5; ++i) world.PutEncounter("e" + std::to_string(i), "planned");
  world.Work();
  access::Caller wang = world.accounts["wang"];
  auto events = world.service->Events(wang, "s", 2, 4, std::nullopt);
  ASSERT_TRUE(events.ok()) << Describe(events.error());
  auto bundle = json::Document::Parse(*events);
  std::vector<std::string> seen;
  TestWorld::Collect(bundle->root(), seen);
  EXPECT_EQ(seen, (std::vector<std::string>{"2:Encounter/e2", "3:Encounter/e3", "4:Encounter/e4"}));
  EXPECT_EQ(TestWorld::KindOf(bundle->root()), "query-event");
  EXPECT_EQ(bundle->root().Find("entry")->size(), 4u);
  EXPECT_TRUE(world.service->Events(wang, "s", 6, std::nullopt, Content::kEmpty).ok()) << "none is an answer too";
  EXPECT_EQ(world.service->Events(world.accounts["li"], "s", 1, std::nullopt, std::nullopt).error().code, "not-your-subscription");
  EXPECT_EQ(world.service->Events(wang, "none", 1, std::nullopt, std::nullopt).error().category, ErrorCategory::kNotFound);
  auto status = world.service->StatusOf(world.accounts["li"], "http://test/fhir", {});
  ASSERT_TRUE(status.ok());
  EXPECT_NE(status->find(R"("events-since-subscription-start","valueString":"5")"), std::string::npos) << *status;
}

TEST(Subscriptions, OneAnswerOfEventsIsBounded) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook("empty", Extension("backport-max-count", limits::kSubscriptionEventsAtOnce))));
  world.Work();
  store::CommitRequest request;
  request.reason = "test";
  for (uint64_t i = 0; i <= limits::kSubscriptionEventsAnswer; ++i) {
    store::Change change;
    change.type = "Encounter";
    change.id = "m" + std::to_string(i);
    change.body = R"({"resourceType":"Encounter","id":")" + change.id + R"(","status":"planned","class":{"code":"IMP"}})";
    request.changes.push_back(std::move(change));
  }
  ASSERT_TRUE(world.store->Commit(access::SystemCaller("test"), std::move(request)).ok());
  world.Work();
  EXPECT_EQ(world.service->Events(world.accounts["li"], "s", 1, std::nullopt, std::nullopt).error().code, "too-many-events");
  EXPECT_TRUE(world.service->Events(world.accounts["li"], "s", 2, std::nullopt, std::nullopt).ok());
}

TEST(Subscriptions, ABacklogIsBounded) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook()));
  world.Work();
  auto snapshot = world.store->OpenSnapshot(access::SystemCaller("test"), std::nullopt);
  Claim claim = **ReadClaim(**snapshot, "s");
  claim.last = limits::kSubscriptionBacklog + 1;
  ASSERT_TRUE(world.store->Commit(access::SystemCaller("test"), Request({PutClaim("s", claim)}, "test")).ok());
  world.Start();
  world.Work();
  EXPECT_EQ(world.StatusOf("s"), "error");
}

TEST(Subscriptions, TheirNumberIsBounded) {
  TestWorld world;
  for (size_t i = 0; i < limits::kSubscriptions; ++i) {
    std::string id = "s" + std::to_string(i);
    world.Put("Subscription", id, TestWorld::Text(id, kEncounters, TestWorld::Hook()));
  }
  while (*world.service->Follow()) {}
  EXPECT_EQ(world.Check(TestWorld::Text("one-more", kEncounters, TestWorld::Hook())).error().code, "too-many-subscriptions");
  EXPECT_TRUE(world.Check(TestWorld::Text("s1", kEncounters, TestWorld::Hook())).ok()) << "those that are there may be changed";
}

// The real client against a real server, with the headers that were given.
class PostsByHttp : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Lines, PostsByHttp, testing::Bool(), http::LineName);

TEST_P(PostsByHttp, WhatWasAskedFor) {
  const bool tls = GetParam();
  const std::string authority = tls ? http::TestServerTls().certificate_file : "";
  http::ServerOptions options;
  options.port = 0;
  if (tls) options.tls = http::TestServerTls();
  std::string seen;
  int answer = 200;
  auto server = http::Server::Start(options, [&](http::Request& request) {
    seen = request.method + " " + request.target + " " + std::string(request.Header("x-key")) + " " + std::string(request.Header("content-type")) + " " + request.body;
    http::Response response;
    response.status = answer;
    return response;
  });
  ASSERT_TRUE(server.ok());
  Subscription subscription;
  subscription.endpoint = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string((*server)->port()) + "/hook?x=1";
  subscription.headers = {{"X-Key", "secret"}};
  subscription.timeout_seconds = 10;
  EXPECT_TRUE(SendByHttp(subscription, "{}", authority).ok());
  EXPECT_EQ(seen, "POST /hook?x=1 secret application/fhir+json; charset=utf-8 {}");
  for (int refusal : {500, 302}) {
    answer = refusal;
    EXPECT_EQ(SendByHttp(subscription, "{}", authority).error().code, "refused-by-endpoint");
  }
  if (tls) {
    EXPECT_EQ(SendByHttp(subscription, "{}", "").error().code, "certificate-unknown") << "not one that this system trusts";
  }
  (*server)->Stop();
  EXPECT_EQ(SendByHttp(subscription, "{}", authority).error().category, ErrorCategory::kUnavailable);
}

}  // namespace
}  // namespace qianxian::subscribe
