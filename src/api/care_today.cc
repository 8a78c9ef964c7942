// Today's list, one entry a person.
#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>

#include "api/care_api.h"
#include "api/care_readings.h"
#include "api/page_json.h"
#include "api/record_words.h"
#include "api/routes.h"
#include "base/date.h"
#include "base/text.h"
#include "flow/records.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kSteps = 2000;            // are read at a time, at most: the first of a list, and on while the people that were asked for are not reached
constexpr size_t kStepsOfAPerson = 2;      // are expected: so many are read at first for each person that was asked for
constexpr size_t kStepsFew = 100;
constexpr size_t kPeople = 50;
constexpr size_t kPeopleMost = 500;
constexpr size_t kWithReadings = 50;       // people, from the first, whose newest values are told
constexpr size_t kReadings = 3, kObservations = 4;   // values of each, out of so many newest records
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

// The open steps of these institutions, as a search of Tasks. Where the list ends is not asked of the search: it would read the days of the
// whole county before the first page of one township. Sorted by the day it is read in order, and left where the days are over.
search::NamedValues StepsAsked(std::vector<std::string> owners) {
  if (owners.empty()) return {{"status", "ready,in-progress"}};
  for (std::string& owner : owners) owner.insert(0, "Organization/");
  return {{"open-owner", Join(owners, ",")}};
}

// Reads a list of steps piece by piece: those that may be done on `date`, or are late.
class StepReader {
 public:
  StepReader(store::Snapshot& snapshot, const Services& services, const std::string& date)
      : snapshot_(snapshot), services_(services), date_(date), last_day_(PlusDays(date, kAheadDays)) {}

  // In the order of the day, until the steps of `people` persons are met, or to the end of the list.
  Status ReadInOrder(search::NamedValues values, size_t people) {
    values.emplace_back("_sort", "open-due");
    QX_TRY(search::Query query, search::Query::Parse(*services_.parameters, "Task", values, {.now = services_.clock->Now()}));
    query.count = std::clamp(people * kStepsOfAPerson, kStepsFew, kSteps);
    bool over = false;
    do {
      QX_TRY(const store::SearchPage page, snapshot_.Search(query));
      for (const store::Resource& task : page.matches) over = !Take(task) || over;
      query.place = page.next;
      query.count = std::clamp((people - std::min(people, met_.size())) * kStepsOfAPerson, kStepsFew, kSteps);
    } while (!over && !query.place.empty() && met_.size() < people);
    complete_ = over || query.place.empty();
    return Ok();
  }

  // All of a short list, in no order of its own.
  Status ReadAll(const search::NamedValues& values) {
    QX_TRY(search::Query query, search::Query::Parse(*services_.parameters, "Task", values, {.now = services_.clock->Now()}));
    query.count = kSteps;
    do {
      QX_TRY(const store::SearchPage page, snapshot_.Search(query));
      for (const store::Resource& task : page.matches) (void)Take(task);
      query.place = page.next;
    } while (!query.place.empty());
    std::stable_sort(steps_.begin(), steps_.end(), [](const flow::OpenStep& a, const flow::OpenStep& b) { return a.due < b.due; });
    return Ok();
  }

  bool complete() const { return complete_; }
  std::vector<flow::OpenStep> steps() && { return std::move(steps_); }

 private:
  // False: in the order of the day, neither this one nor any after it is of the list. What has no day comes last of all.
  bool Take(const store::Resource& task) {
    Result<flow::OpenStep> step = flow::StepFromFhir(task, *services_.pack);
    if (!step.ok()) return HasDay(task);
    if (step->due.empty() || step->due > last_day_) return false;
    if (step->window_start > date_ && step->due > date_) return true;
    met_.insert(step->patient);
    steps_.push_back(std::move(*step));
    return true;
  }
  // Somebody else's task: with a day it stands among the steps.
  static bool HasDay(const store::Resource& task) {
    const Result<json::Document> document = json::Document::Parse(task.body);
    return document.ok() && !flow::ExtensionText(document->root(), "due").empty();
  }

  store::Snapshot& snapshot_;
  const Services& services_;
  const std::string& date_;
  const std::string last_day_;
  std::vector<flow::OpenStep> steps_;
  std::set<std::string> met_;              // whose steps were read
  bool complete_ = false;
};

// The list was read in part: what else is open of the people of this page, further down in it.
Status AddLaterSteps(const Services& services, store::Snapshot& snapshot, const std::string& date, search::NamedValues values,
                     std::span<Person> people) {
  std::vector<std::string> patients;
  for (const Person& person : people) patients.push_back("Patient/" + person.id);
  if (patients.empty()) return Ok();
  values.emplace_back("patient", Join(patients, ","));
  StepReader reader(snapshot, services, date);
  QX_DO(reader.ReadAll(values));
  std::vector<Person> whole = Merge(std::move(reader).steps(), *services.pack);
  std::map<std::string_view, Person*> found;
  for (Person& one : whole) found[one.id] = &one;
  for (Person& person : people)
    if (const auto place = found.find(person.id); place != found.end()) person = std::move(*place->second);
  return Ok();
}

}  // namespace

// What was measured last, for who looks at the list.
Status CareApi::WriteReadingsOf(json::Writer& w, store::Snapshot& snapshot, const std::string& patient) {
  QX_TRY(const store::SearchPage page, Search(snapshot, "Observation", {{"patient", "Patient/" + patient}, {"_sort", "-_lastUpdated"}}, kObservations));
  std::map<std::string, Reading> readings;
  for (const store::Resource& one : page.matches) {
    QX_TRY(const json::Document document, json::Document::Parse(one.body));
    AddReadings(document.root(), DayOf(document.root()), readings);
  }
  w.Name("lastReadings");
  WriteLastReadings(w, readings, kReadings);
  return Ok();
}

Result<http::Response> CareApi::Today(const CareCall& call) {
  const std::string asked = call.Query("date"), organization = call.Query("organization");
  const std::string date = asked.empty() ? TodayText() : asked;
  if (!ParseDate(date).ok()) return Invalid("bad-date", "not a date: " + date, "不是日期：" + date);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  std::vector<std::string> owners;
  if (!organization.empty()) owners = {organization};
  else if (!call.caller.whole_county && call.caller.organizations.size() <= kOwners) owners = call.caller.organizations;
  const search::NamedValues values = StepsAsked(std::move(owners));
  QX_TRY(const size_t offset, QueryNumber(call.request, "offset", 0, std::numeric_limits<int32_t>::max()));
  QX_TRY(const size_t count, QueryNumber(call.request, "count", kPeople, kPeopleMost));
  StepReader reader(*snapshot, services_, date);
  QX_DO(reader.ReadInOrder(values, offset + count));
  const bool complete = reader.complete();
  std::vector<Person> people = Merge(std::move(reader).steps(), *services_.pack);
  const size_t first = std::min(offset, people.size());
  const std::span<Person> page = std::span(people).subspan(first, std::min(count, people.size() - first));
  if (!complete) QX_DO(AddLaterSteps(services_, *snapshot, date, values, page));
  size_t overdue = 0, returned = 0;
  for (const Person& person : people) overdue += person.earliest_end < date, returned += person.returned;
  QX_TRY(const size_t with_readings, QueryNumber(call.request, "readings", kWithReadings, kPeopleMost));
  std::map<std::string, std::string> names;
  json::Writer w;
  w.BeginObject().Member("date", date).Member("asOf", snapshot->t()).Member("complete", complete).Name("counts").BeginObject();
  w.Member("due", people.size()).Member("overdue", overdue).Member("returned", returned).EndObject().Name("people").BeginArray();
  for (size_t i = 0; i < page.size(); ++i) {
    const Person& person = page[i];
    const Result<store::Resource> patient = snapshot->Read("Patient", person.id);
    w.BeginObject().Name("patient");
    if (patient.ok()) WritePerson(w, *snapshot, *patient, &names);
    else w.BeginObject().Member("id", person.id).EndObject();
    w.Name("steps").BeginArray();
    for (const flow::OpenStep& step : person.steps) WriteStep(w, step);
    w.EndArray().Member("overdueDays", std::max(0, DaysBetween(person.earliest_end, date))).Member("returned", person.returned);
    if (i < with_readings) QX_DO(WriteReadingsOf(w, *snapshot, person.id));
    w.EndObject();
  }
  w.EndArray().EndObject();
  return JsonResponse(w.Take());
}

}  // namespace qianxian::api
