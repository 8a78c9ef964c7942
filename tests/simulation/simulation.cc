#include "simulation/simulation.h"

#include <algorithm>
#include <array>
#include <functional>

#include "flow/records.h"
#include "json/value.h"
#include "simulation/life.h"

namespace qianxian::simulation {
namespace {

constexpr int64_t kMinute = 60'000'000, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr int kTries = 12;
constexpr char kCursor[] = "flow-cursor";
constexpr char kOpenings[] = "SELECT count(*) FROM audit WHERE verb = 'open' AND rows = 1";

access::Caller System() { return access::SystemCaller("simulation"); }

access::Caller Doctor() {
  access::Caller caller;
  caller.user = "doctor", caller.role = access::Role::kClinician, caller.organizations = {"V1", "T1", "H1"};
  return caller;
}


class Run {
 public:
  explicit Run(const Options& options)
      : options_(options), random_(options.seed), model_(clock_), program_(options.seed, clock_, model_, options.sabotage) {}

  Report Do() {
    Problem problem = Begin();
    for (int step = 0; step < options_.steps && problem.empty(); ++step) problem = Step();
    if (problem.empty()) problem = End();
    report_.problem = std::move(problem);
    report_.commits = model_.t();
    report_.adopted = model_.adopted();
    report_.operations = program_.disk().operations();
    return std::move(report_);
  }

 private:
  // ---- how anything is done: until it is done, whatever the machine does meanwhile

  void Say(std::string what) { report_.steps.push_back(FormatInstant(clock_.Now()) + " " + std::move(what)); }

  // A failure of the machine must have a cause; then the machine is put right and it is tried again, as whoever asked would.
  Problem Persist(const std::string& what, const std::function<Status()>& act, Status* last = nullptr) {
    for (int tries = 0; tries < kTries; ++tries) {
      const Status status = act();
      if (Problem problem = program_.witness().TakeProblem(); !problem.empty()) return what + ": " + problem;
      if (status.ok() || !IsOfTheMachine(status.error())) {
        if (last != nullptr) *last = status;
        return program_.disk().has_power() ? Problem() : Restart();
      }
      if (program_.disk().has_power() && !program_.disk().came()) return what + " failed without a cause: " + Describe(status.error());
      Say("  " + what + " failed: " + status.error().code + (program_.disk().has_power() ? "" : ", without power"));
      if (Problem problem = Recover(); !problem.empty()) return what + ": " + problem;
    }
    return what + " does not get done";
  }

  Problem Recover() {
    ++report_.faults;
    if (!program_.disk().has_power() || random_.NextBelow(4) == 0) return Restart();
    program_.disk().Mend();
    return program_.store() == nullptr ? Problem() : model_.CheckSome(*program_.store(), random_);
  }

  // Both processes are killed, or lose their power, and one comes back.
  Problem Restart() {
    ++report_.kills;
    Say("  killed");
    program_.Kill(random_);
    if (Problem problem = Reopen(); !problem.empty()) return problem;
    return CountOpenings();
  }

  Problem CountOpenings() {
    const int64_t openings = program_.Ask(kOpenings);
    if (openings < openings_sure_ || openings > openings_) return "the audit has " + std::to_string(openings) + " openings of " + std::to_string(openings_sure_) + " to " + std::to_string(openings_);
    openings_ = openings_sure_ = openings;
    return {};
  }

  Problem Reopen() {
    if (random_.NextBelow(4) == 0) Arm();
    for (int tries = 0; tries < kTries; ++tries) {
      const Status opened = program_.Open();
      if (opened.ok()) {
        program_.disk().Mend();
        if (!program_.disk().has_power()) return Restart();
        if (Problem problem = model_.Adopt(*program_.store()); !problem.empty()) return problem;
        return model_.CheckAll(*program_.store());
      }
      if (program_.disk().has_power() && !program_.disk().came()) return "the store does not open: " + Describe(opened.error());
      Say("  opening failed: " + opened.error().code);
      if (!program_.disk().has_power()) program_.Kill(random_);
      program_.disk().Mend();
    }
    return "the store does not open";
  }

  void Arm() {
    static constexpr Fault kFaults[] = {Fault::kRead, Fault::kWrite, Fault::kSync, Fault::kFull, Fault::kPower, Fault::kPower};
    const Fault fault = kFaults[random_.NextBelow(6)];
    const uint64_t after = fault == Fault::kSync ? random_.NextBelow(4) : random_.NextBelow(random_.NextBelow(2) == 0 ? 6 : 60);
    Say("  to come after " + std::to_string(after) + ": " + Name(fault) + " fails");
    program_.disk().Arm(fault, after);
  }

  // ---- what happens

  Problem Begin() {
    if (Problem problem = Reopen(); !problem.empty()) return problem;
    return Commit("the places of care", Places());
  }

  // The judge is given what the record took, and must say the same of it.
  Problem Commit(const std::string& what, store::CommitRequest request) {
    Say(what + ", " + std::to_string(request.changes.size()) + " changes");
    Status last = Ok();
    const uint64_t before = model_.t();
    Problem problem = Persist(what, [&]() -> Status {
      if (model_.t() > before) return Ok();                // it was there after the crash
      const bool elsewhere = program_.other() != nullptr && random_.NextBelow(2) == 0;
      program_.witness().Use(elsewhere ? program_.other() : program_.store());
      const auto receipt = program_.witness().Commit(System(), request);
      program_.witness().Use(program_.store());
      if (!receipt.ok()) return receipt.error();
      return Ok();
    }, &last);
    if (!problem.empty()) return problem;
    const auto judged = program_.judge_store().Commit(System(), std::move(request));
    const std::string is = last.ok() ? "" : last.error().code, should = judged.ok() ? "" : judged.error().code;
    return is == should ? Problem() : what + ": '" + is + "' instead of '" + should + "'";
  }

  Problem Tick() {
    Say("the engine looks");
    Problem problem = Persist("the engine", [&]() -> Status {
      QX_DO(program_.flow().Tick());
      return Ok();
    });
    if (!problem.empty()) return problem;
    const auto judged = program_.judge().Tick();
    if (!judged.ok()) return "the judge's engine: " + Describe(judged.error());
    return Compare();
  }

  // Everything that is there is there with the judge too, and the same; the engine's place in the feed apart.
  Problem Compare() {
    const auto snapshot = program_.judge_store().OpenSnapshot(System());
    if (!snapshot.ok()) return Describe(snapshot.error());
    for (const auto& [key, versions] : model_.resources()) {
      if (key.second == kCursor) continue;
      const Version& is = versions.back();
      const std::string name = key.first + "/" + key.second;
      const auto judged = (*snapshot)->Read(key.first, key.second);
      if (judged.ok() == is.deleted) return name + (is.deleted ? " is gone, and with the judge it is not" : " is not with the judge: " + is.body);
      if (is.deleted) continue;
      if (!SameBody(is.body, judged->body)) return name + " is otherwise with the judge: " + is.body + " | " + judged->body;
      if (is.version != judged->version) return name + " was written " + std::to_string(is.version) + " times instead of " + std::to_string(judged->version);
    }
    for (const char* type : {"EpisodeOfCare", "CarePlan", "Task", "QuestionnaireResponse"}) {
      const uint64_t judged = (*snapshot)->Count(type).value_or(0);
      const auto is = std::count_if(model_.resources().begin(), model_.resources().end(), [&](const auto& one) { return one.first.first == type && !one.second.back().deleted; });
      if (static_cast<uint64_t>(is) != judged) return "there are " + std::to_string(is) + " " + type + " instead of " + std::to_string(judged);
    }
    return {};
  }

  // A person acts through the engine, here and with the judge; both say the same.
  Problem Act(const std::string& what, const std::function<Status(flow::Flow&)>& act) {
    Say(what);
    Status last = Ok();
    if (Problem problem = Persist(what, [&] { return act(program_.flow()); }, &last); !problem.empty()) return problem;
    const Status judged = act(program_.judge());
    const std::string is = last.ok() ? "" : last.error().code, should = judged.ok() ? "" : judged.error().code;
    if (is != should) return what + ": '" + is + "' instead of '" + should + "'";
    return Compare();
  }

  std::vector<std::pair<flow::Step, uint64_t>> OpenSteps() const {
    std::vector<std::pair<flow::Step, uint64_t>> steps;
    for (const auto& [key, versions] : model_.resources()) {
      if (key.first != "Task" || versions.back().deleted) continue;
      const auto document = json::Document::Parse(versions.back().body);
      flow::Step step = flow::StepOfFhir(document->root());
      step.id = key.second;
      if (step.status == "ready") steps.emplace_back(std::move(step), versions.back().version);
    }
    return steps;
  }

  Problem Visit() {
    const auto steps = OpenSteps();
    if (steps.empty()) return {};
    const auto& [step, version] = steps[random_.NextBelow(steps.size())];
    flow::VisitRequest visit;
    visit.key = "visit-" + std::to_string(++number_), visit.patient = step.patient, visit.method = "clinic";
    visit.tasks = {{step.id, random_.NextBelow(10) == 0 ? version + 1 : version}};
    const std::string high = std::to_string(110 + random_.NextBelow(80));
    if (step.form == "pressure-visit") visit.forms = {{step.form, {{"systolic", {high}}, {"diastolic", {"85"}}}}};
    if (step.form == "sugar-visit") visit.forms = {{step.form, {{"glucose", {"7.1"}}}}};
    if (step.form == "recall-call") visit.forms = {{step.form, {{"answer", {random_.NextBelow(2) == 0 ? "none" : "will-go"}}}}};
    return Act("a visit of " + visit.patient + " for " + step.step, [&](flow::Flow& flow) -> Status {
      QX_DO(flow.Visit(Doctor(), visit));
      return Ok();
    });
  }

  Problem Enrol() {
    const std::string patient = "p" + std::to_string(random_.NextBelow(9));
    return Act(patient + " is enrolled", [&](flow::Flow& flow) -> Status {
      QX_DO(flow.Enrol(Doctor(), {patient, "pressure", "V1"}));
      return Ok();
    });
  }

  Problem Exit() {
    const std::string enrolment = flow::EnrolmentId("pressure", "p" + std::to_string(random_.NextBelow(9)), 1);
    return Act(enrolment + " ends", [&](flow::Flow& flow) { return flow.Exit(Doctor(), {enrolment, "declined", "", ""}); });
  }

  Problem Measure() {
    Say("the measures");
    ++report_.measured;
    Problem problem = Persist("the warehouse", [&] { return program_.CatchUp(); });
    if (!problem.empty()) return problem;
    if (!program_.has_warehouse()) return {};    // the power went at its last read: the next round
    std::map<std::string, std::array<int64_t, 3>> plain;       // hospital → deaths, discharges, days
    for (const Discharge& one : DischargesOf(model_)) {
      auto& counts = plain[one.organization];
      counts[0] += one.disposition == "5" ? 1 : 0, counts[1] += 1, counts[2] += one.days;
    }
    const measure::SheetRequest request{.measures = {"inpatient-mortality", "average-length-of-stay"}, .period = Period::Parse("2025").value(), .by = {measure::By::kNothing}};
    const auto sheet = program_.measures().Evaluate(System(), request);
    if (!sheet.ok()) return "the measures: " + Describe(sheet.error());
    if (sheet->as_of != model_.t()) return "the measures are as of t " + std::to_string(sheet->as_of) + " instead of " + std::to_string(model_.t());
    for (const measure::SheetRow& row : sheet->rows) {
      if (row.subject_kind.empty()) continue;                  // the county: its hospitals together
      const auto counts = plain.count(row.subject) != 0 ? plain.at(row.subject) : std::array<int64_t, 3>{};
      const int64_t above = row.measure == "inpatient-mortality" ? counts[0] : counts[2];
      const std::string is = (row.numerator ? row.numerator->ToString() : "0") + "/" + (row.denominator ? row.denominator->ToString() : "0");
      const std::string should = std::to_string(above) + "/" + std::to_string(counts[1]);
      if (is != should) return row.measure + " of " + row.subject + " is " + is + " instead of " + should;
      ++compared_;
    }
    return {};
  }

  // A doctor turns to a patient: noted in the audit once, or not shown.
  Problem Look() {
    const std::string patient = "p" + std::to_string(random_.NextBelow(9));
    Say("a doctor looks at " + patient);
    Status last = Ok();
    Problem problem = Persist("reading", [&]() -> Status {
      QX_TRY(const auto snapshot, program_.store()->OpenSnapshot(Doctor()));
      const auto opened = snapshot->OpenPatient(patient);
      openings_ += opened.ok() ? 1 : 0;
      if (!opened.ok()) return opened.error();
      return Ok();
    }, &last);
    if (!problem.empty()) return problem;
    const bool there = model_.Living({"Patient", patient}) != nullptr;
    return there == last.ok() ? Problem() : patient + (there ? " cannot be read: " + Describe(last.error()) : " can be read");
  }

  // What the store does by itself, of either process. Afterwards every opening is noted, once.
  Problem Tend() {
    Say("the stores are looked after");
    const bool quiet = !armed();
    program_.store()->Tend();
    if (program_.other() != nullptr) program_.other()->Tend();
    if (!program_.disk().has_power()) return Restart();
    if (!quiet) return {};
    const int64_t openings = program_.Ask(kOpenings);
    if (openings != openings_) return "the audit has " + std::to_string(openings) + " openings of " + std::to_string(openings_);
    openings_sure_ = openings_;
    return {};
  }

  void MoveClock() {
    static constexpr int64_t kForward[] = {kMinute, kMinute, kHour, kHour, kDay, kDay, 3 * kDay, 16 * kDay, 90 * kDay};
    const uint64_t way = random_.NextBelow(8);
    const int64_t by = way == 0 ? -kHour * static_cast<int64_t>(1 + random_.NextBelow(50)) : way == 1 ? -kDay * static_cast<int64_t>(random_.NextBelow(60)) : kForward[random_.NextBelow(9)];
    clock_.Advance(by);
    newest_clock_ = std::max(newest_clock_, clock_.Now().microseconds);
    Say(std::string("the clock goes ") + (by < 0 ? "back" : "on"));
  }

  Problem Processes() {
    switch (random_.NextBelow(5)) {
      case 0: {
        Say("the store is closed and opened");
        program_.Close();
        if (!program_.disk().has_power()) program_.Kill(random_);
        program_.disk().Mend();
        if (Problem problem = Reopen(); !problem.empty()) return problem;
        return CountOpenings();            // closing writes what waits, unless the disk is out of order
      }
      case 1: case 2: Say("a kill"); return Restart();
      case 3: Say("another process opens the record"); return Persist("the other process", [&] { return program_.OpenOther(); });
      default: Say("the other process ends"); program_.CloseOther(); return {};
    }
  }

  Problem Fold() {
    static constexpr int kModes[] = {SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL, SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE};
    Say("the log is folded into the file");
    program_.Checkpoint(kModes[random_.NextBelow(4)]);
    return program_.disk().has_power() ? Problem() : Restart();
  }

  Problem Something() {
    switch (random_.NextBelow(22)) {
      case 0: return Commit("an import", AnImport(random_, ++number_));
      case 1: case 2: case 3: return Tick();
      case 4: case 5: return Visit();
      case 6: return Enrol();
      case 7: return random_.NextBelow(3) == 0 ? Exit() : Visit();
      case 8: return random_.NextBelow(2) == 0 ? Measure() : Problem();
      case 9: return Tend();
      case 10: return Look();
      case 11: case 12: MoveClock(); return {};
      case 13: return Processes();
      case 14: return Fold();
      case 15: return random_.NextBelow(3) == 0 ? Commit("a search parameter", ASearchParameter(random_)) : Problem();
      case 16:
        if (random_.NextBelow(8) != 0) return {};
        Say("the index is made again");
        return Persist("the index", [&] { return program_.store()->RebuildIndex(System(), nullptr); });
      default: return Commit("changes", SomeChanges(model_, random_, clock_.Now(), ++number_));
    }
  }

  bool armed() const { return armed_; }

  Problem Step() {
    armed_ = random_.NextBelow(4) == 0;
    if (armed_) Arm();
    Problem problem = Something();
    report_.faults += program_.disk().Mend() ? 1 : 0;
    if (problem.empty() && !program_.disk().has_power()) problem = Restart();
    if (problem.empty()) problem = model_.CheckSome(*program_.store(), random_);
    if (problem.empty() && program_.other() != nullptr) problem = model_.CheckSome(*program_.other(), random_);
    return problem;
  }

  // In peace: all is done, counted and looked at once more, by a process that starts from nothing too.
  Problem End() {
    Say("the end");
    program_.CloseOther();
    if (Problem problem = Tick(); !problem.empty()) return problem;
    if (Problem problem = Measure(); !problem.empty()) return problem;
    clock_.Set({std::max(clock_.Now().microseconds, newest_clock_) + 400 * kDay});
    const int64_t seals = program_.Ask("SELECT count(*) FROM audit_seal");
    armed_ = false;
    if (Problem problem = Tend(); !problem.empty()) return problem;
    report_.seals = program_.Ask("SELECT count(*) FROM audit_seal");
    if (report_.seals != seals + 1) return "the audit was not sealed at the end";
    if (Problem problem = model_.CheckAll(*program_.store()); !problem.empty()) return problem;
    if (Problem problem = Restart(); !problem.empty()) return problem;
    const auto again = program_.flow().Tick();               // timers of the days since apart
    if (!again.ok()) return "the engine at the end: " + Describe(again.error());
    if (program_.judge().Tick().ok() && compared_ == 0 && options_.steps > 50) return "no measure was compared";
    return Compare();
  }

  const Options options_;
  SeededRandom random_;
  FakeClock clock_{{1'772'413'200'000'000}};               // 2026-03-02 09:00 in China
  Model model_;
  Program program_;
  Report report_;
  uint64_t number_ = 0, compared_ = 0;
  bool armed_ = false;
  int64_t newest_clock_ = 1'772'413'200'000'000;
  int64_t openings_ = 0, openings_sure_ = 0;               // of patients: shown; surely in the audit
};

}  // namespace

Report Simulate(const Options& options) { return Run(options).Do(); }

}  // namespace qianxian::simulation
