// The record's own search parameters in this engine: what stands in its tables, across processes that are killed and releases that
// know nothing of them. What they mean: contract/contract_custom_test.cc.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/limits_search_parameters.h"
#include "search/custom_parameters.h"
#include "store/backup.h"
#include "store/contract/contract.h"
#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {
namespace {

const access::Caller kSystem = access::SystemCaller("test");

Change Defines(const std::string& id, const std::string& expression) {
  return Put("SearchParameter", id, Json("SearchParameter", id, R"("status":"active","code":"c-)" + id + R"(","type":"token","base":["Patient"],"expression":")" + expression + "\""));
}

std::vector<Change> Patients(size_t from, size_t count) {
  std::vector<Change> changes;
  for (size_t i = from; i < from + count; ++i) {
    changes.push_back(Put("Patient", "p" + std::to_string(i), Json("Patient", "p" + std::to_string(i), R"("extension":[{"url":"urn:x","valueCode":"v)" + std::to_string(i % 7) + "\"}]")));
  }
  return changes;
}

class CustomIndexTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    return OpenSqliteStore({.directory = folder_.path(), .parameters = parameters_.get(), .clock = &clock_, .random = &random_}).value();
  }
  Result<SearchPage> Ask(Store& store, const std::string& text) {
    QX_TRY(search::Query query, search::Query::ParseText(*parameters_, "Patient", text + "&_summary=count"));
    return store.OpenSnapshot(kSystem).value()->Search(query);
  }
  std::string Count(Store& store, const std::string& text) {
    const auto page = Ask(store, text);
    return page.ok() ? std::to_string(*page->total) : page.error().code;
  }
  int64_t Number(const std::string& sql) {
    const auto database = Database::Open(folder_.path() + "/record.db", Database::Mode::kRead, 1'000).value();
    return database->QueryInteger(sql).value();
  }
  void Execute(const std::string& sql) {
    const auto database = Database::Open(folder_.path() + "/record.db", Database::Mode::kWrite, 10'000).value();
    ASSERT_TRUE(database->Execute(sql).ok()) << sql;
  }
  void ExpectGood(Store& store) {
    const CheckReport report = store.Check(kSystem).value();
    for (const auto& line : report.lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
  }

  // The process that is killed: every round changes what is indexed, and goes on writing.
  [[noreturn]] void RunUntilKilled(int round, int pipe) {
    auto store = OpenSqliteStore({.directory = folder_.path(), .parameters = parameters_.get(), .clock = &clock_, .random = &random_});
    if (!store.ok()) _exit(2);
    const std::string expression = round % 2 == 0 ? "Patient.extension('urn:x').value" : "Patient.extension('urn:x').value.ofType(code)";
    if (!(*store)->Commit(kSystem, {{Defines("a", expression)}, "test"}).ok()) _exit(3);
    for (size_t n = 0;; ++n) {
      if (!(*store)->Commit(kSystem, {Patients(100'000 * static_cast<size_t>(round + 1) + n, 1), "test"}).ok() || write(pipe, "x", 1) != 1) _exit(4);
    }
  }

  std::unique_ptr<const search::Parameters> parameters_ = R4Parameters().Share();
  FakeClock clock_;
  SeededRandom random_{5};
  ContractFolder folder_;
};

TEST_F(CustomIndexTest, CostsNothingWithoutAny) {
  auto store = Open();
  ASSERT_TRUE(store->Commit(kSystem, {Patients(0, 3), "test"}).ok());
  EXPECT_EQ(Number("SELECT count(*) FROM custom_parameter"), 0);
  EXPECT_EQ(Number("SELECT count(*) FROM setting WHERE name LIKE 'custom%'"), 0);
  EXPECT_EQ(parameters_->custom(), nullptr);
}

TEST_F(CustomIndexTest, TakesManyPiecesAndCleansUp) {
  auto store = Open();
  const size_t patients = limits::kCustomIndexBatch * 2 + 50;
  for (size_t i = 0; i < patients; i += 1'000) ASSERT_TRUE(store->Commit(kSystem, {Patients(i, std::min<size_t>(1'000, patients - i)), "test"}).ok());
  ASSERT_TRUE(store->Commit(kSystem, {{Defines("a", "Patient.extension('urn:x').value"), Defines("b", "Patient.extension('urn:x').value.ofType(code)")}, "test"}).ok());
  const std::string early = Count(*store, "c-a=v1");
  const std::string all = std::to_string((patients + 5) / 7);
  EXPECT_TRUE(early == all || early == search::kNotIndexedYet) << early << ": never a part of the answer";
  ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
  EXPECT_EQ(Count(*store, "c-a=v1"), all);
  EXPECT_EQ(Count(*store, "c-b=v1"), all);
  EXPECT_EQ(Count(*store, "c-a:missing=true"), "0");
  const auto sorted = search::Query::ParseText(*parameters_, "Patient", "_sort=-c-a,_id&_count=2").value();
  const auto page = store->OpenSnapshot(kSystem).value()->Search(sorted).value();
  EXPECT_EQ(Ids(page.matches), (std::vector<std::string>{"Patient/p1000", "Patient/p1007"})) << "more than are sorted by their bodies";
  ExpectGood(*store);
  EXPECT_GT(Number("SELECT count(*) FROM posting_1 WHERE parameter BETWEEN 32768 AND 65535"), 0);
  ASSERT_TRUE(store->Commit(kSystem, {{Delete("SearchParameter", "a")}, "test"}).ok());
  ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
  EXPECT_EQ(Number("SELECT count(*) FROM custom_parameter"), 1);
  EXPECT_EQ(Number("SELECT count(DISTINCT parameter) FROM posting_1 WHERE parameter BETWEEN 32768 AND 65535"), 1);
  EXPECT_EQ(Count(*store, "c-b=v1"), all);
  EXPECT_EQ(Count(*store, "c-a=v1"), "unknown-parameter");
  ExpectGood(*store);
}

// The set of a process may be behind: the table decides, in the view that the search reads.
TEST_F(CustomIndexTest, AsksTheTableAtLast) {
  auto store = Open();
  ASSERT_TRUE(store->Commit(kSystem, {Patients(0, 10), "test"}).ok());
  ASSERT_TRUE(store->Commit(kSystem, {{Defines("a", "Patient.extension('urn:x').value")}, "test"}).ok());
  ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
  const auto query = search::Query::ParseText(*parameters_, "Patient", "c-a=v1").value();
  EXPECT_TRUE(store->OpenSnapshot(kSystem).value()->Search(query).ok());
  Execute("UPDATE custom_parameter SET done = 2");
  EXPECT_EQ(store->OpenSnapshot(kSystem).value()->Search(query).error().code, search::kNotIndexedYet);
  Execute("UPDATE custom_parameter SET done = upto, serial = serial + 1");
  EXPECT_EQ(store->OpenSnapshot(kSystem).value()->Search(query).error().code, "parameter-changed");
}

// An earlier release writes to the record and leaves no rows of parameters that it does not know.
TEST_F(CustomIndexTest, IsMadeAgainAfterAnEarlierRelease) {
  {
    auto store = Open();
    ASSERT_TRUE(store->Commit(kSystem, {{Defines("a", "Patient.extension('urn:x').value")}, "test"}).ok());
    ASSERT_TRUE(store->Commit(kSystem, {Patients(0, 14), "test"}).ok());
    ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
    EXPECT_EQ(Count(*store, "c-a=v1"), "2");
  }
  // As if the last commit had been its.
  Execute("DELETE FROM posting_1 WHERE parameter BETWEEN 32768 AND 65535; DELETE FROM label_1 WHERE parameter BETWEEN 32768 AND 65535; "
          "UPDATE setting SET value = value - 1 WHERE name = 'custom_through'");
  auto store = Open();
  ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
  EXPECT_EQ(Count(*store, "c-a=v1"), "2");
  ExpectGood(*store);
}

TEST_F(CustomIndexTest, TakesUpWhatAnEarlierReleaseKept) {
  {
    auto store = Open();
    ASSERT_TRUE(store->Commit(kSystem, {Patients(0, 14), "test"}).ok());
    ASSERT_TRUE(store->Commit(kSystem, {{Defines("a", "Patient.extension('urn:x').value")}, "test"}).ok());
  }
  Execute("DROP TABLE custom_parameter; DELETE FROM setting WHERE name LIKE 'custom%'; DELETE FROM posting_1 WHERE parameter BETWEEN 32768 AND 65535");
  auto store = Open();
  ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
  EXPECT_EQ(Count(*store, "c-a=v1"), "2");
  ExpectGood(*store);
}

TEST_F(CustomIndexTest, ComesBackWithABackup) {
  {
    auto store = Open();
    ASSERT_TRUE(store->Commit(kSystem, {Patients(0, 14), "test"}).ok());
    ASSERT_TRUE(store->Commit(kSystem, {{Defines("a", "Patient.extension('urn:x').value")}, "test"}).ok());
    ASSERT_TRUE(store->Commit(kSystem, {Patients(14, 7), "test"}).ok());
    ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
    ASSERT_TRUE(BackUp(kSystem, folder_.path(), folder_.path() + "/backup", clock_).ok());
  }
  for (const auto& [t, count] : std::map<std::optional<uint64_t>, std::string>{{std::nullopt, "3"}, {2, "2"}, {1, "unknown-parameter"}}) {
    const std::string directory = folder_.path() + "/restored" + std::to_string(t.value_or(0));
    ASSERT_TRUE(Restore(kSystem, folder_.path() + "/backup", directory, t, clock_).ok());
    auto store = OpenSqliteStore({.directory = directory, .parameters = parameters_.get(), .clock = &clock_, .random = &random_}).value();
    ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
    EXPECT_EQ(Count(*store, "c-a=v1"), count);
    ExpectGood(*store);
  }
}

TEST_F(CustomIndexTest, TwoProcessesSeeOneSet) {
  auto one = Open();
  const auto others = R4Parameters().Share();
  auto two = OpenSqliteStore({.directory = folder_.path(), .parameters = others.get(), .clock = &clock_, .random = &random_}).value();
  ASSERT_TRUE(one->Commit(kSystem, {Patients(0, 70), "test"}).ok());
  ASSERT_TRUE(one->Commit(kSystem, {{Defines("a", "Patient.extension('urn:x').value")}, "test"}).ok());
  // Written by the one that may not have heard of it yet.
  ASSERT_TRUE(two->Commit(kSystem, {Patients(70, 7), "test"}).ok());
  ASSERT_TRUE(two->FinishIndexing(kSystem).ok());
  ASSERT_TRUE(one->FinishIndexing(kSystem).ok());
  EXPECT_EQ(Count(*one, "c-a=v1"), "11");
  const auto query = search::Query::ParseText(*others, "Patient", "c-a=v1&_summary=count");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(*two->OpenSnapshot(kSystem).value()->Search(*query)->total, 11u);
  ASSERT_TRUE(two->Commit(kSystem, {{Delete("SearchParameter", "a")}, "test"}).ok());
  one->LastT();   // it looks
  EXPECT_EQ(Count(*one, "c-a=v1"), "unknown-parameter");
  ASSERT_TRUE(one->FinishIndexing(kSystem).ok());
  ExpectGood(*one);
}

// Many threads commit while parameters come and go: whatever was written is found by what is there in the end.
TEST_F(CustomIndexTest, WhatIsWrittenMeanwhileIsFound) {
  auto store = Open();
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (int n = 0; n < 120; ++n) failed = failed || !store->Commit(kSystem, {Patients(next.fetch_add(7), 7), "test"}).ok();
    });
  }
  for (int n = 0; n < 12; ++n) {
    std::vector<Change> changes = {Defines("a", "Patient.extension('urn:x').value")};
    if (n % 2 == 0) changes = {Delete("SearchParameter", "a"), Defines("b", n % 4 == 0 ? "Patient.extension('urn:x').value" : "Patient.extension('urn:x').value.ofType(code)")};
    failed = failed || !store->Commit(kSystem, {std::move(changes), "test"}).ok();
    const std::string count = Count(*store, "c-b:missing=true");
    EXPECT_TRUE(count == "0" || count == search::kNotIndexedYet || count == "parameter-changed") << count;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(failed);
  ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
  for (const char* code : {"c-a", "c-b"}) EXPECT_EQ(Count(*store, std::string(code) + "=v1"), std::to_string(next / 7)) << code;
  ExpectGood(*store);
}

// Killed anywhere in the background's work, while others write: it goes on where it was.
TEST_F(CustomIndexTest, OutlivesKills) {
  const size_t patients = limits::kCustomIndexBatch * 5;
  {
    auto store = Open();
    for (size_t i = 0; i < patients; i += 2'000) ASSERT_TRUE(store->Commit(kSystem, {Patients(i, 2'000), "test"}).ok());
  }
  SeededRandom random(77);
  for (int round = 0; round < 8; ++round) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) RunUntilKilled(round, pipes[1]);
    close(pipes[1]);
    // It says so for every commit that was acknowledged.
    char byte = 0;
    for (uint64_t left = 1 + random.NextBelow(20); left > 0; --left) ASSERT_EQ(read(pipes[0], &byte, 1), 1);
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    close(pipes[0]);
    auto store = Open();
    const std::string all = Count(*store, "_id:missing=false");
    const std::string now = Count(*store, "c-a:missing=false");
    EXPECT_TRUE(now == search::kNotIndexedYet || now == all) << now << " of " << all;
    if (round % 2 == 1) {
      ASSERT_TRUE(store->FinishIndexing(kSystem).ok());
      EXPECT_EQ(Count(*store, "c-a:missing=false"), all);
    }
    ExpectGood(*store);
  }
}

}  // namespace
}  // namespace qianxian::store::sqlite
