// Every operation of the disk within one commit fails once: each read, each write, each sync, the room from there on, the power from
// there on. The commit was taken whole or is not there, what was there before is there, the reads that waited to be noted are noted once,
// and the next commit goes well.
#include <gtest/gtest.h>

#include "base/log.h"
#include "simulation/life.h"
#include "simulation/program.h"

namespace qianxian::simulation {
namespace {

constexpr int64_t kOpenings = 3;
constexpr char kCountOpenings[] = "SELECT count(*) FROM audit WHERE verb = 'open' AND rows = 1";

access::Caller Doctor() {
  access::Caller caller;
  caller.user = "doctor", caller.role = access::Role::kClinician, caller.organizations = {"V1", "T1", "H1"};
  return caller;
}

class CommitFaults : public testing::Test {
 protected:
  CommitFaults() : program_(7, clock_, model_, Sabotage::kNone) { SetLogLevel(static_cast<LogLevel>(static_cast<int>(LogLevel::kError) + 1)); }

  Problem Commit(store::CommitRequest request) {
    (void)program_.witness().Commit(access::SystemCaller("simulation"), std::move(request)).ok();
    return program_.witness().TakeProblem();
  }
  // Some people and their records; then the store is opened anew, so that the commit to come has everything to read, and a doctor
  // has looked at somebody.
  void Prepare() {
    ASSERT_TRUE(program_.Open().ok());
    ASSERT_EQ(Commit(Places()), "");
    for (uint64_t number = 1; number <= 6; ++number) ASSERT_EQ(Commit(SomeChanges(model_, random_, clock_.Now(), number)), "");
    ASSERT_EQ(Commit(AnImport(random_, 1)), "");
    store::Change patient;
    patient.type = "Patient", patient.id = "p1", patient.body = R"({"resourceType":"Patient","gender":"male"})", patient.owner = "V1";
    ASSERT_EQ(Commit({{patient}, "simulation"}), "");
    program_.Close();
    ASSERT_TRUE(program_.Open().ok());
    for (int64_t i = 0; i < kOpenings; ++i) ASSERT_TRUE(program_.store()->OpenSnapshot(Doctor()).value()->OpenPatient("p1").ok());
  }

  // False: the commit has no such operation any more.
  bool Try(Fault fault, uint64_t operation) {
    Prepare();
    program_.disk().Arm(fault, operation);
    const store::CommitRequest request = AnImport(random_, 2);
    EXPECT_EQ(Commit(request), "");
    const bool came = program_.disk().Mend();
    const bool power = program_.disk().has_power();
    if (!power) {
      program_.Kill(random_);
      EXPECT_TRUE(program_.Open().ok());
      EXPECT_EQ(model_.Adopt(*program_.store()), "");
    }
    EXPECT_EQ(model_.CheckAll(*program_.store()), "");
    EXPECT_EQ(Commit(AnImport(random_, 3)), "");
    EXPECT_EQ(model_.CheckAll(*program_.store()), "") << "after the next commit";
    const int64_t openings = program_.Ask(kCountOpenings);
    if (power) {
      EXPECT_EQ(openings, kOpenings) << "each is noted once";
    } else {
      EXPECT_LE(openings, kOpenings);
    }
    return came;
  }

  SeededRandom random_{5};
  FakeClock clock_{{1'772'413'200'000'000}};
  Model model_{clock_};
  Program program_;
};

// A disk of its own for each try: one at a time in a process.
class OneTry : public CommitFaults {
 public:
  bool Do(Fault fault, uint64_t operation) { return Try(fault, operation); }
  void TestBody() override {}
};

void Sweep(Fault fault, uint64_t step) {
  uint64_t tries = 0;
  for (uint64_t operation = 0;; operation += step, ++tries) {
    SCOPED_TRACE(std::string(Name(fault)) + " " + std::to_string(operation));
    if (!OneTry().Do(fault, operation) || testing::Test::HasFailure()) break;
  }
  EXPECT_GT(tries, 0u);
  std::printf("%s: %llu operations failed, one at a time\n", Name(fault), static_cast<unsigned long long>(tries));
}

TEST(CommitFaultsSweep, EachRead) { Sweep(Fault::kRead, 1); }
TEST(CommitFaultsSweep, EachWrite) { Sweep(Fault::kWrite, 3); }
TEST(CommitFaultsSweep, EachSync) { Sweep(Fault::kSync, 1); }
TEST(CommitFaultsSweep, NoRoomFromThere) { Sweep(Fault::kFull, 7); }
TEST(CommitFaultsSweep, NoPowerFromThere) { Sweep(Fault::kPower, 3); }

}  // namespace
}  // namespace qianxian::simulation
