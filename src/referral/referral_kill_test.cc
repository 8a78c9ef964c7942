// Referrals through all states while the program is killed again and again (SIGKILL in the middle of its work): none lost, none
// doubled, no step out of the table, none that nobody answers missed by more than the outage. 2 % are withdrawn, 1 % never answered.
// At the size of a county's year: QIANXIAN_REFERRALS=50000 QIANXIAN_KILLS=20 build/src/referral/referral_test --gtest_filter='ReferralKill.*'
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <ranges>
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

int Setting(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text ? std::max(1, std::atoi(text)) : otherwise;
}
const int kReferrals = Setting("QIANXIAN_REFERRALS", 150), kKills = Setting("QIANXIAN_KILLS", 8);
// Acknowledged steps before a kill, so that the kills are spread over the whole work (at 150: 40, 53, 66, …).
int CommitsBeforeKill(int round) { return kReferrals <= 150 ? 40 + round * 13 : static_cast<int>(int64_t{kReferrals} * 6 / kKills); }
constexpr int64_t kOutage = 40 * kMinute;
constexpr int64_t kPass = 150 * kMinute / 60;              // once around all referrals
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
  // People whose steps propose referrals, one after the other, and the program that follows; what is there is not made again.
  // `told` is called after every commit, also of what the program writes by itself.
  void Propose(int people, const std::function<void()>& told) {
    const std::shared_ptr<void> listening = store_->Subscribe([&](uint64_t) { told(); });
    Instant since;
    for (int i = 0; i < people; ++i) {
      const std::string n = std::to_string(i);
      if (!store_->OpenSnapshot(access::SystemCaller("test")).value()->Read("Task", "step-" + n).ok()) {
        testing::PutInto(*store_, "Patient", "p" + n, R"({"resourceType":"Patient"})", "T1");
        testing::PutInto(*store_, "Task", "step-" + n,
                         R"({"resourceType":"Task","status":"completed","intent":"order","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/proposals",)"
                         R"("valueString":"routine pressure/high"}],"for":{"reference":"Patient/p)" + n + R"("},"owner":{"reference":"Organization/T1"}})", "T1");
      }
      if (i % 3 != 2) continue;
      const auto swept = referrals_->Sweep(since);
      ASSERT_TRUE(swept.ok()) << Describe(swept.error());
    }
  }
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
        clock_.Advance(kPass / kReferrals);
        if (!over_.contains(i)) moved = One(i, told) || moved;
        if (i % std::max(1, kReferrals / 150) != 0) continue;
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
    if (IsFinal(there->state)) over_.insert(i);
    if (i % 100 == 7 || i % 100 == 42) return Step1(*there, "withdraw", told);
    if (i % 100 == 3) return false;                                            // nobody ever answers
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
  std::set<int> over_;                     // seen at their end by this run
};

void KillAfter(const std::string& folder, int round, int commits, const std::function<void(Program&, const std::function<void()>&)>& work) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(pipes[0]);
    Program run(folder);
    if (round == 0) run.Begin();
    work(run, [&] { (void)!write(pipes[1], "x", 1); });
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

// Every step of the table, each once; what nobody answered expired in time. The state that it ended in.
std::string CheckHistory(const store::Resource& task) {
  const Referral r = ReferralFrom(task).value();
  std::string state = "draft";
  std::set<std::string> seen;
  for (const Entry& entry : r.history) {
    const bool stays = entry.verb == "create" || entry.verb == "escalate";
    EXPECT_TRUE(stays || FindTransition(state, entry.verb)) << r.id << " " << entry.verb << " from " << state;
    EXPECT_TRUE(seen.insert(entry.verb).second) << r.id << " did " << entry.verb << " twice";
    state = entry.state;
  }
  EXPECT_EQ(task.version + 1, r.history.size()) << "one version for each step; made and sent are one";
  if (r.state != "expired") return r.state;
  const int64_t late = InstantOf(r.history.back().at).microseconds - (InstantOf(r.sent_at).microseconds + 300 * kMinute);
  EXPECT_GE(late, 0);
  EXPECT_LE(late, kOutage + 15 * kMinute) << "missed by more than the outage";
  return r.state;
}

TEST(ReferralKill, NoneLostNoneDoubledNoneMissed) {
  const std::string folder = (std::filesystem::temp_directory_path() / ("qianxian-referral-" + std::to_string(getpid()))).string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  R4();
  for (int round = 0; round < kKills; ++round) KillAfter(folder, round, CommitsBeforeKill(round), [](Program& run, const auto& told) { run.Work(told); });
  {
    Program run(folder);
    run.Work([] {});
    const auto snapshot = run.store().OpenSnapshot(access::SystemCaller("test")).value();
    EXPECT_EQ(snapshot->Count("Task").value(), static_cast<uint64_t>(kReferrals));
    EXPECT_EQ(snapshot->Count("ServiceRequest").value(), static_cast<uint64_t>(kReferrals));
    std::map<std::string, int> ends;
    for (std::vector<store::Resource> page = snapshot->Scan("Task", "", 1000).value(); !page.empty(); page = snapshot->Scan("Task", page.back().id, 1000).value())
      for (const store::Resource& task : page) ++ends[CheckHistory(task)];
    EXPECT_EQ(ends["closed"] + ends["withdrawn"] + ends["expired"], kReferrals);
    const auto whose = [](auto is) { return std::ranges::count_if(std::views::iota(0, kReferrals), is); };
    EXPECT_EQ(ends["withdrawn"], whose([](int i) { return i % 100 == 7 || i % 100 == 42; }));
    EXPECT_EQ(ends["expired"], whose([](int i) { return i % 100 == 3; }));
    const auto report = run.store().Check(access::SystemCaller("test"));
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report->good());
  }
  std::filesystem::remove_all(folder);
}

TEST(ReferralKill, WhatStepsProposeIsOneDraftEach) {
  constexpr int kPeople = 90;
  const std::string folder = (std::filesystem::temp_directory_path() / ("qianxian-proposals-" + std::to_string(getpid()))).string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  R4();
  for (int round = 0; round < 14; ++round) KillAfter(folder, round, 14 + round, [](Program& run, const auto& told) { run.Propose(kPeople, told); });
  {
    Program run(folder);
    run.Propose(kPeople, [] {});
    const auto snapshot = run.store().OpenSnapshot(access::SystemCaller("test")).value();
    EXPECT_EQ(snapshot->Count("Task").value(), 2u * kPeople) << "a step and a draft for each";
    EXPECT_EQ(snapshot->Count("ServiceRequest").value(), uint64_t{kPeople});
    EXPECT_EQ(snapshot->Count("Communication").value(), uint64_t{kPeople}) << "each told once";
    std::set<std::string> patients;
    const std::vector<store::Resource> tasks = snapshot->Scan("Task", "", 1000).value();
    for (const store::Resource& task : tasks) {
      if (!task.id.starts_with("referral-")) continue;
      EXPECT_EQ(task.version, 1u) << task.id;
      patients.insert(ReferralFrom(task).value().patient);
    }
    EXPECT_EQ(patients.size(), size_t{kPeople});
    const auto report = run.store().Check(access::SystemCaller("test"));
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report->good());
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace qianxian::referral
