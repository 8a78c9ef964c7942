// A data folder with a record and ledgers, and files to import into it. For the tests of intake.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/ids.h"
#include "base/temporary_folder.h"
#include "fhir/definitions.h"
#include "intake/import.h"
#include "json/value.h"
#include "search/parameters.h"
#include "sheet/csv.h"
#include "store/ledger.h"
#include "store/store.h"

namespace qianxian::intake {

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() {
    static const auto parameters = search::Parameters::Create(fhir::Definitions::R4());
    auto store = store::OpenSqliteStore({folder_ + "/data", parameters->get(), &clock_, &random_});
    EXPECT_TRUE(store.ok()) << Describe(store.error());
    store_ = std::move(store).value();
    ledger_ = std::move(store::OpenLedger(folder_ + "/data", *store_, clock_, random_)).value();
  }

  std::string Write(const std::string& name, const std::string& content) const {
    const std::string path = folder_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  Tools tools() { return {store_.get(), ledger_.get(), &clock_, &random_, folder_ + "/data"}; }

  Result<Summary> Import(Request request, const access::Caller& caller, const Cancel& cancel = {}) {
    return intake::Run(caller, tools(), request, cancel, nullptr);
  }
  Result<Summary> Import(Kind kind, const std::string& path, const std::string& organization = "") {
    return Import({.kind = kind, .paths = {path}, .organization = organization}, Administrator());
  }
  Result<Summary> ImportText(Kind kind, const std::string& text, const std::string& organization = "") {
    return Import(kind, Write("input.csv", text), organization);
  }

  static access::Caller Administrator() {
    return {.user = "admin", .role = access::Role::kAdministrator, .whole_county = true, .origin = "test"};
  }

  void ExpectCounts(const Result<Summary>& summary, uint64_t accepted, uint64_t unchanged, uint64_t replaced,
                    uint64_t rejected) {
    ASSERT_TRUE(summary.ok()) << Describe(summary.error());
    EXPECT_EQ(summary->counts.accepted, accepted);
    EXPECT_EQ(summary->counts.unchanged, unchanged);
    EXPECT_EQ(summary->counts.replaced, replaced);
    EXPECT_EQ(summary->counts.rejected, rejected);
  }

  // The report's rows as maps of column to text.
  static std::vector<std::map<std::string, std::string>> ReportOf(const Summary& summary) {
    std::vector<std::map<std::string, std::string>> rows;
    auto reader = sheet::CsvReader::Open(summary.report_path);
    EXPECT_TRUE(reader.ok());
    sheet::Row row;
    while ((*reader)->Next(row).value()) {
      auto& map = rows.emplace_back();
      for (size_t i = 0; i < row.fields.size(); ++i) map[(*reader)->header()[i]] = row.fields[i];
    }
    return rows;
  }
  // "line:COLUMN:code" of each line of the report.
  static std::vector<std::string> CodesOf(const Result<Summary>& summary) {
    std::vector<std::string> codes;
    if (!summary.ok()) return {summary.error().code};
    for (auto& row : ReportOf(*summary)) codes.push_back(row["LINE"] + ":" + row["COLUMN"] + ":" + row["CODE"]);
    return codes;
  }

  std::unique_ptr<store::Snapshot> Snapshot() {
    return std::move(store_->OpenSnapshot(access::SystemCaller("test"))).value();
  }
  uint64_t Count(const std::string& type) { return Snapshot()->Count(type).value(); }
  store::Resource Read(const std::string& type, const std::string& id) {
    auto resource = Snapshot()->Read(type, id);
    EXPECT_TRUE(resource.ok()) << type << "/" << id << ": " << Describe(resource.error());
    return resource.ok() ? *resource : store::Resource{};
  }
  // Everything that the record holds but the jobs and the clock's readings: "Type/id" → body without meta.
  std::map<std::string, std::string> Everything(const std::vector<std::string>& types) {
    std::map<std::string, std::string> all;
    for (const std::string& type : types) {
      const auto resources = Snapshot()->Scan(type, "", 100000);
      for (const auto& r : resources.value()) all[type + "/" + r.id] = WithoutMeta(r.body);
    }
    return all;
  }
  static std::string WithoutMeta(const std::string& body) {
    auto document = json::Document::Parse(body);
    std::string out;
    for (const json::Member& member : document->root().Members())
      if (member.name != "meta") out += std::string(member.name) + "=" + std::string(member.value.Raw()) + "\n";
    return out;
  }

  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Ledger> ledger_;
};

}  // namespace qianxian::intake
