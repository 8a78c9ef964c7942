// Nobody is forgotten in any state: whoever has to act is reminded in time, then those above, and what is measured stays right.
#include <algorithm>

#include "referral/records.h"
#include "referral/referral.h"
#include "referral/table.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using testing::At;
using testing::kMinute;
using testing::kSlot;
using testing::R4;

constexpr int64_t kHour = 60 * kMinute;
using Words = std::vector<std::string>;

class TimerTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    std::map<std::string, std::string> files = testing::kFiles;
    files["referral-settings.yaml"] += "result_hours: 48\ntake_over_hours: 36\nremind_hours: 10\ntimers:\n  - {state: no-show, hours: 5, mark: K}\n";
    rules_ = pack::ParseReferralFiles(files).value();
    referrals_ = std::make_unique<Referrals>(*store_, R4(), rules_, clock_);
    Sweep();
  }
  std::string Create(const std::string& key, bool send, const std::string& by = "T1") {
    NewReferral wanted;
    wanted.client_key = key, wanted.patient = "p", wanted.direction = "up", wanted.urgency = "routine", wanted.criterion = "general/unclear";
    wanted.receiver = "H1", wanted.consent = true, wanted.send = send;
    if (by != "V1") Put("Patient", "p", R"({"resourceType":"Patient","id":"p","name":[{"text":"张三"}]})", by);
    id_ = referrals_->Create(At(by), wanted).value().id;
    return Now().state;
  }
  std::string Do(const std::string& organization, const std::string& verb, uint64_t version = 0) {
    Step step;
    step.verb = verb, step.version = version == 0 ? Now().version : version, step.note = "n", step.slot = Slot{kSlot, "", ""};
    step.reason = verb == "refuse-take-over" ? "moved-away" : verb == "decline" ? "no-bed" : "improved";
    step.result = ReferralResult{"", "r", {}}, step.plan = Plan{"", "每周测血压", "2023-12-01"};
    const Result<Referral> done = referrals_->Do(At(organization), id_, step);
    return done.ok() ? done->state : done.error().code;
  }
  size_t Sweep() { return referrals_->Sweep(since_).value(); }
  Referral Now() { return referrals_->Get(access::SystemCaller("test"), id_).value(); }
  void Hours(int64_t hours) { clock_.Advance(hours * kHour); }
  // Nothing a minute before, and a minute later the reminder; nothing more then.
  void ExpectReminder(int64_t hours, const std::string& verb, const std::string& owner) {
    SCOPED_TRACE(verb);
    const std::string state = Now().state;
    EXPECT_EQ(Now().act_by, FormatInstant({clock_.Now().microseconds + hours * kHour}, 0));
    EXPECT_FALSE(Now().overdue);
    clock_.Advance(hours * kHour - kMinute);
    EXPECT_EQ(Sweep(), 0u);
    clock_.Advance(2 * kMinute);
    EXPECT_EQ(Sweep(), 1u);
    EXPECT_EQ(Now().history.back().verb, verb);
    EXPECT_EQ(Now().state, state);
    EXPECT_TRUE(Now().overdue);
    EXPECT_EQ(Now().escalated, 0) << "it is no late answer";
    EXPECT_EQ(Unread(owner).front(), "referral:" + verb);
    EXPECT_EQ(Sweep(), 0u);
  }
  // Both start before the first referral: who has something unread of the next step finds it first.
  void ToSlot() { clock_.Set({InstantOf(kSlot).microseconds}); }

  std::unique_ptr<Referrals> referrals_;
  std::string id_;
  Instant since_;
};

TEST_F(TimerTest, EveryStateInWhichSomebodyHasToActHasItsTime) {
  EXPECT_EQ(Create("k", false), "draft");
  ExpectReminder(24, "remind-send", "T1");
  EXPECT_EQ(Do("T1", "send"), "sent");
  EXPECT_EQ(Do("H1", "accept"), "accepted");
  ToSlot();
  ExpectReminder(24, "remind-arrival", "H1");
  EXPECT_EQ(Do("H1", "no-show"), "no-show");
  ExpectReminder(5, "remind-slot", "H1");
  EXPECT_EQ(Do("H1", "arrive"), "arrived") << "he came without a new slot";
  ExpectReminder(48, "remind-result", "H1");
  EXPECT_EQ(Do("H1", "interim"), "arrived");
  ExpectReminder(48, "remind-result", "H1");                  // from the note on: he is still there
  EXPECT_EQ(Do("H1", "return-result"), "result-returned");
  ExpectReminder(72, "remind-decide", "T1");
  EXPECT_EQ(Unread("H1").front(), "referral:remind-decide") << "either may act";
  EXPECT_EQ(Do("H1", "send-down"), "sent-down");
  ExpectReminder(36, "remind-take-over", "T1");
  EXPECT_EQ(Do("T1", "refuse-take-over"), "not-taken-over");
  ExpectReminder(24, "remind-plan", "H1");
  EXPECT_EQ(Do("H1", "send-down"), "sent-down");
  EXPECT_EQ(Do("T1", "take-over"), "taken-over");
  ExpectReminder(24 * 90, "remind-close", "T1");
  EXPECT_EQ(Do("T1", "close"), "closed");
  Hours(24 * 365);
  EXPECT_EQ(Sweep(), 0u) << "what has ended is over";
  EXPECT_EQ(Now().act_by, "");
}

TEST_F(TimerTest, NoStateOfTheTableIsWithoutATimer) {
  for (const Transition& one : Transitions()) {
    if (one.side == Side::kProgram || one.from == "sent" || one.from == "under-review") continue;
    EXPECT_GT(rules_.settings->HoursOf(one.from), 0) << one.from;
  }
}

TEST_F(TimerTest, WhoDoesNotActIsRemindedAgainAndThoseAboveAreTold) {
  Create("k", false, "V1");
  Hours(25);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Unread("V1"), Words{"referral:remind-send"});
  EXPECT_TRUE(Unread("T1").empty());
  Hours(9);                                                    // 34 hours: ten after it was due
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Unread("V1").size(), 2u);
  EXPECT_EQ(Unread("T1"), Words{"referral:remind-send"}) << "who leads it";
  EXPECT_TRUE(Unread("H1").empty());
  Hours(19);
  EXPECT_EQ(Sweep(), 0u);
  Hours(1);                                                    // 54: twenty more
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Unread("T1").size(), 2u);
  EXPECT_EQ(Unread("H1"), Words{"referral:remind-send"}) << "and who leads that";
  Hours(24 * 40);                                              // the program was away
  EXPECT_EQ(Sweep(), 1u) << "one reminder, not all those that were missed";
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_EQ(Do("V1", "send"), "under-review");
  EXPECT_EQ(Now().reminded, 0);
}

TEST_F(TimerTest, AReminderTakesNobodysStepAway) {
  Create("k", false);
  const uint64_t seen = Now().version;
  Hours(25);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Do("T1", "send", seen), "sent") << "the page was opened before";
  EXPECT_EQ(Do("H1", "accept", seen), "version-conflict");
}

TEST_F(TimerTest, WhatIsMeasuredDoesNotCountReminders) {
  Create("k", true, "V1");                                     // reviewed by T1
  EXPECT_EQ(Do("T1", "review-return"), "draft");
  Hours(25);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().escalated, 0) << "the receiver was never asked: not its late answer";
  EXPECT_EQ(Now().reminded, 1);
  const std::string task = store_->OpenSnapshot(access::SystemCaller("test")).value()->Read("Task", id_)->body;
  EXPECT_NE(task.find(R"({"url":"escalated","valueString":"0"})"), std::string::npos);
}

TEST_F(TimerTest, TheReasonStaysWithTheStateAndTravelsWithTheNotice) {
  Create("k", true), Do("H1", "accept"), Do("H1", "arrive"), Do("H1", "return-result"), Do("H1", "send-down");
  EXPECT_EQ(Do("T1", "refuse-take-over"), "not-taken-over");
  const InboxPage page = Inbox(*store_, R4(), clock_).List(At("H1"), false, 10).value();
  const auto told = std::ranges::find(page.notices, "referral:refuse-take-over", &InboxEntry::kind);
  ASSERT_NE(told, page.notices.end());
  EXPECT_NE(told->zh.find("迁出"), std::string::npos) << told->zh;
  EXPECT_NE(told->en.find("Moved"), std::string::npos);
  Hours(25);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_NE(store_->OpenSnapshot(access::SystemCaller("test")).value()->Read("Task", id_)->body.find(R"("statusReason":{"text":"moved-away"})"), std::string::npos);
}

TEST_F(TimerTest, AReminderDoesNotKeepTheRecordOpen) {
  Put("Observation", "o", R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}})", "T1");
  Create("k", true), Do("H1", "accept"), Do("H1", "arrive");
  for (int day = 0; day < 9; ++day) Hours(24), Sweep();
  EXPECT_TRUE(Sees("H1"));
  EXPECT_GT(Now().reminded, 2);
  Hours(36);                               // ten days of the pack since he arrived
  EXPECT_FALSE(Sees("H1"));
}

TEST_F(TimerTest, WhoDidNotComeMayBeWithdrawn) {
  Create("k", true), Do("H1", "accept"), Do("H1", "no-show");
  EXPECT_EQ(Do("T1", "withdraw"), "withdrawn");
}

TEST_F(TimerTest, ADraftOfADeadPatientIsWithdrawnByItself) {
  Create("k", false);
  Put("Patient", "p", R"({"resourceType":"Patient","id":"p","deceasedDateTime":"2023-11-15"})", "T1");
  Hours(25);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().state, "withdrawn");
  EXPECT_TRUE(Unread("T1").empty());
  EXPECT_EQ(Sweep(), 0u);
}

TEST_F(TimerTest, OpenOnesOfOlderReleasesGetATimer) {
  Create("k", true), Do("H1", "accept"), Do("H1", "arrive");
  Referral old = Now();
  old.wake.clear();
  Put("Task", id_, TaskAsFhir(old), "H1");
  Hours(49);
  EXPECT_EQ(Sweep(), 0u) << "nothing says when to look at it";
  since_ = Instant{};                                          // the program is started
  EXPECT_EQ(Sweep(), 0u);
  clock_.Advance(kMinute);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().history.back().verb, "remind-result");
}

TEST_F(TimerTest, APlansDayIsADay) {
  Create("k", true), Do("H1", "accept"), Do("H1", "arrive"), Do("H1", "return-result");
  Step step;
  step.verb = "send-down", step.version = Now().version, step.plan = Plan{"", "每周测血压", "next week"};
  EXPECT_EQ(referrals_->Do(At("H1"), id_, step).error().code, "bad-date");
}

}  // namespace
}  // namespace qianxian::referral
