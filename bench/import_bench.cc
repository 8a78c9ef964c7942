// Rows per second and peak memory of the imports, at 1× and 10×, each in a process of its own, with the result checked.
//   import_bench [settlements|first-pages|synthea] [ROWS] [FOLDER]     default: both, 1,000,000 and 20,000 rows, and ten
//                                                                      times as many; FOLDER for the data, /tmp/…
// Prints one line a run: what, rows, seconds (wall, processor), rows/s, peak MiB, bytes on disk, checked.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/ids.h"
#include "columns/database.h"
#include "fhir/definitions.h"
#include "intake/import.h"
#include "search/parameters.h"
#include "sheet/csv.h"
#include "store/ledger.h"
#include "store/store.h"

namespace qianxian {
namespace {

using std::string;
using std::to_string;

void Must(bool good, const string& what) {
  if (good) return;
  std::fprintf(stderr, "import_bench: %s\n", what.c_str());
  std::_Exit(1);
}

string Day(Random& random) {
  char text[16];
  std::snprintf(text, sizeof text, "2025-%02d-%02d", static_cast<int>(1 + random.NextBelow(12)),
                static_cast<int>(1 + random.NextBelow(28)));
  return text;
}

// Returns the sum of fund_pay_sumamt in fen.
int64_t WriteSettlements(const string& path, uint64_t rows) {
  SeededRandom random(1);
  std::ofstream file(path);
  file << "setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,"
          "begndate,enddate,dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay\n";
  const char* names[] = {"千县人民医院", "千县中医院", "甲镇中心卫生院", "市第一人民医院", "省肿瘤医院"};
  const char* diseases[] = {"I10.x00x002,高血压病3级", "E11.900,2型糖尿病", "J18.000,支气管肺炎", "I63.900,脑梗死", "C34.900,肺恶性肿瘤"};
  int64_t fund = 0;
  for (uint64_t i = 0; i < rows; ++i) {
    const uint64_t place = random.NextBelow(5), fen = 100 + random.NextBelow(5'000'000);
    const string day = Day(random);
    fund += static_cast<int64_t>(fen / 2);
    char text[400];
    std::snprintf(text, sizeof text,
                  "S2025%012llu,P%09llu,%d,19%02d-%02d-11,390,410123,H4101230%04llu,%s,2,410123,%s,%s,%s,%s,%llu.%02llu,%llu.%02llu,0.50\n",
                  static_cast<unsigned long long>(i), static_cast<unsigned long long>(random.NextBelow(600'000)),
                  static_cast<int>(1 + i % 2), static_cast<int>(30 + i % 70), static_cast<int>(1 + i % 12),
                  static_cast<unsigned long long>(place), names[place], i % 7 ? "11" : "21", day.c_str(), day.c_str(),
                  diseases[random.NextBelow(5)], static_cast<unsigned long long>(fen / 100),
                  static_cast<unsigned long long>(fen % 100), static_cast<unsigned long long>(fen / 2 / 100),
                  static_cast<unsigned long long>(fen / 2 % 100));
    file << text;
  }
  return fund;
}

void WriteFirstPages(const string& path, uint64_t rows) {
  SeededRandom random(2);
  std::ofstream file(path);
  file << "USERNAME,YLFKFS,ZYCS,BAH,XM,XB,CSRQ,NL,GJ,MZ,SFZH,ZY,HY,XZZ,DH,RYTJ,RYSJ,RYSJS,RYKB,CYSJ,CYSJS,CYKB,SJZYTS,ZYZD,JBDM,RYBQ,"
          "QTZD8,JBDM8,RYBQ8,QTZD1,JBDM1,RYBQ1,QTZD2,JBDM2,RYBQ2,XX,RH,KZR,ZZYS,BAZL,SSJCZBM1,SSJCZRQ1,SSJB1,SSJCZMC1,SZ1,QKDJ1,MZFS1,"
          "LYFS,ZFY,ZFJE,ZLCZF,HLF,SYSZDF,YXXZDF,XYF,ZCYF\n";
  for (uint64_t i = 0; i < rows; ++i) {
    const bool operation = random.NextBelow(3) == 0;
    const string cost = to_string(1000 + random.NextBelow(20000));
    file << "千县人民医院,01,1,B" << 100000 + i << ",张某" << i % 1000 << "," << 1 + i % 2 << ",19" << 30 + i % 70 << "0311," << 20 + i % 70
         << ",中国,01,,27,2,某镇某村" << i % 300 << "号,138000" << 10000 + i % 90000 << ",2,202507" << 10 + i % 10 << ",9,0301,202507"
         << 20 + i % 10 << ",10,0301," << 10 << ",高血压病3级（极高危）,I10.x00x002,1,糖尿病,E11.900,1,慢性胃炎,K29.500,2,脂肪肝,K76.000,3,1,2,李主任,王医师,1,";
    if (operation) file << "51.2300,20250715,3,腹腔镜下胆囊切除术,赵医师,2,01,";
    else file << ",,,,,,,";
    file << "1," << cost << ".50,100.00,200.00,300.00,400.00,100.00,500.00,0\n";
  }
}

struct Bench {
  string folder;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<const search::Parameters> parameters;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Ledger> ledger;

  explicit Bench(string folder_in) : folder(std::move(folder_in)) {
    parameters = std::move(search::Parameters::Create(fhir::Definitions::R4())).value();
    store = std::move(store::OpenSqliteStore({folder, parameters.get(), &clock, &random})).value();
    ledger = std::move(store::OpenLedger(folder, *store, clock, random)).value();
  }
  intake::Summary Import(intake::Kind kind, const string& path, const string& organization) {
    const access::Caller caller{.user = "bench", .role = access::Role::kAdministrator, .whole_county = true};
    auto summary = intake::Run(caller, {store.get(), ledger.get(), &clock, &random, folder},
                               {.kind = kind, .paths = {path}, .organization = organization}, {}, nullptr);
    Must(summary.ok(), summary.ok() ? "" : Describe(summary.error()));
    return *summary;
  }
};

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What an import took, without the checking after it.
struct Took {
  double seconds = 0, processor = 0;
  long peak_mebibytes = 0;
};

Took TookSince(double begun) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return {Seconds() - begun,
          static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
              static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
          used.ru_maxrss / 1024};
}

// In the child: imports, checks, and writes what the import took to `out`.
void ImportSettlements(const string& folder, const string& path, uint64_t rows, int64_t fund, int out) {
  Bench bench(folder);
  const double begun = Seconds();
  const intake::Summary first = bench.Import(intake::Kind::kSettlements, path, "");
  const Took took = TookSince(begun);
  Must(first.counts.accepted == rows && first.counts.rejected == 0, "not all settlements were accepted");
  const access::Caller caller = access::SystemCaller("bench");
  const string sql = bench.ledger->CurrentRowsSql(caller, "settlement").value();
  auto connection = std::move((*columns::Database::Open({}))->Connect()).value();
  const auto sums = connection->Query("SELECT count(*), sum(fund_pay_sumamt) FROM (" + sql + ")").value();
  Must(sums.rows[0][0].integer == static_cast<int64_t>(rows) && sums.rows[0][1].integer == fund, "the sum is not that of the file");
  Must(write(out, &took, sizeof took) == sizeof took, "pipe");
}

void ImportFirstPages(const string& folder, const string& path, uint64_t rows, int out) {
  Bench bench(folder);
  const double begun = Seconds();
  const intake::Summary first = bench.Import(intake::Kind::kFirstPages, path, "H1");
  const Took took = TookSince(begun);
  Must(first.counts.accepted == rows && first.counts.rejected == 0, "not all first pages were accepted");
  auto snapshot = std::move(bench.store->OpenSnapshot(access::SystemCaller("bench"))).value();
  Must(snapshot->Count("Encounter").value() == rows && snapshot->Count("Condition").value() == 4 * rows, "records are missing");
  Must(write(out, &took, sizeof took) == sizeof took, "pipe");
}

void ImportSynthea(const string& folder, const string& path, uint64_t resources, int out) {
  Bench bench(folder);
  const double begun = Seconds();
  const intake::Summary first = bench.Import(intake::Kind::kFhir, path, "");
  const Took took = TookSince(begun);
  Must(first.counts.accepted == resources && first.counts.rejected == 0, "not the known number of resources");
  Must(write(out, &took, sizeof took) == sizeof took, "pipe");
}

uint64_t BytesBelow(const string& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

void Run(const string& what, uint64_t rows, const string& root) {
  const string folder = root + "/" + what + "-" + to_string(rows), path = root + "/" + what + ".csv";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  int64_t fund = 0;
  string source = path;
  if (what == "settlements") fund = WriteSettlements(path, rows);
  else if (what == "first-pages") WriteFirstPages(path, rows);
  else source = string(QIANXIAN_SOURCE_DIR) + "/../shared/data/synthea/blaze-test-data";
  Must(std::filesystem::exists(source), "there is no " + source);
  int ends[2];
  Must(pipe(ends) == 0, "pipe");
  const pid_t child = fork();
  if (child == 0) {
    if (what == "settlements") ImportSettlements(folder, source, rows, fund, ends[1]);
    else if (what == "first-pages") ImportFirstPages(folder, source, rows, ends[1]);
    else ImportSynthea(folder, source, rows, ends[1]);
    std::_Exit(0);
  }
  int status = 0;
  Must(waitpid(child, &status, 0) == child && status == 0, what + " failed");
  Took took;
  Must(read(ends[0], &took, sizeof took) == sizeof took, "pipe");
  std::printf("%-12s %9llu rows  %7.1f s  processor %7.1f s  %9.0f rows/s  peak %5ld MiB  disk %6llu MiB  checked\n", what.c_str(),
              static_cast<unsigned long long>(rows), took.seconds, took.processor, static_cast<double>(rows) / took.seconds,
              took.peak_mebibytes,
              static_cast<unsigned long long>(BytesBelow(folder) >> 20));
  std::fflush(stdout);
  std::filesystem::remove_all(folder);
  if (what != "synthea") std::filesystem::remove(path);
}

}  // namespace
}  // namespace qianxian

int main(int argc, char** argv) {
  using qianxian::Run;
  const std::string what = argc > 1 ? argv[1] : "";
  const uint64_t rows = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const std::string root = argc > 3 ? argv[3] : (std::filesystem::temp_directory_path() / "qianxian-import-bench").string();
  std::filesystem::create_directories(root);
  if (what.empty() || what == "first-pages")
    for (uint64_t times : {1, 10})
      if (rows == 0 || times == 1) Run("first-pages", rows ? rows : times * 20'000, root);
  if (what.empty() || what == "settlements")
    for (uint64_t times : {1, 10})
      if (rows == 0 || times == 1) Run("settlements", rows ? rows : times * 1'000'000, root);
  if (what == "synthea") Run("synthea", rows ? rows : 92'114, root);
  return 0;
}
