// The steps of a consultation: asked, accepted or declined, opinions, one conclusion; and what time does to it.
#include "referral/consultation.h"

#include <algorithm>
#include <span>

#include "base/limits_care.h"
#include "base/text.h"
#include "json/value.h"
#include "referral/consultation_records.h"
#include "referral/consultation_signature.h"
#include "referral/inbox.h"
#include "referral/notice_records.h"
#include "referral/organizations.h"
#include "referral/step_tools.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr int64_t kMinute = 60'000'000, kDay = 24 * 60 * kMinute;
constexpr int64_t kMargin = 10 * kMinute;        // clocks of several processes, commits under way
constexpr int64_t kRarestHours = 30 * 24;        // between two reminders
constexpr size_t kInvitedMost = 20;
constexpr int kTries = 5;                        // when somebody else wrote meanwhile
constexpr size_t kTextMost = 20'000;             // bytes of a question, an opinion, a conclusion

Error NoSuchConsultation() { return NotFound("no-such-consultation", "There is no such consultation, or you are not part of it.", "没有这次会诊，或您未参与。"); }

bool IsOneOf(const access::Caller& caller, access::Verb verb, const std::string& organization) {
  return access::Decide(caller, verb, "Task", organization).ok();
}
bool MaySee(const access::Caller& caller, const Consultation& c) {
  return IsOneOf(caller, access::Verb::kRead, c.from.organization) ||
         std::any_of(c.invited.begin(), c.invited.end(), [&](const Invited& one) { return IsOneOf(caller, access::Verb::kRead, one.organization); });
}

bool MayInDo(const Consultation& c, const Invited& one, std::string_view verb) {
  if (IsOver(c)) return false;
  if (verb == "accept") return one.state == "invited";
  if (verb == "decline") return one.state == "invited" || one.state == "accepted";
  return verb == "opine" && one.state != "declined";
}
bool MayAskerDo(const Consultation& c, std::string_view verb) {
  if (IsOver(c)) return false;
  if (verb == "conclude") return !c.opinions.empty();
  if (verb == "close") return !c.opinions.empty() && c.mode == "single";
  return verb == "withdraw";
}
// Of the caller's institutions the invited one that may do this now.
Invited* ActingFor(const access::Caller& caller, Consultation& c, std::string_view verb) {
  for (Invited& one : c.invited)
    if (MayInDo(c, one, verb) && IsOneOf(caller, access::Verb::kWrite, one.organization)) return &one;
  return nullptr;
}

bool IsWaitedFor(const Invited& one) { return one.state == "invited" || one.state == "accepted"; }
bool IsWaiting(const Consultation& c) { return !IsOver(c) && std::any_of(c.invited.begin(), c.invited.end(), IsWaitedFor); }

constexpr std::string_view kInvitedVerbs[] = {"accept", "opine", "decline"}, kAskerVerbs[] = {"conclude", "close", "withdraw"};
bool Has(std::span<const std::string_view> verbs, std::string_view verb) { return std::find(verbs.begin(), verbs.end(), verb) != verbs.end(); }

Status CheckText(std::string_view text, std::string code, std::string en, std::string zh) {
  if (text.empty()) return Missing(std::move(code), std::move(en), std::move(zh));
  if (text.size() > kTextMost) return Missing("too-long", "The text is too long: at most " + std::to_string(kTextMost / 3) + " Chinese characters or " + std::to_string(kTextMost) + " letters.", "文字过长，最多约 " + std::to_string(kTextMost / 3) + " 字，请精简。");
  return Ok();
}

// Where they meet at the hour, as it was typed: any system's address, a number, a room. It is shown, never called.
Result<std::string> MeetingOf(const NewConsultation& wanted) {
  const std::string_view meeting = TrimUnicode(wanted.meeting);
  if (meeting.empty()) return std::string();
  if (wanted.kind != "scheduled")
    return Missing("meeting-without-hour", "A place to meet needs an hour: ask for a scheduled consultation, or leave it out.", "只有约定时间的会诊才能填写会议地点，请改为约定时间或删去。");
  if (meeting.size() > limits::kMeetingBytes)
    return Missing("too-long", "The meeting is too long: at most " + std::to_string(limits::kMeetingBytes) + " bytes, a room, a number or an address.", "会议地点过长，最多 " + std::to_string(limits::kMeetingBytes) + " 字节（约 " + std::to_string(limits::kMeetingBytes / 3) + " 字），填写会议室、会议号或网址即可。");
  if (HasControlCharacters(meeting))
    return Missing("bad-meeting", "The meeting is one line of text, without line breaks and other control characters.", "会议地点应为一行文字，不能含换行等控制字符。");
  return std::string(meeting);
}

// The course that a step or an enrolment belongs to, as far as whoever asks may read it and it is this patient's.
Result<About> AboutOf(store::Snapshot& snapshot, const std::string& reference, const std::string& patient) {
  About about;
  if (reference.empty()) return about;
  const auto wrong = [&] {
    return Missing("bad-about", "'" + reference + "' is no step and no enrolment of this patient: Task/step-… or EpisodeOfCare/care-….",
                   "“" + reference + "”不是该患者的路径步骤或入组记录，应为 Task/step-… 或 EpisodeOfCare/care-…。");
  };
  const size_t slash = reference.find('/');
  const std::string type = reference.substr(0, slash), id = slash == std::string::npos ? "" : reference.substr(slash + 1);
  const bool step = type == "Task" && id.starts_with("step-"), enrolment = type == "EpisodeOfCare" && id.starts_with("care-");
  if (!step && !enrolment) return wrong();
  const Result<store::Resource> read = snapshot.Read(type, id);
  if (!read.ok()) return read.error().category == ErrorCategory::kNotFound ? wrong() : read.error();
  QX_TRY(const json::Document document, json::Document::Parse(read->body));
  const json::Value root = document.root();
  if (root.Find(step ? "for" : "patient").value_or(json::Value()).FindString("reference") != "Patient/" + patient) return wrong();
  (step ? about.step : about.enrolment) = id;
  for (json::Value one : root.Find("extension").value_or(json::Value()).Elements()) {
    if (one.FindString("url") == std::string(kBase) + "StructureDefinition/enrolment") about.enrolment = one.FindString("valueString");
    if (one.FindString("url") == std::string(kBase) + "StructureDefinition/pathway") about.pathway = one.Find("valueCoding").value_or(json::Value()).FindString("code");
  }
  // The plan of an enrolment has its id (docs/formats/flow.md).
  if (!about.enrolment.empty()) about.plan = "plan-" + about.enrolment.substr(std::min(about.enrolment.size(), std::string_view("care-").size()));
  return about;
}

std::string CommaList(const std::vector<std::string>& organizations) {
  std::string all;
  for (const std::string& one : organizations) all += (all.empty() ? "" : ",") + ("Organization/" + one);
  return all;
}

}  // namespace

Result<Consultation> Consultations::Get(const access::Caller& caller, std::string_view id) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  const Result<store::Resource> task = snapshot->Read("Task", id);
  if (!id.starts_with(kConsultationPrefix) || (!task.ok() && task.error().category == ErrorCategory::kNotFound)) return NoSuchConsultation();
  if (!task.ok()) return task.error();
  QX_TRY(Consultation c, ConsultationFrom(*task));
  if (!MaySee(caller, c)) return NoSuchConsultation();
  QX_DO(ReadSignatures(*snapshot, c));
  Finish(caller, c);
  return c;
}

void Consultations::Finish(const access::Caller& caller, Consultation& c) const {
  c.overdue = IsWaiting(c) && InstantOf(c.answer_by) < clock_.Now();
  c.may.clear();
  for (const std::string_view verb : kInvitedVerbs)
    if (ActingFor(caller, c, verb)) c.may.emplace_back(verb);
  for (const std::string_view verb : kAskerVerbs)
    if (MayAskerDo(c, verb) && IsOneOf(caller, access::Verb::kWrite, c.from.organization)) c.may.emplace_back(verb);
}

Result<Consultation> Consultations::Fill(const access::Caller& caller, const NewConsultation& wanted, const std::string& id) {
  if (!rules_.settings) return Unavailable("no-settings", "No pack has referral-settings.yaml.", "没有规则包提供 referral-settings.yaml。");
  if (wanted.client_key.empty() || wanted.client_key.size() > 200) return Missing("no-client-key", "clientKey is missing: it makes sending twice once.", "缺少 clientKey。");
  if (wanted.kind != "written" && wanted.kind != "scheduled") return Missing("bad-kind", "The kind is written or scheduled.", "会诊方式应为 written 或 scheduled。");
  if (wanted.mode != "single" && wanted.mode != "mdt") return Missing("bad-mode", "The mode is single or mdt.", "会诊形式应为 single 或 mdt。");
  const pack::Urgency* urgency = rules_.FindUrgency(wanted.urgency);
  if (!urgency) return Missing("bad-urgency", "There is no urgency '" + wanted.urgency + "'.", "没有紧急程度“" + wanted.urgency + "”。");
  QX_DO(CheckText(wanted.question, "no-question", "Write the question that is to be answered.", "请写明要解决的问题。"));
  if (wanted.invited.empty() || wanted.invited.size() > kInvitedMost || (wanted.mode == "single" && wanted.invited.size() != 1))
    return Missing("bad-invited", "Invite one institution, or for an MDT up to 20.", "请邀请一家机构；MDT 最多 20 家。");
  Consultation c;
  QX_TRY(c.meeting, MeetingOf(wanted));
  const Instant now = clock_.Now();
  c.id = id, c.kind = wanted.kind, c.mode = wanted.mode, c.urgency = wanted.urgency, c.question = wanted.question;
  c.attachments = wanted.attachments, c.state = "open", c.sent_at = FormatInstant(now);
  c.answer_by = FormatInstant({now.microseconds + urgency->answer_minutes * kMinute});
  if (c.kind == "scheduled") {
    QX_TRY(c.scheduled_at, Moment(wanted.scheduled_at));
    if (InstantOf(c.scheduled_at) < now) return Missing("past", "The time of the consultation is past.", "约定时间已过。");
    c.answer_by = FormatInstant({InstantOf(c.scheduled_at).microseconds + urgency->answer_minutes * kMinute});
  }
  QX_DO(access::Decide(caller, access::Verb::kWrite, "Task", wanted.from));
  QX_TRY(const std::unique_ptr<store::Snapshot> own, store_.OpenSnapshot(caller));
  QX_TRY(const store::Resource patient, own->Read("Patient", wanted.patient));
  c.patient = patient.id, c.patient_name = PatientName(patient.body);
  QX_TRY(c.about, AboutOf(*own, wanted.about, patient.id));
  QX_TRY(const std::unique_ptr<store::Snapshot> all, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(const Institutions institutions, Institutions::Read(*all));
  const Institution* from = institutions.Find(wanted.from);
  if (!from) return Missing("no-sender", "The account belongs to no institution that could ask; ask an administrator.", "账号未关联机构，请联系管理员。");
  c.from = {from->code, from->name, "", wanted.by.empty() ? WhoOf(caller) : wanted.by};
  c.asked_by = WhoOf(caller);
  for (const std::string& code : wanted.invited) {
    const Institution* one = institutions.Find(code);
    const bool twice = std::any_of(c.invited.begin(), c.invited.end(), [&](const Invited& there) { return there.organization == code; });
    if (!one || one == from || twice) {
      const std::string& name = one ? one->name : code;
      return Missing("bad-invited", "'" + name + "' cannot be invited: choose another institution.", "不能邀请“" + name + "”，请另选机构。");
    }
    c.invited.push_back({one->code, one->name, "invited", "", "", ""});
  }
  return c;
}

Result<Consultation> Consultations::Create(const access::Caller& caller, const NewConsultation& wanted) {
  const std::string id = std::string(kConsultationPrefix) + KeyOf(caller.user, wanted.client_key);
  if (!wanted.client_key.empty()) {
    Result<Consultation> there = Get(caller, id);
    if (there.ok() && there->patient == wanted.patient) return there;
  }
  QX_TRY(Consultation c, Fill(caller, wanted, id));
  Result<Consultation> written = Write(caller, std::move(c), "invite", wanted.from, true);
  if (written.ok() || written.error().code != "already-exists") return written;
  QX_TRY(Consultation there, Get(caller, id));
  if (there.patient == wanted.patient) return there;
  return MakeError(ErrorCategory::kConflict, "client-key-used", "This clientKey was used for another patient.", "此 clientKey 已用于其他患者。");
}

Status Consultations::Apply(const access::Caller& caller, Consultation& c, const ConsultationStep& step, Instant now) const {
  if (step.verb == "conclude") {
    QX_DO(CheckText(step.text, "no-text", "Write the conclusion.", "请填写会诊结论。"));
    c.conclusion = Conclusion{FormatInstant(now), WhoOf(caller), step.by, step.text};
    c.state = "concluded";
  } else if (step.verb == "close" || step.verb == "withdraw") {
    c.state = step.verb == "close" ? "closed" : "withdrawn";
  } else {
    Invited& one = *ActingFor(caller, c, step.verb);
    if (step.verb == "opine") {
      QX_DO(CheckText(step.advice, "no-advice", "Write your advice.", "请填写会诊意见。"));
      if (!step.diagnosis.empty()) QX_DO(CheckText(step.diagnosis, "", "", ""));
      c.opinions.push_back({FormatInstant(now), WhoOf(caller), step.by, one.organization, one.name, step.diagnosis, step.advice, step.transfer});
    }
    if (step.verb == "decline" && step.note.empty()) return Missing("no-note", "Say why, so that somebody else can be asked.", "请说明原因，以便另请他人。");
    one.state = step.verb == "accept" ? "accepted" : step.verb == "decline" ? "declined" : "opined";
    one.note = step.verb == "decline" ? step.note : "";
    one.by = WhoOf(caller);
    if (step.verb != "accept" && one.answered_at.empty()) one.answered_at = FormatInstant(now);
  }
  if (IsOver(c)) c.closed_at = FormatInstant(now);
  return Ok();
}

Result<Consultation> Consultations::Do(const access::Caller& caller, std::string_view id, const ConsultationStep& step) {
  QX_TRY(Consultation c, Get(caller, id));
  if (c.version != step.version) {
    if (c.version == step.version + 1 && c.last_verb == step.verb && c.last_who == WhoOf(caller)) return c;   // sent twice
    // A reminder changes nothing: whoever saw it before sees it as it is.
    if (c.version != step.version + 1 || !IsReminder(c.last_verb))
      return MakeError(ErrorCategory::kConflict, "version-conflict", "Somebody changed this meanwhile; look at it again.", "此会诊已被他人更新，请重新查看。");
  }
  const bool invited = Has(kInvitedVerbs, step.verb);
  if (!invited && !Has(kAskerVerbs, step.verb)) return WrongState(step.verb, c.state);
  if (std::find(c.may.begin(), c.may.end(), step.verb) == c.may.end()) {
    const bool somebody = invited ? std::any_of(c.invited.begin(), c.invited.end(), [&](const Invited& one) { return MayInDo(c, one, step.verb); })
                                  : MayAskerDo(c, step.verb);
    return somebody ? NotYourStep() : WrongState(step.verb, c.state);
  }
  std::string organization = c.from.organization;
  if (const Invited* one = invited ? ActingFor(caller, c, step.verb) : nullptr) organization = one->organization;
  QX_DO(Apply(caller, c, step, clock_.Now()));
  return Write(caller, std::move(c), step.verb, organization, false);
}

std::vector<Notice> Consultations::NoticesOf(const access::Caller& caller, const Consultation& c, std::string_view verb, std::string_view organization,
                                             const std::vector<std::string>& told_too) const {
  struct Told { std::string organization, person; };
  std::vector<Told> recipients;
  const pack::Urgency* urgency = rules_.FindUrgency(c.urgency);
  const bool emergency = urgency && urgency->skip_levels, alarm = verb == "invite" && emergency;
  // What is new there, what time does and what cannot wait is everybody's.
  const bool everybodys = emergency || verb == "invite" || IsReminder(verb);
  const auto tell = [&](const std::string& to, const std::string& person) {
    if (everybodys || person != WhoOf(caller)) recipients.push_back({to, everybodys ? "" : person});     // else he did it himself, for another institution
  };
  const auto invited = [&](auto wanted) {
    for (const Invited& one : c.invited)
      if (wanted(one)) tell(one.organization, one.by);
  };
  if (verb == "invite") invited([](const Invited&) { return true; });
  else if (verb == "conclude" || verb == "close") invited([](const Invited& one) { return one.state == "opined"; });
  else if (verb == "withdraw") invited([](const Invited& one) { return one.state != "declined"; });
  else if (verb == "remind") invited(IsWaitedFor), tell(c.from.organization, "");
  else tell(c.from.organization, c.asked_by);
  for (const std::string& one : told_too)
    if (std::ranges::find(recipients, one, &Told::organization) == recipients.end()) recipients.push_back({one, ""});
  const pack::Word* word = pack::FindWord(rules_.settings->consultation, verb);
  const pack::Text otherwise = verb == "remind-conclude" ? pack::Text{"会诊意见已齐，请写结论", "All have answered: write the conclusion"} : pack::Text{std::string(verb), std::string(verb)};
  const pack::Text said = word ? word->text : otherwise;
  std::string about = c.from.name;
  for (const Invited& one : c.invited)
    if (one.organization == organization) about = one.name;
  const std::string doer = DoerOf(caller);
  std::vector<Notice> notices;
  for (const Told& to : recipients)
    notices.push_back({c.id + "/" + std::to_string(c.version), alarm ? "consultation:alarm" : "consultation:" + std::string(verb), to.organization, "Task/" + c.id, c.patient,
                       said.zh + "：" + c.patient_name + "（" + about + "）", said.en + ": " + c.patient_name + " (" + about + ")", to.person, doer});
  return notices;
}

Result<Consultation> Consultations::Write(const access::Caller& caller, Consultation c, std::string_view verb, std::string_view organization, bool create,
                                           const std::vector<std::string>& told_too) {
  const Instant now = clock_.Now();
  c.last_verb = verb;
  c.last_who = WhoOf(caller);
  if (!IsReminder(verb)) c.turn_at = FormatInstant(now), c.asker_reminded = 0;
  if (verb == "remind" && c.reminded_at.empty()) c.reminded_at = FormatInstant(now);
  // What is due is due soon, and after what the sweep has seen.
  const Instant next = ReminderAt(c);
  c.wake = next == Instant{} || next > OpenUntil(c) ? "" : FormatInstant({std::max(next.microseconds, now.microseconds + 1000)});
  store::CommitRequest request;
  request.reason = "consultation:" + std::string(verb);
  const auto put = [&](std::string_view type, std::string body) {
    store::Change change;
    change.type = type;
    change.id = c.id;
    change.body = std::move(body);
    change.owner = c.from.organization;
    change.skip_if_equal = type != "Task";
    if (type == "Task") change.if_version = create ? 0 : c.version;
    request.changes.push_back(std::move(change));
  };
  put("Task", TaskAsFhir(c));
  put("ServiceRequest", RequestAsFhir(c));
  if (c.conclusion) put("ClinicalImpression", ConclusionAsFhir(c));
  if (std::optional<store::Change> signature = Sign(caller, c, verb)) request.changes.push_back(std::move(*signature));
  for (const Notice& notice : NoticesOf(caller, c, verb, organization, told_too)) request.changes.push_back(NoticeChange(notice, now));
  // For this patient and this time only.
  for (const Invited& one : c.invited) {
    const bool ended = IsOver(c) || one.state == "declined";
    request.changes.push_back(RelationChange("ServiceRequest/" + c.id, c.patient, one.organization, c.from.organization, InstantOf(c.sent_at),
                                             ended ? now : OpenUntil(c)));
    request.changes.back().skip_if_equal = true;
  }
  QX_TRY(const store::CommitReceipt receipt, CommitAndSettle(caller, c, std::move(request), IsReminder(verb) ? "" : organization));
  c.version = receipt.changes.front().version;
  Finish(caller, c);
  return c;
}

// With what the institution whose step it is was told of it before.
Result<store::CommitReceipt> Consultations::CommitAndSettle(const access::Caller& caller, const Consultation& c, const store::CommitRequest& own,
                                                            std::string_view organization) {
  for (int tries = 1;; ++tries) {
    store::CommitRequest request = own;
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
    if (!organization.empty()) QX_DO(SettleTold(*snapshot, c.id, c.version, organization, WhoOf(caller), request.changes));
    const bool alone = request.changes.size() == own.changes.size();
    Result<store::CommitReceipt> receipt = store_.Commit(OnBehalf(caller), std::move(request));
    // Somebody read such a notice meanwhile: look again.
    if (receipt.ok() || alone || tries >= kTries || receipt.error().code != "version-conflict") return receipt;
  }
}

Result<std::vector<Consultation>> Consultations::Found(const access::Caller& caller, std::string_view box, std::string_view status, size_t count, bool signatures) {
  std::vector<Consultation> list;
  search::NamedValues asked = {{"category", std::string(kConsultationCategory)}, {"status", std::string(status)}, {"_sort", "-authored"}, {"_count", std::to_string(count)}};
  if (!caller.whole_county) {
    if (caller.organizations.empty() || count == 0) return list;
    asked.emplace_back(box == "sent" ? "requester" : "performer", CommaList(caller.organizations));
  }
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "ServiceRequest", asked, {}));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(const store::SearchPage page, snapshot->Search(query));
  for (const store::Resource& request : page.matches) {
    QX_TRY(const store::Resource task, snapshot->Read("Task", request.id));
    QX_TRY(Consultation c, ConsultationFrom(task));
    if (!MaySee(caller, c)) continue;
    if (signatures) QX_DO(ReadSignatures(*snapshot, c));
    Finish(caller, c);
    list.push_back(std::move(c));
  }
  return list;
}

Result<std::vector<Consultation>> Consultations::List(const access::Caller& caller, std::string_view box, size_t count) {
  QX_TRY(std::vector<Consultation> list, Found(caller, box, "active", count, true));
  const auto order = [&](const Consultation& c) {
    const pack::Urgency* urgency = rules_.FindUrgency(c.urgency);
    return urgency ? urgency->order : 99;
  };
  std::stable_sort(list.begin(), list.end(), [&](const Consultation& a, const Consultation& b) {
    const auto x = order(a), y = order(b);
    return x != y ? x < y : a.sent_at < b.sent_at;
  });
  QX_TRY(std::vector<Consultation> over, Found(caller, box, "completed,revoked", count - std::min(count, list.size()), true));
  for (Consultation& one : over) list.push_back(std::move(one));
  return list;
}

Result<uint64_t> Consultations::Waiting(const access::Caller& caller) {
  constexpr size_t kLooked = 500;
  QX_TRY(const std::vector<Consultation> list, Found(caller, "received", "active", kLooked, false));
  return static_cast<uint64_t>(std::count_if(list.begin(), list.end(), [&](const Consultation& c) {
    return std::any_of(c.invited.begin(), c.invited.end(), [&](const Invited& one) {
      return IsWaitedFor(one) && std::find(caller.organizations.begin(), caller.organizations.end(), one.organization) != caller.organizations.end();
    });
  }));
}

Instant Consultations::OpenUntil(const Consultation& c) const {
  return {InstantOf(c.scheduled_at.empty() ? c.sent_at : c.scheduled_at).microseconds + rules_.settings->relation_days_open * kDay};
}

// Those invited by the time to answer; then whoever asked, when there is nobody left to wait for.
Instant Consultations::ReminderAt(const Consultation& c) const {
  const bool waits = IsWaiting(c);
  const int64_t hours = rules_.settings ? rules_.settings->HoursOf("consultation") : 0;
  if (IsOver(c) || hours == 0) return {};
  int64_t at = waits ? InstantOf(c.answer_by).microseconds : InstantOf(c.turn_at.empty() ? c.sent_at : c.turn_at).microseconds + hours * 60 * kMinute;
  int64_t between = std::min(rules_.settings->remind_hours, kRarestHours);
  for (int64_t i = 0; i < (waits ? c.reminded : c.asker_reminded); ++i, between = std::min(between * 2, kRarestHours)) at += between * 60 * kMinute;
  return {at};
}

Status Consultations::Remind(Consultation c, Instant now) {
  const access::Caller program = access::SystemCaller("referral");
  const bool waits = IsWaiting(c);
  int64_t& reminded = waits ? c.reminded : c.asker_reminded;
  for (Instant next = ReminderAt(c); next != Instant{} && next <= now; next = ReminderAt(c)) ++reminded;
  std::vector<std::string> leaders;
  if (reminded > 1) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(program));
    QX_TRY(const Institutions institutions, Institutions::Read(*snapshot));
    const auto above = [&](const std::string& organization) {
      int64_t left = reminded - 1;
      for (const Institution* one : institutions.Above(organization))
        if (left-- > 0) leaders.push_back(one->code);
    };
    if (!waits) above(c.from.organization);
    for (const Invited& one : c.invited)
      if (waits && IsWaitedFor(one)) above(one.organization);
  }
  QX_DO(Write(program, std::move(c), waits ? "remind" : "remind-conclude", "", false, leaders));
  return Ok();
}

Result<size_t> Consultations::Sweep(Instant& since, size_t maximum) {
  if (!rules_.settings) return size_t{0};
  const Instant now = clock_.Now();
  const access::Caller program = access::SystemCaller("referral");
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(program));
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Task",
                                                         {{"wake", "sa" + FormatInstant({std::max<int64_t>(0, since.microseconds - kMargin)})},
                                                          {"wake", "le" + FormatInstant(now)}, {"code", std::string(kBase) + "task|consultation"},
                                                          {"_sort", "wake"}, {"_count", std::to_string(maximum)}}, {}));
  QX_TRY(const store::SearchPage page, snapshot->Search(query));
  size_t done = 0;
  for (const store::Resource& task : page.matches) {
    QX_TRY(Consultation c, Get(program, task.id));
    if (c.wake.empty() || InstantOf(c.wake) > now) continue;
    const Status reminded = Remind(std::move(c), now);
    if (reminded.ok()) ++done;
    else if (reminded.error().code != "version-conflict") return reminded.error();  // else somebody did something meanwhile
  }
  if (page.matches.size() < maximum) since = now;
  return done;
}

}  // namespace qianxian::referral
