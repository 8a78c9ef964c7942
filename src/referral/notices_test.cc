// Notices: to the right person, once, read by each for himself, until somebody has acted on them.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "referral/consultation.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using access::Role;
using testing::At;
using testing::kMinute;
using testing::kSlot;
using testing::R4;

using Words = std::vector<std::string>;
constexpr int64_t kHour = 60 * kMinute;

access::Caller Person(const std::string& user, const std::vector<std::string>& organizations, Role role = Role::kClinician) {
  access::Caller caller;
  caller.user = user, caller.role = role, caller.organizations = organizations;
  return caller;
}

class NoticesTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    referrals_ = std::make_unique<Referrals>(*store_, R4(), rules_, clock_);
    consultations_ = std::make_unique<Consultations>(*store_, R4(), rules_, clock_);
  }
  // Sent from T1 to H1 at once: nobody looks at it first.
  void Send(const access::Caller& by, const std::string& criterion = "general/unclear", const std::string& urgency = "routine") {
    NewReferral wanted;
    wanted.client_key = "k", wanted.patient = "p", wanted.direction = "up", wanted.urgency = urgency, wanted.criterion = criterion;
    wanted.receiver = "H1", wanted.consent = true, wanted.from = "T1";
    const Result<Referral> made = referrals_->Create(by, wanted);
    ASSERT_TRUE(made.ok()) << made.error().code;
    ASSERT_EQ(made->state, "sent");
    id_ = made->id;
  }
  void Do(const access::Caller& by, const std::string& verb) {
    clock_.Advance(kMinute);
    Step step;
    step.verb = verb, step.version = referrals_->Get(access::SystemCaller("test"), id_)->version, step.note = "n", step.slot = Slot{kSlot, "", ""};
    step.reason = verb == "refuse-take-over" ? "moved-away" : verb == "decline" ? "no-bed" : "improved";
    step.result = ReferralResult{"", "r", {}}, step.plan = Plan{"", "每周测血压", "2023-12-01"};
    const Result<Referral> done = referrals_->Do(by, id_, step);
    ASSERT_TRUE(done.ok()) << verb << ": " << done.error().code;
  }
  InboxPage List(const access::Caller& who, bool read_too = false) { return Inbox(*store_, R4(), clock_).List(who, read_too, 100).value(); }
  Words News(const access::Caller& who) {
    Words kinds;
    const InboxPage page = List(who);
    for (const InboxEntry& one : page.notices) kinds.push_back(one.kind);
    EXPECT_EQ(page.unread, kinds.size());
    return kinds;
  }
  void Read(const access::Caller& who, const std::string& kind) {
    const InboxPage page = List(who);
    const auto one = std::ranges::find(page.notices, kind, &InboxEntry::kind);
    ASSERT_NE(one, page.notices.end()) << kind;
    EXPECT_TRUE(Inbox(*store_, R4(), clock_).MarkRead(who, one->id).ok());
  }
  void PutPatientOf(const std::string& organization) {
    Put("Patient", "p", R"({"resourceType":"Patient","id":"p","name":[{"text":"张三"}]})", organization);
  }

  const access::Caller li_ = Person("li", {"T1"}), wu_ = Person("wu", {"T1"}), zhao_ = Person("zhao", {"H1"}), qian_ = Person("qian", {"H1"});
  std::unique_ptr<Referrals> referrals_;
  std::unique_ptr<Consultations> consultations_;
  std::string id_;
};

TEST_F(NoticesTest, EachReadsForHimself) {
  PutPatientOf("T1");
  Send(li_);
  for (const access::Caller& each : {zhao_, qian_}) EXPECT_EQ(News(each), Words{"referral:send"}) << "whoever may act there";
  for (const access::Caller& each : {li_, wu_, At("H2"), Person("it", {"H1"}, Role::kHospitalIt), Person("viewer", {"H1"}, Role::kViewer)})
    EXPECT_EQ(News(each), Words{}) << each.user;
  Read(zhao_, "referral:send");
  EXPECT_EQ(News(zhao_), Words{});
  EXPECT_EQ(News(Person("ZHAO", {"H1"})), Words{}) << "names are compared without case";
  EXPECT_EQ(News(qian_), Words{"referral:send"});
  EXPECT_TRUE(List(zhao_, true).notices.at(0).read);
  EXPECT_FALSE(List(qian_, true).notices.at(0).read);
  const std::string id = List(qian_).notices.at(0).id;
  Inbox inbox(*store_, R4(), clock_);
  const uint64_t t = store_->LastT();
  EXPECT_TRUE(inbox.MarkRead(zhao_, id).ok());
  EXPECT_EQ(store_->LastT(), t) << "twice is once";
  EXPECT_EQ(inbox.MarkRead(li_, id).error().code, "no-such-notice");
  EXPECT_EQ(inbox.MarkRead(zhao_, "notice-none").error().code, "no-such-notice");
}

TEST_F(NoticesTest, WhatComesBackIsForWhoAsked) {
  PutPatientOf("T1");
  Send(li_);
  Do(zhao_, "accept");
  EXPECT_EQ(News(li_), Words{"referral:accept"});
  EXPECT_EQ(News(wu_), Words{});
  EXPECT_TRUE(List(wu_, true).notices.empty());
  Read(li_, "referral:accept");
  EXPECT_EQ(News(li_), Words{});
  clock_.Advance(2 * kPersonalHours * kHour);
  EXPECT_EQ(News(wu_), Words{}) << "he has read it";
  Do(zhao_, "arrive"), Do(zhao_, "return-result"), Do(qian_, "send-down");
  EXPECT_EQ(News(li_), (Words{"referral:send-down", "referral:return-result", "referral:arrive"}));
  Do(wu_, "refuse-take-over");
  EXPECT_EQ(News(qian_), Words{"referral:refuse-take-over"}) << "who sent him down";
  EXPECT_EQ(News(zhao_), Words{});
  Do(zhao_, "send-down");
  EXPECT_EQ(News(wu_), Words{"referral:send-down"}) << "who did their last step";
}

TEST_F(NoticesTest, WhoIsOnLeaveMissesNothingForTheOthers) {
  PutPatientOf("T1");
  Send(li_);
  Do(zhao_, "decline");
  EXPECT_EQ(News(wu_), Words{});
  clock_.Advance(kPersonalHours * kHour - kMinute);
  EXPECT_EQ(News(wu_), Words{});
  clock_.Advance(2 * kMinute);
  EXPECT_EQ(News(wu_), Words{"referral:decline"}) << "it is everybody's now";
  Read(wu_, "referral:decline");
  EXPECT_EQ(News(wu_), Words{});
  EXPECT_EQ(News(li_), Words{"referral:decline"}) << "he is told all the same";
  EXPECT_EQ(News(Person("new", {"T1"})), Words{"referral:decline"});
  Read(li_, "referral:decline");
  EXPECT_EQ(News(Person("new", {"T1"})), Words{});
}

TEST_F(NoticesTest, APersonIsMeantByHisPractitionerToo) {
  PutPatientOf("T1");
  access::Caller li = li_;
  li.practitioner = "p7";
  Send(li);
  Do(zhao_, "accept");
  EXPECT_EQ(News(li), Words{"referral:accept"});
  EXPECT_EQ(News(wu_), Words{});
  const std::string id = List(li).notices.at(0).id;
  EXPECT_NE(store_->OpenSnapshot(access::SystemCaller("test")).value()->Read("Communication", id)->body.find("Practitioner/p7"), std::string::npos);
}

TEST_F(NoticesTest, AnEmergencyIsEverybodys) {
  PutPatientOf("T1");
  Send(li_, "general/danger", "emergency");
  Do(zhao_, "decline");
  EXPECT_EQ(News(li_), Words{"referral:decline"});
  EXPECT_EQ(News(wu_), Words{"referral:decline"}) << "the night shift must know";
}

TEST_F(NoticesTest, WhatSomebodyActedOnIsNoNews) {
  PutPatientOf("T1");
  Send(li_);
  Do(zhao_, "accept");
  EXPECT_EQ(News(qian_), Words{}) << "a colleague has taken it";
  EXPECT_EQ(List(qian_, true).notices.size(), 1u);
  EXPECT_TRUE(List(qian_, true).notices.at(0).read);
  Do(wu_, "withdraw");
  EXPECT_EQ(News(li_), Words{"referral:accept"}) << "what is his alone a colleague does not read for him";
  EXPECT_EQ(News(zhao_), Words{"referral:withdraw"});
  EXPECT_EQ(News(qian_), Words{}) << "who accepted is told";
}

TEST_F(NoticesTest, WhoBelongsToTwoInstitutionsIsToldOnce) {
  const access::Caller both = Person("both", {"T1", "H1"});
  NewReferral wanted;
  wanted.client_key = "k", wanted.patient = "p", wanted.direction = "up", wanted.urgency = "routine", wanted.criterion = "general/unclear";
  wanted.receiver = "H1", wanted.consent = true, wanted.from = "V1";
  ASSERT_EQ(referrals_->Create(At("V1"), wanted)->state, "under-review");
  clock_.Advance(101 * kMinute);
  Instant since;
  ASSERT_EQ(referrals_->Sweep(since).value(), 1u);
  EXPECT_EQ(News(At("T1")), (Words{"referral:escalate", "referral:send"}));
  EXPECT_EQ(News(At("H1")), Words{"referral:escalate"});
  EXPECT_EQ(News(both), (Words{"referral:escalate", "referral:send"})) << "one event, one notice";
  Read(both, "referral:escalate");
  EXPECT_EQ(News(both), Words{"referral:send"});
  EXPECT_EQ(List(both, true).notices.size(), 2u);
  EXPECT_EQ(News(At("H1")), Words{"referral:escalate"}) << "read for himself alone";
}

TEST_F(NoticesTest, NobodyIsToldOfWhatHeDidHimself) {
  PutPatientOf("T1");
  const access::Caller both = Person("both", {"T1", "H1"});
  Send(both);
  EXPECT_EQ(News(both), Words{});
  EXPECT_EQ(News(zhao_), Words{"referral:send"});
  Do(both, "accept");
  EXPECT_EQ(News(both), Words{});
  EXPECT_EQ(News(li_), Words{});
  Do(zhao_, "arrive");
  EXPECT_EQ(News(both), Words{"referral:arrive"});
}

TEST_F(NoticesTest, OfAConsultationToo) {
  NewConsultation wanted;
  wanted.client_key = "k", wanted.patient = "p", wanted.kind = "written", wanted.mode = "mdt", wanted.urgency = "routine";
  wanted.question = "？", wanted.invited = {"H1", "H2"}, wanted.from = "T1";
  PutPatientOf("T1");
  const std::string id = consultations_->Create(li_, wanted)->id;
  const auto act = [&](const access::Caller& by, const std::string& verb) {
    clock_.Advance(kMinute);
    ConsultationStep step;
    step.verb = verb, step.version = consultations_->Get(access::SystemCaller("test"), id)->version, step.note = "n", step.advice = "a", step.text = "t";
    const Result<Consultation> done = consultations_->Do(by, id, step);
    ASSERT_TRUE(done.ok()) << verb << ": " << done.error().code;
  };
  for (const access::Caller& each : {zhao_, qian_, At("H2")}) EXPECT_EQ(News(each), Words{"consultation:invite"});
  act(zhao_, "opine");
  EXPECT_EQ(News(li_), Words{"consultation:opine"});
  EXPECT_EQ(News(wu_), Words{});
  EXPECT_EQ(News(qian_), Words{}) << "answered";
  EXPECT_EQ(News(At("H2")), Words{"consultation:invite"}) << "the other is still waited for";
  act(li_, "conclude");
  EXPECT_EQ(News(zhao_), Words{"consultation:conclude"}) << "whose opinion it was";
  EXPECT_EQ(News(qian_), Words{});
}

TEST_F(NoticesTest, WhatManyHaveReadIsSettled) {
  PutPatientOf("T1");
  Send(li_);
  for (size_t i = 0; i < kReadersMost; ++i) {
    EXPECT_EQ(News(qian_), Words{"referral:send"}) << i;
    Read(Person("reader-" + std::to_string(i), {"H1"}), "referral:send");
  }
  EXPECT_EQ(News(qian_), Words{});
}

TEST_F(NoticesTest, WhatIsOldIsNoNews) {
  PutPatientOf("T1");
  Send(li_);
  clock_.Advance((kUnreadDays * 24 - 1) * kHour);
  EXPECT_EQ(News(zhao_), Words{"referral:send"});
  clock_.Advance(2 * kHour);
  EXPECT_EQ(News(zhao_), Words{});
  EXPECT_TRUE(List(zhao_, true).notices.at(0).read);
}

TEST_F(NoticesTest, WhatOlderReleasesWroteIsReadAsBefore) {
  const auto put = [&](const std::string& id, const std::string& status) {
    Put("Communication", id, R"({"resourceType":"Communication","id":")" + id + R"(","status":")" + status +
        R"(","category":[{"coding":[{"system":"https://fhir.qianxian.cn/notice","code":"referral:old"}]}],"about":[{"reference":"Task/referral-x"}],"sent":")" +
        FormatInstant(clock_.Now()) + R"(","recipient":[{"reference":"Organization/H1"}],"payload":[{"contentString":"旧"},{"contentString":"old"}]})", "H1");
  };
  put("notice-1", "in-progress"), put("notice-2", "completed");
  const access::Caller both = Person("both", {"T1", "H1"});
  for (const access::Caller& each : {zhao_, qian_, both}) EXPECT_EQ(News(each), Words{"referral:old"});
  EXPECT_EQ(List(zhao_, true).notices.size(), 2u);
  for (const access::Caller& each : {zhao_, both}) Read(each, "referral:old");
  for (const access::Caller& each : {zhao_, both}) EXPECT_EQ(News(each), Words{});
  EXPECT_EQ(News(qian_), Words{"referral:old"});
  const InboxEntry one = List(qian_).notices.at(0);
  EXPECT_EQ(one.zh + one.en + one.about, "旧oldTask/referral-x");
}

TEST_F(NoticesTest, WhoseNewsItIs) {
  NoticeRecord record;
  record.notice.recipient = "T1", record.notice.kind = "referral:accept";
  EXPECT_TRUE(IsNewsFor(record, li_));
  EXPECT_FALSE(IsNewsFor(record, zhao_));
  EXPECT_FALSE(IsNewsFor(record, Person("it", {"T1"}, Role::kHospitalIt)));
  record.notice.person = ActorOf("LI");
  EXPECT_TRUE(IsNewsFor(record, li_));
  EXPECT_FALSE(IsNewsFor(record, wu_));
  record.read_by = {AccountOf(li_)};
  EXPECT_FALSE(IsNewsFor(record, li_));
}

}  // namespace
}  // namespace qianxian::referral
