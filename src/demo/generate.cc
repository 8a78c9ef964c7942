// Puts the parts together: county by county, day by day, straight into the files.
#include <algorithm>
#include <set>

#include "base/files.h"
#include "demo/demo.h"
#include "demo/page_file.h"
#include "demo/truth.h"
#include "demo/visits.h"

namespace qianxian::demo {
namespace {

using Encoding = sheet::CsvWriter::Encoding;

// What the whole run shares.
struct Run {
  const Options& options;
  const Progress& progress;
  const Cancel* cancel;
  const Tables& tables;
  const Calendar& calendar;
  size_t counties = 1;
  GeneratedCounty result;
  std::vector<std::string> begun;      // files, to be removed again where the run does not end
  std::set<std::string> organizations; // codes written
  std::string truths;

  std::string Path(const std::string& name) {
    begun.push_back(options.directory + "/" + name);
    return begun.back();
  }
  bool IsCancelled() const { return cancel != nullptr && cancel->requested(); }
};

Error Cancelled() { return Invalid("cancelled", "the generation was cancelled", "生成已取消"); }

class CountyRun {
 public:
  CountyRun(Run& run, const CountyFacts& county, Places places)
      : run_(run), county_(county), places_(std::move(places)), seed_(Mix(run.options.seed, static_cast<uint64_t>(county.ordinal))),
        people_(run.tables, county_, run.calendar, seed_), plot_(run.tables, places_),
        stays_(run.tables, county_, run.calendar, places_, plot_, people_, seed_),
        visits_(run.tables, county_, run.calendar, places_, plot_, people_, seed_),
        truth_(run.tables, county_, run.calendar, people_, places_) {}

  Status Go();
  const Places& places() const { return places_; }
  Status WritePopulation(SheetFile& sheet) const;
  const std::string truth() const { return truth_.ToJson(); }

 private:
  Status OpenYear(int year);
  Status CloseYear();
  Status GoDay(int32_t day);
  Status Take(const Settlement& settlement, Truth::Care care);
  Status TakeStay(const Stay& stay);

  Run& run_;
  CountyFacts county_;
  Places places_;
  uint64_t seed_;
  People people_;
  Plot plot_;
  Stays stays_;
  Visits visits_;
  Truth truth_;
  std::unique_ptr<SettlementFile> settlements_;
  std::vector<std::unique_ptr<PageFile>> pages_;   // in the order of page_hospitals
  uint64_t rows_before_ = 0;                       // of the years that are closed
};

Status CountyRun::OpenYear(int year) {
  int number = run_.calendar.first_year() + year;
  int32_t first_day = run_.calendar.first_day();
  while (run_.calendar.Year(first_day) < year) ++first_day;
  std::string region = run_.counties > 1 ? county_.code + "-" : std::string();
  QX_TRY(settlements_, SettlementFile::Create(run_.Path("settlements-" + region + std::to_string(number) + ".csv"), number,
                                              first_day, run_.options.dirty_rows, county_, run_.calendar, people_, places_));
  PageFile::World world{run_.tables, county_, run_.calendar, people_, places_};
  for (uint16_t place : places_.page_hospitals()) {
    std::string name = "first-pages-" + places_[place].code + "-" + std::to_string(number);
    bool packed = StyleOf(places_[place].page_style).packed;
    run_.Path(name + (packed ? ".csv.gz" : ".csv"));
    QX_TRY(auto file, PageFile::Create(run_.options.directory + "/" + name, place, first_day, run_.options.dirty_rows, world));
    pages_.push_back(std::move(file));
  }
  return Ok();
}

Status CountyRun::CloseYear() {
  if (settlements_ == nullptr) return Ok();
  auto keep = [this](GeneratedFile file) {
    rows_before_ += file.rows;
    run_.result.rows += file.rows;
    run_.result.files.push_back(std::move(file));
  };
  for (auto& page : pages_) {
    QX_TRY(GeneratedFile file, page->Close());
    keep(std::move(file));
  }
  QX_TRY(GeneratedFile file, settlements_->Close());
  keep(std::move(file));
  pages_.clear();
  settlements_.reset();
  return Ok();
}

Status CountyRun::Take(const Settlement& settlement, Truth::Care care) {
  truth_.CountSettlement(settlement, care);
  return settlements_->Write(settlement);
}

Status CountyRun::TakeStay(const Stay& stay) {
  const Place& place = places_[stay.place];
  if (place.page_style >= 0) {
    size_t hospital = 0;
    while (places_.page_hospitals()[hospital] != stay.place) ++hospital;
    truth_.CountPage(stay);
    QX_DO(pages_[hospital]->Write(stay));
  }
  if (stay.self_paying) return Ok();
  return Take({stay.person, stay.place, stay.med_type, stay.in_day, stay.out_day,
               &run_.tables.groups[stay.group].diagnoses[stay.diagnosis], stay.cost_cents, stay.fund_cents},
              Truth::Care::kInpatient);
}

Status CountyRun::GoDay(int32_t day) {
  stays_.Admit(day);
  std::vector<Stay> ending = stays_.Discharge(day);
  if (day < run_.calendar.first_day()) return Ok();
  for (const Stay& stay : ending) QX_DO(TakeStay(stay));
  Status status = Ok();
  visits_.Day(day, [&](const Visit& visit) {
    if (!status.ok()) return;
    bool pharmacy = places_[visit.place].kind == Kind::kPharmacy;
    status = Take({visit.person, visit.place, visit.med_type, day, day, visit.diagnosis, visit.cost_cents, visit.fund_cents},
                  pharmacy ? Truth::Care::kPharmacy : Truth::Care::kOutpatient);
  });
  return status;
}

Status CountyRun::Go() {
  int year = -1;
  const Calendar& calendar = run_.calendar;
  int32_t from = calendar.first_day() - kWarmDays;
  double days = calendar.end_day() - from;
  for (int32_t day = from; day < calendar.end_day(); ++day) {
    if (run_.IsCancelled()) return Cancelled();
    if (calendar.Year(day) > year && day >= calendar.first_day()) {
      QX_DO(CloseYear());
      year = calendar.Year(day);
      QX_DO(OpenYear(year));
    }
    QX_DO(GoDay(day));
    if (!run_.progress || (day - from) % 16 != 0) continue;
    uint64_t open = settlements_ == nullptr ? 0 : settlements_->rows();
    for (const auto& page : pages_) open += page->rows();
    run_.progress((county_.ordinal + (day - from) / days) / static_cast<double>(run_.counties), run_.result.rows + open);
  }
  return CloseYear();
}

Status CountyRun::WritePopulation(SheetFile& sheet) const {
  const Calendar& calendar = run_.calendar;
  for (int year = 0; year < kYears; ++year) {
    int32_t day = calendar.first_day();   // the last day of the year, or of the data
    while (day + 1 < calendar.end_day() && calendar.Year(day + 1) <= year) ++day;
    auto census = people_.Census(day);
    for (int sex = 1; sex <= 2; ++sex) {
      for (int band = 0; band < kBands; ++band) {
        std::string group = band == kBands - 1 ? "85+" : std::to_string(band * 5) + "-" + std::to_string(band * 5 + 4);
        std::string text = std::to_string(calendar.first_year() + year);
        std::string persons = std::to_string(census[sex - 1][band]);
        std::string_view fields[] = {county_.code, text, sex == 1 ? "1" : "2", group, persons};
        QX_DO(sheet.Accept(fields));
      }
    }
  }
  return Ok();
}

Status WriteOrganizations(Run& run, SheetFile& sheet, const Places& places) {
  for (const Place& place : places.all()) {
    // The hospitals of the city, the province and elsewhere serve several counties.
    if (!run.organizations.insert(place.code).second) continue;
    std::string_view fields[] = {place.code, place.name, KindName(place.kind), place.level, place.region, place.lead,
                                 place.services};
    QX_DO(sheet.Accept(fields));
  }
  return Ok();
}

Status Close(Run& run, SheetFile& sheet, size_t position) {
  QX_TRY(GeneratedFile file, sheet.Close());
  run.result.rows += file.rows;
  run.result.files.insert(run.result.files.begin() + static_cast<std::ptrdiff_t>(position), std::move(file));
  return Ok();
}

std::string FileJson(const GeneratedFile& file) {
  std::string out = "{\"file\":" + JsonText(file.path.substr(file.path.rfind('/') + 1)) + ",\"kind\":" + JsonText(file.kind) +
                    ",\"organization\":" + JsonText(file.organization) + ",\"region\":" + JsonText(file.region) +
                    ",\"bytes\":" + std::to_string(file.bytes) + ",\"rows\":" + std::to_string(file.rows) +
                    ",\"accepted\":" + std::to_string(file.accepted) + ",\"unchanged\":" + std::to_string(file.unchanged) +
                    ",\"replaced\":" + std::to_string(file.replaced) + ",\"rejected\":{";
  bool first = true;
  for (const auto& [code, count] : file.rejected) {
    out += (first ? "" : ",") + JsonText(code) + ":" + std::to_string(count);
    first = false;
  }
  out += "},\"refusals\":[";
  first = true;
  for (const Refusal& refusal : file.refusals) {
    out += (first ? "" : ",") + ("{\"line\":" + std::to_string(refusal.line)) + ",\"column\":" + JsonText(refusal.column) +
           ",\"code\":" + JsonText(refusal.code) + "}";
    first = false;
  }
  return out + "]}";
}

// Last and durably: where truth.json is, the generation ended.
Status WriteTruth(Run& run) {
  for (GeneratedFile& file : run.result.files) {
    QX_TRY(file.bytes, FileSize(file.path));
  }
  std::string out = "{\"invented\":true,\"size\":" + JsonText(run.options.size) + ",\"seed\":" + std::to_string(run.options.seed) +
                    ",\"last_month\":" + JsonText(run.options.last_month) + ",\n\"files\":[\n";
  for (size_t i = 0; i < run.result.files.size(); ++i) {
    out += FileJson(run.result.files[i]) + (i + 1 < run.result.files.size() ? ",\n" : "\n");
  }
  out += "],\n\"counties\":[\n" + run.truths + "]}\n";
  run.result.truth_path = run.Path("truth.json");
  return WriteFileDurably(run.result.truth_path, out);
}

Status GenerateAll(Run& run, const std::vector<CountyFacts>& counties) {
  GeneratedFile description;
  description.kind = "organizations";
  description.path = run.Path("organizations.csv");
  QX_TRY(auto organizations, SheetFile::Create(description, Encoding::kUtf8,
                                               {"code", "name", "kind", "level", "region", "lead", "services"}));
  description.kind = "population";
  description.path = run.Path("population.csv");
  QX_TRY(auto population, SheetFile::Create(description, Encoding::kUtf8, {"region", "year", "sex", "age_group", "persons"}));
  for (const CountyFacts& county : counties) {
    QX_TRY(Places places, Places::Make(run.tables, county));
    auto one = std::make_unique<CountyRun>(run, county, std::move(places));
    QX_DO(one->Go());
    QX_DO(WriteOrganizations(run, *organizations, one->places()));
    QX_DO(one->WritePopulation(*population));
    run.result.counties.push_back({county.code, county.name});
    run.truths += one->truth() + (&county != &counties.back() ? ",\n" : "\n");
  }
  QX_DO(Close(run, *organizations, 0));
  QX_DO(Close(run, *population, 1));
  return WriteTruth(run);
}

Error UnknownSize(const std::string& size) {
  return Invalid("unknown-size", "there is no size " + size + ": small, county or province",
                 "没有这种规模：" + size + "（可选 small、county、province）");
}

}  // namespace

Result<Expected> Expect(const Options& options) {
  constexpr uint64_t kRows = 21, kFileBytes = 4'000, kDataBytes = 2'500;   // by the person
  QX_TRY(Tables tables, LoadTables(options.packs_directory + "/demo-county"));
  auto size = tables.sizes.find(options.size);
  if (size == tables.sizes.end()) return UnknownSize(options.size);
  const uint64_t persons = static_cast<uint64_t>(size->second.counties) * static_cast<uint64_t>(size->second.persons);
  return Expected{persons, persons * kRows, persons * kFileBytes, persons * kDataBytes};
}

Result<GeneratedCounty> Generate(const Options& options, const Progress& progress, const Cancel* cancel) {
  QX_TRY(Tables tables, LoadTables(options.packs_directory + "/demo-county"));
  auto size = tables.sizes.find(options.size);
  if (size == tables.sizes.end()) return UnknownSize(options.size);
  QX_TRY(Calendar calendar, Calendar::Make(tables, options.last_month));
  QX_TRY(std::vector<CountyFacts> counties, ListCounties(tables, size->second));
  QX_DO(MakeDirectories(options.directory));
  // An earlier truth would vouch for files that are being overwritten.
  QX_DO(RemoveFile(options.directory + "/truth.json"));
  Run run{options, progress, cancel, tables, calendar, counties.size(), {}, {}, {}, {}};
  Status status = GenerateAll(run, counties);
  if (!status.ok()) {
    for (const std::string& path : run.begun) (void)RemoveFile(path).ok();
    return std::move(status).error();
  }
  if (progress) progress(1, run.result.rows);
  return std::move(run.result);
}

}  // namespace qianxian::demo
