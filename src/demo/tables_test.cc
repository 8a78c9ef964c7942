#include "demo/tables.h"

#include <algorithm>

#include "base/files.h"
#include "base/text.h"
#include "demo/test_county.h"
#include "sheet/csv.h"

namespace qianxian::demo {
namespace {

// The pack's tables, one of them changed.
class Changed {
 public:
  Changed(const std::string& file, const std::string& from, const std::string& to) {
    for (const auto& entry : std::filesystem::directory_iterator(PacksDirectory() + "/demo-county")) {
      std::filesystem::copy(entry.path(), std::filesystem::path(folder_.path()) / entry.path().filename());
    }
    std::string path = folder_.path() + "/" + file;
    std::string text = ReadFile(path).value();
    EXPECT_NE(text.find(from), std::string::npos) << file << " does not hold " << from;
    EXPECT_TRUE(WriteFileDurably(path, ReplaceAll(text, from, to)).ok());
  }
  Result<Tables> Load() const { return LoadTables(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

void ExpectBad(const std::string& file, const std::string& from, const std::string& to, const std::string& said) {
  Result<Tables> tables = Changed(file, from, to).Load();
  ASSERT_FALSE(tables.ok()) << file << ": " << from << " -> " << to;
  EXPECT_EQ(tables.error().code, "bad-table");
  EXPECT_NE(tables.error().en.find(said), std::string::npos) << tables.error().en;
  EXPECT_NE(tables.error().en.find(file), std::string::npos) << tables.error().en;
}

TEST(Tables, TheShippedOnesLoad) {
  Result<Tables> tables = LoadTables(PacksDirectory() + "/demo-county");
  ASSERT_TRUE(tables.ok()) << Describe(tables.error());
  EXPECT_GT(tables->groups.size(), 50u);
  EXPECT_GT(tables->categories.size(), 150u);
  EXPECT_EQ(tables->stories.size(), 6u);
  double rate = 0;
  for (const DiseaseGroup& group : tables->groups) rate += group.rate;
  EXPECT_NEAR(rate, 17'000, 500);   // stays per 100,000 people and year
}

TEST(Tables, WhatIsWrongIsToldWithFileAndColumn) {
  ExpectBad("diseases.csv", "pneumonia,肺炎,Pneumonia,respiratory,672,both-ends,0.8,respiratory,0,31",
            "pneumonia,肺炎,Pneumonia,respiratory,672,both-ends,0.8,respiratory,0,32", "sum to");
  ExpectBad("diseases.csv", "respiratory,672,both-ends", "respiratory,672,no-such-shape", "unknown shape");
  ExpectBad("diseases.csv", "respiratory,672,both-ends", "respiratory,many,both-ends", "not a number");
  ExpectBad("diseases.csv", "respiratory,672,both-ends", "respiratory,-672,both-ends", "negative");
  ExpectBad("diagnoses.csv", "group,weight,code", "group,share,code", "no such column");
  ExpectBad("operations.csv", "cardiology-centre", "no-such-story", "unknown story");
  ExpectBad("stories.csv", "lung-cancer;stomach-cancer", "lung-cancer;no-such-group", "unknown group");
  ExpectBad("stories.csv", ",local-share,coronary,", ",magic,coronary,", "unknown kind");
  ExpectBad("kinds.csv", "village,", "hamlet,", "unknown kind");
  ExpectBad("institutions.csv", "oncology;radiotherapy;pathology", "肿瘤科", "are not codes");
  ExpectBad("parameters.csv", "birth_rate", "death_rate", "lacks birth_rate");
  ExpectBad("fees.csv", "YLFUF,5", "YLFUF,6", "sum to 100");
  ExpectBad("sizes.csv", "tiny,1,2000,3", "tiny,1,2000,1", "3 townships");
}

TEST(Tables, EveryFactSaysWhereItComesFrom) {
  const char* const kFiles[] = {"ages.csv", "comorbidities.csv", "departments.csv", "diagnoses.csv", "diseases.csv", "fees.csv",
                                "holidays.csv", "kinds.csv", "operations.csv", "outpatient.csv", "parameters.csv",
                                "registers.csv", "seasons.csv"};
  for (const char* file : kFiles) {
    auto reader = sheet::CsvReader::Open(PacksDirectory() + "/demo-county/" + file);
    ASSERT_TRUE(reader.ok()) << file;
    const auto& header = (*reader)->header();
    auto source = std::find(header.begin(), header.end(), "SOURCE") - header.begin();
    auto mark = std::find(header.begin(), header.end(), "MARK") - header.begin();
    ASSERT_LT(static_cast<size_t>(source), header.size()) << file;
    ASSERT_LT(static_cast<size_t>(mark), header.size()) << file;
    sheet::Row row;
    while ((*reader)->Next(row).value()) {
      ASSERT_EQ(row.fields.size(), header.size()) << file << ":" << row.line;
      EXPECT_FALSE(row.fields[source].empty()) << file << ":" << row.line;
      bool defined = row.fields[source] == "definition";
      EXPECT_TRUE(defined || row.fields[mark] == "K" || row.fields[mark] == "K-low") << file << ":" << row.line;
    }
  }
}

}  // namespace
}  // namespace qianxian::demo
