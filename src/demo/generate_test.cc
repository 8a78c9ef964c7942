#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "demo/demo.h"
#include "demo/test_county.h"
#include "sheet/csv.h"

namespace qianxian::demo {
namespace {

std::string NameOf(const GeneratedFile& file) { return file.path.substr(file.path.rfind('/') + 1); }

std::map<std::string, uint64_t> Hashes(const GeneratedCounty& county) {
  std::map<std::string, uint64_t> out;
  for (const GeneratedFile& file : county.files) out[NameOf(file)] = HashFnv1a64(ReadAll(file.path));
  out["truth.json"] = HashFnv1a64(ReadAll(county.truth_path));
  return out;
}

TEST(Generate, SameSeedSameBytesOtherSeedOthers) {
  TemporaryFolder one, two, three;
  auto a = Generate(TinyOptions(one.path()));
  auto b = Generate(TinyOptions(two.path()));
  Options other = TinyOptions(three.path());
  other.seed = 8;
  auto c = Generate(other);
  ASSERT_TRUE(a.ok()) << Describe(a.error());
  ASSERT_TRUE(b.ok() && c.ok());
  auto hashes = Hashes(*a);
  EXPECT_EQ(hashes, Hashes(*b));
  auto others = Hashes(*c);
  for (const auto& [name, hash] : hashes) {
    if (name != "organizations.csv") { EXPECT_NE(hash, others[name]) << name; }
  }
}

TEST(Generate, ALaterMonthOnlyAppends) {
  TemporaryFolder one, two;
  Options early = TinyOptions(one.path());
  early.last_month = "2025-05";
  auto a = Generate(early);
  auto b = Generate(TinyOptions(two.path()));
  ASSERT_TRUE(a.ok() && b.ok());
  size_t compared = 0;
  for (const GeneratedFile& file : a->files) {
    if (file.kind != "settlements" && file.kind != "first-pages") continue;
    std::string before = ReadAll(file.path);
    std::string after = ReadAll(two.path() + "/" + NameOf(file));
    EXPECT_EQ(before, after.substr(0, before.size())) << NameOf(file);
    bool last_year = NameOf(file).find("2025") != std::string::npos;
    EXPECT_EQ(before.size() < after.size(), last_year) << NameOf(file);
    ++compared;
  }
  EXPECT_EQ(compared, 18u);
  // No row of the shorter one lies after its last month.
  for (const SlowRow& row : SlowRead(one.path() + "/settlements-2025.csv")) {
    if (row.line > 1 && row.fields[12] != "2025-02-30") { EXPECT_LT(row.fields[12], "2025-06") << row.line; }
  }
}

TEST(Generate, TheFilesComeInTheOrderOfImport) {
  TemporaryFolder folder;
  auto county = Generate(TinyOptions(folder.path()));
  ASSERT_TRUE(county.ok());
  ASSERT_EQ(county->files.size(), 2u + 3 * 6);
  EXPECT_EQ(county->files[0].kind, "organizations");
  EXPECT_EQ(county->files[1].kind, "population");
  uint64_t rows = 0;
  std::set<std::string> names;
  for (const GeneratedFile& file : county->files) {
    rows += file.rows;
    names.insert(NameOf(file));
    uint64_t rejected = 0;
    for (const auto& [code, count] : file.rejected) rejected += count;
    EXPECT_EQ(file.rows, file.accepted + file.unchanged + file.replaced + rejected) << file.path;
    EXPECT_EQ(rejected, file.refusals.size());
    EXPECT_EQ(SlowRead(file.path).size(), file.rows + 1) << file.path;
  }
  EXPECT_EQ(names.size(), county->files.size());
  EXPECT_EQ(rows, county->rows);
  ASSERT_EQ(county->counties.size(), 1u);
  EXPECT_EQ(county->counties[0].code, "990221");
}

TEST(Generate, EncodingsAreThoseOfRealHospitals) {
  TemporaryFolder folder;
  auto county = Generate(TinyOptions(folder.path()));
  ASSERT_TRUE(county.ok());
  int packed = 0, marked = 0, gb18030 = 0, plain = 0;
  for (const GeneratedFile& file : county->files) {
    if (file.kind != "first-pages") continue;
    std::string text = ReadAll(file.path);
    if (EndsWith(file.path, ".csv.gz")) ++packed;
    if (StartsWith(text, "\xef\xbb\xbf")) ++marked;
    if (!IsValidUtf8(text)) ++gb18030;
    else if (!EndsWith(file.path, ".gz") && !StartsWith(text, "\xef\xbb\xbf")) ++plain;
  }
  EXPECT_EQ(packed, 3);
  EXPECT_EQ(marked, 3);
  EXPECT_EQ(gb18030, 6);
  EXPECT_EQ(plain, 3);
}

TEST(Generate, TheSheetReaderUnderstandsEveryFile) {
  TemporaryFolder folder;
  auto county = Generate(TinyOptions(folder.path()));
  ASSERT_TRUE(county.ok());
  std::map<std::string, int> encodings;
  for (const GeneratedFile& file : county->files) {
    auto reader = sheet::CsvReader::Open(file.path);
    ASSERT_TRUE(reader.ok()) << file.path << " " << Describe(reader.error());
    const auto& header = (*reader)->header();
    auto names = std::find(header.begin(), header.end(), "USERNAME");
    size_t name = static_cast<size_t>(names - header.begin());
    uint64_t rows = 0;
    sheet::Row row;
    while ((*reader)->Next(row).value()) {
      ++rows;
      ASSERT_EQ(row.fields.size(), header.size()) << file.path << ":" << row.line;
      if (name < header.size()) { ASSERT_TRUE(StartsWith(row.fields[name], "清源县")) << file.path << ":" << row.line; }
    }
    EXPECT_EQ(rows, file.rows) << file.path;
    ++encodings[std::string((*reader)->encoding())];
  }
  EXPECT_EQ(encodings, (std::map<std::string, int>{{"GB18030", 6}, {"UTF-8", 14}}));
}

// The codes that the criteria of the packs ask for.
std::set<std::string> ServicesAskedFor() {
  std::set<std::string> asked;
  const std::vector<std::string> paths = ListFiles(PacksDirectory()).value();
  for (const std::string& path : paths) {
    if (path.find("/referral/") == std::string::npos || !EndsWith(path, ".yaml")) continue;
    const std::string text = ReadAll(path), name = "services: [";
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const size_t from = at + name.size();
      for (std::string_view code : Split(std::string_view(text).substr(from, text.find(']', from) - from), ',')) asked.emplace(TrimAscii(code));
    }
  }
  return asked;
}

TEST(Generate, HospitalsOfferWhatThePacksAskFor) {
  TemporaryFolder folder;
  auto county = Generate(TinyOptions(folder.path()));
  ASSERT_TRUE(county.ok());
  std::map<std::string, std::set<std::string>> of_name, of_kind;
  std::set<std::string> offered;
  const std::vector<SlowRow> rows = SlowRead(county->files[0].path);
  EXPECT_EQ(rows[0].fields, (std::vector<std::string>{"code", "name", "kind", "level", "region", "lead", "services"}));
  for (size_t i = 1; i < rows.size(); ++i) {
    for (std::string_view code : Split(rows[i].fields[6], ';')) {
      if (code.empty()) continue;
      of_name[rows[i].fields[1]].emplace(code);
      of_kind[rows[i].fields[2]].emplace(code);
      offered.emplace(code);
    }
  }
  const std::set<std::string> asked = ServicesAskedFor();
  EXPECT_GE(asked.size(), 18u);
  EXPECT_EQ(offered, asked) << "neither a service that nobody offers nor one that nobody asks for";
  const std::set<std::string>& general = of_name["清源县人民医院"];
  for (const char* code : {"emergency", "chest-pain-centre", "stroke-centre", "oncology", "pathology"}) EXPECT_TRUE(general.contains(code)) << code;
  for (const char* code : {"radiotherapy", "memory-clinic", "rheumatology"}) EXPECT_FALSE(general.contains(code)) << code;
  EXPECT_TRUE(of_name["清源县中医医院"].contains("rheumatology"));
  EXPECT_EQ(of_kind["city"], asked);
  EXPECT_EQ(of_name["东岭省肿瘤医院"], (std::set<std::string>{"oncology", "pathology", "radiotherapy"}));
  EXPECT_TRUE(of_kind["township"].empty() && of_kind["village"].empty() && of_kind["pharmacy"].empty());
}

TEST(Generate, WithoutDirtyRowsNothingIsRefused) {
  TemporaryFolder clean, dirty;
  Options options = TinyOptions(clean.path());
  options.dirty_rows = false;
  auto a = Generate(options);
  auto b = Generate(TinyOptions(dirty.path()));
  ASSERT_TRUE(a.ok() && b.ok());
  uint64_t refused = 0, unchanged = 0, replaced = 0;
  for (size_t i = 0; i < a->files.size(); ++i) {
    EXPECT_EQ(a->files[i].rows, a->files[i].accepted);
    EXPECT_EQ(a->files[i].accepted, b->files[i].accepted);   // the dirt comes on top
    refused += b->files[i].refusals.size();
    unchanged += b->files[i].unchanged;
    replaced += b->files[i].replaced;
  }
  EXPECT_GE(refused, 3u * 2 * 6 + 30);
  EXPECT_GE(unchanged, 6u);
  EXPECT_GE(replaced, 6u);
  EXPECT_EQ(ReadTruth(a->truth_path), ReadTruth(b->truth_path));
}

TEST(Generate, ACancelledRunLeavesNothing) {
  TemporaryFolder folder;
  Cancel cancel;
  int calls = 0;
  auto county = Generate(
      TinyOptions(folder.path()),
      [&](double, uint64_t) {
        if (++calls == 20) cancel.Request();
      },
      &cancel);
  ASSERT_FALSE(county.ok());
  EXPECT_EQ(county.error().code, "cancelled");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Generate, ProgressGoesForwardToTheEnd) {
  TemporaryFolder folder;
  double last = 0;
  uint64_t rows = 0;
  auto county = Generate(TinyOptions(folder.path()), [&](double fraction, uint64_t done) {
    EXPECT_GE(fraction, last);
    EXPECT_GE(done, rows);
    last = fraction;
    rows = done;
  });
  ASSERT_TRUE(county.ok());
  EXPECT_EQ(last, 1);
  EXPECT_EQ(rows, county->rows);
}

TEST(Generate, WrongOptionsAreSaid) {
  TemporaryFolder folder;
  Options options = TinyOptions(folder.path());
  options.size = "enormous";
  EXPECT_EQ(Generate(options).error().code, "unknown-size");
  options = TinyOptions(folder.path());
  options.last_month = "2025-13";
  EXPECT_EQ(Generate(options).error().code, "bad-month");
  options = TinyOptions(folder.path());
  options.packs_directory = folder.path();
  EXPECT_EQ(Generate(options).error().category, ErrorCategory::kNotFound);
  options = TinyOptions("/proc/no-such-folder");
  EXPECT_FALSE(Generate(options).ok());
}

// A county of the size that ./run shows: would a hospital director believe it?
class Plausible : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    Options options = TinyOptions(folder_->path());
    options.size = "small";
    options.seed = 1;
    auto county = Generate(options);
    ASSERT_TRUE(county.ok()) << Describe(county.error());
    truth_ = new TruthTable(ReadTruth(county->truth_path));
    stories_ = new std::string(ReadAll(county->truth_path));
    for (const GeneratedFile& file : county->files) {
      if (file.kind == "settlements") settlements_ = file.rows;
      if (file.kind == "first-pages" && file.path.find("-2025.csv") != std::string::npos) pages_ += file.rows;
    }
  }
  static void TearDownTestSuite() {
    delete truth_;
    delete stories_;
    delete folder_;
  }
  static double Value(const std::string& measure, const std::string& subject, const std::string& period) {
    auto found = truth_->find(measure + " " + subject + " " + period);
    if (found == truth_->end()) ADD_FAILURE() << measure << " " << subject << " " << period;
    if (found == truth_->end()) return 0;
    double numerator = std::stod(found->second.numerator);
    return found->second.denominator == "null" ? numerator : numerator / std::stod(found->second.denominator);
  }
  static int64_t Fact(const std::string& story, const std::string& period, const std::string& name) {
    size_t at = stories_->find("{\"story\":\"" + story + "\"");
    at = stories_->find("{\"period\":\"" + period + "\"", at);
    EXPECT_NE(at, std::string::npos) << story << " " << period;
    return std::stoll(JsonField(stories_->substr(at, 300), name));
  }

  static TemporaryFolder* folder_;
  static TruthTable* truth_;
  static std::string* stories_;
  static uint64_t settlements_, pages_;
};
TemporaryFolder* Plausible::folder_ = nullptr;
TruthTable* Plausible::truth_ = nullptr;
std::string* Plausible::stories_ = nullptr;
uint64_t Plausible::settlements_ = 0;
uint64_t Plausible::pages_ = 0;

constexpr char kCounty[] = "990221";
constexpr char kGeneral[] = "H99022100001";

TEST_F(Plausible, SizesAreAsWanted) {
  EXPECT_NEAR(static_cast<double>(settlements_), 410'000, 25'000);
  EXPECT_NEAR(static_cast<double>(pages_), 7'900, 600);
}

TEST_F(Plausible, TheCountyKeepsWhatSuchCountiesKeep) {
  for (std::string year : {"2023", "2024", "2025"}) {
    EXPECT_NEAR(Value("inpatient-in-county-share", kCounty, year), 0.80, 0.02) << year;
    EXPECT_NEAR(Value("visit-in-county-share", kCounty, year), 0.91, 0.01) << year;
    EXPECT_NEAR(Value("fund-in-county-share", kCounty, year), 0.68, 0.03) << year;
    EXPECT_NEAR(Value("primary-visit-share", kCounty, year), 0.515, 0.02) << year;
    EXPECT_NEAR(Value("fund-primary-share", kCounty, year), 0.15, 0.03) << year;
    EXPECT_NEAR(Value("inpatient-cost-per-person", kCounty, year), 8'300, 900) << year;
  }
}

TEST_F(Plausible, TheHospitalsWorkAsSuchHospitalsDo) {
  EXPECT_NEAR(Value("average-length-of-stay", kGeneral, "2025"), 8.2, 0.7);
  EXPECT_NEAR(Value("cost-per-discharge", kGeneral, "2025"), 9'000, 1'200);
  EXPECT_NEAR(Value("surgical-discharge-share", kGeneral, "2025"), 0.24, 0.04);
  EXPECT_NEAR(Value("inpatient-mortality", kGeneral, "2025"), 0.008, 0.004);
  EXPECT_LT(Value("surgical-mortality", kGeneral, "2025"), 0.006);
  EXPECT_NEAR(Value("transfer-up-share", kGeneral, "2025"), 0.011, 0.005);
  EXPECT_GT(Value("transfer-down-count", kGeneral, "2025"), 50);
  EXPECT_GT(Value("disease-categories-treated", kGeneral, "2025"), 170);
  EXPECT_LT(Value("level-3-4-operation-share", "H99022100003", "2025"), 0.3);   // mother and child
}

TEST_F(Plausible, TheStoriesCanBeSeen) {
  double first = static_cast<double>(Fact("cancer-leaves", "2023", "in-county")) / static_cast<double>(Fact("cancer-leaves", "2023", "all"));
  double last = static_cast<double>(Fact("cancer-leaves", "2025", "in-county")) / static_cast<double>(Fact("cancer-leaves", "2025", "all"));
  EXPECT_LT(last, first - 0.08);
  double before = static_cast<double>(Fact("cardiology-centre", "2023", "in-county")) / static_cast<double>(Fact("cardiology-centre", "2023", "all"));
  double after = static_cast<double>(Fact("cardiology-centre", "2025", "in-county")) / static_cast<double>(Fact("cardiology-centre", "2025", "all"));
  EXPECT_NEAR(before, 0.57, 0.06);
  EXPECT_NEAR(after, 0.82, 0.06);
  EXPECT_LT(Fact("doctor-left", "2025-06", "visits") * 10, Fact("doctor-left", "2024-06", "visits") * 6);
  EXPECT_LT(Fact("thyroid-leaves", "2024", "in-county") * 3, Fact("thyroid-leaves", "2024", "all"));
  EXPECT_GT(Fact("thyroid-leaves", "2024", "city") * 5, Fact("thyroid-leaves", "2024", "all") * 2);
  EXPECT_GE(Fact("bad-month", "2025-08", "deaths"), 3);
  EXPECT_LE(Fact("bad-month", "2025-09", "deaths"), 1);
  EXPECT_LE(Fact("bad-month", "2025-07", "deaths"), 1);
  EXPECT_GT(Value("level-3-4-operation-share", kGeneral, "2025"), Value("level-3-4-operation-share", kGeneral, "2023") + 0.03);
}

}  // namespace
}  // namespace qianxian::demo
