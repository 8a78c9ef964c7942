#include "flow/judge.h"

#include <algorithm>
#include <set>

#include "base/date.h"
#include "base/text.h"

namespace qianxian::flow {
namespace {

constexpr size_t kEvidence = 10;           // records that a step's Task names as its result
constexpr int kRounds = 20;                // stages and steps that follow from each other at once

bool IsOpen(const Step& step) { return step.status == "ready" || step.status == "in-progress"; }

// The last of the present stay in the stage.
const Step* LastOf(const Care& care, const std::string& step) {
  const Step* last = nullptr;
  for (const Step& one : care.steps)
    if (one.step == step && one.stay == care.plan.stay && (!last || one.occurrence > last->occurrence)) last = &one;
  return last;
}

int64_t CountOf(const Care& care, const std::string& step, bool of_this_stay) {
  return std::count_if(care.steps.begin(), care.steps.end(), [&](const Step& one) { return one.step == step && (!of_this_stay || one.stay == care.plan.stay); });
}

// Steps that a step of the present stage may follow: those of the same stage only as far as they were done in this stay.
bool Counts(const Care& care, const std::string& step, const Step& one) {
  if (one.step != step || one.status != "completed") return false;
  if (one.stay == care.plan.stay) return true;
  const pack::Stage* stage = pack::StageOfStep(care.programme->pathway, step);
  return !stage || stage->id != care.plan.stage;
}

int AgeOn(const std::string& birth, const std::string& today) {
  if (birth.size() < 4 || today.size() < 10) return -1;
  const int years = std::atoi(today.substr(0, 4).c_str()) - std::atoi(birth.substr(0, 4).c_str());
  return years - (birth.size() >= 10 && today.substr(5) < birth.substr(5, 5));
}

bool HasCondition(const PatientRecord& record, const std::vector<std::string>& prefixes) {
  for (const Piece& piece : record.pieces) {
    if (piece.type != "Condition") continue;
    const json::Value root = piece.document->root();
    if (const auto verification = root.Find("verificationStatus")) {
      const std::string_view raw = verification->Raw();
      if (raw.find("\"refuted\"") != raw.npos || raw.find("\"entered-in-error\"") != raw.npos) continue;
    }
    const auto code = root.Find("code");
    const auto codings = code ? code->Find("coding") : std::nullopt;
    if (!codings) continue;
    for (json::Value coding : codings->Elements())
      for (const std::string& prefix : prefixes)
        if (StartsWith(coding.FindString("code"), prefix)) return true;
  }
  return false;
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

Judge::Judge(const PatientRecord& record, Evaluation& evaluation, const std::vector<std::shared_ptr<const Programme>>& current,
             const std::function<std::shared_ptr<const Programme>(const std::string&)>& frozen, const Places& places, std::string today)
    : record_(record), evaluation_(evaluation), current_(current), places_(places), today_(std::move(today)) {
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

std::string Judge::PatientOrganization() const {
  for (const Piece& piece : record_.pieces) {
    if (piece.type != "Patient") continue;
    if (const auto managing = piece.document->root().Find("managingOrganization")) {
      const std::string_view reference = managing->FindString("reference");
      if (StartsWith(reference, "Organization/")) return std::string(reference.substr(13));
    }
    return piece.owner;
  }
  return {};
}

// --- entry --------------------------------------------------------------------------------------------------------

bool Judge::FitsPerson(const pack::Entry& entry) const {
  if (record_.pieces.empty() || record_.pieces[0].type != "Patient") return false;
  const json::Value patient = record_.pieces[0].document->root();
  if (!entry.sex.empty() && patient.FindString("gender") != entry.sex) return false;
  if (entry.age_from == 0 && entry.age_to >= 150) return true;
  const int age = AgeOn(std::string(patient.FindString("birthDate")), today_);
  return age >= entry.age_from && age <= entry.age_to;
}

// Whoever was screened is counted whatever came out; the target pool and the enrolment are the pathway's other questions.
void Judge::LookAtScreening() {
  screened_.pathways.clear();
  for (const auto& programme : current_) {
    const pack::Entry& entry = programme->pathway.entry;
    if (!entry.screened.empty() && FitsPerson(entry) && evaluation_.IsTrue(*programme, entry.screened)) screened_.pathways.insert(programme->pathway.id);
  }
}

bool Judge::MayEnter(const Programme& programme) {
  const pack::Entry& entry = programme.pathway.entry;
  if (!FitsPerson(entry)) return false;
  const bool has_condition = !entry.conditions.empty() && HasCondition(record_, entry.conditions);
  const bool has_type = std::any_of(record_.pieces.begin(), record_.pieces.end(), [&](const Piece& piece) {
    return std::find(entry.types.begin(), entry.types.end(), piece.type) != entry.types.end();
  });
  if ((!entry.conditions.empty() || !entry.types.empty()) && !has_condition && !has_type) return false;
  if (!entry.target.empty() && !evaluation_.IsTrue(programme, entry.target)) return false;
  if (!entry.exclude.empty() && evaluation_.IsTrue(programme, entry.exclude)) return false;
  for (const pack::Exit& exit : programme.pathway.exits)
    if (!exit.when.empty() && evaluation_.IsTrue(programme, exit.when)) return false;
  return true;
}

void Judge::LookAtEntry(const std::shared_ptr<const Programme>& programme) {
  const pack::Pathway& pathway = programme->pathway;
  Care* last = nullptr;
  for (Care& care : cares_)
    if (care.enrolment.pathway == pathway.id) last = &care;
  if (last && last->enrolment.status == "active") return;
  const bool ended = last && last->enrolment.status != "planned";
  // Who has left comes back by itself only where the pathway asks for what happened since (%left).
  if (ended && last->enrolment.exit_reason != "left-pool" && pathway.entry.target.find("%left") == std::string::npos) return;
  if (pathway.effective_from.ToString() > today_ || (pathway.effective_to && pathway.effective_to->ToString() < today_)) return;
  evaluation_.SetDay("left", ended ? last->enrolment.until : "");
  const bool may = MayEnter(*programme);
  if (last && last->enrolment.status == "planned") {
    if (!may) return End(*last, "cancelled", "left-pool", "");
    if (!pathway.entry.automatic) return;
    last->programme = programme;
    return Activate(*last, last->enrolment.owner);
  }
  if (!may) return;
  Care care;
  care.enrolment.number = last ? last->enrolment.number + 1 : 1;
  care.enrolment.pathway = pathway.id;
  care.enrolment.patient = record_.patient;
  care.enrolment.id = EnrolmentId(pathway.id, record_.patient, care.enrolment.number);
  care.enrolment.status = "planned";
  care.enrolment.since = today_;
  care.enrolment.owner = PatientOrganization();
  care.programme = programme;
  if (pathway.entry.automatic) Activate(care, care.enrolment.owner);
  cares_.push_back(std::move(care));
}

std::string Judge::Enrol(const std::string& pathway, const std::string& organization) {
  std::shared_ptr<const Programme> programme;
  for (const auto& one : current_)
    if (one->pathway.id == pathway) programme = one;
  if (!programme) return {};
  Care* last = nullptr;
  for (Care& care : cares_)
    if (care.enrolment.pathway == pathway) last = &care;
  if (last && last->enrolment.status == "active") return last->enrolment.id;
  if (last && last->enrolment.status == "planned") {
    last->programme = programme;
    Activate(*last, organization);
    return last->enrolment.id;
  }
  Care care;
  care.enrolment.number = last ? last->enrolment.number + 1 : 1;
  care.enrolment.pathway = pathway;
  care.enrolment.patient = record_.patient;
  care.enrolment.id = EnrolmentId(pathway, record_.patient, care.enrolment.number);
  care.programme = programme;
  Activate(care, organization);
  cares_.push_back(std::move(care));
  return cares_.back().enrolment.id;
}

void Judge::Activate(Care& care, const std::string& organization) {
  const pack::Pathway& pathway = care.programme->pathway;
  Enrolment& e = care.enrolment;
  e.status = "active";
  e.since = today_;
  e.owner = organization.empty() ? PatientOrganization() : organization;
  e.edition = pathway.edition;
  e.definition = care.programme->hash;
  care.freeze = true;
  const pack::Stage& first = pathway.stages.front();
  e.stage = first.id;
  e.stage_since = today_;
  care.plan = Plan{PlanIdOf(e.id), 0, e.owner, "active", e.pathway, e.patient, e.id, e.edition, first.id, today_, first.course};
}

// --- the way through ----------------------------------------------------------------------------------------------

void Judge::SetVariables(const Care& care, const Step* step, const std::string& expression) {
  const std::string text = WithLets(*care.programme, expression);
  if (text.find("%enrolment") != std::string::npos) evaluation_.SetDocument("enrolment", AsFhir(care.enrolment, ""));
  if (text.find("%plan") != std::string::npos) evaluation_.SetDocument("plan", AsFhir(care.plan, ""));
  if (text.find("%stage_since") != std::string::npos) evaluation_.SetDay("stage_since", care.plan.stage_since);
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
      return PlusDays(CountOf(care, step.id, false) > 0 ? care.plan.stage_since : care.enrolment.since, step.offset_days);
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

Step Judge::NewStep(const Care& care, const pack::Step& step) const {
  const pack::Pathway& pathway = care.programme->pathway;
  Step task;
  task.occurrence = CountOf(care, step.id, false) + 1;
  task.stay = care.plan.stay;
  task.id = StepId(care.enrolment.id, step.id, task.occurrence);
  task.owner = places_.At(care.enrolment.owner, step.who.front());
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
      const Step* last = LastOf(care, step.id);
      const bool again = last && last->status == "completed" && IsDueAfter(care, step, *last);
      const bool repeats = last && last->status == "completed" && step.repeat && (step.repeat->times == 0 || CountOf(care, step.id, true) < step.repeat->times);
      if (last && !again && !repeats) continue;
      const std::string due = DueOf(care, step, again ? nullptr : last);
      if (due.empty()) continue;
      SetVariables(care, nullptr, step.when);
      if (!step.when.empty() && !evaluation_.IsTrue(*care.programme, step.when)) continue;
      Step task = NewStep(care, step);
      task.since = last && !again ? PlusDays(last->done_on, 1) : today_;
      task.due = due, task.window_start = PlusDays(due, -step.days_before), task.window_end = PlusDays(due, step.days_after);
      care.steps.push_back(std::move(task));
      opened = true;
    }
  }
  return opened;
}

void Judge::Complete(Care& care, Step& task, const std::string& on, const std::string& next_date, const std::vector<std::string>& output) {
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
  if (!step->repeat) return;
  task.next_due = next_date;
  if (!task.next_due.empty()) return;
  int days = step->repeat->days;
  for (const pack::RepeatBranch& branch : step->repeat->next) {
    SetVariables(care, &task, branch.when);
    if (!evaluation_.IsTrue(*care.programme, branch.when)) continue;
    days = branch.days;
    break;
  }
  task.next_due = PlusDays(on, days);
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
    if (!step || step->done.empty()) continue;
    SetVariables(care, &task, step->done);
    if (!evaluation_.IsTrue(*care.programme, step->done)) continue;
    Complete(care, task, today_, "", EvidenceOf(care, *step));
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
  if (care.enrolment.status != "active" || !care.programme) return;
  for (const pack::Exit& exit : care.programme->pathway.exits) {
    if (exit.when.empty()) continue;
    SetVariables(care, nullptr, exit.when);
    if (evaluation_.IsTrue(*care.programme, exit.when)) return End(care, "finished", exit.id, "");
  }
  for (int round = 0; round < kRounds && OneRound(care); ++round) {
  }
  Escalate(care);
}

void Judge::Look() {
  if (!record_.pieces.empty() && record_.pieces[0].type == "Patient") LookAtScreening();
  for (const auto& programme : current_) LookAtEntry(programme);
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
    if (IsOpen(task)) task.owner = places_.At(organization, task.who.empty() ? "" : task.who.front());
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

std::vector<store::Change> Judge::Changes() const {
  std::vector<store::Change> out;
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
