#include "operate/configuration.h"

#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/limits_rate.h"
#include "base/text.h"

namespace qianxian::operate {
namespace {

// The message of what is wrong; "" = nothing.
std::string Wrong(std::string_view text, bool chinese = false) {
  const Result<Configuration> parsed = Configuration::Parse(text, "q.toml");
  if (parsed.ok()) return "";
  EXPECT_EQ(parsed.error().code, "bad-configuration");
  return chinese ? parsed.error().zh : parsed.error().en;
}

TEST(Configuration, EmptyIsAllDefaults) {
  const Result<Configuration> parsed = Configuration::Parse("", "q.toml");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->Whole("port"), 8080);
  EXPECT_EQ(parsed->Text("address"), "127.0.0.1");
  EXPECT_FALSE(parsed->Given("port"));
  // The defaults of bounds are those that the program has without a file.
  EXPECT_EQ(static_cast<size_t>(parsed->Whole("limits.body_megabytes")) << 20, limits::kHttpBodyBytes);
  EXPECT_EQ(static_cast<uint64_t>(parsed->Whole("limits.upload_megabytes")) << 20, limits::kHttpUploadBytes);
  EXPECT_EQ(static_cast<size_t>(parsed->Whole("limits.connections")), limits::kHttpConnections);
  EXPECT_EQ(static_cast<size_t>(parsed->Whole("limits.queued_requests")), limits::kHttpQueuedRequests);
  EXPECT_EQ(parsed->Whole("limits.workers"), limits::kServeWorkers);
  EXPECT_EQ(parsed->Whole("limits.account_requests_per_second"), limits::kRateAccountPerSecond);
  EXPECT_EQ(parsed->Whole("limits.address_requests_per_second"), limits::kRateAddressPerSecond);
  EXPECT_EQ(parsed->Whole("limits.open_requests_per_second"), limits::kRateOpenPerSecond);
}

TEST(Configuration, ReadsEveryType) {
  const Result<Configuration> parsed = Configuration::Parse(
      "data = '/srv/县'\nport = 9_443\nhooks = [\"a\", 'b:1',\n]\n[log]\nformat = \"json\"\n[backup]\nat = \"23:59\"\n", "q.toml");
  ASSERT_TRUE(parsed.ok()) << Describe(parsed.error());
  EXPECT_EQ(parsed->Text("data"), "/srv/县");
  EXPECT_EQ(parsed->Whole("port"), 9443);
  EXPECT_EQ(parsed->Texts("hooks"), (std::vector<std::string>{"a", "b:1"}));
  EXPECT_EQ(parsed->Text("log.format"), "json");
  EXPECT_TRUE(parsed->Given("log.format"));
  EXPECT_FALSE(parsed->Given("log.level"));
  EXPECT_EQ(Configuration::Parse("log.level = \"error\"", "q").value().Text("log.level"), "error") << "dotted keys are the same";
}

TEST(Configuration, UnknownKeysAreRefusedWithLineAndTheNearest) {
  EXPECT_EQ(Wrong("\nprot = 1\n"), "q.toml:2: there is no key prot; is it port that is meant?");
  EXPECT_EQ(Wrong("\nprot = 1\n", true), "q.toml:2：没有配置项 prot，是否应为 port？");
  EXPECT_EQ(Wrong("[log]\n\nformt = \"json\""), "q.toml:3: there is no key log.formt; is it log.format that is meant?");
  EXPECT_EQ(Wrong("slow_milliseconds = 5"), "q.toml:1: there is no key slow_milliseconds; is it log.slow_milliseconds that is meant?");
  EXPECT_EQ(Wrong("[telemetry_endpoint]\nx = 1"), "q.toml:1: there is no key telemetry_endpoint");
  EXPECT_EQ(Wrong("log = 3"), "q.toml:1: there is no key log") << "a table is no value";
}

TEST(Configuration, WrongTypesAndBoundsAreRefusedAllAtOnce) {
  EXPECT_EQ(Wrong("port = \"8080\"\ndata = 1\nhooks = \"a\"\n[log]\nformat = true\nslow_milliseconds = 1.5\n"),
            "q.toml:1: port must be a whole number\n"
            "q.toml:2: data must be a text in quotes\n"
            "q.toml:3: hooks must be a list of texts: [\"a\", \"b\"]\n"
            "q.toml:5: log.format must be a text in quotes\n"
            "q.toml:6: log.slow_milliseconds must be a whole number");
  EXPECT_EQ(Wrong("port = 65536"), "q.toml:1: port must be from 0 to 65535");
  EXPECT_EQ(Wrong("limits.address_requests_per_second = 1000001"), "q.toml:1: limits.address_requests_per_second must be from 0 to 1000000");
  EXPECT_EQ(Wrong("port = -1"), "q.toml:1: port must be from 0 to 65535");
  EXPECT_EQ(Wrong("hooks = [\"a\",\n 2]"), "q.toml:2: hooks must be a list of texts: [\"a\", \"b\"]");
  EXPECT_EQ(Wrong("log.format = \"xml\""), "q.toml:1: log.format must be one of text, json");
  EXPECT_EQ(Wrong("backup.at = \"24:00\""), "q.toml:1: backup.at: a time of day is 00:00 … 23:59");
  EXPECT_EQ(Wrong("public_address = \"https://county.cn/\""), "q.toml:1: public_address: it is https://HOST[:PORT], without a path");
  EXPECT_EQ(Wrong("public_address = \"county.cn\""), "q.toml:1: public_address: it is https://HOST[:PORT], without a path");
  EXPECT_EQ(Wrong("public_address = \"https://county.cn:8443\""), "");
  EXPECT_EQ(Wrong("data = \"a\\u0000b\""), "q.toml:1: data holds a control character");
}

TEST(Configuration, WhatIsNoTomlSaysWhere) {
  EXPECT_EQ(Wrong("port = 1\n\nport = 2\n").find("q.toml:3: this is no TOML: "), 0u);
  EXPECT_EQ(Wrong("port = 1\n[log\n").find("q.toml:2: this is no TOML: "), 0u);
  EXPECT_EQ(Wrong("data = \"\xff\"").find("q.toml:1: this is no TOML: "), 0u);
  EXPECT_NE(Wrong(std::string(100'000, '[')), "");
  EXPECT_NE(Wrong("hooks = " + std::string(100'000, '[')), "");
  EXPECT_EQ(Wrong(std::string((1 << 20) + 1, '\n')), "q.toml:1: a configuration is not larger than 1 MiB");
}

// Whatever stands in the file: an answer, not a crash.
TEST(Configuration, AnyTextIsAnsweredFor) {
  SeededRandom random(11);
  const std::string good = ConfigurationAsToml() + R"(x = {a = [1, 2.5e3], "b c" = 1979-05-27T07:32:00Z})" + "\n[[list]]\ny = '''a\n'''\n";
  const std::string_view pieces("[]{}\"'=.,#\n\\\0\xff-+_eET:0x", 27);
  size_t refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = good.substr(random.NextBelow(good.size()), random.NextBelow(600));
    for (uint64_t i = random.NextBelow(6); i > 0 && !text.empty(); --i) text[random.NextBelow(text.size())] = pieces[random.NextBelow(pieces.size())];
    if (!Configuration::Parse(text, "q.toml").ok()) ++refused;
  }
  EXPECT_GT(refused, 1000u);
}

TEST(Configuration, ManyMistakesAreCut) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "wrong" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(Split(Wrong(text), '\n').size(), 20u);
}

TEST(Configuration, WhatIsPrintedIsReadAgainAsTheDefaults) {
  const Result<Configuration> parsed = Configuration::Parse(ConfigurationAsToml(), "printed.toml");
  ASSERT_TRUE(parsed.ok()) << Describe(parsed.error());
  const Configuration defaults;
  for (const Key& key : Keys()) {
    EXPECT_TRUE(parsed->Given(key.name)) << key.name << " is not printed";
    switch (key.type) {
      case ValueType::kText: EXPECT_EQ(parsed->Text(key.name), defaults.Text(key.name)); break;
      case ValueType::kWhole: EXPECT_EQ(parsed->Whole(key.name), defaults.Whole(key.name)); break;
      case ValueType::kFlag: EXPECT_EQ(parsed->Flag(key.name), defaults.Flag(key.name)); break;
      case ValueType::kTexts: EXPECT_EQ(parsed->Texts(key.name), defaults.Texts(key.name)); break;
    }
  }
}

TEST(Configuration, TheTableIsWhole) {
  std::set<std::string_view> names;
  for (const Key& key : Keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name << " stands twice";
    EXPECT_FALSE(key.zh.empty() || key.en.empty()) << key.name;
    EXPECT_TRUE(key.type != ValueType::kWhole || key.least < key.most) << key.name;
    EXPECT_TRUE(key.type != ValueType::kText || (StartsWith(key.standard, "\"") && EndsWith(key.standard, "\""))) << key.name;
  }
}

TEST(Configuration, TheHowToHasThisTable) {
  const Result<std::string> page = ReadFile(std::string(QIANXIAN_SOURCE_DIR) + "/docs/howto/configuration.md");
  ASSERT_TRUE(page.ok());
  EXPECT_NE(page->find(ConfigurationAsMarkdown()), std::string::npos) << "put this into docs/howto/configuration.md (qianxian config --format markdown):\n" << ConfigurationAsMarkdown();
}

TEST(TimeOfDay, IsReadStrictly) {
  EXPECT_EQ(ParseTimeOfDay("00:00").value(), 0);
  EXPECT_EQ(ParseTimeOfDay("23:59").value(), 1439);
  for (const char* bad : {"", "2:30", "24:00", "12:60", "12-30", "ab:cd", "12:3x", "012:30", " 2:30"}) EXPECT_EQ(ParseTimeOfDay(bad).error().code, "bad-time") << bad;
}

}  // namespace
}  // namespace qianxian::operate
