#include "store/sqlite/slot_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "store/sqlite/posting.h"

namespace qianxian::store::sqlite {
namespace {

std::vector<Slot> RandomList(SeededRandom& random) {
  const uint64_t sizes[] = {0, 1, 10, 300, 5'000, 40'000};
  const uint64_t spans[] = {100, 5'000, 60'000, 3'000'000};
  const uint64_t span = spans[random.NextBelow(4)];
  std::vector<Slot> list;
  for (uint64_t n = sizes[random.NextBelow(6)]; n > 0; --n) list.push_back(static_cast<Slot>(1 + random.NextBelow(span)));
  return list;
}

TEST(SlotSet, AgreesWithSets) {
  SeededRandom random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const std::vector<Slot> list_a = RandomList(random);
    const std::vector<Slot> list_b = RandomList(random);
    const std::set<Slot> a(list_a.begin(), list_a.end());
    const std::set<Slot> b(list_b.begin(), list_b.end());
    const SlotSet set_a = SlotSet::FromList(list_a);
    const SlotSet set_b = SlotSet::FromList(list_b);
    ASSERT_EQ(set_a.ToList(), std::vector<Slot>(a.begin(), a.end()));
    EXPECT_EQ(set_a.size(), a.size());
    const auto check = [&](auto operation, auto reference) {
      SlotSet set = set_a;
      operation(set);
      std::vector<Slot> expected;
      reference(std::back_inserter(expected));
      EXPECT_EQ(set.ToList(), expected);
      EXPECT_EQ(set.size(), expected.size());
    };
    check([&](SlotSet& set) { set.UnionWith(set_b); },
          [&](auto out) { std::set_union(a.begin(), a.end(), b.begin(), b.end(), out); });
    check([&](SlotSet& set) { set.IntersectWith(set_b); },
          [&](auto out) { std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), out); });
    check([&](SlotSet& set) { set.Subtract(set_b); },
          [&](auto out) { std::set_difference(a.begin(), a.end(), b.begin(), b.end(), out); });
    const Slot middle = static_cast<Slot>(random.NextBelow(70'000));
    check([&](SlotSet& set) { set.DropAbove(middle); },
          [&](auto out) { std::copy(a.begin(), a.upper_bound(middle), out); });
    EXPECT_EQ(set_a.Contains(middle), a.count(middle) != 0);
    std::vector<Slot> after(a.upper_bound(middle), a.end());
    if (after.size() > 17) after.resize(17);
    EXPECT_EQ(set_a.Take(middle, 17), after);
    std::vector<Slot> before(a.begin(), a.lower_bound(middle));
    std::reverse(before.begin(), before.end());
    if (before.size() > 17) before.resize(17);
    EXPECT_EQ(set_a.TakeDescending(middle, 17), before);
    if (!a.empty()) {
      EXPECT_EQ(set_a.Last(), *a.rbegin());
    }
    SlotSet inserted = set_a;
    inserted.Insert(middle + 1);
    EXPECT_TRUE(inserted.Contains(middle + 1));
    EXPECT_EQ(inserted.size(), a.size() + (a.count(middle + 1) == 0 ? 1 : 0));
  }
}

TEST(SlotSet, Ranges) {
  for (const auto& [first, last] : std::vector<std::pair<Slot, Slot>>{{1, 1}, {0, 63}, {64, 64}, {5, 3}, {1, 100'000}, {63, 64}, {99'990, 100'000}}) {
    const SlotSet set = SlotSet::Range(first, last);
    EXPECT_EQ(set.size(), last < first ? 0u : last - first + 1u);
    if (last >= first) {
      EXPECT_TRUE(set.Contains(first));
      EXPECT_TRUE(set.Contains(last));
      EXPECT_FALSE(set.Contains(last + 1));
      if (first > 0) {
        EXPECT_FALSE(set.Contains(first - 1));
      }
    }
  }
}

TEST(SlotSetBuilder, DropsWhatIsLaterThanTheState) {
  SlotSetBuilder builder(500);
  for (Slot slot = 1'000; slot-- > 0;) builder.Add(slot);
  const SlotSet set = builder.Finish();
  EXPECT_EQ(set.size(), 500u);
  EXPECT_EQ(set.Last(), 500u);
}

TEST(Posting, ReadsBackAndRefusesDamage) {
  SeededRandom random(2);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Slot> slots = {static_cast<Slot>(1 + random.NextBelow(1'000))};
    std::string data;
    while (data.size() < kChunkBytes - 5) {
      const auto gap = static_cast<uint32_t>(1 + random.NextBelow(random.NextBelow(4) == 0 ? 1'000'000 : 5));
      AppendGap(data, gap);
      slots.push_back(slots.back() + gap);
    }
    std::vector<Slot> read;
    EXPECT_TRUE(ForEachInChunk(slots[0], data, [&](Slot slot) { read.push_back(slot); }));
    EXPECT_EQ(read, slots);
    data.back() = static_cast<char>(0x80);
    EXPECT_FALSE(ForEachInChunk(slots[0], data, [](Slot) {}));
  }
  EXPECT_FALSE(ForEachInChunk(1, std::string(1, '\0'), [](Slot) {})) << "a gap of nothing";
  EXPECT_FALSE(ForEachInChunk(1, std::string(9, '\xff'), [](Slot) {}));
}

}  // namespace
}  // namespace qianxian::store::sqlite
