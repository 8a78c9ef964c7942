// Subscriptions survive kill -9: a process commits, numbers and delivers at once and is killed at a random moment, many times
// over one store. Afterwards every commit since the beginning has exactly one number, in order and without holes, and every
// number was delivered, none before the one below it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

#include "base/ids.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "store/store.h"
#include "subscribe/journal.h"
#include "subscribe/runner.h"
#include "subscribe/service.h"

namespace qianxian::subscribe {
namespace {

constexpr int kRounds = 15;

const search::Parameters& Parameters() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

access::Caller Director() {
  access::Caller caller;
  caller.user = "li";
  caller.role = access::Role::kDirector;
  caller.whole_county = true;
  return caller;
}

// The last number that a notification has.
uint64_t NumberOf(const std::string& body) {
  constexpr std::string_view kMark = R"("event-number","valueString":")";
  size_t at = body.rfind(kMark);
  return at == std::string::npos ? 0 : std::strtoull(body.c_str() + at + kMark.size(), nullptr, 10);
}

struct World {
  World(const std::string& directory, Sender send) {
    auto opened = store::OpenSqliteStore({directory, &Parameters(), &clock, &random});
    QX_CHECK(opened.ok(), opened.ok() ? "" : Describe(opened.error()));
    store = std::move(*opened);
    Options options;
    options.store = store.get();
    options.parameters = &Parameters();
    options.definitions = &fhir::Definitions::R4();
    options.clock = &clock;
    options.random = &random;
    options.caller_of = [](const std::string&) { return Result<access::Caller>(Director()); };
    options.send = std::move(send);
    auto made = Subscriptions::Open(options);
    QX_CHECK(made.ok(), made.ok() ? "" : Describe(made.error()));
    service = std::move(*made);
  }
  bool Put(const std::string& type, const std::string& id, const std::string& body) {
    store::CommitRequest request;
    request.changes.push_back({.type = type, .id = id, .body = body});
    request.reason = "test";
    return store->Commit(access::SystemCaller("kill-test"), std::move(request)).ok();
  }
  void Work() {
    for (bool more = true; more;) {
      Result<bool> followed = service->Follow();
      bool delivered = service->DeliverOne();
      more = delivered || !followed.ok() || *followed;
    }
  }
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Subscriptions> service;
};

// The process that will be killed. A line for each number that the other side took.
[[noreturn]] void Run(const std::string& directory, int pipe, int round) {
  World world(directory, [pipe](const Subscription&, const std::string& body) -> Status {
    std::string line = std::to_string(NumberOf(body)) + "\n";
    if (write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
    return Ok();
  });
  Runner runner(*world.service, *world.store);
  std::vector<std::thread> writers;
  for (int thread = 0; thread < 3; ++thread) {
    writers.emplace_back([&, thread] {
      for (int n = 0;; ++n) {
        std::string id = "e-" + std::to_string((n * 7 + thread) % 40);
        std::string status = n % 2 == 0 ? "planned" : "finished";
        std::string body = R"({"resourceType":"Encounter","id":")" + id + R"(","status":")" + status + R"(","class":{"code":"IMP"},"language":"r)" +
                           std::to_string(round) + "\"}";
        if (!world.Put("Encounter", id, body)) _exit(2);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  _exit(4);
}

std::vector<uint64_t> RunAndKill(const std::string& directory, int round, size_t lines) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    Run(directory, ends[1], round);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  bool killed = false;
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
    size_t seen = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    if (!killed && seen >= lines) killed = kill(child, SIGKILL) == 0;
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  std::vector<uint64_t> numbers;
  for (std::string_view line : Split(text, '\n')) {
    int64_t number = 0;
    if (ParseInteger(line, number) && number > 0) numbers.push_back(static_cast<uint64_t>(number));
  }
  return numbers;
}

TEST(SubscriptionKill, NoEventIsLostAndNoneHasTwoNumbers) {
  TemporaryFolder place;
  const std::string& directory = place.path();
  std::vector<uint64_t> delivered;
  uint64_t first_t = 0;
  {
    World world(directory, [](const Subscription&, const std::string&) { return Ok(); });
    ASSERT_TRUE(world.Put("Subscription", "s", R"({"resourceType":"Subscription","id":"s","status":"requested","reason":"test",
      "criteria":"https://fhir.qianxian.cn/SubscriptionTopic/Encounter","channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:9/"}})"));
    ASSERT_TRUE(world.service->Claim(Director(), "http://test/fhir", "s", 1).ok());
    world.Work();
    first_t = world.store->LastT();
  }
  SystemRandom dice;
  for (int round = 0; round < kRounds; ++round) {
    for (uint64_t number : RunAndKill(directory, round, 1 + dice.NextBelow(60))) delivered.push_back(number);
  }
  World world(directory, [&](const Subscription&, const std::string& body) {
    delivered.push_back(NumberOf(body));
    return Ok();
  });
  world.Work();
  std::vector<std::pair<std::string, uint64_t>> committed;
  for (uint64_t t = first_t;;) {
    auto entries = world.store->ReadFeed(access::SystemCaller("kill-test"), t, 1000);
    ASSERT_TRUE(entries.ok());
    if (entries->empty()) break;
    for (const store::FeedEntry& entry : *entries) {
      t = entry.t;
      if (entry.type == "Encounter") committed.emplace_back(entry.id, entry.version);
    }
  }
  auto snapshot = world.store->OpenSnapshot(access::SystemCaller("kill-test"));
  auto events = ReadEvents(**snapshot, "s", 1, UINT64_MAX, SIZE_MAX);
  ASSERT_TRUE(events.ok());
  ASSERT_GT(committed.size(), static_cast<size_t>(kRounds));
  ASSERT_EQ(events->size(), committed.size());
  for (size_t i = 0; i < events->size(); ++i) {
    ASSERT_EQ((*events)[i].number, i + 1);
    ASSERT_EQ(std::pair((*events)[i].id, (*events)[i].version), committed[i]);
  }
  uint64_t highest = 0;
  std::set<uint64_t> seen;
  for (uint64_t number : delivered) {
    ASSERT_LE(number, highest + 1) << "one was left out";
    highest = std::max(highest, number);
    seen.insert(number);
  }
  EXPECT_EQ(seen.size(), committed.size());
  std::printf("%zu commits, %zu notifications, %d kills\n", committed.size(), delivered.size(), kRounds);
}

}  // namespace
}  // namespace qianxian::subscribe
