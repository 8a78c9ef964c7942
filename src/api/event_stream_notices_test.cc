// Notices as people get them: by the inbox, and at once by the open page; each the right person, once.
#include <gtest/gtest.h>

#include "api/event_stream.h"
#include "api/testing/referral_world.h"
#include "http/test_client.h"
#include "referral/notice_records.h"

namespace qianxian::api {
namespace {

using testing::Answer;

class Page {
 public:
  Page(testing::World& world, const std::string& user, const std::string& last_event_id = {}) : client_(world.port()) {
    std::string headers = "Authorization: Bearer " + world.TokenOf(user) + "\r\n";
    if (!last_event_id.empty()) headers += "Last-Event-ID: " + last_event_id + "\r\n";
    client_.Send(http::Get("/api/events", headers));
    client_.ReadUntil("\r\n\r\n");
  }
  // Reads on until a notice has come; returns its data.
  std::string AwaitNotice() {
    const std::string before = client_.ReadUntil("event: notice\ndata: ");
    if (const size_t id = before.rfind("id: "); id != std::string::npos) last_id = before.substr(id + 4, before.find('\n', id) - id - 4);
    const std::string data = client_.ReadUntil("\n\n");
    EXPECT_FALSE(data.empty()) << "no notice came";
    return data.substr(0, data.find("\n\n"));
  }
  // Up to the mark that everybody was sent: how many notices came before it.
  size_t NoticesBefore(const std::string& mark) {
    const std::string text = client_.ReadUntil("event: " + mark + "\n");
    EXPECT_FALSE(text.empty()) << "the stream has ended";
    size_t count = 0;
    for (size_t at = text.find("event: notice\n"); at != std::string::npos; at = text.find("event: notice\n", at + 1)) ++count;
    return count;
  }
  std::string last_id;

 private:
  http::TestClient client_;
};

struct NoticeWorld : testing::CountyWithReferrals {
  NoticeWorld() {
    AddUser("wu", "clinician", {"T1"});
    AddUser("qian", "clinician", {"H1"});
    AddUser("it", "hospital-it", {"H1"});
    AddUser("both", "clinician", {"T1", "H1"});
  }
  Answer Send() {
    return As("li", "POST", "/api/referrals",
              R"({"clientKey":"k","patient":"p1","direction":"up","urgency":"urgent","type":"outpatient","criterion":"pressure/high","reasonText":"",)"
              R"("summary":"","receiver":{"organization":"H1"},"attachments":[],"consent":true,"send":true})");
  }
  Answer Accept(const Answer& referral) {
    return As("zhao", "POST", "/api/referrals/" + referral.At("id") + "/accept", R"({"version":)" + referral.At("version") + R"(,"slot":{"start":"2026-03-03T09:00:00+08:00"}})");
  }
  std::string Unread(const std::string& user) {
    const std::string unread = As(user, "GET", "/api/inbox").At("unread");
    EXPECT_EQ(As(user, "GET", "/api/work").At("notices"), unread) << user;
    return unread;
  }
  void Mark(const std::string& name) { ASSERT_TRUE(api().events().Publish("", name, "{}").ok()); }
};

TEST(Notices, AreReadByEachForHimselfAndSurviveARestart) {
  NoticeWorld world;
  const Answer referral = world.Send();
  ASSERT_EQ(referral.status, 201) << referral.body;
  for (const char* user : {"zhao", "qian", "both"}) EXPECT_EQ(world.Unread(user), "1") << user;
  for (const char* user : {"li", "wu", "other", "it"}) EXPECT_EQ(world.Unread(user), "0") << user;
  const std::string id = world.As("zhao", "GET", "/api/inbox").At("notices.0.id");
  EXPECT_EQ(world.As("li", "POST", "/api/notices/" + id + "/read", "{}").status, 404);
  EXPECT_EQ(world.As("zhao", "POST", "/api/notices/" + id + "/read", "{}").status, 200);
  world.Restart();
  EXPECT_EQ(world.Unread("zhao"), "0");
  EXPECT_EQ(world.As("zhao", "GET", "/api/inbox").At("notices.0.read"), "true");
  EXPECT_EQ(world.Unread("qian"), "1");
  EXPECT_EQ(world.As("qian", "GET", "/api/inbox").At("notices.0.read"), "false");
  ASSERT_EQ(world.Accept(referral).status, 200);
  EXPECT_EQ(world.Unread("qian"), "0") << "a colleague has taken it";
  EXPECT_EQ(world.Unread("li"), "1");
  EXPECT_EQ(world.Unread("wu"), "0") << "it was not he who asked";
  EXPECT_EQ(world.As("wu", "GET", "/api/referrals?box=sent").At("total"), "1") << "and he finds it where it belongs";
}

TEST(Notices, ReachTheOpenPagesOfTheRightPersons) {
  NoticeWorld world;
  Page li(world, "li"), wu(world, "wu"), zhao(world, "zhao"), qian(world, "qian"), other(world, "other"), it(world, "it");
  const Answer referral = world.Send();
  ASSERT_EQ(referral.status, 201) << referral.body;
  const std::string id = referral.At("id");
  const std::string notice = referral::NoticeId(id + "/0", "H1");
  const std::string data = R"({"id":")" + notice + R"(","kind":"referral:send","about":{"type":"referral","id":")" + id + R"("}})";
  EXPECT_EQ(zhao.AwaitNotice(), data) << "where to look, and nothing of a person";
  EXPECT_EQ(qian.AwaitNotice(), data);
  world.Mark("sent");
  for (Page* page : {&li, &wu, &other, &it, &zhao, &qian}) EXPECT_EQ(page->NoticesBefore("sent"), 0u) << "nobody else, and nobody twice";

  ASSERT_EQ(world.Accept(referral).status, 200);
  EXPECT_NE(li.AwaitNotice().find("\"referral:accept\""), std::string::npos);
  world.Mark("accepted");
  for (Page* page : {&li, &wu, &other, &it, &zhao, &qian}) EXPECT_EQ(page->NoticesBefore("accepted"), 0u);
  world.As("li", "POST", "/api/notices/" + world.As("li", "GET", "/api/inbox").At("notices.0.id") + "/read", "{}");
  world.Put("Patient", "p2", R"({"resourceType":"Patient"})", "T1");
  world.Mark("read");
  EXPECT_EQ(li.NoticesBefore("read"), 0u) << "reading is no event";
}

TEST(Notices, WhoWasAwayForAMomentGetsHisOwn) {
  NoticeWorld world;
  Page other(world, "zhao");
  const Answer referral = world.Send();
  ASSERT_EQ(referral.status, 201) << referral.body;
  other.AwaitNotice();
  const std::string before = other.last_id;
  Page watch(world, "li");
  ASSERT_EQ(world.Accept(referral).status, 200);
  watch.AwaitNotice();
  Page li(world, "li", before), wu(world, "wu", before);
  EXPECT_NE(li.AwaitNotice().find("\"referral:accept\""), std::string::npos);
  world.Mark("mark");
  EXPECT_EQ(wu.NoticesBefore("mark"), 0u);
}

TEST(Notices, OfOneEventOneForWhoeverIsToldTwice) {
  NoticeWorld world;
  Page both(world, "both"), zhao(world, "zhao"), li(world, "li");
  store::CommitRequest request;
  request.reason = "referral:escalate";
  for (const char* place : {"T1", "H1"})
    request.changes.push_back(referral::NoticeChange(referral::Notice{"referral-x/3", "referral:escalate", place, "Task/referral-x", "p1", "未答复", "No answer", "", ""}, world.clock.Now()));
  ASSERT_TRUE(world.store().Commit(access::SystemCaller("referral"), std::move(request)).ok());
  EXPECT_NE(zhao.AwaitNotice().find(referral::NoticeId("referral-x/3", "H1")), std::string::npos);
  EXPECT_NE(li.AwaitNotice().find(referral::NoticeId("referral-x/3", "T1")), std::string::npos);
  both.AwaitNotice();
  world.Mark("mark");
  EXPECT_EQ(both.NoticesBefore("mark"), 0u);
  EXPECT_EQ(world.Unread("both"), "1");
  EXPECT_EQ(world.As("both", "GET", "/api/inbox").Count("notices"), 1u);
}

TEST(Notices, AnAccountThatChangedIsToldAsItIsNow) {
  NoticeWorld world;
  Page zhao(world, "zhao"), qian(world, "qian");
  ASSERT_EQ(world.As("admin", "PATCH", "/api/accounts/qian", R"({"organizations":["T2"]})").status, 200);
  ASSERT_EQ(world.Send().status, 201);
  zhao.AwaitNotice();
  world.Mark("mark");
  EXPECT_EQ(qian.NoticesBefore("mark"), 0u) << "of another institution now";
}

}  // namespace
}  // namespace qianxian::api
