#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>

namespace qianxian {
namespace {

std::string Written(LogFormat format, std::string_view text, std::initializer_list<LogField> fields) {
  SetLogFormat(format);
  testing::internal::CaptureStderr();
  Log(LogLevel::kInfo, text, fields);
  SetLogFormat(LogFormat::kText);
  return testing::internal::GetCapturedStderr();
}

TEST(LogLine, IsTextForPeople) {
  const std::string line = Written(LogFormat::kText, "request", {{"route", "/api/patients/{}"}, {"milliseconds", {}, 12}});
  EXPECT_TRUE(std::regex_match(line, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info request route=/api/patients/\{\} milliseconds=12\n)"))) << line;
}

TEST(LogLine, IsOneJsonObjectForPrograms) {
  const std::string line = Written(LogFormat::kJson, "a \"b\" \\ c\nd\x01\x7f县", {{"route", "x\ty"}, {"empty", ""}, {"bytes", {}, -3}});
  const size_t from = line.find("\"level\"");
  ASSERT_NE(from, std::string::npos);
  EXPECT_TRUE(std::regex_match(line.substr(0, from), std::regex(R"(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",)"))) << line;
  EXPECT_EQ(line.substr(from), R"("level":"info","text":"a \"b\" \\ c\u000ad\u0001\u007f县","route":"x\u0009y","empty":"","bytes":-3})" "\n");
}

TEST(LogLine, BytesThatAreNoTextDoNotSpoilTheObject) {
  EXPECT_NE(Written(LogFormat::kJson, "a\xff\xc0z", {}).find("\"text\":\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"}"), std::string::npos);
}

TEST(LogLine, NobodyWritesLinesOfHisOwn) {
  for (LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string line = Written(format, "one\r\n2026-01-01T00:00:00.000Z error forged", {{"name", "x\n\"}\nfalse"}});
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
    EXPECT_EQ(line.find('\r'), std::string::npos);
  }
}

TEST(LogLine, SmallerLevelsAreNotWritten) {
  SetLogLevel(LogLevel::kError);
  EXPECT_EQ(Written(LogFormat::kJson, "unseen", {}), "");
  SetLogLevel(LogLevel::kInfo);
}

}  // namespace
}  // namespace qianxian
