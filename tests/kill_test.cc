// An acknowledged commit survives kill -9: a writer process commits from several threads and says over a pipe what was
// acknowledged; it is killed at a random moment, many times over one store. Afterwards every acknowledged commit is there
// whole, every other one is there whole or not at all, and the store's own check is good.
// QIANXIAN_SEED repeats a run, as far as the machine's timing lets it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "base/ids.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "json/value.h"
#include "search/parameters.h"
#include "search/query.h"
#include "store/store.h"

namespace qianxian::store {
namespace {

constexpr int kRounds = 36;
constexpr int kThreads = 4;

const search::Parameters& Parameters() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

// Every resource of a commit names the commit and says how many there are.
Change MakeChange(const std::string& id, const std::string& marker, size_t changes) {
  Change change;
  change.type = "Patient";
  change.id = id;
  change.body = R"({"resourceType":"Patient","identifier":[{"system":"urn:commit","value":")" + marker +
                R"("}],"multipleBirthInteger":)" + std::to_string(changes) + R"(,"text":{"status":"empty","div":"<div>)" +
                std::string(200, 'x') + "</div>\"}}";
  return change;
}

void WriteLine(int pipe, const std::string& line) {
  // At most PIPE_BUF bytes are written whole.
  if (write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

// The process that will be killed.
[[noreturn]] void RunWriter(const std::string& directory, int pipe, uint64_t seed, int round) {
  SystemClock clock;
  SystemRandom system_random;
  auto opened = OpenSqliteStore({directory, &Parameters(), &clock, &system_random});
  if (!opened.ok()) {
    std::fprintf(stderr, "writer: %s\n", Describe(opened.error()).c_str());
    _exit(2);
  }
  Store& store = **opened;
  const access::Caller caller = access::SystemCaller("kill-test");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      SeededRandom random(seed * 1'000 + static_cast<uint64_t>(round * kThreads + thread));
      for (int n = 0;; ++n) {
        const std::string marker = std::to_string(round) + "-" + std::to_string(thread) + "-" + std::to_string(n);
        const bool big = round % 4 == 1 && thread == 0;
        const size_t changes = big ? 400 : 1 + random.NextBelow(4);
        CommitRequest request;
        request.reason = "test";
        for (size_t i = 0; i < changes; ++i) {
          // New ids and such as every thread writes to.
          const std::string id = random.NextBelow(3) == 0 ? "shared-" + std::to_string(i) + "-" + std::to_string(random.NextBelow(20))
                                                          : marker + "-" + std::to_string(i);
          request.changes.push_back(MakeChange(id, marker, changes));
        }
        const auto receipt = store.Commit(caller, std::move(request));
        if (!receipt.ok()) {
          std::fprintf(stderr, "writer: %s\n", Describe(receipt.error()).c_str());
          _exit(2);
        }
        WriteLine(pipe, std::to_string(receipt->t) + " " + marker + " " + std::to_string(changes) + "\n");
      }
    });
  }
  if (round % 6 == 5) {
    for (;;) {
      if (!store.RebuildIndex(caller, nullptr).ok()) _exit(2);
    }
  }
  for (std::thread& thread : threads) thread.join();
  _exit(4);
}

struct Acknowledged {
  std::string marker;
  size_t changes = 0;
};

// Reads acknowledgements; kills the writer after `lines` of them and takes what is still in the pipe.
void KillAfter(pid_t writer, int pipe, size_t lines, std::map<uint64_t, Acknowledged>& out) {
  std::string text;
  char buffer[4096];
  bool killed = false;
  size_t seen = 0;
  for (;;) {
    const ssize_t got = read(pipe, buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
    seen += static_cast<size_t>(std::count(buffer, buffer + got, '\n'));
    if (!killed && seen >= lines) {
      kill(writer, SIGKILL);
      killed = true;
    }
  }
  for (std::string_view line : Split(text, '\n')) {
    const auto parts = Split(line, ' ');
    int64_t t = 0;
    int64_t changes = 0;
    if (parts.size() != 3 || !ParseInteger(parts[0], t) || !ParseInteger(parts[2], changes)) continue;
    EXPECT_EQ(out.count(static_cast<uint64_t>(t)), 0u) << "one t, two commits";
    out[static_cast<uint64_t>(t)] = {std::string(parts[1]), static_cast<size_t>(changes)};
  }
}

void Verify(const std::string& directory, const std::map<uint64_t, Acknowledged>& acknowledged, uint64_t first_t) {
  SystemClock clock;
  SystemRandom random;
  auto store = OpenSqliteStore({directory, &Parameters(), &clock, &random});
  ASSERT_TRUE(store.ok()) << Describe(store.error());
  const access::Caller caller = access::SystemCaller("kill-test");
  const auto snapshot = (*store)->OpenSnapshot(caller).value();
  ASSERT_FALSE(acknowledged.empty());
  EXPECT_GE(snapshot->t(), acknowledged.rbegin()->first) << "an acknowledged commit is gone";

  // Every commit since the last round, acknowledged or not, is whole.
  std::map<uint64_t, std::vector<FeedEntry>> commits;
  for (uint64_t after = first_t;;) {
    const auto feed = (*store)->ReadFeed(caller, after, 5'000).value();
    if (feed.empty()) break;
    for (const FeedEntry& entry : feed) commits[entry.t].push_back(entry);
    after = feed.back().t;
  }
  for (const auto& [t, entries] : commits) {
    std::string marker;
    for (const FeedEntry& entry : entries) {
      const auto version = snapshot->ReadVersion(entry.type, entry.id, entry.version);
      ASSERT_TRUE(version.ok()) << entry.id << " " << entry.version;
      EXPECT_EQ(version->t, t);
      const auto document = json::Document::Parse(version->body);
      ASSERT_TRUE(document.ok());
      const json::Value root = document->root();
      EXPECT_EQ(root.Find("multipleBirthInteger")->AsInteger(), static_cast<int64_t>(entries.size())) << "half a commit, t " << t;
      const std::string here(root.Find("identifier")->At(0).FindString("value"));
      if (marker.empty()) marker = here;
      EXPECT_EQ(marker, here);
    }
    const auto found = acknowledged.find(t);
    if (found == acknowledged.end()) continue;
    EXPECT_EQ(found->second.marker, marker);
    EXPECT_EQ(found->second.changes, entries.size());
  }
  for (const auto& [t, commit] : acknowledged) {
    if (t > first_t) {
      EXPECT_EQ(commits.count(t), 1u) << "acknowledged " << commit.marker << " is gone";
    }
  }
  // The index knows the last acknowledged commit as it was then.
  const auto& [t, last] = *acknowledged.rbegin();
  const auto query = search::Query::ParseText(Parameters(), "Patient", "identifier=urn:commit|" + last.marker + "&_count=1000");
  const auto page = (*store)->OpenSnapshot(caller, t).value()->Search(query.value());
  ASSERT_TRUE(page.ok()) << Describe(page.error());
  EXPECT_EQ(page->matches.size(), last.changes);
}

TEST(Kill, AcknowledgedCommitsSurvive) {
  const char* given = std::getenv("QIANXIAN_SEED");
  SystemRandom system_random;
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : system_random.Next() % 1'000'000;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  SeededRandom random(seed);
  const std::string directory =
      std::filesystem::temp_directory_path() / ("qianxian-kill-" + std::to_string(getpid()));
  std::filesystem::remove_all(directory);
  Parameters();

  std::map<uint64_t, Acknowledged> acknowledged;
  uint64_t checked_t = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      close(ends[0]);
      RunWriter(directory, ends[1], seed, round);
    }
    close(ends[1]);
    KillAfter(writer, ends[0], 1 + random.NextBelow(120), acknowledged);
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer ended by itself: " << status;
    Verify(directory, acknowledged, checked_t);
    if (!acknowledged.empty()) checked_t = acknowledged.rbegin()->first;
  }
  // At the end the whole store once more, from the first commit on.
  Verify(directory, acknowledged, 0);
  {
    SystemClock clock;
    auto store = OpenSqliteStore({directory, &Parameters(), &clock, &system_random});
    ASSERT_TRUE(store.ok());
    const auto report = (*store)->Check(access::SystemCaller("kill-test")).value();
    for (const auto& line : report.lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
  }
  std::printf("%d kills, %zu acknowledged commits, all there\n", kRounds, acknowledged.size());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace qianxian::store

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
