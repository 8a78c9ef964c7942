#include "pack/pathway.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"
#include "json/value.h"
#include "pack/pack.h"

namespace qianxian::pack {
namespace {

std::string FileOf(const std::string& name) { return ReadFile(std::string(QIANXIAN_SOURCE_DIR) + "/src/flow/testing/pack/" + name).value(); }

TEST(Pathway, IsReadWithEveryPart) {
  const Result<Pathway> read = ParsePathway("pathways/pressure.yaml", FileOf("pathways/pressure.yaml"));
  ASSERT_TRUE(read.ok()) << read.error().en;
  EXPECT_EQ(read->entry.conditions, std::vector<std::string>{"I10"});
  EXPECT_EQ(read->entry.age_from, 18);
  EXPECT_FALSE(read->entry.automatic);
  ASSERT_EQ(read->let.size(), 2u);
  EXPECT_EQ(read->let[1].first, "systolic");
  ASSERT_EQ(read->stages.size(), 2u);
  const Step* step = FindStep(*read, "follow-up");
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(step->form, "pressure-visit");
  EXPECT_EQ(step->days_before, 7);
  EXPECT_EQ(step->days_after, 14);
  EXPECT_EQ(step->repeat->days, 90);
  EXPECT_EQ(step->repeat->next.at(0).days, 14);
  EXPECT_EQ(step->escalate.at(1).to, "county");
  EXPECT_EQ(step->refer.at(0).criterion, "pressure/twice");
  EXPECT_EQ(StageOfStep(*read, "yearly-review")->id, "stable");
  EXPECT_EQ(CourseOfStep(*read, "yearly-review"), "diagnose") << "its own";
  EXPECT_EQ(CourseOfStep(*read, "follow-up"), "treat") << "the stage's";
  EXPECT_EQ(CourseOfStep(*read, "nothing"), "");
  EXPECT_EQ(ExpressionsOf(*read).size(), 11u);
  EXPECT_EQ(read->stages[0].from, std::vector<std::string>{"stable"});
  EXPECT_EQ(read->measures, std::vector<std::string>{"hypertension-controlled-share"});
}

TEST(Pathway, IsPublishedAsPlanDefinition) {
  Pack pack;
  pack.id = "p";
  const Pathway pathway = ParsePathway("pathways/pressure.yaml", FileOf("pathways/pressure.yaml")).value();
  const auto document = json::Document::Parse(PathwayAsFhir(pack, pathway));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().FindString("url"), "https://fhir.qianxian.cn/PlanDefinition/pressure");
  EXPECT_EQ(document->root().Find("action")->size(), 2u);
}

TEST(Pathway, MayBeEnteredBySendingDownAndAskForAStepAgain) {
  const Pathway recall = ParsePathway("pathways/recall.yaml", FileOf("pathways/recall.yaml")).value();
  const Step& call = recall.stages[0].steps[0];
  ASSERT_TRUE(call.again);
  EXPECT_EQ(call.again->when, "%answer = 'none'");
  EXPECT_EQ(call.again->days, 5);
  EXPECT_EQ(call.again->most, 2);
  EXPECT_TRUE(call.again->escalate);
  EXPECT_FALSE(FindStep(recall, "letter")->again->escalate);
  EXPECT_FALSE(FindStep(recall, "board")->again);
  EXPECT_FALSE(recall.entry.by_referral);
  EXPECT_TRUE(recall.exits.empty());
  EXPECT_EQ(ExitsOf(recall).size(), 4u);
  const std::string text = FileOf("pathways/after-stay.yaml");
  const Pathway after = ParsePathway("pathways/after-stay.yaml", text).value();
  EXPECT_TRUE(after.entry.by_referral && !after.entry.automatic);
  EXPECT_TRUE(ParsePathway("pathways/after-stay.yaml", ReplaceAll(text, "by-referral", "automatic"))->entry.by_referral) << "of this kind it is the same";
  EXPECT_FALSE(ParsePathway("pathways/after-stay.yaml", ReplaceAll(text, "{enrol: by-referral}", "{enrol: by-hand, target: \"true\"}"))->entry.by_referral);
  Pack pack;
  pack.id = "p";
  const std::string fhir = PathwayAsFhir(pack, recall) + PathwayAsFhir(pack, after);
  for (const char* part : {"pathway-again\"", "pathway-again-most\",\"valueString\":\"2: escalate\"", "\"valueCode\":\"by-referral\"", "\"valueString\":\"moved-away: \""})
    EXPECT_NE(fhir.find(part), std::string::npos) << part;
}

// One thing broken in the file, one fault with its line.
void ExpectFault(const std::string& file, const std::string& from, const std::string& to, const std::string& place, const std::string& en) {
  const std::string before = FileOf(file), after = ReplaceAll(before, from, to);
  ASSERT_NE(before, after) << "the test broke nothing: " << from;
  const Error error = StartsWith(file, "forms/") ? ParseForm(file, after).error() : ParsePathway(file, after).error();
  EXPECT_NE(error.en.find(file + place), std::string::npos) << error.en;
  EXPECT_NE(error.en.find(en), std::string::npos) << error.en;
  EXPECT_FALSE(error.zh.empty());
}

TEST(Pathway, SaysWhatIsWrongWithFileAndLine) {
  const std::string file = "pathways/pressure.yaml";
  ExpectFault(file, "kind: chronic", "kind: cronic", ":3:", "must be one of");
  ExpectFault(file, "    alert_days: 400", "    alarm_days: 400", ":28:", "Unknown key 'alarm_days'");
  ExpectFault(file, "who: [village, township]", "who: [hamlet]", ":33:", "Unknown level hamlet");
  ExpectFault(file, "        form: pressure-visit\n", "", ":30:", "One of 'form' and 'activity'");
  ExpectFault(file, "anchor: stage", "anchor: step:nowhere", "", "there is no other step nowhere");
  ExpectFault(file, "anchor: stage", "anchor: someday", "", "'anchor' must be");
  ExpectFault(file, "window_days: [7, 14]", "window_days: [7]", ":36:", "[days before, days after]");
  ExpectFault(file, "{after_days: 45, to: county}", "{after_days: 3, to: county}", ":38:", "must rise");
  ExpectFault(file, "enter: \"%pressures", "alert_days: 3 #", "", "Every stage but the first needs 'enter'");
  ExpectFault(file, "from: [stable]", "from: [sable]", "", "there is no other stage sable");
  ExpectFault(file, ">= %stage_since + 1 day", "> @2020", "", "must ask for %stage_since");
  ExpectFault(file, "id: yearly-review", "id: follow-up", "", "The step stands twice");
  ExpectFault(file, "  systolic: \"%", "  task: \"%", ":18:", "'task' cannot be a name");
  ExpectFault(file, "conditions: [I10]", "conditions: [10]", ":11:", "No ICD-10 prefix");
}

TEST(Form, SaysWhatIsWrongWithFileAndLine) {
  const std::string file = "forms/pressure-visit.yaml";
  ExpectFault(file, "item: diastolic, at_least", "item: diastolik, at_least", "", "There is no item diastolik");
  ExpectFault(file, "at_least: 110}", "at_lest: 110}", "", "Unknown key 'at_lest'");
  ExpectFault(file, "at_least: 110}", "at_least: high}", "", "is no number");
  ExpectFault(file, "maximum: 300, history", "maximum: 30, history", ":6:", "'maximum' is less than 'minimum'");
  ExpectFault(file, "{id: note, type: text", "{id: smoking, type: text", "", "The item stands twice: smoking");
  ExpectFault(file, "{code: headache", "{code: none", "", "The option stands twice");
}

TEST(Form, IsPublishedAsQuestionnaireAndForThePage) {
  Pack pack;
  const Form form = ParseForm("forms/pressure-visit.yaml", FileOf("forms/pressure-visit.yaml")).value();
  EXPECT_EQ(form.items.size(), 9u);
  EXPECT_EQ(FindItem(form.items, "systolic")->observation->panel, "85354-9");
  const auto fhir = json::Document::Parse(FormAsFhir(pack, form));
  ASSERT_TRUE(fhir.ok());
  EXPECT_EQ(fhir->root().Find("item")->size(), 9u);
  const auto page = json::Document::Parse(FormAsJson(form));
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->root().Find("dangers")->At(0).Find("any")->At(0).Find("at_least")->NumberText(), "180");
}

TEST(Form, PresetsAreExpressionsOverTheRecord) {
  Pack pack;
  const Form form = ParseForm("forms/sugar-visit.yaml", FileOf("forms/sugar-visit.yaml")).value();
  EXPECT_EQ(form.let.at(0).first, "glucoses");
  EXPECT_EQ(FindItem(form.items, "course")->initial, "%pathway");
  EXPECT_EQ(ExpressionsOf(form).size(), 6u);
  const std::string fhir = FormAsFhir(pack, form);
  EXPECT_NE(fhir.find("sdc-questionnaire-initialExpression"), std::string::npos);
  EXPECT_NE(fhir.find("StructureDefinition/variable"), std::string::npos);
  ExpectFault("forms/sugar-visit.yaml", "  glucoses: ", "  record: ", "", "'record' cannot be a name here");
}

TEST(Pathway, NeedsItsForms) {
  std::map<std::string, std::string> files = {{"pack.yaml", FileOf("pack.yaml")}, {"pathways/sugar.yaml", FileOf("pathways/sugar.yaml")}};
  const Pack alone = ParsePack(files).value();
  const auto merged = MergePacks({alone});
  ASSERT_FALSE(merged.ok());
  EXPECT_NE(merged.error().en.find("there is no form sugar-visit"), std::string::npos);
  files["forms/sugar-visit.yaml"] = FileOf("forms/sugar-visit.yaml");
  EXPECT_TRUE(MergePacks({ParsePack(files).value()}).ok());
}

}  // namespace
}  // namespace qianxian::pack
