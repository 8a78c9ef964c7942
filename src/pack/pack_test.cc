#include "pack/pack.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"
#include "json/value.h"

namespace qianxian::pack {
namespace {

using Files = std::map<std::string, std::string>;

Files ReadFolder(const std::string& folder) {
  Files files;
  const auto paths = ListFiles(folder);
  EXPECT_TRUE(paths.ok());
  for (const std::string& path : *paths) files[path.substr(folder.size() + 1)] = ReadFile(path).value();
  return files;
}

Files CountyCore() { return ReadFolder(std::string(QIANXIAN_SOURCE_DIR) + "/packs/county-core"); }

// A pack that is good; each test breaks one thing in it.
Files Small() {
  return {
      {"pack.yaml",
       "id: small\ntitle: {zh: 小, en: Small}\nedition: \"1\"\nsources:\n"
       "  - {title: {zh: 书, en: Book}, reference: p. 1, mark: read}\n"},
      {"measures/deaths.yaml",
       "id: deaths\nkind: ratio\nsubject: hospital\nname: {zh: 死亡, en: Deaths}\ndefinition: {zh: 定义, en: Definition}\n"
       "numerator: {zh: 死亡数, en: Dead}\ndenominator: {zh: 出院数, en: Discharged}\nexclusions: {zh: 无, en: None}\n"
       "direction: down\nunit: \"1\"\ntarget: {value: 0.02, source: {title: {zh: 默认, en: Default}, reference: \"\", mark: K}}\n"
       "guard: {denominator_minimum: 50, window_months: 4, months_below_minimum: 2}\n"
       "sources: [{title: {zh: 书, en: Book}, reference: p. 2, mark: K-low}]\nedition: \"1\"\n"
       "effective: {from: 2024-01-01, to: 2026-12-31}\nsql: |\n  SELECT 1 AS x -- a; in a comment\n  WHERE ';' <> ''\n"},
      {"disease-groups.yaml",
       "sources: [{title: {zh: 书, en: Book}, reference: \"\", mark: K}]\ngroups:\n"
       "  - {id: lung, name: {zh: 肺, en: Lung}, categories: [C33-C34, J18]}\n"},
      {"capability/list.yaml",
       "title: {zh: 清单, en: List}\nedition: \"1\"\nsources: [{title: {zh: 书, en: Book}, reference: \"\", mark: K}]\n"},
      {"capability/list.csv",
       "id,name_zh,name_en,specialty,codes,cases_minimum,mark\r\nflu,流感,\"Flu, \"\"real\"\"\",内科,J09;J10,3,K\r\n"},
      {"views/patient_record.json",
       R"({"resourceType":"ViewDefinition","name":"patient_record","resource":"Patient","select":[{"column":[]}]})"},
      {"settlement-rules.yaml",
       "care: {inpatient: [\"21\"], outpatient: [\"11\"], pharmacy: [\"41\"]}\npharmacy_code_prefixes: [P]\n"
       "levels: {primary: [township], pharmacy: [pharmacy]}\ncounty_kinds: [county-general]\ndestinations:\n"
       "  in-county-primary: {zh: 甲, en: A}\n  in-county-hospital: {zh: 乙, en: B}\n  in-county-other: {zh: 丙, en: C}\n"
       "  city: {zh: 市, en: D}\n  province: {zh: 省, en: E}\n  other-province: {zh: 外, en: F}\n  unknown: {zh: 不详, en: G}\n"
       "sources: [{title: {zh: 书, en: Book}, reference: \"\", mark: K}]\n"},
      {"tables/10-patient.sql", "CREATE VIEW patient AS SELECT 1\n"},
      {"cases/one/expected.csv", "measure\n"},
  };
}

Files With(const std::string& path, const std::string& from, const std::string& to) {
  Files files = Small();
  const std::string before = files.at(path);
  files[path] = ReplaceAll(before, from, to);
  EXPECT_NE(files[path], before) << "the test broke nothing";
  return files;
}

// The one fault that is expected, in both languages, with its place.
void ExpectFault(const Files& files, const std::string& place, const std::string& zh, const std::string& en) {
  const Result<Pack> pack = ParsePack(files);
  ASSERT_FALSE(pack.ok());
  EXPECT_EQ(pack.error().category, ErrorCategory::kInvalid);
  EXPECT_EQ(pack.error().code, "bad-pack");
  EXPECT_NE(pack.error().en.find(place), std::string::npos) << pack.error().en;
  EXPECT_NE(pack.error().en.find(en), std::string::npos) << pack.error().en;
  EXPECT_NE(pack.error().zh.find(place), std::string::npos) << pack.error().zh;
  EXPECT_NE(pack.error().zh.find(zh), std::string::npos) << pack.error().zh;
}

TEST(Pack, ReadsEveryPart) {
  const Result<Pack> pack = ParsePack(Small());
  ASSERT_TRUE(pack.ok()) << pack.error().en;
  EXPECT_EQ(pack->id, "small");
  EXPECT_EQ(pack->sources.at(0).mark, "read");
  ASSERT_EQ(pack->measures.size(), 1u);
  const Measure& m = pack->measures[0];
  EXPECT_EQ(m.kind, MeasureKind::kRatio);
  EXPECT_EQ(m.direction, Direction::kDown);
  EXPECT_EQ(m.name.zh, "死亡");
  EXPECT_EQ(m.target->value.ToString(), "0.02");
  EXPECT_EQ(m.target->source.mark, "K");
  EXPECT_EQ(m.guard.denominator_minimum, 50);
  EXPECT_EQ(m.guard.window_months, 4);
  EXPECT_EQ(m.effective_from.ToString(), "2024-01-01");
  EXPECT_EQ(m.effective_to->ToString(), "2026-12-31");
  EXPECT_EQ(m.file, "measures/deaths.yaml");
  ASSERT_EQ(pack->disease_groups.size(), 1u);
  EXPECT_EQ(pack->disease_groups[0].categories[0], std::make_pair(std::string("C33"), std::string("C34")));
  EXPECT_EQ(pack->disease_groups[0].categories[1], std::make_pair(std::string("J18"), std::string("J18")));
  ASSERT_EQ(pack->capability_lists.size(), 1u);
  const CapabilityItem& item = pack->capability_lists[0].items.at(0);
  EXPECT_EQ(item.name.en, "Flu, \"real\"");
  EXPECT_EQ(item.codes, (std::vector<std::string>{"J09", "J10"}));
  EXPECT_EQ(item.cases_minimum, 3);
  EXPECT_EQ(pack->settlement.care.at("inpatient"), std::vector<std::string>{"21"});
  EXPECT_EQ(pack->settlement.destinations.size(), 7u);
  EXPECT_EQ(pack->settlement.destinations[3].second.zh, "市");
  EXPECT_EQ(pack->views.size(), 1u);
  EXPECT_EQ(pack->tables.size(), 1u);
  EXPECT_EQ(pack->cases.size(), 1u);
}

TEST(Pack, SaysWhatIsWrongWithFileAndLine) {
  const std::string m = "measures/deaths.yaml";
  ExpectFault(With(m, "id: deaths", "id: Deaths"), m + ":1:", "不是合格的标识", "is no id");
  ExpectFault(With(m, "id: deaths", "id: births"), m + ":1:", "文件名应为 births.yaml", "must be named births.yaml");
  ExpectFault(With(m, "kind: ratio", "kind: rate"), m + ":2:", "应是", "must be one of");
  ExpectFault(With(m, "subject: hospital\n", ""), m + ":1:", "缺少“subject”", "'subject' is missing");
  ExpectFault(With(m, "name: {zh: 死亡, en: Deaths}", "name: {zh: 死亡}"), m + ":4:", "缺少英文", "no English text");
  ExpectFault(With(m, "definition: {zh: 定义, ", "definition: {"), m + ":5:", "缺少中文", "no Chinese text");
  ExpectFault(With(m, "numerator: {zh: 死亡数, en: Dead}", "numerator: dead"), m + ":6:", "{zh: …, en: …}", "{zh: …, en: …}");
  ExpectFault(With(m, "denominator: {zh: 出院数, en: Discharged}\n", ""), m + ":1:", "缺少“denominator”", "'denominator' is missing");
  ExpectFault(With(m, "direction: down", "direction: sideways"), m + ":9:", "应是", "must be one of: up, down, monitor");
  ExpectFault(With(m, "direction: down", "direction: monitor"), m + ":11:", "不能有目标值", "has no target");
  ExpectFault(With(m, "unit: \"1\"", "unit: \"\""), m + ":10:", "缺少“unit”", "'unit' is missing");
  ExpectFault(With(m, "value: 0.02", "value: two"), m + ":11:", "不是数", "is no number");
  ExpectFault(With(m, "mark: K}}", "mark: sure}}"), m + ":11:", "应是", "official, read, K, K-low");
  ExpectFault(With(m, "months_below_minimum: 2", "months_below_minimum: 5"), m + ":12:", "大于", "more than");
  ExpectFault(With(m, "denominator_minimum: 50", "denominator_minimum: 0"), m + ":12:", "整数", "whole number");
  ExpectFault(With(m, "sources: [{title: {zh: 书, en: Book}, reference: p. 2, mark: K-low}]", "sources: []"), m + ":13:", "是空的", "is empty");
  ExpectFault(With(m, "from: 2024-01-01", "from: 2024-02-30"), m + ":15:", "不是日期", "is no date");
  ExpectFault(With(m, "to: 2026-12-31", "to: 2023-12-31"), m + ":15:", "早于", "before");
  ExpectFault(With(m, "SELECT 1", "DELETE 1"), m + ":16:", "应以 SELECT", "must begin with SELECT");
  ExpectFault(With(m, "WHERE ';' <> ''", "WHERE 1 = 1; DROP TABLE x"), m + ":16:", "分号", "semicolon");
  ExpectFault(With(m, "WHERE ';' <> ''", "WHERE ';"), m + ":16:", "引号没有结束", "quote");
  ExpectFault(With(m, "unit: \"1\"", "unit: \"1\"\nunits: x"), m + ":11:", "不认识的键", "Unknown key");
  ExpectFault(With(m, "unit: \"1\"", "unit: \"1\"\nunit: d"), m + ":11:", "出现两次", "stands twice");
  ExpectFault(With(m, "unit: \"1\"", "unit: [\n"), m + ":", "YAML", "YAML");
  ExpectFault(With(m, "unit: \"1\"", "of: flu\nunit: \"1\""), m + ":10:", "只有 growth", "Only growth");
  ExpectFault(With("pack.yaml", "edition: \"1\"\n", ""), "pack.yaml:1:", "缺少“edition”", "'edition' is missing");
  ExpectFault(With("disease-groups.yaml", "J18", "J1"), "disease-groups.yaml:3:", "不是 ICD-10 类目", "No ICD-10 category");
  ExpectFault(With("disease-groups.yaml", "J18]}", "J18]}\n  - {id: two, name: {zh: 二, en: Two}, categories: [C34]}"),
              "disease-groups.yaml:4:", "同时属于 lung 与 two", "belongs to both lung and two");
  ExpectFault(With("capability/list.csv", "J09;J10", "j09"), "capability/list.csv:2:", "不是编码前缀", "No prefix");
  ExpectFault(With("capability/list.csv", ",3,", ",0,"), "capability/list.csv:2:", "正整数", "positive");
  ExpectFault(With("capability/list.csv", "流感", ""), "capability/list.csv:2:", "缺少中文", "is missing");
  ExpectFault(With("capability/list.csv", "specialty", "department"), "capability/list.csv:1:", "首行应是", "first line");
  ExpectFault(With("capability/list.csv", "\"Flu", "\"Flu\",\"Flu"), "capability/list.csv:2:", "列", "fields");
  ExpectFault(With("settlement-rules.yaml", "[\"11\"]", "[\"21\"]"), "settlement-rules.yaml:1:", "出现在两处", "two lists");
  ExpectFault(With("settlement-rules.yaml", "  city: {zh: 市, en: D}\n", ""), "settlement-rules.yaml:6:", "缺少“city”", "'city' is missing");
  ExpectFault(With("views/patient_record.json", "\"name\":\"patient_record\"", "\"name\":\"patient\""),
              "views/patient_record.json:1:", "文件名", "name must be");
  ExpectFault(With("tables/10-patient.sql", "CREATE VIEW", "DROP VIEW"), "tables/10-patient.sql:1:", "CREATE VIEW", "CREATE VIEW");
}

TEST(Pack, MissingAndStrangeFilesAreFaults) {
  Files files = Small();
  files.erase("pack.yaml");
  ExpectFault(files, "pack.yaml:1:", "缺少 pack.yaml", "pack.yaml is missing");
  files = Small();
  files.erase("capability/list.yaml");
  ExpectFault(files, "capability/list.csv:1:", "缺少", "is missing");
  files = Small();
  files.erase("capability/list.csv");
  ExpectFault(files, "capability/list.yaml:1:", "缺少", "is missing");
  files = Small();
  files["measure/x.yaml"] = "id: x";
  ExpectFault(files, "measure/x.yaml:1:", "不应有这个文件", "no such file");
  files = Small();
  files["README.md"] = "\xff";
  ExpectFault(files, "README.md:1:", "UTF-8", "UTF-8");
}

TEST(Pack, OddTextsEndWithAFault) {  // found by the fuzzer: a lone comma was read for ever
  for (const char* text : {",", "\n,", "a: 1\n---\nb: 2\n", "---\n---\n", ""}) {
    Files files = Small();
    files["actions.yaml"] = text;
    EXPECT_FALSE(ParsePack(files).ok()) << text;
  }
}

TEST(Pack, EveryFaultIsSaidAtOnce) {
  Files files = With("measures/deaths.yaml", "kind: ratio", "kind: rate");
  files["pack.yaml"] = ReplaceAll(files["pack.yaml"], "id: small", "id: S");
  const Result<Pack> pack = ParsePack(files);
  ASSERT_FALSE(pack.ok());
  EXPECT_EQ(Split(pack.error().en, '\n').size(), 2u) << pack.error().en;
}

TEST(Pack, HashFollowsEveryByteAndEveryName) {
  const std::string hash = ParsePack(Small())->hash;
  EXPECT_EQ(hash.size(), 32u);
  EXPECT_EQ(hash, ParsePack(Small())->hash);
  for (const auto& [path, content] : Small()) {
    Files files = Small();
    files[path] = content + "\n";
    const Result<Pack> pack = ParsePack(files);
    ASSERT_TRUE(pack.ok()) << path << " " << pack.error().en;
    EXPECT_NE(pack->hash, hash) << path;
  }
  Files renamed = Small();
  renamed["cases/two/expected.csv"] = renamed["cases/one/expected.csv"];
  renamed.erase("cases/one/expected.csv");
  EXPECT_NE(ParsePack(renamed)->hash, hash);
}

TEST(Pack, MeasuresStandInTheirOrder) {
  Files files = Small();
  const std::string deaths = files["measures/deaths.yaml"];
  files["measures/births.yaml"] = ReplaceAll(deaths, "deaths", "births");
  files["measures/visits.yaml"] = ReplaceAll(ReplaceAll(deaths, "deaths", "visits"), "subject:", "order: 5\nsubject:");
  const Result<Pack> pack = ParsePack(files);
  ASSERT_TRUE(pack.ok()) << pack.error().en;
  std::vector<std::string> ids;
  for (const Measure& measure : pack->measures) ids.push_back(measure.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"visits", "births", "deaths"}));
  ExpectFault(With("measures/deaths.yaml", "subject:", "order: first\nsubject:"), "measures/deaths.yaml:3:", "整数", "whole number");
}

TEST(MergePacks, JoinsAndRefusesClashes) {
  const Pack one = ParsePack(Small()).value();
  Files other_files = {{"pack.yaml", ReplaceAll(Small()["pack.yaml"], "id: small", "id: other")},
                       {"measures/births.yaml", ReplaceAll(Small()["measures/deaths.yaml"], "deaths", "births")}};
  const Pack other = ParsePack(other_files).value();
  const Result<Pack> both = MergePacks({one, other});
  ASSERT_TRUE(both.ok()) << both.error().en;
  EXPECT_EQ(both->id, "small+other");
  EXPECT_EQ(both->measures.size(), 2u);
  EXPECT_NE(both->hash, one.hash);
  EXPECT_EQ(MergePacks({one})->hash, one.hash);

  other_files["measures/deaths.yaml"] = Small()["measures/deaths.yaml"];
  const Result<Pack> clash = MergePacks({one, ParsePack(other_files).value()});
  ASSERT_FALSE(clash.ok());
  EXPECT_EQ(clash.error().code, "duplicate-id");
  EXPECT_NE(clash.error().en.find("measure deaths"), std::string::npos);
  EXPECT_FALSE(MergePacks({one, one}).ok());
  EXPECT_FALSE(MergePacks({}).ok());
}

TEST(MergePacks, WhatIsSpokenOfMustBeThere) {
  Files files = Small();
  files["measures/change.yaml"] =
      ReplaceAll(ReplaceAll(ReplaceAll(files["measures/deaths.yaml"], "deaths", "change"), "kind: ratio", "kind: growth\nof: deaths"),
                 "sql: |\n  SELECT 1 AS x -- a; in a comment\n  WHERE ';' <> ''\n", "");
  EXPECT_TRUE(MergePacks({ParsePack(files).value()}).ok());
  files["measures/change.yaml"] = ReplaceAll(files["measures/change.yaml"], "of: deaths", "of: births");
  const Result<Pack> bad = MergePacks({ParsePack(files).value()});
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().en.find("measures/change.yaml:1: There is no measure births"), std::string::npos) << bad.error().en;
}

TEST(MeasureAsFhir, HoldsTextsSqlAndJudgement) {
  const Pack pack = ParsePack(Small()).value();
  const std::string text = MeasureAsFhir(pack, pack.measures[0]);
  const Result<json::Document> document = json::Document::Parse(text);
  ASSERT_TRUE(document.ok()) << text;
  const json::Value root = document->root();
  EXPECT_EQ(root.FindString("resourceType"), "Measure");
  EXPECT_EQ(root.FindString("title"), "死亡");
  EXPECT_EQ(root.FindString("name"), "Deaths");
  const json::Value library = root.Find("contained")->At(0);
  EXPECT_EQ(library.FindString("resourceType"), "Library");
  EXPECT_EQ(root.Find("library")->At(0).AsString(), "#" + std::string(library.FindString("id")));
  // "SELECT 1 AS x …" in base64
  EXPECT_TRUE(StartsWith(library.Find("content")->At(0).FindString("data"), "U0VMRUNUIDEgQVMgeCAtLSBh"));
  EXPECT_NE(text.find("improvementNotation"), std::string::npos);
  EXPECT_EQ(root.Find("effectivePeriod")->FindString("end"), "2026-12-31");
}

TEST(CountyCore, IsAGoodPack) {
  const Result<Pack> pack = ParsePack(CountyCore());
  ASSERT_TRUE(pack.ok()) << pack.error().en;
  const Result<Pack> merged = MergePacks({*pack});
  ASSERT_TRUE(merged.ok()) << merged.error().en;
  EXPECT_GE(pack->measures.size(), 18u);
  EXPECT_GE(pack->actions.size(), 10u);
  for (const Measure& measure : pack->measures) EXPECT_TRUE(json::Document::Parse(MeasureAsFhir(*pack, measure)).ok()) << measure.id;
}

TEST(CountyCore, EveryIcd10CategoryHasOneGroup) {
  const Pack pack = ParsePack(CountyCore()).value();
  for (char letter = 'A'; letter <= 'Z'; ++letter)
    for (int number = 0; number < 100; ++number) {
      const std::string category = {letter, static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
      int groups = 0;
      for (const DiseaseGroup& group : pack.disease_groups)
        for (const auto& [first, last] : group.categories) groups += first <= category && category <= last;
      // A10–A14 and B10–B14 are not in ICD-10.
      const bool exists = !((letter == 'A' || letter == 'B') && number >= 10 && number <= 14);
      EXPECT_EQ(groups, exists ? 1 : 0) << category;
    }
}

TEST(CountyCore, OwnTargetsSaySo) {
  const Pack pack = ParsePack(CountyCore()).value();
  int targets = 0;
  for (const Measure& measure : pack.measures) {
    if (!measure.target) continue;
    ++targets;
    const Source& source = measure.target->source;
    if (source.mark == "K" || source.mark == "K-low") {
      EXPECT_NE(source.title.en.find("county's own default, change it"), std::string::npos) << measure.id;
      EXPECT_NE(source.title.zh.find("请修改"), std::string::npos) << measure.id;
    }
  }
  EXPECT_GE(targets, 4);
}

}  // namespace
}  // namespace qianxian::pack
