// Following the feed: steps of pathways that propose a referral become drafts, once each. The place in the feed is a record of
// its own, committed together with what follows from it: after a crash the same is looked at again and gives the same ids.
#include "referral/proposals.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/date.h"
#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"
#include "referral/extension.h"
#include "referral/inbox.h"
#include "referral/organizations.h"
#include "referral/records.h"
#include "referral/step_tools.h"
#include "referral/table.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr char kCursor[] = "referral-cursor";
constexpr std::string_view kFeedT = "https://fhir.qianxian.cn/StructureDefinition/feed-t";
constexpr std::string_view kProposals = "https://fhir.qianxian.cn/StructureDefinition/proposals";
constexpr size_t kFeedEntries = 1000;            // read at once
constexpr size_t kDrafts = 100;                  // in one commit, about
constexpr size_t kQuietEntries = 1000, kQuietReads = 200;   // so many without anything to do: the cursor is written all the same
constexpr int64_t kAtOnce = 1'000'000'000;       // nanoseconds after which Follow comes back
constexpr int kTries = 5;                        // when somebody else wrote meanwhile

access::Caller Program() { return access::SystemCaller("referral"); }

std::string Day(Instant instant) { return Date::FromDays(static_cast<int32_t>(LocalDay(instant))).ToString(); }

struct Cursor { uint64_t t = 0, version = 0; };

Result<Cursor> ReadCursor(store::Snapshot& snapshot) {
  const Result<store::Resource> kept = snapshot.Read("Basic", kCursor);
  if (!kept.ok()) {
    if (kept.error().category == ErrorCategory::kNotFound) return Cursor{};
    return kept.error();
  }
  QX_TRY(const json::Document document, json::Document::Parse(kept->body));
  int64_t t = -1;
  for (Value extension : document.root().Find("extension").value_or(Value()).Elements())
    if (extension.FindString("url") == kFeedT && !ParseInteger(extension.FindString("valueString"), t)) t = -1;
  if (t < 0) return Fault("bad-referral-record", "the cursor of the referrals cannot be read");
  return Cursor{static_cast<uint64_t>(t), kept->version};
}

store::Change CursorChange(const Cursor& cursor) {
  Writer w;
  w.BeginObject().Member("resourceType", "Basic").Member("id", kCursor).Name("extension").BeginArray().BeginObject();
  w.Member("url", kFeedT).Member("valueString", std::to_string(cursor.t)).EndObject().EndArray();
  w.Name("code").BeginObject().Member("text", kCursor).EndObject().EndObject();
  store::Change change;
  change.type = "Basic";
  change.id = kCursor;
  change.body = w.Take();
  change.if_version = cursor.version;
  return change;
}

std::string_view AfterSlash(std::string_view reference) { return reference.substr(reference.rfind('/') + 1); }

// What the feed holds after the cursor.
struct Work {
  uint64_t to = 0;
  size_t entries = 0, reads = 0;
  std::vector<Proposal> proposals;
  std::vector<Referral> sent;              // made and sent by people
};

Status LookAt(store::Snapshot& snapshot, const store::FeedEntry& entry, Work& work) {
  const bool step = entry.id.starts_with(kStepPrefix), made = entry.id.starts_with("referral-") && entry.version == 1;
  if (entry.type != "Task" || entry.deleted || (!step && !made)) return Ok();
  ++work.reads;
  const Result<store::Resource> task = snapshot.Read("Task", entry.id);
  if (!task.ok()) return task.error().category == ErrorCategory::kNotFound ? Ok() : Status(task.error());
  if (step) {
    for (Proposal& one : ProposalsOf(*task)) work.proposals.push_back(std::move(one));
    return Ok();
  }
  Result<Referral> r = ReferralFrom(*task);
  if (r.ok() && !r->sent_at.empty() && !r->criterion.empty() && !IsFinal(r->state)) work.sent.push_back(std::move(*r));
  return Ok();
}

Result<Work> LookForWork(store::Store& store, store::Snapshot& snapshot, uint64_t from) {
  Work work;
  work.to = from;
  while (work.proposals.size() + work.sent.size() < kDrafts && work.entries < 20 * kFeedEntries) {
    QX_TRY(std::vector<store::FeedEntry> entries, store.ReadFeed(Program(), work.to, kFeedEntries));
    while (!entries.empty() && entries.back().t > snapshot.t()) entries.pop_back();
    if (entries.empty()) break;
    for (const store::FeedEntry& entry : entries) QX_DO(LookAt(snapshot, entry, work));
    work.entries += entries.size();
    work.to = entries.back().t;
  }
  return work;
}

}  // namespace

std::vector<Proposal> ProposalsOf(const store::Resource& step) {
  std::vector<Proposal> proposals;
  const Result<json::Document> document = json::Document::Parse(step.body);
  if (!document.ok() || document->root().FindString("status") != "completed") return proposals;
  const Value root = document->root();
  std::string lines;
  for (Value extension : root.Find("extension").value_or(Value()).Elements())
    if (extension.FindString("url") == kProposals) lines = extension.FindString("valueString");
  Proposal one;
  one.task = step.id;
  one.patient = AfterSlash(root.Find("for").value_or(Value()).FindString("reference"));
  one.sender = AfterSlash(root.Find("owner").value_or(Value()).FindString("reference"));
  one.done_on = std::string(root.Find("executionPeriod").value_or(Value()).FindString("end").substr(0, 10));
  if (one.done_on.empty()) one.done_on = Day(step.last_updated);
  for (Value output : root.Find("output").value_or(Value()).Elements()) {
    const std::string_view reference = output.Find("valueReference").value_or(Value()).FindString("reference");
    if (!reference.empty() && !reference.starts_with("Encounter/")) one.evidence.emplace_back(reference);
  }
  if (one.patient.empty() || one.sender.empty()) return proposals;
  for (const std::string_view line : Split(lines, '\n')) {
    const size_t blank = line.find(' ');
    if (blank == std::string_view::npos || blank + 1 == line.size()) continue;
    one.urgency = line.substr(0, blank), one.criterion = line.substr(blank + 1);
    proposals.push_back(one);
  }
  return proposals;
}

std::string ProposedId(const Proposal& proposal) { return "referral-" + KeyOf("proposal:" + proposal.task, proposal.criterion); }

Notice ProposedNotice(const Referral& r, const pack::Criterion* criterion) {
  const pack::Text why = criterion ? criterion->text : pack::Text{r.criterion, r.criterion};
  return {r.id + "/0", "referral:propose", r.from.organization, "Task/" + r.id, r.patient,
          "路径建议转诊：" + r.patient_name + "（" + why.zh + "）", "The pathway proposes a referral: " + r.patient_name + " (" + why.en + ")", "", ""};
}

// Those of this patient that the institution has sent or may send.
Result<std::vector<Referral>> Referrals::OfSender(store::Snapshot& snapshot, const std::string& patient, const std::string& sender, bool drafts_only) const {
  search::NamedValues asked = {{"code", std::string(kBase) + "task|referral"}, {"patient", "Patient/" + patient}, {"requester", "Organization/" + sender}, {"_count", "1000"}};
  if (drafts_only) asked.emplace_back("business-status", std::string(kBase) + "referral-state|draft");
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Task", asked, {}));
  QX_TRY(const store::SearchPage page, snapshot.Search(query));
  std::vector<Referral> referrals;
  for (const store::Resource& task : page.matches)
    if (Result<Referral> r = ReferralFrom(task); r.ok()) referrals.push_back(std::move(*r));
  return referrals;
}

// Whoever has sent it himself needs no draft of the same any more.
Status Referrals::ReplaceDrafts(store::Snapshot& snapshot, const Referral& sent, Instant now, std::vector<store::Change>& changes) const {
  QX_TRY(std::vector<Referral> drafts, OfSender(snapshot, sent.patient, sent.from.organization, true));
  for (Referral& r : drafts) {
    if (r.id == sent.id || r.criterion != sent.criterion || r.proposed_by.empty() || !r.sent_at.empty()) continue;
    QX_DO(WithdrawDraft(snapshot, r, "已由转诊单 " + sent.id + " 代替 / replaced by the referral " + sent.id, now, changes));
  }
  return Ok();
}

// By the program, of a draft that was never sent: nobody is told, and who was told of the proposal need not read it.
Status Referrals::WithdrawDraft(store::Snapshot& snapshot, Referral& r, const std::string& note, Instant now, std::vector<store::Change>& changes) const {
  r.state = "withdrawn";
  r.history.push_back({FormatInstant(now), "system", "withdraw", r.state, note, "", ""});
  for (store::Change& change : ChangesOf(r, false, r.owner, now)) changes.push_back(std::move(change));
  const Notice told = ProposedNotice(r, nullptr);
  const Result<store::Resource> notice = snapshot.Read("Communication", NoticeId(told.event, told.recipient));
  if (!notice.ok()) return notice.error().category == ErrorCategory::kNotFound ? Ok() : Status(notice.error());
  QX_TRY(std::optional<store::Change> settled, Settled(*notice));
  if (settled) changes.push_back(std::move(*settled));
  return Ok();
}

// Who is suggested for it, at the level that the criterion names and with all that it asks for; nobody, where there is none.
Place Referrals::SuggestedFor(const Referral& draft, const pack::Criterion* criterion, Suggestions& suggestions) {
  const auto [found, is_new] = suggestions.try_emplace({draft.from.organization, draft.criterion});
  if (!is_new) return found->second;
  const std::vector<std::string> services = criterion ? criterion->services : std::vector<std::string>();
  const Result<std::vector<Receiver>> receivers = Receivers(Program(), draft.direction, services.empty() ? "" : services.front(), draft.from.organization);
  if (!receivers.ok()) return {};
  for (const Receiver& one : *receivers) {
    const bool offers = std::all_of(services.begin(), services.end(), [&](const std::string& s) { return std::find(one.services.begin(), one.services.end(), s) != one.services.end(); });
    if (offers && (!criterion || criterion->to.empty() || one.level == criterion->to)) return found->second = {one.organization, one.name, "", ""};
  }
  return {};
}

// None: it is there already, or long over, or the patient is referred for the same, or is not there any more.
Result<std::optional<Referral>> Referrals::DraftOf(store::Snapshot& snapshot, const Institutions& institutions, const Proposal& proposal,
                                                    Suggestions& suggestions, Instant now) {
  const std::optional<Referral> none;
  // The first start over an old record, and sheets of past years, would else fill the inboxes.
  if (proposal.done_on < Day({now.microseconds - rules_.settings->proposal_days * kDayMicroseconds})) return none;
  Referral r;
  r.id = ProposedId(proposal);
  if (snapshot.Read("Task", r.id).ok()) return none;
  const Result<store::Resource> patient = snapshot.Read("Patient", proposal.patient);
  if (!patient.ok()) return patient.error().category == ErrorCategory::kNotFound ? Result<std::optional<Referral>>(none) : patient.error();
  QX_TRY(const std::vector<Referral> others, OfSender(snapshot, proposal.patient, proposal.sender, false));
  for (const Referral& other : others) {
    const bool over = IsFinal(other.state) && !other.history.empty() && Day(InstantOf(other.history.back().at)) < proposal.done_on;
    if (other.criterion == proposal.criterion && !over) return none;
  }
  const pack::Criterion* criterion = rules_.Find(proposal.criterion);
  r.patient = proposal.patient, r.patient_name = PatientName(patient->body);
  r.direction = criterion && !criterion->up ? "down" : "up";
  r.urgency = rules_.FindUrgency(proposal.urgency)                  ? proposal.urgency
              : criterion && rules_.FindUrgency(criterion->urgency) ? criterion->urgency
                                                                    : rules_.settings->urgencies.back().id;
  r.criterion = proposal.criterion, r.reason = criterion ? criterion->text.zh : proposal.criterion;
  r.attachments = proposal.evidence, r.proposed_by = proposal.task, r.state = "draft";
  const Institution* from = institutions.Find(proposal.sender);
  r.from.organization = proposal.sender, r.from.name = from ? from->name : proposal.sender;
  r.to = SuggestedFor(r, criterion, suggestions);
  const Institution* to = r.to.organization.empty() ? nullptr : institutions.Find(r.to.organization);
  if (from && to) r.reviewers = ReviewersOf(institutions, *from, *to, r);
  r.history.push_back({FormatInstant(now), "system", "propose", r.state, "路径步骤建议，尚未转出 / proposed by a step of the pathway, not sent yet", "", ""});
  return std::optional<Referral>(std::move(r));
}

Result<size_t> Referrals::Follow() {
  if (!rules_.settings || rules_.settings->urgencies.empty()) return size_t{0};
  const int64_t begin = clock_.MonotonicNanoseconds();
  size_t made = 0;
  Suggestions suggestions;
  for (int tries = 0;;) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(Program()));
    QX_TRY(Cursor cursor, ReadCursor(*snapshot));
    QX_TRY(const Work work, LookForWork(store_, *snapshot, cursor.t));
    const bool quiet = work.proposals.empty() && work.sent.empty();
    if (quiet && work.entries < kQuietEntries && work.reads < kQuietReads) return made;
    const Instant now = clock_.Now();
    store::CommitRequest request;
    request.reason = "referral:propose";
    Institutions institutions;
    if (!work.proposals.empty()) {
      QX_TRY(institutions, Institutions::Read(*snapshot));
    }
    std::set<std::tuple<std::string, std::string, std::string>> drafted, replaced;   // in this commit: patient, sender, criterion
    for (const Proposal& proposal : work.proposals) {
      const std::tuple what(proposal.patient, proposal.sender, proposal.criterion);
      if (drafted.contains(what)) continue;
      QX_TRY(std::optional<Referral> draft, DraftOf(*snapshot, institutions, proposal, suggestions, now));
      if (!draft) continue;
      drafted.insert(what);
      for (store::Change& change : ChangesOf(*draft, true, "", now)) request.changes.push_back(std::move(change));
    }
    for (const Referral& sent : work.sent)
      if (replaced.emplace(sent.patient, sent.from.organization, sent.criterion).second) QX_DO(ReplaceDrafts(*snapshot, sent, now, request.changes));
    cursor.t = work.to;
    request.changes.push_back(CursorChange(cursor));
    const Result<store::CommitReceipt> receipt = store_.Commit(Program(), std::move(request));
    if (!receipt.ok()) {
      if (receipt.error().category != ErrorCategory::kConflict || ++tries >= kTries) return receipt.error();
      continue;                            // somebody wrote meanwhile: look again
    }
    tries = 0;
    made += drafted.size();
    if (clock_.MonotonicNanoseconds() - begin > kAtOnce) return made;
  }
}

}  // namespace qianxian::referral
