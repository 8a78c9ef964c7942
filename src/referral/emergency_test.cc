// A record opened in an emergency: for whom, how long, who is told, who says afterwards whether it was right.
#include "referral/emergency.h"

#include "base/limits_care.h"
#include "referral/world_for_tests.h"
#include "store/relation.h"

namespace qianxian::referral {
namespace {

using access::Role;
using testing::At;
using testing::R4;

constexpr int64_t kHour = 3'600'000'000;

class EmergencyTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    emergencies_ = std::make_unique<Emergencies>(*store_, R4(), clock_);
    PutPatient("p", "330101196005011234", "V1");
  }
  void PutPatient(const std::string& id, const std::string& number, const std::string& owner) {
    Put("Patient", id, R"({"resourceType":"Patient","id":")" + id + R"(","identifier":[{"system":"https://fhir.qianxian.cn/id-card","value":")" + number +
                           R"("}],"name":[{"text":"张三"}]})", owner);
  }
  static NewEmergency Wanted(const std::string& key = "k1", const std::string& number = "330101196005011234") {
    return {key, number, "unconscious", "昏迷送入急诊", "李医生", "H1"};
  }
  static access::Caller Reviewer(Role role = Role::kAuditor) {
    access::Caller caller;
    caller.user = "reviewer", caller.role = role, caller.whole_county = true;
    return caller;
  }
  std::string Open(const NewEmergency& wanted, const access::Caller& by = At("H1")) {
    const Result<std::vector<OpenedPatient>> opened = emergencies_->Open(by, wanted);
    if (!opened.ok()) return opened.error().code;
    std::string all;
    for (const OpenedPatient& one : *opened) all += one.patient + (one.opening ? "+" : "=");
    return all;
  }
  std::string Review(bool justified, const std::string& note, const access::Caller& by = Reviewer()) {
    const EmergencyOpening one = emergencies_->List(Reviewer(), "", 0, 10)->openings.at(0);
    const Result<EmergencyOpening> done = emergencies_->Review(by, one.id, one.version, justified, note, "审计员");
    return done.ok() ? done->state : done.error().code;
  }
  std::unique_ptr<Emergencies> emergencies_;
};

TEST_F(EmergencyTest, OpensAtOnceForOnePersonAndOneDay) {
  EXPECT_FALSE(Sees("H1"));
  EXPECT_EQ(Open(Wanted()), "p+");
  EXPECT_TRUE(Sees("H1"));
  access::Caller colleague = At("H1");
  colleague.user = "somebody-else";
  EXPECT_FALSE(store_->OpenSnapshot(colleague).value()->Read("Observation", "o").ok()) << "for who asked, not for the institution";
  EXPECT_EQ(emergencies_->HoldsUntil(At("H1"), "p").value()->microseconds, clock_.Now().microseconds + limits::kEmergencyHours * kHour);
  EXPECT_FALSE(emergencies_->HoldsUntil(colleague, "p").value());
  store::Change change;
  change.type = "Patient", change.id = "p", change.body = R"({"resourceType":"Patient","id":"p"})", change.owner = "V1";
  EXPECT_FALSE(store_->Commit(At("H1"), {{change}, "api"}).ok()) << "for reading";
  clock_.Advance(limits::kEmergencyHours * kHour - 1'000'000);
  EXPECT_TRUE(Sees("H1"));
  clock_.Advance(1'000'000);
  EXPECT_FALSE(Sees("H1"));
  EXPECT_FALSE(emergencies_->HoldsUntil(At("H1"), "p").value());
  EXPECT_EQ(Open(Wanted("k2")), "p+") << "again, with a reason again";
  EXPECT_TRUE(Sees("H1"));
}

TEST_F(EmergencyTest, WhoKeepsTheRecordIsToldOnce) {
  EXPECT_EQ(Open(Wanted()), "p+");
  EXPECT_EQ(Open(Wanted()), "p+") << "sent twice";
  EXPECT_EQ(Unread("V1"), std::vector<std::string>{"emergency:opened"});
  EXPECT_EQ(emergencies_->List(Reviewer(), "", 0, 10)->total, 1u);
  const Result<store::Resource> task = store_->OpenSnapshot(At("V1")).value()->Read("Task", emergencies_->List(Reviewer(), "", 0, 10)->openings[0].id);
  ASSERT_TRUE(task.ok()) << "and finds it in the record";
  EXPECT_EQ(EmergencyFrom(*task)->text, "昏迷送入急诊");
}

TEST_F(EmergencyTest, OneNumberMayHaveSeveralRecords) {
  PutPatient("p2", "330101196005011234", "H2");
  PutPatient("p3", "330101196005011234", "H1");
  PutPatient("q", "330101196005011235", "H2");
  const std::string opened = Open(Wanted());
  EXPECT_NE(opened.find("p+"), std::string::npos) << opened;
  EXPECT_NE(opened.find("p2+"), std::string::npos) << opened;
  EXPECT_NE(opened.find("p3="), std::string::npos) << "one's own needs no opening: " << opened;
  EXPECT_EQ(opened.find("q"), std::string::npos) << opened;
}

TEST_F(EmergencyTest, OnlyWithTheWholeNumberAndAReasonAndForThoseWhoTreat) {
  EXPECT_EQ(Open(Wanted("k", "330101196005011299")), "nobody-with-number");
  EXPECT_EQ(Open(Wanted("k", "3301")), "no-identifier");
  EXPECT_EQ(Open(Wanted("k", "33010119600501123*")), "no-identifier") << "no pattern";
  EXPECT_EQ(Open(Wanted("k", "330101196005011234,330101196005011235")), "no-identifier") << "one number";
  NewEmergency wanted = Wanted();
  wanted.reason = "curious";
  EXPECT_EQ(Open(wanted), "no-reason");
  wanted = Wanted(), wanted.text = "  急 ";
  EXPECT_EQ(Open(wanted), "no-text");
  wanted = Wanted(), wanted.client_key.clear();
  EXPECT_EQ(Open(wanted), "no-client-key");
  for (Role role : {Role::kHospitalIt, Role::kViewer, Role::kInsurance, Role::kAdministrator, Role::kAuditor, Role::kSecurity}) {
    EXPECT_EQ(Open(Wanted(), At("H1", role)), "not-your-work") << access::Name(role);
  }
  access::Caller program = At("H1");
  program.scope = access::ParseGrantedScope("user/Patient.rs").value();
  EXPECT_EQ(Open(Wanted(), program), "not-in-scope");
  EXPECT_FALSE(Sees("H1"));
}

TEST_F(EmergencyTest, NobodyOpensOneAfterTheOther) {
  for (size_t i = 0; i <= limits::kEmergenciesADay; ++i) {
    const std::string number = "33010119600501" + std::to_string(2000 + i);
    PutPatient("n" + std::to_string(i), number, "V1");
    EXPECT_EQ(Open(Wanted("k" + std::to_string(i), number)), i < limits::kEmergenciesADay ? "n" + std::to_string(i) + "+" : "too-many-openings");
  }
  clock_.Advance(24 * kHour + 1'000'000);
  EXPECT_EQ(Open(Wanted("later", "330101196005012000")), "n0+");
}

TEST_F(EmergencyTest, SomebodyElseSaysWhetherItWasRight) {
  EXPECT_EQ(Open(Wanted()), "p+");
  EXPECT_EQ(emergencies_->List(Reviewer(), "waiting", 0, 10)->waiting, 1u);
  for (Role role : {Role::kClinician, Role::kHospitalManager, Role::kViewer, Role::kSecurity}) {
    EXPECT_EQ(Review(true, "", At("H1", role)), "not-your-work") << access::Name(role);
  }
  EXPECT_EQ(Review(false, "  "), "no-note");
  EXPECT_EQ(Review(true, ""), "justified");
  EXPECT_TRUE(Sees("H1")) << "the day goes on";
  EXPECT_EQ(Review(false, "误"), "already-reviewed");
  EXPECT_EQ(emergencies_->List(Reviewer(Role::kDirector), "waiting", 0, 10)->openings.size(), 0u);
  EXPECT_EQ(Unread("H1"), std::vector<std::string>{"emergency:justified"});
}

TEST_F(EmergencyTest, WhatWasNotJustifiedEndsThere) {
  EXPECT_EQ(Open(Wanted()), "p+");
  access::Caller administrator = Reviewer(Role::kAdministrator);
  administrator.handed_over = access::kAuditDuty;
  EXPECT_EQ(Review(false, "非本人患者", administrator), "not-your-work") << "there is an auditor";
  EXPECT_EQ(Review(false, "非本人患者", Reviewer(Role::kDirector)), "unjustified");
  EXPECT_FALSE(Sees("H1"));
  EXPECT_EQ(Unread("H1"), std::vector<std::string>{"emergency:unjustified"});
  const EmergencyOpening one = emergencies_->List(Reviewer(), "", 0, 10)->openings[0];
  EXPECT_EQ(one.note, "非本人患者");
  EXPECT_EQ(one.reviewer_name, "审计员");
}

}  // namespace
}  // namespace qianxian::referral
