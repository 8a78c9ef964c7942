// Today's list, one entry a person, and the people of a programme by stage.
#include <algorithm>
#include <map>

#include "api/care_api.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "base/date.h"
#include "base/text.h"
#include "flow/records.h"

namespace qianxian::api {
namespace {

constexpr size_t kSteps = 2000;            // of a list are looked at; what is more is counted, not shown
constexpr size_t kPeople = 50;
constexpr size_t kPeopleMost = 500;
constexpr int kAheadDays = 30;             // a window opens at most so many days before its due day, in these lists
const std::string kPathways = "https://fhir.qianxian.cn/CodeSystem/pathway|";

std::string PlusDays(const std::string& date, int days) {
  const Result<Date> day = ParseDate(date);
  return day.ok() ? Date::FromDays(day->ToDays() + days).ToString() : date;
}

int DaysBetween(const std::string& from, const std::string& to) {
  const Result<Date> a = ParseDate(from), b = ParseDate(to);
  return a.ok() && b.ok() ? b->ToDays() - a->ToDays() : 0;
}

struct Person {
  std::string id;
  std::vector<flow::OpenStep> steps;       // by due day
  std::string earliest_end;
  bool returned = false;
};

// By person, in the order of the earliest due day.
std::vector<Person> Merge(std::vector<flow::OpenStep> steps, const pack::Pack& pack) {
  std::vector<Person> people;
  std::map<std::string, size_t> places;
  for (flow::OpenStep& step : steps) {
    const auto [place, fresh] = places.emplace(step.patient, people.size());
    if (fresh) people.push_back({step.patient, {}, "", false});
    Person& person = people[place->second];
    if (person.earliest_end.empty() || step.window_end < person.earliest_end) person.earliest_end = step.window_end;
    for (const pack::Pathway& pathway : pack.pathways)
      if (pathway.id == step.pathway && pathway.kind == "after-care") person.returned = true;
    person.steps.push_back(std::move(step));
  }
  return people;
}

}  // namespace

Result<http::Response> CareApi::Today(const CareCall& call) {
  const std::string asked = call.Query("date"), organization = call.Query("organization");
  const std::string date = asked.empty() ? TodayText() : asked;
  if (!ParseDate(date).ok()) return Invalid("bad-date", "not a date: " + date, "不是日期：" + date);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, services_.store->OpenSnapshot(call.caller));
  search::NamedValues values = {{"status", "ready,in-progress"}, {"due", "le" + PlusDays(date, kAheadDays)}, {"pathway", kPathways}, {"_sort", "due"}};
  if (!organization.empty()) values.emplace_back("owner", "Organization/" + organization);
  QX_TRY(const store::SearchPage page, Search(*snapshot, "Task", values, kSteps));
  std::vector<flow::OpenStep> steps;
  for (const store::Resource& task : page.matches) {
    QX_TRY(flow::OpenStep step, flow::StepFromFhir(task, *services_.pack));
    if (step.window_start <= date || step.due <= date) steps.push_back(std::move(step));
  }
  std::vector<Person> people = Merge(std::move(steps), *services_.pack);
  size_t overdue = 0, returned = 0;
  for (const Person& person : people) overdue += person.earliest_end < date, returned += person.returned;
  QX_TRY(const size_t offset, QueryNumber(call.request, "offset", 0, people.size()));
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kPeople, kPeopleMost));
  json::Writer w;
  w.BeginObject().Member("date", date).Member("asOf", snapshot->t()).Member("complete", page.next.empty()).Name("counts").BeginObject();
  w.Member("due", people.size()).Member("overdue", overdue).Member("returned", returned).EndObject().Name("people").BeginArray();
  for (size_t i = offset; i < people.size() && i < offset + count; ++i) {
    const Person& person = people[i];
    const Result<store::Resource> patient = snapshot->Read("Patient", person.id);
    w.BeginObject().Name("patient");
    if (patient.ok()) WritePerson(w, *snapshot, *patient);
    else w.BeginObject().Member("id", person.id).EndObject();
    w.Name("steps").BeginArray();
    for (const flow::OpenStep& step : person.steps) WriteStep(w, step);
    w.EndArray().Member("overdueDays", std::max(0, DaysBetween(person.earliest_end, date))).Member("returned", person.returned).EndObject();
  }
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

// People by stage come from the plans, overdue from the open steps whose window has ended.
Result<http::Response> CareApi::Programme(const CareCall& call) {
  const pack::Pathway* pathway = nullptr;
  for (const pack::Pathway& one : services_.pack->pathways)
    if (one.id == call.arguments[0]) pathway = &one;
  if (!pathway) return NotFound("no-such-pathway", "there is no pathway " + call.arguments[0], "没有这个路径：" + call.arguments[0]);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, services_.store->OpenSnapshot(call.caller));
  const std::string code = kPathways + pathway->id, date = TodayText(), organization = call.Query("organization");
  const auto count = [&](const char* type, search::NamedValues values) -> Result<uint64_t> {
    values.emplace_back("pathway", code);
    values.emplace_back("_summary", "count");
    if (!organization.empty() && std::string_view(type) == "EpisodeOfCare") values.emplace_back("organization", "Organization/" + organization);
    QX_TRY(const store::SearchPage page, Search(*snapshot, type, values, 0));
    return page.total.value_or(0);
  };
  json::Writer w;
  w.BeginObject().Member("asOf", snapshot->t()).Member("pathway", pathway->id).Name("pool").BeginObject();
  for (const auto& [name, status] : {std::pair{"target", "planned"}, std::pair{"enrolled", "active"}, std::pair{"exited", "finished"}}) {
    QX_TRY(const uint64_t people, count("EpisodeOfCare", {{"status", status}}));
    w.Member(name, people);
  }
  w.EndObject().Name("stages").BeginArray();
  for (const pack::Stage& stage : pathway->stages) {
    QX_TRY(const uint64_t people, count("EpisodeOfCare", {{"status", "active"}, {"stage", stage.id}}));
    w.BeginObject().Member("stage", stage.id).Member("course", stage.course).Member("people", people);
    WriteText(w, "name", stage.name);
    w.EndObject();
  }
  w.EndArray().Name("overdueBy").BeginArray();
  search::NamedValues late = {{"status", "ready,in-progress"}, {"due", "lt" + date}, {"pathway", code}, {"_sort", "due"}};
  if (!organization.empty()) late.emplace_back("owner", "Organization/" + organization);
  QX_TRY(const store::SearchPage page, Search(*snapshot, "Task", late, kSteps));
  std::map<std::string, std::pair<size_t, size_t>> owners;  // due, overdue
  for (const store::Resource& task : page.matches) {
    QX_TRY(const flow::OpenStep step, flow::StepFromFhir(task, *services_.pack));
    auto& [due, over] = owners[step.owner];
    ++due;
    over += step.window_end < date;
  }
  for (const auto& [owner, numbers] : owners) {
    w.BeginObject().Member("organization", owner).Member("name", OrganizationName(*snapshot, owner));
    w.Member("people", numbers.first).Member("overdue", numbers.second).EndObject();
  }
  w.EndArray().Member("complete", page.next.empty()).EndObject();
  return JsonResponse(w.Take());
}

Result<http::Response> CareApi::ProgrammePeople(const CareCall& call) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, services_.store->OpenSnapshot(call.caller));
  const std::string code = kPathways + call.arguments[0], date = TodayText(), pool = call.Query("pool"), stage = call.Query("stage");
  const std::string organization = call.Query("organization");
  std::vector<std::string> people;
  if (call.Query("overdue") == "1") {
    search::NamedValues late = {{"status", "ready,in-progress"}, {"due", "lt" + date}, {"pathway", code}, {"_sort", "due"}};
    if (!organization.empty()) late.emplace_back("owner", "Organization/" + organization);
    QX_TRY(const store::SearchPage page, Search(*snapshot, "Task", late, kSteps));
    for (const store::Resource& task : page.matches) {
      QX_TRY(const flow::OpenStep step, flow::StepFromFhir(task, *services_.pack));
      if (step.window_end < date && std::find(people.begin(), people.end(), step.patient) == people.end()) people.push_back(step.patient);
    }
  } else {
    const char* status = pool == "target" ? "planned" : pool == "exited" ? "finished" : "active";
    search::NamedValues values = {{"status", status}, {"pathway", code}};
    if (!stage.empty()) values.emplace_back("stage", stage);
    if (!organization.empty()) values.emplace_back("organization", "Organization/" + organization);
    QX_TRY(const store::SearchPage page, Search(*snapshot, "EpisodeOfCare", values, kPeopleMost));
    for (const store::Resource& one : page.matches) {
      QX_TRY(const json::Document document, json::Document::Parse(one.body));
      people.push_back(flow::EnrolmentFromFhir(document.root()).patient);
    }
  }
  json::Writer w;
  w.BeginObject().Name("people").BeginArray();
  for (size_t i = 0; i < people.size() && i < kPeopleMost; ++i)
    if (const auto patient = snapshot->Read("Patient", people[i]); patient.ok()) WritePerson(w, *snapshot, *patient);
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
