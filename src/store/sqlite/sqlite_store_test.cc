// What only the SQLite engine promises: its file, other processes, damage, the audit, rebuilding.
#include <sqlite3.h>

#include <fstream>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "base/files.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "store/contract/contract.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

namespace qianxian::store {
namespace {

using sqlite::Database;

class SqliteStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> TryOpen() {
    OpenOptions options;
    options.directory = folder_.path();
    options.parameters = &R4Parameters();
    options.clock = &clock_;
    options.random = &random_;
    return OpenSqliteStore(options);
  }
  std::unique_ptr<Store> Open() {
    auto store = TryOpen();
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : Describe(store.error()));
    return store.ok() ? std::move(store).value() : nullptr;
  }
  std::string File() const { return folder_.path() + "/record.db"; }
  std::unique_ptr<Database> Raw() { return Database::Open(File(), Database::Mode::kWrite, 5'000).value(); }
  void Commit(Store& store, std::vector<Change> changes) {
    const auto receipt = store.Commit(system_, {std::move(changes), "test"});
    ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
  }
  size_t Found(Store& store, const std::string& type, const std::string& text) {
    const auto query = search::Query::ParseText(R4Parameters(), type, text).value();
    const auto page = store.OpenSnapshot(system_).value()->Search(query);
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : Describe(page.error()));
    return page.ok() ? page->matches.size() : 0;
  }
  static Change Patient(const std::string& id, const std::string& gender, const std::string& owner = "") {
    return Put("Patient", id, Json("Patient", id, R"("gender":")" + gender + R"(","birthDate":"1980-05-0)" +
                                                      std::to_string(id.size() % 9 + 1) + "\",\"name\":[{\"family\":\"F" +
                                                      id + "\"}]"), owner);
  }
  void Fill(Store& store, int count) {
    std::vector<Change> changes;
    for (int i = 0; i < count; ++i) {
      changes.push_back(Patient("p" + std::to_string(i), i % 2 ? "male" : "female"));
      changes.push_back(Put("Encounter", "e" + std::to_string(i),
                            Json("Encounter", "e" + std::to_string(i),
                                 R"("status":"finished","subject":{"reference":"Patient/p)" + std::to_string(i) + "\"}")));
    }
    Commit(store, std::move(changes));
  }

  access::Caller system_ = access::SystemCaller("test");
  FakeClock clock_;
  SeededRandom random_{7};
  ContractFolder folder_;
};

TEST_F(SqliteStoreTest, IsThereAgainAfterReopening) {
  {
    auto store = Open();
    Fill(*store, 100);
    Commit(*store, {Patient("p1", "other"), Delete("Patient", "p2")});
  }
  auto store = Open();
  EXPECT_EQ(store->LastT(), 2u);
  EXPECT_EQ(Found(*store, "Patient", "gender=other"), 1u);
  EXPECT_EQ(Found(*store, "Patient", "gender=male"), 49u);
  EXPECT_EQ(Found(*store, "Encounter", "patient.gender=male"), 49u);
  Commit(*store, {Patient("p1", "male")});
  EXPECT_EQ(store->LastT(), 3u);
  EXPECT_EQ(store->OpenSnapshot(system_).value()->Read("Patient", "p1")->version, 3u);
  EXPECT_TRUE(store->Check(system_)->good());
}

TEST_F(SqliteStoreTest, TwoStoresSeeEachOther) {
  auto one = Open();
  auto two = Open();
  std::promise<uint64_t> heard;
  std::atomic<bool> told{false};
  const auto handle = two->Subscribe([&](uint64_t t) {
    if (!told.exchange(true)) heard.set_value(t);
  });
  for (int round = 0; round < 20; ++round) {
    const std::string id = std::to_string(round);
    Commit(round % 2 ? *one : *two, {Patient("a" + id, "male", "H" + id), Patient("same", round % 3 ? "male" : "female")});
    for (Store* store : {one.get(), two.get()}) {
      EXPECT_EQ(store->LastT(), static_cast<uint64_t>(round + 1));
      EXPECT_EQ(store->OpenSnapshot(system_).value()->Read("Patient", "same")->version, static_cast<uint64_t>(round + 1));
      EXPECT_EQ(store->OpenSnapshot(system_).value()->Read("Patient", "a" + id)->owner, "H" + id);
      EXPECT_EQ(Found(*store, "Patient", "gender=male,female&_count=100"), static_cast<size_t>(round + 2));
    }
  }
  auto future = heard.get_future();
  ASSERT_EQ(future.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_TRUE(one->Check(system_)->good());
  EXPECT_TRUE(two->Check(system_)->good());
}

// The first record of a type brings the type's name with it. Whoever is just taking in an earlier commit must not go past the
// name: a session of somebody who signed in by another process was not found so, until something else was written.
TEST_F(SqliteStoreTest, TheFirstOfATypeIsSeenByWhoeverTakesInAnotherCommit) {
  auto one = Open();
  auto two = Open();
  std::atomic<bool> stop{false};
  std::vector<std::thread> lookers;
  for (int i = 0; i < 2; ++i) {
    lookers.emplace_back([&] {
      while (!stop) EXPECT_TRUE(two->OpenSnapshot(system_).ok());
    });
  }
  std::vector<std::string> missed;
  for (const std::string_view type : fhir::Definitions::R4().resource_types()) {
    const std::string name(type);
    Commit(*one, {Patient("before", "male")});
    Commit(*one, {Put(name, "first", Json(name, "first", ""))});
    if (!two->OpenSnapshot(system_).value()->Read(name, "first").ok()) missed.push_back(name);
  }
  stop = true;
  for (std::thread& looker : lookers) looker.join();
  EXPECT_TRUE(missed.empty()) << missed.size() << " types, the first " << missed.front();
}

TEST_F(SqliteStoreTest, RefusesWhatItCannotRead) {
  { auto store = Open(); }
  ASSERT_TRUE(Raw()->Execute("PRAGMA user_version=99").ok());
  auto newer = TryOpen();
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, "newer-format");
  EXPECT_EQ(newer.error().category, ErrorCategory::kUnavailable);
  // What is refused stays as it is, to the byte, also where it is no file of ours and has another journal.
  ASSERT_TRUE(Raw()->Execute("PRAGMA journal_mode=DELETE").ok());
  const std::string before = ReadFile(File()).value();
  EXPECT_EQ(TryOpen().error().code, "newer-format");
  EXPECT_EQ(ReadFile(File()).value() == before, true);
  ASSERT_TRUE(Raw()->Execute("PRAGMA user_version=1; PRAGMA application_id=1").ok());
  EXPECT_EQ(TryOpen().error().code, "not-a-store");
  std::ofstream(File(), std::ios::trunc) << std::string(10'000, 'x');
  EXPECT_EQ(TryOpen().error().code, "not-a-store");
}

TEST_F(SqliteStoreTest, CheckFindsDamage) {
  { 
    auto store = Open();
    Fill(*store, 50);
    Commit(*store, {Patient("p1", "other")});
    const auto report = store->Check(system_).value();
    EXPECT_TRUE(report.good());
    EXPECT_GE(report.lines.size(), 5u);
    // The first day is not over, so nothing is sealed yet.
    for (const auto& line : report.lines) EXPECT_EQ(line.checked == 0, line.what == "audit: the seal of every day") << line.what;
  }
  const char* damages[] = {
      "UPDATE stored SET hash = zeroblob(16) WHERE slot = 5",
      "UPDATE stored SET body = zeroblob(20) WHERE slot = 5",
      "UPDATE stored SET version = 7 WHERE slot = 5",
      "DELETE FROM stored WHERE slot = 5",
      "DELETE FROM moment WHERE t = 1",
      "UPDATE resource SET slot = 2 WHERE slot = 101",
      "DELETE FROM posting_1 WHERE parameter = (SELECT parameter FROM posting_1 ORDER BY parameter LIMIT 1)",
      "INSERT INTO posting_1 VALUES(3, 12345, 1, x'')",
      "DELETE FROM word_recent_1 WHERE slot = 5",
      "DELETE FROM span_recent_1 WHERE slot = 5",
      "UPDATE span_recent_1 SET high = high + 1 WHERE slot = 5",
  };
  for (const char* damage : damages) {
    auto raw = Raw();
    ASSERT_TRUE(raw->Execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
    const std::string copy = File() + ".good";
    std::ofstream(copy, std::ios::binary) << std::ifstream(File(), std::ios::binary).rdbuf();
    ASSERT_TRUE(raw->Execute(damage).ok()) << damage;
    {
      auto store = Open();
      const auto report = store->Check(system_).value();
      EXPECT_FALSE(report.good()) << damage;
    }
    raw.reset();
    std::remove((File() + "-wal").c_str());
    std::remove((File() + "-shm").c_str());
    std::ofstream(File(), std::ios::binary | std::ios::trunc) << std::ifstream(copy, std::ios::binary).rdbuf();
  }
}

TEST_F(SqliteStoreTest, RebuildGivesTheSameAnswers) {
  auto store = Open();
  Fill(*store, 5'000);   // more than one piece
  Commit(*store, {Patient("p1", "other"), Delete("Patient", "p2"), Patient("new", "male")});
  const auto snapshot = store->OpenSnapshot(system_, 1).value();
  const auto answers = [&] {
    std::vector<size_t> out;
    for (const char* text : {"gender=male&_count=1000", "gender=other", "birthdate=ge1980-05-05&_count=1000", "family=fp1&_count=1000",
                             "_has:Encounter:patient:status=finished&gender=female&_count=1000"}) {
      out.push_back(Found(*store, "Patient", text));
      const auto query = search::Query::ParseText(R4Parameters(), "Patient", text).value();
      out.push_back(snapshot->Search(query)->matches.size());
    }
    return out;
  };
  const auto before = answers();
  uint64_t last_done = 0, last_total = 0;
  ASSERT_TRUE(store->RebuildIndex(system_, [&](uint64_t done, uint64_t total) { last_done = done, last_total = total; }).ok());
  EXPECT_EQ(last_done, last_total);
  EXPECT_GT(last_total, 10'000u);
  EXPECT_EQ(answers(), before);
  EXPECT_TRUE(store->Check(system_)->good());
  Commit(*store, {Patient("newer", "other")});
  EXPECT_EQ(Found(*store, "Patient", "gender=other"), 2u);
  // What a rebuild that was killed leaves behind does not matter.
  ASSERT_TRUE(Raw()->Execute("CREATE TABLE posting_3(x); CREATE TABLE word_3(x)").ok());
  ASSERT_TRUE(store->RebuildIndex(system_, nullptr).ok());
  EXPECT_TRUE(store->Check(system_)->good());
  const auto manager = Somebody(access::Role::kClinician, {"H1"});
  EXPECT_FALSE(store->RebuildIndex(manager, nullptr).ok());
  EXPECT_FALSE(store->Check(manager).ok());
}

TEST_F(SqliteStoreTest, OtherDefinitionsMakeTheIndexAgain) {
  {
    auto store = Open();
    Fill(*store, 20);
  }
  ASSERT_TRUE(Raw()->Execute("UPDATE setting SET value = 1 WHERE name = 'index_fingerprint'; DELETE FROM posting_1; "
                             "DELETE FROM span_1; DELETE FROM word_1; DELETE FROM span_recent_1; DELETE FROM word_recent_1").ok());
  auto store = Open();
  EXPECT_EQ(Found(*store, "Patient", "gender=male"), 10u);
  EXPECT_TRUE(store->Check(system_)->good());
}

TEST_F(SqliteStoreTest, AnIndexOfAnOlderLayoutIsMadeAgain) {
  const auto observation = [](int i) {
    const std::string id = "ob" + std::to_string(i);
    return Put("Observation", id, Json("Observation", id, R"("status":"final","code":{"text":"x"},"valueQuantity":{"value":)" +
                                                              std::to_string(i) + R"(,"code":"mg"})"));
  };
  {
    auto store = Open();
    std::vector<Change> changes;
    for (int i = 0; i < 100; ++i) changes.push_back(observation(i));
    Commit(*store, std::move(changes));
    EXPECT_EQ(Found(*store, "Observation", "value-quantity=gt9&_count=1000"), 90u);
  }
  // As releases before layouts were numbered left it: the definitions alone as the fingerprint, no lists of numbers, and,
  // before that, no small tables in front.
  const auto definitions = static_cast<int64_t>(R4Parameters().fingerprint());
  ASSERT_NE(sqlite::IndexFingerprint(R4Parameters().fingerprint()), definitions);
  const std::string number = std::to_string(R4Parameters().Find("Observation", "value-quantity")->number);
  ASSERT_TRUE(Raw()->Execute("UPDATE setting SET value = " + std::to_string(definitions) + " WHERE name = 'index_fingerprint'; "
                             "DELETE FROM posting_1 WHERE parameter = " + number + " AND value > 0; "
                             "DROP TABLE span_recent_1; DROP TABLE word_recent_1").ok());
  {
    auto store = Open();
    EXPECT_EQ(Found(*store, "Observation", "value-quantity=gt9&_count=1000"), 90u);
    Commit(*store, {observation(1'000)});
    EXPECT_EQ(Found(*store, "Observation", "value-quantity=gt9&_count=1000"), 91u);
    EXPECT_TRUE(store->Check(system_)->good());
  }
  auto raw = Raw();
  EXPECT_EQ(raw->QueryInteger("SELECT value FROM setting WHERE name = 'index_fingerprint'").value(),
            sqlite::IndexFingerprint(R4Parameters().fingerprint()));
  EXPECT_EQ(raw->QueryInteger("SELECT value FROM setting WHERE name = 'index_generation'").value(), 2);
  EXPECT_EQ(raw->QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name = 'posting_1'").value(), 0);
}

TEST_F(SqliteStoreTest, NotesWhoDidAndSawWhat) {
  const access::Caller nurse = Somebody(access::Role::kClinician, {"H1"});
  {
    auto store = Open();
    const auto receipt = store->Commit(nurse, {{Patient("a", "male", "H1")}, "api"});
    ASSERT_TRUE(receipt.ok());
    const auto snapshot = store->OpenSnapshot(nurse).value();
    ASSERT_TRUE(snapshot->Read("Patient", "a").ok());
    ASSERT_FALSE(snapshot->Read("Patient", "nobody").ok());
    const auto query = search::Query::ParseText(R4Parameters(), "Patient", "gender=male").value();
    ASSERT_TRUE(snapshot->Search(query).ok());
  }
  auto raw = Raw();
  const auto rows = [&](const std::string& where) {
    return raw->QueryInteger("SELECT count(*) FROM audit JOIN audit_context ON audit_context.number = audit.context "
                             "WHERE user = 'somebody' AND role = 'clinician' AND " + where).value();
  };
  EXPECT_EQ(rows("verb = 'commit' AND t = 1 AND type = 'Patient' AND what = 'a api' AND rows = 1"), 1);
  EXPECT_EQ(rows("verb = 'read' AND what = 'a' AND rows = 1 AND t = 1"), 1);
  EXPECT_EQ(rows("verb = 'read' AND what = 'nobody' AND rows = 0"), 1) << "looking for is looking";
  EXPECT_EQ(rows("verb = 'search' AND type = 'Patient' AND rows = 1"), 1);
}

TEST_F(SqliteStoreTest, AFileOfAnEarlierReleaseGetsItsIndexOfOpenings) {
  const access::Caller nurse = Somebody(access::Role::kClinician, {"H1"});
  {
    auto store = Open();
    ASSERT_TRUE(store->Commit(nurse, {{Patient("a", "male", "H1")}, "api"}).ok());
    ASSERT_TRUE(store->OpenSnapshot(nurse).value()->OpenPatient("a").ok());
  }
  ASSERT_TRUE(Raw()->Execute("DROP INDEX audit_opening").ok());
  auto store = Open();
  EXPECT_EQ(Raw()->QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name = 'audit_opening'").value(), 1);
  const auto openings = store->OpenSnapshot(nurse).value()->OpeningsOfPatient("a", 10);
  ASSERT_TRUE(openings.ok());
  ASSERT_EQ(openings->size(), 1u);
  EXPECT_EQ(openings->front().user, "somebody");
  // The index is used: no walk over the whole audit.
  auto raw = Raw();
  auto plan = raw->Prepare("EXPLAIN QUERY PLAN SELECT count(*) FROM audit WHERE verb = 'open' AND what = 'a' AND rows = 1");
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(plan->Step().value());
  EXPECT_NE(std::string(plan->Text(3)).find("audit_opening"), std::string::npos) << plan->Text(3);
}

TEST_F(SqliteStoreTest, BodiesArePackedWithADictionary) {
  auto store = Open();
  // Dictionaries are made after the listeners have been told of a commit and before they are told of the next.
  std::mutex mutex;
  std::condition_variable told;
  uint64_t heard = 0;
  const auto handle = store->Subscribe([&](uint64_t t) {
    const std::lock_guard lock(mutex);
    heard = t;
    told.notify_all();
  });
  for (int round = 0; round < 3; ++round) {
    std::vector<Change> changes;
    for (int i = 0; i < 1'500; ++i) {
      const std::string id = std::to_string(round) + "-" + std::to_string(i);
      changes.push_back(Put("Observation", id,
                            Json("Observation", id, R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7","display":"Haemoglobin [Mass/volume] in Blood"}]},"valueQuantity":{"unit":"g/L","system":"http://unitsofmeasure.org","code":"g/L","value":)" +
                                                        std::to_string(100 + i % 50) + "}")));
    }
    Commit(*store, std::move(changes));
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return heard == static_cast<uint64_t>(round + 1); });
  }
  auto raw = Raw();
  EXPECT_EQ(raw->QueryInteger("SELECT count(*) FROM dictionary").value(), 1);
  const int64_t without = raw->QueryInteger("SELECT sum(length(body)) / count(*) FROM stored WHERE dictionary = 0").value();
  const int64_t with = raw->QueryInteger("SELECT sum(length(body)) / count(*) FROM stored WHERE dictionary > 0").value();
  ASSERT_GT(with, 0);
  EXPECT_LT(with * 2, without) << "a dictionary halves it at least";
  store = Open();
  EXPECT_TRUE(store->OpenSnapshot(system_).value()->Read("Observation", "2-7").ok());
  EXPECT_TRUE(store->Check(system_)->good());
}

TEST_F(SqliteStoreTest, BusyIsSaidWhenAnotherHoldsTheRecordTooLong) {
  // A statement of the contract of errors; the wait itself is bounded by SQLite's own clock.
  auto store = Open();
  auto raw = Database::Open(File(), Database::Mode::kWrite, 0).value();
  auto holder = Database::Open(File(), Database::Mode::kWrite, 0).value();
  ASSERT_TRUE(holder->Execute("BEGIN IMMEDIATE").ok());
  const Status busy = raw->Execute("BEGIN IMMEDIATE");
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().category, ErrorCategory::kBusy);
  ASSERT_TRUE(holder->Execute("ROLLBACK").ok());
  Commit(*store, {Patient("a", "male")});
}

}  // namespace
}  // namespace qianxian::store
