// Today's list, one entry a person.
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
constexpr size_t kOwners = 100;            // of more the lists are not joined
constexpr int kAheadDays = 30;             // a window opens at most so many days before its due day, in these lists

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
  // Steps alone have a due day. "Before the next day" is met by whole lists; the owners cut the list to the caller's before it is read.
  search::NamedValues values = {{"status", "ready,in-progress"}, {"due", "lt" + PlusDays(date, kAheadDays + 1)}, {"_sort", "due"}};
  std::vector<std::string> owners;
  if (!organization.empty()) owners = {organization};
  else if (!call.caller.whole_county && call.caller.organizations.size() <= kOwners) owners = call.caller.organizations;
  for (std::string& owner : owners) owner.insert(0, "Organization/");
  if (!owners.empty()) values.emplace_back("owner", Join(owners, ","));
  QX_TRY(const store::SearchPage page, Search(*snapshot, "Task", values, kSteps));
  std::vector<flow::OpenStep> steps;
  for (const store::Resource& task : page.matches) {
    Result<flow::OpenStep> read = flow::StepFromFhir(task, *services_.pack);
    if (!read.ok()) continue;              // somebody else's task with a due day
    flow::OpenStep& step = *read;
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

}  // namespace qianxian::api
