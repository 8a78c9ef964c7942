// The settlement sheet of a county beside the same SQL typed into DuckDB over the same table.
//   measure_bench [ROWS] [FOLDER]        default: 1,000,000 and 10,000,000 rows, a folder below the temporary one
// Rows come through the ledger, the warehouse eats them, then six settlement measures of county-core are asked for (a)
// through Measures::Evaluate, from nothing kept, (b) as six statements typed by hand that give the same columns. Answers must be equal. Prints for each
// size: seconds and rows/s of ledger and warehouse, bytes a row, milliseconds of both (median of five), their ratio, peak memory.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"
#include "fhir/definitions.h"
#include "measure/measure.h"
#include "search/parameters.h"
#include "store/ledger.h"
#include "store/store.h"
#include "warehouse/warehouse.h"

namespace qianxian {
namespace {

constexpr int kRuns = 5;

void Must(bool good, const std::string& what) {
  if (good) return;
  std::fprintf(stderr, "measure_bench: %s\n", what.c_str());
  std::_Exit(1);
}
template <typename T>
T Need(Result<T> result, const char* what) {
  Must(result.ok(), std::string(what) + ": " + (result.ok() ? "" : Describe(result.error())));
  return std::move(result).value();
}

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

pack::Pack ReadPack() {
  const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/packs/county-core";
  std::map<std::string, std::string> files;
  for (const std::string& path : Need(ListFiles(folder), "pack")) files[path.substr(folder.size() + 1)] = Need(ReadFile(path), "pack");
  return Need(pack::ParsePack(files), "pack");
}

// Three years of a county of 600,000: one settlement in twenty is a stay, one in eight a pharmacy, one in seven outside.
class Rows {
 public:
  explicit Rows(uint64_t count) : count_(count) {}

  void AppendTo(store::LedgerSession& session) {
    const store::LedgerSchema& schema = store::SettlementSchema();
    for (size_t i = 0; i < schema.columns.size(); ++i) at_[schema.columns[i].name] = i;
    values_.resize(schema.columns.size());
    for (uint64_t i = 0; i < count_; ++i) {
      Fill(i);
      Must(session.Append(i + 2, values_).ok(), "append");
    }
  }

 private:
  void Text(const char* column, std::string text) {
    std::string& kept = texts_[column];
    kept = std::move(text);
    values_[at_[column]] = {false, kept, 0};
  }
  void Number(const char* column, int64_t number) { values_[at_[column]] = {false, {}, number}; }
  static std::string Padded(const char* prefix, uint64_t number, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%s%0*llu", prefix, digits, static_cast<unsigned long long>(number));
    return text;
  }

  void Fill(uint64_t i) {
    const uint64_t dice = random_.NextBelow(1000), place = random_.NextBelow(100);
    const bool pharmacy = dice < 125, stay = dice >= 950;
    static constexpr const char* kPlaces[] = {"990200", "990100", "310101"};
    static constexpr const char* kDiseases[] = {"I10.x00x002", "E11.900", "J18.000", "I63.900", "C34.900", "K80.200", "M51.202", "H25.900"};
    Text("setl_id", Padded("990201202500", i * 2654435761 % 100'000'000'000, 12) + std::to_string(i));
    Text("psn_no", Padded("99020100000", random_.NextBelow(600'000), 12));
    Text("gend", random_.NextBelow(2) ? "1" : "2");
    Number("brdy", static_cast<int64_t>(random_.NextBelow(20'000)) - 10'000);
    Text("insutype", "390");
    Text("insu_admdvs", "990201");
    Text("fixmedins_code", Padded(pharmacy ? "P99020100" : "H99020100", random_.NextBelow(pharmacy ? 60 : 350), 4));
    Text("fixmedins_name", Padded("医疗机构", random_.NextBelow(350), 3));
    Text("fix_blng_admdvs", place < 86 ? "990201" : kPlaces[place % 3]);
    Text("med_type", pharmacy ? "41" : stay ? "21" : dice % 5 == 0 ? "14" : "11");
    const int64_t day = Date{2023, 1, 1}.ToDays() + static_cast<int64_t>(i * 1096 / count_);
    Number("begndate", day - (stay ? 7 : 0));
    Number("enddate", day);
    Text("dise_code", kDiseases[random_.NextBelow(8)]);
    Text("dise_name", "疾病名称");
    const int64_t fen = static_cast<int64_t>(stay ? 200'000 + random_.NextBelow(2'000'000) : 2'000 + random_.NextBelow(40'000));
    Number("medfee_sumamt", fen);
    Number("fund_pay_sumamt", fen * 6 / 10);
    Number("psn_pay", fen - fen * 6 / 10);
  }

  const uint64_t count_;
  SeededRandom random_{11};
  std::map<std::string, size_t> at_;
  std::map<std::string, std::string> texts_;
  std::vector<store::LedgerValue> values_;
};

struct Typed { const char* measure; const char* sql; };
#define QX_IN_2025 "enddate BETWEEN DATE '2025-01-01' AND DATE '2025-12-31' AND insured_county = '990201'"
#define QX_PLACE "count(*) FILTER (WHERE in_county AND NOT place_conflict), count(*) FILTER (WHERE NOT in_county AND NOT place_conflict), 0, " \
  "count(*) FILTER (WHERE place_conflict)"
#define QX_LEVEL "count(*) FILTER (WHERE level = 'primary'), count(*) FILTER (WHERE level <> 'primary' AND level <> 'unknown'), " \
  "count(*) FILTER (WHERE level = 'unknown'), 0"
// numerator, denominator, met, not met, missing, conflicting: what a sheet's row says.
constexpr Typed kTyped[] = {
    {"inpatient-in-county-share", "SELECT count(*) FILTER (WHERE in_county), count(*), " QX_PLACE " FROM settlement WHERE care = 'inpatient' AND " QX_IN_2025},
    {"visit-in-county-share", "SELECT count(*) FILTER (WHERE in_county), count(*), " QX_PLACE " FROM settlement WHERE (care = 'inpatient' OR care = 'outpatient') AND " QX_IN_2025},
    {"fund-in-county-share", "SELECT sum(fund_pay_sumamt) FILTER (WHERE in_county), sum(fund_pay_sumamt), " QX_PLACE " FROM settlement WHERE care <> 'pharmacy' AND " QX_IN_2025},
    {"fund-primary-share", "SELECT coalesce(sum(fund_pay_sumamt) FILTER (WHERE level = 'primary'), 0), sum(fund_pay_sumamt), " QX_LEVEL " FROM settlement WHERE care <> 'pharmacy' AND in_county AND " QX_IN_2025},
    {"primary-visit-share", "SELECT count(*) FILTER (WHERE level = 'primary'), count(*), " QX_LEVEL " FROM settlement WHERE (care = 'inpatient' OR care = 'outpatient') AND in_county AND " QX_IN_2025},
    {"inpatient-cost-per-person", "SELECT sum(medfee_sumamt), count(DISTINCT psn_no), count(*), 0, 0, 0 FROM settlement WHERE care = 'inpatient' AND in_county AND " QX_IN_2025},
};

std::string TextOf(const columns::Column& column, const columns::Cell& cell) {
  return column.type == columns::Type::kDecimal ? Decimal::FromUnits(cell.integer, column.scale).ToString() : std::to_string(cell.integer);
}

bool Same(const measure::SheetRow& row, const columns::Rows& answer) {
  const auto& typed = answer.rows[0];
  const uint64_t counts[] = {row.met, row.not_met, row.missing, row.conflicting};
  for (size_t i = 0; i < 4; ++i)
    if (counts[i] != static_cast<uint64_t>(typed[2 + i].integer)) return false;
  return row.numerator && row.denominator && row.numerator->ToString() == TextOf(answer.columns[0], typed[0]) &&
         row.denominator->ToString() == TextOf(answer.columns[1], typed[1]);
}

// A time by the wall and by the processors: the second means something on a machine that others use too.
struct Time {
  double wall = 0, processor = 0;
  static Time Now() {
    struct rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
    return {Seconds(), seconds(usage.ru_utime) + seconds(usage.ru_stime)};
  }
  Time Since() const {
    const Time now = Now();
    return {now.wall - wall, now.processor - processor};
  }
};

void RunOne(uint64_t rows, const std::string& folder) {
  SystemClock clock;
  SeededRandom random(5);
  pack::Pack pack = ReadPack();
  const auto parameters = Need(search::Parameters::Create(fhir::Definitions::R4()), "parameters");
  auto store = Need(store::OpenSqliteStore({folder, parameters.get(), &clock, &random}), "store");
  auto ledger = Need(store::OpenLedger(folder, *store, clock, random), "ledger");
  double start = Seconds();
  {
    auto session = Need(ledger->Begin(access::SystemCaller("bench"), store::SettlementSchema()), "ledger");
    Rows(rows).AppendTo(*session);
    const auto receipt = Need(session->Finish(access::SystemCaller("bench"), {"bench.csv", std::string(64, 'b'), "bench"}, nullptr, Cancel(), nullptr), "finish");
    Must(receipt.counts.accepted == rows, "rows accepted");
  }
  const double ledger_seconds = Seconds() - start;
  auto warehouse = Need(warehouse::Warehouse::Open({folder, store.get(), ledger.get(), &fhir::Definitions::R4(), &pack, "990201"}), "warehouse");
  start = Seconds();
  Need(warehouse->CatchUp(Cancel(), nullptr), "catch up");
  const double warehouse_seconds = Seconds() - start;

  measure::SheetRequest request;
  request.period = Need(Period::Parse("2025"), "period");
  for (const Typed& typed : kTyped) request.measures.emplace_back(typed.measure);
  const access::Caller caller = access::SystemCaller("bench");
  std::vector<double> ours, by_hand, ours_processor, by_hand_processor;
  measure::Sheet sheet;
  for (int run = 0; run < kRuns; ++run) {
    pack.hash = "bench-" + std::to_string(run);              // another pack's answers are not taken
    auto measures = measure::MakeMeasures(*warehouse, pack);
    Need(measures->DataPeriod(), "names");                   // the directory is read once a state, not once a sheet
    Time begun = Time::Now();
    sheet = Need(measures->Evaluate(caller, request), "sheet");
    Time took = begun.Since();
    ours.push_back(took.wall);
    ours_processor.push_back(took.processor);
    begun = Time::Now();
    std::vector<columns::Rows> answers;
    for (const Typed& typed : kTyped) answers.push_back(Need(warehouse->Query(typed.sql, {}, nullptr), typed.measure));
    took = begun.Since();
    by_hand.push_back(took.wall);
    by_hand_processor.push_back(took.processor);
    Must(sheet.rows.size() == std::size(kTyped), "one row a measure");
    for (size_t i = 0; i < std::size(kTyped); ++i)
      Must(sheet.rows[i].measure == kTyped[i].measure && Same(sheet.rows[i], answers[i]), std::string(kTyped[i].measure) + ": the two ways differ");
  }
  auto measures = measure::MakeMeasures(*warehouse, pack);
  start = Seconds();
  Need(measures->Evaluate(caller, request), "sheet");
  const double kept = Seconds() - start;
  measure::SheetRequest trend = request;
  trend.period = Need(Period::Parse("2023-01..2025-12"), "period");
  trend.by = {measure::By::kMonth};
  start = Seconds();
  Need(measures->Evaluate(caller, trend), "trend");
  const double trend_seconds = Seconds() - start;
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  const uint64_t bytes = Need(FileSize(folder + "/warehouse/warehouse.duckdb"), "file");
  std::printf("%llu rows: ledger %.1f s (%.0f rows/s), warehouse %.1f s (%.0f rows/s, %.1f bytes/row)\n",
              static_cast<unsigned long long>(rows), ledger_seconds, static_cast<double>(rows) / ledger_seconds, warehouse_seconds,
              static_cast<double>(rows) / warehouse_seconds, static_cast<double>(bytes) / static_cast<double>(rows));
  std::printf("  sheet %.0f ms, typed by hand %.0f ms, ratio %.2f; processor %.0f and %.0f ms, ratio %.2f\n", Median(ours) * 1e3,
              Median(by_hand) * 1e3, Median(ours) / Median(by_hand), Median(ours_processor) * 1e3, Median(by_hand_processor) * 1e3,
              Median(ours_processor) / Median(by_hand_processor));
  std::printf("  kept answer %.1f ms; 36 months %.0f ms; peak %ld MiB; all answers equal\n", kept * 1e3, trend_seconds * 1e3, usage.ru_maxrss / 1024);
  std::fflush(stdout);
}

}  // namespace
}  // namespace qianxian

int main(int argc, char** argv) {
  const std::string base = argc > 2 ? argv[2] : std::filesystem::temp_directory_path().string();
  std::vector<uint64_t> sizes = {1'000'000, 10'000'000};
  if (argc > 1) sizes = {std::strtoull(argv[1], nullptr, 10)};
  for (const uint64_t rows : sizes) {
    const std::string folder = base + "/qianxian-measure-bench-" + std::to_string(getpid());
    qianxian::RunOne(rows, folder);
    std::filesystem::remove_all(folder);
  }
  return 0;
}
