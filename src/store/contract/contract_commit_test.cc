// Commits: versions, conditions, atomicity, and that what comes back is what was sent.
#include <thread>

#include "json/value.h"
#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

TEST_P(StoreContract, AnEmptyStoreIsAtZero) {
  EXPECT_EQ(store_->LastT(), 0u);
  EXPECT_EQ(Snap()->t(), 0u);
  EXPECT_EQ(ReadCode("Patient", "p", system_), "no-such-resource");
  EXPECT_EQ(Snap()->Count("Patient").value(), 0u);
  EXPECT_TRUE(store_->ReadFeed(system_, 0, 10).value().empty());
}

TEST_P(StoreContract, CreatesUpdatesDeletesAndCreatesAgain) {
  const CommitReceipt created = MustCommit({Put("Patient", "p", Json("Patient", "p", R"("gender":"male")"))});
  EXPECT_EQ(created.t, 1u);
  EXPECT_EQ(created.changes[0].outcome, Outcome::kCreated);
  EXPECT_EQ(created.changes[0].version, 1u);
  const CommitReceipt updated = MustCommit({Put("Patient", "p", Json("Patient", "p", R"("gender":"female")"))});
  EXPECT_EQ(updated.t, 2u);
  EXPECT_EQ(updated.changes[0].outcome, Outcome::kUpdated);
  EXPECT_EQ(updated.changes[0].version, 2u);
  const CommitReceipt deleted = MustCommit({Delete("Patient", "p")});
  EXPECT_EQ(deleted.changes[0].outcome, Outcome::kDeleted);
  EXPECT_EQ(deleted.changes[0].version, 3u);
  EXPECT_EQ(ReadCode("Patient", "p", system_), "deleted");
  const CommitReceipt again = MustCommit({Delete("Patient", "p")});
  EXPECT_EQ(again.changes[0].outcome, Outcome::kAlreadyDeleted);
  EXPECT_EQ(again.t, 3u) << "nothing was written";
  const CommitReceipt reborn = MustCommit({Put("Patient", "p", Json("Patient", "p"))});
  EXPECT_EQ(reborn.changes[0].outcome, Outcome::kCreated);
  EXPECT_EQ(reborn.changes[0].version, 4u);
  EXPECT_EQ(ReadCode("Patient", "p", system_), "ok");
  EXPECT_EQ(MustCommit({Delete("Patient", "never")}).changes[0].outcome, Outcome::kAlreadyDeleted);
}

TEST_P(StoreContract, GivesBackWhatWasSentButForIdAndMeta) {
  const std::string bodies[] = {
      R"({"resourceType":"Patient","id":"x","gender":"male"})",
      R"({"gender":"male","resourceType":"Patient"})",
      R"({"resourceType" : "Patient" , "meta":{"profile":["http://a/b"],"versionId":"77","lastUpdated":"1999-01-01T00:00:00Z"}, "id" : "x"})",
      "{\n  \"meta\" : { \"tag\" : [ { \"code\" : \"\\u4e2d\" } ] },\n  \"resourceType\" : \"Patient\"\n}",
      R"({"resourceType":"Patient","meta":{},"multipleBirthInteger":1.50,"text":{"status":"generated","div":"<div>中文 \"引号\"</div>"}})",
      R"({"id":"x","resourceType":"Patient","extension":[{"url":"u","valueDecimal":1.10e2}]})",
  };
  uint64_t version = 0;
  for (const std::string& body : bodies) {
    clock_.Advance(1'000'000);
    MustCommit({Put("Patient", "x", body)});
    ++version;
    const auto resource = Snap()->Read("Patient", "x");
    ASSERT_TRUE(resource.ok());
    const auto given = json::Document::Parse(resource->body);
    ASSERT_TRUE(given.ok()) << resource->body;
    const json::Value root = given->root();
    EXPECT_EQ(root.FindString("id"), "x");
    ASSERT_TRUE(root.Find("meta"));
    EXPECT_EQ(root.Find("meta")->FindString("versionId"), std::to_string(version));
    EXPECT_EQ(root.Find("meta")->FindString("lastUpdated"), FormatInstant(resource->last_updated));
    // Everything else is the same text in the same order.
    const auto sent = json::Document::Parse(body);
    std::vector<std::pair<std::string, std::string>> sent_members, given_members;
    const auto collect = [](json::Value value, auto& out) {
      for (const json::Member& member : value.Members()) {
        if (member.name == "id") continue;
        if (member.name == "meta") {
          for (const json::Member& inner : member.value.Members()) {
            if (inner.name != "versionId" && inner.name != "lastUpdated") {
              out.emplace_back("meta." + std::string(inner.name), inner.value.Raw());
            }
          }
          continue;
        }
        out.emplace_back(member.name, member.value.Raw());
      }
    };
    collect(sent->root(), sent_members);
    collect(root, given_members);
    EXPECT_EQ(sent_members, given_members) << body;
  }
}

TEST_P(StoreContract, WhatComesBackIsEqualWhenSentAgain) {
  MustCommit({Put("Patient", "x", R"({"resourceType":"Patient","gender":"male"})")});
  Change again = Put("Patient", "x", Snap()->Read("Patient", "x")->body);
  again.skip_if_equal = true;
  const CommitReceipt receipt = MustCommit({again});
  EXPECT_EQ(receipt.changes[0].outcome, Outcome::kUnchanged);
  EXPECT_EQ(receipt.changes[0].version, 1u);
  EXPECT_EQ(receipt.t, 1u);
  EXPECT_EQ(store_->LastT(), 1u);
  Change other = Put("Patient", "x", R"({"resourceType":"Patient","gender":"female"})");
  other.skip_if_equal = true;
  EXPECT_EQ(MustCommit({other}).changes[0].outcome, Outcome::kUpdated);
  Change moved = other;
  moved.owner = "H1";
  EXPECT_EQ(MustCommit({moved}).changes[0].outcome, Outcome::kUpdated) << "another owner is a change";
  MustCommit({Delete("Patient", "x")});
  EXPECT_EQ(MustCommit({moved}).changes[0].outcome, Outcome::kCreated) << "what is deleted is not equal";
}

TEST_P(StoreContract, KeepsToIfMatch) {
  Change change = Put("Patient", "x", Json("Patient", "x"));
  change.if_version = 1;
  EXPECT_EQ(CommitCode({change}), "version-conflict");
  change.if_version = 0;
  EXPECT_EQ(CommitCode({change}), "ok");
  EXPECT_EQ(CommitCode({change}), "already-exists");
  change.if_version = 2;
  EXPECT_EQ(CommitCode({change}), "version-conflict");
  change.if_version = 1;
  EXPECT_EQ(CommitCode({change}), "ok");
  Change gone = Delete("Patient", "x");
  gone.if_version = 1;
  EXPECT_EQ(CommitCode({gone}), "version-conflict");
  gone.if_version = 2;
  EXPECT_EQ(CommitCode({gone}), "ok");
  change.if_version = 3;
  EXPECT_EQ(CommitCode({change}), "version-conflict") << "what is deleted has no current version";
  change.if_version = 0;
  EXPECT_EQ(CommitCode({change}), "ok");
}

TEST_P(StoreContract, IsAtomic) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"))});
  Change conflict = Put("Patient", "a", Json("Patient", "a"));
  conflict.if_version = 9;
  EXPECT_EQ(CommitCode({Put("Patient", "b", Json("Patient", "b")), Delete("Patient", "a"), conflict}),
            "version-conflict");
  EXPECT_EQ(store_->LastT(), 1u);
  EXPECT_EQ(ReadCode("Patient", "b", system_), "no-such-resource");
  EXPECT_EQ(ReadCode("Patient", "a", system_), "ok");
  EXPECT_EQ(Search("Patient", "_summary=count").total, 1u);
  // Nothing of it stays in the way.
  EXPECT_EQ(MustCommit({Put("Patient", "b", Json("Patient", "b"))}).changes[0].version, 1u);
}

TEST_P(StoreContract, OneCommitMayChangeAResourceTwice) {
  Change second = Put("Patient", "a", Json("Patient", "a", R"("gender":"female")"));
  second.if_version = 1;
  const CommitReceipt receipt = MustCommit({Put("Patient", "a", Json("Patient", "a")), second, Delete("Patient", "a"),
                                            Put("Patient", "a", Json("Patient", "a", R"("gender":"other")"))});
  EXPECT_EQ(receipt.changes[3].version, 4u);
  EXPECT_EQ(receipt.changes[3].outcome, Outcome::kCreated);
  EXPECT_EQ(Search("Patient", "gender=other").matches.size(), 1u);
  EXPECT_EQ(Search("Patient", "gender=female").matches.size(), 0u);
  EXPECT_EQ(Snap()->History("Patient", "a", std::nullopt, 10, "")->total, 4u);
}

TEST_P(StoreContract, RefusesWhatIsNoResource) {
  EXPECT_EQ(CommitCode({Put("Patient", "a", "[]")}), "not-a-resource");
  EXPECT_EQ(CommitCode({Put("Patient", "a", "{")}), "bad-json");
  EXPECT_EQ(CommitCode({Put("Patient", "a", Json("Encounter", "a"))}), "wrong-type");
  EXPECT_EQ(CommitCode({Put("Patient", "a", Json("Patient", "b"))}), "wrong-id");
  EXPECT_EQ(CommitCode({Put("Patient", "a/b", R"({"resourceType":"Patient"})")}), "bad-id");
  EXPECT_EQ(CommitCode({Put("Patient", std::string(65, 'a'), R"({"resourceType":"Patient"})")}), "bad-id");
  EXPECT_EQ(CommitCode({Put("patient'", "a", R"({"resourceType":"Patient"})")}), "bad-type");
  EXPECT_EQ(CommitCode({Put("Patient", "a", R"({"resourceType":"Patient","meta":3})")}), "not-a-resource");
  EXPECT_EQ(store_->LastT(), 0u);
}

TEST_P(StoreContract, TimeNeverGoesBack) {
  const CommitReceipt first = MustCommit({Put("Patient", "a", Json("Patient", "a"))});
  clock_.Advance(-3'600'000'000);
  const CommitReceipt second = MustCommit({Put("Patient", "a", Json("Patient", "a", R"("active":true)"))});
  EXPECT_GE(second.at, first.at);
  EXPECT_EQ(second.changes[0].version, 2u);
  EXPECT_GE(Snap()->Read("Patient", "a")->last_updated, first.at);
}

TEST_P(StoreContract, KeepsTheOwnerWhenAsked) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"), "H1")});
  Change change = Put("Patient", "a", Json("Patient", "a", R"("active":true)"), "H2");
  change.keep_owner = true;
  MustCommit({change});
  EXPECT_EQ(Snap()->Read("Patient", "a")->owner, "H1");
  change.keep_owner = false;
  MustCommit({change});
  EXPECT_EQ(Snap()->Read("Patient", "a")->owner, "H2");
  MustCommit({Delete("Patient", "a")});
  EXPECT_EQ(Snap()->History("Patient", "a", std::nullopt, 1, "")->versions[0].owner, "H2");
}

TEST_P(StoreContract, ManyThreadsCommitAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kCommits = 25;
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        const auto receipt = store_->Commit(
            system_, {{Put("Patient", id, Json("Patient", id)),
                       Put("Encounter", id, Json("Encounter", id, R"("subject":{"reference":"Patient/)" + id + "\"}"))},
                      "test"});
        if (!receipt.ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(store_->LastT(), static_cast<uint64_t>(kThreads * kCommits));
  EXPECT_EQ(Snap()->Count("Patient").value(), static_cast<uint64_t>(kThreads * kCommits));
  const auto feed = store_->ReadFeed(system_, 0, 100'000).value();
  ASSERT_EQ(feed.size(), 2u * kThreads * kCommits);
  for (size_t i = 0; i < feed.size(); i += 2) {
    EXPECT_EQ(feed[i].t, i / 2 + 1);
    EXPECT_EQ(feed[i].t, feed[i + 1].t);
    EXPECT_EQ(feed[i].id, feed[i + 1].id) << "two changes of one commit stay together";
  }
  EXPECT_TRUE(store_->Check(system_)->good());
}

TEST_P(StoreContract, OnlyOneOfManyWinsAVersion) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"))});
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      Change change = Put("Patient", "a", Json("Patient", "a", R"("active":true)"));
      change.if_version = 1;
      if (store_->Commit(system_, {{change}, "test"}).ok()) ++won;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(Snap()->Read("Patient", "a")->version, 2u);
}

}  // namespace
}  // namespace qianxian::store
