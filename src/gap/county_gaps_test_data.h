// Gaps over a small county with a real warehouse, so that frozen definitions are measured by real SQL. Only for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "gap/definition.h"
#include "gap/gap.h"
#include "gap/months.h"
#include "gap/records.h"
#include "warehouse/county_test_data.h"

namespace qianxian::gap {

inline constexpr const char* kTestCounty = "990201";

class CountyGapsTest : public testing::Test {
 protected:
  CountyGapsTest() {
    SetDay("2026-01-05");
    director_ = {.user = "d", .role = access::Role::kDirector, .whole_county = true};
    county.AddOrganization("H1", "明川县人民医院", "county-general", kTestCounty);
    county.AddOrganization("H2", "明川县中医医院", "county-tcm", kTestCounty);
    county.AddOrganization("H3", "明川县第二人民医院", "county-general", kTestCounty);
    county.AddOrganization("H4", "明川县第三人民医院", "county-general", kTestCounty);
  }

  void SetDay(const char* day) { clock_.Set({(ParseDate(day)->ToDays() * 24LL + 4) * 3600 * 1'000'000}); }   // noon in China
  void Sweep() {
    county.CatchUp();
    if (!gaps_) {
      measures_ = measure::MakeMeasures(county.warehouse(), county.pack());
      gaps_ = MakeGaps(county.store(), *measures_, county.warehouse(), clock_, random_);
    }
    const Result<uint64_t> swept = gaps_->Sweep();
    ASSERT_TRUE(swept.ok()) << Describe(swept.error());
  }
  // Another edition of the packs, as after a restart of the program.
  void ChangePack(const std::function<void(pack::Pack&)>& change) {
    gaps_.reset();
    measures_.reset();
    county.CloseWarehouse();
    change(county.pack());
    county.pack().hash += "+";
  }
  static pack::Measure& MeasureOf(pack::Pack& pack, const std::string& id) { return *std::ranges::find(pack.measures, id, &pack::Measure::id); }
  static void OnlyMeasures(pack::Pack& pack, const std::vector<std::string>& ids) {
    std::erase_if(pack.measures, [&](const pack::Measure& m) { return std::ranges::find(ids, m.id) == ids.end(); });
  }

  Gap Get(const std::string& id) {
    Result<Gap> gap = gaps_->Get(director_, id);
    EXPECT_TRUE(gap.ok()) << Describe(gap.error());
    return gap.ok() ? std::move(*gap) : Gap{};
  }
  // "H1 open 2/10", sorted.
  std::vector<std::string> All(const std::string& measure) {
    static const char* const kStates[] = {"open", "acting", "closed"};
    std::vector<std::string> lines;
    const std::vector<Gap> gaps = gaps_->List(director_, true).value();
    for (const Gap& gap : gaps)
      if (gap.measure == measure)
        lines.push_back(gap.subject + " " + kStates[static_cast<int>(gap.state)] + " " + gap.latest.numerator + "/" + gap.latest.denominator);
    std::ranges::sort(lines);
    return lines;
  }
  static std::string Notes(const Gap& gap) {
    std::string all;
    for (const pack::Text& note : gap.notes) all += note.en + "\n";
    return all;
  }

  void Discharge(const std::string& hospital, const std::string& day, const std::string& disease,
                 std::vector<std::pair<std::string, std::string>> operations = {}) {
    warehouse::TestDischarge discharge{.org = hospital, .number = std::to_string(++number_), .disease = disease, .in = day, .out = day};
    discharge.operations = std::move(operations);
    county.AddDischarge(discharge);
  }
  // One stay a month that is of no list, so that the hospital is seen to send: every month is dated to its 28th.
  void Sends(const std::string& hospital, const std::string& first, const std::string& last) {
    for (int month = ParseMonth(first); month <= ParseMonth(last); ++month) Discharge(hospital, MonthText(month) + "-28", "Z99.900");
  }
  // Two cases of each disease in a year: enough for the test's list.
  void Treats(const std::string& hospital, const std::string& year, int first_item, int last_item) {
    for (int item = first_item; item <= last_item; ++item)
      for (const char* day : {"-03-05", "-09-05"}) Discharge(hospital, year + day, Code(item) + "1");
  }
  static std::string Code(int item) { return "A0" + std::to_string(item) + "."; }
  static pack::CapabilityItem Item(int item) {
    const std::string id = "i" + std::to_string(item);
    return {id, {"病" + id, "Disease " + id}, "内科", {"A0" + std::to_string(item)}, 2, "K"};
  }
  // A list of ten diseases with two cases a year each, and a target for it.
  static void TenDiseases(pack::Pack& pack, const char* target) {
    for (pack::CapabilityList& list : pack.capability_lists) {
      if (list.id != "disease-coverage") continue;
      list.items.clear();
      for (int item = 0; item < 10; ++item) list.items.push_back(Item(item));
    }
    MeasureOf(pack, "capability-disease-coverage").target->value = Decimal::Parse(target).value();
  }

  warehouse::TestCounty county;
  FakeClock clock_;
  SeededRandom random_{3};
  access::Caller director_;
  std::unique_ptr<measure::Measures> measures_;
  std::unique_ptr<Gaps> gaps_;
  int number_ = 0;
};

}  // namespace qianxian::gap
