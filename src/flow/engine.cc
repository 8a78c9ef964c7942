// Following the feed and the clock, and what a person does by hand.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "flow/service.h"
#include "json/writer.h"
#include "search/parameters.h"
#include "search/query.h"

namespace qianxian::flow {
namespace {

constexpr int64_t kWakeMargin = 600'000'000; // microseconds: clocks of several processes, commits under way
constexpr size_t kFeedEntries = 2000;      // read at once
constexpr size_t kPatients = 500;          // in one commit
constexpr int kTries = 5;                  // when somebody else wrote meanwhile
constexpr uint64_t kQuietEntries = 20'000; // so many without anything to do: the cursor is written all the same
constexpr int64_t kAtOnce = 1'000'000'000; // nanoseconds after which a call to Tick comes back, to go on in the next one
constexpr char kCursor[] = "flow-cursor";

access::Caller Program() { return access::SystemCaller("feed:flow"); }

std::string CursorAsFhir(uint64_t t) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Basic").Member("id", kCursor).Name("extension").BeginArray().BeginObject();
  w.Member("url", std::string(kBase) + "StructureDefinition/feed-t").Member("valueString", std::to_string(t)).EndObject().EndArray();
  w.Name("code").BeginObject().Member("text", "flow-cursor").EndObject().EndObject();
  return w.Take();
}

bool IsConflict(const Error& error) { return error.category == ErrorCategory::kConflict; }

}  // namespace

Result<Service::Cursor> Service::ReadCursor(store::Snapshot& snapshot) {
  Result<store::Resource> kept = snapshot.Read("Basic", kCursor);
  if (!kept.ok()) {
    if (kept.error().category == ErrorCategory::kNotFound) return Cursor{};
    return std::move(kept).error();
  }
  QX_TRY(const json::Document document, json::Document::Parse(kept->body));
  int64_t t = 0;
  if (!ParseInteger(ExtensionText(document.root(), "feed-t"), t)) return Fault("bad-flow-record", "the cursor of flow cannot be read");
  return Cursor{static_cast<uint64_t>(t), kept->version};
}

void Service::AddDefinitions(const std::vector<Care>& cares, std::vector<store::Change>& changes) const {
  for (const Care& care : cares) {
    if (!care.freeze) continue;
    const std::string id = DefinitionId(care.programme->hash);
    if (std::any_of(changes.begin(), changes.end(), [&](const store::Change& change) { return change.id == id; })) continue;
    store::Change change;
    change.type = "Basic";
    change.id = id;
    change.body = DefinitionAsFhir(id, care.programme->pathway);
    change.skip_if_equal = true;
    changes.push_back(std::move(change));
  }
}

Result<uint64_t> Service::LookAt(store::Snapshot& snapshot, const std::set<std::string>& patients, const Cursor* cursor, const char* reason) {
  QX_TRY(const std::shared_ptr<const Places> places, CurrentPlaces(snapshot));
  const Instant now = tools_.clock->Now();
  Evaluation evaluation(*tools_.definitions, now);
  const auto frozen = [&](const std::string& hash) { return Frozen(snapshot, hash); };
  store::CommitRequest request;
  request.reason = reason;
  for (const std::string& patient : patients) {
    QX_TRY(const PatientRecord record, Load(snapshot, patient, types_));
    Judge judge(record, evaluation, current_, frozen, *places, LocalDate(now));
    judge.Look();
    std::vector<store::Change> changes = judge.Changes();
    if (changes.empty()) continue;
    AddDefinitions(judge.cares(), request.changes);
    std::move(changes.begin(), changes.end(), std::back_inserter(request.changes));
  }
  const uint64_t written = request.changes.size();
  if (cursor) {
    store::Change change;
    change.type = "Basic";
    change.id = kCursor;
    change.body = CursorAsFhir(cursor->t);
    change.if_version = cursor->version;
    request.changes.push_back(std::move(change));
  }
  if (request.changes.empty()) return uint64_t{0};
  QX_DO(tools_.store->Commit(Program(), std::move(request)));
  return written;
}

Result<uint64_t> Service::FollowFeed() {
  uint64_t written = 0;
  int tries = 0;
  const int64_t begin = tools_.clock->MonotonicNanoseconds();
  do {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(Program()));
    QX_TRY(Cursor cursor, ReadCursor(*snapshot));
    const uint64_t from = std::max(cursor.t, seen_t_);
    QX_TRY(std::vector<store::FeedEntry> entries, tools_.store->ReadFeed(Program(), from, kFeedEntries));
    while (!entries.empty() && entries.back().t > snapshot->t()) entries.pop_back();
    if (entries.empty()) return written;
    std::set<std::string> patients;
    size_t used = 0;
    for (; used < entries.size(); ++used) {
      if (patients.size() >= kPatients && entries[used].t != entries[used - 1].t) break;
      QX_TRY(std::string patient, PatientOf(*snapshot, entries[used]));
      if (!patient.empty()) patients.insert(std::move(patient));
    }
    const uint64_t to = entries[used - 1].t;
    if (patients.empty() && to - cursor.t < kQuietEntries) {
      seen_t_ = to;                        // nothing to do: not worth a commit, which would be an entry itself
      continue;
    }
    cursor.t = to;
    Result<uint64_t> looked = LookAt(*snapshot, patients, &cursor, "flow:feed");
    if (!looked.ok()) {
      if (!IsConflict(looked.error()) || ++tries >= kTries) return std::move(looked).error();
      continue;                            // somebody wrote meanwhile: look again
    }
    tries = 0;
    seen_t_ = to;
    written += *looked;
  } while (tools_.clock->MonotonicNanoseconds() - begin < kAtOnce);
  return written;
}

Result<uint64_t> Service::WakeUp() {
  uint64_t written = 0;
  int tries = 0;
  // Once everything whose time has come, afterwards what came to its time since: a step is written with a wake that is still to come.
  const Instant now = tools_.clock->Now();
  if (now < woken_until_) woken_until_ = {};   // the clock was put back
  const Instant since{std::max<int64_t>(0, woken_until_.microseconds - kWakeMargin)};
  QX_TRY(search::Query query, search::Query::Parse(*tools_.parameters, "Task", {{"wake", "sa" + FormatInstant(since)}, {"wake", "le" + FormatInstant(now)},
                                                                                {"pathway", std::string(kBase) + "CodeSystem/pathway|"}}, {}));
  query.count = kPatients;
  while (true) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(Program()));
    QX_TRY(const store::SearchPage page, snapshot->Search(query));
    if (page.matches.empty()) break;
    std::set<std::string> patients;
    for (const store::Resource& task : page.matches) {
      QX_TRY(const json::Document document, json::Document::Parse(task.body));
      patients.insert(StepOfFhir(document.root()).patient);
    }
    Result<uint64_t> looked = LookAt(*snapshot, patients, nullptr, "flow:time");
    if (!looked.ok()) {
      if (!IsConflict(looked.error()) || ++tries >= kTries) return std::move(looked).error();
      continue;
    }
    if (*looked == 0) {
      if (page.next.empty()) break;
      query.place = page.next;             // their edition cannot be read: they stay as they are
      continue;
    }
    written += *looked;
    query.place.clear();
  }
  woken_until_ = now;
  return written;
}

Result<uint64_t> Service::Tick() {
  std::lock_guard lock(ticking_);
  if (current_.empty()) return uint64_t{0};
  QX_TRY(const uint64_t followed, FollowFeed());
  QX_TRY(const uint64_t woken, WakeUp());
  return followed + woken;
}

// --- by hand ------------------------------------------------------------------------------------------------------

access::Caller Service::As(const access::Caller& caller) {
  access::Caller program = caller;
  program.role = access::Role::kSystem;    // what follows may be another organisation's; who did it stays in the audit
  program.whole_county = true;
  return program;
}

Status Service::MayWrite(const access::Caller& caller, const std::string& owner) const {
  return access::Decide(caller, access::Verb::kWrite, "Task", owner);
}

Status Service::ByHand(const access::Caller& caller, const std::string& patient, const char* reason, const std::function<Status(Judge&)>& act) {
  for (int tries = 1;; ++tries) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(Program()));
    QX_TRY(const std::shared_ptr<const Places> places, CurrentPlaces(*snapshot));
    QX_TRY(const PatientRecord record, Load(*snapshot, patient, types_));
    if (record.pieces.empty() || record.pieces[0].type != "Patient")
      return NotFound("no-such-patient", "there is no such patient", "没有这位居民");
    const Instant now = tools_.clock->Now();
    Evaluation evaluation(*tools_.definitions, now);
    Judge judge(record, evaluation, current_, [&](const std::string& hash) { return Frozen(*snapshot, hash); }, *places, LocalDate(now));
    QX_DO(act(judge));
    judge.Look();
    store::CommitRequest request;
    request.reason = reason;
    request.changes = judge.Changes();
    if (request.changes.empty()) return Ok();
    AddDefinitions(judge.cares(), request.changes);
    Result<store::CommitReceipt> receipt = tools_.store->Commit(As(caller), std::move(request));
    if (receipt.ok()) return Ok();
    if (!IsConflict(receipt.error()) || tries >= kTries) return std::move(receipt).error();
  }
}

Result<std::string> Service::Enrol(const access::Caller& caller, const EnrolRequest& request) {
  std::string id;
  LearnOf(request.organization);
  QX_DO(ByHand(caller, request.patient, "flow:enrol", [&](Judge& judge) -> Status {
    const std::string organization = request.organization.empty() ? judge.PatientOrganization() : request.organization;
    QX_DO(MayWrite(caller, organization));
    if (judge.IsDeceased()) return Conflict("patient-died", "this patient has died", "该居民已死亡，不能入组");
    id = judge.Enrol(request.pathway, organization);
    if (id.empty()) return NotFound("no-such-pathway", "there is no pathway " + request.pathway, "没有这个路径：" + request.pathway);
    return Ok();
  }));
  return id;
}

void Service::LearnOf(const std::string& organization) {
  std::lock_guard lock(mutex_);
  if (places_ && !organization.empty() && !places_->Knows(organization)) places_ = nullptr;
}

Result<std::string> Service::PatientOfEnrolment(store::Snapshot& snapshot, const std::string& enrolment) {
  QX_TRY(const store::Resource resource, snapshot.Read("EpisodeOfCare", enrolment));
  QX_TRY(const json::Document document, json::Document::Parse(resource.body));
  return EnrolmentFromFhir(document.root()).patient;
}

// A word of the caller's among the exits of the pathway, as it stands in the packs or as it was frozen.
Result<std::string> Service::ExitReason(const Care& care, const std::string& asked) const {
  const std::string reason = asked == "dead" ? std::string(pack::kDeath) : asked;
  const auto is = [&](const pack::Exit& exit) { return exit.id == reason && (exit.by_hand || !exit.when.empty()); };
  std::vector<pack::Exit> exits = care.programme ? pack::ExitsOf(care.programme->pathway) : pack::ExitsOf({});
  for (const auto& programme : current_)
    if (programme->pathway.id == care.enrolment.pathway)
      for (pack::Exit& exit : pack::ExitsOf(programme->pathway))
        if (std::none_of(exits.begin(), exits.end(), [&](const pack::Exit& one) { return one.id == exit.id; })) exits.push_back(std::move(exit));
  if (std::any_of(exits.begin(), exits.end(), is)) return reason;
  std::vector<std::string> ids, names;
  for (const pack::Exit& exit : exits)
    if (exit.by_hand) ids.push_back(exit.id), names.push_back(exit.name.zh + "（" + exit.id + "）");
  return Invalid("no-such-reason", "Give one of the reasons of the pathway: " + Join(ids, ", "), "请从路径的退出原因中选择：" + Join(names, "、"));
}

Status Service::Exit(const access::Caller& caller, const ExitRequest& request) {
  if (request.reason.empty()) return Invalid("no-reason", "say why", "请说明原因");
  if (!request.on.empty() && (!ParseDate(request.on).ok() || request.on.size() != 10 || request.on > LocalDate(tools_.clock->Now())))
    return Invalid("bad-date", "not a day until today: " + request.on, "不是今天或以前的日期：" + request.on);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(caller));
  QX_TRY(const std::string patient, PatientOfEnrolment(*snapshot, request.enrolment));
  return ByHand(caller, patient, "flow:exit", [&](Judge& judge) -> Status {
    Care* care = judge.Find(request.enrolment);
    if (!care) return NotFound("no-such-enrolment", "there is no such enrolment", "没有这条入组记录");
    QX_DO(MayWrite(caller, care->enrolment.owner));
    QX_TRY(const std::string reason, ExitReason(*care, request.reason));
    const Enrolment& enrolment = care->enrolment;
    const bool open = enrolment.status == "active" || enrolment.status == "planned", same = enrolment.exit_reason == reason;
    if (!open && !same) return Conflict("already-ended", "the enrolment has ended already", "该入组已结束");
    if (reason == pack::kDeath) judge.Die(request.on, request.note);
    else if (open) judge.End(*care, enrolment.status == "active" ? "finished" : "cancelled", reason, request.note);
    return Ok();                           // sent twice: it is as it was
  });
}

Status Service::Move(const access::Caller& caller, const MoveRequest& request) {
  if (request.reason.empty()) return Invalid("no-reason", "say why", "请说明原因");
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(caller));
  QX_TRY(const std::string patient, PatientOfEnrolment(*snapshot, request.enrolment));
  LearnOf(request.organization);
  return ByHand(caller, patient, "flow:move", [&](Judge& judge) -> Status {
    Care* care = judge.Find(request.enrolment);
    if (!care) return NotFound("no-such-enrolment", "there is no such enrolment", "没有这条入组记录");
    QX_DO(MayWrite(caller, care->enrolment.owner));
    if (care->enrolment.status != "active") return Conflict("already-ended", "the enrolment is not under way", "该入组不在进行中");
    care->enrolment.exit_note = request.reason;
    if (!request.newest_edition) {
      if (request.organization.empty()) return Invalid("no-organization", "say where to", "请提供去向机构");
      judge.MoveTo(*care, request.organization);
      return Ok();
    }
    for (const auto& programme : current_)
      if (programme->pathway.id == care->enrolment.pathway) {
        judge.MoveEdition(*care, programme);
        return Ok();
      }
    return NotFound("no-such-pathway", "the packs have this pathway no more", "规则包中已没有这个路径");
  });
}

Result<std::string> Service::Apply(const access::Caller& caller, std::string_view pathway, std::string_view patient) {
  QX_TRY(const std::unique_ptr<store::Snapshot> own, tools_.store->OpenSnapshot(caller));
  QX_DO(own->Read("Patient", patient));    // what the caller may not see is not there
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, tools_.store->OpenSnapshot(Program()));
  QX_TRY(const std::shared_ptr<const Places> places, CurrentPlaces(*snapshot));
  QX_TRY(const PatientRecord record, Load(*snapshot, std::string(patient), types_));
  const Instant now = tools_.clock->Now();
  Evaluation evaluation(*tools_.definitions, now);
  Judge judge(record, evaluation, current_, [&](const std::string& hash) { return Frozen(*snapshot, hash); }, *places, LocalDate(now));
  const std::string id = judge.Enrol(std::string(pathway), judge.PatientOrganization());
  if (id.empty()) return NotFound("no-such-pathway", "there is no pathway " + std::string(pathway), "没有这个路径：" + std::string(pathway));
  judge.Look();
  const Care& care = *judge.Find(id);
  json::Writer contained, activities;
  contained.BeginArray(), activities.BeginArray();
  for (const Step& step : care.steps) {
    if (step.status != "ready") continue;
    contained.Raw(AsFhir(step));
    activities.BeginObject().Name("reference").BeginObject().Member("reference", "#" + step.id).EndObject().EndObject();
  }
  const std::string plan = AsFhir(care.plan, care.programme->pathway.title.zh), tasks = contained.EndArray().Take();
  if (tasks == "[]") return plan;
  return plan.substr(0, plan.size() - 1) + ",\"contained\":" + tasks + ",\"activity\":" + activities.EndArray().Take() + "}";
}

std::unique_ptr<Flow> MakeFlow(const Tools& tools) { return std::make_unique<Service>(tools); }

Status CheckExpressions(const pack::Pack& pack) {
  std::vector<std::string> faults;
  const auto check = [&](const std::string& where, const std::string& text) {
    const auto parsed = fhirpath::Expression::Parse(text);
    if (!parsed.ok()) faults.push_back(where + ": " + parsed.error().en);
  };
  for (const pack::Pathway& pathway : pack.pathways)
    for (const auto& [where, text] : pack::ExpressionsOf(pathway)) check(pathway.file + " " + where, text);
  for (const pack::Form& form : pack.forms)
    for (const auto& [where, text] : pack::ExpressionsOf(form)) check(form.file + " " + where, text);
  for (const pack::Form& form : pack.forms)
    for (const pack::Score& score : form.scores) check(form.file + " scores/" + score.id, score.expression);
  if (faults.empty()) return Ok();
  return Invalid("bad-pack", Join(faults, "\n"), Join(faults, "\n"));
}

}  // namespace qianxian::flow
