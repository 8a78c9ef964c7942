// Backups are taken while others write, and judged by restoring them: every state that comes back is the state that was.
#include "store/backup.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/files.h"
#include "crypto/crypto.h"
#include "search/parameters.h"
#include "store/contract/contract.h"
#include "store/sqlite/database.h"

namespace qianxian::store {
namespace {

class BackupTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open(const std::string& directory) {
    OpenOptions options{directory, &R4Parameters(), &clock_, &random_};
    auto store = OpenSqliteStore(options);
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : Describe(store.error()));
    return store.ok() ? std::move(store).value() : nullptr;
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string Data() const { return Path("data"); }

  // A commit of a few: new ones, changes, deletions, references to what is there, what was and what comes later.
  void CommitSome(Store& store, uint64_t number) {
    std::vector<Change> changes;
    const std::string gender = number % 3 ? "male" : "female";
    const std::string id = "p" + std::to_string(number % 17);
    if (number % 5 == 4) {
      changes.push_back(Delete("Patient", id));
    } else {
      changes.push_back(Put("Patient", id, Json("Patient", id, R"("gender":")" + gender + "\"")));
    }
    const std::string encounter = "e" + std::to_string(number);
    changes.push_back(Put("Encounter", encounter,
                          Json("Encounter", encounter, R"("status":"finished","subject":{"reference":"Patient/p)" +
                                                           std::to_string((number + 9) % 17) +
                                                           R"("},"partOf":{"reference":"Encounter/e)" +
                                                           std::to_string(number + 2) + "\"}")));
    const auto receipt = store.Commit(system_, {std::move(changes), "test"});
    ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
  }

  // All that a state says, as text.
  std::string State(Store& store, uint64_t t) {
    std::string out;
    const auto snapshot = store.OpenSnapshot(system_, t);
    EXPECT_TRUE(snapshot.ok()) << Describe(snapshot.error());
    if (!snapshot.ok()) return out;
    for (const char* type : {"Patient", "Encounter"}) {
      const std::vector<Resource> living = (*snapshot)->Scan(type, "", 10'000).value();
      const HistoryPage history = (*snapshot)->History(type, "", std::nullopt, 1'000, "").value();
      for (const Resource& resource : living) {
        out += resource.body + " " + std::to_string(resource.t) + "\n";
      }
      for (const Resource& version : history.versions) {
        out += version.id + "/" + std::to_string(version.version) + (version.deleted ? " deleted\n" : " " + version.body + "\n");
      }
    }
    for (const char* text : {"Patient?gender=male", "Encounter?patient.gender=female", "Encounter?part-of=Encounter/e9",
                             "Patient?_has:Encounter:patient:status=finished", "Encounter?patient=Patient/p3"}) {
      const std::string search = text;
      const size_t mark = search.find('?');
      const auto query = search::Query::ParseText(R4Parameters(), search.substr(0, mark), search.substr(mark + 1) + "&_count=1000");
      out += search + ":";
      const SearchPage page = (*snapshot)->Search(*query).value();
      for (const std::string& id : Sorted(Ids(page.matches))) out += " " + id;
      out += "\n";
    }
    return out;
  }
  static std::string Code(const Result<BackupReport>& result) { return result.ok() ? "ok" : result.error().code; }

  access::Caller system_ = access::SystemCaller("test");
  FakeClock clock_;
  SeededRandom random_{7};
  ContractFolder folder_;
};

TEST_F(BackupTest, RestoresTheStateOfTheBackupAndAnyBeforeIt) {
  auto store = Open(Data());
  for (uint64_t i = 0; i < 40; ++i) CommitSome(*store, i);
  // Commits go on while the backup is taken.
  std::thread others([&] {
    for (uint64_t i = 40; i < 80; ++i) CommitSome(*store, i);
  });
  const auto backup = BackUp(system_, Data(), Path("county.backup"), clock_);
  others.join();
  ASSERT_TRUE(backup.ok()) << Describe(backup.error());
  EXPECT_GE(backup->t, 40u);
  EXPECT_EQ(store->LastT(), 80u);
  for (const uint64_t t : {backup->t, uint64_t{39}, uint64_t{20}, uint64_t{7}, uint64_t{1}, uint64_t{0}}) {
    const std::string directory = Path("restored-" + std::to_string(t));
    const auto restored = Restore(system_, Path("county.backup"), directory,
                                  t == backup->t ? std::nullopt : std::optional<uint64_t>(t), clock_);
    ASSERT_TRUE(restored.ok()) << t << Describe(restored.error());
    EXPECT_EQ(restored->t, t);
    auto again = Open(directory);
    ASSERT_EQ(again->LastT(), t);
    EXPECT_EQ(State(*again, t), State(*store, t)) << t;
    if (t > 5) EXPECT_EQ(State(*again, t - 5), State(*store, t - 5)) << "the states before it too";
    const auto report = again->Check(system_).value();
    for (const auto& line : report.lines) EXPECT_EQ(line.bad, 0u) << t << " " << line.what << ": " << line.first_bad;
    // Life goes on from there.
    CommitSome(*again, t);
    EXPECT_EQ(again->LastT(), t + 1);
    EXPECT_TRUE(again->Check(system_)->good()) << t;
  }
}

// By the clock: also where it was put back and forth, the record's times only go on.
TEST_F(BackupTest, RestoresTheStateOfATime) {
  auto store = Open(Data());
  const int64_t start = clock_.Now().microseconds;
  constexpr int64_t kMinute = 60'000'000;
  std::vector<Instant> at;
  for (uint64_t i = 0; i < 12; ++i) {
    clock_.Set({start + kMinute * static_cast<int64_t>(i == 5 ? 1 : i == 6 ? 30 : 10 + i)});   // an hour wrong, put right, wrong the other way
    const auto receipt = store->Commit(system_, {{Put("Patient", "p" + std::to_string(i), Json("Patient", "p" + std::to_string(i), R"("active":true)"))}, "test"});
    ASSERT_TRUE(receipt.ok());
    if (!at.empty()) EXPECT_GE(receipt->at, at.back()) << "time goes on";
    at.push_back(receipt->at);
  }
  ASSERT_TRUE(BackUp(system_, Data(), Path("b"), clock_).ok());
  EXPECT_EQ(StateAt(system_, Path("b"), Instant{at[0].microseconds - 1}).error().code, "no-such-t");
  for (const size_t i : {size_t{0}, size_t{3}, size_t{11}}) {
    const uint64_t t = StateAt(system_, Path("b"), at[i]).value();
    EXPECT_EQ(t, i + 1);
    ASSERT_TRUE(Restore(system_, Path("b"), Path("r" + std::to_string(i)), t, clock_).ok());
    auto again = Open(Path("r" + std::to_string(i)));
    EXPECT_EQ(State(*again, t), State(*store, t));
    EXPECT_TRUE(again->Check(system_)->good());
  }
  EXPECT_EQ(StateAt(system_, Path("b"), Instant{at[11].microseconds + kMinute * 60}).value(), 12u) << "later: all of it";
  EXPECT_EQ(StateAt(system_, Path("missing"), at[0]).error().code, "no-such-file");
}

TEST_F(BackupTest, BringsTheLedgersBatchesAndNothingThatIsUnderWay) {
  auto store = Open(Data());
  CommitSome(*store, 0);
  const std::string big = std::string((size_t{8} << 20) + 12'345, 'x') + "end";     // more than one row
  const auto write = [&](const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(Data() + "/ledger/" + name).parent_path());
    std::ofstream(Data() + "/ledger/" + name, std::ios::binary) << text;
  };
  write("settlement/a.parquet", big);
  write("settlement/empty.parquet", "");
  write("population/b.parquet", std::string("\0\1\2", 3));
  write("lock", "");
  write("staging-1/c.parquet", "half");
  const auto backup = BackUp(system_, Data(), Path("b"), clock_);
  ASSERT_TRUE(backup.ok()) << Describe(backup.error());
  EXPECT_EQ(backup->ledger_files, 3u);
  const auto restored = Restore(system_, Path("b"), Path("new"), std::nullopt, clock_);
  ASSERT_TRUE(restored.ok()) << Describe(restored.error());
  EXPECT_EQ(restored->ledger_files, 3u);
  EXPECT_LT(restored->bytes, backup->bytes - (size_t{8} << 20)) << "the batches do not stay in the record";
  EXPECT_EQ(ReadFile(Path("new/ledger/settlement/a.parquet")).value(), big);
  EXPECT_EQ(ReadFile(Path("new/ledger/settlement/empty.parquet")).value(), "");
  EXPECT_EQ(ReadFile(Path("new/ledger/population/b.parquet")).value(), std::string("\0\1\2", 3));
  EXPECT_EQ(ListFiles(Path("new/ledger"))->size(), 3u);
}

TEST_F(BackupTest, SaysWhatItHoldsAndFindsADamagedBatch) {
  auto store = Open(Data());
  for (uint64_t i = 0; i < 20; ++i) CommitSome(*store, i);
  const std::string batch = "a county's settlements";
  const std::string name = crypto::Sha256Hex(batch);
  std::filesystem::create_directories(Data() + "/ledger/settlement");
  const auto write = [&](const std::string& file, const std::string& text) { std::ofstream(Data() + "/ledger/settlement/" + file, std::ios::binary) << text; };
  write(name + ".parquet", batch);
  write(name + ".superseded.parquet", batch);
  ASSERT_TRUE(BackUp(system_, Data(), Path("good"), clock_).ok());
  const Result<BackupContents> contents = ReadBackup(system_, Path("good"));
  ASSERT_TRUE(contents.ok()) << Describe(contents.error());
  EXPECT_EQ(contents->t, 20u);
  EXPECT_EQ(contents->ledger_files, 2u);
  const auto snapshot = store->OpenSnapshot(system_).value();
  EXPECT_EQ(contents->resources, (std::map<std::string, uint64_t>{{"Patient", snapshot->Count("Patient").value()}, {"Encounter", snapshot->Count("Encounter").value()}}));
  EXPECT_LT(contents->resources.at("Patient"), 17u) << "deleted ones do not count, or the test shows nothing";
  EXPECT_EQ(contents->at, snapshot->Scan("Encounter", "e18", 1)->at(0).last_updated);
  // The record's own pages are whole, but the batch is another.
  write(name + ".parquet", batch + "!");
  ASSERT_TRUE(BackUp(system_, Data(), Path("bad"), clock_).ok());
  EXPECT_EQ(ReadBackup(system_, Path("bad")).error().code, "damaged");
  EXPECT_EQ(ReadBackup(Somebody(access::Role::kClinician, {"H1"}), Path("good")).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(ReadBackup(system_, Path("none")).error().code, "no-such-file");
}

TEST_F(BackupTest, SaysWhyItCannotAndLeavesNothingBehind) {
  EXPECT_EQ(Code(BackUp(system_, Path("nowhere"), Path("b"), clock_)), "no-record");
  EXPECT_FALSE(FileExists(Path("nowhere")));
  { auto store = Open(Data()); CommitSome(*store, 0); }
  const access::Caller nurse = Somebody(access::Role::kClinician, {"H1"});
  EXPECT_FALSE(BackUp(nurse, Data(), Path("b"), clock_).ok());
  ASSERT_TRUE(BackUp(system_, Data(), Path("b"), clock_).ok());
  EXPECT_EQ(Code(BackUp(system_, Data(), Path("b"), clock_)), "file-exists");
  EXPECT_EQ(Code(BackUp(system_, Data(), Path("no/such/folder/b"), clock_)), "no-folder");
  EXPECT_FALSE(FileExists(Path("b.part")));

  EXPECT_FALSE(Restore(nurse, Path("b"), Path("r"), std::nullopt, clock_).ok());
  EXPECT_EQ(Code(Restore(system_, Path("missing"), Path("r"), std::nullopt, clock_)), "no-such-file");
  EXPECT_EQ(Code(Restore(system_, Path("b"), Path("r"), 2, clock_)), "no-such-t");
  EXPECT_EQ(Code(Restore(system_, Path("b"), Data(), std::nullopt, clock_)), "folder-not-empty");
  EXPECT_EQ(Code(Restore(system_, Data() + "/record.db", Path("r"), std::nullopt, clock_)), "not-a-backup");
  std::ofstream(Path("text")) << std::string(5'000, 'x');
  EXPECT_EQ(Code(Restore(system_, Path("text"), Path("r"), std::nullopt, clock_)), "not-a-backup");
  EXPECT_FALSE(FileExists(Path("r"))) << "what is refused makes no folder";
  // A damaged backup is refused before anything is made of it.
  std::fstream(Path("b"), std::ios::binary | std::ios::in | std::ios::out).seekp(3 * 4096).write(std::string(4096, '\xee').data(), 4096);
  EXPECT_EQ(Code(Restore(system_, Path("b"), Path("r"), std::nullopt, clock_)), "damaged");
  EXPECT_FALSE(FileExists(Path("r")));
}

TEST_F(BackupTest, NotesWhoTookAndRestoredIt) {
  { auto store = Open(Data()); CommitSome(*store, 0); }
  ASSERT_TRUE(BackUp(system_, Data(), Path("b"), clock_).ok());
  ASSERT_TRUE(Restore(system_, Path("b"), Path("r"), std::nullopt, clock_).ok());
  const auto count = [&](const std::string& directory, const std::string& verb) {
    auto raw = sqlite::Database::Open(directory + "/record.db", sqlite::Database::Mode::kRead, 1'000).value();
    return raw->QueryInteger("SELECT count(*) FROM audit WHERE verb = '" + verb + "' AND t = 1").value();
  };
  EXPECT_EQ(count(Data(), "backup"), 1);
  EXPECT_EQ(count(Path("r"), "backup"), 1);
  EXPECT_EQ(count(Path("r"), "restore"), 1);
}

}  // namespace
}  // namespace qianxian::store
