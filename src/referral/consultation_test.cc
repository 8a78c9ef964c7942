// A consultation: who is asked, who may do what and when, who reads the record and how long, what is told to whom.
#include "referral/consultation.h"

#include <algorithm>

#include "referral/consultation_records.h"
#include "referral/consultation_signature.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using access::Role;
using testing::At;
using testing::kMinute;
using testing::R4;

class ConsultationTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    consultations_ = std::make_unique<Consultations>(*store_, R4(), rules_, clock_);
  }
  static NewConsultation Wanted(const std::string& key = "k1") {
    NewConsultation wanted;
    wanted.client_key = key, wanted.patient = "p", wanted.kind = "written", wanted.mode = "single", wanted.urgency = "routine";
    wanted.question = "下一步如何检查？", wanted.invited = {"H1"}, wanted.from = "V1", wanted.by = "村医";
    return wanted;
  }
  static NewConsultation Mdt() {
    NewConsultation wanted = Wanted("mdt");
    wanted.mode = "mdt", wanted.invited = {"H1", "H2"};
    return wanted;
  }
  std::string Ask(const NewConsultation& wanted, const std::string& by = "V1") {
    const Result<Consultation> made = consultations_->Create(At(by), wanted);
    if (!made.ok()) return made.error().code;
    id_ = made->id;
    return made->state;
  }
  // The verb by somebody of that institution; the new state, or the error's code.
  std::string Do(const std::string& organization, const std::string& verb, const std::string& text = "", uint64_t version = 0) {
    clock_.Advance(kMinute);
    ConsultationStep step;
    step.verb = verb, step.version = version == 0 ? Now().version : version, step.by = "医生" + organization;
    step.note = text, step.advice = text, step.text = text;
    const Result<Consultation> done = consultations_->Do(At(organization), id_, step);
    return done.ok() ? done->state : done.error().code;
  }
  std::vector<std::string> May(const std::string& organization, Role role = Role::kClinician) { return consultations_->Get(At(organization, role), id_).value().may; }
  std::string StateOf(const std::string& organization) {
    for (const Invited& one : Now().invited)
      if (one.organization == organization) return one.state;
    return {};
  }
  store::Resource Record(const std::string& type, const std::string& id) { return store_->OpenSnapshot(access::SystemCaller("test")).value()->Read(type, id).value_or(store::Resource()); }
  bool IsThere(const std::string& type, const std::string& id) { return !Record(type, id).id.empty(); }
  // Past the service, as the program; undone by what it returns.
  store::Resource Alter(const std::string& type, const std::string& id, const std::string& from, const std::string& to) {
    const store::Resource before = Record(type, id);
    std::string body = before.body;
    const size_t at = body.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << body;
    if (at != std::string::npos) Put(type, id, body.replace(at, from.size(), to), before.owner);
    return before;
  }
  void PutBack(const store::Resource& before) { Put(before.type, before.id, before.body, before.owner); }
  // What is shown as signed: a digit for each opinion, and one for the conclusion.
  std::string SignedNow() {
    const Consultation c = Now();
    std::string all;
    for (const Opinion& one : c.opinions) all += one.signature ? '1' : '0';
    return all + (!c.conclusion ? "" : c.conclusion->signature ? "+1" : "+0");
  }
  Consultation Now() { return consultations_->Get(access::SystemCaller("test"), id_).value(); }
  size_t Sweep() { return consultations_->Sweep(since_).value(); }
  size_t Listed(const std::string& organization, const std::string& box) { return consultations_->List(At(organization), box, 100)->size(); }
  uint64_t Waiting(const std::string& organization) { return consultations_->Waiting(At(organization)).value(); }

  std::unique_ptr<Consultations> consultations_;
  std::string id_;
  Instant since_;
};

using Verbs = std::vector<std::string>;

TEST_F(ConsultationTest, OneExpertReadsAnswersAndReadsNoMore) {
  EXPECT_FALSE(Sees("H1"));
  EXPECT_EQ(Ask(Wanted()), "open");
  EXPECT_TRUE(Sees("H1")) << "the record travels with the question";
  EXPECT_FALSE(Sees("H2")) << "and to nobody else";
  EXPECT_EQ(Unread("H1"), Verbs{"consultation:invite"});
  EXPECT_EQ(Waiting("H1"), 1u);
  EXPECT_EQ(May("H1"), (Verbs{"accept", "opine", "decline"}));
  EXPECT_EQ(May("V1"), Verbs{"withdraw"});
  EXPECT_EQ(Do("H1", "accept"), "open");
  EXPECT_EQ(StateOf("H1"), "accepted");
  EXPECT_EQ(Waiting("H1"), 1u) << "accepted is not answered";
  EXPECT_EQ(Do("H1", "opine", "查增强CT"), "open");
  EXPECT_EQ(Waiting("H1"), 0u);
  EXPECT_EQ(Unread("V1"), (Verbs{"consultation:opine", "consultation:accept"}));
  EXPECT_EQ(May("V1"), (Verbs{"conclude", "close", "withdraw"}));
  EXPECT_EQ(Do("H1", "conclude", "手术"), "not-your-step") << "whoever asks keeps the treatment";
  EXPECT_EQ(Do("V1", "conclude", "转县医院查增强CT"), "concluded");
  EXPECT_FALSE(Sees("H1")) << "for this time only";
  EXPECT_TRUE(Now().may.empty());
  EXPECT_EQ(Do("H1", "opine", "再看"), "wrong-state");
  ASSERT_TRUE(Now().conclusion);
  EXPECT_EQ(Now().conclusion->name, "医生V1");
  EXPECT_EQ(Now().opinions.front().organization_name, "机构H1");
  const auto snapshot = store_->OpenSnapshot(access::SystemCaller("test")).value();
  EXPECT_NE(snapshot->Read("ClinicalImpression", id_)->body.find("转县医院查增强CT"), std::string::npos);
  EXPECT_NE(snapshot->Read("Task", id_)->body.find("\"status\":\"completed\""), std::string::npos);
  EXPECT_NE(snapshot->Read("ServiceRequest", id_)->body.find("Organization/H1"), std::string::npos);
}

TEST_F(ConsultationTest, SeveralOpinionsOneConclusion) {
  EXPECT_EQ(Ask(Mdt()), "open");
  EXPECT_TRUE(Sees("H1") && Sees("H2"));
  EXPECT_EQ(Do("H2", "opine", "先化疗"), "open");
  EXPECT_EQ(Waiting("H1"), 1u) << "the other is still waited for";
  EXPECT_EQ(May("V1"), (Verbs{"conclude", "withdraw"})) << "an MDT ends with a conclusion";
  EXPECT_EQ(Do("V1", "close"), "wrong-state");
  EXPECT_EQ(Do("H1", "opine", "手术"), "open");
  EXPECT_EQ(Do("H2", "opine", "同意手术"), "open") << "who changes the mind says so";
  EXPECT_EQ(Now().opinions.size(), 3u);
  EXPECT_EQ(Do("V1", "conclude", "限期手术"), "concluded");
  EXPECT_EQ(Unread("H1"), Verbs{"consultation:conclude"}) << "who answered need not read the question again";
  EXPECT_FALSE(Sees("H1") || Sees("H2"));
}

TEST_F(ConsultationTest, WhoDeclinesSaysWhyAndReadsNoMore) {
  Ask(Mdt());
  EXPECT_EQ(Do("H1", "decline"), "no-note");
  EXPECT_EQ(Do("H1", "decline", "专家外出"), "open");
  EXPECT_FALSE(Sees("H1"));
  EXPECT_TRUE(Sees("H2"));
  EXPECT_TRUE(May("H1").empty());
  EXPECT_EQ(Do("H1", "opine", "再看"), "not-your-step") << "the other may, this one not any more";
  EXPECT_EQ(Now().invited.front().note, "专家外出");
  EXPECT_EQ(Do("V1", "withdraw"), "withdrawn");
  EXPECT_FALSE(Sees("H2"));
  EXPECT_EQ(Unread("H2"), (Verbs{"consultation:withdraw", "consultation:invite"}));
  EXPECT_EQ(Unread("H1"), Verbs{}) << "who is out of it is told nothing more";
}

TEST_F(ConsultationTest, AnExpertWithoutAnyNeedOfWordsCloses) {
  Ask(Wanted());
  EXPECT_EQ(Do("V1", "close"), "wrong-state") << "nobody said anything yet";
  Do("H1", "opine", "可在当地治疗");
  EXPECT_EQ(Do("V1", "close"), "closed");
  EXPECT_FALSE(Now().closed_at.empty());
}

TEST_F(ConsultationTest, WhoIsNotPartOfItFindsNothing) {
  Ask(Wanted());
  EXPECT_EQ(consultations_->Get(At("H2"), id_).error().code, "no-such-consultation");
  EXPECT_EQ(Do("H2", "opine", "好"), "no-such-consultation");
  EXPECT_EQ(consultations_->Get(At("V1"), "consultation-x").error().code, "no-such-consultation");
  EXPECT_EQ(consultations_->Get(At("V1"), "referral-x").error().code, "no-such-consultation");
  EXPECT_TRUE(May("H1", Role::kHospitalIt).empty());
  EXPECT_EQ(Listed("H1", "received"), 1u);
  EXPECT_EQ(Listed("H1", "sent"), 0u);
  EXPECT_EQ(Listed("H2", "received"), 0u);
  EXPECT_EQ(Listed("V1", "sent"), 1u);
  EXPECT_EQ(consultations_->List(access::Caller{}, "received", 10)->size(), 0u);
}

TEST_F(ConsultationTest, AnotherClinicalRecordOfTheSameKindIsNoneOfThese) {
  Put("ServiceRequest", "x", R"({"resourceType":"ServiceRequest","id":"x","status":"active","intent":"order","subject":{"reference":"Patient/p"},
"category":[{"coding":[{"system":"http://snomed.info/sct","code":"11429006"}]}],"performer":[{"reference":"Organization/H1"}]})", "H1");
  EXPECT_EQ(Listed("H1", "received"), 0u);
}

TEST_F(ConsultationTest, TwiceIsOnceAndTwoCannotBothWin) {
  Ask(Wanted());
  const uint64_t t = store_->LastT();
  EXPECT_EQ(Ask(Wanted()), "open");
  EXPECT_EQ(store_->LastT(), t) << "the same key makes nothing new";
  Put("Patient", "q", R"({"resourceType":"Patient","id":"q"})", "V1");
  NewConsultation other = Wanted();
  other.patient = "q";
  EXPECT_EQ(Ask(other), "client-key-used");
  const uint64_t version = Now().version;
  EXPECT_EQ(Do("H1", "opine", "好", version), "open");
  EXPECT_EQ(Do("H1", "opine", "好", version), "open") << "sent again by a bad network";
  EXPECT_EQ(Now().opinions.size(), 1u);
  EXPECT_EQ(Do("V1", "withdraw", "", version), "version-conflict");
  EXPECT_EQ(Do("V1", "dance"), "wrong-state");
}

TEST_F(ConsultationTest, WhatIsMissingIsSaid) {
  const auto code = [&](auto change) { NewConsultation wanted = Wanted(); change(wanted); return Ask(wanted); };
  EXPECT_EQ(code([](NewConsultation& c) { c.client_key = ""; }), "no-client-key");
  EXPECT_EQ(code([](NewConsultation& c) { c.kind = "video"; }), "bad-kind");
  EXPECT_EQ(code([](NewConsultation& c) { c.mode = "all"; }), "bad-mode");
  EXPECT_EQ(code([](NewConsultation& c) { c.urgency = "soon"; }), "bad-urgency");
  EXPECT_EQ(code([](NewConsultation& c) { c.question = ""; }), "no-question");
  EXPECT_EQ(code([](NewConsultation& c) { c.question = std::string(20'001, 'x'); }), "too-long");
  EXPECT_EQ(code([](NewConsultation& c) { c.invited = {}; }), "bad-invited");
  EXPECT_EQ(code([](NewConsultation& c) { c.invited = {"H1", "H2"}; }), "bad-invited") << "a single one";
  EXPECT_EQ(code([](NewConsultation& c) { c.invited = {"V1"}; }), "bad-invited") << "the own institution";
  EXPECT_EQ(code([](NewConsultation& c) { c.invited = {"X"}; }), "bad-invited");
  EXPECT_EQ(code([](NewConsultation& c) { c.mode = "mdt", c.invited = {"H1", "H1"}; }), "bad-invited");
  EXPECT_EQ(code([](NewConsultation& c) { c.kind = "scheduled"; }), "bad-time");
  EXPECT_EQ(code([](NewConsultation& c) { c.kind = "scheduled", c.scheduled_at = "2001-01-01T09:00:00+08:00"; }), "past");
  EXPECT_EQ(code([](NewConsultation& c) { c.meeting = "三楼会议室"; }), "meeting-without-hour");
  EXPECT_EQ(code([](NewConsultation& c) { c.kind = "scheduled", c.scheduled_at = "2099-01-01T09:00:00+08:00", c.meeting = std::string(301, 'x'); }), "too-long");
  for (const char* bad : {"a\nb", "a\x7f""b", "a\xc2\x85""b"})
    EXPECT_EQ(code([&](NewConsultation& c) { c.kind = "scheduled", c.scheduled_at = "2099-01-01T09:00:00+08:00", c.meeting = bad; }), "bad-meeting") << bad;
  EXPECT_EQ(code([](NewConsultation& c) { c.patient = "q"; }), "no-such-resource");
  EXPECT_EQ(code([](NewConsultation& c) { c.from = "T1"; }), "not-yours");
  Ask(Wanted());
  EXPECT_EQ(Do("H1", "opine"), "no-advice");
  Do("H1", "opine", "好");
  EXPECT_EQ(Do("V1", "conclude"), "no-text");
}

TEST_F(ConsultationTest, WhoDoesNotAnswerIsRemindedOnce) {
  Ask(Mdt());
  Do("H1", "opine", "好");
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_FALSE(Now().overdue);
  clock_.Advance(101 * kMinute);
  EXPECT_TRUE(Now().overdue);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Unread("H2"), (Verbs{"consultation:remind", "consultation:invite"}));
  EXPECT_EQ(Unread("H1"), Verbs{}) << "who answered is left in peace";
  EXPECT_EQ(Unread("V1"), (Verbs{"consultation:remind", "consultation:opine"}));
  EXPECT_EQ(Sweep(), 0u) << "twice is once";
  since_ = Instant{};
  EXPECT_EQ(Sweep(), 0u) << "also after a restart";
  EXPECT_EQ(Do("H2", "opine", "晚了"), "open") << "late is better than never";
  EXPECT_FALSE(Now().reminded_at.empty()) << "a measure needs to know it";
  EXPECT_GT(Now().invited[1].answered_at, Now().answer_by);
  EXPECT_FALSE(Now().overdue);
}

TEST_F(ConsultationTest, WhoeverAskedIsRemindedToConclude) {
  constexpr int64_t kHour = 60 * kMinute;
  Ask(Mdt());
  Do("H1", "opine", "好");
  Do("H2", "decline", "专家外出");
  clock_.Advance(72 * kHour - kMinute);
  EXPECT_EQ(Sweep(), 0u);
  clock_.Advance(2 * kMinute);
  EXPECT_EQ(Sweep(), 1u) << "nobody is left to wait for, and nobody concludes";
  EXPECT_EQ(Unread("V1").front(), "consultation:remind-conclude");
  EXPECT_EQ(Unread("T1"), Verbs{});
  EXPECT_TRUE(Now().reminded_at.empty()) << "nobody was late with an answer";
  EXPECT_EQ(Sweep(), 0u);
  clock_.Advance(24 * kHour);
  EXPECT_EQ(Sweep(), 1u) << "again, with who leads it";
  EXPECT_EQ(Unread("T1"), Verbs{"consultation:remind-conclude"});
  const uint64_t seen = Now().version;
  clock_.Advance(48 * kHour);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Do("V1", "conclude", "手术", seen), "concluded") << "a reminder takes nobody's step away";
  clock_.Advance(24 * 365 * kHour);
  EXPECT_EQ(Sweep(), 0u);
}

TEST_F(ConsultationTest, WhoDoesNotAnswerIsRemindedAgainAsLongAsTheRecordIsOpen) {
  constexpr int64_t kHour = 60 * kMinute;
  Ask(Mdt());
  clock_.Advance(101 * kMinute);
  EXPECT_EQ(Sweep(), 1u);
  const std::string first = Now().reminded_at;
  clock_.Advance(24 * kHour);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(Now().reminded_at, first) << "the measure asks for the first";
  EXPECT_EQ(Do("H1", "opine", "好"), "open");
  EXPECT_EQ(Sweep(), 0u) << "a step of another is no new reminder";
  clock_.Advance(48 * kHour);
  EXPECT_EQ(Sweep(), 1u);
  EXPECT_EQ(std::ranges::count(Unread("H2"), "consultation:remind"), 3);
  clock_.Advance(24 * 30 * kHour);
  EXPECT_EQ(Sweep() + Sweep(), 1u) << "ten days: then nobody may read it any more";
  EXPECT_EQ(Now().wake, "");
}

TEST_F(ConsultationTest, TheRecordStaysOpenForAnHourThatIsFarAway) {
  NewConsultation wanted = Mdt();
  wanted.kind = "scheduled";
  wanted.scheduled_at = FormatInstant({clock_.Now().microseconds + 20 * 24 * 60 * kMinute});
  EXPECT_EQ(Ask(wanted), "open");
  clock_.Advance(19 * 24 * 60 * kMinute);
  EXPECT_TRUE(Sees("H1"));
  EXPECT_EQ(Sweep(), 0u) << "nobody is late before its time";
  clock_.Advance(12 * 24 * 60 * kMinute);
  EXPECT_FALSE(Sees("H1")) << "the days of the pack are over";
}

TEST_F(ConsultationTest, WhereTheyMeetIsKeptAsItWasTyped) {
  NewConsultation wanted = Wanted();
  wanted.meeting = " \xe3\x80\x80\n";
  EXPECT_EQ(Ask(wanted), "open") << "blank is none, also without an hour";
  EXPECT_EQ(Now().meeting, "");
  wanted = Wanted("k2");
  wanted.kind = "scheduled";
  wanted.scheduled_at = FormatInstant({clock_.Now().microseconds + 60 * kMinute});
  wanted.meeting = "\xe3\x80\x80 https://meet.example.cn/j/123?pwd=\"a\"&x=1 ";
  EXPECT_EQ(Ask(wanted), "open");
  EXPECT_EQ(Now().meeting, "https://meet.example.cn/j/123?pwd=\"a\"&x=1");
  EXPECT_EQ(Do("H1", "accept"), "open");
  EXPECT_EQ(Now().meeting, "https://meet.example.cn/j/123?pwd=\"a\"&x=1") << "a step does not lose it";
  const auto snapshot = store_->OpenSnapshot(access::SystemCaller("test")).value();
  EXPECT_NE(snapshot->Read("ServiceRequest", id_)->body.find("\"locationCode\":[{\"text\":\"https://meet.example.cn"), std::string::npos);
  wanted.client_key = "k3", wanted.meeting = std::string(300, 'x');
  EXPECT_EQ(Ask(wanted), "open");
  EXPECT_EQ(Now().meeting.size(), 300u);
}

TEST_F(ConsultationTest, EmergenciesAlarmAndStandFirst) {
  Ask(Wanted("a"));
  clock_.Advance(kMinute);
  NewConsultation urgent = Wanted("b");
  urgent.urgency = "emergency";
  Ask(urgent);
  EXPECT_EQ(Unread("H1"), (Verbs{"consultation:alarm", "consultation:invite"}));
  std::vector<Consultation> list = consultations_->List(At("H1"), "received", 10).value();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].urgency, "emergency");
  Do("V1", "withdraw");
  list = consultations_->List(At("H1"), "received", 10).value();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].state, "withdrawn") << "what ended stands last";
  EXPECT_EQ(Waiting("H1"), 1u);
}

TEST_F(ConsultationTest, WhatIsWrittenComesBack) {
  NewConsultation wanted = Mdt();
  wanted.question = "第一行\n\"第二行\"", wanted.attachments = {"Observation/o", "DocumentReference/d"};
  Ask(wanted);
  ConsultationStep step;
  step.verb = "opine", step.version = Now().version, step.by = "专家", step.advice = "手术", step.diagnosis = "肺癌", step.transfer = true;
  ASSERT_TRUE(consultations_->Do(At("H2"), id_, step).ok());
  const Consultation c = Now();
  EXPECT_EQ(c.question, wanted.question);
  EXPECT_EQ(c.attachments, wanted.attachments);
  EXPECT_EQ(c.patient_name, "张三");
  EXPECT_EQ(c.from.practitioner, "村医");
  ASSERT_EQ(c.opinions.size(), 1u);
  EXPECT_EQ(c.opinions[0].diagnosis, "肺癌");
  EXPECT_TRUE(c.opinions[0].transfer);
  EXPECT_EQ(c.invited.size(), 2u);
  const auto snapshot = store_->OpenSnapshot(access::SystemCaller("test")).value();
  EXPECT_NE(snapshot->Read("ServiceRequest", id_)->body.find("DocumentReference/d"), std::string::npos);
}

TEST_F(ConsultationTest, WhoseCourseItIsAboutIsSaidInEveryRecord) {
  const std::string course = R"("extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/pathway","valueCoding":{"code":"lung"}})";
  Put("EpisodeOfCare", "care-1", R"({"resourceType":"EpisodeOfCare",)" + course + R"(],"status":"active","patient":{"reference":"Patient/p"}})", "V1");
  Put("Task", "step-1", R"({"resourceType":"Task",)" + course + R"(,{"url":"https://fhir.qianxian.cn/StructureDefinition/enrolment","valueString":"care-1"}],)"
      R"("status":"ready","intent":"order","for":{"reference":"Patient/p"}})", "V1");
  Put("Patient", "q", R"({"resourceType":"Patient"})", "V1");
  Put("Task", "step-q", R"({"resourceType":"Task","status":"ready","intent":"order","for":{"reference":"Patient/q"}})", "V1");
  Put("Task", "step-h", R"({"resourceType":"Task","status":"ready","intent":"order","for":{"reference":"Patient/p"}})", "H1");
  NewConsultation wanted = Mdt();
  for (const char* about : {"step-1", "Task/step-q", "Task/step-h", "Task/step-none", "Task/referral-1", "Condition/step-1", "EpisodeOfCare/care-2"}) {
    wanted.about = about;
    EXPECT_EQ(Ask(wanted), "bad-about") << about;
  }
  wanted.about = "Task/step-1";
  EXPECT_EQ(Ask(wanted), "open");
  EXPECT_EQ(Now().about.step, "step-1");
  EXPECT_EQ(Now().about.enrolment, "care-1");
  EXPECT_EQ(Now().about.pathway, "lung");
  Do("H1", "opine", "手术");
  EXPECT_EQ(Do("V1", "conclude", "限期手术"), "concluded");
  EXPECT_EQ(Now().about.enrolment, "care-1") << "a step does not lose it";
  const std::string both = R"({"reference":"Task/step-1"},{"reference":"EpisodeOfCare/care-1"},{"reference":"CarePlan/plan-1"}])";
  EXPECT_NE(Record("Task", id_).body.find(R"("basedOn":[{"reference":"ServiceRequest/)" + id_ + "\"}," + both), std::string::npos) << Record("Task", id_).body;
  EXPECT_NE(Record("ServiceRequest", id_).body.find(R"("supportingInfo":[)" + both), std::string::npos) << Record("ServiceRequest", id_).body;
  EXPECT_NE(Record("ClinicalImpression", id_).body.find(R"("supportingInfo":[)" + both), std::string::npos) << Record("ClinicalImpression", id_).body;
  wanted.client_key = "of the course", wanted.about = "EpisodeOfCare/care-1";
  EXPECT_EQ(Ask(wanted), "open");
  EXPECT_EQ(Now().about.step, "");
  EXPECT_EQ(Now().about.pathway, "lung");
  wanted.client_key = "of none", wanted.about = "";
  EXPECT_EQ(Ask(wanted), "open");
  EXPECT_EQ(Record("ServiceRequest", id_).body.find("supportingInfo"), std::string::npos);
}

TEST_F(ConsultationTest, WhatIsSignedIsSaidInTheSameCommit) {
  Ask(Mdt());
  access::Caller expert = At("H1");
  expert.practitioner = "e1";
  ConsultationStep step;
  step.verb = "opine", step.version = Now().version, step.by = "专家", step.diagnosis = "肺癌", step.advice = "\"手术\"\n限期", step.transfer = true;
  const Consultation done = consultations_->Do(expert, id_, step).value();
  ASSERT_TRUE(done.opinions.front().signature);
  const store::Resource first = Record("Provenance", id_ + "-signature-1");
  EXPECT_EQ(first.t, Record("Task", id_).t) << "one commit";
  EXPECT_EQ(first.owner, "V1");
  // printf '%s' '{"advice":"\"手术\"\n限期","diagnosis":"肺癌","transfer":true}' | sha256sum; the same through `xxd -r -p | base64`.
  EXPECT_EQ(SignedText(done.opinions.front()), R"({"advice":"\"手术\"\n限期","diagnosis":"肺癌","transfer":true})");
  EXPECT_EQ(done.opinions.front().signature->sha256, "bf74a89b6097d91ab3a6bbfc5d4179287528bf291cf3d4e3f218e7d435caeb86");
  for (const char* part : {R"("data":"v3Som2CX2Rqzprv8XUF5KHUovykc89Tj8hjn1DXK64Y=")", R"("target":[{"reference":"Task/)", R"("code":"1.2.840.10065.1.12.1.1")", R"("targetFormat":"text/plain","sigFormat":"application/octet-stream")",
                           R"("who":{"reference":"Practitioner/e1","identifier":{"system":"https://fhir.qianxian.cn/account","value":"doctor-H1"},"display":"专家"},"onBehalfOf":{"reference":"Organization/H1"})"})
    EXPECT_NE(first.body.find(part), std::string::npos) << part << " in " << first.body;
  EXPECT_EQ(first.body.find("ClinicalImpression"), std::string::npos);
  const Signed read = *Now().opinions.front().signature;
  EXPECT_EQ(read.at, Now().opinions.front().at);
  EXPECT_EQ(read.who, "专家");
  EXPECT_EQ(read.sha256, done.opinions.front().signature->sha256);
  EXPECT_EQ(Do("H2", "opine", "化疗"), "open");
  EXPECT_EQ(Do("V1", "conclude", "限期手术"), "concluded");
  EXPECT_EQ(SignedNow(), "11+1");
  const store::Resource last = Record("Provenance", id_ + "-signature-conclusion");
  EXPECT_EQ(last.t, Record("ClinicalImpression", id_).t);
  for (const std::string& part : {"ClinicalImpression/" + id_, std::string(R"("value":"doctor-V1"},"display":"医生V1"})"), std::string("Organization/V1"), std::string("1.2.840.10065.1.12.1.1\"")})
    EXPECT_NE(last.body.find(part), std::string::npos) << part << " in " << last.body;
  EXPECT_FALSE(store_->OpenSnapshot(At("H1")).value()->Read("Provenance", first.id).ok());
  EXPECT_TRUE(consultations_->Get(At("H1"), id_)->conclusion->signature) << "who is part of it is told, whether he may read the Provenance or not";
  EXPECT_TRUE(consultations_->List(At("H2"), "received", 10)->front().opinions.back().signature) << "also in a list";
}

TEST_F(ConsultationTest, WhatWasAlteredIsNotSigned) {
  Ask(Wanted());
  Do("H1", "opine", "第一行\n第二行");
  Do("V1", "conclude", "限期手术");
  ASSERT_EQ(SignedNow(), "1+1");
  const auto after = [&](const std::string& type, const std::string& id, const std::string& from, const std::string& to) {
    const store::Resource before = Alter(type, id, from, to);
    const std::string now = SignedNow();
    PutBack(before);
    EXPECT_EQ(SignedNow(), "1+1") << "as it was";
    return now;
  };
  EXPECT_EQ(after("Task", id_, "限期手术", "不手术"), "1+0") << "the conclusion";
  EXPECT_EQ(after("ClinicalImpression", id_, "限期手术", "不手术"), "1+0") << "as the patient's record has it";
  EXPECT_EQ(after("Task", id_, "第二行", "第三行"), "0+1") << "the opinion";
  EXPECT_EQ(after("Task", id_, R"({"url":"advice","valueString":"第一行\n第二行"})", R"({"url":"diagnosis","valueString":"第一行"},{"url":"advice","valueString":"第二行"})"), "0+1") << "a line that moved";
  EXPECT_EQ(after("Task", id_, R"({"url":"advice",)", R"({"url":"transfer","valueString":"1"},{"url":"advice",)"), "0+1") << "the transfer";
  EXPECT_EQ(after("Task", id_, R"({"url":"who","valueString":"doctor-H1"})", R"({"url":"who","valueString":"doctor-H2"})"), "0+1") << "who said it";
  EXPECT_EQ(after("Task", id_, "医生V1\"},{\"url\":\"text", "院长\"},{\"url\":\"text"), "1+0") << "the name";
  EXPECT_EQ(after("Task", id_, R"({"url":"organization","valueString":"H1"},{"url":"organization-name","valueString":"机构H1"},{"url":"advice")",
                  R"({"url":"organization","valueString":"H2"},{"url":"organization-name","valueString":"机构H2"},{"url":"advice")"), "0+1") << "for whom";
  const std::string first = id_ + "-signature-1";
  EXPECT_EQ(after("Provenance", first, R"("when":"20)", R"("when":"19)"), "0+1") << "the time";
  EXPECT_EQ(after("Provenance", first, "Task/", "Task/x"), "0+1") << "of another consultation";
  EXPECT_EQ(after("Provenance", first, R"("signature":)", R"("signature":[{"sigFormat":"application/pkcs7-signature"}],"note":)"), "0+1") << "no hash";
  EXPECT_EQ(after("Provenance", first, R"("signature":[)", R"("signature":[{"sigFormat":"application/pkcs7-signature","data":"AAAA"},)"), "1+1") << "a certificate's beside it";
  store::Change gone;
  gone.kind = store::Change::Kind::kDelete, gone.type = "Provenance", gone.id = first;
  ASSERT_TRUE(store_->Commit(access::SystemCaller("test"), {{gone}, "test"}).ok());
  EXPECT_EQ(SignedNow(), "0+1");
}

TEST_F(ConsultationTest, TwiceIsOneSignatureAndOtherStepsHaveNone) {
  Ask(Mdt());
  EXPECT_EQ(Do("H1", "accept"), "open");
  EXPECT_EQ(Do("H1", "opine"), "no-advice");
  EXPECT_EQ(Do("V1", "conclude", "手术"), "wrong-state");
  EXPECT_EQ(Do("H2", "decline", "专家外出"), "open");
  EXPECT_FALSE(IsThere("Provenance", id_ + "-signature-1") || IsThere("Provenance", id_ + "-signature-conclusion"));
  const uint64_t version = Now().version;
  EXPECT_EQ(Do("H1", "opine", "好", version), "open");
  const uint64_t t = store_->LastT();
  EXPECT_EQ(Do("H1", "opine", "好", version), "open") << "sent again by a bad network";
  EXPECT_EQ(Do("V1", "conclude", "好", version), "version-conflict");
  EXPECT_EQ(store_->LastT(), t);
  EXPECT_EQ(Record("Provenance", id_ + "-signature-1").version, 1u);
  EXPECT_EQ(Do("H1", "opine", "更好"), "open");
  EXPECT_EQ(SignedNow(), "11") << "who changes the mind signs again";
  EXPECT_EQ(Do("V1", "withdraw"), "withdrawn");
  EXPECT_FALSE(IsThere("Provenance", id_ + "-signature-3") || IsThere("Provenance", id_ + "-signature-conclusion"));
  EXPECT_EQ(SignedNow(), "11") << "what was said stays signed";
}

}  // namespace
}  // namespace qianxian::referral
