// GET /api/events as a page sees it.
#include "api/event_stream.h"

#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "base/limits.h"
#include "base/text.h"
#include "http/test_client.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

class Page {
 public:
  Page(World& world, const std::string& user, const std::string& last_event_id = {}) : client_(world.port()) {
    std::string headers = "Authorization: Bearer " + world.TokenOf(user) + "\r\n";
    if (!last_event_id.empty()) headers += "Last-Event-ID: " + last_event_id + "\r\n";
    client_.Send(http::Get("/api/events", headers));
    head = client_.ReadUntil("\r\n\r\n");
  }
  // Reads on until an event of that name has come; returns its data.
  std::string Await(const std::string& name) {
    std::string before = client_.ReadUntil("event: " + name + "\ndata: ");
    if (size_t id = before.rfind("id: "); id != std::string::npos) last_id = before.substr(id + 4, before.find('\n', id) - id - 4);
    std::string data = client_.ReadUntil("\n\n");
    return data.substr(0, data.size() - 2);
  }
  // Everything up to and with the event of that name.
  std::string ReadTo(const std::string& name) { return client_.ReadUntil("event: " + name + "\n"); }
  bool Ended() {
    while (client_.Receive()) {}
    return true;
  }
  std::string head, last_id;

 private:
  http::TestClient client_;
};

constexpr int64_t kMinute = 60'000'000;
const std::string kPatient = R"({"resourceType":"Patient"})";

TEST(EventStream, SaysTheRecordsStateAndWhatIsNew) {
  World world;
  world.AddUser("li", "county-director");
  EXPECT_EQ(world.Send("GET", "/api/events").status, 401);
  Page page(world, "li");
  EXPECT_NE(page.head.find("200 OK"), std::string::npos);
  EXPECT_NE(page.head.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_NE(page.head.find("Cache-Control: no-store"), std::string::npos);
  EXPECT_NE(page.head.find("Content-Security-Policy"), std::string::npos);
  std::string t = std::to_string(world.store().LastT());
  EXPECT_EQ(page.Await("t"), "{\"t\":" + t + ",\"asOf\":0}");
  world.Put("Patient", "p1", kPatient);
  uint64_t now = world.store().LastT();
  EXPECT_EQ(page.Await("t"), "{\"t\":" + std::to_string(now) + ",\"asOf\":0}");
  world.api().events().SayNumbers(now);
  EXPECT_EQ(page.Await("t"), "{\"t\":" + std::to_string(now) + ",\"asOf\":" + std::to_string(now) + "}");
}

TEST(EventStream, NoticesGoToTheirPersonOnly) {
  World world;
  world.AddUser("li", "county-director");
  world.AddUser("wang", "viewer");
  Page li(world, "li"), second(world, "li"), wang(world, "wang");
  EventStream& events = world.api().events();
  ASSERT_TRUE(events.Publish("LI", "referral", R"({"task":"1"})").ok());
  ASSERT_TRUE(events.Publish("", "all", R"({"n":2})").ok());
  EXPECT_EQ(li.Await("referral"), R"({"task":"1"})");
  EXPECT_EQ(second.Await("referral"), R"({"task":"1"})");
  EXPECT_EQ(wang.ReadTo("all").find("referral"), std::string::npos);
}

TEST(EventStream, GivesWhatAPageMissed) {
  World world;
  world.AddUser("li", "county-director");
  world.AddUser("wang", "viewer");
  EventStream& events = world.api().events();
  std::string id;
  {
    Page page(world, "li");
    ASSERT_TRUE(events.Publish("li", "notice", R"({"n":1})").ok());
    page.Await("notice");
    id = page.last_id;
  }
  ASSERT_TRUE(events.Publish("li", "notice", R"({"n":2})").ok());
  ASSERT_TRUE(events.Publish("wang", "notice", R"({"n":"not yours"})").ok());
  ASSERT_TRUE(events.Publish("li", "notice", R"({"n":3})").ok());
  Page again(world, "li", id);
  EXPECT_EQ(again.Await("notice"), R"({"n":2})");
  EXPECT_EQ(again.Await("notice"), R"({"n":3})");
  again.Await("t");
  Page with_all(world, "li", again.last_id);
  EXPECT_EQ(with_all.ReadTo("t").find("notice"), std::string::npos) << "nothing twice";
  Page of_another_run(world, "li", "0123456789abcdef-1");
  EXPECT_EQ(of_another_run.Await("missed"), "{}");
  for (size_t i = 0; i <= limits::kEventsKept; ++i) ASSERT_TRUE(events.Publish("wang", "notice", "{}").ok());
  Page too_late(world, "li", id);
  EXPECT_EQ(too_late.Await("missed"), "{}");
}

TEST(EventStream, EndsWithItsSession) {
  World world;
  world.AddUser("li", "county-director", {}, "Meadow-12");
  Answer signed_in = world.Send("POST", "/api/session", R"({"user":"li","password":"Meadow-12"})");
  std::string cookie = signed_in.Header("set-cookie");
  cookie = cookie.substr(0, cookie.find(';'));
  world.Send("POST", "/api/password", R"({"current":"Meadow-12","new":"Harbor-34"})", {{"Cookie", cookie}, {"X-Qianxian", "1"}});
  http::TestClient client(world.port());
  client.Send(http::Get("/api/events", "Cookie: " + cookie + "\r\n"));
  ASSERT_NE(client.ReadUntil("\n\n").find("200 OK"), std::string::npos);
  world.clock.Advance((limits::kSessionIdleMinutes - 1) * kMinute);
  ASSERT_TRUE(world.api().events().Publish("li", "notice", "{}").ok());
  EXPECT_FALSE(client.ReadUntil("event: notice").empty());
  world.clock.Advance(2 * kMinute);   // an open page is no use of the session
  ASSERT_TRUE(world.api().events().Publish("li", "secret", "{}").ok());
  std::string rest = client.ReadUntil("0\r\n\r\n");
  EXPECT_FALSE(rest.empty());
  EXPECT_EQ(rest.find("secret"), std::string::npos);
  EXPECT_EQ(world.Send("GET", "/api/session", "", {{"Cookie", cookie}}).status, 401);
}

TEST(EventStream, KeepsItsBounds) {
  World world;
  world.AddUser("li", "county-director");
  EventStream& events = world.api().events();
  EXPECT_EQ(events.Publish("li", "Not A Name", "{}").error().code, "bad-event");
  EXPECT_EQ(events.Publish("li", "notice", "no json").error().code, "bad-event");
  EXPECT_EQ(events.Publish("li", "notice", "\"" + std::string(limits::kEventBytes, 'x') + "\"").error().code, "event-too-large");
  std::vector<std::unique_ptr<Page>> pages;
  for (size_t i = 0; i < limits::kEventStreamsOfUser; ++i) pages.push_back(std::make_unique<Page>(world, "li"));
  Answer refused = world.As("li", "GET", "/api/events");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.At("error.code"), "too-many-streams");
  world.AddUser("wang", "viewer");
  EXPECT_NE(Page(world, "wang").head.find("200 OK"), std::string::npos) << "others are not held up";
  auth::Session session;
  size_t opened = pages.size() + 1;
  std::vector<http::Response> kept;
  for (; opened < limits::kEventStreams + 5; ++opened) {
    session.caller.user = "user-" + std::to_string(opened / 2);
    Result<http::Response> one = events.Open(world.TokenOf("wang"), session, "");
    if (!one.ok()) break;
    kept.push_back(std::move(*one));
  }
  EXPECT_GE(opened, limits::kEventStreams - 1) << "one page may already be seen as gone";
  EXPECT_LE(opened, limits::kEventStreams + 1);
}

TEST(EventStream, HeadHasNoBodyAndOpensNothing) {
  World world;
  world.AddUser("li", "county-director");
  for (size_t i = 0; i <= limits::kEventStreamsOfUser; ++i) EXPECT_EQ(world.As("li", "HEAD", "/api/events").status, 200);
}

}  // namespace
}  // namespace qianxian::api
