#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "access/caller.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/definitions.h"
#include "operate/backup_schedule.h"
#include "search/parameters.h"
#include "store/backup.h"
#include "store/store.h"

namespace qianxian::operate {
namespace {

constexpr int64_t kMinute = 60'000'000, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr int kAt = 150;                   // 02:30

// In China Standard Time: day 0 is 2025-01-06, a Monday.
Instant At(int day, int hour, int minute = 0) {
  return {int64_t{20'094 + day} * kDayMicroseconds - kChinaOffsetMicroseconds + hour * kHour + minute * kMinute};
}

TEST(BackupPlan, IsDueOnceADayByChinaTime) {
  EXPECT_EQ(FormatLocalTime(At(0, 2, 30)), "2025-01-06 02:30:00");
  EXPECT_EQ(LastDue(At(3, 2, 29), kAt), At(2, 2, 30));
  EXPECT_EQ(LastDue(At(3, 2, 30), kAt), At(3, 2, 30));
  EXPECT_EQ(NextDue(At(3, 2, 29), kAt), At(3, 2, 30));
  EXPECT_EQ(NextDue(At(3, 2, 30), kAt), At(4, 2, 30));
  EXPECT_EQ(LastDue(At(3, 7, 59), 8 * 60), At(2, 8)) << "not by UTC, where the day begins at eight";
  EXPECT_TRUE(IsDue(At(3, 12), kAt, std::nullopt));
  EXPECT_TRUE(IsDue(At(3, 12), kAt, At(3, 2, 29)));
  EXPECT_FALSE(IsDue(At(3, 12), kAt, At(3, 2, 30)));
  EXPECT_FALSE(IsDue(At(4, 2, 29), kAt, At(3, 2, 31)));
}

TEST(BackupPlan, KeepsGenerations) {
  std::vector<Instant> taken;
  for (int day = 0; day < 100; ++day) {
    taken.push_back(At(day, 2, 30));
    taken.push_back(At(day, 15));          // a second one that day
  }
  const std::set<size_t> going = NotKept(taken, {.days = 3, .weeks = 2, .months = 2});
  std::vector<std::string> kept;
  for (size_t i = 0; i < taken.size(); ++i) {
    if (!going.contains(i)) kept.push_back(FormatLocalTime(taken[i]).substr(0, 16));
  }
  // Day 99 is Tuesday 2025-04-15. Days: 15, 14, 13; weeks: that of the 15th, that of the 13th; months: April, March.
  EXPECT_EQ(kept, (std::vector<std::string>{"2025-03-31 15:00", "2025-04-13 15:00", "2025-04-14 15:00", "2025-04-15 15:00"}));
  EXPECT_EQ(NotKept({At(5, 1)}, {.days = 0, .weeks = 0, .months = 0}).size(), 0u) << "the newest stays whatever is said";
  EXPECT_TRUE(NotKept({}, {}).empty());
}

class BackupsTest : public testing::Test {
 protected:
  BackupsTest() {
    std::filesystem::create_directories(settings_.folder);
    std::filesystem::create_directories(settings_.data);
    clock_.Set(At(0, 12));
    Commit(0, 20);
    Batch("settlements of the county");
  }
  static const search::Parameters& Parameters() {
    static const auto parameters = std::move(search::Parameters::Create(fhir::Definitions::R4())).value();
    return *parameters;
  }
  std::unique_ptr<store::Store> Open(const std::string& directory) {
    auto store = store::OpenSqliteStore({directory, &Parameters(), &clock_, &random_});
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : Describe(store.error()));
    return std::move(store).value();
  }
  void Commit(int from, int to) {
    const auto store = Open(settings_.data);
    for (int i = from; i < to; ++i) {
      const std::string id = "p" + std::to_string(i);
      store::Change change;
      change.type = "Patient";
      change.id = id;
      change.body = R"({"resourceType":"Patient","id":")" + id + R"(","active":true,"name":[{"text":")" + std::string(2000, static_cast<char>('a' + i % 26)) + R"("}]})";
      ASSERT_TRUE(store->Commit(access::SystemCaller("test"), {{change}, "test"}).ok());
    }
  }
  std::string Batch(const std::string& text) {
    const std::string path = settings_.data + "/ledger/settlement/" + crypto::Sha256Hex(text) + ".parquet";
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::vector<Backup> Listed() { return ListBackups(settings_.folder).value(); }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const Backup& one : Listed()) names.push_back(one.name);
    return names;
  }
  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(settings_.folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder place_;
  FakeClock clock_;
  SeededRandom random_{3};
  BackupSettings settings_{.data = place_ / "data", .folder = place_ / "backups", .minutes = kAt, .version = "test"};
};

TEST_F(BackupsTest, OneIsTakenVerifiedAndDescribed) {
  const Result<Backup> taken = TakeBackup(settings_, clock_);
  ASSERT_TRUE(taken.ok()) << Describe(taken.error());
  EXPECT_EQ(Files(), (std::vector<std::string>{"backup.lock", "qianxian-20250106T120000.json", "qianxian-20250106T120000.qx"}));
  EXPECT_EQ(taken->t, 20u);
  EXPECT_EQ(taken->ledger_files, 1u) << "the settlements are in it";
  EXPECT_EQ(taken->resources, (std::map<std::string, uint64_t>{{"Patient", 20}}));
  EXPECT_EQ(taken->sha256, crypto::Sha256HexOfFile(FileOf(settings_.folder, *taken)).value());
  const Backup listed = NewestBackup(settings_.folder).value();
  EXPECT_EQ(BackupAsJson(listed, "test"), BackupAsJson(*taken, "test")) << "the manifest says all of it";
  ASSERT_TRUE(store::Restore(access::SystemCaller("test"), FileOf(settings_.folder, *taken), place_ / "restored", std::nullopt, clock_).ok());
  EXPECT_EQ(Open(place_ / "restored")->OpenSnapshot(access::SystemCaller("test")).value()->Count("Patient").value(), 20u);
  EXPECT_EQ(std::filesystem::status(FileOf(settings_.folder, *taken)).permissions() & std::filesystem::perms::others_all, std::filesystem::perms::none)
      << "records are in it: nobody else may read it";
}

TEST_F(BackupsTest, ATimeThatWasMissedMakesOneBackup) {
  {
    BackupSchedule schedule(settings_, clock_);
    EXPECT_TRUE(schedule.Tick()) << "there is none at all";
    EXPECT_FALSE(schedule.Tick());
    EXPECT_EQ(schedule.state().next, At(1, 2, 30));
    clock_.Set(At(1, 2, 29));
    EXPECT_FALSE(schedule.Tick());
    clock_.Set(At(1, 2, 30));
    EXPECT_TRUE(schedule.Tick());
    EXPECT_FALSE(schedule.Tick());
    EXPECT_EQ(schedule.state().taken, 2u);
    EXPECT_EQ(schedule.state().kept, 2u);
  }
  // Ten days without a server.
  clock_.Set(At(11, 9));
  BackupSchedule schedule(settings_, clock_);
  EXPECT_EQ(schedule.state().newest->name, "qianxian-20250107T023000") << "of an earlier process";
  EXPECT_TRUE(schedule.Tick());
  EXPECT_FALSE(schedule.Tick());
  EXPECT_EQ(Names(), (std::vector<std::string>{"qianxian-20250106T120000", "qianxian-20250107T023000", "qianxian-20250117T090000"}));
  EXPECT_EQ(schedule.state().next, At(12, 2, 30));
}

TEST_F(BackupsTest, OldOnesGoOnlyAfterTheNewOneIsVerified) {
  settings_.keep = {.days = 2, .weeks = 0, .months = 0};
  for (int day = 0; day < 4; ++day) {
    clock_.Set(At(day, 2, 30));
    ASSERT_TRUE(TakeBackup(settings_, clock_).ok());
  }
  const std::vector<std::string> kept = {"qianxian-20250108T023000", "qianxian-20250109T023000"};
  EXPECT_EQ(Names(), kept);
  EXPECT_EQ(Files().size(), 5u) << "a lock, two files, two manifests";
  // The batch on the disk is damaged: the new backup is found to be none, and all the old ones stay.
  std::ofstream(Batch("settlements of the county"), std::ios::binary) << "settlements of the c0unty";
  clock_.Set(At(4, 2, 30));
  EXPECT_EQ(TakeBackup(settings_, clock_).error().code, "damaged");
  EXPECT_EQ(Names(), kept);
  EXPECT_EQ(Files().size(), 5u) << "what does not count is not left";
}

TEST_F(BackupsTest, NoRoomAndAWrongFolderAreSaidAndTheOldStay) {
  ASSERT_TRUE(TakeBackup(settings_, clock_).ok());
  clock_.Advance(kDay);
  BackupSettings full = settings_;
  full.free_bytes = [](const std::string&) -> Result<uint64_t> { return uint64_t{1} << 20; };
  const Result<Backup> none = TakeBackup(full, clock_);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, "disk-full");
  EXPECT_NE(none.error().en.find("are needed"), std::string::npos) << none.error().en;
  EXPECT_NE(none.error().zh.find("空间不足"), std::string::npos);
  EXPECT_EQ(Names().size(), 1u);

  BackupSettings wrong = settings_;
  wrong.folder = place_ / "not-mounted";
  BackupSchedule schedule(wrong, clock_);
  EXPECT_TRUE(schedule.Tick());
  EXPECT_EQ(schedule.state().failure->code, "no-folder");
  EXPECT_NE(schedule.state().failure->en.find("mounted"), std::string::npos);
  EXPECT_FALSE(FileExists(wrong.folder)) << "a folder where the disk should be would fill the wrong disk";
  // It is tried again an hour later, not at every look.
  EXPECT_FALSE(schedule.Tick());
  clock_.Advance(kHour - 1);
  EXPECT_FALSE(schedule.Tick());
  clock_.Advance(1);
  std::filesystem::create_directories(wrong.folder);
  EXPECT_TRUE(schedule.Tick());
  EXPECT_FALSE(schedule.state().failure.has_value());
  EXPECT_EQ(schedule.state().failed, 1u);
  EXPECT_EQ(schedule.state().taken, 1u);

  wrong.folder = FileOf(settings_.folder, NewestBackup(settings_.folder).value());
  EXPECT_EQ(TakeBackup(wrong, clock_).error().code, "no-folder") << "a file is no folder";
  EXPECT_EQ(NewestBackup(place_ / "data").error().code, "no-backup");
}

TEST_F(BackupsTest, AClockThatIsPutBackHoldsNothingUpForMoreThanADay) {
  BackupSchedule schedule(settings_, clock_);
  clock_.Set(At(400, 3));
  EXPECT_TRUE(schedule.Tick());
  clock_.Set(At(1, 3));                    // the clock had been wrong
  EXPECT_FALSE(schedule.Tick());
  clock_.Set(At(2, 2, 30));
  EXPECT_TRUE(schedule.Tick());
}

TEST_F(BackupsTest, WhatDoesNotCountIsRemovedAndWhatIsNotOursStays) {
  ASSERT_TRUE(TakeBackup(settings_, clock_).ok());
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(settings_.folder + "/" + name) << text; };
  write("qianxian-20250101T023000.qx", "whole, but without a manifest");
  write("qianxian-20250102T023000.qx.part", "half");
  write("qianxian-20250103T023000.json", "{}");
  write("qianxian-notes.txt", "keep");
  write("county-before-upgrade.qx", "keep");
  EXPECT_EQ(Names().size(), 1u);
  const Backup first = NewestBackup(settings_.folder).value();
  clock_.Advance(kDay);
  ASSERT_TRUE(TakeBackup(settings_, clock_).ok());
  EXPECT_EQ(Files(), (std::vector<std::string>{"backup.lock", "county-before-upgrade.qx", "qianxian-20250106T120000.json", "qianxian-20250106T120000.qx",
                                               "qianxian-20250107T120000.json", "qianxian-20250107T120000.qx", "qianxian-notes.txt"}));
  // A backup that was cut short afterwards does not count.
  std::filesystem::resize_file(FileOf(settings_.folder, NewestBackup(settings_.folder).value()), 4096);
  EXPECT_EQ(NewestBackup(settings_.folder)->name, first.name);
}

TEST_F(BackupsTest, AManifestIsReadStrictly) {
  Backup backup{.name = "qianxian-20250106T120000", .begun = At(0, 12), .t = 3, .at = At(0, 11), .bytes = 9, .ledger_files = 1, .sha256 = std::string(64, 'a'), .seconds = 1.5, .resources = {{"Patient", 2}}};
  const std::string good = BackupAsJson(backup, "1");
  EXPECT_EQ(BackupAsJson(BackupFromJson(good).value(), "1"), good);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"t\":3", "\"t\":\"3\""}, {"\"t\":3", "\"t\":-3"}, {"\"bytes\":9,", ""}, {"\"format\":1", "\"format\":2"}, {"120000\"", "120000/../x\""}, {"\"Patient\":2", "\"Patient\":null"},
           {std::string(64, 'a'), "a"}, {"\"resources\":{\"Patient\":2}", "\"resources\":[]"}, {good, ""}, {good, "[]"}}) {
    const std::string bad = ReplaceAll(good, from, to);
    ASSERT_NE(bad, good) << from;
    EXPECT_FALSE(BackupFromJson(bad).ok()) << bad;
  }
}

// Killed at many moments: what counts is whole, and the next run clears the rest away.
TEST_F(BackupsTest, AKillLeavesNoHalfBackupThatCounts) {
  Commit(20, 400);
  size_t killed_half = 0;
  for (int round = 0; round < 12; ++round) {
    clock_.Set(At(round, 12));
    const pid_t child = fork();
    if (child == 0) {
      while (true) {
        clock_.Advance(kMinute);
        if (!TakeBackup(settings_, clock_).ok()) _exit(1);
      }
    }
    // Once there is something new in the folder, a little later each time.
    const std::vector<std::string> before = Files();
    for (int looks = 0; looks < round * round * 8;) looks += Files() != before ? 1 : 0;
    while (Files() == before) {}
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it failed by itself";
    std::set<std::string> counted;
    for (const Backup& one : Listed()) {
      counted.insert(one.name);
      EXPECT_EQ(crypto::Sha256HexOfFile(FileOf(settings_.folder, one)).value(), one.sha256) << one.name;
      const auto contents = store::ReadBackup(access::SystemCaller("test"), FileOf(settings_.folder, one));
      ASSERT_TRUE(contents.ok()) << Describe(contents.error());
      EXPECT_EQ(contents->resources.at("Patient"), 400u);
    }
    for (const std::string& file : Files()) killed_half += StartsWith(file, "qianxian-") && !counted.contains(file.substr(0, 24)) ? 1 : 0;
  }
  EXPECT_GT(killed_half, 0u) << "no kill hit a backup under way: this shows nothing";
  clock_.Set(At(30, 12));
  ASSERT_TRUE(TakeBackup(settings_, clock_).ok());
  const size_t good = Names().size();
  EXPECT_EQ(Files().size(), 2 * good + 1);
}

TEST_F(BackupsTest, OneAtATime) {
  const pid_t child = fork();
  if (child == 0) {
    // Holds the folder as a backup under way does, until it is killed.
    BackupSettings slow = settings_;
    slow.free_bytes = [this](const std::string&) -> Result<uint64_t> {
      std::ofstream(place_ / "holding") << "yes";
      while (true) pause();
    };
    (void)TakeBackup(slow, clock_).ok();
    _exit(1);
  }
  while (!FileExists(place_ / "holding")) {}
  EXPECT_EQ(TakeBackup(settings_, clock_).error().code, "backup-running");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(TakeBackup(settings_, clock_).ok()) << "the lock goes with its process";
}

}  // namespace
}  // namespace qianxian::operate
