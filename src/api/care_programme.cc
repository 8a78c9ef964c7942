// A programme for who answers for it: how many are where, who went where, which steps are late at whose place; and the people
// behind each number. Everything is counted by the store, whole.
#include <algorithm>
#include <map>
#include <set>

#include "api/care_api.h"
#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "base/date.h"
#include "base/text.h"
#include "flow/records.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kSteps = 2000;            // late ones that are looked at for their people
constexpr size_t kPeopleMost = 500;
constexpr size_t kMovesAtOnce = 50;
const std::string kSystems = "https://fhir.qianxian.cn/CodeSystem/";
const std::string kOpen = "ready,in-progress";

int DaysBetween(const std::string& from, const std::string& to) {
  const Result<Date> a = ParseDate(from), b = ParseDate(to);
  return a.ok() && b.ok() ? b->ToDays() - a->ToDays() : 0;
}

// Half of those counted have a day at or before this one; "" = nobody.
std::string MedianDay(const std::vector<store::Tally>& days) {
  uint64_t all = 0, so_far = 0;
  for (const store::Tally& day : days) all += day.resources;
  for (const store::Tally& day : days)
    if ((so_far += day.resources) * 2 >= all) return day.value;
  return {};
}

std::map<std::string, uint64_t> ByValue(const std::vector<store::Tally>& tallies) {
  std::map<std::string, uint64_t> out;
  for (const store::Tally& tally : tallies) out[tally.value] = tally.resources;
  return out;
}

const pack::Pathway* FindPathway(const pack::Pack& pack, const std::string& id) {
  for (const pack::Pathway& one : pack.pathways)
    if (one.id == id) return &one;
  return nullptr;
}

Error NoSuchPathway(const std::string& id) { return NotFound("no-such-pathway", "there is no pathway " + id, "没有这个路径：" + id); }

// The questions of one programme, of the whole county or of an organisation and those below it.
struct Asked {
  std::string pathway, organization, today;

  search::NamedValues Enrolments(search::NamedValues values) const {
    values.emplace_back("pathway", kSystems + "pathway|" + pathway);
    if (!organization.empty()) values.emplace_back("organization:below", "Organization/" + organization);
    return values;
  }
  search::NamedValues Steps(const char* day, const char* prefix) const {
    search::NamedValues values = {{"status", kOpen}, {day, prefix + today}, {"pathway", kSystems + "pathway|" + pathway}};
    if (!organization.empty()) values.emplace_back("owner:below", "Organization/" + organization);
    return values;
  }
  search::NamedValues LateSteps() const { return Steps("window-end", "lt"); }
  search::NamedValues Screened() const {
    search::NamedValues values = {{"code", kSystems + "basic|screened"}, {"pathway", kSystems + "pathway|" + pathway}};
    if (!organization.empty()) values.emplace_back("patient.organization:below", "Organization/" + organization);
    return values;
  }
};

}  // namespace

CareApi::ListedPerson CareApi::PersonOfEnrolment(json::Value root) {
  const flow::Enrolment e = flow::EnrolmentFromFhir(root);
  return {e.patient, e.stage, e.stage_since.empty() ? e.since : e.stage_since};
}

// With the enrolment, where the list came from something else, and the earliest open step.
Status CareApi::WriteListed(json::Writer& w, store::Snapshot& snapshot, const pack::Pathway& pathway, ListedPerson person) {
  const Result<store::Resource> patient = snapshot.Read("Patient", person.patient);
  if (!patient.ok()) return Ok();
  const search::NamedValues of_person = {{"patient", "Patient/" + person.patient}, {"pathway", kSystems + "pathway|" + pathway.id}};
  if (person.since.empty()) {
    search::NamedValues values = of_person;
    values.emplace_back("status", "active");
    QX_TRY(const store::SearchPage page, Search(snapshot, "EpisodeOfCare", values, 1));
    if (!page.matches.empty()) {
      QX_TRY(const json::Document document, json::Document::Parse(page.matches[0].body));
      person = PersonOfEnrolment(document.root());
    }
  }
  search::NamedValues open = of_person;
  open.emplace_back("status", kOpen);
  open.emplace_back("_sort", "due");
  QX_TRY(const store::SearchPage steps, Search(snapshot, "Task", open, 1));
  std::string due;
  int overdue_days = 0;
  if (!steps.matches.empty()) {
    QX_TRY(const flow::OpenStep step, flow::StepFromFhir(steps.matches[0], *services_.pack));
    due = step.due;
    overdue_days = std::max(0, DaysBetween(step.window_end, TodayText()));
  }
  w.BeginObject().Name("patient");
  WritePerson(w, snapshot, *patient);
  WriteOrNull(w, "stage", person.stage);
  const auto stage = std::find_if(pathway.stages.begin(), pathway.stages.end(), [&](const pack::Stage& one) { return one.id == person.stage; });
  if (stage == pathway.stages.end()) w.Name("stageName").Null();
  else WriteText(w, "stageName", stage->name);
  WriteOrNull(w, "since", person.since);
  WriteOrNull(w, "due", due);
  w.Member("overdueDays", overdue_days).EndObject();
  return Ok();
}

Status CareApi::WriteOverdueBy(json::Writer& w, store::Snapshot& snapshot, const std::map<std::string, uint64_t>& due,
                               const std::map<std::string, uint64_t>& late) {
  QX_TRY(const auto names, services_.auth->NamesAt(access::Role::kClinician));
  w.Name("overdueBy").BeginArray();
  for (const auto& [reference, steps] : due) {
    const std::string code = StartsWith(reference, "Organization/") ? reference.substr(13) : reference;
    std::string above;
    if (const auto organization = snapshot.Read("Organization", code); organization.ok()) {
      QX_TRY(const json::Document document, json::Document::Parse(organization->body));
      if (const auto part_of = document.root().Find("partOf")) above = part_of->FindString("reference");
      if (StartsWith(above, "Organization/")) above = above.substr(13);
    }
    w.BeginObject().Member("organization", code).Member("name", OrganizationName(snapshot, code)).Member("above", above);
    w.Member("aboveName", above.empty() ? std::string() : OrganizationName(snapshot, above)).Name("practitioners").BeginArray();
    if (const auto found = names.find(code); found != names.end())
      for (const std::string& name : found->second) w.String(name);
    const auto overdue = late.find(reference);
    w.EndArray().Member("due", steps).Member("overdue", overdue == late.end() ? uint64_t{0} : overdue->second).EndObject();
  }
  w.EndArray();
  return Ok();
}

Result<http::Response> CareApi::Programme(const CareCall& call) {
  const pack::Pathway* pathway = FindPathway(*services_.pack, call.arguments[0]);
  if (!pathway) return NoSuchPathway(call.arguments[0]);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  const Asked asked{pathway->id, call.Query("organization"), TodayText()};
  QX_TRY(const auto statuses, CountBy(*snapshot, "EpisodeOfCare", asked.Enrolments({}), "status"));
  QX_TRY(const auto stages, CountBy(*snapshot, "EpisodeOfCare", asked.Enrolments({{"status", "active"}}), "stage"));
  QX_TRY(const auto editions, CountBy(*snapshot, "EpisodeOfCare", asked.Enrolments({{"status", "active"}}), "edition"));
  QX_TRY(const auto flows, CountBy(*snapshot, "EpisodeOfCare", asked.Enrolments({}), "transition"));
  QX_TRY(const auto late_steps, CountBy(*snapshot, "Task", asked.LateSteps(), "code"));
  QX_TRY(const auto due_by, CountBy(*snapshot, "Task", asked.Steps("due", "le"), "owner"));
  QX_TRY(const auto late_by, CountBy(*snapshot, "Task", asked.LateSteps(), "owner"));
  search::NamedValues screened = asked.Screened();
  screened.emplace_back("_summary", "count");
  QX_TRY(const store::SearchPage screened_page, Search(*snapshot, "Basic", screened, 0));
  std::map<std::string, uint64_t> by_status = ByValue(statuses), by_stage = ByValue(stages), late_by_stage;
  for (const store::Tally& step : late_steps)
    if (const pack::Stage* stage = pack::StageOfStep(*pathway, step.value)) late_by_stage[stage->id] += step.resources;
  json::Writer w;
  w.BeginObject().Member("asOf", snapshot->t()).Member("pathway", pathway->id).Name("pool").BeginObject();
  w.Member("screened", screened_page.total.value_or(0)).Member("target", by_status["planned"] + by_status["active"]).Member("enrolled", by_status["active"]);
  w.Member("exited", by_status["finished"]).EndObject().Name("stages").BeginArray();
  for (const pack::Stage& stage : pathway->stages) {
    QX_TRY(const auto days, CountBy(*snapshot, "EpisodeOfCare", asked.Enrolments({{"status", "active"}, {"stage", stage.id}}), "stage-since"));
    const std::string median = MedianDay(days);
    w.BeginObject().Member("stage", stage.id).Member("course", stage.course).Member("people", by_stage[stage.id]).Member("overdue", late_by_stage[stage.id]);
    WriteText(w, "name", stage.name);
    w.Name("medianDays");
    if (median.empty()) w.Null();
    else w.Integer(DaysBetween(median, asked.today));
    w.EndObject();
  }
  w.EndArray().Name("editions").BeginArray();
  for (const store::Tally& edition : editions) w.BeginObject().Member("edition", edition.value).Member("people", edition.resources).EndObject();
  w.EndArray().Name("flows").BeginArray();
  for (const store::Tally& flow : flows) {
    const size_t mark = flow.value.find('>');
    if (mark == std::string::npos) continue;
    w.BeginObject().Member("from", flow.value.substr(0, mark)).Member("to", flow.value.substr(mark + 1)).Member("people", flow.resources).EndObject();
  }
  w.EndArray();
  QX_DO(WriteOverdueBy(w, *snapshot, ByValue(due_by), ByValue(late_by)));
  w.Name("measures").BeginArray();
  for (const std::string& measure : pathway->measures) w.String(measure);
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> CareApi::ProgrammePeople(const CareCall& call) {
  const pack::Pathway* pathway = FindPathway(*services_.pack, call.arguments[0]);
  if (!pathway) return NoSuchPathway(call.arguments[0]);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  const Asked asked{pathway->id, call.Query("organization"), TodayText()};
  const std::string pool = call.Query("pool"), stage = call.Query("stage");
  std::vector<ListedPerson> people;
  bool complete = true;
  const auto list = [&](const char* type, const search::NamedValues& values, size_t count, const auto& person_of) -> Status {
    QX_TRY(const store::SearchPage page, Search(*snapshot, type, values, count));
    complete = page.next.empty();
    std::set<std::string> seen;
    for (const store::Resource& one : page.matches) {
      QX_TRY(const json::Document document, json::Document::Parse(one.body));
      ListedPerson person = person_of(document.root());
      if (!seen.insert(person.patient).second) continue;
      if (people.size() == kPeopleMost) complete = false;
      else people.push_back(std::move(person));
    }
    return Ok();
  };
  if (call.Query("overdue") == "1") {
    search::NamedValues late = asked.LateSteps();
    std::vector<std::string> codes;
    for (const pack::Stage& one : pathway->stages)
      for (const pack::Step& step : one.steps)
        if (one.id == stage) codes.push_back(step.id);
    if (!stage.empty()) late.emplace_back("code", Join(codes, ","));
    late.emplace_back("_sort", "due");
    QX_DO(list("Task", late, kSteps, [](json::Value root) { return ListedPerson{flow::StepOfFhir(root).patient, "", ""}; }));
  } else if (pool == "screened") {
    QX_DO(list("Basic", asked.Screened(), kPeopleMost, [](json::Value root) {
      const auto subject = root.Find("subject");
      const std::string_view reference = subject ? subject->FindString("reference") : std::string_view();
      return ListedPerson{std::string(reference.substr(std::min(reference.size(), reference.find('/') + 1))), "", ""};
    }));
  } else {
    search::NamedValues values = asked.Enrolments({{"status", pool == "target" ? "planned,active" : pool == "waiting" ? "planned" : pool == "exited" ? "finished" : "active"}});
    if (!stage.empty()) values.emplace_back("stage", stage);
    QX_DO(list("EpisodeOfCare", values, kPeopleMost, PersonOfEnrolment));
  }
  json::Writer w;
  w.BeginObject().Name("people").BeginArray();
  for (ListedPerson& person : people) QX_DO(WriteListed(w, *snapshot, *pathway, std::move(person)));
  w.EndArray().Member("complete", complete).EndObject();
  return JsonResponse(w.Take());
}

// Those under way on an earlier edition to the present one: some at a time, in the state that the first call saw, so that whoever asks can
// show how far it is and stop. Each is a move of its own, with the reason; who cannot be moved is named and stays.
Result<http::Response> CareApi::MoveProgramme(const CareCall& call) {
  const pack::Pathway* pathway = FindPathway(*services_.pack, call.arguments[0]);
  if (!pathway) return NoSuchPathway(call.arguments[0]);
  QX_TRY(const json::Document body, ParseBody(call.request));
  QX_TRY(const std::string reason, TextMember(body.root(), "reason"));
  QX_TRY(const std::string organization, TextMember(body.root(), "organization"));
  QX_TRY(const std::string place, TextMember(body.root(), "next"));
  if (TrimAscii(reason).empty()) return Invalid("no-reason", "say why", "请说明原因");
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  const Asked asked{pathway->id, organization, TodayText()};
  const search::NamedValues values = asked.Enrolments({{"status", "active"}, {"edition:not", search::EscapedValue(pathway->edition)}});
  QX_TRY(search::Query query, search::Query::Parse(*services_.parameters, "EpisodeOfCare", values, {.now = services_.clock->Now()}));
  query.count = kMovesAtOnce;
  query.place = place;
  QX_TRY(const store::SearchPage page, snapshot->Search(query));
  uint64_t moved = 0;
  json::Writer w;
  w.BeginObject().Name("left").BeginArray();
  for (const store::Resource& one : page.matches) {
    const Status status = flow_->Move(call.caller, {one.id, "", reason, true});
    if (status.ok() || status.error().code == "already-ended") {
      moved += status.ok() ? 1 : 0;
      continue;
    }
    if (status.error().category == ErrorCategory::kUnavailable) return status.error();
    QX_TRY(const json::Document document, json::Document::Parse(one.body));
    w.BeginObject().Name("patient");
    WritePersonOrName(w, *snapshot, flow::EnrolmentFromFhir(document.root()).patient, "");
    WriteText(w, "why", {status.error().zh.empty() ? status.error().en : status.error().zh, status.error().en});
    w.EndObject();
  }
  w.EndArray().Member("looked", page.matches.size()).Member("moved", moved);
  WriteOrNull(w, "next", page.next);
  w.EndObject();
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
