// The demonstration county comes in through the front door, and every number that was counted while it was made comes
// back: what an import says of each file and of each refused line, and each measure of each year, quarter and month.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "base/files.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "demo/demo.h"
#include "fhir/definitions.h"
#include "intake/import.h"
#include "measure/measure.h"
#include "pack/referral_rules.h"
#include "referral/referral.h"
#include "search/parameters.h"
#include "sheet/csv.h"

namespace qianxian {
namespace {

const char* const kCounty = "990221";

std::string Field(const std::string& line, const std::string& name) {
  size_t at = line.find("\"" + name + "\":");
  if (at == std::string::npos) return "";
  at += name.size() + 3;
  if (line[at] == '"') return line.substr(at + 1, line.find('"', at + 1) - at - 1);
  return line.substr(at, line.find_first_of(",}", at) - at);
}

pack::Pack CountyCore() {
  const std::string folder = QIANXIAN_SOURCE_DIR "/packs/county-core";
  std::map<std::string, std::string> files;
  const std::vector<std::string> paths = ListFiles(folder).value();
  for (const std::string& path : paths) files[path.substr(folder.size() + 1)] = ReadFile(path).value();
  return pack::ParsePack(files).value();
}

class PlantedTruth : public ::testing::Test {
 protected:
  PlantedTruth() {
    auto made = demo::Generate({.size = "tiny", .seed = 20, .directory = folder_ + "/files", .packs_directory = QIANXIAN_SOURCE_DIR "/packs"});
    EXPECT_TRUE(made.ok()) << Describe(made.error());
    county_ = std::move(made).value();
    parameters_ = std::move(search::Parameters::Create(fhir::Definitions::R4())).value();
    store_ = std::move(store::OpenSqliteStore({folder_ + "/data", parameters_.get(), &clock_, &random_})).value();
    ledger_ = std::move(store::OpenLedger(folder_ + "/data", *store_, clock_, random_)).value();
  }

  static access::Caller Administrator() {
    return {.user = "admin", .role = access::Role::kAdministrator, .whole_county = true, .origin = "test"};
  }

  intake::Summary Import(const demo::GeneratedFile& file) {
    intake::Request request;
    request.kind = intake::ParseKind(file.kind).value();
    request.paths = {file.path};
    request.organization = file.organization;
    auto summary = intake::Run(Administrator(), {store_.get(), ledger_.get(), &clock_, &random_, folder_ + "/data"}, request, Cancel(), nullptr);
    EXPECT_TRUE(summary.ok()) << file.path << ": " << Describe(summary.error());
    return summary.ok() ? std::move(*summary) : intake::Summary{};
  }

  void ExpectRefusals(const demo::GeneratedFile& file, const intake::Summary& summary) {
    std::vector<std::string> wanted, got;
    for (const demo::Refusal& refusal : file.refusals) {
      wanted.push_back(std::to_string(refusal.line) + " " + ToUpperAscii(refusal.column) + " " + refusal.code);
    }
    auto reader = std::move(sheet::CsvReader::Open(summary.report_path)).value();
    sheet::Row row;
    while (reader->Next(row).value()) {
      got.push_back(std::string(row.fields[0]) + " " + ToUpperAscii(row.fields[1]) + " " + std::string(row.fields[3]));
    }
    EXPECT_EQ(got, wanted) << file.path;
  }

  void OpenMeasures() {
    pack_ = CountyCore();
    warehouse_ = std::move(warehouse::Warehouse::Open({folder_ + "/data", store_.get(), ledger_.get(), &fhir::Definitions::R4(), &pack_, ""})).value();
    auto caught_up = warehouse_->CatchUp(Cancel(), nullptr);
    ASSERT_TRUE(caught_up.ok()) << Describe(caught_up.error());
    measures_ = measure::MakeMeasures(*warehouse_, pack_);
  }

  // "measure subject" of a period -> "numerator / denominator".
  std::map<std::string, std::string> Evaluate(const std::string& period) {
    measure::SheetRequest request;
    request.period = Period::Parse(period).value();
    auto sheet = measures_->Evaluate(Administrator(), request);
    EXPECT_TRUE(sheet.ok()) << period << ": " << Describe(sheet.error());
    std::map<std::string, std::string> out;
    if (!sheet.ok()) return out;
    for (const measure::SheetRow& row : sheet->rows) {
      out[row.measure + " " + row.subject] = (row.numerator ? row.numerator->ToString() : "null") + " / " +
                                             (row.denominator ? row.denominator->ToString() : "null");
    }
    return out;
  }

  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
  SystemClock clock_;
  SystemRandom random_;
  demo::GeneratedCounty county_;
  pack::Pack pack_;
  std::unique_ptr<const search::Parameters> parameters_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<measure::Measures> measures_;
};

// Who is suggested to a health centre of the county by what it offers; "" where nobody is.
TEST_F(PlantedTruth, ServicesSuggestTheReceiver) {
  ASSERT_EQ(county_.files[0].kind, "organizations");
  Import(county_.files[0]);
  const pack::ReferralRules rules;
  referral::Referrals referrals(*store_, *parameters_, rules, clock_);
  const auto suggested = [&](const std::string& service, const std::string& from) {
    const auto receivers = referrals.Receivers(Administrator(), "up", service, from);
    EXPECT_TRUE(receivers.ok()) << Describe(receivers.error());
    return receivers.ok() && !receivers->empty() && receivers->front().suggested ? receivers->front().name : "";
  };
  const std::string township = "H99022100101", hospital = "H99022100001";
  EXPECT_EQ(suggested("oncology", township), "清源县人民医院");
  EXPECT_EQ(suggested("rheumatology", township), "清源县中医医院");
  EXPECT_EQ(suggested("radiotherapy", township), "云河市人民医院");
  EXPECT_EQ(suggested("radiotherapy", hospital), "云河市人民医院");
  EXPECT_EQ(suggested("no-such-service", township), "");
}

TEST_F(PlantedTruth, ComesBackExactly) {
  for (const demo::GeneratedFile& file : county_.files) {
    const intake::Summary summary = Import(file);
    EXPECT_EQ(summary.counts.accepted, file.accepted) << file.path;
    EXPECT_EQ(summary.counts.unchanged, file.unchanged) << file.path;
    EXPECT_EQ(summary.counts.replaced, file.replaced) << file.path;
    EXPECT_EQ(summary.counts.rejected, file.refusals.size()) << file.path;
    if (!file.refusals.empty()) ExpectRefusals(file, summary);
  }
  ASSERT_NO_FATAL_FAILURE(OpenMeasures());
  EXPECT_EQ(warehouse_->county(), kCounty);

  std::set<std::string> of_hospitals;
  for (const pack::Measure& measure : pack_.measures) {
    if (measure.subject == "hospital") of_hospitals.insert(measure.id);
  }
  std::map<std::string, std::map<std::string, std::string>> truth;   // by period
  std::ifstream lines(county_.truth_path);
  std::string line;
  while (std::getline(lines, line)) {
    if (!StartsWith(line, "{\"measure\":")) continue;
    const std::string measure = Field(line, "measure"), subject = Field(line, "subject"), period = Field(line, "period");
    // The program adds hospitals up only where it is asked to; quarters and months of the last year stand for the others.
    if (subject == kCounty && of_hospitals.contains(measure)) continue;
    if (period.size() > 4 && !StartsWith(period, "2025")) continue;
    truth[period][measure + " " + subject] = Field(line, "numerator") + " / " + Field(line, "denominator");
  }
  ASSERT_EQ(truth.size(), 3u + 4 + 12);
  for (const auto& [period, wanted] : truth) {
    const auto got = Evaluate(period);
    EXPECT_GE(wanted.size(), 6u + 9 * 5) << period;
    for (const auto& [key, parts] : wanted) {
      auto found = got.find(key);
      if (found != got.end()) {
        EXPECT_EQ(found->second, parts) << period << " " << key;
      } else {   // a small hospital's month without a single case has no row
        EXPECT_TRUE(EndsWith(parts, " / 0") || parts == "0 / null") << period << " " << key << ": there is no row, wanted " << parts;
      }
    }
  }
}

}  // namespace
}  // namespace qianxian
