// The steps of a referral: made, moved, written. What people ask for; time's own steps are in sweep.cc.
#include <algorithm>

#include "base/date.h"
#include "base/text.h"
#include "referral/inbox.h"
#include "referral/notice_records.h"
#include "referral/organizations.h"
#include "referral/proposals.h"
#include "referral/records.h"
#include "referral/step_tools.h"
#include "referral/table.h"

namespace qianxian::referral {
namespace {

constexpr int64_t kMinute = 60'000'000, kDay = 24 * 60 * kMinute;
constexpr int kTries = 5;                  // when somebody else wrote meanwhile

Error NoSuchReceiver() { return Missing("bad-receiver", "There is no such receiver: choose another institution of the list.", "没有这个接收机构，请从列表中另选一家机构。"); }
// Who is in danger is not asked first.
Error NoConsent() { return Missing("no-consent", "The patient has to agree.", "须患者或家属同意。"); }
Error NoSuchReferral() { return NotFound("no-such-referral", "There is no such referral.", "没有这个转诊单。"); }
const std::string& TakerOf(const Referral& r) { return r.direction == "down" ? r.to.organization : r.from.organization; }
const std::string& GiverOf(const Referral& r) { return r.direction == "down" ? r.from.organization : r.to.organization; }

std::string OrganizationOf(const Referral& r, Side side) {
  switch (side) {
    case Side::kSender: return r.from.organization;
    case Side::kReceiver: return r.to.organization;
    case Side::kReviewer: return r.reviewed < static_cast<int64_t>(r.reviewers.size()) ? r.reviewers[static_cast<size_t>(r.reviewed)] : "";
    case Side::kTaker: return TakerOf(r);
    case Side::kGiver: return GiverOf(r);
    case Side::kProgram: break;
  }
  return {};
}

// Who did the institution's last step before this one, so that what comes back of it is for him; "" = nobody yet. Reviewers stand in
// for one another.
std::string PersonAt(const Referral& r, const std::string& organization) {
  for (size_t i = r.history.size() < 2 ? 0 : r.history.size() - 1; i-- > 0;) {
    const Entry& one = r.history[i];
    const Transition* step = i == 0 ? nullptr : FindTransition(r.history[i - 1].state, one.verb);
    const Side side = one.verb == "create" ? Side::kSender : step ? step->side : Side::kProgram;
    if (side != Side::kProgram && side != Side::kReviewer && OrganizationOf(r, side) == organization) return one.who;
  }
  return {};
}

bool MayAct(const access::Caller& caller, const Referral& r, Side side) {
  if (side == Side::kProgram) return caller.role == access::Role::kSystem;
  const std::string organization = OrganizationOf(r, side);
  return !organization.empty() && access::Decide(caller, access::Verb::kWrite, "Task", organization).ok();
}

// The word of a step's reason; it travels with the notice.
pack::Text WhyOf(const pack::ReferralSettings& settings, const Entry& done) {
  if (done.reason.empty()) return {};
  const std::vector<pack::Word>& reasons = done.verb == "decline" ? settings.decline : done.verb == "refuse-take-over" ? settings.not_taken_over : settings.withdraw;
  const pack::Word* word = pack::FindWord(reasons, done.reason);
  return word ? word->text : pack::Text{done.reason, done.reason};
}

Status CheckPlan(const std::optional<Plan>& plan) {
  if (!plan || plan->next_date.empty() || (plan->next_date.size() == 10 && ParseDate(plan->next_date).ok())) return Ok();
  return Missing("bad-date", "The day of the next visit (plan.nextDate) is no date: 2026-03-20.", "下次随访日期（plan.nextDate）不是日期，应如 2026-03-20。");
}

// Since that version nothing has happened but that time reminded somebody: whoever saw it saw it as it is.
bool WasOnlyReminded(const Referral& r, uint64_t version) {
  const uint64_t since = version == 0 || version >= r.version ? 0 : r.version - version;
  return since > 0 && since < r.history.size() && std::all_of(r.history.end() - static_cast<int64_t>(since), r.history.end(), [](const Entry& one) { return IsReminder(one.verb); });
}

// Who has to do the next thing.
std::string OwnerOf(const Referral& r) {
  if (r.state == "draft") return r.from.organization;
  if (r.state == "under-review") return OrganizationOf(r, Side::kReviewer);
  if (r.state == "sent-down" || r.state == "taken-over") return TakerOf(r);
  if (r.state == "not-taken-over") return GiverOf(r);
  return r.to.organization;
}

}  // namespace

Result<Referral> Referrals::Load(std::string_view id) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  Result<store::Resource> task = snapshot->Read("Task", id);
  if (!id.starts_with("referral-") || (!task.ok() && task.error().category == ErrorCategory::kNotFound)) return NoSuchReferral();
  if (!task.ok()) return std::move(task).error();
  return ReferralFrom(*task);
}

void Referrals::Finish(const access::Caller& caller, Referral& r) const {
  const bool waits = r.state == "sent" || r.state == "under-review";
  const Instant reminder = waits ? Instant{} : ReminderAt(r, 0);
  r.act_by = waits ? r.answer_by : reminder == Instant{} ? "" : FormatInstant(reminder, 0);
  r.overdue = !r.act_by.empty() && InstantOf(r.act_by) < clock_.Now();
  r.may.clear();
  for (const Transition& one : Transitions()) {
    if (one.from == r.state && one.side != Side::kProgram && MayAct(caller, r, one.side)) r.may.emplace_back(one.verb);
  }
}

bool Referrals::MaySee(const access::Caller& caller, const Referral& r) {
  std::vector<std::string> parties = {r.from.organization};
  if (!r.sent_at.empty()) {                // what was never sent is its sender's alone
    parties.insert(parties.end(), r.reviewers.begin(), r.reviewers.end());
    if (r.state != "draft") parties.push_back(r.to.organization);
  }
  return std::any_of(parties.begin(), parties.end(), [&](const std::string& one) {
    return access::Decide(caller, access::Verb::kRead, "Task", one).ok();
  });
}

Result<Referral> Referrals::Get(const access::Caller& caller, std::string_view id) {
  QX_TRY(Referral r, Load(id));
  if (!MaySee(caller, r)) return NoSuchReferral();
  Finish(caller, r);
  return r;
}

Status Referrals::Check(const NewReferral& wanted) const {
  if (!rules_.settings) return Unavailable("no-settings", "No pack has referral-settings.yaml.", "没有规则包提供 referral-settings.yaml。");
  if (wanted.client_key.empty() || wanted.client_key.size() > 200) return Missing("no-client-key", "clientKey is missing: it makes sending twice once.", "缺少 clientKey。");
  if (wanted.direction != "up" && wanted.direction != "down" && wanted.direction != "lateral")
    return Missing("bad-direction", "The direction is up, down or lateral.", "方向应为 up、down 或 lateral。");
  const pack::Urgency* urgency = rules_.FindUrgency(wanted.urgency);
  if (!urgency) return Missing("bad-urgency", "There is no urgency '" + wanted.urgency + "'.", "没有紧急程度“" + wanted.urgency + "”。");
  const pack::Criterion* criterion = rules_.Find(wanted.criterion);
  if (!wanted.criterion.empty() && (!criterion || criterion->up == (wanted.direction == "down")))
    return Missing("bad-criterion", "There is no criterion '" + wanted.criterion + "' in this direction.", "此方向没有标准“" + wanted.criterion + "”。");
  if (wanted.criterion.empty() && wanted.reason.empty()) return Missing("no-reason", "Say why: a criterion or a reason.", "请说明转诊原因。");
  if (!wanted.consent && !urgency->skip_levels) return NoConsent();
  QX_DO(CheckPlan(wanted.plan));
  if (wanted.direction == "down" && wanted.send && (!wanted.plan || wanted.plan->text.empty()))
    return Missing("no-plan", "Who is sent down takes a plan along.", "下转须附后续方案。");
  return Ok();
}

Result<Referral> Referrals::Fill(const access::Caller& caller, const NewReferral& wanted, const std::string& id) {
  QX_DO(Check(wanted));
  Referral r;
  r.id = id;
  r.from.organization = wanted.from.empty() && caller.organizations.size() == 1 ? caller.organizations.front() : wanted.from;
  if (r.from.organization.empty()) return Missing("no-sender", "Say which institution sends.", "请指明转出机构。");
  QX_DO(access::Decide(caller, access::Verb::kWrite, "Task", r.from.organization));
  QX_TRY(const std::unique_ptr<store::Snapshot> own, store_.OpenSnapshot(caller));
  QX_TRY(const store::Resource patient, own->Read("Patient", wanted.patient));
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(const Institutions institutions, Institutions::Read(*all));
  const Institution *from = institutions.Find(r.from.organization), *to = institutions.Find(wanted.receiver);
  if (!from || !to || from == to) return NoSuchReceiver();
  r.from.name = from->name;
  r.from.practitioner = wanted.by.empty() ? WhoOf(caller) : wanted.by;
  r.to = {to->code, to->name, wanted.department, ""};
  r.patient = patient.id;
  r.patient_name = PatientName(patient.body);
  r.direction = wanted.direction, r.urgency = wanted.urgency, r.type = wanted.type, r.criterion = wanted.criterion;
  r.reason = wanted.reason, r.summary = wanted.summary, r.attachments = wanted.attachments, r.plan = wanted.plan;
  r.client = caller.user;
  r.state = "draft";
  r.reviewers = ReviewersOf(institutions, *from, *to, r);
  return r;
}

// Who stands between sender and receiver and looks at it first, from below.
std::vector<std::string> Referrals::ReviewersOf(const Institutions& institutions, const Institution& from, const Institution& to, const Referral& r) const {
  std::vector<std::string> reviewers;
  const pack::Criterion* criterion = rules_.Find(r.criterion);
  const bool at_once = rules_.FindUrgency(r.urgency)->skip_levels || (criterion && criterion->skip_levels);
  if (r.direction != "up" || at_once) return reviewers;
  for (const Institution* above : institutions.Above(from.code)) {
    if (above == &to || pack::LevelRank(above->level) >= pack::LevelRank(to.level)) break;
    const std::vector<std::string>& levels = rules_.settings->review_levels;
    if (std::find(levels.begin(), levels.end(), above->level) != levels.end()) reviewers.push_back(above->code);
  }
  return reviewers;
}

// What a draft lacks comes with the step that sends it: a receiver, or another one; the plan; what the patient says.
Status Referrals::CompleteDraft(const access::Caller& caller, Referral& r, const Step& step) {
  if (!step.receiver.empty() && step.receiver != r.to.organization) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
    QX_TRY(const Institutions institutions, Institutions::Read(*snapshot));
    const Institution *from = institutions.Find(r.from.organization), *to = institutions.Find(step.receiver);
    if (!from || !to || from == to) return NoSuchReceiver();
    if (!r.sent_at.empty()) r.left_out = r.reviewers, r.left_out.push_back(r.to.organization);
    r.to = {to->code, to->name, "", ""};
    r.reviewers = ReviewersOf(institutions, *from, *to, r);
    std::erase_if(r.left_out, [&](const std::string& one) { return one == to->code || std::find(r.reviewers.begin(), r.reviewers.end(), one) != r.reviewers.end(); });
  }
  if (!step.department.empty()) r.to.department = step.department;
  if (r.to.organization.empty()) return Missing("no-receiver", "Choose the institution that is to receive the patient (receiver.organization).", "请选择接收机构（receiver.organization）。");
  const bool asked = r.proposed_by.empty() || !r.sent_at.empty();
  if (!asked && !step.consent && !rules_.FindUrgency(r.urgency)->skip_levels) return NoConsent();
  QX_DO(CheckPlan(step.plan));
  if (step.plan) r.plan = step.plan;
  if (r.from.practitioner.empty()) r.from.practitioner = step.by.empty() ? WhoOf(caller) : step.by;
  return Ok();
}

Status Referrals::Send(Referral& r, Instant now) const {
  r.sent_at = FormatInstant(now);
  r.answer_by = FormatInstant({now.microseconds + rules_.FindUrgency(r.urgency)->answer_minutes * kMinute});
  r.reviewed = 0;
  if (r.direction == "down" && (!r.plan || r.plan->text.empty())) return Missing("no-plan", "Who is sent down takes a plan along.", "下转须附后续方案。");
  r.state = r.direction == "down" ? "sent-down" : r.reviewers.empty() ? "sent" : "under-review";
  return Ok();
}

Result<Referral> Referrals::Create(const access::Caller& caller, const NewReferral& wanted) {
  const std::string id = "referral-" + KeyOf(caller.user, wanted.client_key);
  if (!wanted.client_key.empty()) {
    Result<Referral> there = Get(caller, id);
    if (there.ok() && there->patient == wanted.patient) return there;
  }
  QX_TRY(Referral r, Fill(caller, wanted, id));
  r.acted_for = r.from.organization, r.acted_by = DoerOf(caller);
  const Instant now = clock_.Now();
  r.history.push_back({FormatInstant(now), WhoOf(caller), "create", r.state, "", "", wanted.by});
  if (wanted.send) {
    QX_DO(Send(r, now));
    r.history.push_back({FormatInstant(now), WhoOf(caller), "send", r.state, "", "", wanted.by});
  }
  Result<Referral> written = Write(caller, r, true, "");
  if (!written.ok() && written.error().code == "already-exists") {
    QX_TRY(Referral there, Get(caller, id));
    if (there.patient == wanted.patient) return there;
    return MakeError(ErrorCategory::kConflict, "client-key-used", "This clientKey was used for another patient.", "此 clientKey 已用于其他患者。");
  }
  return written;
}

Status Referrals::Apply(Referral& r, const Step& step, Instant now) const {
  const Transition& transition = *FindTransition(r.state, step.verb);
  const pack::ReferralSettings& settings = *rules_.settings;
  const std::vector<pack::Word>& reasons = step.verb == "decline" ? settings.decline
                                           : step.verb == "refuse-take-over" ? settings.not_taken_over : settings.withdraw;
  if ((transition.needs & kReason) && !pack::FindWord(reasons, step.reason))
    return Missing("no-such-reason", "Give one of the reasons of the pack.", "请从规则包的原因中选择。");
  if ((transition.needs & kText) && step.note.empty()) return Missing("no-note", "Write what there is to say.", "请填写说明。");
  if (transition.needs & kSlot) {
    if (!step.slot) return Missing("no-slot", "Choose the time for which the patient is expected (slot.start).", "请选择预约时间（slot.start）。");
    QX_TRY(const std::string start, Moment(step.slot->start));
    r.slot = Slot{start, step.slot->department, step.slot->bed};
  }
  if (transition.needs & kResult) {
    if (!step.result || (step.result->text.empty() && step.result->documents.empty()))
      return Missing("no-result", "Give the result: a text or documents.", "请填写结果或附上文书。");
    r.results.push_back({FormatInstant(now), step.result->text, step.result->documents});
  }
  if (transition.needs & kPlan) {
    if (!step.plan || step.plan->text.empty()) return Missing("no-plan", "Who is sent down takes a plan along.", "下转须附后续方案。");
    QX_DO(CheckPlan(step.plan));
    r.plan = step.plan;
  }
  r.escalated = r.reminded = 0;
  if (step.verb == "send") return Send(r, now);
  if (step.verb == "review-approve" && ++r.reviewed < static_cast<int64_t>(r.reviewers.size())) return Ok();
  if ((step.verb == "accept" || step.verb == "decline") && r.answered_at.empty()) r.answered_at = FormatInstant(now);
  r.state = transition.to;
  return Ok();
}

Result<Referral> Referrals::Do(const access::Caller& caller, std::string_view id, const Step& step) {
  if (!rules_.settings) return Unavailable("no-settings", "No pack has referral-settings.yaml.", "没有规则包提供 referral-settings.yaml。");
  QX_TRY(Referral r, Get(caller, id));
  if (r.version != step.version) {
    const Entry& last = r.history.back();
    if (r.version == step.version + 1 && last.verb == step.verb && last.who == WhoOf(caller)) return r;   // sent twice
    if (!WasOnlyReminded(r, step.version))
      return MakeError(ErrorCategory::kConflict, "version-conflict", "Somebody changed this meanwhile; look at it again.", "此转诊单已被他人更新，请重新查看。");
  }
  const Transition* transition = FindTransition(r.state, step.verb);
  if (!transition || transition->side == Side::kProgram) return WrongState(step.verb, r.state);
  if (!MayAct(caller, r, transition->side)) return NotYourStep();
  const std::string was_owner = r.owner;
  r.acted_for = OrganizationOf(r, transition->side), r.acted_by = DoerOf(caller);
  const Instant now = clock_.Now();
  if (step.verb == "send") QX_DO(CompleteDraft(caller, r, step));
  QX_DO(Apply(r, step, now));
  r.history.push_back({FormatInstant(now), WhoOf(caller), step.verb, r.state, step.note, step.reason, step.by});
  return Write(caller, std::move(r), false, was_owner);
}

std::vector<Notice> Referrals::NoticesOf(const Referral& r, std::string_view was_owner) const {
  const Entry& done = r.history.back();
  std::vector<std::string> recipients;
  const auto tell = [&](const std::string& organization) {
    if (!organization.empty() && std::find(recipients.begin(), recipients.end(), organization) == recipients.end()) recipients.push_back(organization);
  };
  const std::string& verb = done.verb;
  if (verb == "create" || verb == "close") return {};
  if (verb == "propose") return {ProposedNotice(r, rules_.Find(r.criterion))};
  if (verb == "withdraw" && r.sent_at.empty()) return {};      // a draft that nobody else has seen
  if (verb == "send" || verb == "review-approve" || verb == "send-down") tell(r.owner);
  else if (verb == "take-over" || verb == "refuse-take-over") tell(GiverOf(r));
  else if (verb == "withdraw") tell(std::string(was_owner) == r.from.organization ? r.to.organization : std::string(was_owner));
  else if (verb == "escalate") tell(r.from.organization), tell(r.owner);
  else if (verb == "remind-arrival" || verb == "remind-take-over") tell(r.owner), tell(GiverOf(r));
  else if (verb == "remind-decide") tell(r.owner), tell(r.from.organization);
  else if (IsReminder(verb)) tell(r.owner);
  else if (verb == "expire") tell(r.from.organization), tell(r.to.organization);
  else tell(r.from.organization);
  for (const std::string& one : r.told_too) tell(one);
  const pack::Word* word = pack::FindWord(rules_.settings->states, r.state);
  pack::Text said = word ? word->text : pack::Text{r.state, r.state};
  if (IsReminder(verb)) said = {"请处理（" + said.zh + "）", "To be done (" + said.en + ")"};
  const pack::Text why = WhyOf(*rules_.settings, done);
  const pack::Urgency* urgency = rules_.FindUrgency(r.urgency);
  const bool emergency = urgency && urgency->skip_levels, alarm = emergency && verb == "send";
  // What is new there, what time does and what cannot wait is everybody's.
  const bool everybodys = emergency || verb == "send" || verb == "review-approve" || verb == "expire" || IsReminder(verb);
  std::vector<Notice> notices;
  for (const std::string& recipient : recipients) {
    const std::string person = everybodys ? "" : PersonAt(r, recipient);
    if (!person.empty() && person == done.who) continue;         // he did it himself, for another institution
    notices.push_back({r.id + "/" + std::to_string(r.version), alarm ? "referral:alarm" : "referral:" + verb, recipient, "Task/" + r.id, r.patient,
                       said.zh + "：" + r.patient_name + "（" + r.from.name + " → " + r.to.name + "）" + (why.zh.empty() ? "" : "，原因：" + why.zh),
                       said.en + ": " + r.patient_name + " (" + r.from.name + " → " + r.to.name + ")" + (why.en.empty() ? "" : ", because: " + why.en), person, r.acted_by});
  }
  return notices;
}

std::vector<store::Change> Referrals::ChangesOf(Referral& r, bool create, std::string_view was_owner, Instant now) const {
  if (!IsFinal(r.state)) r.owner = OwnerOf(r);
  else if (r.owner.empty()) r.owner = r.to.organization;
  SetTimer(r, now);
  std::vector<store::Change> changes;
  const auto put = [&](std::string_view type, std::string body, const std::string& owner) {
    store::Change change;
    change.type = type;
    change.id = r.id;
    change.body = std::move(body);
    change.owner = owner;
    change.skip_if_equal = type != "Task";
    if (type == "Task") change.if_version = create ? 0 : r.version;
    changes.push_back(std::move(change));
  };
  put("Task", TaskAsFhir(r), r.owner);
  put("ServiceRequest", RequestAsFhir(r), r.from.organization);
  if (r.slot) put("Appointment", AppointmentAsFhir(r), r.to.organization);
  if (r.plan && r.state != "draft") put("CarePlan", PlanAsFhir(r), TakerOf(r));
  for (const Notice& notice : NoticesOf(r, was_owner)) changes.push_back(NoticeChange(notice, now));
  // A reminder moves nothing: the record stays open as long as it would without it.
  if (!r.sent_at.empty() && !IsReminder(r.history.back().verb)) {
    const auto relate = [&](const std::string& party, int64_t days) {
      changes.push_back(RelationChange("ServiceRequest/" + r.id, r.patient, party, r.from.organization, InstantOf(r.sent_at), {now.microseconds + days * kDay}));
    };
    std::vector<std::string> parties = r.reviewers;
    parties.insert(parties.end(), {r.from.organization, r.to.organization});
    const int64_t days = r.state == "closed" ? rules_.settings->relation_days_after : IsFinal(r.state) ? 0 : rules_.settings->relation_days_open;
    for (const std::string& party : parties) relate(party, days);
    for (const std::string& party : r.left_out) relate(party, 0);
  }
  return changes;
}

Result<Referral> Referrals::Write(const access::Caller& caller, Referral r, bool create, std::string_view was_owner) {
  const Instant now = clock_.Now();
  const std::vector<store::Change> own = ChangesOf(r, create, was_owner, now);
  for (int tries = 1;; ++tries) {
    store::CommitRequest request{own, "referral:" + r.history.back().verb};
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
    if (r.history.back().verb == "send" && !r.criterion.empty()) QX_DO(ReplaceDrafts(*snapshot, r, now, request.changes));
    if (!r.acted_for.empty()) QX_DO(SettleTold(*snapshot, r.id, r.version, r.acted_for, WhoOf(caller), request.changes));
    const bool alone = request.changes.size() == own.size();
    const Result<store::CommitReceipt> receipt = store_.Commit(OnBehalf(caller), std::move(request));
    if (receipt.ok()) {
      r.version = receipt->changes.front().version;
      Finish(caller, r);
      return r;
    }
    // Somebody took up such a draft, or read such a notice, meanwhile: look again.
    if (alone || tries >= kTries || receipt.error().code != "version-conflict") return receipt.error();
  }
}

}  // namespace qianxian::referral
