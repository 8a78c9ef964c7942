// The engine on the memory store (the slow judge) with a clock that moves.
#include "flow/cases.h"
#include "flow/testing/world.h"

namespace qianxian::flow {
namespace {

using FlowTest = testing::World;
using testing::PackFolder;
using testing::Parameters;
using testing::TestPack;

TEST_F(FlowTest, PoolAndEnrolledAreKeptApart) {
  EXPECT_TRUE(CheckExpressions(pack_).ok());
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure").status, "");
  PutCondition("c", "I10.x00");
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure").status, "planned");
  EXPECT_TRUE(Steps().empty());
  ASSERT_TRUE(flow_->Enrol(Doctor(), {"p", "pressure", ""}).ok());
  EXPECT_EQ(EnrolmentOf("pressure").status, "active");
  EXPECT_EQ(EnrolmentOf("pressure").owner, "");            // of the store, not of the body
  EXPECT_EQ(Open(), "follow-up@2026-03-02/ kidney-test@2026-04-01/ ");
  PutCondition("d", "E11.900");                            // by itself
  Tick();
  EXPECT_EQ(EnrolmentOf("sugar").status, "active");
  EXPECT_EQ(Open(), "follow-up@2026-03-02/ kidney-test@2026-04-01/ sugar-visit@2026-03-05/ ");
}

TEST_F(FlowTest, WhoIsExcludedOrTooYoungIsNotEntered) {
  Put("Patient", "p", R"({"resourceType":"Patient","id":"p","birthDate":"2009-05-01"})", "V1");
  PutCondition("c", "I10.x00");
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure").status, "");
  Put("Patient", "p", Patient(""), "V1");
  PutCondition("o", "O10.0");
  Tick();
  EXPECT_EQ(EnrolmentOf("pressure").status, "");
}

TEST_F(FlowTest, AVisitIsOneCommitAndOnce) {
  Enrol();
  const VisitRequest visit = Pressure("k1", 152);
  const uint64_t t = store_->LastT();
  const auto result = flow_->Visit(Doctor(), visit);
  ASSERT_TRUE(result.ok()) << qianxian::Describe(result.error());
  EXPECT_EQ(store_->LastT(), t + 1);
  EXPECT_EQ(result->completed.size(), 1u);
  ASSERT_EQ(result->next.size(), 1u);
  EXPECT_EQ(result->next[0].due, "2026-03-16");            // not at target: in 14 days
  EXPECT_TRUE(result->dangers.empty());
  const auto again = flow_->Visit(Doctor(), visit);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->again);
  EXPECT_EQ(again->visit, result->visit);
  EXPECT_EQ(again->completed, result->completed);
  EXPECT_EQ(store_->LastT(), t + 1);
  VisitRequest late = visit;                               // another one, who saw the same task
  late.key = "k2";
  const auto refused = flow_->Visit(Doctor(), late);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "already-done");
  EXPECT_EQ(Tick(), 0u);                                   // the feed says it again: nothing more follows
}

// A step is on the list of its first level, and each of its levels may do it for their own people; nobody else.
TEST_F(FlowTest, AStepIsDoneByEachOfItsLevels) {
  for (pack::Pathway& pathway : pack_.pathways) {
    if (pathway.id != "pressure") continue;
    std::string text = pathway.text;
    const std::string levels = "who: [village, township]";
    ASSERT_NE(text.find(levels), std::string::npos);
    pathway = pack::ParsePathway("pathways/pressure.yaml", text.replace(text.find(levels), levels.size(), "who: [county, township]")).value();
  }
  Put("Organization", "H1", R"({"resourceType":"Organization","id":"H1","type":[{"coding":[{"code":"county-general"}]}]})", "H1");
  Put("Organization", "T1", R"({"resourceType":"Organization","id":"T1","type":[{"coding":[{"code":"township"}]}],"partOf":{"reference":"Organization/H1"}})", "T1");
  Restart();
  Enrol();
  const auto steps = Steps("ready");
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(steps[0].first.owner, "H1");
  const auto by = [&](const std::string& user, std::vector<std::string> organizations) {
    access::Caller caller = Doctor();
    caller.user = user, caller.organizations = std::move(organizations);
    const auto done = flow_->Visit(caller, Pressure(user, 130));
    return done.ok() ? std::string() : done.error().code;
  };
  EXPECT_EQ(by("village", {"V1"}), "not-yours") << "the village is none of its levels";
  EXPECT_EQ(by("elsewhere", {"T2", "V1"}), "not-yours") << "a township, but not his";
  EXPECT_EQ(by("township", {"T1", "V1"}), "");
}

// Somebody's word, else what was found (pathway or form, whichever is earlier), else the step's usual days; never what a form would
// preset whatever was found.
TEST_F(FlowTest, WhatNobodyNamedComesByTheResult) {
  Enrol();
  const auto due = [&](const std::string& key, int systolic, int diastolic, const std::string& named = "") {
    VisitRequest visit = Pressure(key, systolic, diastolic);
    if (!named.empty()) visit.forms[0].answers.push_back({"next-date", {named}});
    const auto result = flow_->Visit(Doctor(), visit);
    Days(1);
    return result.ok() && !result->next.empty() ? result->next[0].due : "none";
  };
  EXPECT_EQ(due("calm", 130, 80), "2026-05-31");
  EXPECT_EQ(due("by the pathway", 150, 80), "2026-03-17");
  EXPECT_EQ(due("by the form alone", 130, 106), "2026-03-11");
  EXPECT_EQ(due("by both", 150, 106), "2026-03-12");
  EXPECT_EQ(due("named", 150, 106, "2026-04-20"), "2026-04-20");
}

TEST_F(FlowTest, DangerousValuesAndTwiceHighAreProposed) {
  Enrol();
  const auto high = flow_->Visit(Doctor(), Pressure("a", 182, 100));
  ASSERT_TRUE(high.ok()) << qianxian::Describe(high.error());
  ASSERT_EQ(high->dangers.size(), 1u);
  EXPECT_EQ(high->dangers[0].criterion, "pressure/emergency");
  EXPECT_TRUE(high->proposals.empty());
  Days(14);
  const auto twice = flow_->Visit(Doctor(), Pressure("b", 150));
  ASSERT_TRUE(twice.ok());
  ASSERT_EQ(twice->proposals.size(), 1u);
  EXPECT_EQ(twice->proposals[0].criterion, "pressure/twice");
}

TEST_F(FlowTest, AnswersAreCheckedAgainstTheForm) {
  Enrol();
  const auto code = [&](const std::string& item, const std::string& value) {
    VisitRequest visit = Pressure("x" + item + value, 130);
    visit.forms[0].answers.emplace_back(item, std::vector<std::string>{value});
    return flow_->Visit(Doctor(), visit).error().code;
  };
  EXPECT_EQ(code("weight", "5"), "bad-answer");
  EXPECT_EQ(code("weight", "heavy"), "bad-answer");
  EXPECT_EQ(code("smoking", "7"), "bad-answer");
  EXPECT_EQ(code("nothing", "1"), "unknown-item");
  EXPECT_EQ(code("next-date", "soon"), "bad-answer");
  VisitRequest without = Pressure("w", 130);
  without.forms[0].answers.pop_back();
  EXPECT_EQ(flow_->Visit(Doctor(), without).error().code, "missing-answer");
  EXPECT_EQ(Steps("ready").size(), 2u);
}

TEST_F(FlowTest, ScoresAndPanelsBecomeObservations) {
  Enrol();
  VisitRequest visit = Pressure("k", 130);
  visit.forms[0].answers.push_back({"weight", {"70"}});
  visit.forms[0].answers.push_back({"height", {"175"}});
  visit.forms[0].answers.push_back({"next-date", {"2026-05-01"}});
  const auto result = flow_->Visit(Doctor(), visit);
  ASSERT_TRUE(result.ok()) << qianxian::Describe(result.error());
  EXPECT_EQ(result->next.at(0).due, "2026-05-01");         // the doctor's word counts
  auto snapshot = store_->OpenSnapshot(Program()).value();
  search::Query query = search::Query::Parse(Parameters(), "Observation", {{"patient", "Patient/p"}}, {}).value();
  const auto found = snapshot->Search(query)->matches;
  ASSERT_EQ(found.size(), 3u);                             // the panel, the weight, the BMI
  std::string all;
  for (const auto& one : found) all += one.body;
  EXPECT_NE(all.find("\"85354-9\""), std::string::npos);
  EXPECT_NE(all.find("22.9"), std::string::npos) << all;   // 70 / 1.75²
}

TEST_F(FlowTest, TimeEscalatesAndTheRecordCompletes) {
  Enrol();
  Days(15);
  Tick();
  EXPECT_EQ(Open(), "follow-up@2026-03-02/ kidney-test@2026-04-01/ ");
  Days(1);
  EXPECT_EQ(Tick(), 1u);
  EXPECT_EQ(Open(), "follow-up@2026-03-02/township kidney-test@2026-04-01/ ");
  EXPECT_EQ(Tick(), 0u);
  Days(40);
  Tick();
  EXPECT_EQ(Open(), "follow-up@2026-03-02/county kidney-test@2026-04-01/ ");
  Put("Observation", "o", R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/p"},"code":{"coding":[{"code":"2160-0"}]},"effectiveDateTime":"2026-04-20T08:00:00Z"})", "T1");
  Tick();
  EXPECT_EQ(Open(), "follow-up@2026-03-02/county ");
  ASSERT_EQ(Steps("completed").size(), 1u);
  EXPECT_EQ(Steps("completed")[0].first.output, std::vector<std::string>{"Observation/o"}) << "by what it was done";
}

TEST_F(FlowTest, AStageIsEnteredAndAnExitClosesAll) {
  Enrol();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("v" + std::to_string(i), 130)).ok());
    Days(90);
  }
  EXPECT_EQ(EnrolmentOf("pressure").stage, "stable");
  EXPECT_EQ(Open(), "yearly-review@2027-08-29/ ");
  Put("Patient", "p", Patient(R"(,"deceasedBoolean":true)"), "V1");
  Tick();
  EXPECT_EQ(Open(), "");
  EXPECT_EQ(EnrolmentOf("pressure").exit_reason, "death");
  EXPECT_EQ(EnrolmentOf("pressure").status, "finished");
  EXPECT_EQ(Tick(), 0u);
}

TEST_F(FlowTest, AStageIsGoneBackToAndItsStepsBeginAgain) {
  Enrol();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("v" + std::to_string(i), 130)).ok());
    Days(90);
  }
  ASSERT_EQ(EnrolmentOf("pressure").stage, "stable");      // since 2026-08-29
  EXPECT_EQ(EnrolmentOf("pressure").stage_since, "2026-08-29");
  ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("high", 165)).ok());             // 2026-11-27
  EXPECT_EQ(EnrolmentOf("pressure").stage, "managed");
  EXPECT_EQ(EnrolmentOf("pressure").stage_since, "2026-11-27");
  EXPECT_EQ(EnrolmentOf("pressure").transitions, (std::vector<std::string>{"managed>stable", "stable>managed"}));
  EXPECT_EQ(Open(), "follow-up@2026-11-27/ kidney-test@2026-12-27/ ");         // as if just enrolled
  EXPECT_EQ(Steps("cancelled").back().first.why, "stage:managed");
  Days(1);
  EXPECT_EQ(Tick(), 0u);                                   // the same reading sends nobody round
  ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("again", 150)).ok());
  EXPECT_EQ(Open(), "follow-up@2026-12-12/ kidney-test@2026-12-27/ ");
  ASSERT_TRUE(flow_->Exit(Doctor(), {EnrolmentOf("pressure").id, "declined", ""}).ok());
  EXPECT_EQ(EnrolmentOf("pressure").transitions.back(), "managed>exit:declined");
  EXPECT_EQ(Open(), "");
}

TEST_F(FlowTest, WhoWasScreenedIsCountedWhateverCameOut) {
  const auto screened = [&] {
    const auto read = store_->OpenSnapshot(Program()).value()->Read("Basic", ScreenedId("p"));
    return read.ok() ? Join(ExtensionTexts(json::Document::Parse(read->body)->root(), "pathway"), ",") : std::string("none");
  };
  Tick();
  EXPECT_EQ(screened(), "none");
  const std::string reading = R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/p"},"code":{"coding":[{"code":"8480-6"}]}})";
  Put("Observation", "o", reading, "V1");
  EXPECT_EQ(Tick(), 1u);
  EXPECT_EQ(screened(), "pressure");
  EXPECT_EQ(EnrolmentOf("pressure").status, "");           // screened, and of no pool
  EXPECT_EQ(Tick(), 0u);
  Put("Observation", "o", ReplaceAll(reading, "8480-6", "1-1"), "V1");         // it was another test
  Tick();
  EXPECT_EQ(screened(), "");
  Put("Patient", "p", R"({"resourceType":"Patient","id":"p","birthDate":"2015-05-01"})", "V1");
  Put("Observation", "o", reading, "V1");
  Tick();
  EXPECT_EQ(screened(), "") << "a child is not screened for it";
}

TEST_F(FlowTest, AFormIsPresetFromTheRecord) {
  PutCondition("d", "E11.900");
  Tick();
  const std::string task = Steps("ready").at(0).first.id;
  const auto initial = [&](const access::Caller& caller, const std::string& of) {
    const auto answers = flow_->Initial(caller, {"sugar-visit", "p", of});
    if (!answers.ok()) return answers.error().code;
    std::string out;
    for (const auto& [item, values] : answers->answers) out += item + "=" + Join(values, ",") + " ";
    return out;
  };
  EXPECT_EQ(initial(Doctor(), ""), "kinds=2,1 fasting=true ");
  const auto glucose = [&](const std::string& value) {
    Put("Observation", "g", R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/p"},"code":{"coding":[{"code":"14771-0"}]},)"
        R"("effectiveDateTime":"2026-03-01T23:30:00Z","valueQuantity":{"value":)" + value + "}}", "V1");
  };
  glucose("7.10");
  EXPECT_EQ(initial(Doctor(), task), "glucose=7.10 seen-on=2026-03-02 course=sugar kinds=2,1 fasting=true ");
  glucose("700");
  EXPECT_EQ(initial(Doctor(), task), "seen-on=2026-03-02 course=sugar kinds=2,1 fasting=true ") << "what the item could not take is left out";
  access::Caller stranger = Doctor();
  stranger.organizations = {"T9"};
  EXPECT_EQ(initial(stranger, ""), "no-such-resource");
  EXPECT_EQ(flow_->Initial(Doctor(), {"nothing", "p", ""}).error().code, "no-such-form");
}

TEST_F(FlowTest, ARepeatEndsAfterItsTimes) {
  PutCondition("d", "E11.900");
  Tick();
  for (int i = 0; i < 3; ++i) {
    const auto open = Steps("ready");
    ASSERT_EQ(open.size(), 1u) << i;
    VisitRequest visit;
    visit.key = "s" + std::to_string(i), visit.patient = "p", visit.tasks = {{open[0].first.id, open[0].second}};
    visit.forms = {{"sugar-visit", {{"glucose", {"6.1"}}}}};
    ASSERT_TRUE(flow_->Visit(Doctor(), visit).ok());
    Days(30);
  }
  EXPECT_TRUE(Steps("ready").empty());
}

TEST_F(FlowTest, EditionsAreFrozenUntilMoved) {
  const std::string id = Enrol();
  const std::string old = pack_.pathways[0].text;
  const std::string next = ReplaceAll(ReplaceAll(old, "2026.1", "2027.1"), "days: 90", "days: 60");
  pack_.pathways[0] = pack::ParsePathway("pathways/pressure.yaml", next).value();
  Restart();
  ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("a", 130)).ok());
  EXPECT_EQ(Open(), "follow-up@2026-05-31/ kidney-test@2026-04-01/ ");       // 90 days: its own edition
  EXPECT_EQ(flow_->Move(Doctor(), {id, "", "", true}).error().code, "no-reason");
  ASSERT_TRUE(flow_->Move(Doctor(), {id, "", "new guideline", true}).ok());
  EXPECT_EQ(EnrolmentOf("pressure").edition, "2027.1");
  ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("b", 130)).ok());
  EXPECT_EQ(Open(), "follow-up@2026-05-01/ kidney-test@2026-04-01/ ");
}

TEST_F(FlowTest, MovesChangeTheOwnerAndNotTheTask) {
  const std::string id = Enrol();
  Put("Organization", "V2", R"({"resourceType":"Organization","id":"V2","type":[{"coding":[{"code":"village"}]}],"partOf":{"reference":"Organization/T1"}})", "V2");
  ASSERT_TRUE(flow_->Move(Doctor(), {id, "V2", "moved house", false}).ok());
  for (const auto& [step, version] : Steps("ready")) EXPECT_EQ(step.owner, step.step == "follow-up" ? "V2" : "T1");
  EXPECT_EQ(flow_->Exit(Doctor(), {id, "declined", ""}).error().code, "no-such-resource");   // it is the other village's now
}

TEST_F(FlowTest, AfterCareComesOfTheReferralsTask) {
  Put("Task", "referral-1", R"({"resourceType":"Task","id":"referral-1","status":"in-progress","intent":"order","for":{"reference":"Patient/p"},"businessStatus":{"coding":[{"code":"sent-down"}]}})", "H1");
  Tick();
  EXPECT_EQ(Open(), "take-over@2026-03-03/ ");
  EXPECT_EQ(Steps("ready")[0].first.owner, "T1");
  Put("Task", "referral-1", R"({"resourceType":"Task","id":"referral-1","status":"in-progress","intent":"order","for":{"reference":"Patient/p"},"businessStatus":{"coding":[{"code":"taken-over"}]}})", "H1");
  Tick();
  EXPECT_EQ(Steps("completed").size(), 1u);
}

TEST_F(FlowTest, TheFeedFromNothingGivesTheSame) {
  Enrol();
  PutCondition("d", "E11.900");
  Tick();
  ASSERT_TRUE(flow_->Visit(Doctor(), Pressure("a", 150)).ok());
  Days(40);
  Tick();
  const std::string before = Open();
  store::CommitRequest forget;
  forget.reason = "test";
  forget.changes.push_back({.kind = store::Change::Kind::kDelete, .type = "Basic", .id = "flow-cursor"});
  ASSERT_TRUE(store_->Commit(Program(), std::move(forget)).ok());
  Restart();
  EXPECT_EQ(Tick(), 0u);
  EXPECT_EQ(Open(), before);
}

TEST(Cases, OfTheTestPackAgreeAndDisagree) {
  const pack::Pack pack = TestPack();
  const std::string path = "cases/pathways/pressure.yaml";
  const std::string text = ReadFile(PackFolder() + "/" + path).value();
  const auto results = RunPathwayCases(pack, Parameters(), path, text);
  ASSERT_TRUE(results.ok()) << qianxian::Describe(results.error());
  ASSERT_EQ(results->size(), 3u);
  for (const auto& result : *results) {
    EXPECT_TRUE(result.faults.empty()) << result.name << ": " << Join(result.faults, "\n");
    EXPECT_GT(result.compared, 0u);
  }
  const auto broken = RunPathwayCases(pack, Parameters(), path, ReplaceAll(text, "due_day: 14", "due_day: 15"));
  ASSERT_TRUE(broken.ok());
  EXPECT_EQ(broken->at(0).faults.size(), 1u);
}

}  // namespace
}  // namespace qianxian::flow
