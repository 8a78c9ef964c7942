// A referral on its whole way: up, reviewed, answered, down again; who may, what is told to whom, what time does.
#include "referral/referral.h"

#include "referral/records.h"
#include "referral/table.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using access::Role;
using testing::At;
using testing::kMinute;
using testing::kSlot;
using testing::R4;


class ReferralTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    referrals_ = std::make_unique<Referrals>(*store_, R4(), rules_, clock_);
  }
  NewReferral Wanted(const std::string& key = "k1") {
    NewReferral wanted;
    wanted.client_key = key, wanted.patient = "p", wanted.direction = "up", wanted.urgency = "routine", wanted.criterion = "general/unclear";
    wanted.receiver = "H1", wanted.consent = true;
    return wanted;
  }
  // The verb by somebody of that institution; the new state, or the error's code.
  std::string Do(const std::string& organization, const std::string& verb, Step step = {}) {
    step.verb = verb;
    if (step.version == 0) step.version = referrals_->Get(access::SystemCaller("test"), id_).value().version;
    const Result<Referral> done = referrals_->Do(At(organization), id_, step);
    return done.ok() ? done->state : done.error().code;
  }
  std::string Sent(const NewReferral& wanted, const std::string& by = "V1") {
    const Result<Referral> made = referrals_->Create(At(by), wanted);
    if (!made.ok()) return made.error().code;
    id_ = made->id;
    return made->state;
  }
  static Step Slotted() { Step step; step.slot = Slot{kSlot, "内科", "12"}; return step; }
  static Step Because(const std::string& reason) { Step step; step.reason = reason; return step; }
  static Step Planned() { Step step; step.plan = Plan{"after-stay", "每周测血压", "2023-12-01"}; return step; }
  static Step Told(const std::string& text) { Step step; step.note = text; step.result = ReferralResult{"", text, {"DiagnosticReport/r"}}; return step; }
  size_t Sweep() { return referrals_->Sweep(since_).value(); }
  Referral Now() { return referrals_->Get(access::SystemCaller("test"), id_).value(); }

  std::unique_ptr<Referrals> referrals_;
  std::string id_;
  Instant since_;
};

TEST_F(ReferralTest, UpReviewedAnsweredAndDownAgain) {
  EXPECT_FALSE(Sees("H1"));
  EXPECT_EQ(Sent(Wanted()), "under-review");
  EXPECT_EQ(Now().reviewers, std::vector<std::string>{"T1"});
  EXPECT_EQ(Unread("T1"), std::vector<std::string>{"referral:send"});
  EXPECT_EQ(Do("H1", "accept", Slotted()), "wrong-state");
  EXPECT_EQ(Do("V1", "review-approve"), "not-your-step");
  EXPECT_EQ(Do("T1", "review-approve"), "sent");
  EXPECT_TRUE(Sees("H1")) << "the record travels with it";
  EXPECT_FALSE(Sees("H2"));
  EXPECT_EQ(Unread("H1"), std::vector<std::string>{"referral:review-approve"});
  EXPECT_EQ(Do("H1", "accept"), "no-slot");
  EXPECT_EQ(Do("H1", "accept", Slotted()), "accepted");
  EXPECT_EQ(Unread("V1"), std::vector<std::string>{"referral:accept"});
  EXPECT_EQ(Do("H1", "arrive"), "arrived");
  EXPECT_EQ(Do("H1", "interim", Told("住院中")), "arrived");
  EXPECT_EQ(Do("V1", "return-result", Told("好")), "not-your-step");
  EXPECT_EQ(Do("H1", "return-result", Told("高血压3级")), "result-returned");
  EXPECT_EQ(Do("H1", "send-down"), "no-plan");
  EXPECT_EQ(Do("H1", "send-down", Planned()), "sent-down");
  EXPECT_EQ(Now().owner, "V1");
  EXPECT_EQ(Do("V1", "refuse-take-over", Because("because")), "no-such-reason");
  EXPECT_EQ(Do("V1", "take-over"), "taken-over");
  EXPECT_EQ(Do("V1", "close"), "closed");
  EXPECT_TRUE(Now().may.empty());
  EXPECT_TRUE(Sees("H1"));
  clock_.Advance(2 * 24 * 60 * kMinute);
  EXPECT_FALSE(Sees("H1")) << "the right ends with the days of the pack";
  const auto snapshot = store_->OpenSnapshot(access::SystemCaller("test")).value();
  const std::string task = snapshot->Read("Task", id_)->body;
  EXPECT_NE(task.find("\"status\":\"completed\""), std::string::npos);
  EXPECT_NE(task.find("DiagnosticReport/r"), std::string::npos);
  EXPECT_NE(snapshot->Read("CarePlan", id_)->body.find("PlanDefinition/after-stay"), std::string::npos);
  EXPECT_NE(snapshot->Read("Appointment", id_)->body.find(kSlot.substr(0, 16)), std::string::npos);
}

TEST_F(ReferralTest, EveryVerbOfTheTableMayBeAskedForByItsSideOnly) {
  for (const Transition& one : Transitions()) {
    EXPECT_FALSE(TaskStatus(one.from).empty()) << one.from;
    EXPECT_FALSE(TaskStatus(one.to).empty()) << one.to;
    EXPECT_FALSE(IsFinal(one.from)) << one.from << " is an end";
    EXPECT_EQ(FindTransition(one.from, one.verb), &one) << "twice in the table";
  }
  Sent(Wanted());
  EXPECT_EQ(referrals_->Get(At("T1"), id_)->may, (std::vector<std::string>{"review-approve", "review-return"}));
  EXPECT_EQ(referrals_->Get(At("V1"), id_)->may, std::vector<std::string>{"withdraw"});
  EXPECT_EQ(referrals_->Get(At("H2"), id_).error().code, "no-such-referral");
  EXPECT_TRUE(referrals_->Get(At("V1", Role::kHospitalIt), id_)->may.empty());
}

TEST_F(ReferralTest, ReturnedDeclinedWithdrawnNotCome) {
  Sent(Wanted());
  EXPECT_EQ(Do("T1", "review-return"), "no-note");
  EXPECT_EQ(Do("T1", "review-return", Told("先复查")), "draft");
  EXPECT_EQ(Do("V1", "send"), "under-review");
  EXPECT_EQ(Do("T1", "review-approve"), "sent");
  EXPECT_EQ(Do("H1", "decline", Because("no-bed")), "declined");
  EXPECT_FALSE(Sees("H1")) << "who declines treats nobody";
  Sent(Wanted("k2"));
  EXPECT_EQ(Do("V1", "withdraw", Because("improved")), "withdrawn");
  Sent(Wanted("k3"), "V1");
  Do("T1", "review-approve"), Do("H1", "accept", Slotted());
  EXPECT_EQ(Do("H1", "no-show"), "no-show");
  EXPECT_EQ(Do("H1", "accept", Slotted()), "accepted") << "he came later";
}

TEST_F(ReferralTest, EmergenciesSkipLevelsAndNeedNoConsent) {
  NewReferral wanted = Wanted();
  wanted.urgency = "emergency", wanted.criterion = "general/danger", wanted.consent = false;
  EXPECT_EQ(Sent(wanted), "sent");
  EXPECT_EQ(Unread("H1"), std::vector<std::string>{"referral:alarm"});
  EXPECT_TRUE(Unread("T1").empty());
}

TEST_F(ReferralTest, DownByItselfCarriesAPlan) {
  Put("Patient", "p", R"({"resourceType":"Patient","id":"p","name":[{"text":"张三"}]})", "H1");
  NewReferral wanted = Wanted();
  wanted.direction = "down", wanted.criterion = "general/stable", wanted.receiver = "T1";
  EXPECT_EQ(Sent(wanted, "H1"), "no-plan");
  wanted.plan = Plan{"", "康复训练", ""};
  EXPECT_EQ(Sent(wanted, "H1"), "sent-down");
  EXPECT_EQ(Do("H1", "take-over"), "not-your-step");
  EXPECT_EQ(Do("T1", "refuse-take-over", Because("moved-away")), "not-taken-over");
  EXPECT_EQ(Unread("H1"), std::vector<std::string>{"referral:refuse-take-over"});
  EXPECT_EQ(Do("H1", "send-down", Planned()), "sent-down");
  EXPECT_EQ(Do("T1", "take-over"), "taken-over");
}

TEST_F(ReferralTest, TwiceIsOnceAndTwoCannotBothWin) {
  EXPECT_EQ(Sent(Wanted()), "under-review");
  const uint64_t t = store_->LastT();
  EXPECT_EQ(Sent(Wanted()), "under-review");
  EXPECT_EQ(store_->LastT(), t) << "the same key makes nothing new";
  Step step;
  step.version = Now().version;
  EXPECT_EQ(Do("T1", "review-approve", step), "sent");
  EXPECT_EQ(Do("T1", "review-approve", step), "sent") << "sent again by a bad network";
  EXPECT_EQ(Now().version, step.version + 1);
  EXPECT_EQ(Do("V1", "withdraw", step), "version-conflict");
}

TEST_F(ReferralTest, WhatIsMissingIsSaid) {
  const auto code = [&](auto change) { NewReferral wanted = Wanted(); change(wanted); return Sent(wanted); };
  EXPECT_EQ(code([](NewReferral& r) { r.client_key = ""; }), "no-client-key");
  EXPECT_EQ(code([](NewReferral& r) { r.direction = "sideways"; }), "bad-direction");
  EXPECT_EQ(code([](NewReferral& r) { r.urgency = "soon"; }), "bad-urgency");
  EXPECT_EQ(code([](NewReferral& r) { r.criterion = "general/stable"; }), "bad-criterion") << "one of down";
  EXPECT_EQ(code([](NewReferral& r) { r.criterion = ""; }), "no-reason");
  EXPECT_EQ(code([](NewReferral& r) { r.consent = false; }), "no-consent");
  EXPECT_EQ(code([](NewReferral& r) { r.receiver = "X"; }), "bad-receiver");
  EXPECT_EQ(code([](NewReferral& r) { r.patient = "q"; }), "no-such-resource");
  EXPECT_EQ(code([](NewReferral& r) { r.from = "T1"; }), "not-yours");
}

TEST_F(ReferralTest, NobodyAnswersAndTimeGoesOn) {
  Sent(Wanted());
  EXPECT_EQ(Sweep(), 0u);
  clock_.Advance(99 * kMinute);
  EXPECT_EQ(Sweep(), 0u);
  clock_.Advance(2 * kMinute);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_TRUE(Now().overdue);
  EXPECT_EQ(Now().escalated, 1);
  EXPECT_EQ(Unread("V1"), std::vector<std::string>{"referral:escalate"});
  EXPECT_EQ(Unread("H1"), std::vector<std::string>{"referral:escalate"}) << "who leads the reviewer";
  EXPECT_EQ(Sweep(), 0u) << "twice is once";
  clock_.Advance(1000 * kMinute);                       // the program was away
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().state, "expired");
  EXPECT_EQ(Do("T1", "review-approve"), "wrong-state");
  EXPECT_EQ(Sweep(), 0u);
}

TEST_F(ReferralTest, ThePatientDidNotComeAndTheTownshipDoesNotTakeOver) {
  Sent(Wanted());
  Do("T1", "review-approve"), Do("H1", "accept", Slotted());
  clock_.Set({InstantOf(kSlot).microseconds + 25 * 60 * kMinute});
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().state, "accepted") << "a person says that he did not come";
  EXPECT_EQ(Sweep(), 0u);
  Do("H1", "arrive"), Do("H1", "return-result", Told("好")), Do("H1", "send-down", Planned());
  clock_.Advance(73 * 60 * kMinute);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().state, "sent-down");
  EXPECT_EQ(Now().history.back().verb, "remind-take-over");
}

TEST_F(ReferralTest, BoxesByUrgencyAndAge) {
  Sent(Wanted("a"));
  clock_.Advance(kMinute);
  NewReferral danger = Wanted("b");
  danger.urgency = "emergency", danger.criterion = "general/danger";
  Sent(danger);
  EXPECT_EQ(referrals_->List(At("T1"), "review", "", 0, 10)->total, 1u);
  EXPECT_EQ(referrals_->List(At("H1"), "received", "", 0, 10)->total, 1u);
  EXPECT_EQ(referrals_->List(At("H2"), "received", "", 0, 10)->total, 0u);
  const Page sent = referrals_->List(At("V1"), "sent", "", 0, 10).value();
  ASSERT_EQ(sent.total, 2u);
  EXPECT_EQ(sent.referrals[0].urgency, "emergency");
  EXPECT_EQ(referrals_->List(At("V1"), "sent", "", 1, 10)->referrals.size(), 1u);
  EXPECT_EQ(referrals_->List(At("V1"), "sent", "closed", 0, 10)->total, 0u);
}

TEST_F(ReferralTest, ReceiversByCapabilityLeadAndLoad) {
  Put("HealthcareService", "s", R"({"resourceType":"HealthcareService","id":"s","providedBy":{"reference":"Organization/H2"},"type":[{"coding":[{"code":"emergency"}]}]})", "H2");
  const auto any = referrals_->Receivers(At("T1"), "up", "", "T1").value();
  ASSERT_EQ(any.size(), 2u);
  EXPECT_EQ(any[0].organization, "H1") << "who leads it";
  EXPECT_TRUE(any[0].suggested);
  const auto able = referrals_->Receivers(At("T1"), "up", "emergency", "T1").value();
  EXPECT_EQ(able[0].organization, "H2") << "who can do it";
  EXPECT_TRUE(able[0].suggested && !able[1].suggested);
  EXPECT_EQ(referrals_->Receivers(At("H1"), "down", "", "H1")->size(), 2u);
}

TEST_F(ReferralTest, NoticesAreReadOnce) {
  Sent(Wanted());
  Inbox inbox(*store_, R4(), clock_);
  const InboxPage page = inbox.List(At("T1"), false, 10).value();
  ASSERT_EQ(page.unread, 1u);
  EXPECT_NE(page.notices[0].zh.find("张三"), std::string::npos);
  EXPECT_EQ(page.notices[0].about, "Task/" + id_);
  EXPECT_EQ(inbox.MarkRead(At("H2"), page.notices[0].id).error().code, "no-such-notice");
  EXPECT_TRUE(inbox.MarkRead(At("T1"), page.notices[0].id).ok());
  EXPECT_TRUE(inbox.MarkRead(At("T1"), page.notices[0].id).ok());
  EXPECT_EQ(inbox.List(At("T1"), false, 10)->unread, 0u);
  EXPECT_EQ(inbox.List(At("T1"), true, 10)->notices.size(), 1u);
}

TEST_F(ReferralTest, WhatIsWrittenComesBack) {
  NewReferral wanted = Wanted();
  wanted.summary = "发热\"三天\"", wanted.attachments = {"DocumentReference/d1", "Observation/o"}, wanted.department = "内科";
  Sent(wanted);
  const auto snapshot = store_->OpenSnapshot(access::SystemCaller("test")).value();
  const Referral r = ReferralFrom(snapshot->Read("Task", id_).value()).value();
  EXPECT_EQ(r.summary, wanted.summary);
  EXPECT_EQ(r.attachments, wanted.attachments);
  EXPECT_EQ(r.to.department, "内科");
  EXPECT_EQ(r.history.size(), 2u);
  EXPECT_NE(snapshot->Read("ServiceRequest", id_)->body.find("DocumentReference/d1"), std::string::npos);
}

}  // namespace
}  // namespace qianxian::referral
