// Pathways at the size of a county: N residents enrolled in two programmes, a day's events followed, a township's list of the
// morning. Every result is checked. Usage: flow_bench [RESIDENTS] [FOLDER] [EVENTS] [again]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <set>

#include "api/care_api.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "flow/flow.h"
#include "flow/programme.h"
#include "flow/records.h"
#include "json/value.h"
#include "search/parameters.h"
#include "search/query.h"
#include "store/store.h"

namespace qianxian::flow {
namespace {

constexpr int kTownship = 25'000;          // residents of a township
constexpr int kBatch = 1000;               // residents in a commit

template <typename T>
T Must(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "%s\n", qianxian::Describe(result.error()).c_str());
  std::exit(1);
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

pack::Pack Pack() {
  const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/src/flow/testing/pack/";
  std::map<std::string, std::string> files;
  for (const char* name : {"pack.yaml", "pathways/pressure.yaml", "pathways/sugar.yaml", "forms/pressure-visit.yaml", "forms/sugar-visit.yaml"})
    files[name] = Must(ReadFile(folder + name));
  return Must(pack::MergePacks({Must(pack::ParsePack(files))}));
}

store::Change Put(std::string type, std::string id, std::string body, const std::string& owner) {
  store::Change change;
  change.type = std::move(type), change.id = std::move(id), change.body = std::move(body), change.owner = owner;
  return change;
}

struct County {
  pack::Pack pack = Pack();
  FakeClock clock{{1'772'413'200'000'000}};                // 2026-03-02 09:00 in China
  SystemRandom random;
  std::unique_ptr<const search::Parameters> parameters = Must(search::Parameters::Create(fhir::Definitions::R4()));
  std::unique_ptr<store::Store> store;

  static access::Caller Program() { return access::SystemCaller("bench"); }
  static std::string Patient(int i) { return "p" + std::to_string(i); }
  static std::string Township(int i) { return "T" + std::to_string(i / kTownship); }
  // Days from today on which the steps of a resident are due.
  static int DueIn(int i) { return static_cast<int>(i * 7919LL % 94) - 3; }
  // As a register has them: the list shows name, age, number, telephone and address.
  static std::string PatientJson(int i) {
    const std::string n = std::to_string(i);
    return R"({"resourceType":"Patient","identifier":[{"system":"https://fhir.qianxian.cn/id-card","value":"33012719600501)" + std::to_string(1000 + i % 9000) +
           R"("}],"name":[{"text":"居民)" + n + R"("}],"telecom":[{"system":"phone","value":"1380000)" + std::to_string(1000 + i % 9000) +
           R"("}],"gender":"male","birthDate":"1960-05-01","address":[{"text":"青石镇上河村)" + n + R"(号"}]})";
  }

  // One step as the engine would have opened it, due somewhere in the next 90 days or the last 3.
  void Enrol(int i, const pack::Pathway& pathway, std::vector<store::Change>& out) {
    const std::string patient = Patient(i), owner = Township(i), today = "2026-03-02";
    Enrolment e;
    e.id = EnrolmentId(pathway.id, patient, 1), e.status = "active", e.pathway = pathway.id, e.patient = patient, e.since = "2026-01-05";
    e.owner = owner, e.edition = pathway.edition, e.definition = DefinitionHash(pathway), e.stage = pathway.stages[0].id, e.stage_since = e.since;
    const Plan p{PlanIdOf(e.id), 0, owner, "active", e.pathway, patient, e.id, e.edition, e.stage, e.since, pathway.stages[0].course};
    out.push_back(Put("EpisodeOfCare", e.id, AsFhir(e, pathway.title.zh), owner));
    out.push_back(Put("CarePlan", p.id, AsFhir(p, pathway.title.zh), owner));
    for (const pack::Step& step : pathway.stages[0].steps) {
      Step s;
      s.id = StepId(e.id, step.id, 1), s.owner = owner, s.status = "ready", s.pathway = e.pathway, s.edition = e.edition, s.patient = patient;
      s.enrolment = e.id, s.plan = p.id, s.step = step.id, s.name = step.name.zh, s.form = step.form, s.activity = step.activity;
      s.since = e.since, s.due = PlusDays(today, DueIn(i)), s.who = step.who;
      s.window_start = PlusDays(s.due, -step.days_before), s.window_end = PlusDays(s.due, step.days_after);
      if (!step.escalate.empty()) s.wake = StartOfDay(PlusDays(s.due, step.escalate[0].after_days + 1));
      out.push_back(Put("Task", s.id, AsFhir(s), owner));
    }
  }

  void Commit(std::vector<store::Change> changes) {
    store::CommitRequest request;
    request.reason = "bench", request.changes = std::move(changes);
    Must(store->Commit(Program(), std::move(request)));
  }

  void Fill(int residents) {
    std::vector<store::Change> first;
    for (const pack::Pathway& pathway : pack.pathways) {
      const std::string id = DefinitionId(DefinitionHash(pathway));
      first.push_back(Put("Basic", id, DefinitionAsFhir(id, pathway), ""));
    }
    for (int t = 0; t * kTownship < residents; ++t) {
      const std::string code = "T" + std::to_string(t);
      first.push_back(Put("Organization", code, R"({"resourceType":"Organization","name":"卫生院)" + code + R"(","type":[{"coding":[{"code":"township"}]}]})", code));
    }
    Commit(std::move(first));
    for (int from = 0; from < residents; from += kBatch) {
      std::vector<store::Change> changes;
      for (int i = from; i < std::min(residents, from + kBatch); ++i) {
        changes.push_back(Put("Patient", Patient(i), PatientJson(i), Township(i)));
        for (const pack::Pathway& pathway : pack.pathways) Enrol(i, pathway, changes);
      }
      Commit(std::move(changes));
    }
    // The engine has seen all this: its place is here.
    Commit({Put("Basic", "flow-cursor",
                R"({"resourceType":"Basic","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/feed-t","valueString":")" +
                    std::to_string(store->LastT()) + R"("}],"code":{"text":"flow-cursor"}})", "")});
  }

  // Every third brings the result that a step waits for; the others are readings.
  std::set<int> AddEvents(int residents, int events, bool again) {
    std::set<int> done;
    std::vector<store::Change> changes;
    for (int k = 0; k < events; ++k) {
      const int i = static_cast<int>(k * 104'729LL % residents);
      const bool result = k % 3 == 0;
      if (result) done.insert(i);
      changes.push_back(Put("Observation", "o" + std::to_string(k),
                            R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/)" + Patient(i) +
                                R"("},"effectiveDateTime":"2026-03-02T00:30:00Z","code":{"coding":[{"system":"http://loinc.org","code":")" +
                                (result ? "2160-0" : "8480-6") + R"("}]},"valueQuantity":{"value":80}})", Township(i)));
      if (again) changes.clear();
      else if (changes.size() == 1000 || k + 1 == events) Commit(std::exchange(changes, {}));
    }
    return done;
  }

  // What a programme's page asks for, over the whole county: the sum of each question's counts.
  std::vector<uint64_t> Programme(const std::string& pathway) {
    auto snapshot = Must(store->OpenSnapshot(Program()));
    const std::string code = "https://fhir.qianxian.cn/CodeSystem/pathway|" + pathway;
    std::vector<uint64_t> sums;
    const auto count = [&](const char* type, search::NamedValues values, const char* by) {
      values.emplace_back("pathway", code);
      values.emplace_back("_sort", by);
      uint64_t sum = 0;
      for (const store::Tally& tally : Must(snapshot->CountBy(Must(search::Query::Parse(*parameters, type, values, {}))))) sum += tally.resources;
      sums.push_back(sum);
    };
    count("EpisodeOfCare", {}, "status");
    count("EpisodeOfCare", {{"status", "active"}}, "stage");
    count("EpisodeOfCare", {{"status", "active"}, {"stage", "managed"}}, "stage-since");
    count("EpisodeOfCare", {}, "transition");
    count("Task", {{"status", "ready,in-progress"}, {"due", "lt2026-03-03"}}, "owner");
    count("Task", {{"status", "ready,in-progress"}, {"window-end", "lt2026-03-02"}}, "owner");
    count("Task", {{"status", "ready,in-progress"}, {"window-end", "lt2026-03-02"}}, "code");
    return sums;
  }

  uint64_t Count(const search::NamedValues& values) {
    search::NamedValues all = values;
    all.emplace_back("_summary", "count");
    auto snapshot = Must(store->OpenSnapshot(Program()));
    return Must(snapshot->Search(Must(search::Query::Parse(*parameters, "Task", all, {})))).total.value_or(0);
  }
};

constexpr size_t kPeopleOfPage = 200;      // as the page asks for them

// GET /api/today of one township by the server's own code: who is due, whose window is open, with each person and what is shown of him.
struct Morning {
  double milliseconds = 0, processor_milliseconds = 0;
  size_t people = 0, bytes = 0;
  uint64_t due = 0;
  bool complete = false, right = false;
};

// Of a township's residents, how many may be seen today: the window of an open step has begun. Events brought some their result.
uint64_t MayBeSeen(const County& county, int residents, int township, const std::set<int>& with_result) {
  uint64_t people = 0;
  for (int i = township * kTownship; i < std::min(residents, (township + 1) * kTownship); ++i) {
    bool seen = false;
    for (const pack::Pathway& pathway : county.pack.pathways)
      for (const pack::Step& step : pathway.stages[0].steps) {
        const bool open = step.done.empty() || !with_result.contains(i);
        seen = seen || (open && County::DueIn(i) <= std::min(step.days_before, 30));
      }
    people += seen;
  }
  return people;
}

Morning MorningOf(County& county, Flow* flow, int residents, int township, const std::set<int>& with_result) {
  api::Services services;
  services.store = county.store.get(), services.parameters = county.parameters.get(), services.definitions = &fhir::Definitions::R4();
  services.pack = &county.pack, services.clock = &county.clock;
  api::CareApi care(services, flow);
  auth::Session session;
  const std::string code = "T" + std::to_string(township);
  session.caller.user = "doctor", session.caller.role = access::Role::kClinician;
  session.caller.organizations = session.organizations = {code};
  http::Request request;
  request.method = "GET", request.path = "/api/today", request.query = {{"count", std::to_string(kPeopleOfPage)}};
  request.target = "/api/today?count=" + std::to_string(kPeopleOfPage);
  const double begin = Seconds(), cpu = CpuSeconds();
  const std::optional<http::Response> answer = care.Handle(request, session);
  Morning morning{(Seconds() - begin) * 1000, (CpuSeconds() - cpu) * 1000};
  if (!answer || answer->status != 200) return morning;
  const json::Document document = Must(json::Document::Parse(answer->body));
  const json::Value root = document.root(), people = root.Find("people").value_or(json::Value());
  morning.bytes = answer->body.size(), morning.people = people.size();
  morning.due = static_cast<uint64_t>(root.Find("counts")->Find("due")->AsInteger().value_or(0));
  morning.complete = root.Find("complete")->AsBoolean();
  const uint64_t expected = MayBeSeen(county, residents, township, with_result);
  bool right = morning.complete ? morning.due == expected : morning.due > 0 && morning.due <= expected;
  right = right && morning.people == std::min<size_t>(kPeopleOfPage, morning.due);
  std::string last;
  for (json::Value person : people.Elements()) {
    const json::Value patient = person.Find("patient").value_or(json::Value()), steps = person.Find("steps").value_or(json::Value());
    right = right && patient.FindString("organization") == code && StartsWith(patient.FindString("name"), "居民") && steps.size() > 0;
    const std::string due(steps.At(0).FindString("due"));
    right = right && due >= last;
    last = due;
  }
  morning.right = right;
  return morning;
}

// `again`: the county that an earlier run left there, its events followed already; only the lists are asked, to look at them with a profiler.
int Run(int residents, const std::string& folder, int events, bool again) {
  if (!again) std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  County county;
  store::OpenOptions open{folder, county.parameters.get(), &county.clock, &county.random};
  county.store = Must(store::OpenSqliteStore(open));
  double begin = Seconds();
  if (!again) county.Fill(residents);
  std::printf("residents %d, enrolled in 2 programmes each: %.1f s to write\n", residents, Seconds() - begin);
  events = std::min(events, residents);
  const std::set<int> with_result = county.AddEvents(residents, events, again);
  const int expected = static_cast<int>(with_result.size());
  auto flow = MakeFlow({county.store.get(), county.parameters.get(), &fhir::Definitions::R4(), &county.pack, &county.clock});
  begin = Seconds();
  const double cpu = CpuSeconds();
  const uint64_t written = Must(flow->Tick());
  std::printf("events %d followed: %.2f s (%.2f s of processor), %llu records written\n", events, Seconds() - begin, CpuSeconds() - cpu,
              static_cast<unsigned long long>(written));
  const uint64_t done = county.Count({{"status", "completed"}, {"code", "kidney-test"}});
  const bool once = Must(flow->Tick()) == 0;
  std::vector<double> took, worked;
  uint64_t listed = 0, wrong = 0, bytes = 0, incomplete = 0;
  const int townships = (residents + kTownship - 1) / kTownship;
  for (int round = 0; round < 21; ++round) {
    const Morning morning = MorningOf(county, flow.get(), residents, round % townships, with_result);
    took.push_back(morning.milliseconds), worked.push_back(morning.processor_milliseconds);
    listed += morning.due, bytes += morning.bytes, wrong += !morning.right, incomplete += !morning.complete;
  }
  std::sort(took.begin(), took.end());
  std::sort(worked.begin(), worked.end());
  std::printf("a township's morning list (GET /api/today?count=%zu): median %.2f ms (%.2f ms of processor), longest %.2f ms; on average %llu people due, %llu bytes; %llu of 21 not complete\n",
              kPeopleOfPage, took[took.size() / 2], worked[worked.size() / 2], took.back(), static_cast<unsigned long long>(listed / 21),
              static_cast<unsigned long long>(bytes / 21), static_cast<unsigned long long>(incomplete));
  begin = Seconds();
  const double programme_cpu = CpuSeconds();
  const std::vector<uint64_t> sums = county.Programme("pressure");
  std::printf("a programme's page over the county: %.0f ms (%.0f ms of processor), %llu enrolled, %llu steps due\n", (Seconds() - begin) * 1000,
              (CpuSeconds() - programme_cpu) * 1000, static_cast<unsigned long long>(sums[1]), static_cast<unsigned long long>(sums[4]));
  const uint64_t enrolled = static_cast<uint64_t>(residents);
  const bool counted = sums[0] == enrolled && sums[1] == enrolled && sums[2] == enrolled && sums[3] == 0 && sums[4] > 0 && sums[5] == sums[6];
  const bool right = (counted || again) && done == static_cast<uint64_t>(expected) && once && listed > 0 && wrong == 0;
  std::printf("%s: %llu steps done of %d expected, told again %s\n", right ? "right" : "WRONG", static_cast<unsigned long long>(done), expected,
              once ? "changes nothing" : "CHANGES SOMETHING");
  return right ? 0 : 1;
}

}  // namespace
}  // namespace qianxian::flow

int main(int argc, char** argv) {
  const int residents = argc > 1 ? std::atoi(argv[1]) : 100'000;
  return qianxian::flow::Run(residents, argc > 2 ? argv[2] : "/tmp/flow-bench", argc > 3 ? std::atoi(argv[3]) : 30'000,
                                 argc > 4 && std::string_view(argv[4]) == "again");
}
