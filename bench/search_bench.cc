// Searches over a large record: 30 shapes, at N copies of the Synthea sample, each answer checked.
//   search_bench [PATIENTS] [FOLDER]      default: 125, and a folder below the temporary one. 125, 1000 and 8000 patients are
//                                         1, 8 and 67 copies of the sample's 120 with ids of their own.
// A store that is already in FOLDER is searched again; else a process of its own loads it first, or the rest of it. All shapes take turns, as a
// server would see them. What is checked: the number of resources; every page's length, each run; every shape's whole count,
// against what is known of one copy times the copies; over one copy also each page against a scan of every resource by
// the engine in memory. Prints for each shape its hits, the first run (nothing read yet) and of the other runs
// the median, the 95th percentile and the slowest, in milliseconds; then the same over all, memory, opening, bytes on disk.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "search/query.h"
#include "store/contract/synthea_sample.h"
#include "store/sort_order.h"
#include "store/store.h"

namespace qianxian::store {
namespace {

using std::string;

constexpr uint64_t kResourcesOfCopy = 92'114;
constexpr int kPatientsOfCopy = 120;
constexpr int kRuns = 20;               // and the first
constexpr int kFarPage = 50;
constexpr const char* kLoaded = "/loaded";   // in FOLDER, when it is
const access::Caller kCaller = access::SystemCaller("bench");

struct Shape {
  const char* name;
  const char* search;                   // {} is the mark of a copy, another one in each run
  uint64_t hits;                        // in one copy, counted by the scan
  int page = 1;                         // the page that is asked for
};

#define PATIENT "Patient/{}057aa36e-b892-9964-75b9-ffb46b097e34"
const Shape kShapes[] = {
    {"token", "Observation?code=http://loinc.org|8302-2", 1'243},
    {"token, many hits", "Observation?category=laboratory", 29'206},
    {"two tokens", "Encounter?status=finished&class=AMB", 4'388},
    {"date range", "Encounter?date=ge2019&date=lt2020-07", 488},
    {"code and date", "Observation?code=http://loinc.org|29463-7&date=ge2018", 762},
    {"code and value", "Observation?code=http://loinc.org|2339-0&value-quantity=gt90", 253},
    {"quantity range with unit", "Observation?value-quantity=gt100||mg/dL&value-quantity=lt140||mg/dL", 530},
    {"composite", "Observation?code-value-quantity=http://loinc.org|2339-0$gt90", 253},
    {"composite of components", "Observation?component-code-value-quantity=http://loinc.org|8480-6$gt130", 379},
    {"string", "Patient?name=smi", 2},
    {"string :contains", "Patient?name:contains=son", 4},
    {"reference", "Observation?patient=" PATIENT, 1'277},
    {"reference and code, newest first", "Observation?patient=" PATIENT "&code=29463-7&_sort=-date", 31},
    {"chained token, and code", "Observation?patient.gender=male&code=http://loinc.org|8302-2", 617},
    {"chained date", "Claim?patient.birthdate=lt1950", 3'734},
    {"_has", "Patient?_has:Condition:patient:code=44054006", 8},
    {"_has by composite", "Patient?_has:Observation:patient:code-value-quantity=http://loinc.org|4548-4$gt6", 38},
    {":in a set of 1,000 codes", "Observation?code:in=http://example.org/codes", 11'005},
    {":not", "Encounter?class:not=AMB", 381},
    {":missing", "Condition?abatement-date:missing=true", 519},
    {"_sort by date", "Observation?category=laboratory&_sort=-date", 29'206},
    {"_sort by string", "Patient?gender=female&_sort=family", 64},
    {"_sort by quantity", "Observation?code=http://loinc.org|2339-0&_sort=value-quantity", 667},
    {"_sort by token", "Condition?clinical-status=active&_sort=code", 519},
    {"_include", "MedicationRequest?status=active&_include=MedicationRequest:patient", 367},
    {"_revinclude", "Encounter?patient=" PATIENT "&_revinclude=Observation:encounter", 30},
    {"_total=accurate", "Observation?date=2020&_total=accurate", 17'419},
    {"count, chained", "Observation?patient.gender=male&_summary=count", 20'466},
    {"count, date", "Observation?date=gt2010&_summary=count", 38'486},
    {"page 50", "Observation?category=laboratory", 29'206, kFarPage},
};
#undef PATIENT
constexpr size_t kShapesCount = sizeof kShapes / sizeof kShapes[0];
static_assert(kShapesCount == 30);

[[noreturn]] void Fail(const string& why) {
  std::fprintf(stderr, "search_bench: wrong: %s\n", why.c_str());
  std::_Exit(1);
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) Fail(Describe(result.error()));
  return std::move(result).value();
}

class Watch {
 public:
  double Milliseconds() { return static_cast<double>(clock_.MonotonicNanoseconds() - begin_) / 1e6; }

 private:
  SystemClock clock_;
  int64_t begin_ = clock_.MonotonicNanoseconds();
};

// A line of /proc/self/status, in MB.
double StatusMegabytes(const string& name) {
  std::ifstream file("/proc/self/status");
  for (string line; std::getline(file, line);) {
    if (StartsWith(line, name + ":")) return std::atof(line.c_str() + name.size() + 1) / 1024;
  }
  return 0;
}

// 1,000 codes: laboratory codes of the sample, and others that nobody has.
class Codes final : public search::Vocabulary {
 public:
  Codes() {
    search::CodeSet::Part part{"http://loinc.org", {"718-7", "789-8", "787-2", "785-6", "786-4", "777-3", "2339-0", "6299-2", "38483-4",
                                                    "2947-0", "2069-3", "20565-8", "2093-3", "2571-8", "18262-6", "2085-9", "2345-7",
                                                    "3094-0", "2160-0", "17861-6"}};
    for (int i = 0; part.codes.size() < 1'000; ++i) part.codes.push_back("9" + std::to_string(10'000 + i) + "-x");
    std::sort(part.codes.begin(), part.codes.end());
    codes_ = std::make_shared<search::CodeSet>(search::CodeSet{{std::move(part)}});
  }
  Result<std::shared_ptr<const search::CodeSet>> CodesOf(std::string_view) override { return codes_; }
  Result<std::shared_ptr<const search::CodeSet>> CodesBelow(std::string_view, std::string_view) override { return codes_; }
  Result<std::shared_ptr<const search::CodeSet>> CodesAbove(std::string_view, std::string_view) override { return codes_; }

 private:
  std::shared_ptr<const search::CodeSet> codes_;
};

struct Bench {
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<const search::Parameters> parameters = Must(search::Parameters::Create(fhir::Definitions::R4()));
  Codes codes;

  OpenOptions At(const string& folder) { return {folder, parameters.get(), &clock, &random}; }
  SearchPage Ask(Store& store, const string& text, const string& place = "") {
    const size_t mark = text.find('?');
    search::QueryOptions options;
    options.vocabulary = &codes;
    string named = ReplaceAll(text.substr(mark + 1), "|", "%7C");
    if (!place.empty()) named += "&_place=" + place;
    const auto query = Must(search::Query::ParseText(*parameters, text.substr(0, mark), named, options));
    return Must(Must(store.OpenSnapshot(kCaller))->Search(query));
  }
};

string With(const Shape& shape, int copy) { return ReplaceAll(shape.search, "{}", CopyMark(copy)); }
bool IsCount(const Shape& shape) { return EndsWith(shape.search, "_summary=count"); }
// One copy of a patient is asked for, however many there are.
uint64_t HitsOf(const Shape& shape, int copies) {
  const bool of_one = string(shape.search).find("{}") != string::npos;
  return shape.hits * static_cast<uint64_t>(of_one ? 1 : copies);
}

// Goes on where an interrupted loading stopped: one commit a batch, in order but for those that were being written.
void Load(Store& store, int copies, size_t importers_count) {
  const auto bundles = Must(ReadSynthea(SyntheaFolder()));
  const bool resumes = store.LastT() > 0;
  std::atomic<size_t> next{store.LastT() - std::min<uint64_t>(store.LastT(), 2 * importers_count)};
  std::vector<std::vector<size_t>> batches(1);   // places in `bundles`
  size_t size = 0;
  for (size_t i = 0; i < bundles.size(); ++i) {
    if (size > 4'000) batches.emplace_back(), size = 0;
    batches.back().push_back(i);
    size += bundles[i].size();
  }
  std::vector<std::thread> importers;
  for (size_t importer = 0; importer < importers_count; ++importer) {
    importers.emplace_back([&] {
      for (size_t i = next++; i < batches.size() * static_cast<size_t>(copies); i = next++) {
        CommitRequest request{{}, "import:fhir"};
        const string mark = CopyMark(static_cast<int>(i / batches.size()));
        for (size_t place : batches[i % batches.size()]) {
          for (const Change& change : bundles[place]) {
            request.changes.push_back(Rekey(change, mark));
            request.changes.back().skip_if_equal = resumes;
          }
        }
        Must(store.Commit(kCaller, std::move(request)));
      }
    });
  }
  for (std::thread& importer : importers) importer.join();
}

// In a process of its own, so that its memory is not counted with that of the searches.
void LoadApart(const string& folder, int copies) {
  std::fflush(stdout);
  const bool resumes = FileExists(folder + "/record.db");
  Watch watch;
  const pid_t child = fork();
  if (child == 0) {
    {
      Bench bench;
      const auto store = Must(OpenSqliteStore(bench.At(folder)));
      Load(*store, copies, copies == 1 ? 1 : 2);   // one: in a known order, as the scan has it
    }
    std::_Exit(WriteFileDurably(folder + kLoaded, "").ok() ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) Fail("the loading failed");
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const double seconds = watch.Milliseconds() / 1e3;
  const double resources = static_cast<double>(kResourcesOfCopy) * copies;
  if (resumes) {
    std::printf("loaded the rest of %.0f resources in %.1f s; peak %ld MB\n", resources, seconds, usage.ru_maxrss / 1024);
  } else {
    std::printf("loaded, with re-keying: %.0f resources in %.1f s, %.0f/s; peak %ld MB\n", resources, seconds, resources / seconds,
                usage.ru_maxrss / 1024);
  }
}

// Where the page begins that the shape asks for, by following next.
string PlaceOf(Bench& bench, Store& store, const Shape& shape) {
  string place;
  for (int page = 1; page < shape.page; ++page) {
    place = bench.Ask(store, With(shape, 0), place).next;
    if (place.empty()) Fail(string(shape.name) + " has no page " + std::to_string(shape.page));
  }
  return place;
}

void CheckPage(const Shape& shape, const SearchPage& page, uint64_t hits) {
  const uint64_t before = static_cast<uint64_t>(shape.page - 1) * limits::kSearchPageDefault;
  const uint64_t wanted = IsCount(shape) ? 0 : std::min<uint64_t>(limits::kSearchPageDefault, hits - std::min(hits, before));
  if (page.matches.size() != wanted) Fail(string(shape.name) + ": a page of " + std::to_string(page.matches.size()));
  if (page.total && *page.total != hits) Fail(string(shape.name) + ": a total of " + std::to_string(*page.total));
  if (string(shape.search).find("include=") != string::npos && page.included.empty()) Fail(string(shape.name) + " includes nothing");
}

double Percentile(const std::vector<double>& sorted, size_t percent) { return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)]; }

void Measure(Bench& bench, Store& store, int copies) {
  std::vector<std::vector<double>> times(kShapesCount);
  std::vector<string> places(kShapesCount);
  for (int run = 0; run <= kRuns; ++run) {
    for (size_t i = 0; i < kShapesCount; ++i) {
      const Shape& shape = kShapes[i];
      if (run == 0) places[i] = PlaceOf(bench, store, shape);
      const string search = With(shape, run % copies);
      Watch watch;
      const SearchPage page = bench.Ask(store, search, places[i]);
      times[i].push_back(watch.Milliseconds());
      CheckPage(shape, page, HitsOf(shape, copies));
    }
  }
  std::printf("%-34s %10s %9s %9s %9s %9s\n", "shape (milliseconds)", "hits", "first", "p50", "p95", "max");
  std::vector<double> all;
  std::vector<double> first;
  for (size_t i = 0; i < kShapesCount; ++i) {
    first.push_back(times[i].front());
    std::vector<double> rest(times[i].begin() + 1, times[i].end());
    all.insert(all.end(), rest.begin(), rest.end());
    std::sort(rest.begin(), rest.end());
    std::printf("%-34s %10llu %9.2f %9.2f %9.2f %9.2f\n", kShapes[i].name,
                static_cast<unsigned long long>(HitsOf(kShapes[i], copies)), first.back(), Percentile(rest, 50), Percentile(rest, 95),
                rest.back());
  }
  std::sort(all.begin(), all.end());
  std::sort(first.begin(), first.end());
  std::printf("%-34s %10s %9.2f %9.2f %9.2f %9.2f\n", "all", "", Percentile(first, 50), Percentile(all, 50), Percentile(all, 95),
              all.back());
}

void CheckCounts(Bench& bench, Store& store, int copies) {
  size_t bad = 0;
  for (const Shape& shape : kShapes) {
    const uint64_t total = bench.Ask(store, With(shape, copies - 1) + "&_summary=count").total.value_or(0);
    if (total == HitsOf(shape, copies)) continue;
    std::fprintf(stderr, "search_bench: %s: %llu hits\n", shape.name, static_cast<unsigned long long>(total));
    ++bad;
  }
  if (bad > 0) Fail("counts");
}

// What a page is compared by: its ids; of a sorted one, where equal values come in any order, what it is sorted by.
std::vector<string> Content(Bench& bench, const Shape& shape, const std::vector<Resource>& resources) {
  const string text = shape.search;
  const size_t sort = text.find("_sort=");
  std::vector<string> out;
  for (const Resource& resource : resources) {
    if (sort == string::npos) {
      out.push_back(resource.type + "/" + resource.id);
      continue;
    }
    const bool descending = text[sort + 6] == '-';
    const search::SortKey key{bench.parameters->Find(resource.type, text.substr(sort + 6 + (descending ? 1 : 0))), descending};
    const json::Document document = Must(json::Document::Parse(resource.body));
    std::vector<search::IndexEntry> entries;
    bench.parameters->Extract(document.root(), entries);
    const SortValue value = SortValueOf(key, entries);
    out.push_back(std::to_string(value.date) + "|" + std::to_string(value.number) + "|" + value.text);
  }
  return out;
}

// Every page as the engine in memory gives it, which scans. What is included comes in no order.
void CheckByScan(Bench& bench, Store& store) {
  const auto judge = Must(OpenMemoryStore(bench.At("")));
  Load(*judge, 1, 1);
  const auto included = [](const SearchPage& page) {
    std::vector<string> out;
    for (const Resource& resource : page.included) out.push_back(resource.type + "/" + resource.id);
    std::sort(out.begin(), out.end());
    return out;
  };
  for (const Shape& shape : kShapes) {
    const SearchPage right = bench.Ask(*judge, With(shape, 0), PlaceOf(bench, *judge, shape));
    const SearchPage page = bench.Ask(store, With(shape, 0), PlaceOf(bench, store, shape));
    const uint64_t hits = bench.Ask(*judge, With(shape, 0) + "&_summary=count").total.value_or(0);
    if (hits != shape.hits) Fail(string(shape.name) + ": the scan finds " + std::to_string(hits));
    if (Content(bench, shape, page.matches) != Content(bench, shape, right.matches) || included(page) != included(right) ||
        page.total != right.total) {
      Fail(string(shape.name) + ": the scan gives another page");
    }
  }
  std::printf("checked: every page is that of a scan\n");
}

int Run(int argc, char** argv) {
  const int patients = argc > 1 ? std::max(1, std::atoi(argv[1])) : 125;
  const int copies = std::max(1, (patients + kPatientsOfCopy / 2) / kPatientsOfCopy);
  const string folder = argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / ("qianxian-search-bench-" + std::to_string(copies))).string();
  if (SyntheaFolder().empty()) {
    std::fprintf(stderr, "the Synthea sample is not beside the checkout\n");
    return 2;
  }
  if (!FileExists(folder + kLoaded)) LoadApart(folder, copies);
  Watch compiling;
  Bench bench;
  const double compiled = compiling.Milliseconds();
  Watch opening;
  auto store = Must(OpenSqliteStore(bench.At(folder)));
  const double opened = opening.Milliseconds();
  const double idle = StatusMegabytes("VmRSS");
  Measure(bench, *store, copies);
  const double peak = StatusMegabytes("VmHWM");
  uint64_t resources = 0;
  {
    const auto snapshot = Must(store->OpenSnapshot(kCaller));
    for (const string& type : bench.parameters->types()) resources += Must(snapshot->Count(type));
  }
  if (resources != kResourcesOfCopy * static_cast<uint64_t>(copies)) Fail("a store of " + std::to_string(resources) + " resources: remove " + folder);
  CheckCounts(bench, *store, copies);
  std::printf("%d patients, %llu resources: open %.1f ms (and %.1f ms for the search parameters); memory %.0f MB, after the searches at most %.0f MB\n",
              copies * kPatientsOfCopy, static_cast<unsigned long long>(resources), opened, compiled, idle, peak);
  if (copies == 1) CheckByScan(bench, *store);
  store.reset();
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += file.file_size();
  std::printf("disk: %.0f bytes a resource\n", static_cast<double>(bytes) / static_cast<double>(resources));
  return 0;
}

}  // namespace
}  // namespace qianxian::store

int main(int argc, char** argv) { return qianxian::store::Run(argc, argv); }
