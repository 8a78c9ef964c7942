#include "base/ids.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/clock.h"

namespace qianxian {
namespace {

TEST(SeededRandom, GivesThePublishedSequence) {
  // xoshiro256** over the splitmix64 state of seed 0, computed with the authors' reference code.
  SeededRandom random(0);
  EXPECT_EQ(random.Next(), 0x99ec5f36cb75f2b4ULL);
  EXPECT_EQ(random.Next(), 0xbf6e1f784956452aULL);
  EXPECT_EQ(random.Next(), 0x1a5f849d4933e6e0ULL);
}

TEST(SeededRandom, RepeatsItselfAndDiffersBySeed) {
  SeededRandom a(42), b(42), c(43);
  bool different = false;
  for (int i = 0; i < 100; ++i) {
    uint64_t next = a.Next();
    EXPECT_EQ(next, b.Next());
    different = different || next != c.Next();
  }
  EXPECT_TRUE(different);
}

TEST(Random, UnitAndBelowStayInRange) {
  SeededRandom random(7);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    double unit = random.NextUnit();
    ASSERT_GE(unit, 0);
    ASSERT_LT(unit, 1);
    sum += unit;
    ASSERT_LT(random.NextBelow(10), 10U);
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
  EXPECT_EQ(random.NextBelow(0), 0U);
}

TEST(Random, FillWritesExactlyTheBytesAskedFor) {
  SystemRandom random;
  for (size_t size = 0; size < 20; ++size) {
    std::string bytes(size + 1, '\x5a');
    std::string before = bytes;
    random.Fill(bytes.data(), size);
    EXPECT_EQ(bytes.back(), '\x5a');
    if (size >= 8) {
      EXPECT_NE(bytes, before);
    }
  }
}

TEST(SystemRandom, DoesNotRepeatWithinOrBetweenThreads) {
  std::vector<std::vector<uint64_t>> drawn(4);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&mine] {
      SystemRandom random;
      for (int i = 0; i < 500; ++i) mine.push_back(random.Next());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<uint64_t> all;
  for (auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 2000U);
}

TEST(Uuid, IsVersionSevenAndSortsByTime) {
  FakeClock clock({1'645'557'742'000'000});  // the instant of the example in RFC 9562, appendix A.6
  SeededRandom random(1);
  std::string last;
  for (int i = 0; i < 3000; ++i) {
    std::string id = NewUuid(clock, random);
    ASSERT_EQ(id.size(), 36U);
    if (i == 0) {
      EXPECT_EQ(id.substr(0, 15), "017f22e2-79b0-7");
    }
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
    for (size_t at : {8U, 13U, 18U, 23U}) EXPECT_EQ(id[at], '-');
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef-"), std::string::npos) << id;
    EXPECT_LT(last, id);
    last = id;
    clock.Advance(1);
  }
}

}  // namespace
}  // namespace qianxian
