// The packs' hand-computed cases through the front door (sheets → import → record → warehouse → measures), and the promise
// that a measure is added by adding a file: the files are those of docs/howto/add-a-measure.md, taken out of the page itself.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/pack_cases.h"
#include "app/packs.h"
#include "base/files.h"
#include "base/temporary_folder.h"
#include "base/text.h"

namespace qianxian::app {
namespace {

const std::string kSource = QIANXIAN_SOURCE_DIR;

class PackCases : public ::testing::Test {
 protected:
  PackCases() {
    std::filesystem::create_directories(folder_ + "/packs");
    std::filesystem::copy(kSource + "/packs/county-core", folder_ + "/packs/county-core", std::filesystem::copy_options::recursive);
  }

  std::string packs() const { return folder_ + "/packs"; }
  std::string pack() const { return folder_ + "/packs/county-core"; }
  void Write(const std::string& path, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(pack() + "/" + path).parent_path());
    std::ofstream(pack() + "/" + path, std::ios::binary) << content;
  }
  void KeepOnlyCase(const std::string& name) const {
    for (const auto& entry : std::filesystem::directory_iterator(pack() + "/cases"))
      if (entry.path().filename() != name) std::filesystem::remove_all(entry.path());
  }
  std::vector<CaseResult> Run() const {
    const auto results = RunPackCases(packs(), pack());
    EXPECT_TRUE(results.ok()) << Describe(results.error());
    return results.ok() ? *results : std::vector<CaseResult>{};
  }

  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
};

// Path → content of the blocks of a page that begin with ```WORD file=PATH.
std::map<std::string, std::string> FilesOfPage(const std::string& page) {
  std::map<std::string, std::string> files;
  std::string* open = nullptr;
  for (const std::string_view line : Split(page, '\n')) {
    const size_t at = line.find(" file=");
    if (StartsWith(line, "```")) open = at == std::string_view::npos ? nullptr : &files[std::string(line.substr(at + 6))];
    else if (open) *open += std::string(line) + "\n";
  }
  return files;
}

TEST_F(PackCases, EveryMeasureHasCasesAndAllAgree) {
  const auto packs = LoadPacks(kSource + "/packs");
  ASSERT_TRUE(packs.ok()) << Describe(packs.error());
  size_t compared = 0;
  for (const CaseResult& result : Run()) {
    EXPECT_TRUE(result.faults.empty()) << result.name << ":\n" << Join(result.faults, "\n");
    compared += result.compared;
  }
  EXPECT_GE(compared, 60u);
}

TEST_F(PackCases, EveryMeasureOfEveryPackHasCasesAndAllAgree) {
  const auto packs = LoadPacks(kSource + "/packs");
  ASSERT_TRUE(packs.ok()) << Describe(packs.error());
  for (const pack::Pack& one : packs->all) {
    const std::string folder = kSource + "/packs/" + one.id;
    std::string expected;
    const auto paths = ListFiles(folder + "/cases");
    if (paths.ok())
      for (const std::string& path : *paths)
        if (EndsWith(path, "/expected.csv")) expected += "\n" + ReadFile(path).value();
    for (const pack::Measure& measure : one.measures)
      EXPECT_NE(expected.find("\n" + measure.id + ","), std::string::npos) << measure.id << " has no hand-computed case";
    if (one.id == "county-core" || one.measures.empty()) continue;
    const auto results = RunPackCases(kSource + "/packs", folder);
    ASSERT_TRUE(results.ok()) << one.id << ": " << Describe(results.error());
    for (const CaseResult& result : *results) EXPECT_TRUE(result.faults.empty()) << one.id << " " << result.name << ":\n" << Join(result.faults, "\n");
  }
}

TEST_F(PackCases, AMeasureIsAddedByAddingAFile) {
  const std::map<std::string, std::string> files = FilesOfPage(ReadFile(kSource + "/docs/howto/add-a-measure.md").value());
  ASSERT_EQ(files.size(), 4u);
  for (const auto& [path, content] : files) EXPECT_FALSE(FileExists(pack() + "/" + path)) << path << " is in the pack already";
  for (const auto& [path, content] : files) Write(path, content);
  KeepOnlyCase("weekend");
  const std::vector<CaseResult> results = Run();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].compared, 3u);
  EXPECT_TRUE(results[0].faults.empty()) << Join(results[0].faults, "\n");
}

TEST_F(PackCases, AWrongNumberIsFound) {
  std::map<std::string, std::string> files = FilesOfPage(ReadFile(kSource + "/docs/howto/add-a-measure.md").value());
  std::string& expected = files["cases/weekend/expected.csv"];
  expected = ReplaceAll(expected, ",2,4,0.500000,", ",2,4,0.600000,");
  for (const auto& [path, content] : files) Write(path, content);
  KeepOnlyCase("weekend");
  const std::vector<CaseResult> results = Run();
  ASSERT_EQ(results.size(), 1u);
  ASSERT_EQ(results[0].faults.size(), 1u);
  EXPECT_NE(results[0].faults[0].find("value 0.500000, expected 0.600000"), std::string::npos) << results[0].faults[0];
}

}  // namespace
}  // namespace qianxian::app
