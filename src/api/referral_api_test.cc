// A referral through the page's API: rules, receivers, sent, reviewed, accepted, arrived, returned, sent down, taken over.
#include <gtest/gtest.h>

#include "api/testing/referral_world.h"

namespace qianxian::api {
namespace {

using testing::Answer;

struct ReferralWorld : testing::CountyWithReferrals {
  Answer Send(const std::string& key) {
    return As("li", "POST", "/api/referrals",
              R"({"clientKey":")" + key + R"(","patient":"p1","direction":"up","urgency":"urgent","type":"outpatient","criterion":"pressure/high","reasonText":"",)"
              R"("summary":"血压 190/115","receiver":{"organization":"H1"},"attachments":[],"consent":true,"send":true})");
  }
  Answer Do(const std::string& user, const Answer& referral, const std::string& verb, const std::string& more = "") {
    return As(user, "POST", "/api/referrals/" + referral.At("id") + "/" + verb, R"({"version":)" + referral.At("version") + more + "}");
  }
};

TEST(ReferralApi, UpAndDownAgain) {
  ReferralWorld world;
  const Answer rules = world.As("li", "GET", "/api/referral-rules?patient=p1&direction=up");
  ASSERT_EQ(rules.status, 200) << rules.body;
  EXPECT_EQ(rules.At("rules.0.id"), "high");
  EXPECT_EQ(rules.At("rules.0.proposed"), "true");
  EXPECT_EQ(rules.Count("urgencies"), 3u);
  const Answer receivers = world.As("li", "GET", "/api/receivers?direction=up&patient=p1");
  ASSERT_EQ(receivers.status, 200) << receivers.body;
  EXPECT_EQ(receivers.At("receivers.0.organization"), "H1");

  Answer referral = world.Send("key-1");
  ASSERT_EQ(referral.status, 201) << referral.body;
  EXPECT_EQ(referral.At("state"), "sent");
  EXPECT_EQ(referral.At("patient.name"), "王建国");
  EXPECT_TRUE(referral.At("sentAt").ends_with("+08:00") && referral.At("history.0.at").ends_with("+08:00")) << referral.body;   // the page shows it as it is
  EXPECT_EQ(referral.At("history.0.who"), world.NameOf("li"));
  EXPECT_EQ(world.Send("key-1").At("id"), referral.At("id"));     // twice is once
  EXPECT_EQ(world.As("zhao", "GET", "/api/work").At("referralsReceived"), "1");
  EXPECT_EQ(world.As("zhao", "GET", "/api/inbox").At("unread"), "1");
  EXPECT_EQ(world.As("li", "GET", "/api/referrals?patient=p1").At("referrals.0.id"), referral.At("id"));
  EXPECT_EQ(world.As("zhao", "GET", "/api/referrals?patient=p1").At("total"), "1");
  EXPECT_EQ(world.As("other", "GET", "/api/referrals?patient=p1").At("total"), "0");
  // The hospital leads the township and does not act in its name.
  EXPECT_EQ(world.As("zhao", "GET", "/api/referrals?box=sent").At("total"), "0");
  EXPECT_EQ(world.As("zhao", "GET", "/api/referrals/" + referral.At("id")).body.find("withdraw"), std::string::npos);
  EXPECT_NE(world.As("li", "GET", "/api/referrals/" + referral.At("id")).body.find("\"withdraw\""), std::string::npos);
  EXPECT_EQ(world.As("zhao", "GET", "/api/referrals?box=received").Count("referrals"), 1u);
  EXPECT_EQ(world.As("other", "GET", "/api/referrals?box=received").Count("referrals"), 0u);
  EXPECT_EQ(world.As("other", "GET", "/api/referrals/" + referral.At("id")).status, 404);

  EXPECT_EQ(world.Do("li", referral, "accept").status, 403);      // not the sender's step
  EXPECT_EQ(world.Do("zhao", referral, "decline").status, 400);   // without a reason
  Answer accepted = world.Do("zhao", referral, "accept", R"(,"slot":{"start":"2026-03-03T09:00:00+08:00","department":"心内科"})");
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  EXPECT_EQ(accepted.At("state"), "accepted");
  EXPECT_EQ(world.Do("zhao", referral, "decline", R"(,"reason":"no-bed")").status, 409);      // an old version
  Answer arrived = world.Do("zhao", accepted, "arrive");
  ASSERT_EQ(arrived.status, 200) << arrived.body;
  Answer returned = world.Do("zhao", arrived, "return-result", R"(,"result":{"text":"已调整用药","documents":[]})");
  ASSERT_EQ(returned.status, 200) << returned.body;
  Answer down = world.Do("zhao", returned, "send-down", R"(,"plan":{"text":"两周后复查","nextDate":"2026-03-20"})");
  ASSERT_EQ(down.status, 200) << down.body;
  EXPECT_EQ(down.At("state"), "sent-down");
  Answer taken = world.Do("li", down, "take-over");
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.At("state"), "taken-over");
  EXPECT_EQ(taken.At("results.0.text"), "已调整用药");
}

TEST(ReferralApi, NoRulesNoCalls) {
  testing::World world;
  EXPECT_EQ(world.As("admin", "GET", "/api/work").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/api/consultations").status, 404);
}

TEST(ReferralApi, WhatIsWrongIsSaid) {
  ReferralWorld world;
  EXPECT_EQ(world.As("li", "POST", "/api/referrals", R"({"clientKey":"k","patient":"p1","direction":"sideways"})").status, 400);
  EXPECT_EQ(world.As("li", "GET", "/api/referrals?box=nowhere").status, 400);
  EXPECT_EQ(world.As("li", "GET", "/api/referrals?count=many").At("error.code"), "bad-number");
  EXPECT_EQ(world.As("li", "DELETE", "/api/referrals").status, 405);
  EXPECT_EQ(world.As("li", "POST", "/api/referrals/referral-nothing/accept", R"({"version":1})").status, 404);
}

}  // namespace
}  // namespace qianxian::api
