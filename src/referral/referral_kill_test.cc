// Referrals through all states while the program is killed again and again (SIGKILL in the middle of its work): none lost, none
// doubled, no step out of the table, none that nobody answers missed by more than the outage.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "base/ids.h"
#include "referral/records.h"
#include "referral/referral.h"
#include "referral/table.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using testing::At;
using testing::kMinute;
using testing::R4;

constexpr int kReferrals = 150, kKills = 8;
constexpr int64_t kOutage = 40 * kMinute;
constexpr int64_t kStart = 1'700'000'000'000'000;

const std::map<std::string, std::string> kFiles = {{"referral-settings.yaml", R"(urgencies:
  - {id: routine, name: {zh: 普通, en: Routine}, answer_minutes: 100, escalate_minutes: [100], expire_minutes: 300, mark: K}
decline: [{id: no-bed, text: {zh: 无床, en: No bed}}]
withdraw: [{id: improved, text: {zh: 好转, en: Improved}}]
not_taken_over: [{id: moved-away, text: {zh: 迁出, en: Moved}}]
states: [{id: sent, text: {zh: 待接收, en: Sent}}]
patient_states: [{id: sent, text: {zh: 联系中, en: Asked}}]
sources: [{title: {zh: 测试, en: Test}, mark: K}]
)"}};

// One run of the program over a folder: goes on with every referral where the record says it is.
class Program {
 public:
  explicit Program(const std::string& folder) : clock_({kStart}), rules_(pack::ParseReferralFiles(kFiles).value()) {
    store::OpenOptions options;
    options.directory = folder;
    options.parameters = &R4();
    options.clock = &clock_;
    options.random = &random_;
    store_ = store::OpenSqliteStore(options).value();
    // It was away for a while after the last that it did.
    const auto past = store_->OpenSnapshot(access::SystemCaller("test")).value()->History("", "", std::nullopt, 1, "").value();
    if (!past.versions.empty()) clock_.Set({past.versions.front().last_updated.microseconds + kOutage});
    referrals_ = std::make_unique<Referrals>(*store_, R4(), rules_, clock_);
  }
  store::Store& store() { return *store_; }
  void Begin() {
    for (const auto& [type, id, owner] : {std::tuple("Organization", "H1", "H1"), std::tuple("Organization", "T1", "T1"), std::tuple("Patient", "p", "T1")}) {
      testing::PutInto(*store_, type, id, std::string(R"({"resourceType":")") + type + "\"}", owner);
    }
  }
  // `told` is called after every commit that was acknowledged.
  void Work(const std::function<void()>& told) {
    Instant since;
    for (bool moved = true; moved;) {
      moved = false;
      for (int i = 0; i < kReferrals; ++i) {
        clock_.Advance(kMinute / 60);
        moved = One(i, told) || moved;
        const auto swept = referrals_->Sweep(since);
        ASSERT_TRUE(swept.ok()) << Describe(swept.error());
        if (*swept > 0) told();
        moved = moved || *swept > 0;
      }
      clock_.Advance(10 * kMinute);
      moved = moved || Waiting();
    }
  }

 private:
  bool One(int i, const std::function<void()>& told) {
    NewReferral wanted;
    wanted.client_key = "key-" + std::to_string(i), wanted.patient = "p", wanted.direction = "up", wanted.urgency = "routine";
    wanted.reason = "x", wanted.receiver = "H1", wanted.consent = true;
    const Result<Referral> there = referrals_->Create(At("T1"), wanted);      // asked again after every restart
    if (!there.ok()) return false;
    if (there->version == 1 && there->history.size() == 2) told();
    if (i % 100 == 7 || i % 100 == 42) return Step1(*there, "withdraw", told);
    if (i % 50 == 3) return false;                                            // nobody ever answers
    static const std::map<std::string, std::string> kNext = {{"sent", "accept"}, {"accepted", "arrive"}, {"arrived", "return-result"},
        {"result-returned", "send-down"}, {"sent-down", "take-over"}, {"taken-over", "close"}};
    const auto next = kNext.find(there->state);
    return next != kNext.end() && Step1(*there, next->second, told);
  }
  bool Step1(const Referral& r, const std::string& verb, const std::function<void()>& told) {
    const Transition* transition = FindTransition(r.state, verb);
    if (!transition) return false;
    Step step;
    step.version = r.version, step.verb = verb, step.note = "n", step.reason = "improved";
    step.slot = Slot{"2030-01-01T00:00:00Z", "", ""}, step.result = ReferralResult{"", "r", {}}, step.plan = Plan{"", "plan", ""};
    const bool receiver = transition->side == Side::kReceiver;
    const bool done = referrals_->Do(At(receiver ? "H1" : "T1"), r.id, step).ok();
    if (done) told();
    return done;
  }
  bool Waiting() { return referrals_->List(At("H1"), "received", "sent", 0, 1)->total > 0; }

  FakeClock clock_;
  SeededRandom random_{11};
  pack::ReferralRules rules_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Referrals> referrals_;
};

void KillAfter(const std::string& folder, int round, int commits) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(pipes[0]);
    Program run(folder);
    if (round == 0) run.Begin();
    run.Work([&] { (void)!write(pipes[1], "x", 1); });
    _exit(0);
  }
  close(pipes[1]);
  char byte = 0;
  for (int seen = 0; seen < commits && read(pipes[0], &byte, 1) == 1;) ++seen;
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(pipes[0]);
}

TEST(ReferralKill, NoneLostNoneDoubledNoneMissed) {
  const std::string folder = (std::filesystem::temp_directory_path() / ("qianxian-referral-" + std::to_string(getpid()))).string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  R4();
  for (int round = 0; round < kKills; ++round) KillAfter(folder, round, 40 + round * 13);
  {
    Program run(folder);
    run.Work([] {});
    const auto snapshot = run.store().OpenSnapshot(access::SystemCaller("test")).value();
    EXPECT_EQ(snapshot->Count("Task").value(), static_cast<uint64_t>(kReferrals));
    EXPECT_EQ(snapshot->Count("ServiceRequest").value(), static_cast<uint64_t>(kReferrals));
    std::map<std::string, int> ends;
    const std::vector<store::Resource> tasks = snapshot->Scan("Task", "", 10'000).value();
    for (const store::Resource& task : tasks) {
      const Referral r = ReferralFrom(task).value();
      ++ends[r.state];
      std::string state = "draft";
      std::set<std::string> seen;
      for (const Entry& entry : r.history) {
        const bool stays = entry.verb == "create" || entry.verb == "escalate";
        EXPECT_TRUE(stays || FindTransition(state, entry.verb)) << r.id << " " << entry.verb << " from " << state;
        EXPECT_TRUE(seen.insert(entry.verb).second) << r.id << " did " << entry.verb << " twice";
        state = entry.state;
      }
      EXPECT_EQ(task.version + 1, r.history.size()) << "one version for each step; made and sent are one";
      if (r.state != "expired") continue;
      const int64_t late = InstantOf(r.history.back().at).microseconds - (InstantOf(r.sent_at).microseconds + 300 * kMinute);
      EXPECT_GE(late, 0);
      EXPECT_LE(late, kOutage + 15 * kMinute) << "missed by more than the outage";
    }
    EXPECT_EQ(ends["closed"] + ends["withdrawn"] + ends["expired"], kReferrals);
    EXPECT_EQ(ends["withdrawn"], 4);
    EXPECT_EQ(ends["expired"], 3);
    const auto report = run.store().Check(access::SystemCaller("test"));
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report->good());
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace qianxian::referral
