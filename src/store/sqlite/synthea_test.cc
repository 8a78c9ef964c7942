// The 120 Synthea patients give the counts that are known of them, from an index written in many commits and from one
// made again.
#include "search/parameters.h"
#include "store/contract/contract.h"
#include "store/contract/synthea_sample.h"

namespace qianxian::store {
namespace {

TEST(Synthea, GivesTheKnownCounts) {
  const std::string folder = SyntheaFolder();
  if (folder.empty()) GTEST_SKIP() << "the Synthea sample is not beside the checkout";
  ContractFolder data;
  FakeClock clock;
  SeededRandom random(1);
  const OpenOptions options{data.path(), &R4Parameters(), &clock, &random};
  auto store = OpenSqliteStore(options).value();
  const access::Caller system = access::SystemCaller("test");
  size_t resources = 0;
  std::vector<std::pair<std::string, std::string>> sample;
  {
    auto bundles = ReadSynthea(folder).value();
    std::vector<Change> changes;
    for (size_t i = 0; i < bundles.size(); ++i) {
      sample.emplace_back(bundles[i][0].type, bundles[i][0].id);
      resources += bundles[i].size();
      std::move(bundles[i].begin(), bundles[i].end(), std::back_inserter(changes));
      if (changes.size() < 3'000 && i + 1 < bundles.size()) continue;
      const auto receipt = store->Commit(system, {std::move(changes), "import:fhir"});
      ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
      changes.clear();
    }
  }
  EXPECT_EQ(resources, 92'114u);
  const auto check = [&] {
    const auto snapshot = store->OpenSnapshot(system).value();
    const std::pair<const char*, uint64_t> known[] = {
        {"Patient?gender=male", 56},         {"Observation?patient.gender=male", 20'466},
        {"Observation?category=laboratory", 29'206}, {"Observation?date=2020", 17'419},
        {"Observation?date=ne2020", 25'510}, {"Observation?date=gt2010", 38'486},
    };
    for (const auto& [search, count] : known) {
      const std::string text = search;
      const size_t mark = text.find('?');
      const auto query =
          search::Query::ParseText(R4Parameters(), text.substr(0, mark), text.substr(mark + 1) + "&_summary=count");
      ASSERT_TRUE(query.ok()) << Describe(query.error());
      const auto page = snapshot->Search(*query);
      ASSERT_TRUE(page.ok()) << Describe(page.error());
      EXPECT_EQ(page->total, count) << search;
    }
    uint64_t all = 0;
    for (const std::string& type : R4Parameters().types()) all += snapshot->Count(type).value();
    EXPECT_EQ(all, 92'114u);
    for (const auto& [type, id] : sample) EXPECT_TRUE(snapshot->Read(type, id).ok()) << type << "/" << id;
  };
  check();
  const auto report = store->Check(system).value();
  for (const auto& line : report.lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
  ASSERT_TRUE(store->RebuildIndex(system, nullptr).ok());
  check();
}

}  // namespace
}  // namespace qianxian::store
