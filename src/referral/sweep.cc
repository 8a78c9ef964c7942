// What happens to a referral by itself, in time. Nobody answers: those above are told, then it expires. Somebody has to act in another
// state and does not: he is reminded, from the second time on together with who leads him, and with who leads those. A Task
// names the instant (extension wake) at which it wants to be looked at.
#include <algorithm>

#include "json/value.h"
#include "referral/organizations.h"
#include "referral/records.h"
#include "referral/step_tools.h"
#include "referral/table.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr int64_t kMinute = 60'000'000, kHour = 60 * kMinute;
constexpr int64_t kMargin = 10 * kMinute;        // clocks of several processes, commits under way
constexpr int64_t kRarestHours = 30 * 24;        // between two reminders

bool WaitsForAnswer(const Referral& r) { return r.state == "sent" || r.state == "under-review"; }

// The verb of a reminder says what is to be done.
std::string_view ReminderOf(std::string_view state) {
  static constexpr std::pair<std::string_view, std::string_view> kVerbs[] = {
      {"draft", "remind-send"},         {"accepted", "remind-arrival"},       {"no-show", "remind-slot"},     {"arrived", "remind-result"}, {"result-returned", "remind-decide"},
      {"sent-down", "remind-take-over"}, {"not-taken-over", "remind-plan"}, {"taken-over", "remind-close"}};
  for (const auto& [of, verb] : kVerbs)
    if (of == state) return verb;
  return {};
}

// Since when it is whose turn it is: reminders change nothing.
Instant TurnOf(const Referral& r) {
  for (auto one = r.history.rbegin(); one != r.history.rend(); ++one)
    if (!IsReminder(one->verb)) return InstantOf(one->at);
  return {};
}

bool IsDead(const store::Resource& patient) {
  const Result<json::Document> document = json::Document::Parse(patient.body);
  if (!document.ok()) return false;
  const auto said = document->root().Find("deceasedBoolean");
  return (said && said->IsBoolean() && said->AsBoolean()) || !document->root().FindString("deceasedDateTime").empty();
}

}  // namespace

Instant Referrals::ReminderAt(const Referral& r, int64_t reminded) const {
  const int64_t hours = ReminderOf(r.state).empty() || !rules_.settings ? 0 : rules_.settings->HoursOf(r.state);
  if (hours == 0) return {};
  const Instant turn = r.state == "accepted" && r.slot ? std::max(InstantOf(r.slot->start), TurnOf(r)) : TurnOf(r);
  int64_t at = turn.microseconds + hours * kHour;
  int64_t between = std::min(rules_.settings->remind_hours, kRarestHours);
  for (int64_t i = 0; i < reminded; ++i, between = std::min(between * 2, kRarestHours)) at += between * kHour;
  return {at};
}

void Referrals::SetTimer(Referral& r, Instant now) const {
  r.wake.clear();
  const pack::Urgency* urgency = rules_.FindUrgency(r.urgency);
  int64_t at = 0;
  if (WaitsForAnswer(r) && urgency) {
    const auto step = static_cast<size_t>(r.escalated);
    const int64_t minutes = step < urgency->escalate_minutes.size() ? std::min(urgency->escalate_minutes[step], urgency->expire_minutes) : urgency->expire_minutes;
    at = InstantOf(r.sent_at).microseconds + minutes * kMinute;
  } else {
    at = ReminderAt(r, r.reminded).microseconds;
  }
  // What was due before it was written is due at once, and after what the sweep has seen.
  if (at != 0) r.wake = FormatInstant({std::max(at, now.microseconds + 1000)});
}

Result<bool> Referrals::Wake(const std::string& id, Instant now) {
  Result<Referral> loaded = Load(id);
  if (!loaded.ok()) return std::move(loaded).error();
  Referral& r = *loaded;
  if (r.wake.empty() || InstantOf(r.wake) > now) return false;
  const access::Caller program = access::SystemCaller("referral");
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(program));
  if (r.state == "draft" && r.sent_at.empty()) {
    const Result<store::Resource> patient = snapshot->Read("Patient", r.patient);
    if (patient.ok() && IsDead(*patient)) return WithdrawDraftOfDead(r, now);
  }
  std::string verb(ReminderOf(r.state));
  int64_t leaders = 0;
  if (WaitsForAnswer(r)) {
    const pack::Urgency* urgency = rules_.FindUrgency(r.urgency);
    const int64_t minutes = (now.microseconds - InstantOf(r.sent_at).microseconds) / kMinute;
    if (!urgency || minutes >= urgency->expire_minutes) {
      verb = "expire";
      r.state = FindTransition(r.state, "expire")->to;
    } else {
      verb = "escalate";
      r.escalated = std::upper_bound(urgency->escalate_minutes.begin(), urgency->escalate_minutes.end(), minutes) - urgency->escalate_minutes.begin();
      leaders = r.escalated;
    }
  } else {
    if (verb.empty()) return false;
    while (ReminderAt(r, r.reminded) <= now) ++r.reminded;
    leaders = r.reminded - 1;
  }
  r.history.push_back({FormatInstant(now), "system", verb, r.state, "", "", ""});
  if (leaders > 0) {
    QX_TRY(const Institutions institutions, Institutions::Read(*snapshot));
    for (const Institution* above : institutions.Above(r.owner))
      if (leaders-- > 0) r.told_too.push_back(above->code);
  }
  const Result<Referral> written = Write(program, r, false, "");
  if (written.ok()) return true;
  if (written.error().code == "version-conflict") return false;       // somebody did something meanwhile; it has a timer of its own
  return written.error();
}

Result<bool> Referrals::WithdrawDraftOfDead(const Referral& draft, Instant now) {
  const access::Caller program = access::SystemCaller("referral");
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(program));
  store::CommitRequest request;
  request.reason = "referral:withdraw";
  Referral withdrawn = draft;
  QX_DO(WithdrawDraft(*snapshot, withdrawn, "患者已死亡 / the patient has died", now, request.changes));
  const Result<store::CommitReceipt> receipt = store_.Commit(program, std::move(request));
  if (receipt.ok()) return true;
  if (receipt.error().code == "version-conflict") return false;
  return receipt.error();
}

Result<size_t> Referrals::SetMissingTimers(Instant now) {
  const access::Caller program = access::SystemCaller("referral");
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(program));
  QX_TRY(search::Query query, search::Query::Parse(parameters_, "Task", {{"wake:missing", "true"}, {"code", std::string(kBase) + "task|referral"}, {"status", OpenStatuses(true)}, {"_count", "500"}}, {}));
  size_t set = 0;
  do {
    QX_TRY(const store::SearchPage page, snapshot->Search(query));
    for (const store::Resource& task : page.matches) {
      Result<Referral> r = ReferralFrom(task);
      if (!r.ok() || IsFinal(r->state)) continue;
      SetTimer(*r, now);
      if (r->wake.empty()) continue;
      store::Change change;
      change.type = "Task", change.id = task.id, change.body = TaskAsFhir(*r), change.owner = task.owner, change.if_version = task.version;
      const Result<store::CommitReceipt> receipt = store_.Commit(program, {{std::move(change)}, "referral:timer"});
      if (receipt.ok()) ++set;
      else if (receipt.error().code != "version-conflict") return receipt.error();
    }
    query.place = page.next;
  } while (!query.place.empty());
  return set;
}

Result<size_t> Referrals::Sweep(Instant& since, size_t maximum) {
  if (!rules_.settings) return size_t{0};
  const Result<size_t> followed = Follow();       // what time does is done also where this fails
  const Instant now = clock_.Now();
  if (since == Instant{}) QX_DO(SetMissingTimers(now));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(search::Query query, search::Query::Parse(parameters_, "Task",
                                                   {{"wake", "sa" + FormatInstant({std::max<int64_t>(0, since.microseconds - kMargin)})},
                                                    {"wake", "le" + FormatInstant(now)}, {"code", std::string(kBase) + "task|referral"},
                                                    {"_sort", "wake"}, {"_count", std::to_string(maximum)}}, {}));
  QX_TRY(const store::SearchPage page, snapshot->Search(query));
  size_t done = 0;
  for (const store::Resource& task : page.matches) {
    QX_TRY(const bool one, Wake(task.id, now));
    if (one) ++done;
  }
  if (page.matches.size() < maximum) since = now;
  QX_TRY(const size_t drafts, followed);
  return done + drafts;
}

}  // namespace qianxian::referral
