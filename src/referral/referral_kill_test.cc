// Referrals and consultations through all states and by all verbs while the program is killed again and again (SIGKILL in the middle of
// its work): none lost, none doubled, no step out of its script, no deadline missed by more than the outage. 2 % are withdrawn, 1 % never
// answered. At the size of a county's year:
//   QIANXIAN_REFERRALS=50000 QIANXIAN_KILLS=20 build/src/referral/referral_test --gtest_filter='ReferralKill.*'
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
#include "referral/consultation_records.h"
#include "referral/kill_scripts_for_tests.h"
#include "referral/notice_records.h"
#include "referral/records.h"
#include "referral/step_tools.h"
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
const int kReferrals = Setting("QIANXIAN_REFERRALS", 300), kKills = Setting("QIANXIAN_KILLS", 8);
const int kConsultations = kReferrals / 5;
// Acknowledged steps before a kill, so that the kills are spread over the whole work.
const int kCommitsBeforeKill = static_cast<int>(int64_t{kReferrals} * 6 / kKills);
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kOutage = 40 * kMinute;
constexpr int64_t kPass = 150 * kMinute / 60;              // once around all referrals
constexpr int64_t kSlack = 15 * kMinute;                   // between two looks at the clock
constexpr int64_t kStart = 1'700'000'000'000'000;

const std::map<std::string, std::string> kFiles = {{"referral-settings.yaml", R"(urgencies:
  - {id: routine, name: {zh: 普通, en: Routine}, answer_minutes: 100, escalate_minutes: [100], expire_minutes: 300, mark: K}
timers:
  - {state: draft, hours: 1, mark: K}
  - {state: accepted, hours: 1, mark: K}
  - {state: no-show, hours: 1, mark: K}
  - {state: arrived, hours: 1, mark: K}
  - {state: result-returned, hours: 1, mark: K}
  - {state: sent-down, hours: 1, mark: K}
  - {state: not-taken-over, hours: 1, mark: K}
  - {state: taken-over, hours: 1, mark: K}
  - {state: consultation, hours: 1, mark: K}
review_levels: [township]
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
    consultations_ = std::make_unique<Consultations>(*store_, R4(), rules_, clock_);
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
    for (const auto& [code, kind, above] : {std::tuple("H1", "county-general", ""), {"H2", "county-tcm", ""}, {"T1", "township", "H1"}, {"V1", "village", "T1"}})
      testing::PutInto(*store_, "Organization", code,
                       R"({"resourceType":"Organization","type":[{"coding":[{"code":")" + std::string(kind) + "\"}]}]" +
                           (*above ? R"(,"partOf":{"reference":"Organization/)" + std::string(above) + "\"}" : "") + "}", code);
    for (const char* owner : {"T1", "V1"}) testing::PutInto(*store_, "Patient", std::string("p") + owner, R"({"resourceType":"Patient"})", owner);
  }
  // `told` is called after every commit that was acknowledged.
  void Work(const std::function<void()>& told) {
    Instant since, consultations_since;
    for (int pass = 0; over_.size() < static_cast<size_t>(kReferrals) || consultations_over_.size() < static_cast<size_t>(kConsultations); ++pass) {
      ASSERT_LT(pass, 400) << "somebody waits for what does not come";
      for (int i = 0; i < kReferrals; ++i) {
        clock_.Advance(kPass / kReferrals);
        if (!over_.contains(i)) One(i, told);
        if (i % 5 == 0 && !consultations_over_.contains(i / 5)) OneConsultation(i / 5, told);
        if (i % std::max(10, kReferrals / 150) != 0) continue;
        const auto swept = referrals_->Sweep(since), reminded = consultations_->Sweep(consultations_since);
        ASSERT_TRUE(swept.ok()) << Describe(swept.error());
        ASSERT_TRUE(reminded.ok()) << Describe(reminded.error());
        for (size_t one = *swept + *reminded; one > 0; --one) told();
      }
      clock_.Advance(10 * kMinute);
    }
  }

 private:
  // Asked again after every restart; then the next step of its script, if it is its time.
  void One(int i, const std::function<void()>& told) {
    const scripts::Script& script = scripts::ScriptOf(i);
    NewReferral wanted;
    wanted.client_key = "key-" + std::to_string(i), wanted.patient = "p" + std::string(script.sender), wanted.direction = "up", wanted.urgency = "routine";
    wanted.reason = "x", wanted.receiver = "H1", wanted.consent = true, wanted.send = script.created_sent;
    const Result<Referral> there = referrals_->Create(At(std::string(script.sender)), wanted);
    ASSERT_TRUE(there.ok()) << Describe(there.error());
    if (there->version == 1) told();
    if (IsFinal(there->state)) over_.insert(i);
    const std::string_view next = scripts::NextStep(script, *there);
    if (next.empty()) return;
    const Transition* transition = FindTransition(there->state, next);
    ASSERT_TRUE(transition) << next << " from " << there->state << " of " << i;
    Step step;
    step.version = there->version, step.verb = next, step.note = "n";
    step.reason = next == "decline" ? "no-bed" : next == "refuse-take-over" ? "moved-away" : "improved";
    step.slot = Slot{FormatInstant({clock_.Now().microseconds + 10 * kMinute}, 0), "", ""}, step.result = ReferralResult{"", "r", {}}, step.plan = Plan{"", "plan", ""};
    const std::string_view who = transition->side == Side::kReceiver || transition->side == Side::kGiver ? "H1" : transition->side == Side::kReviewer ? "T1" : script.sender;
    const Result<Referral> done = referrals_->Do(At(std::string(who)), there->id, step);
    ASSERT_TRUE(done.ok()) << next << ": " << Describe(done.error());
    told();
  }
  void OneConsultation(int i, const std::function<void()>& told) {
    NewConsultation wanted;
    wanted.client_key = "asked-" + std::to_string(i), wanted.patient = "pT1", wanted.kind = "written", wanted.urgency = "routine", wanted.question = "?", wanted.from = "T1";
    wanted.mode = scripts::IsMdt(i) ? "mdt" : "single";
    wanted.invited = scripts::IsMdt(i) ? std::vector<std::string>{"H1", "H2"} : std::vector<std::string>{"H1"};
    const Result<Consultation> there = consultations_->Create(At("T1"), wanted);
    ASSERT_TRUE(there.ok()) << Describe(there.error());
    if (there->version == 1) told();
    if (IsOver(*there)) consultations_over_.insert(i);
    const auto [who, verb] = scripts::NextStep(i, *there);
    if (verb.empty()) return;
    ConsultationStep step;
    step.version = there->version, step.verb = verb, step.note = step.advice = step.text = "n";
    const Result<Consultation> done = consultations_->Do(At(std::string(who)), there->id, step);
    ASSERT_TRUE(done.ok()) << verb << ": " << Describe(done.error());
    told();
  }

  FakeClock clock_;
  SeededRandom random_{11};
  pack::ReferralRules rules_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Referrals> referrals_;
  std::unique_ptr<Consultations> consultations_;
  std::set<int> over_, consultations_over_;                // seen at their end by this run
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

// One notice for each event and institution, written once, and settled once at most: nobody reads here.
void CheckNotices(store::Snapshot& snapshot) {
  std::set<std::pair<std::string, std::string>> told;
  std::string after;
  for (;;) {
    const std::vector<store::Resource> some = snapshot.Scan("Communication", after, 10'000).value();
    if (some.empty()) break;
    for (const store::Resource& one : some) {
      const NoticeRecord record = NoticeFrom(one).value();
      EXPECT_EQ(record.id, NoticeId(record.notice.event, record.notice.recipient));
      EXPECT_TRUE(told.emplace(record.notice.event, record.notice.recipient).second) << record.notice.event << " was told twice to " << record.notice.recipient;
      EXPECT_EQ(record.version, record.settled ? 2u : 1u) << record.notice.event;
    }
    after = some.back().id;
  }
  EXPECT_GT(told.size(), static_cast<size_t>(kReferrals));
}

struct Seen {
  std::set<std::string> states, steps;                     // "sent accept"
  std::map<std::string, int> reminders, ends;
};

void ExpectInTime(Instant at, Instant due, const std::string& what) {
  EXPECT_GE(at, due) << what;
  EXPECT_LE(at.microseconds, due.microseconds + kOutage + kSlack) << what << " missed by more than the outage";
}

// When somebody has to be told, of a turn that began with this entry; the beginning of time: never.
Instant DueOf(const Referral& r, const Entry& turn) {
  if (turn.state == "sent" || turn.state == "under-review") return {InstantOf(r.sent_at).microseconds + 100 * kMinute};
  if (IsFinal(turn.state)) return {};
  // Every slot was ten minutes after it was given.
  return {InstantOf(turn.at).microseconds / 1'000'000 * 1'000'000 + (turn.state == "accepted" ? 10 * kMinute : 0) + kHour};
}

// The steps of its script, each once and in order, each of them in the table; whoever did not act in time was told in time.
void CheckReferral(int i, const store::Resource& task, Seen& seen) {
  const Referral r = ReferralFrom(task).value();
  const scripts::Script& script = scripts::ScriptOf(i);
  SCOPED_TRACE(r.id + " of " + std::to_string(i));
  std::vector<std::string> done;
  std::string state = "draft";
  const Entry* turn = nullptr;
  bool told = false;
  for (const Entry& entry : r.history) {
    const bool reminder = IsReminder(entry.verb);
    seen.states.insert(entry.state);
    if (turn && !told && DueOf(r, *turn) != Instant{}) {
      const Instant due = DueOf(r, *turn);
      if (reminder) ExpectInTime(InstantOf(entry.at), due, entry.verb);
      else EXPECT_LE(InstantOf(entry.at).microseconds, due.microseconds + kOutage + kSlack) << "nobody was told before " << entry.verb;
    }
    told = reminder;
    if (reminder) {
      ++seen.reminders[entry.verb];
      EXPECT_EQ(entry.state, state);
      continue;
    }
    turn = &entry;
    if (entry.verb == "create") continue;
    EXPECT_TRUE(FindTransition(state, entry.verb)) << entry.verb << " from " << state;
    seen.steps.insert(state + " " + entry.verb);
    state = entry.state;
    done.push_back(entry.verb);
  }
  std::vector<std::string> wanted;
  for (std::string_view verb : script.verbs) wanted.emplace_back(verb.substr(verb.starts_with('~')));
  EXPECT_EQ(done, wanted);
  EXPECT_EQ(task.version + (script.created_sent ? 1 : 0), r.history.size()) << "one version for each step; made and sent are one";
  if (r.state == "expired") ExpectInTime(InstantOf(r.history.back().at), {InstantOf(r.sent_at).microseconds + 300 * kMinute}, "expire");
  ++seen.ends[r.state];
}

// By all of its versions: the verbs, who was reminded when.
void CheckConsultation(int i, store::Snapshot& snapshot, const store::Resource& task, Seen& seen) {
  SCOPED_TRACE(task.id + " of " + std::to_string(i));
  std::vector<std::string> done;
  Consultation c;
  for (uint64_t version = 1; version <= task.version; ++version) {
    const store::Resource was = snapshot.ReadVersion("Task", task.id, version).value();
    const Consultation before = std::exchange(c, ConsultationFrom(was).value());
    seen.states.insert(c.state);
    for (const Invited& one : c.invited) seen.states.insert(one.state);
    if (!IsReminder(c.last_verb)) {
      done.push_back(c.last_verb);
      continue;
    }
    ++seen.reminders[c.last_verb];
    const bool first = c.last_verb == "remind" ? before.reminded == 0 : before.asker_reminded == 0;
    const Instant due = c.last_verb == "remind" ? InstantOf(c.answer_by) : Instant{InstantOf(c.turn_at).microseconds + kHour};
    if (first) ExpectInTime(was.last_updated, due, c.last_verb);
  }
  EXPECT_EQ(done, scripts::VerbsOf(i));
  EXPECT_TRUE(IsOver(c));
  const auto is_there = [&](const char* type, const std::string& id) { return snapshot.Read(type, id).ok(); };
  for (size_t k = 1; k <= c.opinions.size(); ++k) EXPECT_TRUE(is_there("Provenance", c.id + "-signature-" + std::to_string(k)));
  EXPECT_FALSE(is_there("Provenance", c.id + "-signature-" + std::to_string(c.opinions.size() + 1)));
  EXPECT_EQ(is_there("ClinicalImpression", c.id), c.conclusion.has_value());
}

TEST(ReferralKill, NoneLostNoneDoubledNoneMissedInAnyState) {
  const std::string folder = (std::filesystem::temp_directory_path() / ("qianxian-referral-" + std::to_string(getpid()))).string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  R4();
  for (int round = 0; round < kKills; ++round) KillAfter(folder, round, kCommitsBeforeKill, [](Program& run, const auto& told) { run.Work(told); });
  {
    Program run(folder);
    run.Work([] {});
    const auto snapshot = run.store().OpenSnapshot(access::SystemCaller("test")).value();
    EXPECT_EQ(snapshot->Count("Task").value(), static_cast<uint64_t>(kReferrals + kConsultations));
    EXPECT_EQ(snapshot->Count("ServiceRequest").value(), static_cast<uint64_t>(kReferrals + kConsultations));
    CheckNotices(*snapshot);
    Seen seen, consulted;
    for (int i = 0; i < kReferrals; ++i)
      CheckReferral(i, snapshot->Read("Task", "referral-" + KeyOf("doctor-" + std::string(scripts::ScriptOf(i).sender), "key-" + std::to_string(i))).value(), seen);
    for (int i = 0; i < kConsultations; ++i)
      CheckConsultation(i, *snapshot, snapshot->Read("Task", std::string(kConsultationPrefix) + KeyOf("doctor-T1", "asked-" + std::to_string(i))).value(), consulted);
    for (const Transition& one : Transitions()) {
      EXPECT_TRUE(seen.states.contains(std::string(one.from)) && seen.states.contains(std::string(one.to))) << one.from << ", " << one.to;
      EXPECT_TRUE(seen.steps.contains(std::string(one.from) + " " + std::string(one.verb))) << "never seen: " << one.from << " " << one.verb;
    }
    for (const char* verb : {"escalate", "remind-send", "remind-arrival", "remind-slot", "remind-result", "remind-decide", "remind-take-over", "remind-plan", "remind-close"})
      EXPECT_GT(seen.reminders[verb], 0) << verb;
    for (const char* verb : {"remind", "remind-conclude"}) EXPECT_GT(consulted.reminders[verb], 0) << verb;
    EXPECT_EQ(consulted.states, (std::set<std::string>{"open", "concluded", "closed", "withdrawn", "invited", "accepted", "declined", "opined"}));
    const auto whose = [](auto is) { return std::ranges::count_if(std::views::iota(0, kReferrals), is); };
    EXPECT_EQ(seen.ends["withdrawn"], whose([](int i) { return i % 100 == 7 || i % 100 == 42; })) << "2 %";
    EXPECT_EQ(seen.ends["expired"], whose([](int i) { return i % 100 == 3; })) << "1 %";
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
    int told = 0;                          // reminders of drafts that nobody sends are others
    const std::vector<store::Resource> notices = snapshot->Scan("Communication", "", 10'000).value();
    for (const store::Resource& notice : notices) told += notice.body.find("\"referral:propose\"") != std::string::npos;
    EXPECT_EQ(told, kPeople) << "each told once";
    std::set<std::string> patients;
    const std::vector<store::Resource> tasks = snapshot->Scan("Task", "", 1000).value();
    for (const store::Resource& task : tasks) {
      if (!task.id.starts_with("referral-")) continue;
      const Referral r = ReferralFrom(task).value();
      EXPECT_EQ(r.history.size(), task.version) << task.id;
      EXPECT_EQ(std::ranges::count_if(r.history, [](const Entry& one) { return !IsReminder(one.verb); }), 1) << task.id;
      patients.insert(r.patient);
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
