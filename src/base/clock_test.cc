#include "base/clock.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "base/file_clock.h"

namespace qianxian {
namespace {

TEST(Clock, FormatsInstants) {
  Instant instant{1'751'358'600'123'456};
  EXPECT_EQ(FormatInstant(instant), "2025-07-01T08:30:00.123Z");
  EXPECT_EQ(FormatInstant(instant, 0), "2025-07-01T08:30:00Z");
  EXPECT_EQ(FormatInstant(instant, 6), "2025-07-01T08:30:00.123456Z");
  EXPECT_EQ(FormatLocalTime(instant), "2025-07-01 16:30:00");
  EXPECT_EQ(FormatLocalTime({1'751'385'600'000'000}), "2025-07-02 00:00:00");
}

TEST(Clock, FormatsInstantsBefore1970) {
  EXPECT_EQ(FormatInstant({-1}, 6), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatInstant({-86'400'000'000}), "1969-12-31T00:00:00.000Z");
  EXPECT_EQ(FormatLocalTime({0}), "1970-01-01 08:00:00");
}

TEST(Clock, ALocalDayBeginsAtMidnightInChina) {
  EXPECT_EQ(LocalDay({1'751'385'600'000'000}), LocalDay({1'751'385'599'999'999}) + 1);
  EXPECT_EQ(LocalDay({0}), 0);
  EXPECT_EQ(LocalDay({-kChinaOffsetMicroseconds}), 0);
  EXPECT_EQ(LocalDay({-kChinaOffsetMicroseconds - 1}), -1);
}

TEST(Clock, FakeClockStandsUntilItIsMoved) {
  FakeClock clock({5});
  EXPECT_EQ(clock.Now().microseconds, 5);
  clock.Advance(10);
  EXPECT_EQ(clock.Now().microseconds, 15);
  EXPECT_EQ(clock.MonotonicNanoseconds(), 15'000);
  clock.Set({1});
  EXPECT_EQ(clock.Now().microseconds, 1);
}

TEST(Clock, SystemClockIsInThisCentury) {
  SystemClock clock;
  EXPECT_GT(clock.Now().microseconds, 1'700'000'000'000'000);
  EXPECT_LT(clock.Now().microseconds, 4'102'444'800'000'000);
  int64_t first = clock.MonotonicNanoseconds();
  EXPECT_GE(clock.MonotonicNanoseconds(), first);
}

TEST(FileClock, ReadsTheInstantAndNeverGoesBack) {
  const std::string path = testing::TempDir() + "/qianxian-clock-" + std::to_string(SystemClock().MonotonicNanoseconds());
  const auto write = [&](const char* text) { std::ofstream(path) << text; };
  EXPECT_FALSE(FileClock::Open(path).ok());
  write("2026-03-02T09:00:00+08:00\n");
  const auto clock = FileClock::Open(path).value();
  EXPECT_EQ(FormatInstant(clock->Now()), "2026-03-02T01:00:00.000Z");
  write("2026-03-03T01:00:00Z");
  EXPECT_EQ(FormatInstant(clock->Now()), "2026-03-03T01:00:00.000Z");
  write("tomorrow");
  EXPECT_EQ(FormatInstant(clock->Now()), "2026-03-03T01:00:00.000Z");
  write("2020-01-01T00:00:00Z");
  EXPECT_EQ(FormatInstant(clock->Now()), "2026-03-03T01:00:00.000Z");
  std::remove(path.c_str());
}

}  // namespace
}  // namespace qianxian
