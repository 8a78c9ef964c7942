// Who is sent down is taken up by the pathways: after-care each time, the pathway that the plan names, in the receiver's hands and
// on the plan's day; who is refused enters nothing; a pathway knows whose consultation it was.
#include "flow/testing/world.h"

namespace qianxian::flow {
namespace {

class DownTest : public testing::World {
 protected:
  DownTest() {
    Put("Organization", "T2", R"({"resourceType":"Organization","id":"T2","type":[{"coding":[{"code":"township"}]}]})", "T2");
    Put("Organization", "H1", R"({"resourceType":"Organization","id":"H1","type":[{"coding":[{"code":"county-general"}]}]})", "H1");
  }

  struct Said { std::string verb, state, reason; };
  // A referral up that came back down to `taker`, as the module that writes it does (docs/formats/referral.md).
  void Referral(const std::string& id, const std::string& taker, const std::string& pathway = "", const std::string& next_date = "") {
    steps_[id].clear();
    taker_[id] = taker, plan_[id] = {pathway, next_date};
  }
  void Step(const std::string& id, const std::string& verb, const std::string& state, const std::string& reason = "") {
    std::string& steps = steps_[id];
    const auto part = [](const std::string& name, const std::string& text) {
      return text.empty() ? "" : R"(,{"url":")" + name + R"(","valueString":")" + text + "\"}";
    };
    steps += R"(,{"url":"https://fhir.qianxian.cn/StructureDefinition/referral-step","extension":[{"url":"at","valueString":")" + FormatInstant(clock_.Now()) + "\"}" +
             part("verb", verb) + part("state", state) + part("reason", reason) + "]}";
    Put("Task", id, R"({"resourceType":"Task","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/referral","extension":[{"url":"direction","valueString":"up"})" +
        part("from", taker_[id]) + part("to", "H1") + "]}" + steps + R"(],"status":"in-progress","intent":"order","businessStatus":{"coding":[{"code":")" + state +
        R"("}]},"code":{"coding":[{"code":"referral"}]},"for":{"reference":"Patient/p"},"lastModified":")" + FormatInstant(clock_.Now()) + "\"}", "H1");
    const auto& [pathway, next_date] = plan_[id];
    Put("CarePlan", id, R"({"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/p"})" +
        (pathway.empty() ? "" : R"(,"instantiatesCanonical":["https://fhir.qianxian.cn/PlanDefinition/)" + pathway + "\"]") +
        (next_date.empty() ? "" : R"(,"period":{"start":")" + next_date + "\"}") + "}", taker_[id]);
    Tick();
  }
  void SendDown(const std::string& id) { Step(id, "send-down", "sent-down"); }
  void TakeOver(const std::string& id) { Step(id, "take-over", "taken-over"); }
  std::string OwnerOf(const std::string& pathway, int64_t number = 1) {
    return store_->OpenSnapshot(Program()).value()->Read("EpisodeOfCare", EnrolmentId(pathway, "p", number))->owner;
  }
  std::string OwnerOfStep(const std::string& id) {
    for (const auto& [step, version] : Steps("ready"))
      if (step.step == id) return step.owner;
    return "none";
  }

  std::map<std::string, std::string> steps_, taker_;
  std::map<std::string, std::pair<std::string, std::string>> plan_;
};

TEST_F(DownTest, AfterCareBeginsWithEachSendingDown) {
  Referral("referral-1", "T1");
  SendDown("referral-1");
  EXPECT_EQ(Open(), "take-over@2026-03-03/ ");
  EXPECT_EQ(Tick(), 0u) << "told again";
  TakeOver("referral-1");
  EXPECT_EQ(EnrolmentOf("after-stay").stage, "at-home");
  EXPECT_EQ(Open(), "home-visit@2026-03-09/ ");
  Days(10);
  Referral("referral-2", "T1");
  SendDown("referral-2");                                  // while the first is under way
  EXPECT_EQ(Open(), "home-visit@2026-03-09/ take-over@2026-03-13/ ") << "somebody must take him over again";
  EXPECT_EQ(EnrolmentOf("after-stay", 2).status, "active");
  Step("referral-1", "close", "closed");
  EXPECT_EQ(OwnerOfStep("take-over"), "T1") << "the end of the first is no answer to the second";
  TakeOver("referral-2");
  EXPECT_EQ(EnrolmentOf("after-stay", 1).exit_reason, "replaced");
  EXPECT_EQ(Open(), "home-visit@2026-03-19/ ") << "one follow-up, not two";
  Days(90);
  PutCondition("c", "Z00");
  Tick();
  EXPECT_EQ(EnrolmentOf("after-stay", 2).exit_reason, "finished");
  EXPECT_EQ(Open(), "");
  Referral("referral-3", "T1");
  SendDown("referral-3");                                  // after it had ended
  EXPECT_EQ(EnrolmentOf("after-stay", 3).status, "active");
  EXPECT_EQ(Open(), "take-over@2026-06-11/ ");
  EXPECT_EQ(EnrolmentOf("after-stay", 3).downs, std::vector<std::string>{"referral-3/1"});
}

TEST_F(DownTest, ItBelongsToTheReceiver) {
  Referral("referral-1", "T2");                            // not the patient's own township
  SendDown("referral-1");
  EXPECT_EQ(OwnerOf("after-stay"), "T2");
  EXPECT_EQ(OwnerOfStep("take-over"), "T2");
  TakeOver("referral-1");
  EXPECT_EQ(OwnerOfStep("home-visit"), "T2") << "the village is not below this one";
  Days(5);
  Referral("referral-2", "T1");
  SendDown("referral-2");
  EXPECT_EQ(OwnerOf("after-stay", 2), "T1");
  TakeOver("referral-2");
  EXPECT_EQ(OwnerOfStep("home-visit"), "V1") << "what a village does is done by the patient's own, which the receiver leads";
}

TEST_F(DownTest, WhoIsRefusedEntersNothing) {
  Referral("referral-1", "T1", "pressure", "2026-03-20");
  SendDown("referral-1");
  Days(1);
  Step("referral-1", "refuse-take-over", "not-taken-over", "moved-away");
  EXPECT_EQ(Open(), "");
  EXPECT_EQ(EnrolmentOf("pressure").status, "");
  EXPECT_EQ(EnrolmentOf("after-stay").status, "cancelled");
  EXPECT_EQ(EnrolmentOf("after-stay").exit_reason, "not-taken-over");
  EXPECT_EQ(EnrolmentOf("after-stay").exit_note, "moved-away");
  EXPECT_EQ(EnrolmentOf("after-stay").stage, "take-over");
  ASSERT_EQ(Steps("completed").size(), 1u) << "the answer was given, and in time";
  EXPECT_EQ(Steps("completed")[0].first.done_on, "2026-03-03");
  Step("referral-1", "remind-plan", "not-taken-over");
  EXPECT_EQ(Open(), "");
  SendDown("referral-1");                                  // again, with the sender's new plan
  EXPECT_EQ(Open(), "take-over@2026-03-04/ ");
  EXPECT_EQ(EnrolmentOf("after-stay", 2).downs, std::vector<std::string>{"referral-1/2"});
  TakeOver("referral-1");
  EXPECT_EQ(EnrolmentOf("pressure").status, "active");
  EXPECT_EQ(EnrolmentOf("after-stay", 2).stage, "at-home");
}

TEST_F(DownTest, TheNamedPathwayIsEnteredOnThePlansDay) {
  Referral("referral-1", "T2", "pressure", "2026-03-25");
  SendDown("referral-1");
  EXPECT_EQ(EnrolmentOf("pressure").status, "") << "nobody has taken him over yet";
  TakeOver("referral-1");
  EXPECT_EQ(EnrolmentOf("pressure").status, "active");
  EXPECT_EQ(OwnerOf("pressure"), "T2");
  EXPECT_EQ(Open(), "follow-up@2026-03-25/ home-visit@2026-03-09/ kidney-test@2026-04-01/ ");
  EXPECT_EQ(OwnerOfStep("follow-up"), "T2");
  EXPECT_EQ(Steps("ready")[0].first.window_start, "2026-03-18");
  EXPECT_EQ(EnrolmentOf("pressure").next_visit, "");
  EXPECT_EQ(Tick(), 0u);
  Step("referral-1", "close", "closed");
  EXPECT_EQ(EnrolmentOf("pressure", 2).status, "") << "once";
  ASSERT_TRUE(flow_->Exit(Program(), {EnrolmentOf("pressure").id, "declined", ""}).ok());
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure", 2).status, "") << "who left it has left it";
}

TEST_F(DownTest, TakenOverAndClosedBeforeAnybodyLooked) {
  Referral("referral-1", "T1", "pressure", "2026-03-25");
  pack::Pack none;
  flow_ = MakeFlow({store_.get(), &testing::Parameters(), &fhir::Definitions::R4(), &none, &clock_});      // nobody follows
  SendDown("referral-1"), TakeOver("referral-1"), Step("referral-1", "close", "closed");
  Restart();
  Days(3);
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure").status, "active");
  EXPECT_EQ(EnrolmentOf("after-stay").stage, "at-home");
  EXPECT_EQ(Open(), "follow-up@2026-03-25/ home-visit@2026-03-12/ kidney-test@2026-04-04/ ");
}

TEST_F(DownTest, WhatWasTakenOverLongAgoIsNotTakenUp) {
  Referral("referral-1", "T1", "pressure", "2026-03-25");
  pack::Pack none;
  flow_ = MakeFlow({store_.get(), &testing::Parameters(), &fhir::Definitions::R4(), &none, &clock_});
  SendDown("referral-1"), TakeOver("referral-1");
  Restart();
  Days(31);
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure").status, "");
  EXPECT_EQ(EnrolmentOf("after-stay").status, "");
}

TEST_F(DownTest, WhoIsEnrolledAlreadyIsSeenOnThePlansDay) {
  Enrol();
  ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("a", 130)).ok());
  EXPECT_EQ(Open(), "follow-up@2026-05-31/ kidney-test@2026-04-01/ ");
  Days(30);
  Referral("referral-1", "T1", "pressure", "2026-04-08");
  SendDown("referral-1"), TakeOver("referral-1");
  EXPECT_EQ(Open(), "follow-up@2026-04-08/ home-visit@2026-04-08/ kidney-test@2026-04-01/ ");
  EXPECT_EQ(EnrolmentOf("pressure", 2).status, "");
  EXPECT_EQ(OwnerOf("pressure"), "V1") << "the receiver leads who has it";
  Days(10);
  PutCondition("d", "Z00");
  Tick();
  EXPECT_EQ(Open(), "follow-up@2026-04-08/ home-visit@2026-04-08/ kidney-test@2026-04-01/ ") << "told again it is not moved again";
  Referral("referral-2", "T2", "pressure", "2026-04-20");
  SendDown("referral-2"), TakeOver("referral-2");
  EXPECT_EQ(OwnerOf("pressure"), "T2") << "another receiver has him now";
  EXPECT_EQ(OwnerOfStep("follow-up"), "T2");
  EXPECT_EQ(OwnerOfStep("kidney-test"), "T2");
}

TEST_F(DownTest, ADayThatIsPastIsToday) {
  Referral("referral-1", "T1", "pressure", "2026-03-04");
  SendDown("referral-1");
  Days(5);
  TakeOver("referral-1");
  EXPECT_EQ(Open(), "follow-up@2026-03-07/ home-visit@2026-03-14/ kidney-test@2026-04-06/ ");
}

TEST_F(DownTest, AfterCareKeepsItsOwnDaysButIsNotLaterThanThePlan) {
  Referral("referral-1", "T1", "", "2026-03-05");
  SendDown("referral-1"), TakeOver("referral-1");
  EXPECT_EQ(Open(), "home-visit@2026-03-05/ ");
  Days(20);
  Referral("referral-2", "T1", "", "2026-06-29");
  SendDown("referral-2"), TakeOver("referral-2");
  EXPECT_EQ(Open(), "home-visit@2026-03-29/ ");
}

TEST_F(DownTest, NobodyEntersAPathwayThatIsNotThereOrAfterDeath) {
  Referral("referral-1", "T1", "nothing", "2026-03-25");
  SendDown("referral-1"), TakeOver("referral-1");
  EXPECT_EQ(Open(), "home-visit@2026-03-09/ ");
  Put("Patient", "p", Patient(R"(,"deceasedBoolean":true)"), "V1");
  Tick();
  EXPECT_EQ(Open(), "");
  Referral("referral-2", "T1", "pressure", "2026-03-25");
  SendDown("referral-2"), TakeOver("referral-2");
  EXPECT_EQ(EnrolmentOf("pressure").status, "");
  EXPECT_EQ(EnrolmentOf("after-stay", 2).status, "");
}

TEST_F(DownTest, WhoWasNeverReferredIsLeftAlone) {
  Put("Patient", "q", R"({"resourceType":"Patient","id":"q"})", "V1");
  Tick();
  EXPECT_FALSE(store_->OpenSnapshot(Program()).value()->Read("Basic", "flow-cursor").ok()) << "a pathway by referral makes nobody looked at but those who are referred";
}

TEST_F(DownTest, AConsultationEndsTheStepOfItsOwnCourse) {
  PutCondition("c", "R91");
  Tick();
  const std::string own = EnrolmentOf("recall").id;
  const auto concluded = [&](const std::string& id, const std::string& about) {
    Put("ClinicalImpression", id, R"({"resourceType":"ClinicalImpression","status":"completed","subject":{"reference":"Patient/p"},"date":")" + FormatInstant(clock_.Now()) +
        R"(","supportingInfo":[{"reference":"Task/step-x"},{"reference":"EpisodeOfCare/)" + about + "\"},{\"reference\":\"CarePlan/plan-x\"}]}", "H1");
    Tick();
    return OwnerOfStep("board");
  };
  EXPECT_EQ(concluded("consultation-1", "care-of-another"), "T1") << "of another disease";
  EXPECT_EQ(concluded("consultation-2", own), "none");
}

}  // namespace
}  // namespace qianxian::flow
