// What machines do to a store: a file that may grow no further, a disk that is full, a log that was cut or half written, a
// file that may only be read. The error is clear, what was acknowledged is there afterwards, and Check finds no damage.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/files.h"
#include "base/text.h"
#include "store/contract/contract.h"
#include "store/store.h"

namespace qianxian::store {
namespace {

// What the process that met the fault tells: how many commits were acknowledged before it and after it was mended.
struct Told {
  uint64_t before = 0;
  uint64_t after = 0;
  bool readable = false;                   // reads go on within the fault
  char code[32] = {};
  char zh[64] = {};
};

class FaultsTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open(const std::string& directory) {
    auto store = OpenSqliteStore({directory, &R4Parameters(), &clock_, &random_});
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : Describe(store.error()));
    return store.ok() ? std::move(store).value() : nullptr;
  }
  std::string Data() const { return folder_.path() + "/data"; }

  // Each its own text, so that it takes room.
  Status CommitOne(Store& store, uint64_t number) {
    std::string text;
    for (uint64_t i = 0; i < 400; ++i) text += std::to_string(number * 7919 + i * i * 104729 % 1000003);
    const std::string id = "p" + std::to_string(number);
    QX_DO(store.Commit(system_, {{Put("Patient", id, Json("Patient", id, R"("name":[{"text":")" + text + R"("}])"))}, "test"}));
    return Ok();
  }

  // In a process of its own: commits until it fails, reads, lets `mend` put it right, commits ten more.
  Told CommitUntilItFails(const std::string& directory, const std::function<void()>& harm, const std::function<void()>& mend) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      Told told;
      {
        auto store = Open(directory);
        harm();
        for (uint64_t i = 0; i < 5000; ++i) {
          const Status done = CommitOne(*store, i);
          if (done.ok()) {
            told.before = i + 1;
            continue;
          }
          std::strncpy(told.code, done.error().code.c_str(), sizeof told.code - 1);
          std::strncpy(told.zh, done.error().zh.c_str(), sizeof told.zh - 1);
          break;
        }
        const auto snapshot = store->OpenSnapshot(system_);
        told.readable = snapshot.ok() && (*snapshot)->Count("Patient").value_or(0) == told.before && (told.before == 0 || (*snapshot)->Read("Patient", "p0").ok());
        mend();
        for (uint64_t i = 0; i < 10; ++i) told.after += CommitOne(*store, 100'000 + i).ok() ? 1 : 0;
      }
      if (write(ends[1], &told, sizeof told) != sizeof told) _exit(1);
      _exit(0);
    }
    close(ends[1]);
    Told told;
    EXPECT_EQ(read(ends[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    return told;
  }

  void ExpectWhole(const std::string& directory, const Told& told) {
    auto store = Open(directory);
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(store->LastT(), told.before + told.after);
    const auto snapshot = store->OpenSnapshot(system_).value();
    for (uint64_t i = 0; i < told.before; ++i) EXPECT_TRUE(snapshot->Read("Patient", "p" + std::to_string(i)).ok()) << i << " was acknowledged";
    const CheckReport report = store->Check(system_).value();
    for (const auto& line : report.lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
    EXPECT_TRUE(CommitOne(*store, 200'000).ok()) << "life goes on";
  }

  access::Caller system_ = access::SystemCaller("test");
  FakeClock clock_;
  SeededRandom random_{7};
  ContractFolder folder_;
};

void LimitFiles(rlim_t bytes) {
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(FaultsTest, AFileThatMayGrowNoFurther) {
  ASSERT_NE(Open(Data()), nullptr);
  const Told told = CommitUntilItFails(Data(), [] { LimitFiles(3 << 20); }, [] { LimitFiles(RLIM_INFINITY); });
  EXPECT_GT(told.before, 10u);
  EXPECT_LT(told.before, 5000u) << "it did not fail";
  EXPECT_TRUE(std::string(told.code) == "disk-full" || std::string(told.code) == "io") << told.code;
  EXPECT_NE(std::string(told.zh), "");
  EXPECT_TRUE(told.readable);
  EXPECT_EQ(told.after, 10u) << "it goes on without a restart";
  ExpectWhole(Data(), told);
}

TEST_F(FaultsTest, AFullDisk) {
  const std::string disk = folder_.path() + "/disk";
  ASSERT_TRUE(MakeDirectories(disk).ok());
  if (mount("none", disk.c_str(), "tmpfs", 0, "size=6m") != 0) GTEST_SKIP() << "may not mount a small disk here: " << std::strerror(errno);
  const std::string filler = disk + "/filler";
  ASSERT_TRUE(WriteFileDurably(filler, std::string(2 << 20, 'x')).ok());
  const Told told = CommitUntilItFails(disk + "/data", [] {}, [&] { std::filesystem::remove(filler); });
  EXPECT_LT(told.before, 5000u) << "it did not fail";
  EXPECT_EQ(std::string(told.code), "disk-full");
  EXPECT_EQ(std::string(told.zh), "磁盘已满。");
  EXPECT_TRUE(told.readable);
  EXPECT_EQ(told.after, 10u) << "it goes on when there is room again";
  ExpectWhole(disk + "/data", told);
  umount2(disk.c_str(), MNT_DETACH);
}

// Power loss within a write: the log ends anywhere, or its end is not what was written. What comes back is a state that was,
// and a commit that was acknowledged before the cut is in it.
TEST_F(FaultsTest, ALogThatWasCutOrTorn) {
  std::vector<uint64_t> sizes;             // of the log, after each commit
  const std::string copy = folder_.path() + "/copy";
  {
    auto store = Open(Data());
    for (uint64_t i = 0; i < 12; ++i) {
      ASSERT_TRUE(CommitOne(*store, i).ok());
      sizes.push_back(FileSize(Data() + "/record.db-wal").value());
    }
    std::filesystem::copy(Data(), copy, std::filesystem::copy_options::recursive);
  }
  ASSERT_GT(sizes.back(), sizes.front()) << "the log is not written back in between";
  const std::string log = ReadFile(copy + "/record.db-wal").value();
  for (size_t i = 0; i < 15; ++i) {
    const size_t cut = log.size() * (i + 1) / 15;
    for (const bool torn : {false, true}) {
      const std::string place = folder_.path() + "/again";
      std::filesystem::remove_all(place);
      std::filesystem::copy(copy, place, std::filesystem::copy_options::recursive);
      std::filesystem::remove(place + "/record.db-shm");
      const std::string rest = torn ? std::string(std::min<size_t>(4096, log.size() - cut), '\x5a') : std::string();
      ASSERT_TRUE(WriteFileDurably(place + "/record.db-wal", log.substr(0, cut) + rest).ok());
      auto store = Open(place);
      ASSERT_NE(store, nullptr) << cut;
      uint64_t least = 0;
      while (least < sizes.size() && sizes[least] <= cut) ++least;
      EXPECT_GE(store->LastT(), least) << cut << " of " << log.size();
      EXPECT_TRUE(store->Check(system_)->good()) << cut;
      const auto snapshot = store->OpenSnapshot(system_).value();
      EXPECT_EQ(snapshot->Count("Patient").value(), store->LastT());
      EXPECT_TRUE(CommitOne(*store, 300'000).ok());
    }
  }
}

TEST_F(FaultsTest, AFileThatMayOnlyBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everything";
  {
    auto store = Open(Data());
    ASSERT_TRUE(CommitOne(*store, 0).ok());
  }
  std::filesystem::permissions(Data() + "/record.db", std::filesystem::perms::owner_read);
  const auto refused = OpenSqliteStore({Data(), &R4Parameters(), &clock_, &random_});
  std::filesystem::permissions(Data() + "/record.db", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  if (refused.ok()) {
    EXPECT_FALSE(CommitOne(**refused, 1).ok());
  } else {
    EXPECT_EQ(refused.error().category, ErrorCategory::kUnavailable);
    EXPECT_NE(refused.error().zh, "");
  }
  auto store = Open(Data());
  EXPECT_TRUE(store->Check(system_)->good());
}

}  // namespace
}  // namespace qianxian::store
