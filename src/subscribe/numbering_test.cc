// The contract of numbers: 1, 2, 3 … in the order of commits, each change once, whatever crashes and whatever the disk refuses.
#include <gtest/gtest.h>

#include <set>

#include "base/limits_exchange.h"
#include "subscribe/journal.h"
#include "subscribe/world_for_tests.h"

namespace qianxian::subscribe {
namespace {

std::vector<Event> AllEvents(TestWorld& world, const std::string& id) {
  auto snapshot = world.store->OpenSnapshot(access::SystemCaller("test"), std::nullopt);
  auto events = ReadEvents(**snapshot, id, 1, UINT64_MAX, 1'000'000);
  EXPECT_TRUE(events.ok());
  return std::move(*events);
}

TEST(Numbering, SurvivesCrashesAtAnyMoment) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    TestWorld world;
    SeededRandom dice(seed);
    world.Subscribe("li", "all", TestWorld::Text("all", kEncounters, TestWorld::Hook("id-only")));
    world.Subscribe("li", "some", TestWorld::Text("some", kEncounters, TestWorld::Hook("empty"), "Encounter?status=finished"));
    world.Work();
    std::vector<std::string> committed, finished;
    for (int step = 0; step < 120; ++step) {
      switch (dice.NextBelow(6)) {
        case 0: case 1: case 2: {
          std::string id = "e" + std::to_string(dice.NextBelow(10));
          bool done = dice.NextBelow(2) == 0;
          world.PutEncounter(id, done ? "finished" : "planned");
          committed.push_back(id);
          if (done) finished.push_back(id);
          break;
        }
        case 3: (void)world.service->Follow().ok(); break;
        case 4: world.service->DeliverOne(); break;
        default:
          if (dice.NextBelow(2) == 0) world.store->fail_next = static_cast<int>(dice.NextBelow(3));
          else world.Start();
      }
    }
    world.store->fail_next = 0;
    world.Start();
    world.clock.Advance(3600 * int64_t{1'000'000});
    world.Work();
    for (const auto& [id, expected] : {std::pair{std::string("all"), committed}, std::pair{std::string("some"), finished}}) {
      std::vector<Event> events = AllEvents(world, id);
      ASSERT_EQ(events.size(), expected.size()) << "seed " << seed;
      std::set<std::pair<std::string, uint64_t>> changes;
      for (size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].number, i + 1) << "no hole and no double, seed " << seed;
        EXPECT_EQ(events[i].id, expected[i]) << "in the order of commits";
        EXPECT_TRUE(changes.insert({events[i].id, events[i].version}).second) << "each change once";
        EXPECT_GT(events[i].t, i > 0 ? events[i - 1].t : 0);
      }
      // Delivered at least once, and never out of order: a number that comes again was there before.
      std::set<uint64_t> delivered;
      uint64_t highest = 0;
      for (const std::string& seen : world.Seen(id)) {
        uint64_t number = std::stoull(seen);
        EXPECT_LE(number, highest + 1) << "seed " << seed;
        highest = std::max(highest, number);
        delivered.insert(number);
      }
      EXPECT_EQ(delivered.size(), expected.size()) << "seed " << seed;
    }
  }
}

TEST(Numbering, BlocksAreFoundByNumberAndForgottenWhole) {
  TestWorld world;
  auto& store = *world.store;
  std::vector<store::Change> changes;
  std::vector<Event> events(3 * limits::kSubscriptionBlock + 7);
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].number = i + 1;
    events[i].type = "Encounter";
    events[i].id = "e" + std::to_string(i + 1);
    events[i].interaction = i % 3 == 0 ? Interaction::kCreate : i % 3 == 1 ? Interaction::kUpdate : Interaction::kDelete;
  }
  AppendEvents("s1", events, changes);
  EXPECT_EQ(changes.size(), 4u);
  AppendEvents("s2", {events[0]}, changes);
  ASSERT_TRUE(store.Commit(access::SystemCaller("test"), Request(std::move(changes), "test")).ok());
  auto snapshot = store.OpenSnapshot(access::SystemCaller("test"), std::nullopt);
  for (uint64_t first : {uint64_t{1}, uint64_t{2}, uint64_t{limits::kSubscriptionBlock}, uint64_t{limits::kSubscriptionBlock + 1}, uint64_t{1234}}) {
    auto found = ReadEvents(**snapshot, "s1", first, first + 9, 100);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 10u) << first;
    EXPECT_EQ(found->front().number, first);
    EXPECT_EQ(found->front().id, "e" + std::to_string(first));
    EXPECT_EQ(found->back().interaction, events[first + 8].interaction);
  }
  EXPECT_EQ(ReadEvents(**snapshot, "s1", 1, UINT64_MAX, 3)->size(), 3u);
  EXPECT_EQ(ReadEvents(**snapshot, "s1", 1, UINT64_MAX, 1'000'000)->size(), events.size());
  EXPECT_EQ(ReadEvents(**snapshot, "s2", 1, UINT64_MAX, 100)->size(), 1u);
  EXPECT_EQ(ForgetEvents(**snapshot, "s1", limits::kSubscriptionBlock, 100)->size(), 0u) << "the first block still holds it";
  EXPECT_EQ(ForgetEvents(**snapshot, "s1", limits::kSubscriptionBlock + 1, 100)->size(), 1u);
  EXPECT_EQ(ForgetEvents(**snapshot, "s1", 1'000'000, 100)->size(), 3u) << "the last block stays";
  EXPECT_EQ(ForgetEvents(**snapshot, "s1", UINT64_MAX, 100)->size(), 4u);
  EXPECT_EQ(ForgetEvents(**snapshot, "s1", UINT64_MAX, 2)->size(), 2u);
}

TEST(Numbering, OldEventsAreForgottenButNoneThatWaits) {
  TestWorld world;
  world.Subscribe("li", "s", TestWorld::Text("s", kEncounters, TestWorld::Hook("empty", R"(,"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-max-count","valuePositiveInt":1000}])")));
  world.Work();
  auto put_many = [&](size_t count) {
    store::CommitRequest request;
    request.reason = "test";
    static size_t next = 0;
    for (size_t i = 0; i < count; ++i) {
      store::Change change;
      change.type = "Encounter";
      change.id = "m" + std::to_string(next++);
      change.body = R"({"resourceType":"Encounter","id":")" + change.id + R"(","status":"planned","class":{"code":"IMP"}})";
      request.changes.push_back(std::move(change));
    }
    ASSERT_TRUE(world.store->Commit(access::SystemCaller("test"), std::move(request)).ok());
  };
  world.deaf["s"] = true;
  put_many(limits::kSubscriptionEventsKept + 2 * limits::kSubscriptionBlock);
  ASSERT_TRUE(world.service->Follow().ok());
  EXPECT_EQ(AllEvents(world, "s").size(), limits::kSubscriptionEventsKept + 2 * limits::kSubscriptionBlock) << "none was delivered";
  world.deaf.clear();
  world.Work();
  put_many(limits::kSubscriptionBlock);
  world.Work();
  std::vector<Event> left = AllEvents(world, "s");
  EXPECT_LE(left.size(), limits::kSubscriptionEventsKept + limits::kSubscriptionBlock);
  EXPECT_GE(left.size(), limits::kSubscriptionEventsKept);
  EXPECT_EQ(world.service->Events(world.accounts["li"], "s", 1, 2, std::nullopt).error().code, "events-gone");
}

}  // namespace
}  // namespace qianxian::subscribe
