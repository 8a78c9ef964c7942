// Referral rules: every key read, every fault with file and line; the packs that are shipped.
#include "pack/referral_rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace qianxian::pack {
namespace {

const std::string kCatalogue = R"(id: pressure
name: {zh: 高血压, en: Hypertension}
conditions: [I10]
sources: [{title: {zh: 出处, en: Source}, mark: read}]
up:
  - {id: emergency, urgency: emergency, skip_levels: true, to: county, services: [emergency], text: {zh: 急, en: Now}, mark: read}
down:
  - {id: stable, from: county, to: township, plan: pressure, text: {zh: 稳定, en: Stable}, mark: K}
)";
const std::string kSettings = R"(urgencies:
  - {id: emergency, name: {zh: 急, en: Emergency}, answer_minutes: 30, escalate_minutes: [10, 30], expire_minutes: 60, skip_levels: true, mark: K}
review_levels: [township]
decline: [{id: no-bed, text: {zh: 无床, en: No bed}}]
withdraw: [{id: mistake, text: {zh: 错, en: Mistake}}]
not_taken_over: [{id: moved-away, text: {zh: 迁出, en: Moved}}]
states: [{id: sent, text: {zh: 待接收, en: Sent}}]
patient_states: [{id: sent, text: {zh: 联系中, en: Asked}}]
sources: [{title: {zh: 出处, en: Source}, mark: K}]
)";

std::string FaultsOf(const std::map<std::string, std::string>& files) {
  const auto rules = ParseReferralFiles(files);
  return rules.ok() ? "" : rules.error().en;
}
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(ReferralRules, EveryKey) {
  const auto rules = ParseReferralFiles({{"referral/pressure.yaml", kCatalogue}, {"referral-settings.yaml", kSettings}, {"pack.yaml", "x"}});
  ASSERT_TRUE(rules.ok()) << Describe(rules.error());
  const Criterion* up = rules->Find("pressure/emergency");
  ASSERT_TRUE(up);
  EXPECT_TRUE(up->up && up->skip_levels);
  EXPECT_EQ(up->to, "county");
  EXPECT_EQ(up->services, std::vector<std::string>{"emergency"});
  const Criterion* down = rules->Find("pressure/stable");
  ASSERT_TRUE(down);
  EXPECT_EQ(down->plan, "pressure");
  EXPECT_FALSE(rules->Find("pressure/other") || rules->Find("pressure"));
  const Urgency* urgency = rules->FindUrgency("emergency");
  ASSERT_TRUE(urgency);
  EXPECT_EQ(urgency->escalate_minutes, (std::vector<int64_t>{10, 30}));
  EXPECT_EQ(FindWord(rules->settings->decline, "no-bed")->text.zh, "无床");
  EXPECT_EQ(rules->settings->relation_days_after, 30);
}

TEST(ReferralRules, FaultsSayFileAndLine) {
  const auto catalogue = [](const std::string& from, const std::string& to) {
    return FaultsOf({{"referral/pressure.yaml", Replaced(kCatalogue, from, to)}});
  };
  EXPECT_NE(catalogue("conditions:", "condition:").find("referral/pressure.yaml:3"), std::string::npos);
  EXPECT_NE(catalogue("to: township", "to: city").find(":8"), std::string::npos) << catalogue("to: township", "to: city");
  EXPECT_NE(catalogue("mark: K}", "mark: sure}").find(":8"), std::string::npos);
  EXPECT_NE(catalogue("id: stable", "id: emergency").find("stands twice"), std::string::npos);
  EXPECT_NE(catalogue("id: pressure", "id: other").find("file's name"), std::string::npos);
  EXPECT_NE(catalogue("skip_levels: true", "skip_levels: maybe").find(":6"), std::string::npos);
  const auto settings = [](const std::string& from, const std::string& to) {
    return FaultsOf({{"referral-settings.yaml", Replaced(kSettings, from, to)}});
  };
  EXPECT_NE(settings("[10, 30]", "[30, 10]").find(":2"), std::string::npos);
  EXPECT_NE(settings("expire_minutes: 60", "expire_minutes: 20").find("expire"), std::string::npos);
  EXPECT_NE(settings("[township]", "[hamlet]").find(":3"), std::string::npos);
  EXPECT_NE(settings("answer_minutes: 30, ", "").find("answer_minutes"), std::string::npos);
}

TEST(ReferralRules, EveryStateThatWaitsForSomebodyHasATime) {
  const ReferralSettings defaults = *ParseReferralFiles({{"referral-settings.yaml", kSettings}}).value().settings;
  for (const char* state : {"draft", "accepted", "no-show", "arrived", "result-returned", "sent-down", "not-taken-over", "taken-over", "consultation"})
    EXPECT_GT(defaults.HoursOf(state), 0) << state;
  EXPECT_EQ(defaults.HoursOf("sent"), 0) << "the urgency says it";
  EXPECT_EQ(defaults.remind_hours, 24);
  EXPECT_EQ(defaults.load_kilometres, 2);
  for (const Timer& one : defaults.timers) EXPECT_EQ(one.mark, "K");
  const auto with = [](const std::string& more) { return ParseReferralFiles({{"referral-settings.yaml", kSettings + more}}); };
  const auto settings = with("result_hours: 48\nremind_hours: 12\nload_kilometres: 5\ntimers: [{state: no-show, hours: 7, mark: read}]\n").value().settings;
  EXPECT_EQ(settings->HoursOf("arrived"), 48);
  EXPECT_EQ(settings->HoursOf("no-show"), 7);
  EXPECT_EQ(settings->HoursOf("draft"), 24) << "what is not said is as usual";
  EXPECT_EQ(settings->remind_hours, 12);
  EXPECT_EQ(settings->load_kilometres, 5);
  EXPECT_NE(with("timers: [{state: sent, hours: 7, mark: K}]\n").error().en.find("no state with a timer: sent"), std::string::npos);
  EXPECT_NE(with("timers: [{state: draft, hours: 7}]\n").error().en.find("'mark'"), std::string::npos);
  EXPECT_NE(with("timers: [{state: draft, mark: K}]\n").error().en.find("'hours'"), std::string::npos);
  EXPECT_NE(with("result_hours: 48\ntimers: [{state: arrived, hours: 7, mark: K}]\n").error().en.find("stands twice"), std::string::npos);
}

TEST(ReferralRules, SeveralPacks) {
  const auto a = ParseReferralFiles({{"referral/pressure.yaml", kCatalogue}}).value(), b = ParseReferralFiles({{"referral-settings.yaml", kSettings}}).value();
  EXPECT_TRUE(MergeReferralRules({a, b}).ok());
  EXPECT_EQ(MergeReferralRules({a, a, b}).error().code, "duplicate-id");
  EXPECT_EQ(MergeReferralRules({b, b}).error().code, "duplicate-id");
  EXPECT_EQ(MergeReferralRules({a}).error().code, "bad-pack") << "nobody says how urgent an emergency is";
}

TEST(ReferralRules, ThePackThatIsShipped) {
  const std::filesystem::path folder = QIANXIAN_SOURCE_DIR "/packs/referral-core";
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path());
    files[entry.path().lexically_relative(folder).generic_string()] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  const auto pack = ParsePack(files);
  ASSERT_TRUE(pack.ok()) << Describe(pack.error());
  const auto rules = MergeReferralRules({ParseReferralFiles(files).value()});
  ASSERT_TRUE(rules.ok()) << Describe(rules.error());
  ASSERT_TRUE(rules->settings);
  EXPECT_EQ(rules->FindUrgency("emergency")->answer_minutes, 30);
  EXPECT_EQ(rules->FindUrgency("urgent")->answer_minutes, 4 * 60);
  EXPECT_EQ(rules->FindUrgency("routine")->answer_minutes, 24 * 60);
  EXPECT_TRUE(rules->Find("general/suspected-stroke")->skip_levels);
  for (const Word& word : rules->settings->patient_states) EXPECT_TRUE(FindWord(rules->settings->states, word.id)) << word.id;
}

TEST(ReferralRules, APackSaysItsReferralFaultsToo) {
  const auto pack = ParsePack({{"pack.yaml", "id: a\ntitle: {zh: 甲, en: A}\nedition: \"1\"\nsources: [{title: {zh: 出处, en: Source}, mark: K}]\n"},
                               {"referral/pressure.yaml", Replaced(kCatalogue, "mark: K}", "mark: sure}")}});
  ASSERT_FALSE(pack.ok());
  EXPECT_NE(pack.error().en.find("referral/pressure.yaml:8"), std::string::npos);
}

}  // namespace
}  // namespace qianxian::pack
