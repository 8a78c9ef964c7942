// The WebSocket channel: tokens, binding, delivery. The pipe is the connection.
#include "base/limits_exchange.h"
#include "subscribe/world_for_tests.h"

namespace qianxian::subscribe {
namespace {

constexpr int64_t kSecond = 1'000'000;
const std::string kSocket = R"({"type":"websocket","payload":"application/fhir+json","_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":"id-only"}]}})";

std::vector<std::string> Messages(http::Pipe& pipe) {
  http::Pipe::Taken taken = pipe.Take(SIZE_MAX);
  return {taken.pieces.begin(), taken.pieces.end()};
}

std::vector<std::string> Seen(http::Pipe& pipe) {
  std::vector<std::string> seen;
  for (const std::string& message : Messages(pipe)) {
    auto bundle = json::Document::Parse(message);
    TestWorld::Collect(bundle->root(), seen);
  }
  return seen;
}

TEST(Sockets, BindsByTokenAndHearsFromThenOn) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, kSocket));
  world.Work();
  EXPECT_EQ(world.StatusOf("s"), "active") << "its handshake comes with the binding";
  world.PutEncounter("early", "planned");
  world.Work();
  auto token = world.service->MakeToken(world.accounts["li"], {"s"});
  ASSERT_TRUE(token.ok()) << Describe(token.error());
  auto pipe = world.service->OpenSocket();
  ASSERT_TRUE(pipe.ok());
  (*pipe)->options().on_message("bind-with-token " + token->token);
  auto first = Messages(**pipe);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(TestWorld::KindOf(json::Document::Parse(first[0])->root()), "handshake");
  world.PutEncounter("e1", "planned");
  world.PutEncounter("e2", "planned");
  world.Work();
  EXPECT_EQ(Seen(**pipe), (std::vector<std::string>{"2:Encounter/e1", "3:Encounter/e2"}));
  auto missed = world.service->Events(world.accounts["li"], "s", 1, 1, std::nullopt);
  EXPECT_TRUE(missed.ok());
  world.Put("Subscription", "s", TestWorld::Text("s", kEncounters, kSocket, "", "off"));
  world.Work();
  EXPECT_FALSE((*pipe)->open()) << "switched off";
}

TEST(Sockets, TokensAreForTheSubscriberOnceAndForAShortTime) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, kSocket));
  world.Subscribe("li", "hook", TestWorld::Text("hook", kEncounters, TestWorld::Hook()));
  world.Work();
  EXPECT_EQ(world.service->MakeToken(world.accounts["wang"], {"s"}).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(world.service->MakeToken(world.accounts["li"], {"hook"}).error().code, "not-a-socket");
  EXPECT_EQ(world.service->MakeToken(world.accounts["li"], {}).error().code, "bad-parameters");
  auto bind = [&](const std::string& message) {
    auto pipe = world.service->OpenSocket();
    (*pipe)->options().on_message(message);
    return *pipe;
  };
  auto token = world.service->MakeToken(world.accounts["li"], {"s"});
  auto good = bind("bind-with-token " + token->token);
  EXPECT_TRUE(good->open());
  for (const std::string& message : {"bind-with-token " + token->token, std::string("bind-with-token guessed"), std::string("hello")}) {
    auto bad = bind(message);
    EXPECT_FALSE(bad->open()) << message;
    EXPECT_NE(Messages(*bad).at(0).find("OperationOutcome"), std::string::npos);
  }
  auto old = world.service->MakeToken(world.accounts["li"], {"s"});
  world.clock.Advance(limits::kSubscriptionTokenSeconds * kSecond);
  EXPECT_FALSE(bind("bind-with-token " + old->token)->open());
}

TEST(Sockets, WhoBindsNothingOrDoesNotReadIsLeft) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", "https://fhir.qianxian.cn/SubscriptionTopic/Patient", kSocket));
  world.Work();
  auto idle = world.service->OpenSocket();
  world.clock.Advance(limits::kSubscriptionBindSeconds * kSecond);
  world.Work();
  EXPECT_FALSE((*idle)->open());
  auto slow = world.service->OpenSocket();
  (*slow)->options().on_message("bind-with-token " + world.service->MakeToken(world.accounts["li"], {"s"})->token);
  std::string piece(limits::kSubscriptionSocketBytes / 4, 'x');
  for (int i = 0; i < 5; ++i) (*slow)->Send(piece);
  EXPECT_FALSE((*slow)->open());
  EXPECT_TRUE((*slow)->cut());
}

TEST(Sockets, TheirNumberIsBounded) {
  TestWorld world;
  std::vector<std::shared_ptr<http::Pipe>> open;
  for (size_t i = 0; i < limits::kSubscriptionSockets; ++i) open.push_back(*world.service->OpenSocket());
  EXPECT_EQ(world.service->OpenSocket().error().code, "too-many-sockets");
  open[0]->End();
  EXPECT_TRUE(world.service->OpenSocket().ok());
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, kSocket));
  world.Work();
  for (size_t i = 0; i < limits::kSubscriptionSockets; ++i) ASSERT_TRUE(world.service->MakeToken(world.accounts["li"], {"s"}).ok());
  EXPECT_EQ(world.service->MakeToken(world.accounts["li"], {"s"}).error().code, "too-many-sockets");
}

TEST(Sockets, BeatWhenNothingHappens) {
  TestWorld world;
  std::string channel = kSocket;
  channel.insert(channel.size() - 1, R"(,"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period","valueUnsignedInt":30}])");
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, channel));
  world.Work();
  auto pipe = world.service->OpenSocket();
  (*pipe)->options().on_message("bind-with-token " + world.service->MakeToken(world.accounts["li"], {"s"})->token);
  Messages(**pipe);
  world.clock.Advance(30 * kSecond);
  world.Work();
  auto beats = Messages(**pipe);
  ASSERT_EQ(beats.size(), 1u);
  EXPECT_EQ(TestWorld::KindOf(json::Document::Parse(beats[0])->root()), "heartbeat");
}

}  // namespace
}  // namespace qianxian::subscribe
