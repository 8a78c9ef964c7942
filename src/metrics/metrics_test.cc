#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/temporary_folder.h"
#include "metrics/counters.h"
#include "metrics/process.h"
#include "metrics/strict_parser_for_tests.h"
#include "metrics/text_writer.h"

namespace qianxian::metrics {
namespace {

TEST(Counters, LoseNothingBetweenThreads) {
  Counter counter;
  LatencyHistogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50'000; ++j) {
        counter.Add();
        histogram.Observe(j % 2 == 0 ? 100'000 : 100'001);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 200'000u);
  const LatencyHistogram::Reading reading = histogram.Read();
  EXPECT_EQ(reading.buckets[0], 100'000u) << "a bound belongs to its bucket";
  EXPECT_EQ(reading.buckets[1], 100'000u);
  EXPECT_EQ(reading.nanoseconds, uint64_t{200'000} * 100'000 + 100'000);
}

TEST(Counters, SlowAndBackwardTimesHaveAPlace) {
  LatencyHistogram histogram;
  histogram.Observe(int64_t{3600} * 1'000'000'000);
  histogram.Observe(-5);
  const LatencyHistogram::Reading reading = histogram.Read();
  EXPECT_EQ(reading.buckets.back(), 1u);
  EXPECT_EQ(reading.buckets.front(), 1u);
  EXPECT_EQ(reading.nanoseconds, uint64_t{3600} * 1'000'000'000);
}

TEST(TextWriter, WritesWhatAStrictReaderReads) {
  LatencyHistogram histogram;
  for (int64_t nanoseconds : {50'000, 700'000, 700'000}) histogram.Observe(nanoseconds);
  TextWriter writer;
  writer.Counter("qianxian_things_total", "Things, with a \\ and a\nsecond line.");
  writer.Sample({{"kind", "a \"b\" \\ c\nd"}, {"place", "县"}}, 12345678901.0);
  writer.Sample({{"kind", "other"}, {"place", ""}}, 0);
  writer.Gauge("qianxian_share", "A part.");
  writer.Sample(0.25);
  writer.Histogram("qianxian_wait_seconds", "Waiting.");
  writer.Sample({{"route", "x"}}, histogram.Read());
  const std::string text = writer.Take();
  const ParsedMetrics parsed = StrictParser::Parse(text);
  ASSERT_EQ(parsed.error, "") << text;
  EXPECT_EQ(parsed.types.at("qianxian_things_total"), "counter");
  EXPECT_EQ(parsed.helps.at("qianxian_things_total"), "Things, with a \\\\ and a\\nsecond line.");
  EXPECT_EQ(parsed.Value("qianxian_things_total", {{"kind", "a \"b\" \\ c\nd"}, {"place", "县"}}), 12345678901.0);
  EXPECT_EQ(parsed.Value("qianxian_share"), 0.25);
  EXPECT_EQ(parsed.Value("qianxian_wait_seconds_bucket", {{"route", "x"}, {"le", "0.0001"}}), 1);
  EXPECT_EQ(parsed.Value("qianxian_wait_seconds_bucket", {{"route", "x"}, {"le", "0.001"}}), 3);
  EXPECT_EQ(parsed.Value("qianxian_wait_seconds_bucket", {{"route", "x"}, {"le", "+Inf"}}), 3);
  EXPECT_EQ(parsed.Value("qianxian_wait_seconds_count", {{"route", "x"}}), 3);
  EXPECT_NEAR(parsed.Value("qianxian_wait_seconds_sum", {{"route", "x"}}), 0.00145, 1e-12);
}

TEST(TextWriter, NumbersThatAreNone) {
  TextWriter writer;
  writer.Gauge("g", "Gauge.");
  writer.Sample({{"n", "1"}}, HUGE_VAL);
  writer.Sample({{"n", "2"}}, -HUGE_VAL);
  writer.Sample({{"n", "3"}}, NAN);
  EXPECT_EQ(writer.Take(), "# HELP g Gauge.\n# TYPE g gauge\ng{n=\"1\"} +Inf\ng{n=\"2\"} -Inf\ng{n=\"3\"} NaN\n");
}

// The judge must be able to say no.
TEST(StrictParser, RefusesWhatTheFormatDoesNotAllow) {
  const std::string good = "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n";
  EXPECT_EQ(StrictParser::Parse(good).error, "");
  for (const char* bad : {"", "a 1", "a_total 1\n", "# TYPE a_total counter\na_total 1\n", "# HELP a A.\n# TYPE a counter\na 1\n",
                          "# HELP a_total A.\n# TYPE a_total counter\na_total -1\n", "# HELP a_total A.\n# TYPE a_total counter\na_total 1\na_total 2\n",
                          "# HELP a A.\n# TYPE a gauge\na{b=\"\\t\"} 1\n", "# HELP a A.\n# TYPE a gauge\na{b=\"c} 1\n", "# HELP a A.\n# TYPE a gauge\na{} 1\n",
                          "# HELP a A.\n# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n", "# HELP a A.\n# TYPE a gauge\na{b=\"1\",} 1\n", "# HELP a A.\n# TYPE a gauge\na one\n",
                          "# HELP a A.\n# TYPE a gauge\na 1\n# HELP b B.\n# TYPE b gauge\na{x=\"1\"} 1\n", "# HELP a \\x\n# TYPE a gauge\na 1\n", "# HELP a A.\n# TYPE a gauge\n\na 1\n",
                          "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
                          "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
                          "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n"}) {
    EXPECT_NE(StrictParser::Parse(bad).error, "") << bad;
  }
}

TEST(Process, SaysWhatThisProcessUses) {
  const Result<ProcessFigures> before = ReadProcess();
  ASSERT_TRUE(before.ok()) << Describe(before.error());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  EXPECT_NEAR(before->cpu_seconds, cpu, 0.5);
  EXPECT_GT(before->resident_bytes, 1u << 20);
  EXPECT_GT(before->virtual_bytes, before->resident_bytes);
  const double now = static_cast<double>(SystemClock().Now().microseconds) / 1e6;
  EXPECT_LT(before->start_seconds, now + 2);
  EXPECT_GT(before->start_seconds, now - 600);
  const int more = dup(0);
  ASSERT_GE(more, 0);
  EXPECT_EQ(ReadProcess()->open_descriptors, before->open_descriptors + 1);
  close(more);
  EXPECT_GT(before->most_descriptors, before->open_descriptors);
}

TEST(Disk, HasRoomOrIsNotThere) {
  TemporaryFolder folder;
  const Result<DiskRoom> room = ReadDisk(folder.path());
  ASSERT_TRUE(room.ok());
  EXPECT_GT(room->size_bytes, room->free_bytes);
  EXPECT_EQ(ReadDisk(folder / "none").error().code, "io");
}

}  // namespace
}  // namespace qianxian::metrics
