// Subscriptions through the front door: written, refused, delivered to a server of the test's, heard over a real WebSocket.
#include <gtest/gtest.h>

#include <mutex>

#include "api/testing/world.h"
#include "base/limits_exchange.h"
#include "base/text.h"
#include "http/test_client.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

const std::string kTopic = "https://fhir.qianxian.cn/SubscriptionTopic/Encounter";
const std::string kContent = R"("_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":"full-resource"}]})";

std::string Text(const std::string& channel, const std::string& topic = kTopic) {
  return R"({"resourceType":"Subscription","status":"requested","reason":"test","criteria":")" + topic + R"(","channel":)" + channel + "}";
}
std::string Hook(uint16_t port) {
  return R"({"type":"rest-hook","endpoint":"http://127.0.0.1:)" + std::to_string(port) + R"(/hook","payload":"application/fhir+json",)" + kContent + "}";
}
const std::string kSocket = R"({"type":"websocket","payload":"application/fhir+json",)" + kContent + "}";

void Work(World& world) {
  for (int i = 0; i < 1000; ++i) {
    Result<bool> more = world.subscriptions().Follow();
    if (!world.subscriptions().DeliverOne() && more.ok() && !*more) return;
  }
}

void PutEncounter(World& world, const std::string& id, const std::string& owner) {
  world.Put("Encounter", id, R"({"resourceType":"Encounter","id":")" + id + R"(","status":"planned","class":{"code":"IMP"}})", owner);
}

class HookServer {
 public:
  HookServer() {
    http::ServerOptions options;
    options.port = 0;
    auto server = http::Server::Start(options, [this](http::Request& request) {
      std::lock_guard lock(mutex_);
      bodies_.push_back(request.body);
      return http::Response();
    });
    server_ = std::move(*server);
  }
  uint16_t port() const { return server_->port(); }
  std::vector<std::string> bodies() {
    std::lock_guard lock(mutex_);
    return bodies_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::unique_ptr<http::Server> server_;
};

TEST(SubscriptionApi, AHookGetsWhatItsSubscriberMaySee) {
  World world;
  HookServer hook;
  world.PutOrganization("H1");
  world.PutOrganization("H2");
  world.AddUser("wang", "clinician", {"H1"});
  Answer made = world.As("wang", "POST", "/fhir/Subscription", Text(Hook(hook.port())));
  ASSERT_EQ(made.status, 201) << made.body;
  std::string id = made.At("id");
  Work(world);
  EXPECT_EQ(world.As("wang", "GET", "/fhir/Subscription/" + id).At("status"), "active");
  PutEncounter(world, "mine", "H1");
  PutEncounter(world, "other", "H2");
  Work(world);
  std::vector<std::string> bodies = hook.bodies();
  ASSERT_EQ(bodies.size(), 2u) << "the handshake and one event";
  EXPECT_NE(bodies[1].find("/fhir/Encounter/mine"), std::string::npos) << bodies[1];
  EXPECT_EQ(bodies[1].find("other"), std::string::npos);

  Answer status = world.As("wang", "GET", "/fhir/Subscription/" + id + "/$status");
  EXPECT_EQ(status.At("entry.0.resource.parameter.2.valueCode"), "active") << status.body;
  EXPECT_EQ(status.At("entry.0.resource.parameter.4.valueString"), "1");
  Answer events = world.As("wang", "GET", "/fhir/Subscription/" + id + "/$events?eventsSinceNumber=1&content=id-only");
  EXPECT_EQ(events.Count("entry"), 2u) << events.body;
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Subscription/" + id + "/$events").At("issue.0.details.coding.0.code"), "not-your-subscription");
  EXPECT_EQ(world.As("wang", "GET", "/fhir/Subscription/" + id + "/$events?content=much").status, 400);
  EXPECT_EQ(world.As("wang", "GET", "/fhir/Subscription/" + id + "/$events?other=1").status, 400);
}

TEST(SubscriptionApi, RefusesAtOnceWhatItCannotServe) {
  World world;
  HookServer hook;
  world.AddUser("li", "county-director");
  auto code = [&](const std::string& text) { return world.As("li", "POST", "/fhir/Subscription", text).At("issue.0.details.coding.0.code"); };
  EXPECT_EQ(code(Text(Hook(hook.port()), "http://example.org/none")), "unknown-topic");
  EXPECT_EQ(code(Text(R"({"type":"rest-hook","endpoint":"http://10.0.0.1/"})")), "endpoint-not-allowed");
  EXPECT_EQ(code(Text(R"({"type":"sms","endpoint":"tel:1"})")), "unsupported-channel");
  std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" + Text(R"({"type":"rest-hook","endpoint":"http://10.0.0.1/"})") +
                       R"(,"request":{"method":"POST","url":"Subscription"}}]})";
  EXPECT_EQ(world.As("li", "POST", "/fhir", bundle).status, 403) << "also inside a transaction";
  EXPECT_EQ(world.As("li", "GET", "/fhir/Subscription?_summary=count").At("total"), "0");
}

TEST(SubscriptionApi, APatchKeepsItWorking) {
  World world;
  HookServer hook;
  world.AddUser("li", "county-director");
  std::string id = world.As("li", "POST", "/fhir/Subscription", Text(Hook(hook.port()))).At("id");
  Work(world);
  Answer patched = world.As("li", "PATCH", "/fhir/Subscription/" + id, R"([{"op":"replace","path":"/reason","value":"another"}])", {{"Content-Type", "application/json-patch+json"}});
  ASSERT_EQ(patched.status, 200) << patched.body;
  world.As("li", "POST", "/fhir/Subscription/" + id + "/$meta-add", R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"s","code":"c"}]}}]})");
  world.clock.Advance(limits::kSubscriptionClaimSeconds * int64_t{2'000'000});
  Work(world);
  EXPECT_EQ(world.As("li", "GET", "/fhir/Subscription/" + id).At("status"), "active");
  PutEncounter(world, "e1", "");
  Work(world);
  EXPECT_EQ(hook.bodies().size(), 2u);
}

TEST(SubscriptionApi, AWebSocketBindsAndHears) {
  World world;
  world.AddUser("li", "county-director");
  std::string id = world.As("li", "POST", "/fhir/Subscription", Text(kSocket)).At("id");
  Work(world);
  EXPECT_EQ(world.Send("GET", "/subscriptions").At("error.code"), "not-a-websocket");
  Answer token = world.As("li", "GET", "/fhir/Subscription/" + id + "/$get-ws-binding-token");
  EXPECT_EQ(token.At("parameter.0.name"), "token") << token.body;
  EXPECT_EQ(token.At("parameter.3.valueUrl"), "ws://127.0.0.1:" + std::to_string(world.port()) + "/subscriptions");
  http::TestClient client(world.port());
  client.Send(http::Get("/subscriptions", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("101 "), std::string::npos);
  std::string say = "bind-with-token " + token.At("parameter.0.valueString");
  client.Send(std::string("\x81") + static_cast<char>(0x80 | say.size()) + std::string(4, '\0') + say);
  EXPECT_FALSE(client.ReadUntil("handshake").empty());
  PutEncounter(world, "e1", "");
  Work(world);
  EXPECT_FALSE(client.ReadUntil("/fhir/Encounter/e1").empty());
}

TEST(SubscriptionApi, MetadataNamesStoredTopicsAndTheOperations) {
  World world;
  world.AddUser("li", "county-director");
  std::string prefix = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.";
  std::string topic = R"({"resourceType":"Basic","id":"t1","code":{"coding":[{"system":"http://hl7.org/fhir/fhir-types","code":"SubscriptionTopic"}]},"extension":[{"url":")" + prefix +
                      R"(url","valueUri":"http://example.org/topic"},{"url":")" + prefix + R"(resourceTrigger","extension":[{"url":"resource","valueUri":"Encounter"}]}]})";
  EXPECT_EQ(world.As("li", "PUT", "/fhir/Basic/t1", ReplaceAll(topic, "\"Encounter\"", "\"Nothing\"")).At("issue.0.details.coding.0.code"), "bad-topic");
  ASSERT_EQ(world.As("li", "PUT", "/fhir/Basic/t1", topic).status, 201);
  Work(world);
  Answer metadata = world.Send("GET", "/fhir/metadata");
  EXPECT_NE(metadata.body.find("http://example.org/topic"), std::string::npos);
  EXPECT_NE(metadata.body.find("backport-subscription-get-ws-binding-token"), std::string::npos);
}

TEST(SubscriptionWrites, OneThatAsksBySearchIsKeptAsItWasSent) {
  testing::World world;
  const std::string sent = R"({"resourceType":"Subscription","id":"s1","status":"requested","reason":"test","criteria":"Observation?code=1975-2","channel":{"type":"rest-hook","endpoint":"https://example.org/hook"}})";
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Subscription/s1", sent).status, 201);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Subscription/s1").At("criteria"), "Observation?code=1975-2");
}

}  // namespace
}  // namespace qianxian::api
