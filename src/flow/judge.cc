#include "flow/judge.h"

#include <algorithm>
#include <set>

#include "base/date.h"
#include "base/text.h"
#include "json/writer.h"

namespace qianxian::flow {
namespace {

constexpr size_t kEvidence = 10;           // records that a step's Task names as its result
constexpr int kRounds = 20;                // stages and steps that follow from each other at once

constexpr std::string_view kLevels[] = {"village", "township", "county", "city"};

int RankOf(const std::string& level) {
  const auto found = std::find(std::begin(kLevels), std::end(kLevels), level);
  return found == std::end(kLevels) ? -1 : static_cast<int>(found - std::begin(kLevels));
}

// The last of the present stay in the stage.
const Step* LastStep(const Care& care, const std::string& step) {
  const Step* last = nullptr;
  for (const Step& one : care.steps)
    if (one.step == step && one.stay == care.plan.stay && (!last || one.occurrence > last->occurrence)) last = &one;
  return last;
}

int64_t CountOf(const Care& care, const std::string& step) {
  return std::count_if(care.steps.begin(), care.steps.end(), [&](const Step& one) { return one.step == step; });
}
// In this stay; what was asked for again was not done with.
int64_t TimesOf(const Care& care, const std::string& step) {
  return std::count_if(care.steps.begin(), care.steps.end(), [&](const Step& one) { return one.step == step && one.stay == care.plan.stay && one.asked_again.empty(); });
}

// Steps that a step of the present stage may follow: those of the same stage only as far as they were done in this stay.
bool Counts(const Care& care, const std::string& step, const Step& one) {
  if (one.step != step || one.status != "completed" || !one.asked_again.empty()) return false;
  if (one.stay == care.plan.stay) return true;
  const pack::Stage* stage = pack::StageOfStep(care.programme->pathway, step);
  return !stage || stage->id != care.plan.stage;
}

// What an expression speaks of, the named ones in it included.
std::string WithLets(const Programme& programme, const std::string& text) {
  const auto found = programme.compiled.find(text);
  std::string whole = text;
  if (found != programme.compiled.end())
    for (const auto& [name, let] : programme.pathway.let)
      if (std::find(found->second.lets.begin(), found->second.lets.end(), name) != found->second.lets.end()) whole += " " + let;
  return whole;
}

}  // namespace

std::string Places::At(const std::string& organization, const std::string& level) const {
  std::string code = organization;
  for (int up = 0; up < 8; ++up) {
    const auto found = places_.find(code);
    if (found == places_.end()) break;
    if (found->second.level == level) return code;
    if (found->second.above.empty() || found->second.above == code) break;
    code = found->second.above;
  }
  return organization;
}

std::string Places::LevelOf(const std::string& organization) const {
  const auto found = places_.find(organization);
  return found == places_.end() ? std::string() : found->second.level;
}

bool Places::IsAtOrAbove(const std::string& above, const std::string& organization) const {
  std::string code = organization;
  for (int up = 0; up < 8 && !code.empty(); ++up) {
    if (code == above) return true;
    const auto found = places_.find(code);
    if (found == places_.end()) break;
    code = found->second.above;
  }
  return false;
}

bool Places::MayDo(const std::string& organization, const std::vector<std::string>& levels) const {
  const int own = RankOf(LevelOf(organization));
  return own < 0 || std::any_of(levels.begin(), levels.end(), [&](const std::string& level) { return RankOf(level) <= own; });
}

Judge::Judge(const PatientRecord& record, Evaluation& evaluation, const std::vector<std::shared_ptr<const Programme>>& current,
             const std::function<std::shared_ptr<const Programme>(const std::string&)>& frozen, const Places& places, std::string today)
    : record_(record), evaluation_(evaluation), current_(current), places_(places), today_(std::move(today)), downs_(DownsOf(record)) {
  evaluation_.SetRecord(record);
  const auto keep = [&](const Piece& piece) {
    versions_[piece.type + "/" + piece.id] = {piece.version, piece.owner};
  };
  for (const Piece& piece : record.pieces) {
    if (piece.type != "EpisodeOfCare" || !StartsWith(piece.id, "care-")) continue;
    Care care;
    care.enrolment = EnrolmentFromFhir(piece.document->root());
    care.enrolment.owner = piece.owner;
    care.programme = care.enrolment.definition.empty() ? nullptr : frozen(care.enrolment.definition);
    keep(piece);
    cares_.push_back(std::move(care));
  }
  std::sort(cares_.begin(), cares_.end(), [](const Care& a, const Care& b) {
    return std::tie(a.enrolment.pathway, a.enrolment.number) < std::tie(b.enrolment.pathway, b.enrolment.number);
  });
  for (const Piece& piece : record.pieces) {
    const bool plan = piece.type == "CarePlan" && StartsWith(piece.id, "plan-");
    const bool step = piece.type == "Task" && StartsWith(piece.id, "step-");
    if (!plan && !step) continue;
    keep(piece);
    const json::Value root = piece.document->root();
    const std::string enrolment = ExtensionText(root, "enrolment");
    for (Care& care : cares_) {
      if (care.enrolment.id != enrolment) continue;
      if (plan) care.plan = PlanFromFhir(root), care.plan.owner = piece.owner;
      if (step) care.steps.push_back(StepOfFhir(root)), care.steps.back().owner = piece.owner, care.steps.back().version = piece.version;
    }
  }
  for (const Care& care : cares_) {
    before_["EpisodeOfCare/" + care.enrolment.id] = AsFhir(care.enrolment, "") + care.enrolment.owner;
    if (!care.plan.id.empty()) before_["CarePlan/" + care.plan.id] = AsFhir(care.plan, "") + care.plan.owner;
    for (const Step& step : care.steps) before_["Task/" + step.id] = AsFhir(step) + step.owner;
  }
  // Those of releases that kept it in the plan alone get it now.
  for (Care& care : cares_)
    if (care.enrolment.stage_since.empty()) care.enrolment.stage_since = care.plan.stage_since;
  screened_.patient = record.patient;
  for (const Piece& piece : record.pieces) {
    if (piece.type != "Basic" || piece.id != ScreenedId(record.patient)) continue;
    keep(piece);
    for (const std::string& pathway : ExtensionTexts(piece.document->root(), "pathway")) screened_.pathways.insert(pathway);
    before_["Basic/" + piece.id] = ScreenedAsFhir(screened_) + piece.owner;
  }
}

// --- the way through ----------------------------------------------------------------------------------------------

void Judge::SetReferral(const std::string& referral) {
  for (const Piece& piece : record_.pieces)
    if (piece.type == "Task" && piece.id == referral) return evaluation_.SetResource("referral", piece.document->root());
  evaluation_.SetNothing("referral");
}

void Judge::SetVariables(const Care& care, const Step* step, const std::string& expression) {
  const std::string text = WithLets(*care.programme, expression);
  if (text.find("%enrolment") != std::string::npos) evaluation_.SetDocument("enrolment", AsFhir(care.enrolment, ""));
  if (text.find("%plan") != std::string::npos) evaluation_.SetDocument("plan", AsFhir(care.plan, ""));
  if (text.find("%stage_since") != std::string::npos) evaluation_.SetDay("stage_since", care.plan.stage_since);
  if (text.find("%referral") != std::string::npos) {
    const Down* down = DownOf(care);
    SetReferral(down ? down->referral : "");
  }
  if (!step) return;
  if (text.find("%task") != std::string::npos) evaluation_.SetDocument("task", AsFhir(*step));
  if (text.find("%since") != std::string::npos) evaluation_.SetDay("since", step->since);
}

void Judge::End(Care& care, const std::string& status, const std::string& reason, const std::string& note) {
  if (care.enrolment.status == "active") care.enrolment.transitions.push_back(care.enrolment.stage + ">exit:" + reason);
  care.enrolment.status = status;
  care.enrolment.until = today_;
  care.enrolment.exit_reason = reason;
  care.enrolment.exit_note = note;
  if (!care.plan.id.empty()) care.plan.status = status == "finished" ? "completed" : "revoked";
  for (Step& step : care.steps) {
    if (!IsOpen(step)) continue;
    step.status = "cancelled";
    step.why = reason;
    step.wake.clear();
  }
}

std::string Judge::DueOf(const Care& care, const pack::Step& step, const Step* last) {
  if (last) return last->next_due;
  switch (step.anchor) {
    case pack::Step::Anchor::kEnrolment:       // who comes back to a stage begins it anew
      return PlusDays(CountOf(care, step.id) > 0 ? care.plan.stage_since : care.enrolment.since, step.offset_days);
    case pack::Step::Anchor::kStage: return PlusDays(care.plan.stage_since, step.offset_days);
    case pack::Step::Anchor::kStep: {
      const Step* other = nullptr;
      for (const Step& one : care.steps)
        if (Counts(care, step.anchor_step, one)) other = &one;
      return other ? PlusDays(other->done_on, step.offset_days) : std::string();
    }
    case pack::Step::Anchor::kDate: {
      SetVariables(care, nullptr, step.date);
      const std::string date = evaluation_.DateOf(*care.programme, step.date);
      return date.empty() ? date : PlusDays(date, step.offset_days);
    }
  }
  return {};
}

// A step without a repeat of its own follows another one each time that this is done: a recall every positive screening.
bool Judge::IsDueAfter(const Care& care, const pack::Step& step, const Step& last) const {
  if (step.anchor != pack::Step::Anchor::kStep || step.repeat) return false;
  return std::any_of(care.steps.begin(), care.steps.end(), [&](const Step& one) {
    return Counts(care, step.anchor_step, one) && one.done_on > last.since && one.done_on > last.done_on;
  });
}

// What comes of a sending down belongs to its receiver, and what a level below does to the patient's own organisation there.
std::string Judge::OwnerFor(const Care& care, const std::string& level) const {
  const std::string found = places_.At(care.enrolment.owner, level);
  if (care.enrolment.downs.empty() || level.empty() || places_.LevelOf(found) == level) return found;
  const std::string home = places_.At(PatientOrganization(), level);
  return places_.LevelOf(home) == level && places_.IsAtOrAbove(care.enrolment.owner, home) ? home : found;
}

std::vector<std::string> Judge::MayDo(const Care& care, const Step& step) const {
  std::vector<std::string> all = {step.owner};
  for (const std::string& level : step.who) {
    const std::string place = OwnerFor(care, level);
    if (places_.LevelOf(place) == level && std::find(all.begin(), all.end(), place) == all.end()) all.push_back(place);
  }
  return all;
}

Step Judge::NewStep(const Care& care, const pack::Step& step) const {
  const pack::Pathway& pathway = care.programme->pathway;
  Step task;
  task.occurrence = CountOf(care, step.id) + 1;
  task.stay = care.plan.stay;
  task.id = StepId(care.enrolment.id, step.id, task.occurrence);
  task.owner = OwnerFor(care, step.who.front());
  task.status = "ready";
  task.pathway = pathway.id, task.edition = pathway.edition, task.patient = record_.patient;
  task.enrolment = care.enrolment.id, task.plan = care.plan.id;
  task.step = step.id, task.name = step.name.zh, task.form = step.form, task.activity = step.activity;
  task.who = step.who;
  return task;
}

bool Judge::OpenSteps(Care& care) {
  const pack::Pathway& pathway = care.programme->pathway;
  bool opened = false;
  for (const pack::Stage& stage : pathway.stages) {
    if (stage.id != care.plan.stage) continue;
    for (const pack::Step& step : stage.steps) {
      const Step* last = LastStep(care, step.id);
      const bool done = last && last->status == "completed";
      const bool follows = done && IsDueAfter(care, step, *last);
      const bool again = done && !last->asked_again.empty();
      const bool repeats = done && step.repeat && (step.repeat->times == 0 || TimesOf(care, step.id) < step.repeat->times);
      if (last && !follows && !again && !repeats) continue;
      const std::string due = DueOf(care, step, follows ? nullptr : last);
      if (due.empty()) continue;
      SetVariables(care, nullptr, step.when);
      if (!step.when.empty() && !evaluation_.IsTrue(*care.programme, step.when)) continue;
      Step task = NewStep(care, step);
      task.since = last && !follows ? PlusDays(last->done_on, 1) : today_;
      task.again = again && !follows ? last->again + 1 : 0;
      if (step.again && step.again->most > 0 && task.again > step.again->most && !step.escalate.empty()) task.escalated_to = step.escalate.front().to;
      task.due = due, task.window_start = PlusDays(due, -step.days_before), task.window_end = PlusDays(due, step.days_after);
      care.steps.push_back(std::move(task));
      opened = true;
    }
  }
  return opened;
}

void Judge::Complete(Care& care, Step& task, const std::string& on, const NextVisit& next, const std::vector<std::string>& output) {
  task.status = "completed";
  task.done_on = on;
  task.wake.clear();
  task.escalated_to.clear();
  task.output = output;
  const pack::Step* step = pack::FindStep(care.programme->pathway, task.step);
  if (!step) return;
  for (const pack::ProposedReferral& refer : step->refer) {
    SetVariables(care, &task, refer.when);
    if (refer.when.empty() || evaluation_.IsTrue(*care.programme, refer.when)) task.proposals.push_back(refer.urgency + " " + refer.criterion);
  }
  if (AsksAgain(care, task, *step, next.date) || !step->repeat) return;
  task.next_due = next.date;
  if (!task.next_due.empty()) return;
  // Pathway and form may both name a day for what was found: the earlier one counts.
  std::optional<int> days = DaysByResult(care, task, *step);
  if (next.days && (!days || *next.days < *days)) days = next.days;
  task.next_due = PlusDays(on, days.value_or(step->repeat->days));
}

std::optional<int> Judge::DaysByResult(const Care& care, const Step& task, const pack::Step& step) {
  for (const pack::RepeatBranch& branch : step.repeat->next) {
    SetVariables(care, &task, branch.when);
    if (evaluation_.IsTrue(*care.programme, branch.when)) return branch.days;
  }
  return std::nullopt;
}

// It was done, and was not all: somebody could not be reached, an answer is to come.
bool Judge::AsksAgain(const Care& care, Step& task, const pack::Step& step, const std::string& next_date) {
  if (!step.again) return false;
  const pack::Again& again = *step.again;
  SetVariables(care, &task, again.when);
  if (!evaluation_.IsTrue(*care.programme, again.when)) return false;
  if (again.most > 0 && task.again >= again.most && !again.escalate) return false;
  std::string date;
  if (!again.on.empty()) {
    SetVariables(care, &task, again.on);
    date = evaluation_.DateOf(*care.programme, again.on);
  }
  if (date.empty()) date = next_date.empty() ? PlusDays(task.done_on, again.days) : next_date;
  task.next_due = task.asked_again = std::max(date, PlusDays(task.done_on, 1));
  return true;
}

// By what the record shows it: the newest records of the kinds that `done` asks for.
std::vector<std::string> Judge::EvidenceOf(const Care& care, const pack::Step& step) const {
  std::set<std::string> types;
  AddTypes(WithLets(*care.programme, step.done), types);
  std::vector<std::string> out;
  std::string newest;
  for (const Piece& piece : record_.pieces) {
    if (!types.count(piece.type) || versions_.count(piece.type + "/" + piece.id)) continue;     // the engine's own are no result
    const auto meta = piece.document->root().Find("meta");
    // What is written in this very commit has no day of the store's yet.
    const std::string at(meta && !meta->FindString("lastUpdated").empty() ? meta->FindString("lastUpdated") : "9999");
    if (at > newest) out.clear(), newest = at;
    if (at == newest && out.size() < kEvidence) out.push_back(piece.type + "/" + piece.id);
  }
  return out;
}

bool Judge::DoneByRecord(Care& care) {
  bool any = false;
  for (size_t i = 0; i < care.steps.size(); ++i) {
    Step& task = care.steps[i];
    if (!IsOpen(task) || task.since > today_) continue;
    const pack::Step* step = pack::FindStep(care.programme->pathway, task.step);
    if (!step) continue;
    if (const Down* down = AnswerTo(care, *step)) {
      Complete(care, task, down->decided_on.empty() ? today_ : down->decided_on, {}, {"Task/" + down->referral});
    } else {
      if (step->done.empty()) continue;
      SetVariables(care, &task, step->done);
      if (!evaluation_.IsTrue(*care.programme, step->done)) continue;
      Complete(care, task, today_, {}, EvidenceOf(care, *step));
    }
    any = true;
  }
  return any;
}

// To those after the present one, and back to those that name it.
bool Judge::MayGoFromHere(const Care& care, const pack::Stage& stage) const {
  if (std::find(stage.from.begin(), stage.from.end(), care.plan.stage) != stage.from.end()) return true;
  const auto& stages = care.programme->pathway.stages;
  const auto here = std::find_if(stages.begin(), stages.end(), [&](const pack::Stage& one) { return one.id == care.plan.stage; });
  return here != stages.end() && &stage > &*here;
}

void Judge::GoTo(Care& care, const pack::Stage& stage) {
  care.enrolment.transitions.push_back(care.plan.stage + ">" + stage.id);
  care.plan.stage = care.enrolment.stage = stage.id;
  care.plan.stage_since = care.enrolment.stage_since = today_;
  care.plan.course = stage.course;
  ++care.plan.stay;
}

bool Judge::EnterStage(Care& care) {
  for (const pack::Stage& stage : care.programme->pathway.stages) {
    if (stage.id == care.plan.stage || stage.enter.empty() || !MayGoFromHere(care, stage)) continue;
    SetVariables(care, nullptr, stage.enter);
    if (!evaluation_.IsTrue(*care.programme, stage.enter)) continue;
    for (Step& task : care.steps) {
      if (!IsOpen(task)) continue;
      task.status = "cancelled", task.why = "stage:" + stage.id;
      task.wake.clear();
    }
    GoTo(care, stage);
    return true;
  }
  return false;
}

bool Judge::OneRound(Care& care) {
  const bool done = DoneByRecord(care), entered = EnterStage(care), opened = OpenSteps(care);
  return done || entered || opened;
}

void Judge::Escalate(Care& care) {
  for (Step& task : care.steps) {
    if (!IsOpen(task)) continue;
    task.wake.clear();
    const pack::Step* step = pack::FindStep(care.programme->pathway, task.step);
    if (!step) continue;
    for (const pack::Escalation& one : step->escalate) {
      const std::string from = PlusDays(task.due, one.after_days + 1);
      if (today_ >= from) {
        task.escalated_to = one.to;
        continue;
      }
      task.wake = StartOfDay(from);
      break;
    }
  }
}

void Judge::LookAtCare(Care& care) {
  if (care.enrolment.status != "active") return;
  if (!care.programme) {                   // its edition cannot be read: it stays as it is, but for this
    if (IsDeceased()) End(care, "finished", std::string(pack::kDeath), "");
    return;
  }
  for (const pack::Exit& exit : care.programme->pathway.exits) {
    if (exit.when.empty()) continue;
    SetVariables(care, nullptr, exit.when);
    if (!evaluation_.IsTrue(*care.programme, exit.when)) continue;
    if (exit.id == pack::kDeath && !IsDeceased()) Die("", "");                 // of this course it is said, and so of all
    return End(care, "finished", exit.id, "");
  }
  if (IsDeceased()) return End(care, "finished", std::string(pack::kDeath), "");
  if (EndRefused(care)) return;
  for (int round = 0; round < kRounds && OneRound(care); ++round) {
  }
  PlaceNextVisit(care);
  Escalate(care);
}

void Judge::Look() {
  if (!record_.pieces.empty() && record_.pieces[0].type == "Patient") LookAtScreening();
  for (const auto& programme : current_) {
    if (programme->pathway.entry.by_referral) LookAtDowns(programme);
    else LookAtEntry(programme);
  }
  EnterNamed();
  for (Care& care : cares_) LookAtCare(care);
}

// --- by hand ------------------------------------------------------------------------------------------------------

Care* Judge::Find(const std::string& enrolment) {
  for (Care& care : cares_)
    if (care.enrolment.id == enrolment) return &care;
  return nullptr;
}

Step* Judge::FindStep(const std::string& task, Care** care) {
  for (Care& one : cares_)
    for (Step& step : one.steps)
      if (step.id == task) {
        if (care) *care = &one;
        return &step;
      }
  return nullptr;
}

void Judge::MoveTo(Care& care, const std::string& organization) {
  care.enrolment.owner = organization;
  if (!care.plan.id.empty()) care.plan.owner = organization;
  for (Step& task : care.steps)
    if (IsOpen(task)) task.owner = OwnerFor(care, task.who.empty() ? "" : task.who.front());
}

void Judge::Die(const std::string& on, const std::string& note) {
  died_ = true;
  died_on_ = on;
  for (Care& care : cares_) {
    const bool active = care.enrolment.status == "active";
    if (active || care.enrolment.status == "planned") End(care, active ? "finished" : "cancelled", std::string(pack::kDeath), note);
  }
}

void Judge::MoveEdition(Care& care, std::shared_ptr<const Programme> programme) {
  const pack::Pathway& pathway = programme->pathway;
  care.programme = programme;
  care.enrolment.edition = care.plan.edition = pathway.edition;
  care.enrolment.definition = programme->hash;
  care.freeze = true;
  const bool has_stage = std::any_of(pathway.stages.begin(), pathway.stages.end(), [&](const pack::Stage& s) { return s.id == care.plan.stage; });
  if (!has_stage) GoTo(care, pathway.stages.front());
  for (Step& task : care.steps) {
    if (!IsOpen(task)) continue;
    if (pack::FindStep(pathway, task.step)) task.edition = pathway.edition;
    else task.status = "cancelled", task.why = "edition", task.wake.clear();
  }
}

namespace {

bool IsDeceasedIn(json::Value patient) {
  const auto said = patient.Find("deceasedBoolean");
  return (said && said->IsBoolean() && said->AsBoolean()) || !patient.FindString("deceasedDateTime").empty();
}

}  // namespace

bool Judge::IsDeceased() const {
  return died_ || (!record_.pieces.empty() && record_.pieces[0].type == "Patient" && IsDeceasedIn(record_.pieces[0].document->root()));
}

std::optional<store::Change> Judge::DeathOfPatient() const {
  if (record_.pieces.empty() || record_.pieces.front().type != "Patient") return std::nullopt;
  const Piece& patient = record_.pieces.front();
  const json::Value root = patient.document->root();
  const std::string_view said = root.FindString("deceasedDateTime");
  if (said.empty() ? died_on_.empty() && IsDeceasedIn(root) : died_on_.empty() || said == died_on_) return std::nullopt;
  json::Writer w;
  w.BeginObject();
  for (const auto& [name, value] : root.Members())
    if (name.find("deceased") == std::string_view::npos) w.Name(name).Raw(value.Raw());
  if (died_on_.empty()) w.Name("deceasedBoolean").Boolean(true);
  else w.Member("deceasedDateTime", died_on_);
  w.EndObject();
  store::Change change;
  change.type = patient.type, change.id = patient.id, change.body = w.Take();
  change.keep_owner = true, change.if_version = patient.version, change.skip_if_equal = true;
  return change;
}

std::vector<store::Change> Judge::Changes() const {
  std::vector<store::Change> out;
  if (died_)
    if (std::optional<store::Change> death = DeathOfPatient()) out.push_back(std::move(*death));
  const auto put = [&](const std::string& type, const std::string& id, const std::string& owner, const std::string& compare, std::string body) {
    const auto old = before_.find(type + "/" + id);
    if (old != before_.end() && old->second == compare + owner) return;
    store::Change change;
    change.type = type;
    change.id = id;
    change.owner = owner;
    change.body = std::move(body);
    const auto version = versions_.find(type + "/" + id);
    change.if_version = version == versions_.end() ? 0 : version->second.first;
    out.push_back(std::move(change));
  };
  const std::string screened = ScreenedId(record_.patient);
  if (!screened_.pathways.empty() || before_.count("Basic/" + screened)) {
    const std::string owner = versions_.count("Basic/" + screened) ? versions_.at("Basic/" + screened).second : PatientOrganization();
    put("Basic", screened, owner, ScreenedAsFhir(screened_), ScreenedAsFhir(screened_));
  }
  for (const Care& care : cares_) {
    const std::string title = care.programme ? care.programme->pathway.title.zh : std::string();
    put("EpisodeOfCare", care.enrolment.id, care.enrolment.owner, AsFhir(care.enrolment, ""), AsFhir(care.enrolment, title));
    if (!care.plan.id.empty()) put("CarePlan", care.plan.id, care.plan.owner, AsFhir(care.plan, ""), AsFhir(care.plan, title));
    for (const Step& step : care.steps) put("Task", step.id, step.owner, AsFhir(step), AsFhir(step));
  }
  return out;
}

}  // namespace qianxian::flow
