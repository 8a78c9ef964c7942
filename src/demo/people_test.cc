#include "demo/people.h"

#include <set>

#include "base/date.h"

#include "demo/places.h"
#include "demo/test_county.h"

namespace qianxian::demo {
namespace {

struct World {
  Tables tables = LoadTables(PacksDirectory() + "/demo-county").value();
  Calendar calendar = Calendar::Make(tables, "2025-12").value();
  std::vector<CountyFacts> counties = ListCounties(tables, tables.sizes.at("province")).value();
  World() {
    for (CountyFacts& county : counties) county.size = tables.sizes.at("small");
  }
};

TEST(People, IdNumbersAreRightAndNobodySharesOne) {
  World world;
  std::set<std::string> ids, numbers;
  size_t persons = 0;
  for (CountyFacts& county : world.counties) {
    county.size.persons = 15'000;
    People people(world.tables, county, world.calendar, 11 + static_cast<uint64_t>(county.ordinal));
    persons += people.count();
    for (uint32_t i = 0; i < people.count(); ++i) {
      std::string id = people.IdNumber(i);
      ASSERT_EQ(id.size(), 18u);
      // ISO 7064 MOD 11-2 over the whole number, the check character last: the remainder is 1.
      int remainder = 0;
      for (char c : id) remainder = (remainder * 2 + (c == 'X' ? 10 : c - '0')) % 11;
      ASSERT_EQ(remainder, 1) << id;
      ASSERT_EQ(id.substr(0, 2), "99") << "no province of China";
      ASSERT_EQ((id[16] - '0') % 2, people[i].sex == 1 ? 1 : 0) << id;
      ids.insert(id);
      std::string number;
      people.AppendPersonNumber(i, number);
      numbers.insert(number);
    }
  }
  EXPECT_EQ(ids.size(), persons);
  EXPECT_EQ(numbers.size(), persons);
}

TEST(People, TheCountyHasTheWantedShape) {
  World world;
  People people(world.tables, world.counties[0], world.calendar, 3);
  uint32_t total = 0, old = 0, women = 0, employees = 0;
  auto census = people.Census(world.calendar.first_day());
  for (int sex = 0; sex < 2; ++sex) {
    for (int band = 0; band < kBands; ++band) {
      total += census[sex][band];
      if (sex == 1) women += census[sex][band];
      if (band >= 13) old += census[sex][band];
    }
  }
  for (uint32_t i = 0; i < people.residents(); ++i) employees += people[i].insurance == 0;
  EXPECT_NEAR(total, 60'000, 100);
  EXPECT_NEAR(women / static_cast<double>(total), 0.495, 0.02);
  EXPECT_NEAR(old / static_cast<double>(total), 0.16, 0.02);
  EXPECT_NEAR(employees / static_cast<double>(people.residents()), 0.25, 0.05);
  auto later = people.Census(world.calendar.end_day() - 1);
  uint32_t alive = 0;
  for (const auto& bands : later) {
    for (uint32_t count : bands) alive += count;
  }
  EXPECT_NEAR(alive / static_cast<double>(total), 1, 0.02);   // births and deaths about even
}

TEST(Places, NamesAndCodesAreUniqueInTheWholeProvince) {
  World world;
  std::set<std::string> codes, names;
  size_t in_county = 0;
  for (const CountyFacts& county : world.counties) {
    CountyFacts full = county;
    full.size = world.tables.sizes.at("province");
    Places places = Places::Make(world.tables, full).value();
    for (const Place& place : places.all()) {
      if (place.region != county.code) continue;
      ++in_county;
      codes.insert(place.code);
      names.insert(place.name);
    }
    EXPECT_EQ(places.page_hospitals().size(), 9u);
  }
  EXPECT_EQ(codes.size(), in_county);
  EXPECT_EQ(names.size(), in_county);
}

TEST(Calendar, RejectsWhatIsNoMonth) {
  World world;
  for (const char* text : {"", "2025", "2025-13", "2025-00", "2025-1", "2025/01", "20x5-01", "1999-01"}) {
    Result<Calendar> calendar = Calendar::Make(world.tables, text);
    ASSERT_FALSE(calendar.ok()) << text;
    EXPECT_EQ(calendar.error().code, "bad-month");
  }
}

TEST(Calendar, KnowsItsDays) {
  World world;
  int32_t day = Date{2024, 2, 29}.ToDays();
  EXPECT_EQ(world.calendar.Dashed(day), "2024-02-29");
  EXPECT_EQ(world.calendar.Compact(day), "20240229");
  EXPECT_EQ(world.calendar.Month(day), 13);
  EXPECT_EQ(world.calendar.Year(day), 1);
  EXPECT_LT(world.calendar.Outpatient(Date{2024, 2, 10}.ToDays()), 0.7);   // the first day of the Spring Festival
  EXPECT_EQ(AgeOn(Date{2000, 3, 1}.ToDays(), Date{2024, 2, 29}.ToDays()), 23);
  EXPECT_EQ(AgeOn(Date{2000, 3, 1}.ToDays(), Date{2024, 3, 1}.ToDays()), 24);
}

}  // namespace
}  // namespace qianxian::demo
