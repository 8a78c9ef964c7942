// The engine killed while it works, many times over one store: nothing is lost and nothing done twice. A process follows the
// feed and is killed before or after a random call of the store; between the rounds more patients come. At the end everybody has exactly one enrolment,
// one plan and one open step, each written once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "base/files.h"
#include "base/ids.h"
#include "base/temporary_folder.h"
#include "fhir/definitions.h"
#include "flow/flow.h"
#include "flow/records.h"
#include "search/parameters.h"
#include "store/store.h"

namespace qianxian::flow {
namespace {

constexpr int kRounds = 20;
constexpr int kPatients = 700;             // more in each round than one commit of the engine takes

// Kills its own process at the n-th call, before it or (half way on) after it.
class Deadly final : public store::Store {
 public:
  Deadly(store::Store& store, uint64_t calls) : store_(store), left_(calls) {}
  Result<store::CommitReceipt> Commit(const access::Caller& caller, store::CommitRequest request) override {
    Count();
    auto receipt = store_.Commit(caller, std::move(request));
    Count();
    return receipt;
  }
  Result<std::unique_ptr<store::Snapshot>> OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) override {
    Count();
    return store_.OpenSnapshot(caller, t);
  }
  Result<std::vector<store::FeedEntry>> ReadFeed(const access::Caller& caller, uint64_t after, size_t maximum) override {
    Count();
    return store_.ReadFeed(caller, after, maximum);
  }
  uint64_t LastT() override { return store_.LastT(); }
  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)> listener) override { return store_.Subscribe(std::move(listener)); }
  Result<store::CheckReport> Check(const access::Caller& caller) override { return store_.Check(caller); }
  Status RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) override {
    return store_.RebuildIndex(caller, std::move(progress));
  }

 private:
  void Count() {
    if (left_-- == 0) raise(SIGKILL);
  }
  store::Store& store_;
  uint64_t left_;
};

struct Opened {
  FakeClock clock{{1'772'413'200'000'000}};   // 2026-03-02; stands still: a call of Tick goes on to the end
  SystemRandom random;
  std::unique_ptr<const search::Parameters> parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  pack::Pack pack;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Flow> flow;

  explicit Opened(const std::string& folder) {
    const std::string path = "pathways/sugar.yaml";
    pack.pathways = {pack::ParsePathway(path, ReadFile(std::string(QIANXIAN_SOURCE_DIR) + "/src/flow/testing/pack/" + path).value()).value()};
    store = store::OpenSqliteStore({folder, parameters.get(), &clock, &random}).value();
    flow = MakeFlow({store.get(), parameters.get(), &fhir::Definitions::R4(), &pack, &clock});
  }
  void Add(int round) {
    store::CommitRequest request;
    request.reason = "test";
    for (int i = 0; i < kPatients; ++i) {
      const std::string id = "p" + std::to_string(round * kPatients + i);
      request.changes.push_back({.type = "Patient", .id = id, .body = R"({"resourceType":"Patient","birthDate":"1960-01-01"})", .owner = "T1"});
      request.changes.push_back({.type = "Condition", .id = "c" + id,
                                 .body = R"({"resourceType":"Condition","subject":{"reference":"Patient/)" + id + R"("},"code":{"coding":[{"code":"E11.9"}]}})",
                                 .owner = "T1"});
    }
    ASSERT_TRUE(store->Commit(access::SystemCaller("test"), std::move(request)).ok());
  }
};

TEST(FlowKill, NothingIsLostOrDoubled) {
  TemporaryFolder place;
  const std::string& folder = place.path();
  const char* given = std::getenv("QIANXIAN_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : SystemRandom().Next();
  SCOPED_TRACE("QIANXIAN_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  int killed = 0;
  for (int round = 0; round < kRounds; ++round) {
    Opened(folder).Add(round);
    const uint64_t calls = random.NextBelow(9);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Opened opened(folder);
      Deadly deadly(*opened.store, calls);
      const auto flow = MakeFlow({&deadly, opened.parameters.get(), &fhir::Definitions::R4(), &opened.pack, &opened.clock});
      _exit(flow->Tick().ok() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    if (WIFEXITED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
  }
  EXPECT_GT(killed, 0);
  Opened opened(folder);
  ASSERT_TRUE(opened.flow->Tick().ok());
  EXPECT_EQ(opened.flow->Tick().value(), 0u);
  auto snapshot = opened.store->OpenSnapshot(access::SystemCaller("test")).value();
  for (const char* type : {"EpisodeOfCare", "CarePlan", "Task"}) EXPECT_EQ(snapshot->Count(type).value(), uint64_t{kRounds} * kPatients) << type;
  for (int i = 0; i < kRounds * kPatients; ++i) {
    const std::string enrolment = EnrolmentId("sugar", "p" + std::to_string(i), 1);
    for (const auto& [type, id] : {std::pair<std::string, std::string>{"EpisodeOfCare", enrolment}, {"CarePlan", PlanIdOf(enrolment)},
                                   {"Task", StepId(enrolment, "sugar-visit", 1)}}) {
      const auto read = snapshot->Read(type, id);
      ASSERT_TRUE(read.ok()) << type << " of p" << i;
      ASSERT_EQ(read->version, 1u) << type << " of p" << i;
    }
  }
}

}  // namespace
}  // namespace qianxian::flow

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
