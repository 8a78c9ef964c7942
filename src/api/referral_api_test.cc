// A referral through the page's API: rules, receivers, sent, reviewed, accepted, arrived, returned, sent down, taken over.
#include <gtest/gtest.h>

#include "api/testing/referral_world.h"
#include "fhir/definitions.h"
#include "referral/referral.h"
#include "search/parameters.h"

namespace qianxian::api {
namespace {

using testing::Answer;

// A step that a laboratory's result does, and that proposes a referral.
constexpr char kKidney[] = R"yaml(id: kidney
order: 1
kind: chronic
title: {zh: 肾功能管理, en: Kidney care}
edition: "2026.1"
effective: {from: 2026-01-01}
sources: [{title: {zh: 虚构, en: Invented for tests}, reference: "", mark: K}]
entry: {conditions: [I10], enrol: by-hand}
exits: [{id: death, name: {zh: 死亡, en: Death}, when: "%patient.deceased.exists() and %patient.deceased != false"}]
stages:
  - id: managed
    name: {zh: 管理, en: Managed}
    course: treat
    steps:
      - id: kidney-test
        name: {zh: 肾功能, en: Kidney test}
        activity: test
        who: [township]
        window_days: [30, 30]
        done: "%record.ofType(Observation).where(code.coding.code = '2160-0').exists()"
        refer: [{when: "%record.ofType(Observation).where(code.coding.code = '2160-0' and value.value > 177).exists()", urgency: urgent, criterion: pressure/high}]
      - id: visit
        name: {zh: 随访, en: Visit}
        form: kidney-visit
        who: [village, township]
        window_days: [7, 7]
        repeat: {days: 90}
)yaml";

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

// The feed's followers, as the server runs them.
struct ProposingWorld : ReferralWorld {
  ProposingWorld() {
    pack.pathways = {pack::ParsePathway("pathways/kidney.yaml", kKidney).value()};
    clock.Set({1'772'413'200'000'000});    // 2026-03-02 09:00 in China
    Restart();
    parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
    pathways = flow::MakeFlow({&store(), parameters.get(), &fhir::Definitions::R4(), &pack, &clock});
  }
  void Follow() {
    ASSERT_TRUE(pathways->Tick().ok());
    ASSERT_TRUE(referral::Referrals(store(), *parameters, referral_rules, clock).Sweep(since).ok());
  }
  Answer Measured(int micromoles) {
    return As("li", "POST", "/fhir/Observation",
              R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2160-0"}]},"subject":{"reference":"Patient/p1"},)"
              R"("effectiveDateTime":"2026-03-02T09:00:00+08:00","valueQuantity":{"value":)" + std::to_string(micromoles) + R"(,"unit":"umol/L"}})");
  }
  std::unique_ptr<const search::Parameters> parameters;
  std::unique_ptr<flow::Flow> pathways;
  Instant since;
};

TEST(ReferralApi, AResultThatNobodyWaitedForBecomesADraft) {
  ProposingWorld world;
  ASSERT_EQ(world.As("li", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"kidney"})").status, 200);
  world.Follow();
  EXPECT_EQ(world.As("li", "GET", "/api/referrals?box=sent").At("total"), "0");
  ASSERT_EQ(world.Measured(300).status, 201);
  world.Follow();
  const Answer box = world.As("li", "GET", "/api/referrals?box=sent");
  ASSERT_EQ(box.At("total"), "1") << box.body;
  EXPECT_EQ(box.At("referrals.0.state"), "draft");
  EXPECT_EQ(box.At("referrals.0.stateName.zh"), "草稿");
  EXPECT_EQ(box.At("referrals.0.criterion"), "pressure/high");
  EXPECT_EQ(box.At("referrals.0.criterionText.en"), "Very high");
  EXPECT_EQ(box.At("referrals.0.criterionMark"), "K") << "what is unsure says so wherever it stands";
  EXPECT_EQ(box.At("referrals.0.reason"), "血压很高");
  EXPECT_EQ(box.At("referrals.0.patient.name"), "王建国");
  EXPECT_EQ(box.At("referrals.0.to.organization"), "H1");
  EXPECT_EQ(box.At("referrals.0.sentAt"), "null");
  EXPECT_EQ(box.At("referrals.0.may.0"), "send");
  EXPECT_EQ(world.As("other", "GET", "/api/referrals?box=sent").At("total"), "0");
  EXPECT_EQ(world.As("zhao", "GET", "/api/referrals?box=received").At("total"), "0");
  const Answer inbox = world.As("li", "GET", "/api/inbox");
  EXPECT_EQ(inbox.At("notices.0.kind"), "referral:propose") << inbox.body;
  EXPECT_EQ(inbox.At("notices.0.title.zh"), "路径建议转诊：王建国（血压很高）");
  EXPECT_EQ(inbox.At("notices.0.about.type"), "referral");
  const std::string id = box.At("referrals.0.id");
  EXPECT_EQ(inbox.At("notices.0.about.id"), id);
  world.Follow();
  EXPECT_EQ(world.As("li", "GET", "/api/inbox").At("unread"), "1") << "told once";

  const auto send = [&](const std::string& more) { return world.As("li", "POST", "/api/referrals/" + id + "/send", R"({"version":1)" + more + "}"); };
  EXPECT_EQ(send("").At("error.code"), "no-consent");
  EXPECT_EQ(send(R"(,"consent":true,"receiver":{"organization":"X"})").At("error.code"), "bad-receiver");
  EXPECT_EQ(send(R"(,"consent":true,"receiver":"H1")").status, 200) << "what is no object is none: the one that was suggested";
  EXPECT_EQ(world.As("zhao", "GET", "/api/referrals?box=received").At("total"), "1");
}

TEST(ReferralApi, WhoSendsItHimselfFindsNoDraftOfIt) {
  ProposingWorld world;
  ASSERT_EQ(world.As("li", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"kidney"})").status, 200);
  ASSERT_EQ(world.Measured(300).status, 201);
  world.Follow();
  const std::string draft = world.As("li", "GET", "/api/referrals?box=sent").At("referrals.0.id");
  const Answer sent = world.Send("key-1");
  ASSERT_EQ(sent.status, 201) << sent.body;
  const Answer box = world.As("li", "GET", "/api/referrals?box=sent");
  EXPECT_EQ(box.At("total"), "1") << box.body;
  EXPECT_EQ(box.At("referrals.0.id"), sent.At("id"));
  const Answer withdrawn = world.As("li", "GET", "/api/referrals/" + draft);
  EXPECT_EQ(withdrawn.At("state"), "withdrawn");
  EXPECT_NE(withdrawn.At("history.1.note").find(sent.At("id")), std::string::npos) << withdrawn.body;
  EXPECT_EQ(world.As("li", "GET", "/api/inbox").At("unread"), "0");
}

TEST(ReferralApi, ADraftMayBeWithdrawnOrSentElsewhere) {
  ProposingWorld world;
  world.PutKind("H2", "county-tcm", "");
  ASSERT_EQ(world.As("li", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"kidney"})").status, 200);
  ASSERT_EQ(world.Measured(300).status, 201);
  world.Follow();
  const Answer draft = world.As("li", "GET", "/api/referrals/" + world.As("li", "GET", "/api/referrals?box=sent").At("referrals.0.id"));
  EXPECT_EQ(draft.At("to.organization"), "H1");
  EXPECT_EQ(world.Do("zhao", draft, "withdraw").status, 404);
  const Answer sent = world.Do("li", draft, "send", R"(,"consent":true,"receiver":{"organization":"H2","department":"肾内科"})");
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(sent.At("state"), "sent");
  EXPECT_EQ(sent.At("to.organization"), "H2");
  EXPECT_EQ(sent.At("to.department"), "肾内科");
  EXPECT_EQ(sent.At("from.practitioner"), world.NameOf("li"));
  EXPECT_EQ(world.Do("li", sent, "withdraw").At("error.code"), "no-such-reason") << "what was sent is withdrawn with a reason";
}

TEST(ReferralApi, WhoIsTakenOverIsSeenByThePlan) {
  ProposingWorld world;
  Answer one = world.Send("key-1");
  EXPECT_TRUE(one.At("actBy") == one.At("answerBy")) << one.body;
  one = world.Do("zhao", one, "accept", R"(,"slot":{"start":"2026-03-03T09:00:00+08:00"})");
  EXPECT_EQ(one.At("actBy"), "2026-03-04T09:00:00+08:00") << "a day after the slot's begin";
  one = world.Do("zhao", one, "arrive");
  one = world.Do("zhao", one, "return-result", R"(,"result":{"text":"肾功能下降","documents":[]})");
  const auto down = [&](const std::string& plan) { return world.Do("zhao", one, "send-down", R"(,"plan":)" + plan); };
  EXPECT_EQ(down(R"({"text":"复查","pathway":"nothing"})").At("error.code"), "no-such-pathway");
  EXPECT_EQ(down(R"({"text":"复查","nextDate":"soon"})").At("error.code"), "bad-date");
  one = down(R"({"text":"复查","pathway":"kidney","nextDate":"2026-03-20"})");
  ASSERT_EQ(one.status, 200) << one.body;
  world.Follow();
  EXPECT_EQ(world.As("li", "GET", "/api/patients/p1").Count("enrolments"), 1u) << "of the pool alone";
  one = world.Do("li", one, "refuse-take-over", R"(,"reason":"moved-away")");
  world.Follow();
  EXPECT_EQ(world.As("li", "GET", "/api/patients/p1").At("enrolments.0.status"), "planned");
  const Answer inbox = world.As("zhao", "GET", "/api/inbox");
  EXPECT_NE(inbox.body.find("已迁出或不在辖区"), std::string::npos) << "back to the sender, with the reason: " << inbox.body;
  one = world.Do("zhao", one, "send-down", R"(,"plan":{"text":"复查","pathway":"kidney","nextDate":"2026-03-25"})");
  one = world.Do("li", one, "take-over");
  world.Follow();
  const Answer person = world.As("li", "GET", "/api/patients/p1");
  EXPECT_EQ(person.At("enrolments.0.pathway"), "kidney") << person.body;
  EXPECT_EQ(person.At("enrolments.0.status"), "active");
  EXPECT_EQ(person.At("enrolments.0.organization"), "T1");
  EXPECT_NE(person.body.find(R"("due":"2026-03-25")"), std::string::npos) << person.body;
  EXPECT_EQ(person.body.find(R"("due":"2026-03-20")"), std::string::npos);
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
