// A step that is asked for again: on the answer's day, so many times in a row, then by those above, and never lost.
#include "flow/testing/world.h"

namespace qianxian::flow {
namespace {

class AgainTest : public testing::World {
 protected:
  AgainTest() {
    PutCondition("c", "R91");
    Tick();
  }
  // Answers the open step; which is due then, as World::Open says it.
  std::string Answer(const std::string& step, const std::string& answer, const std::string& call_on = "", const std::string& next_date = "") {
    VisitRequest visit;
    visit.key = "k" + std::to_string(++keys_), visit.patient = "p";
    for (const auto& [one, version] : Steps("ready"))
      if (one.step == step) visit.tasks = {{one.id, version}};
    visit.forms = {{"recall-call", {{"answer", {answer}}}}};
    if (!call_on.empty()) visit.forms[0].answers.push_back({"call-on", {call_on}});
    if (!next_date.empty()) visit.forms[0].answers.push_back({"next-date", {next_date}});
    const auto done = flow_->Visit(Township(), visit);
    EXPECT_TRUE(done.ok()) << qianxian::Describe(done.error());
    std::string open;
    for (const auto& [one, version] : Steps("ready"))
      if (one.step == step) open += one.due + "/" + one.escalated_to;
    return open;
  }
  static access::Caller Township() {
    access::Caller caller = Doctor();
    caller.organizations = {"V1", "T1"};
    return caller;
  }
  bool IsOpen(const std::string& step) {
    const auto open = Steps("ready");
    return std::any_of(open.begin(), open.end(), [&](const auto& one) { return one.first.step == step; });
  }

  int keys_ = 0;
};

TEST_F(AgainTest, OnTheDayOfTheAnswerAndThenByThoseAbove) {
  EXPECT_EQ(Answer("call", "none", "2026-03-06"), "2026-03-06/") << "the day that the answer names";
  EXPECT_EQ(Steps("completed")[0].first.asked_again, "2026-03-06");
  EXPECT_FALSE(IsOpen("tell-hospital")) << "it is not done with";
  EXPECT_EQ(Tick(), 0u);
  Days(4);
  EXPECT_EQ(Answer("call", "none"), "2026-03-11/") << "no day is named: so many days after it";
  Days(5);
  EXPECT_EQ(Answer("call", "none"), "2026-03-16/township") << "twice in a row was the most: those above see it at once";
  Days(5);
  EXPECT_EQ(Answer("call", "none", "2026-03-16"), "2026-03-17/township") << "never on the same day, and never lost";
  EXPECT_EQ(Answer("call", "will-go"), "");
  EXPECT_TRUE(IsOpen("tell-hospital"));
  EXPECT_EQ(Steps("completed").size(), 5u);
}

TEST_F(AgainTest, AnAnswerBetweenBeginsTheRowAnew) {
  Answer("call", "none"), Answer("call", "none");
  EXPECT_EQ(Answer("call", "will-go"), "");
  for (const auto& [step, version] : Steps("completed"))
    if (step.step == "call") {
      EXPECT_EQ(step.again, step.occurrence - 1);
      EXPECT_EQ(step.asked_again.empty(), step.occurrence == 3);
    }
}

TEST_F(AgainTest, OrItStops) {
  EXPECT_EQ(Answer("letter", "none", "", "2026-03-12"), "2026-03-12/") << "without `on` the form's next date";
  EXPECT_EQ(Answer("letter", "none", "", "2026-03-20"), "") << "once is the most";
}

TEST_F(AgainTest, ATimeThatIsAskedForAgainIsNoneOfTheRepeats) {
  for (pack::Pathway& pathway : pack_.pathways) {
    if (pathway.id != "recall") continue;
    pathway = pack::ParsePathway("pathways/recall.yaml", ReplaceAll(ReplaceAll(pathway.text, "most: 1, then: stop}", "days: 2}\n        repeat: {days: 30, times: 2}"),
                                                                   "edition: \"2026.1\"", "edition: \"2026.2\"")).value();
  }
  Restart();
  ASSERT_TRUE(flow_->Move(Doctor(), {EnrolmentOf("recall").id, "", "new edition", true}).ok());
  EXPECT_EQ(Answer("letter", "none"), "2026-03-04/");
  EXPECT_EQ(Answer("letter", "will-go"), "2026-04-01/") << "the first of two";
  EXPECT_EQ(Answer("letter", "none"), "2026-03-04/");
  EXPECT_EQ(Answer("letter", "will-go"), "") << "the second of two";
}

TEST_F(AgainTest, WhatAPackMayNotSay) {
  const std::string file = testing::PackFolder() + "/pathways/recall.yaml";
  const std::string text = ReadFile(file).value();
  const auto fault = [&](const std::string& from, const std::string& to) {
    const auto read = pack::ParsePathway("pathways/recall.yaml", ReplaceAll(text, from, to));
    return read.ok() ? std::string() : read.error().en;
  };
  EXPECT_NE(fault("when: \"%answer = 'none'\", most: 1, ", "most: 1, ").find("'when' is missing"), std::string::npos) << fault("when: \"%answer = 'none'\", most: 1, ", "most: 1, ");
  EXPECT_NE(fault("most: 1, then: stop", "then: stop").find("'then' needs 'most'"), std::string::npos);
  EXPECT_NE(fault("most: 1, then: stop", "most: 1").find("After 'most' it is escalated"), std::string::npos);
  EXPECT_NE(fault("most: 1, then: stop}", "most: 1, then: stop}\n        done: \"true\"").find("must ask for %since"), std::string::npos);
}

}  // namespace
}  // namespace qianxian::flow
