// `like`: what a file built on another comes to.
#include "pack/like.h"

#include <gtest/gtest.h>

#include "pack/yaml.h"

namespace qianxian::pack::internal {
namespace {

constexpr char kBase[] = R"(id: course
abstract: true
title: {zh: 模板, en: Template}
let:
  site: "'none'"
  high: "%risk = 'high'"
stages:
  - id: risk
    course: prevent
    steps:
      - {id: ask, form: any, who: [village], repeat: {days: 365}}
      - {id: tell, form: tell, who: [village]}
  - {id: treat, course: treat, steps: []}
)";

std::map<std::string, std::string> Expand(std::map<std::string, std::string> files, std::string* error = nullptr) {
  Faults faults;
  auto out = ExpandLikes(files, faults);
  if (error) *error = faults.empty() ? "" : faults.AsError().en;
  else EXPECT_TRUE(faults.empty()) << faults.AsError().en;
  return out;
}

YamlNode Parse(const std::string& text) {
  YamlNode node;
  YamlFault fault;
  EXPECT_TRUE(ParseYaml(text, node, fault)) << fault.en << "\n" << text;
  return node;
}

TEST(Like, OwnKeysAreLaidOverTheOthers) {
  const auto files = Expand({{"pathways/course.yaml", kBase},
                             {"pathways/lung.yaml", "id: lung\nlike: course\nlet:\n  site: \"'lung'\"\n  extra: \"1\"\nstages:\n  - id: risk\n"
                                                    "    steps: [{id: ask, form: lung-risk, who: [township, village]}, {id: new, form: x, who: [county]}]\n"}});
  EXPECT_FALSE(files.contains("pathways/course.yaml"));
  const YamlNode lung = Parse(files.at("pathways/lung.yaml"));
  EXPECT_EQ(lung.Find("id")->text, "lung");
  EXPECT_EQ(lung.Find("like"), nullptr);
  EXPECT_EQ(lung.Find("abstract"), nullptr);
  EXPECT_EQ(lung.Find("title")->Find("zh")->text, "模板");
  EXPECT_EQ(lung.Find("let")->Find("site")->text, "'lung'");
  EXPECT_EQ(lung.Find("let")->Find("high")->text, "%risk = 'high'");
  EXPECT_EQ(lung.Find("let")->Find("extra")->text, "1");
  const YamlNode& stages = *lung.Find("stages");
  ASSERT_EQ(stages.items.size(), 2u);
  const YamlNode& steps = *stages.items[0].Find("steps");
  ASSERT_EQ(steps.items.size(), 3u);
  EXPECT_EQ(steps.items[0].Find("form")->text, "lung-risk");
  EXPECT_EQ(steps.items[0].Find("who")->items.size(), 2u);
  EXPECT_EQ(steps.items[0].Find("repeat")->Find("days")->text, "365");
  EXPECT_EQ(steps.items[1].Find("id")->text, "tell");
  EXPECT_EQ(steps.items[2].Find("id")->text, "new");
  EXPECT_EQ(stages.items[0].Find("course")->text, "prevent");
}

TEST(Like, WhatIsNotConcernedStaysAsItIs) {
  const std::map<std::string, std::string> files = {{"forms/a.yaml", "id: a\n"}, {"measures/m.yaml", "like: it is\n"}, {"pathways/bad.yaml", "like: [\n"}};
  EXPECT_EQ(Expand(files), files);
}

TEST(Like, UnknownAndCircularAreFaults) {
  std::string error;
  Expand({{"pathways/a.yaml", "id: a\nlike: nobody\n"}}, &error);
  EXPECT_NE(error.find("pathways/a.yaml:2"), std::string::npos) << error;
  EXPECT_NE(error.find("pathways/nobody.yaml"), std::string::npos) << error;
  Expand({{"pathways/a.yaml", "id: a\nlike: b\n"}, {"pathways/b.yaml", "id: b\nlike: a\n"}}, &error);
  EXPECT_NE(error.find("circle"), std::string::npos) << error;
}

}  // namespace
}  // namespace qianxian::pack::internal
