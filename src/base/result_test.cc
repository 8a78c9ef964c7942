#include "base/result.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/cancel.h"
#include "base/locked.h"
#include "base/log.h"

namespace qianxian {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return Invalid("odd", "an odd number", "奇数");
  return number / 2;
}

Result<int> Quarter(int number) {
  QX_TRY(int half, Half(number));
  return Half(half);
}

Status CheckEven(int number) {
  QX_DO(Half(number));
  return Ok();
}

TEST(Result, CarriesAValueOrAnError) {
  EXPECT_EQ(Quarter(8).value(), 2);
  ASSERT_FALSE(Quarter(6).ok());
  EXPECT_EQ(Quarter(6).error().code, "odd");
  EXPECT_EQ(Quarter(6).value_or(7), 7);
  EXPECT_TRUE(CheckEven(2).ok());
  EXPECT_EQ(CheckEven(3).error().zh, "奇数");
}

TEST(Result, MovesWhatCannotBeCopied) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
  auto take = [&]() -> Result<int> {
    QX_TRY(std::unique_ptr<int> number, make());
    return *number;
  };
  EXPECT_EQ(take().value(), 5);
}

TEST(Result, NamesEveryCategoryDifferently) {
  std::string seen;
  for (int i = 0; i <= static_cast<int>(ErrorCategory::kFault); ++i) {
    std::string name = "|" + std::string(Name(static_cast<ErrorCategory>(i))) + "|";
    EXPECT_EQ(seen.find(name), std::string::npos) << name;
    seen += name;
  }
}

TEST(Result, DescribesForLogs) {
  EXPECT_EQ(Describe(Invalid("bad-date", "no date", "不是日期")), "invalid bad-date: no date");
  EXPECT_EQ(Describe(Invalid("bad-date", "", "不是日期")), "invalid bad-date: 不是日期");
  EXPECT_EQ(Describe(NotFound("deleted", "")), "not-found deleted");
}

TEST(ResultDeathTest, ValueOfAnErrorStopsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Half(3).value(), "odd: an odd number");
  EXPECT_DEATH(Half(2).error(), "error\\(\\) of a good Result");
}

TEST(Log, KeepsToOneLine) {
  testing::internal::CaptureStderr();
  LogWarning("first\nsecond");
  Log(LogLevel::kDebug, "unseen");
  std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("Z warning first second\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("unseen"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Locked, GivesTheValueUnderItsLock) {
  Locked<std::string> text("a");
  *text.Lock() += "b";
  EXPECT_EQ(*text.Lock(), "ab");
  Cancel cancel;
  EXPECT_FALSE(cancel.requested());
  cancel.Request();
  EXPECT_TRUE(cancel.requested());
}

}  // namespace
}  // namespace qianxian
