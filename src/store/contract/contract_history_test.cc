// History, the feed, snapshots at t, subscriptions.
#include <future>

#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

TEST_P(StoreContract, HistoryIsNewestFirst) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"))});
  clock_.Advance(1'000'000);
  MustCommit({Put("Patient", "b", Json("Patient", "b"))});
  clock_.Advance(1'000'000);
  const Instant later = MustCommit({Put("Patient", "a", Json("Patient", "a", R"("active":true)"))}).at;
  clock_.Advance(1'000'000);
  MustCommit({Delete("Patient", "a"), Put("Encounter", "e", Json("Encounter", "e"))});

  const auto instance = Snap()->History("Patient", "a", std::nullopt, 10, "").value();
  EXPECT_EQ(instance.total, 3u);
  ASSERT_EQ(instance.versions.size(), 3u);
  EXPECT_TRUE(instance.versions[0].deleted);
  EXPECT_TRUE(instance.versions[0].body.empty());
  EXPECT_EQ(instance.versions[0].version, 3u);
  EXPECT_EQ(instance.versions[1].version, 2u);
  EXPECT_EQ(instance.versions[2].version, 1u);

  EXPECT_EQ(Snap()->History("Patient", "", std::nullopt, 10, "")->total, 4u);
  EXPECT_EQ(Snap()->History("", "", std::nullopt, 10, "")->total, 5u);
  EXPECT_EQ(Snap()->History("", "", later, 10, "")->total, 3u);
  EXPECT_EQ(Snap()->History("Patient", "a", later, 10, "")->total, 2u);
  const auto nobody = Snap()->History("Patient", "zzz", std::nullopt, 10, "");
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.error().code, "no-such-resource");
}

TEST_P(StoreContract, HistoryPagesCoverAllOnceWhileOthersWrite) {
  for (int i = 0; i < 23; ++i) {
    const std::string id = std::to_string(i % 5);
    MustCommit({Put("Patient", id, Json("Patient", id, R"("multipleBirthInteger":)" + std::to_string(i)))});
  }
  std::vector<std::string> seen;
  std::string place;
  int pages = 0;
  do {
    const auto page = Snap()->History("Patient", "", std::nullopt, 4, place).value();
    EXPECT_EQ(page.total, 23u);
    for (const Resource& version : page.versions) {
      seen.push_back(version.id + "/" + std::to_string(version.version));
    }
    place = page.next;
    MustCommit({Put("Patient", "new" + std::to_string(pages++), R"({"resourceType":"Patient"})")});
  } while (!place.empty() && pages < 100);
  EXPECT_EQ(pages, 6);
  EXPECT_EQ(seen.size(), 23u);
  const auto sorted = Sorted(seen);
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << "none twice";
}

TEST_P(StoreContract, OldVersionsAreRead) {
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"male")"))});
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"female")"))});
  MustCommit({Delete("Patient", "a")});
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"other")"))});
  const auto snapshot = Snap();
  EXPECT_NE(snapshot->ReadVersion("Patient", "a", 1)->body.find("\"male\""), std::string::npos);
  EXPECT_NE(snapshot->ReadVersion("Patient", "a", 2)->body.find("\"female\""), std::string::npos);
  EXPECT_EQ(snapshot->ReadVersion("Patient", "a", 3).error().code, "deleted");
  EXPECT_NE(snapshot->ReadVersion("Patient", "a", 4)->body.find("\"other\""), std::string::npos);
  for (uint64_t none : {0u, 5u}) {
    EXPECT_EQ(snapshot->ReadVersion("Patient", "a", none).error().code, "no-such-resource");
  }
  EXPECT_EQ(snapshot->ReadVersion("Patient", "b", 1).error().code, "no-such-resource");
}

TEST_P(StoreContract, OldVersionsOfWhatWasReferredToFirst) {
  MustCommit({Put("Encounter", "e", Json("Encounter", "e", R"("subject":{"reference":"Patient/a"})"))});
  EXPECT_EQ(ReadCode("Patient", "a", system_), "no-such-resource");
  EXPECT_EQ(Snap()->ReadVersion("Patient", "a", 1).error().code, "no-such-resource");
  EXPECT_FALSE(Snap()->History("Patient", "a", std::nullopt, 10, "").ok());
  EXPECT_EQ(Snap()->Count("Patient").value(), 0u);
  EXPECT_EQ(MustCommit({Put("Patient", "a", Json("Patient", "a"))}).changes[0].version, 1u);
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("active":true)"))});
  EXPECT_EQ(Snap()->ReadVersion("Patient", "a", 1)->version, 1u);
  EXPECT_EQ(Snap()->ReadVersion("Patient", "a", 2)->version, 2u);
  EXPECT_EQ(Snap()->History("Patient", "a", std::nullopt, 10, "")->total, 2u);
  EXPECT_EQ(Ids(Search("Encounter", "subject=Patient/a").matches), std::vector<std::string>{"Encounter/e"});
  EXPECT_EQ(Snap()->Count("Patient").value(), 1u);
}

TEST_P(StoreContract, SnapshotsStayWhatTheyWere) {
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"male")")),
              Put("Patient", "b", Json("Patient", "b", R"("gender":"male")"))});
  const auto old = Snap();
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"female")"))});
  MustCommit({Delete("Patient", "b"), Put("Patient", "c", Json("Patient", "c", R"("gender":"male")"))});
  const auto look = [&](Snapshot& snapshot) {
    const auto query = search::Query::ParseText(R4Parameters(), "Patient", "gender=male&_total=accurate").value();
    const auto page = snapshot.Search(query).value();
    EXPECT_EQ(page.total, page.matches.size());
    return Sorted(Ids(page.matches));
  };
  const std::vector<std::string> first = {"Patient/a", "Patient/b"};
  EXPECT_EQ(look(*old), first);
  EXPECT_EQ(look(*Snap(1)), first);
  EXPECT_EQ(look(*Snap(2)), std::vector<std::string>{"Patient/b"});
  EXPECT_EQ(look(*Snap(3)), std::vector<std::string>{"Patient/c"});
  EXPECT_TRUE(look(*Snap(0)).empty());
  EXPECT_EQ(old->Read("Patient", "a")->version, 1u);
  EXPECT_EQ(old->Read("Patient", "b")->version, 1u);
  EXPECT_EQ(old->Read("Patient", "c").error().code, "no-such-resource");
  EXPECT_EQ(old->Count("Patient").value(), 2u);
  EXPECT_EQ(old->History("", "", std::nullopt, 10, "")->total, 2u);
  EXPECT_EQ(old->ReadVersion("Patient", "a", 2).error().code, "no-such-resource");
  EXPECT_EQ(Ids(old->Scan("Patient", "", 10).value()), first);
  const auto beyond = store_->OpenSnapshot(system_, 4);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().code, "no-such-t");
}

TEST_P(StoreContract, ScanGoesThroughATypeInOrderOfIds) {
  std::vector<Change> changes;
  for (int i = 0; i < 25; ++i) {
    const std::string id = "p" + std::to_string(i * 7 % 25 + 10);
    changes.push_back(Put("Patient", id, Json("Patient", id)));
  }
  MustCommit(changes);
  MustCommit({Delete("Patient", "p12"), Put("Encounter", "p13", Json("Encounter", "p13"))});
  std::vector<std::string> seen;
  std::string after;
  for (;;) {
    const auto piece = Snap()->Scan("Patient", after, 7).value();
    for (const Resource& resource : piece) seen.push_back(resource.id);
    if (piece.empty()) break;
    after = piece.back().id;
  }
  EXPECT_EQ(seen.size(), 24u);
  EXPECT_EQ(seen, Sorted(seen));
}

TEST_P(StoreContract, TheFeedGivesWholeCommitsInOrder) {
  MustCommit({Put("Patient", "a", Json("Patient", "a")), Put("Patient", "b", Json("Patient", "b"))});
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("active":true)"))});
  MustCommit({Delete("Patient", "b"), Put("Patient", "c", Json("Patient", "c")), Put("Patient", "d", Json("Patient", "d"))});
  EXPECT_EQ(store_->ReadFeed(system_, 0, 1).value().size(), 2u) << "the first commit, whole";
  EXPECT_EQ(store_->ReadFeed(system_, 0, 3).value().size(), 3u);
  const auto all = store_->ReadFeed(system_, 0, 100).value();
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[2].t, 2u);
  EXPECT_EQ(all[2].version, 2u);
  EXPECT_TRUE(all[3].deleted);
  EXPECT_EQ(store_->ReadFeed(system_, 2, 100).value().size(), 3u);
  EXPECT_TRUE(store_->ReadFeed(system_, 3, 100).value().empty());
  const auto person = store_->ReadFeed(Somebody(access::Role::kDirector, {}), 0, 10);
  ASSERT_FALSE(person.ok());
  EXPECT_EQ(person.error().category, ErrorCategory::kForbidden);
}

TEST_P(StoreContract, ListenersHearOfCommitsUntilTheyAreGone) {
  std::promise<uint64_t> heard;
  std::atomic<bool> told{false};
  auto handle = store_->Subscribe([&](uint64_t t) {
    if (!told.exchange(true)) heard.set_value(t);
  });
  MustCommit({Put("Patient", "a", Json("Patient", "a"))});
  auto future = heard.get_future();
  ASSERT_EQ(future.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(future.get(), 1u);
  std::atomic<int> calls{0};
  auto other = store_->Subscribe([&](uint64_t) { ++calls; });
  other.reset();
  const int before = calls;
  std::promise<void> second;
  auto third = store_->Subscribe([&](uint64_t t) {
    if (t == 2) second.set_value();
  });
  MustCommit({Put("Patient", "b", Json("Patient", "b"))});
  ASSERT_EQ(second.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(calls, before) << "nobody calls a listener whose handle is gone";
}

}  // namespace
}  // namespace qianxian::store
