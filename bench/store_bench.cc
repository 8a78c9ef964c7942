// The record under load: import of the Synthea sample, small transactions, reads, a mix of searches. Prints a table; every
// result is checked. Arguments: [folder for the data] [copies of the sample to import, default 1; 0: only transactions and openings of patients].
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "base/ids.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "search/query.h"
#include "store/contract/synthea_sample.h"
#include "store/store.h"

namespace qianxian::store {
namespace {

const access::Caller kCaller = access::SystemCaller("bench");

class Watch {
 public:
  double Seconds() { return static_cast<double>(clock_.MonotonicNanoseconds() - begin_) / 1e9; }

 private:
  SystemClock clock_;
  int64_t begin_ = clock_.MonotonicNanoseconds();
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void Line(const char* what, double count, const char* unit, double seconds, double cpu) {
  std::printf("%-46s %10.0f %-14s %8.2f s %12.0f /s   cpu %7.2f s\n", what, count, unit, seconds, count / seconds, cpu);
  std::fflush(stdout);
}

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "wrong: %s\n", why.c_str());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) Fail(Describe(result.error()));
  return std::move(result).value();
}

uint64_t Import(Store& store, int copies) {
  const auto bundles = Must(ReadSynthea(SyntheaFolder()));
  uint64_t resources = 0;
  uint64_t bytes = 0;
  const Watch unused;
  Watch watch;
  const double cpu = CpuSeconds();
  double preparing = 0;
  double preparing_cpu = 0;
  for (int copy = 0; copy < copies; ++copy) {
    std::vector<std::vector<Change>> batches(1);
    {
      Watch making;
      const double before = CpuSeconds();
      const std::string mark = CopyMark(copy);
      for (const auto& bundle : bundles) {
        if (batches.back().size() > 4'000) batches.emplace_back();
        for (const Change& change : bundle) {
          batches.back().push_back(Rekey(change, mark));
          bytes += batches.back().back().body.size();
        }
      }
      preparing += making.Seconds();
      preparing_cpu += CpuSeconds() - before;
    }
    for (const auto& batch : batches) resources += batch.size();
    // Two importers: one prepares while the other's commit is written.
    std::atomic<size_t> next{0};
    std::vector<std::thread> importers;
    for (int importer = 0; importer < 2; ++importer) {
      importers.emplace_back([&] {
        for (size_t i = next++; i < batches.size(); i = next++) {
          Must(store.Commit(kCaller, {std::move(batches[i]), "import:fhir"}));
        }
      });
    }
    for (std::thread& importer : importers) importer.join();
  }
  char what[80];
  std::snprintf(what, sizeof what, "import, indexed and durable (%.0f MB JSON)", static_cast<double>(bytes) / 1e6);
  Line(what, static_cast<double>(resources), "resources", watch.Seconds() - preparing, CpuSeconds() - cpu - preparing_cpu);
  return resources;
}

void SmallTransactions(Store& store, int threads_count, int each) {
  SystemClock clock;
  SystemRandom random;
  const uint64_t before = store.LastT();
  Watch watch;
  const double cpu = CpuSeconds();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < threads_count; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        const std::string id = NewUuid(clock, random);   // as the interface makes them
        CommitRequest request;
        request.reason = "api";
        Change patient;
        patient.type = "Patient";
        patient.id = id;
        patient.body = R"({"resourceType":"Patient","active":true,"name":[{"family":"Bench","given":["N)" +
                       std::to_string(random.NextBelow(100'000)) + R"("]}],"gender":"female","birthDate":"19)" +
                       std::to_string(30 + random.NextBelow(70)) + R"(-01-01"})";
        Change observation;
        observation.type = "Observation";
        observation.id = id;
        observation.body =
            R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},)"
            R"("subject":{"reference":"Patient/)" + id + R"("},"effectiveDateTime":"2025-07-01T08:30:00+08:00",)"
            R"("valueQuantity":{"value":)" + std::to_string(100 + i % 80) +
            R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
        request.changes.push_back(std::move(patient));
        request.changes.push_back(std::move(observation));
        Must(store.Commit(kCaller, std::move(request)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = watch.Seconds();
  if (store.LastT() != before + static_cast<uint64_t>(threads_count) * static_cast<uint64_t>(each)) Fail("a transaction is missing");
  Line("two-resource transactions, 64 clients", threads_count * each, "transactions", seconds, CpuSeconds() - cpu);
}

void Reads(Store& store, const std::vector<std::string>& ids, int threads_count, int each) {
  Watch watch;
  const double cpu = CpuSeconds();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < threads_count; ++thread) {
    threads.emplace_back([&, thread] {
      SeededRandom random(static_cast<uint64_t>(thread));
      for (int i = 0; i < each; ++i) {
        const std::string& id = ids[random.NextBelow(ids.size())];
        const Resource resource = Must(Must(store.OpenSnapshot(kCaller))->Read("Observation", id));
        if (resource.id != id || resource.body.find(id) == std::string::npos) Fail("another resource was read");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Line("read by id, 32 threads", threads_count * each, "reads", watch.Seconds(), CpuSeconds() - cpu);
}

// A person's page: the read that is noted in an index of its own, beside the plain read of the same patients, a commit after
// each so that what waits is written; then the question who looked.
void Openings(Store& store, int patients, int each) {
  std::vector<std::string> ids;
  SystemClock clock;
  SystemRandom chance;
  for (int i = 0; i < patients;) {
    CommitRequest request;
    for (int end = std::min(patients, i + 1'000); i < end; ++i) {
      ids.push_back(NewUuid(clock, chance));
      request.changes.push_back({.type = "Patient", .id = ids.back(), .body = R"({"resourceType":"Patient","id":")" + ids.back() + R"("})"});
    }
    Must(store.Commit(kCaller, std::move(request)));
  }
  access::Caller doctor = kCaller;
  doctor.role = access::Role::kDirector;      // somebody who is noted
  doctor.user = "director";
  doctor.whole_county = true;
  const auto through = [&](const char* what, bool open) {
    Watch watch;
    const double cpu = CpuSeconds();
    const auto snapshot = Must(store.OpenSnapshot(doctor));
    SeededRandom random(11);
    for (int i = 0; i < each; ++i) {
      const std::string& id = ids[random.NextBelow(ids.size())];
      const Resource patient = Must(open ? snapshot->OpenPatient(id) : snapshot->Read("Patient", id));
      if (patient.id != id) Fail("another patient was read");
    }
    CommitRequest flush;
    flush.reason = "bench";
    flush.changes.push_back({.type = "Basic", .id = open ? "opened" : "read", .body = R"({"resourceType":"Basic","code":{"text":"x"}})"});
    Must(store.Commit(kCaller, std::move(flush)));
    Line(what, each, "reads", watch.Seconds(), CpuSeconds() - cpu);
  };
  through("patients read and noted, one thread", false);
  through("patients opened and noted, one thread", true);
  const auto snapshot = Must(store.OpenSnapshot(doctor));
  Watch watch;
  const double cpu = CpuSeconds();
  size_t looked = 0;
  for (const std::string& id : ids) looked += Must(snapshot->OpeningsOfPatient(id, 50)).size();
  Line("who looked at each patient", static_cast<int>(ids.size()), "questions", watch.Seconds(), CpuSeconds() - cpu);
  // One person in one day: an entry for each patient who was drawn.
  std::set<std::string> drawn;
  SeededRandom random(11);
  for (int i = 0; i < each; ++i) drawn.insert(ids[random.NextBelow(ids.size())]);
  if (looked != drawn.size()) Fail("who looked: " + std::to_string(looked) + " of " + std::to_string(drawn.size()));
}

SearchPage Ask(Store& store, const search::Parameters& parameters, const std::string& search) {
  const size_t mark = search.find('?');
  const auto query = Must(search::Query::ParseText(parameters, search.substr(0, mark), search.substr(mark + 1)));
  return Must(Must(store.OpenSnapshot(kCaller))->Search(query));
}

void Searches(Store& store, const search::Parameters& parameters, const std::string& patient, int copies) {
  const std::pair<const char*, uint64_t> known[] = {
      {"Patient?gender=male", 56}, {"Observation?patient.gender=male", 20'466}, {"Observation?category=laboratory", 29'206},
      {"Observation?date=2020", 17'419}, {"Observation?date=ne2020", 25'510}, {"Observation?date=gt2010", 38'486},
  };
  for (const auto& [search, count] : known) {
    const SearchPage page = Ask(store, parameters, std::string(search) + "&_summary=count");
    if (page.total != count * static_cast<uint64_t>(copies)) {
      Fail(std::string(search) + " gives " + std::to_string(page.total.value_or(0)));
    }
  }
  std::vector<std::string> mix = {
      "Patient?gender=male", "Patient?gender=male&birthdate=ge1980", "Patient?name=smi", "Patient?family:exact=Smith67",
      "Patient?address-city=boston", "Patient?birthdate=1970&_sort=-birthdate", "Patient?_has:Condition:patient:code=44054006",
      "Observation?code=8480-6", "Observation?code=http://loinc.org|8480-6&date=2020", "Observation?code=85354-9&_sort=-date",
      "Observation?category=laboratory", "Observation?category=laboratory&date=ge2019&_sort=date",
      "Observation?code=2339-0&value-quantity=gt90", "Observation?code-value-quantity=2339-0$gt90",
      "Observation?value-quantity=gt100||mg/dL", "Observation?date=2020", "Observation?date=gt2015&_sort=-date",
      "Observation?patient=" + patient, "Observation?patient=" + patient + "&code=8302-2&_sort=-date",
      "Observation?patient.gender=male&code=8302-2", "Observation?patient=" + patient + "&_include=Observation:encounter",
      "Encounter?patient=" + patient + "&_revinclude=Observation:encounter&_count=5", "Encounter?date=ge2020-06&class=AMB",
      "Encounter?status=finished&_sort=-date", "Condition?code=44054006", "Condition?clinical-status=active&_sort=-onset-date",
      "Claim?patient.birthdate=lt1950", "MedicationRequest?status=active&_include=MedicationRequest:patient",
      "Procedure?date=lt2012&_sort=date", "Observation?code=8302-2&_total=accurate",
  };
  std::vector<std::pair<double, std::string>> times;
  double all = 0;
  uint64_t found = 0;
  const double cpu = CpuSeconds();
  constexpr int kTimes = 5;
  for (const std::string& search : mix) {
    double best = 1e9;
    for (int i = 0; i < kTimes; ++i) {
      Watch watch;
      const SearchPage page = Ask(store, parameters, search);
      best = std::min(best, watch.Seconds());
      all += watch.Seconds();
      found += page.matches.size();
    }
    times.emplace_back(best, search);
  }
  if (found == 0) Fail("the searches find nothing");
  Line("30 searches, one thread", static_cast<double>(mix.size() * kTimes), "searches", all, CpuSeconds() - cpu);
  std::sort(times.begin(), times.end());
  std::printf("  p50 %.2f ms, p95 %.2f ms (best of %d each)\n", times[times.size() / 2].first * 1e3,
              times[times.size() * 95 / 100].first * 1e3, kTimes);
  for (size_t i = times.size() - 6; i < times.size(); ++i) {
    std::printf("  %8.2f ms  %s\n", times[i].first * 1e3, times[i].second.c_str());
  }
}

int Run(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : (std::filesystem::temp_directory_path() / "qianxian-store-bench").string();
  const int copies = argc > 2 ? std::max(0, std::atoi(argv[2])) : 1;
  if (SyntheaFolder().empty()) {
    std::fprintf(stderr, "the Synthea sample is not beside the checkout\n");
    return 2;
  }
  std::filesystem::remove_all(folder);
  SystemClock clock;
  SystemRandom random;
  const auto parameters = Must(search::Parameters::Create(fhir::Definitions::R4()));
  const OpenOptions options{folder, parameters.get(), &clock, &random};
  auto store = Must(OpenSqliteStore(options));
  if (copies == 0) {
    SmallTransactions(*store, 64, 1'000);
    Openings(*store, 200'000, 1'000'000);
    return 0;
  }
  const uint64_t resources = Import(*store, copies);
  const auto size = [&] {
    uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += file.file_size();
    return bytes;
  };
  std::printf("%-46s peak memory %ld MB\n", "", PeakMegabytes());
  std::string patient;
  std::vector<std::string> ids;
  {
    const auto snapshot = Must(store->OpenSnapshot(kCaller));
    for (const Resource& resource : Must(snapshot->Scan("Observation", "", 20'000))) ids.push_back(resource.id);
    patient = Must(snapshot->Scan("Patient", "", 1))[0].id;
  }
  Searches(*store, *parameters, patient, copies);
  Reads(*store, ids, 32, 5'000);
  store.reset();                              // before the small transactions, which are not counted
  std::printf("%-46s %10.0f bytes/resource (%.0f MB)\n", "disk, all indexes", static_cast<double>(size()) / static_cast<double>(resources),
              static_cast<double>(size()) / 1e6);
  Watch opening;
  store = Must(OpenSqliteStore(options));
  std::printf("%-46s %10.1f ms\n", "open", opening.Seconds() * 1e3);
  SmallTransactions(*store, 64, 1'000);
  return 0;
}

}  // namespace
}  // namespace qianxian::store

int main(int argc, char** argv) { return qianxian::store::Run(argc, argv); }
