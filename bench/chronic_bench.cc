// Twelve hypertension measures by month and by organisation at every level, from the record.
//   chronic_bench [PATIENTS] [FOLDER]     default: 200,000 patients (11 readings each, 2.2 M), a folder below the temporary one
// 1,000 clinics under 100 township centres under 10 hospitals under one lead hospital (1,111 units), 18 months. The readings are
// written to a record (not timed as a claim), then
//   (a) from nothing: an empty warehouse reads the record and all measures are asked for by month, at every unit;
//   (b) one reading of five months ago is corrected: commit, catch up, and all measures again.
// Every number of (a) and (b) is compared with a plain count over the same readings. Prints seconds and peak memory.
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"
#include "fhir/definitions.h"
#include "measure/measure.h"
#include "pack/pack.h"
#include "search/parameters.h"
#include "store/ledger.h"
#include "store/store.h"
#include "warehouse/warehouse.h"

namespace qianxian {
namespace {

constexpr int kMonths = 18, kFirstMonth = 2024 * 12 + 6;        // July 2024 to December 2025
constexpr int kClinics = 1000, kReadings = 11;

void Must(bool good, const std::string& what) {
  if (good) return;
  std::fprintf(stderr, "chronic_bench: %s\n", what.c_str());
  std::_Exit(1);
}
template <typename T>
T Need(Result<T> result, const char* what) {
  Must(result.ok(), std::string(what) + ": " + (result.ok() ? "" : Describe(result.error())));
  return std::move(result).value();
}
double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Of all threads: what is left of a number on a machine that others use too.
double ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Stopwatch {
  double wall = Seconds(), processor = ProcessorSeconds();
  std::string Text() const {
    char text[64];
    std::snprintf(text, sizeof text, "%.2f s (%.2f s of processor)", Seconds() - wall, ProcessorSeconds() - processor);
    return text;
  }
};

std::string Named(const char* format, int number) {
  char text[32];
  std::snprintf(text, sizeof text, format, number);
  return text;
}
std::string DayOf(int month, int day) {
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", month / 12, month % 12 + 1, day);
  return text;
}

struct Reading {
  int month = 0, day = 1, systolic = 0, diastolic = 0;
};
struct Person {
  int clinic = 0, first_month = 0;
  std::array<Reading, kReadings> readings;
};

// The units that a clinic's people count for.
std::vector<std::string> UnitsOf(int clinic) {
  return {Named("V%04d", clinic), Named("T%03d", clinic / 10), Named("H%02d", clinic / 100), "L1"};
}

pack::Pack ReadPacks() {
  std::vector<pack::Pack> packs;
  for (const char* name : {"county-core", "chronic"}) {
    const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/packs/" + name;
    std::map<std::string, std::string> files;
    for (const std::string& path : Need(ListFiles(folder), "pack")) files[path.substr(folder.size() + 1)] = Need(ReadFile(path), "pack");
    packs.push_back(Need(pack::ParsePack(files), "pack"));
  }
  return Need(pack::MergePacks(packs), "packs");
}

std::vector<Person> MakePeople(int count) {
  SeededRandom random(5);
  std::vector<Person> people(static_cast<size_t>(count));
  for (Person& person : people) {
    person.clinic = static_cast<int>(random.NextBelow(kClinics));
    person.first_month = static_cast<int>(random.NextBelow(12));
    for (Reading& reading : person.readings) {
      reading.month = person.first_month + static_cast<int>(random.NextBelow(static_cast<uint64_t>(kMonths - person.first_month)));
      reading.day = 1 + static_cast<int>(random.NextBelow(28));
      reading.systolic = 110 + static_cast<int>(random.NextBelow(80));
      reading.diastolic = 65 + static_cast<int>(random.NextBelow(50));
    }
  }
  return people;
}

std::string ReadingId(size_t person, size_t reading) { return "o-" + std::to_string(person) + "-" + std::to_string(reading); }

std::string ReadingJson(size_t person, size_t number, const Reading& reading) {
  return R"({"resourceType":"Observation","id":")" + ReadingId(person, number) +
         R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/p-)" +
         std::to_string(person) + R"("},"effectiveDateTime":")" + DayOf(kFirstMonth + reading.month, reading.day) + "T08:" +
         Named("%02d", static_cast<int>(number)) + R"(:00+08:00","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":)" +
         std::to_string(reading.systolic) + R"(,"unit":"mmHg"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":)" +
         std::to_string(reading.diastolic) + R"(,"unit":"mmHg"}}]})";
}

class Record {
 public:
  Record(store::Store& store) : store_(store) {}
  void Put(const std::string& type, const std::string& id, std::string body) {
    store::Change change;
    change.type = type;
    change.id = id;
    change.body = std::move(body);
    changes_.push_back(std::move(change));
    if (changes_.size() >= 2000) Flush();
  }
  void Flush() {
    if (changes_.empty()) return;
    Need(store_.Commit(access::SystemCaller("bench"), {std::move(changes_), "bench"}), "commit");
    changes_.clear();
  }

 private:
  store::Store& store_;
  std::vector<store::Change> changes_;
};

void WriteOrganization(Record& record, const std::string& code, const char* kind, const std::string& lead) {
  record.Put("Organization", code,
             R"({"resourceType":"Organization","id":")" + code + R"(","identifier":[{"system":"https://fhir.qianxian.cn/organization-code","value":")" + code +
                 R"("}],"type":[{"coding":[{"system":"https://fhir.qianxian.cn/CodeSystem/organization-kind","code":")" + kind +
                 R"("}]}],"name":")" + code + R"(","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/region","valueString":"990201"})" +
                 (lead.empty() ? "" : R"(,{"url":"https://fhir.qianxian.cn/StructureDefinition/lead","valueReference":{"reference":"Organization/)" + lead + R"("}})") +
                 "]}");
}

void WritePeople(Record& record, const std::vector<Person>& people) {
  WriteOrganization(record, "L1", "county-general", "");
  for (int i = 0; i < kClinics / 100; ++i) WriteOrganization(record, Named("H%02d", i), "county-general", "L1");
  for (int i = 0; i < kClinics / 10; ++i) WriteOrganization(record, Named("T%03d", i), "township", Named("H%02d", i / 10));
  for (int i = 0; i < kClinics; ++i) WriteOrganization(record, Named("V%04d", i), "village", Named("T%03d", i / 10));
  for (size_t p = 0; p < people.size(); ++p) {
    const std::string id = std::to_string(p), clinic = Named("V%04d", people[p].clinic);
    record.Put("EpisodeOfCare", "e-" + id,
               R"({"resourceType":"EpisodeOfCare","id":"e-)" + id + R"(","status":"active","type":[{"coding":[{"system":"https://fhir.qianxian.cn/CodeSystem/pathway","code":"hypertension"}]}],"patient":{"reference":"Patient/p-)" +
                   id + R"("},"managingOrganization":{"reference":"Organization/)" + clinic + R"("},"period":{"start":")" +
                   DayOf(kFirstMonth + people[p].first_month, 1) + R"("}})");
    for (size_t r = 0; r < people[p].readings.size(); ++r) record.Put("Observation", ReadingId(p, r), ReadingJson(p, r, people[p].readings[r]));
  }
  record.Flush();
}

using Key = std::tuple<std::string, std::string, int>;        // measure, unit, month
using Parts = std::pair<int64_t, int64_t>;                    // numerator, denominator
using Numbers = std::map<Key, Parts>;

// The plain count: month after month of each person.
class Counter {
 public:
  explicit Counter(const std::vector<Person>& people) {
    for (size_t i = 0; i < people.size(); ++i) Count(people[i]);
  }
  Numbers Take() {
    Numbers numbers;
    for (size_t m = 0; m < kNames.size(); ++m)
      for (int clinic = 0; clinic < kClinics; ++clinic)
        for (int month = 0; month < kMonths; ++month) {
          const auto& [numerator, denominator] = parts_[m][static_cast<size_t>(clinic)][static_cast<size_t>(month)];
          if (denominator == 0) continue;
          for (const std::string& unit : UnitsOf(clinic)) {
            Parts& sum = numbers[{kNames[m], unit, month}];
            sum.first += numerator;
            sum.second += denominator;
          }
        }
    return numbers;
  }
  static constexpr std::array<const char*, 12> kNames = {
      "hypertension-enrolled-new", "hypertension-under-care", "hypertension-enrolled", "hypertension-controlled-share",
      "hypertension-uncontrolled-share", "hypertension-missed-share", "hypertension-lost-share", "hypertension-visited-share",
      "hypertension-severe-share", "hypertension-standard-management-share", "hypertension-readings-per-person",
      "hypertension-controlled-at-6-months-share"};

 private:
  void Add(size_t measure, const Person& person, int month, bool asked, int64_t numerator) {
    if (!asked) return;
    Parts& parts = parts_[measure][static_cast<size_t>(person.clinic)][static_cast<size_t>(month)];
    parts.first += numerator;
    parts.second += 1;
  }
  void Count(const Person& person) {
    for (int month = person.first_month; month < kMonths; ++month) {
      const Reading* last = nullptr;                              // of the three months up to this one
      size_t last_number = 0;
      int since = -1, now = 0, of_year = 0;
      for (size_t i = 0; i < person.readings.size(); ++i) {
        const Reading& r = person.readings[i];
        if (r.month > month) continue;
        since = since < 0 ? month - r.month : std::min(since, month - r.month);
        now += r.month == month;
        of_year += r.month > month - 12;
        if (r.month <= month - 3) continue;
        if (!last || std::tuple(r.month, r.day, i) > std::tuple(last->month, last->day, last_number)) last = &r, last_number = i;
      }
      const int registered = month - person.first_month;
      const bool lost = (since < 0 && registered >= 12) || since >= 12;
      const bool low = last && last->systolic < 140 && last->diastolic < 90, cared = !lost && registered >= 3;
      const bool severe = last && (last->systolic >= 180 || last->diastolic >= 110);
      Add(0, person, month, registered == 0, 1);
      Add(1, person, month, !lost, 1);
      Add(2, person, month, true, 1);
      Add(3, person, month, cared, low);
      Add(4, person, month, cared, last && !low);
      Add(5, person, month, cared, !last);
      Add(6, person, month, registered >= 12, lost);
      Add(7, person, month, !lost, now > 0);
      Add(8, person, month, cared && last, severe);
      Add(9, person, month, registered >= 12, of_year >= 4);
      Add(10, person, month, !lost, of_year);
      Add(11, person, month, registered == 6, low);
    }
  }
  std::array<std::array<std::array<Parts, kMonths>, kClinics>, 12> parts_{};
};

Numbers Ask(measure::Measures& measures) {
  Numbers numbers;
  for (size_t first = 0; first < Counter::kNames.size(); first += 4) {        // a sheet has 100,000 rows at most
    measure::SheetRequest request;
    request.measures = {Counter::kNames.begin() + first, Counter::kNames.begin() + first + 4};
    request.period = Period::Parse("2024-07..2025-12").value();
    request.by = {measure::By::kMonth};
    const measure::Sheet sheet = Need(measures.Evaluate(access::SystemCaller("bench"), request), "sheet");
    for (const measure::SheetRow& row : sheet.rows) {
      if (row.subject == "990201") continue;                    // the county's own row says what L1's says
      const int month = std::atoi(row.stratum.substr(0, 4).c_str()) * 12 + std::atoi(row.stratum.substr(5).c_str()) - 1 - kFirstMonth;
      Must(row.numerator.has_value(), "parts");                  // a count has no denominator: it is its own
      numbers[{row.measure, row.subject, month}] = {row.numerator->units(), row.denominator ? row.denominator->units() : row.numerator->units()};
    }
  }
  return numbers;
}

void Compare(const Numbers& asked, const Numbers& counted, const char* when) {
  for (const auto& [key, parts] : counted) {
    const auto found = asked.find(key);
    if (found != asked.end() && found->second == parts) continue;
    const auto& [measure, unit, month] = key;
    std::fprintf(stderr, "%s: %s %s month %d: counted %lld/%lld, asked %lld/%lld\n", when, measure.c_str(), unit.c_str(), month,
                 static_cast<long long>(parts.first), static_cast<long long>(parts.second),
                 found == asked.end() ? -1LL : static_cast<long long>(found->second.first),
                 found == asked.end() ? -1LL : static_cast<long long>(found->second.second));
    std::_Exit(1);
  }
  Must(asked.size() == counted.size(), "more numbers than there should be");
}

long PeakMebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void Run(int patients, const std::string& folder) {
  const pack::Pack pack = ReadPacks();
  const auto parameters = Need(search::Parameters::Create(fhir::Definitions::R4()), "parameters");
  SystemClock clock;
  SystemRandom random;
  const auto store = Need(store::OpenSqliteStore({folder, parameters.get(), &clock, &random}), "store");
  const auto ledger = Need(store::OpenLedger(folder, *store, clock, random), "ledger");
  std::vector<Person> people = MakePeople(patients);
  const Stopwatch writing;
  Record record(*store);
  WritePeople(record, people);
  std::printf("%d patients, %d readings written in %s\n", patients, patients * kReadings, writing.Text().c_str());

  const Stopwatch nothing;
  const auto warehouse = Need(warehouse::Warehouse::Open({folder, store.get(), ledger.get(), &fhir::Definitions::R4(), &pack, "990201"}), "warehouse");
  Need(warehouse->CatchUp(Cancel(), nullptr), "catch up");
  const std::string caught = nothing.Text();
  const auto measures = measure::MakeMeasures(*warehouse, pack);
  const Stopwatch asking;
  const Numbers first = Ask(*measures);
  std::printf("from nothing: record to tables %s, 12 measures x %d months x 1,111 units %s (%zu numbers), together %s\n", caught.c_str(),
              kMonths, asking.Text().c_str(), first.size(), nothing.Text().c_str());
  Compare(first, std::make_unique<Counter>(people)->Take(), "from nothing");

  Reading& corrected = people[17].readings[3];
  corrected.month = kMonths - 6;
  corrected.systolic = 205;
  const Stopwatch correcting;
  record.Put("Observation", ReadingId(17, 3), ReadingJson(17, 3, corrected));
  record.Flush();
  Need(warehouse->CatchUp(Cancel(), nullptr), "catch up");
  const std::string followed = correcting.Text();
  const Stopwatch again;
  const Numbers second = Ask(*measures);
  std::printf("a reading of five months ago corrected: commit and catch up %s, all measures again %s, together %s\n", followed.c_str(),
              again.Text().c_str(), correcting.Text().c_str());
  Compare(second, std::make_unique<Counter>(people)->Take(), "corrected");
  Must(first != second, "the correction changed nothing");
  std::printf("peak memory %ld MiB; all numbers as counted\n", PeakMebibytes());
}

}  // namespace
}  // namespace qianxian

int main(int argc, char** argv) {
  const int patients = argc > 1 ? std::atoi(argv[1]) : 200'000;
  const std::string folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path() / ("chronic-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  qianxian::Run(patients, folder);
  if (argc <= 2) std::filesystem::remove_all(folder);
  return 0;
}
