// Who leaves a pathway, by hand: with one of its reasons, all of its open steps closed, once; death ends every course.
#include "flow/testing/world.h"

namespace qianxian::flow {
namespace {

class ExitTest : public testing::World {
 protected:
  std::string ReasonOf(const Status& status) { return status.ok() ? "ok" : status.error().code; }
  json::Document PatientNow() { return json::Document::Parse(store_->OpenSnapshot(Program()).value()->Read("Patient", "p")->body).value(); }
};

TEST_F(ExitTest, WithOneOfTheReasonsOfThePathway) {
  const std::string id = Enrol();
  PutCondition("d", "E11.900");
  Tick();
  const auto bored = flow_->Exit(Doctor(), {id, "bored", ""});
  EXPECT_EQ(ReasonOf(bored), "no-such-reason");
  for (const char* word : {"moved-away", "declined", "excluded", "death"}) EXPECT_NE(bored.error().zh.find(word), std::string::npos) << word;
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "moved-away", "去了外省"})), "ok");
  EXPECT_EQ(EnrolmentOf("pressure").status, "finished");
  EXPECT_EQ(EnrolmentOf("pressure").exit_reason, "moved-away");
  EXPECT_EQ(EnrolmentOf("pressure").exit_note, "去了外省");
  EXPECT_EQ(Open(), "sugar-visit@2026-03-05/ ") << "the other course goes on";
  for (const auto& [step, version] : Steps("cancelled")) EXPECT_EQ(step.why, "moved-away");
  const uint64_t t = store_->LastT();
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "moved-away", "去了外省"})), "ok") << "sent twice by a bad network";
  EXPECT_EQ(store_->LastT(), t);
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "declined", ""})), "already-ended");
  Tick();
  EXPECT_EQ(Open(), "sugar-visit@2026-03-05/ ");
}

TEST_F(ExitTest, OutOfThePoolToo) {
  PutCondition("c", "I10.x00");
  Tick();
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {EnrolmentOf("pressure").id, "excluded", "白大衣高血压"})), "ok");
  EXPECT_EQ(EnrolmentOf("pressure").status, "cancelled");
  PutCondition("c", "I10.x01");
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure", 2).status, "") << "and does not come back by itself";
}

TEST_F(ExitTest, DeathEndsEveryCourseAndIsSaidOfThePatient) {
  const std::string id = Enrol();
  PutCondition("d", "E11.900"), PutCondition("r", "R91");            // that pathway's file says nothing about death
  Put("Patient", "p", Patient(R"(,"deceasedBoolean":false,"_deceasedBoolean":{"id":"x"},"telecom":[{"system":"phone","value":"1.50"}])"), "V1");
  Tick();
  ASSERT_EQ(EnrolmentOf("recall").status, "active");
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "dead", "家属告知", "2026-04-01"})), "bad-date") << "tomorrow";
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "dead", "家属告知", "2026-03"})), "bad-date");
  const uint64_t t = store_->LastT();
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "dead", "家属告知", "2026-03-01"})), "ok");
  EXPECT_EQ(store_->LastT(), t + 1) << "one commit";
  for (const char* pathway : {"pressure", "sugar", "recall"}) {
    EXPECT_EQ(EnrolmentOf(pathway).status, "finished") << pathway;
    EXPECT_EQ(EnrolmentOf(pathway).exit_reason, "death") << pathway;
  }
  EXPECT_EQ(Open(), "");
  const json::Document patient = PatientNow();
  EXPECT_EQ(patient.root().FindString("deceasedDateTime"), "2026-03-01");
  EXPECT_FALSE(patient.root().Find("deceasedBoolean") || patient.root().Find("_deceasedBoolean"));
  EXPECT_EQ(patient.root().FindString("birthDate"), "1960-05-01") << "the rest is as it was";
  EXPECT_EQ(patient.root().Find("telecom")->At(0).FindString("value"), "1.50");
  EXPECT_EQ(Tick(), 0u);
  const uint64_t after = store_->LastT();
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "death", "家属告知", "2026-03-01"})), "ok");
  EXPECT_EQ(store_->LastT(), after) << "twice is once";
  EXPECT_EQ(flow_->Enrol(Doctor(), {"p", "sugar", "V1"}).error().code, "patient-died");
  PutCondition("e", "E11.901");
  EXPECT_EQ(Tick(), 0u) << "nobody enters after death";
}

TEST_F(ExitTest, ADeathThatTheRecordSaysEndsEveryCourse) {
  PutCondition("c", "I10.x00"), PutCondition("r", "R91");
  Tick();
  Put("Patient", "p", Patient(R"(,"deceasedDateTime":"2026-03-02")"), "V1");
  Tick();
  EXPECT_EQ(EnrolmentOf("recall").exit_reason, "death") << "also where the file says nothing";
  EXPECT_EQ(EnrolmentOf("pressure").exit_reason, "death") << "and out of the pool";
  EXPECT_EQ(Open(), "");
}

TEST_F(ExitTest, ADeathThatOneCourseFindsEndsAll) {
  for (pack::Pathway& pathway : pack_.pathways)
    if (pathway.id == "sugar")
      pathway = pack::ParsePathway("pathways/sugar.yaml", ReplaceAll(pathway.text, "%patient.deceased.exists() and %patient.deceased != false",
                                                                     "%record.ofType(Observation).where(code.coding.code = 'last-visit').value = 'dead'")).value();
  Restart();
  Enrol();
  PutCondition("d", "E11.900");
  Tick();
  Put("Observation", "o", R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/p"},"code":{"coding":[{"code":"last-visit"}]},"valueString":"dead"})", "V1");
  Tick();
  EXPECT_EQ(EnrolmentOf("sugar").exit_reason, "death");
  EXPECT_EQ(EnrolmentOf("sugar").transitions, std::vector<std::string>{"managed>exit:death"});
  EXPECT_EQ(EnrolmentOf("pressure").exit_reason, "death");
  EXPECT_TRUE(PatientNow().root().Find("deceasedBoolean")->AsBoolean());
  EXPECT_EQ(Open(), "");
  EXPECT_EQ(Tick(), 0u);
}

TEST_F(ExitTest, WhoKnowsOnlyThatHeDied) {
  const std::string id = Enrol();
  EXPECT_EQ(ReasonOf(flow_->Exit(Doctor(), {id, "dead", ""})), "ok");
  EXPECT_TRUE(PatientNow().root().Find("deceasedBoolean")->AsBoolean());
}

TEST_F(ExitTest, EveryPathwayHasItsReasons) {
  const auto find = [&](const std::string& id) {
    return *std::find_if(pack_.pathways.begin(), pack_.pathways.end(), [&](const pack::Pathway& one) { return one.id == id; });
  };
  const auto ids = [](const pack::Pathway& pathway, bool by_hand) {
    std::string out;
    for (const pack::Exit& exit : pack::ExitsOf(pathway)) {
      EXPECT_FALSE(exit.name.zh.empty() || exit.name.en.empty()) << exit.id;
      if (exit.by_hand == by_hand) out += exit.id + " ";
    }
    return out;
  };
  EXPECT_EQ(ids(find("recall"), true), "moved-away declined excluded death ");
  EXPECT_EQ(ids(find("pressure"), true), "death declined moved-away excluded ") << "its own words first";
  EXPECT_EQ(ids(find("after-stay"), true), "death moved-away declined excluded ");
  EXPECT_EQ(ids(find("after-stay"), false), "finished not-taken-over replaced withdrawn ");
}

}  // namespace
}  // namespace qianxian::flow
