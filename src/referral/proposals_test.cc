// What a pathway's step proposes becomes one draft of whoever has the step, and one notice; nobody is lost, nobody is asked twice.
#include "referral/proposals.h"

#include "json/value.h"
#include "referral/records.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using testing::At;
using testing::R4;

constexpr int64_t kDay = 24 * 60 * testing::kMinute;
using Verbs = std::vector<std::string>;

class ProposalsTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    std::map<std::string, std::string> files = testing::kFiles;
    files["referral/pressure.yaml"] = R"(id: pressure
name: {zh: 高血压, en: Hypertension}
sources: [{title: {zh: 测试, en: Test}, mark: K}]
up:
  - {id: high, urgency: routine, to: county, text: {zh: 血压很高, en: Very high}, mark: K}
  - {id: stroke, urgency: routine, to: county, services: [stroke], text: {zh: 疑似卒中, en: Stroke}, mark: K}
  - {id: crisis, urgency: emergency, to: county, text: {zh: 高血压急症, en: Crisis}, mark: K}
down:
  - {id: calm, from: county, to: township, text: {zh: 平稳, en: Calm}, mark: K}
)";
    files["referral-settings.yaml"] += "timers: [{state: draft, hours: 8760, mark: K}]\n";      // reminders are another test's
    rules_ = pack::ParseReferralFiles(files).value();
    referrals_ = std::make_unique<Referrals>(*store_, R4(), rules_, clock_);
  }
  // A step that was done today, or so many days ago.
  void Done(const std::string& id, const std::string& proposals, const std::string& owner = "V1", int64_t days_ago = 0, const std::string& status = "completed",
            const std::string& patient = "p") {
    json::Writer w;
    w.BeginObject().Member("resourceType", "Task").Member("id", id).Name("extension").BeginArray().BeginObject();
    w.Member("url", "https://fhir.qianxian.cn/StructureDefinition/proposals").Member("valueString", proposals).EndObject().EndArray();
    w.Member("status", status).Member("intent", "order").Name("for").BeginObject().Member("reference", "Patient/" + patient).EndObject();
    w.Name("executionPeriod").BeginObject().Member("end", FormatInstant({clock_.Now().microseconds + kChinaOffsetMicroseconds - days_ago * kDay}).substr(0, 10)).EndObject();
    w.Name("owner").BeginObject().Member("reference", "Organization/" + owner).EndObject();
    w.Name("output").BeginArray().BeginObject().Name("valueReference").BeginObject().Member("reference", "Observation/o").EndObject().EndObject();
    w.BeginObject().Name("valueReference").BeginObject().Member("reference", "Encounter/visit-1").EndObject().EndObject().EndArray().EndObject();
    Put("Task", id, w.Take(), owner);
  }
  size_t Sweep() { return referrals_->Sweep(since_).value(); }
  std::vector<Referral> SentBox(const std::string& organization = "V1") { return referrals_->List(At(organization), "sent", "all", 0, 100).value().referrals; }
  size_t Drafts(const std::string& organization = "V1") { return referrals_->List(At(organization), "sent", "draft", 0, 100)->total; }
  std::string Do(const std::string& organization, const Referral& r, Step step) {
    step.version = referrals_->Get(access::SystemCaller("test"), r.id).value().version;
    const Result<Referral> done = referrals_->Do(At(organization), r.id, step);
    return done.ok() ? done->state : done.error().code;
  }
  static Step Sending(const std::string& receiver, bool consent) {
    Step step;
    step.verb = "send", step.receiver = receiver, step.consent = consent;
    return step;
  }
  static Step Withdrawing(const std::string& reason = "") {
    Step step;
    step.verb = "withdraw", step.reason = reason;
    return step;
  }
  Result<Referral> Send(const std::string& key, const std::string& criterion, const std::string& by = "V1") {
    NewReferral wanted;
    wanted.client_key = key, wanted.patient = "p", wanted.direction = "up", wanted.urgency = "routine", wanted.criterion = criterion;
    wanted.receiver = "H1", wanted.consent = true, wanted.from = by;
    return referrals_->Create(At(by), wanted);
  }
  // As if the feed had never been read.
  void ForgetThePlace() {
    store::Change change;
    change.kind = store::Change::Kind::kDelete;
    change.type = "Basic", change.id = "referral-cursor";
    ASSERT_TRUE(store_->Commit(access::SystemCaller("test"), {{change}, "test"}).ok());
  }

  std::unique_ptr<Referrals> referrals_;
  Instant since_;
};

TEST_F(ProposalsTest, OneDraftOneNoticeHoweverOftenItIsTold) {
  Done("step-1", "routine pressure/high");
  EXPECT_EQ(Sweep(), 1u);
  const std::vector<Referral> box = SentBox();
  ASSERT_EQ(box.size(), 1u);
  const Referral& r = box[0];
  EXPECT_EQ(r.state, "draft");
  EXPECT_EQ(r.criterion, "pressure/high");
  EXPECT_EQ(r.reason, "血压很高");
  EXPECT_EQ(r.urgency, "routine");
  EXPECT_EQ(r.patient_name, "张三");
  EXPECT_EQ(r.to.organization, "H1") << "the level of the criterion, and who leads it";
  EXPECT_EQ(r.reviewers, Verbs{"T1"});
  EXPECT_EQ(r.attachments, Verbs{"Observation/o"}) << "what it was done by travels with it";
  EXPECT_EQ(r.may, (Verbs{"send", "withdraw"}));
  EXPECT_FALSE(Sees("H1")) << "nothing is sent yet";
  for (const char* other : {"T1", "H1"}) EXPECT_EQ(referrals_->Get(At(other), r.id).error().code, "no-such-referral") << "a draft is its sender's";
  const InboxPage inbox = Inbox(*store_, R4(), clock_).List(At("V1"), false, 10).value();
  ASSERT_EQ(inbox.unread, 1u);
  EXPECT_EQ(inbox.notices[0].kind, "referral:propose");
  EXPECT_EQ(inbox.notices[0].zh, "路径建议转诊：张三（血压很高）");
  EXPECT_EQ(inbox.notices[0].en, "The pathway proposes a referral: 张三 (Very high)");
  EXPECT_EQ(inbox.notices[0].about, "Task/" + r.id);
  EXPECT_TRUE(Unread("H1").empty() && Unread("T1").empty());
  const uint64_t t = store_->LastT();
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_EQ(store_->LastT(), t) << "nothing to do writes nothing";
  Done("step-1", "routine pressure/high");
  EXPECT_EQ(Sweep(), 0u);
  ForgetThePlace();
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_EQ(SentBox().size(), 1u);
  EXPECT_EQ(SentBox()[0].version, r.version);
  EXPECT_EQ(Unread("V1"), Verbs{"referral:propose"});
}

TEST_F(ProposalsTest, WhoCannotBeSuggestedIsChosenByThePerson) {
  Done("step-1", "routine pressure/stroke");
  EXPECT_EQ(Sweep(), 1u);
  const Referral r = SentBox().front();
  EXPECT_EQ(r.to.organization, "");
  EXPECT_EQ(store_->OpenSnapshot(access::SystemCaller("test")).value()->Read("ServiceRequest", r.id)->body.find("performer"), std::string::npos);
  EXPECT_EQ(Do("V1", r, Sending("", true)), "no-receiver");
  EXPECT_EQ(Do("V1", r, Sending("X", true)), "bad-receiver");
  EXPECT_EQ(Do("V1", r, Sending("V1", true)), "bad-receiver");
  EXPECT_EQ(Do("V1", r, Sending("H1", false)), "no-consent") << "nobody has asked the patient yet";
  EXPECT_EQ(Do("T1", r, Sending("H1", true)), "no-such-referral") << "a draft is its sender's";
  Step step = Sending("H1", true);
  step.department = "神经内科", step.by = "村医李";
  EXPECT_EQ(Do("V1", r, step), "under-review");
  const Referral sent = SentBox().front();
  EXPECT_EQ(sent.to.name, "机构H1");
  EXPECT_EQ(sent.to.department, "神经内科");
  EXPECT_EQ(sent.from.practitioner, "村医李");
  EXPECT_EQ(sent.reviewers, Verbs{"T1"});
  EXPECT_EQ(Unread("T1"), Verbs{"referral:send"});
  EXPECT_NE(store_->OpenSnapshot(access::SystemCaller("test")).value()->Read("ServiceRequest", r.id)->body.find("Organization/H1"), std::string::npos);
}

TEST_F(ProposalsTest, AServiceThatIsOfferedFindsItsReceiver) {
  Put("HealthcareService", "s", R"({"resourceType":"HealthcareService","id":"s","providedBy":{"reference":"Organization/H2"},"type":[{"coding":[{"code":"stroke"}]}]})", "H2");
  Done("step-1", "routine pressure/stroke");
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(SentBox().front().to.organization, "H2");
  EXPECT_EQ(Do("V1", SentBox().front(), Sending("H1", true)), "under-review") << "the person knows better";
  EXPECT_EQ(SentBox().front().to.organization, "H1");
}

TEST_F(ProposalsTest, EmergenciesAreSentWithoutAsking) {
  Done("step-1", "emergency pressure/crisis\nroutine pressure/high");
  EXPECT_EQ(Sweep(), 2u) << "two criteria, two drafts";
  const Referral r = SentBox().front();
  EXPECT_EQ(r.urgency, "emergency");
  EXPECT_EQ(Do("V1", r, Sending("", false)), "sent");
  EXPECT_EQ(Unread("H1"), Verbs{"referral:alarm"});
}

TEST_F(ProposalsTest, WhoIsReferredForItAlreadyIsNotProposedAgain) {
  Referral open = Send("k1", "pressure/high").value();
  Done("step-1", "routine pressure/high");
  EXPECT_EQ(Sweep(), 0u);
  Done("step-2", "routine pressure/high", "T1");
  EXPECT_EQ(Sweep(), 1u) << "of another sender";
  Done("step-3", "routine pressure/stroke");
  EXPECT_EQ(Sweep(), 1u) << "for another reason";
  EXPECT_EQ(Do("V1", open, Withdrawing("improved")), "withdrawn");
  Done("step-4", "routine pressure/high");
  EXPECT_EQ(Sweep(), 0u) << "it ended on the day of the step, not before";
  clock_.Advance(kDay);
  Done("step-5", "routine pressure/high");
  Done("step-6", "routine pressure/high");
  EXPECT_EQ(Sweep(), 1u) << "it ended before; and two steps of a day are one draft";
  clock_.Advance(kDay);
  Done("step-7", "routine pressure/high");
  EXPECT_EQ(Sweep(), 0u) << "the draft is still there";
}

TEST_F(ProposalsTest, WhoSendsItHimselfFindsNoDraftOfItAnyMore) {
  Done("step-1", "routine pressure/high");
  Done("step-2", "routine pressure/stroke");
  EXPECT_EQ(Sweep(), 2u);
  const uint64_t t = store_->LastT();
  const Referral sent = Send("k1", "pressure/high").value();
  EXPECT_EQ(store_->LastT(), t + 1) << "in the same commit";
  EXPECT_EQ(sent.state, "under-review");
  EXPECT_EQ(Drafts(), 1u) << "the other criterion's stays";
  const Page withdrawn = referrals_->List(At("V1"), "sent", "withdrawn", 0, 10).value();
  ASSERT_EQ(withdrawn.total, 1u);
  EXPECT_EQ(withdrawn.referrals[0].history.back().who, "system");
  EXPECT_NE(withdrawn.referrals[0].history.back().note.find(sent.id), std::string::npos);
  EXPECT_EQ(Unread("V1"), Verbs{"referral:propose"}) << "the notice of the other one";
  EXPECT_TRUE(Unread("H1").empty());
  EXPECT_EQ(Send("k1", "pressure/high")->version, sent.version) << "twice is once";
  EXPECT_EQ(Sweep(), 0u);
  ForgetThePlace();
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_EQ(Drafts(), 1u);
}

TEST_F(ProposalsTest, ADraftThatCameBetweenIsWithdrawnByTheFeed) {
  Referral sent = Send("k1", "pressure/stroke").value();
  Sweep();
  Done("step-1", "routine pressure/high");
  EXPECT_EQ(Sweep(), 1u);
  // Sent by a process that did not see the draft yet.
  sent.id = "referral-between", sent.criterion = "pressure/high";
  Put("Task", sent.id, TaskAsFhir(sent), "T1");
  EXPECT_EQ(Drafts(), 1u);
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_EQ(Drafts(), 0u);
  EXPECT_TRUE(Unread("V1").empty());
}

TEST_F(ProposalsTest, APersonMayWithdrawADraft) {
  Done("step-1", "routine pressure/high");
  Sweep();
  const Referral r = SentBox().front();
  EXPECT_EQ(Do("H1", r, Withdrawing()), "no-such-referral");
  EXPECT_EQ(Do("V1", r, Withdrawing()), "withdrawn");
  EXPECT_EQ(referrals_->Get(At("H1"), r.id).error().code, "no-such-referral");
  EXPECT_TRUE(Unread("H1").empty()) << "who never saw it is not told";
  ForgetThePlace();
  EXPECT_EQ(Sweep(), 0u) << "the same step proposes it once";
  EXPECT_EQ(Drafts(), 0u);
}

TEST_F(ProposalsTest, ADraftThatWasSentAndReturnedMayGoElsewhere) {
  Done("step-1", "routine pressure/high");
  Sweep();
  const Referral r = SentBox().front();
  EXPECT_EQ(Do("V1", r, Sending("", true)), "under-review");
  EXPECT_TRUE(Sees("H1"));
  Step back;
  back.verb = "review-return", back.note = "请转中医院";
  EXPECT_EQ(Do("T1", r, back), "draft");
  EXPECT_EQ(Do("V1", r, Sending("H2", false)), "under-review") << "he was asked before";
  EXPECT_FALSE(Sees("H1")) << "who is out of it reads no more";
  EXPECT_TRUE(Sees("H2") && Sees("T1"));
}

TEST_F(ProposalsTest, WhatProposesNothing) {
  Done("step-1", "routine pressure/high", "V1", 0, "ready");
  Done("step-2", "", "V1");
  Done("step-3", "routine", "V1");
  Done("step-4", "routine pressure/high", "V1", 91);
  Done("step-5", "routine pressure/high", "V1", 0, "completed", "nobody");
  Done("other-6", "routine pressure/high");
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_TRUE(SentBox().empty());
  Done("step-7", "soon pressure/gone", "V1", 89);
  EXPECT_EQ(Sweep(), 1u) << "what the packs have no more is told all the same";
  EXPECT_EQ(SentBox().front().reason, "pressure/gone");
  EXPECT_EQ(SentBox().front().urgency, "routine");
  Done("step-8", "routine pressure/calm", "H1");
  Put("Patient", "p", R"({"resourceType":"Patient","id":"p","name":[{"text":"张三"}]})", "H1");
  EXPECT_EQ(Sweep(), 1u);
  const Referral down = SentBox("H1").front();
  EXPECT_EQ(down.direction, "down");
  EXPECT_EQ(down.to.organization, "T1");
  const std::vector<Receiver> receivers = referrals_->Receivers(At("V1"), "up", "", "V1").value();
  for (const Receiver& one : receivers) EXPECT_EQ(one.open, 0) << "its own drafts are no work for " << one.organization;
  EXPECT_EQ(Do("H1", down, Sending("", true)), "no-plan");
  Step step = Sending("", true);
  step.plan = Plan{"", "每周测血压", ""};
  EXPECT_EQ(Do("H1", down, step), "sent-down");
}

}  // namespace
}  // namespace qianxian::referral
