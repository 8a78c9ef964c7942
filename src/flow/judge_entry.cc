// Who enters a pathway: by what the record shows, by hand, and because somebody was sent down.
#include <algorithm>

#include "base/text.h"
#include "flow/judge.h"

namespace qianxian::flow {
namespace {

// What was sent down and ended longer ago is not taken up any more: the first look over an old record would else begin it anew.
constexpr int kLookBackDays = 30;

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

bool IsOver(const Enrolment& enrolment) { return enrolment.status != "active" && enrolment.status != "planned"; }
bool Has(const std::vector<std::string>& texts, const std::string& text) { return std::find(texts.begin(), texts.end(), text) != texts.end(); }

}  // namespace

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

// --- by what the record shows ---------------------------------------------------------------------------------------

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
  if (IsDeceased() || !FitsPerson(entry)) return false;
  for (const char* name : {"enrolment", "plan", "task", "since", "stage_since", "response"}) evaluation_.SetNothing(name);    // of another's course
  const bool has_condition = !entry.conditions.empty() && HasCondition(record_, entry.conditions);
  const bool has_type = std::any_of(record_.pieces.begin(), record_.pieces.end(), [&](const Piece& piece) {
    return std::find(entry.types.begin(), entry.types.end(), piece.type) != entry.types.end();
  });
  if ((!entry.conditions.empty() || !entry.types.empty()) && !has_condition && !has_type) return false;
  if (!entry.target.empty() && !evaluation_.IsTrue(programme, entry.target)) return false;
  if (!entry.exclude.empty() && evaluation_.IsTrue(programme, entry.exclude)) return false;
  return !IsExcludedByExits(programme);
}

bool Judge::IsExcludedByExits(const Programme& programme) {
  const auto& exits = programme.pathway.exits;
  return std::any_of(exits.begin(), exits.end(), [&](const pack::Exit& exit) { return !exit.when.empty() && evaluation_.IsTrue(programme, exit.when); });
}

bool Judge::IsInForce(const pack::Pathway& pathway) const {
  return pathway.effective_from.ToString() <= today_ && (!pathway.effective_to || pathway.effective_to->ToString() >= today_);
}

Care* Judge::LastOf(const std::string& pathway) {
  Care* last = nullptr;
  for (Care& care : cares_)
    if (care.enrolment.pathway == pathway) last = &care;
  return last;
}

Care& Judge::NewCare(const std::shared_ptr<const Programme>& programme) {
  const std::string& pathway = programme->pathway.id;
  const Care* last = LastOf(pathway);
  Care care;
  care.enrolment.number = last ? last->enrolment.number + 1 : 1;
  care.enrolment.pathway = pathway;
  care.enrolment.patient = record_.patient;
  care.enrolment.id = EnrolmentId(pathway, record_.patient, care.enrolment.number);
  care.programme = programme;
  cares_.push_back(std::move(care));
  return cares_.back();
}

void Judge::LookAtEntry(const std::shared_ptr<const Programme>& programme) {
  const pack::Pathway& pathway = programme->pathway;
  Care* last = LastOf(pathway.id);
  if (last && last->enrolment.status == "active") return;
  const bool ended = last && last->enrolment.status != "planned";
  // Who has left comes back by itself only where the pathway asks for what happened since (%left).
  if (ended && last->enrolment.exit_reason != "left-pool" && pathway.entry.target.find("%left") == std::string::npos) return;
  if (!IsInForce(pathway)) return;
  evaluation_.SetNothing("referral");
  evaluation_.SetDay("left", ended ? last->enrolment.until : "");
  const bool may = MayEnter(*programme);
  if (last && last->enrolment.status == "planned") {
    if (!may) return End(*last, "cancelled", IsDeceased() ? std::string(pack::kDeath) : "left-pool", "");
    if (!pathway.entry.automatic) return;
    last->programme = programme;
    return Activate(*last, last->enrolment.owner);
  }
  if (!may) return;
  Care& care = NewCare(programme);
  care.enrolment.status = "planned";
  care.enrolment.since = today_;
  care.enrolment.owner = PatientOrganization();
  if (pathway.entry.automatic) Activate(care, care.enrolment.owner);
}

std::string Judge::Enrol(const std::string& pathway, const std::string& organization) {
  const std::shared_ptr<const Programme> programme = Current(pathway);
  if (!programme) return {};
  Care* last = LastOf(pathway);
  if (last && last->enrolment.status == "active") return last->enrolment.id;
  if (!last || last->enrolment.status != "planned") last = &NewCare(programme);
  last->programme = programme;
  Activate(*last, organization);
  return last->enrolment.id;
}

std::shared_ptr<const Programme> Judge::Current(const std::string& pathway) const {
  const auto found = std::find_if(current_.begin(), current_.end(), [&](const auto& one) { return one->pathway.id == pathway; });
  return found == current_.end() ? nullptr : *found;
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

// --- because somebody was sent down ---------------------------------------------------------------------------------

const Down* Judge::DownOf(const Care& care) const {
  for (auto mark = care.enrolment.downs.rbegin(); mark != care.enrolment.downs.rend(); ++mark)
    for (const Down& down : downs_)
      if (down.Mark() == *mark) return &down;
  return nullptr;
}

// Waiting for the receiver's answer, or taken over not long ago.
bool Judge::IsToBeTakenUp(const Down& down) const {
  if (down.outcome == Down::Outcome::kWaiting) return !down.is_over;
  return down.outcome == Down::Outcome::kTaken && (down.decided_on.empty() || PlusDays(down.decided_on, kLookBackDays) >= today_);
}

bool Judge::IsTakenUp(const std::string& pathway, const Down& down) const {
  return std::any_of(cares_.begin(), cares_.end(), [&](const Care& care) {
    return care.enrolment.pathway == pathway && Has(care.enrolment.downs, down.Mark());
  });
}

void Judge::TakeUp(Care& care, const Down& down) {
  care.enrolment.downs.push_back(down.Mark());
  care.enrolment.next_visit = down.next_date.empty() ? "" : std::max(down.next_date, today_);
}

// A pathway that each sending down enters anew: it waits for the receiver's answer, in the receiver's hands.
void Judge::LookAtDowns(const std::shared_ptr<const Programme>& programme) {
  const pack::Pathway& pathway = programme->pathway;
  if (!IsInForce(pathway)) return;
  for (const Down& down : downs_) {
    if (!IsToBeTakenUp(down) || IsTakenUp(pathway.id, down)) continue;
    // Enrolments that do not say what they came of: by hand, or of releases that entered them by the record.
    const bool by_another = std::any_of(cares_.begin(), cares_.end(), [&](const Care& care) {
      return care.enrolment.pathway == pathway.id && care.enrolment.downs.empty() && care.enrolment.since >= down.sent_on;
    });
    SetReferral(down.referral);
    if (by_another || !MayEnter(*programme)) continue;
    Care& care = NewCare(programme);
    Activate(care, down.taker);
    TakeUp(care, down);
  }
  EndReplaced(pathway.id);
}

// What followed an earlier sending down ends when a later one was taken over: its follow-up takes the place of the other's.
void Judge::EndReplaced(const std::string& pathway) {
  const Down* newest = nullptr;
  for (const Care& care : cares_) {
    const Down* down = care.enrolment.pathway == pathway && care.enrolment.status == "active" ? DownOf(care) : nullptr;
    if (down && down->outcome == Down::Outcome::kTaken && (!newest || down > newest)) newest = down;     // they stand in their order
  }
  for (Care& care : cares_) {
    if (!newest || care.enrolment.pathway != pathway || care.enrolment.status != "active") continue;
    const Down* down = DownOf(care);
    if (!down || (down < newest && down->outcome == Down::Outcome::kTaken)) End(care, "finished", "replaced", newest->referral);
  }
}

// The pathway that the plan names: entered in the receiver's hands when he has taken over, or its next visit is moved.
void Judge::EnterNamed() {
  for (const Down& down : downs_) {
    if (down.outcome != Down::Outcome::kTaken || down.pathway.empty() || !IsToBeTakenUp(down)) continue;
    const std::shared_ptr<const Programme> programme = Current(down.pathway);
    if (!programme || programme->pathway.entry.by_referral || IsTakenUp(down.pathway, down)) continue;
    Care* care = LastOf(down.pathway);
    const bool active = care && care->enrolment.status == "active";
    if (!active) {
      // Who left it after that has left it.
      if (care && IsOver(care->enrolment) && care->enrolment.until > (down.decided_on.empty() ? today_ : down.decided_on)) continue;
      for (const char* name : {"enrolment", "plan", "task"}) evaluation_.SetNothing(name);
      if (IsDeceased() || IsExcludedByExits(*programme)) continue;
      if (!care || IsOver(care->enrolment)) care = &NewCare(programme);
      care->programme = programme;
      Activate(*care, down.taker);
    }
    TakeUp(*care, down);
    if (active && !down.taker.empty() && !places_.IsAtOrAbove(down.taker, care->enrolment.owner)) MoveTo(*care, down.taker);
  }
}

// What the receiver answered, of a step that asks for it: of the first stage of what a sending down entered.
const Down* Judge::AnswerTo(const Care& care, const pack::Step& step) const {
  const pack::Pathway& pathway = care.programme->pathway;
  const Down* down = pathway.entry.by_referral && step.activity == "referral" ? DownOf(care) : nullptr;
  const bool answered = down && (down->outcome == Down::Outcome::kTaken || down->outcome == Down::Outcome::kRefused);
  return answered && pack::StageOfStep(pathway, step.id) == &pathway.stages.front() ? down : nullptr;
}

// Who is not taken over enters nothing: his sender has him again.
bool Judge::EndRefused(Care& care) {
  const Down* down = care.programme->pathway.entry.by_referral ? DownOf(care) : nullptr;
  if (!down || (down->outcome != Down::Outcome::kRefused && down->outcome != Down::Outcome::kWithdrawn)) return false;
  DoneByRecord(care);
  End(care, "cancelled", down->outcome == Down::Outcome::kRefused ? "not-taken-over" : "withdrawn", down->reason);
  return true;
}

// The day that the plan of a sending down names, for the visit that its receiver does: one that is repeated before others.
void Judge::PlaceNextVisit(Care& care) {
  std::string& date = care.enrolment.next_visit;
  if (date.empty()) return;
  const Down* down = DownOf(care);
  const pack::Stage* stage = nullptr;
  for (const pack::Stage& one : care.programme->pathway.stages)
    if (one.id == care.plan.stage) stage = &one;
  if (!down || !stage || care.plan.stage_since > date) return date.clear();
  Step* best = nullptr;
  const pack::Step* visit = nullptr;
  for (const pack::Step& step : stage->steps) {
    if (step.form.empty() || !places_.MayDo(down->taker, step.who)) continue;
    const auto task = std::find_if(care.steps.begin(), care.steps.end(), [&](const Step& one) { return one.step == step.id && IsOpen(one); });
    if (task == care.steps.end()) continue;
    const bool sooner = best && step.repeat.has_value() == visit->repeat.has_value() && !step.repeat && task->due < best->due;
    if (!best || sooner || (step.repeat && !visit->repeat)) best = &*task, visit = &step;
  }
  if (!best) return;
  // A pathway that the plan does not name keeps its own days, but sees nobody later than the plan.
  if (care.enrolment.pathway == down->pathway || date < best->due) {
    best->due = date, best->window_start = PlusDays(date, -visit->days_before), best->window_end = PlusDays(date, visit->days_after);
    best->escalated_to.clear();
  }
  date.clear();
}

}  // namespace qianxian::flow
