// The loop on a record in memory and numbers that the test makes: gaps open with a guard, actions have a history, the
// verdict follows the numbers, and only the record closes a gap.
#include "gap/service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "fhir/definitions.h"
#include "gap/definition.h"
#include "gap/months.h"
#include "search/parameters.h"

namespace qianxian::gap {
namespace {

const search::Parameters& Parameters() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

constexpr const char* kCounty = "999901";

struct CellKey {
  std::string measure, subject, group;
  int month;
  auto operator<=>(const CellKey&) const = default;
};

// Numbers from a table: measure × subject × disease group × month → numerator / denominator.
class TableMeasures final : public measure::Measures {
 public:
  pack::Pack pack_;
  std::map<CellKey, std::pair<int64_t, int64_t>> cells;
  std::map<std::string, int> money;          // measures whose numerators are fen: digits after the point

  const pack::Pack& pack() const override { return pack_; }
  Result<measure::Sheet> Evaluate(const access::Caller&, const measure::SheetRequest& request, const Cancel*) override {
    measure::Sheet sheet;
    const bool by_group = request.by.size() > 0 && request.by.back() != measure::By::kMonth && request.by[0] != measure::By::kNothing &&
                          std::ranges::count(request.by, measure::By::kDiseaseGroup) > 0;
    const bool by_month = std::ranges::count(request.by, measure::By::kMonth) > 0;
    std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> sums;
    for (const auto& [key, value] : cells) {
      if (key.measure != request.measures.at(0)) continue;
      if (!request.organization.empty() && key.subject != request.organization) continue;
      if (!request.region.empty() && key.subject != request.region) continue;
      if (key.month < MonthOf(request.period.first) || key.month > MonthOf(request.period.last)) continue;
      std::string stratum = by_month ? MonthText(key.month) : "";
      if (by_group) stratum += (by_month ? "|" : "") + key.group;
      auto& sum = sums[{key.subject, stratum}];
      sum.first += value.first;
      sum.second += value.second;
    }
    for (const auto& [where, sum] : sums) {
      measure::SheetRow row;
      row.measure = request.measures[0];
      row.subject = where.first;
      row.subject_name = "名" + where.first;
      row.stratum = where.second;
      row.numerator = Decimal::FromUnits(sum.first, money.contains(row.measure) ? money.at(row.measure) : 0);
      row.denominator = Decimal::FromUnits(sum.second, 0);
      sheet.rows.push_back(row);
    }
    return sheet;
  }
  Result<measure::Cases> ListCases(const access::Caller&, const measure::CasesRequest&, const Cancel*) override {
    return Fault("unused", "");
  }
  Result<std::string> ExplanationOfBenefit(const access::Caller&, std::string_view) override { return Fault("unused", ""); }
  Result<std::string> ExplanationsOfPerson(const access::Caller&, std::string_view, size_t) override { return Fault("unused", ""); }
  Result<std::optional<Period>> DataPeriod() override {
    if (cells.empty()) return std::optional<Period>();
    int last = 0;
    for (const auto& [key, value] : cells) last = std::max(last, key.month);
    return std::optional<Period>(SpanPeriod(last - 11, last));
  }
};

// Knows of the sheets only which days of which months have settlements: every month of the table to its end, but where `last_day` says
// that it ends earlier.
class DaysWarehouse final : public warehouse::Warehouse {
 public:
  explicit DaysWarehouse(const TableMeasures& measures) : measures_(measures) {}
  uint64_t t = 1;
  std::map<int, int> last_day;
  Result<uint64_t> CatchUp(const Cancel&, std::function<void(uint64_t, uint64_t)>) override { return t; }
  uint64_t as_of() const override { return t; }
  std::string county() const override { return kCounty; }
  Result<columns::Rows> Query(const std::string& sql, const std::vector<columns::Parameter>& parameters, const Cancel*) override {
    if (sql.find("FROM settlement") == std::string::npos) return Fault("unused", "the test asks no other SQL: " + sql);
    std::set<std::pair<std::string, int>> months;
    for (const auto& [key, value] : measures_.cells) months.emplace(key.subject, key.month);
    columns::Rows rows;
    for (const auto& [subject, month] : months) {
      const Period period = SpanPeriod(month, month);
      if (period.first.ToDays() > parameters.at(0).integer) continue;
      const auto cut = last_day.find(month);
      const auto whole = [](int64_t number) { return columns::Cell{.is_null = false, .integer = number}; };
      rows.rows.push_back({columns::Cell{.is_null = false, .text = subject}, whole(month), whole(1),
                           whole(cut == last_day.end() ? period.last.day : cut->second)});
    }
    return rows;
  }
  std::string CachedAnswer(std::string_view, uint64_t) override { return {}; }
  void KeepAnswer(std::string_view, uint64_t, std::string_view) override {}
  Status Rebuild(const Cancel&, std::function<void(uint64_t, uint64_t)>) override { return Ok(); }

 private:
  const TableMeasures& measures_;
};

class GapTest : public testing::Test {
 protected:
  void SetUp() override {
    clock_.Set({1'767'225'600'000'000});  // 2026-01-01
    store::OpenOptions options;
    options.parameters = &Parameters();
    options.clock = &clock_;
    options.random = &random_;
    store_ = store::OpenMemoryStore(options).value();
    pack::Measure share;
    share.id = "stay-share";
    share.subject = "county";
    share.name = {"县内占比", "Share at home"};
    share.direction = pack::Direction::kUp;
    share.unit = "1";
    share.edition = "1";
    share.target = pack::Target{Decimal::Parse("0.90").value(), {}};
    share.cases_sql = "SELECT 1 FROM settlement";
    measures_.pack_.measures = {share};
    measures_.pack_.actions = {{"train", {"派出进修", "Send for training"}, {}, {}, {}, 90, {}, {}},
                               {"hospital-only", {"院内", "Inside"}, {}, {}, {"hospital"}, 90, {}, {}}};
    for (const char* id : {"heart", "lung", "stone", "eye", "bone"})
      measures_.pack_.disease_groups.push_back({id, {id, id}, {}});
    director_.user = "director";
    director_.role = access::Role::kDirector;
    director_.whole_county = true;
    gaps_ = MakeGaps(*store_, measures_, warehouse_, clock_, random_);
  }
  // Months of 2024 and 2025 (or a part): every group with `percent` of 200 cases a month at home.
  void Fill(int first, int last, const std::map<std::string, int>& percent) {
    for (int month = first; month <= last; ++month)
      for (const auto& [group, p] : percent) measures_.cells[{"stay-share", kCounty, group, month}] = {2 * p, 200};
  }
  void SetDay(const char* day) { clock_.Set({(ParseDate(day)->ToDays() * 24LL + 4) * 3600 * 1'000'000}); }   // noon in China
  std::vector<std::string> Notes(const std::string& id) {
    std::vector<std::string> notes;
    for (const pack::Text& note : gaps_->Get(director_, id).value().notes) notes.push_back(note.en);
    return notes;
  }
  uint64_t Sweep() {
    ++warehouse_.t;
    return gaps_->Sweep().value();
  }
  static int Month(int year, int month) { return year * 12 + month - 1; }

  FakeClock clock_;
  SeededRandom random_{1};
  TableMeasures measures_;
  DaysWarehouse warehouse_{measures_};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Gaps> gaps_;
  access::Caller director_;
};

const std::map<std::string, int> kLow = {{"heart", 60}, {"lung", 40}, {"stone", 95}, {"eye", 90}, {"bone", 85}};

TEST_F(GapTest, OpensOnceWithItsCarriersAndOwner) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  EXPECT_EQ(Sweep(), 3u);  // the gap and two reports
  EXPECT_EQ(Sweep(), 0u);  // twice is once
  const std::vector<Gap> gaps = gaps_->List(director_, false).value();
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].owner, "county-director");
  EXPECT_EQ(gaps[0].latest.period, "2025-10..2025-12");
  EXPECT_EQ(gaps[0].latest.value, "0.740000");
  const Gap gap = gaps_->Get(director_, gaps[0].id).value();
  EXPECT_EQ(gap.trend.size(), 24u);
  ASSERT_GE(gap.carriers.size(), 4u);
  EXPECT_EQ(gap.carriers[0].disease_group, "lung");
  EXPECT_EQ(gap.carriers[0].cases, "360");  // 60 % of 200, three months
  EXPECT_FALSE(gap.comparison.has_value());
}

TEST_F(GapTest, SmallNumbersAndOneMonthsNoiseOpenNothing) {
  measures_.cells[{"stay-share", kCounty, "heart", Month(2025, 12)}] = {3, 10};
  EXPECT_EQ(Sweep(), 0u);
  measures_.cells.clear();
  Fill(Month(2025, 1), Month(2025, 11), {{"heart", 92}});
  measures_.cells[{"stay-share", kCounty, "heart", Month(2025, 12)}] = {150, 200};  // one bad month
  EXPECT_EQ(Sweep(), 0u);
  EXPECT_TRUE(gaps_->List(director_, true).value().empty());
}

TEST_F(GapTest, ClosesOnlyByTheRecordAndOpensAgain) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  SetDay("2026-04-01");
  Fill(Month(2026, 1), Month(2026, 3), {{"heart", 95}, {"lung", 95}, {"stone", 95}, {"eye", 95}, {"bone", 95}});
  Sweep();
  EXPECT_TRUE(gaps_->List(director_, false).value().empty());
  const Gap closed = gaps_->Get(director_, id).value();
  EXPECT_EQ(closed.state, GapState::kClosed);
  EXPECT_EQ(closed.closed_on, "2026-04-01");
  EXPECT_EQ(gaps_->AddAction(director_, id, {"train", "wang", "2026-05-01", "0.90", "", "", ""}).error().code, "gap-closed");
  SetDay("2026-07-01");
  Fill(Month(2026, 4), Month(2026, 6), kLow);
  Sweep();
  EXPECT_EQ(gaps_->Get(director_, id).value().state, GapState::kOpen);
}

// What is done for people goes on when the sheets have ended; a month that is not over is nobody's failure yet.
TEST_F(GapTest, UnitsAreJudgedByTheLastMonthThatIsOver) {
  clock_.Set({1'771'113'600'000'000});  // 2026-02-15
  measures_.pack_.measures[0].subject = "unit";
  for (int month = Month(2025, 8); month <= Month(2026, 1); ++month) measures_.cells[{"stay-share", "T1", "heart", month}] = {120, 200};
  measures_.cells[{"stay-share", "T1", "heart", Month(2026, 2)}] = {0, 200};   // due until the end of the month
  EXPECT_GT(Sweep(), 0u);
  const std::vector<Gap> gaps = gaps_->List(director_, false).value();
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].latest.period, "2025-11..2026-01");
  EXPECT_EQ(gaps[0].latest.value, "0.600000");
}

TEST_F(GapTest, AnActionHasAHistoryAndItsStepsCanBeUndone) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  Gap gap = gaps_->AddAction(director_, id, {"train", " 王医生 ", "2026/6/30", "0.80", "心内科两人", "heart", ""}).value();
  EXPECT_EQ(gap.state, GapState::kActing);
  ASSERT_EQ(gap.actions.size(), 1u);
  Action action = gap.actions[0];
  EXPECT_EQ(action.owner, "王医生");
  EXPECT_EQ(action.due_on, "2026-06-30");
  EXPECT_EQ(action.status, "accepted");
  EXPECT_EQ(action.type_name.zh, "派出进修");
  ActionChange change;
  change.status = "in-progress";
  change.if_version = action.version;
  gap = gaps_->ChangeAction(director_, action.id, change).value();
  EXPECT_EQ(gap.actions[0].started_on, "2026-01-01");
  EXPECT_EQ(gaps_->ChangeAction(director_, action.id, change).error().category, ErrorCategory::kConflict);  // stale version
  change.if_version = gap.actions[0].version;
  change.status = "completed";
  gap = gaps_->ChangeAction(director_, action.id, change).value();
  EXPECT_EQ(gap.actions[0].finished_on, "2026-01-01");
  EXPECT_EQ(gap.state, GapState::kOpen);
  change.if_version = gap.actions[0].version;
  change.status = "in-progress";  // undo
  change.note = "误点";
  gap = gaps_->ChangeAction(director_, action.id, change).value();
  EXPECT_EQ(gap.actions[0].finished_on, "");
  ASSERT_EQ(gap.actions[0].history.size(), 4u);
  EXPECT_EQ(gap.actions[0].history[0].note, "心内科两人");
  EXPECT_EQ(gap.actions[0].history[3].note, "误点");
  EXPECT_EQ(gap.actions[0].history[3].who, "director");
  change.status = "requested";
  change.if_version = gap.actions[0].version;
  EXPECT_EQ(gaps_->ChangeAction(director_, action.id, change).error().code, "no-such-step");
}

TEST_F(GapTest, BadInputIsRefusedWithAReason) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  const auto code = [&](ActionRequest request) { return gaps_->AddAction(director_, id, request).error().code; };
  EXPECT_EQ(code({"nothing", "w", "2026-06-30", "0.90", "", "", ""}), "no-such-action");
  EXPECT_EQ(code({"hospital-only", "w", "2026-06-30", "0.90", "", "", ""}), "action-does-not-fit");
  EXPECT_EQ(code({"train", "  ", "2026-06-30", "0.90", "", "", ""}), "no-owner");
  EXPECT_EQ(code({"train", "w", "June", "0.90", "", "", ""}), "bad-date");
  EXPECT_EQ(code({"train", "w", "2025-06-30", "0.90", "", "", ""}), "due-in-the-past");
  EXPECT_EQ(code({"train", "w", "2026-06-30", "90%", "", "", ""}), "bad-number");
  EXPECT_EQ(code({"train", "w", "2026-06-30", "0.90", "", "feet", ""}), "no-such-disease-group");
  EXPECT_EQ(code({"train", "w", "2026-06-30", "0.90", "", "", "2027-01-01"}), "starts-later");
  access::Caller viewer = director_;
  viewer.role = access::Role::kViewer;
  EXPECT_EQ(gaps_->AddAction(viewer, id, {"train", "w", "2026-06-30", "0.90", "", "", ""}).error().category, ErrorCategory::kForbidden);
}

TEST_F(GapTest, TheVerdictIsAgainstComparableUnits) {
  Fill(Month(2023, 1), Month(2024, 6), kLow);
  Fill(Month(2024, 7), Month(2025, 12), {{"heart", 80}, {"lung", 41}, {"stone", 95}, {"eye", 91}, {"bone", 84}});
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  // A centre that began in July 2024, aimed at the heart.
  Gap gap = gaps_->AddAction(director_, id, {"train", "w", "2026-06-30", "0.75", "", "heart", "2024-06-15"}).value();
  ASSERT_TRUE(gap.actions[0].comparison.has_value());
  const Comparison& comparison = *gap.actions[0].comparison;
  EXPECT_EQ(comparison.verdict, Verdict::kWorked);
  EXPECT_EQ(comparison.before.period, "2023-07..2024-06");
  EXPECT_EQ(comparison.after.period, "2024-07..2025-06");
  EXPECT_EQ(comparison.change, "0.200000");
  EXPECT_EQ(comparison.comparable_units, 4u);
  // The same, aimed at the lung, promised much: it did not work.
  gap = gaps_->AddAction(director_, id, {"train", "w", "2026-06-30", "0.60", "", "lung", "2024-06-15"}).value();
  EXPECT_EQ(gap.actions[1].comparison->verdict, Verdict::kDidNot);
  // One that begins now has nothing behind it yet.
  gap = gaps_->AddAction(director_, id, {"train", "w", "2026-06-30", "0.95", "", "eye", "2025-12-20"}).value();
  EXPECT_FALSE(gap.actions[2].comparison.has_value());
}

TEST_F(GapTest, AnActionNeedsAnExpectedChange) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  for (const char* nothing : {"", "  ", "\u3000"}) {
    const Result<Gap> refused = gaps_->AddAction(director_, id, {"train", "w", "2026-06-30", nothing, "", "", ""});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, "no-expected-change");
    EXPECT_EQ(refused.error().category, ErrorCategory::kInvalid);
    EXPECT_FALSE(refused.error().zh.empty());
  }
  const Gap gap = gaps_->AddAction(director_, id, {"train", "w", "2026-06-30", " 0.90 ", "", "", ""}).value();
  EXPECT_EQ(gap.actions[0].expected_value, "0.90");
  ActionChange change;
  change.if_version = gap.actions[0].version;
  change.expected_value = "";
  EXPECT_EQ(gaps_->ChangeAction(director_, gap.actions[0].id, change).error().code, "no-expected-change");
  change.expected_value.reset();
  change.note = "不改预期";
  EXPECT_TRUE(gaps_->ChangeAction(director_, gap.actions[0].id, change).ok());
}

TEST_F(GapTest, TheFrozenDefinitionStaysWithTheGap) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  Sweep();
  const Gap before = gaps_->List(director_, false).value().at(0);
  EXPECT_TRUE(Notes(before.id).empty());
  measures_.pack_.measures[0].target->value = Decimal::Parse("0.50").value();
  measures_.pack_.measures[0].edition = "2";
  const Gap after = gaps_->List(director_, false).value().at(0);
  EXPECT_EQ(after.target, "0.90");
  EXPECT_EQ(after.edition, "1");
  EXPECT_EQ(after.definition_hash, before.definition_hash);
  ASSERT_EQ(after.notes.size(), 1u);
  EXPECT_NE(after.notes[0].zh.find("0.90 → 0.50"), std::string::npos) << after.notes[0].zh;
}

// A target that is lowered, a direction that is turned, a guard that is loosened do not close what was opened before; what is
// opened from now on takes them.
TEST_F(GapTest, AnOpenGapIsDecidedByItsOwnTargetDirectionAndGuard) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);                              // 0.74
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  pack::Measure& now = measures_.pack_.measures[0];
  now.target->value = Decimal::Parse("0.70").value();                       // no new edition, the same SQL
  for (int month = Month(2025, 1); month <= Month(2025, 12); ++month) measures_.cells[{"stay-share", "999902", "heart", month}] = {60, 200};
  Sweep();
  Gap gap = gaps_->Get(director_, id).value();
  EXPECT_EQ(gap.state, GapState::kOpen);
  EXPECT_EQ(gap.target, "0.90");
  EXPECT_EQ(gap.latest.value, "0.740000");
  const std::string other = GapId("stay-share", "999902");
  EXPECT_EQ(gaps_->Get(director_, other).value().target, "0.70");           // a new one takes the new target
  EXPECT_TRUE(Notes(other).empty());

  now.direction = pack::Direction::kDown;
  now.target->value = Decimal::Parse("0.99").value();
  Sweep();
  EXPECT_EQ(gaps_->Get(director_, id).value().state, GapState::kOpen);
  now.direction = pack::Direction::kMonitor;                                // watched no more
  now.target.reset();
  now.guard = {1, 1, 0};
  SetDay("2026-02-01");
  Fill(Month(2026, 1), Month(2026, 1), {{"heart", 99}, {"lung", 99}, {"stone", 99}, {"eye", 99}, {"bone", 99}});
  Sweep();                                                                  // one good month of three: its own guard wants more
  gap = gaps_->Get(director_, id).value();
  EXPECT_EQ(gap.state, GapState::kOpen);
  EXPECT_EQ(gap.latest.period, "2025-11..2026-01");
  SetDay("2026-04-01");
  Fill(Month(2026, 2), Month(2026, 3), {{"heart", 99}, {"lung", 99}, {"stone", 99}, {"eye", 99}, {"bone", 99}});
  Sweep();
  EXPECT_EQ(gaps_->Get(director_, id).value().state, GapState::kClosed);    // and by its own target it closes
}

const std::map<std::string, int> kFine = {{"heart", 95}, {"lung", 95}, {"stone", 95}, {"eye", 95}, {"bone", 95}};

TEST_F(GapTest, HalfAMonthOpensNothing) {
  Fill(Month(2025, 1), Month(2025, 10), kFine);
  Fill(Month(2025, 11), Month(2025, 12), {{"heart", 60}, {"lung", 60}, {"stone", 60}, {"eye", 60}, {"bone", 60}});
  warehouse_.last_day[Month(2025, 12)] = 15;
  Sweep();                                                                  // one bad month of three, and a half
  EXPECT_TRUE(gaps_->List(director_, true).value().empty());
  warehouse_.last_day.clear();
  Sweep();
  const std::vector<Gap> gaps = gaps_->List(director_, false).value();
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].latest.period, "2025-10..2025-12");
}

TEST_F(GapTest, HalfAMonthClosesNothing) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  Sweep();
  const std::string id = gaps_->List(director_, false).value().at(0).id;
  SetDay("2026-03-20");
  Fill(Month(2026, 1), Month(2026, 3), kFine);
  warehouse_.last_day[Month(2026, 3)] = 15;
  Sweep();
  Gap gap = gaps_->Get(director_, id).value();
  EXPECT_EQ(gap.state, GapState::kOpen);
  EXPECT_EQ(gap.latest.period, "2025-12..2026-02");
  EXPECT_EQ(gap.trend.back().period, "2026-02");
  SetDay("2026-04-02");
  Fill(Month(2026, 4), Month(2026, 4), kFine);                              // April has begun: March is over
  warehouse_.last_day[Month(2026, 4)] = 2;
  Sweep();
  gap = gaps_->Get(director_, id).value();
  EXPECT_EQ(gap.state, GapState::kClosed);
  EXPECT_EQ(gap.latest.period, "2026-01..2026-03");
}

TEST_F(GapTest, ARowOfTomorrowMakesNoMonthWhole) {
  Fill(Month(2025, 1), Month(2025, 10), kFine);
  Fill(Month(2025, 11), Month(2025, 12), kLow);
  measures_.cells[{"stay-share", kCounty, "heart", Month(2026, 5)}] = {1, 1};   // a year that was mistyped
  warehouse_.last_day = {{Month(2025, 12), 15}, {Month(2026, 5), 3}};
  Sweep();
  EXPECT_TRUE(gaps_->List(director_, true).value().empty());
}

// Money stays decimal from the measure's answer to the text.
TEST_F(GapTest, MoneyIsNeverADouble) {
  pack::Measure cost;
  cost.id = "cost";
  cost.kind = pack::MeasureKind::kMean;
  cost.subject = "county";
  cost.name = {"费用", "Cost"};
  cost.direction = pack::Direction::kDown;
  cost.unit = "CNY";
  cost.edition = "1";
  cost.target = pack::Target{Decimal::Parse("100.00").value(), {}};
  cost.guard = {1, 3, 2};
  cost.cases_sql = "SELECT 2 FROM settlement";
  measures_.pack_.measures = {cost};
  measures_.money["cost"] = 2;
  // Three months of 30,023,997,515,803.31 yuan: together 2^53 + 1 fen, which no double holds.
  for (int month = Month(2025, 10); month <= Month(2025, 12); ++month) {
    measures_.cells[{"cost", kCounty, "heart", month}] = {3'002'399'751'580'330, 1};
    measures_.cells[{"cost", kCounty, "lung", month}] = {1, 1};
  }
  Sweep();
  const std::vector<Gap> gaps = gaps_->List(director_, false).value();
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].baseline.numerator, "90071992547409.93");
  EXPECT_EQ(gaps[0].baseline.denominator, "6");
  EXPECT_EQ(gaps[0].baseline.value, "15011998757901.66");                   // .655, away from zero; a double says .66 or .65
  const Gap gap = gaps_->Get(director_, gaps[0].id).value();
  ASSERT_EQ(gap.carriers.size(), 1u);
  EXPECT_EQ(gap.carriers[0].amount, "90071992547109.90");                   // less 100.00 for each of three
  EXPECT_EQ(gap.trend.back().numerator, "30023997515803.31");
  const auto snapshot = store_->OpenSnapshot(director_).value();
  const std::string report = snapshot->Read("MeasureReport", gap.id + "-baseline")->body;
  EXPECT_NE(report.find("90071992547409.93"), std::string::npos) << report;
  EXPECT_NE(report.find("15011998757901.66"), std::string::npos) << report;
}

// 2.01 ÷ 2 = 1.005: as a double it is a little less, and would be shown as 1.00.
TEST_F(GapTest, AHalfFenIsRoundedAsMoneyIs) {
  pack::Measure cost = measures_.pack_.measures[0];
  cost.id = "cost";
  cost.kind = pack::MeasureKind::kMean;
  cost.direction = pack::Direction::kDown;
  cost.unit = "CNY";
  cost.target = pack::Target{Decimal::Parse("0.50").value(), {}};
  cost.guard = {1, 3, 2};
  measures_.pack_.measures = {cost};
  measures_.money["cost"] = 2;
  for (int month = Month(2025, 10); month <= Month(2025, 12); ++month) measures_.cells[{"cost", kCounty, "heart", month}] = {201, 2};
  Sweep();
  const Gap gap = gaps_->Get(director_, gaps_->List(director_, false).value().at(0).id).value();
  EXPECT_EQ(gap.latest.numerator, "6.03");
  EXPECT_EQ(gap.latest.value, "1.01");
  EXPECT_EQ(gap.carriers[0].amount, "3.03");
}

// A record of a time when less was kept.
TEST_F(GapTest, AnOlderRecordIsReadAndGetsWhatItLacks) {
  Fill(Month(2024, 1), Month(2025, 12), kLow);
  GapRecord old;
  old.id = GapId("stay-share", kCounty);
  old.subject = kCounty;
  old.opened_on = "2025-06-01";
  old.owner = "county-director";
  old.definition = measures_.pack_.measures[0];
  old.definition_hash = "0123456789abcdef";
  old.baseline = old.latest = {"2025-03..2025-05", "740", "1000", "0.740000"};
  store::Change change;
  change.type = "DetectedIssue";
  change.id = old.id;
  change.body = GapAsFhir(old);
  ASSERT_EQ(change.body.find("gap-definition-tables"), std::string::npos) << "as it was written then";
  ASSERT_TRUE(store_->Commit(access::SystemCaller("test"), {{change}, "test"}).ok());
  EXPECT_EQ(Notes(old.id).size(), 1u) << "that it was not kept";
  Sweep();
  const Gap gap = gaps_->Get(director_, old.id).value();
  EXPECT_EQ(gap.opened_on, "2025-06-01");
  EXPECT_EQ(gap.baseline.period, "2025-03..2025-05");
  EXPECT_EQ(gap.latest.period, "2025-10..2025-12");
  ASSERT_EQ(gap.notes.size(), 1u);
  EXPECT_NE(gap.notes[0].en.find("2026-01-01"), std::string::npos) << gap.notes[0].en;
}

TEST(GapSteps, OnlyTheseStepsExist) {
  EXPECT_TRUE(MayBecome("completed", "in-progress"));
  EXPECT_FALSE(MayBecome("cancelled", "completed"));
  EXPECT_FALSE(MayBecome("accepted", "accepted"));
}

TEST(GapRecords, AGapSurvivesTheRecord) {
  GapRecord gap;
  gap.id = GapId("m", "999901");
  gap.subject = "999901";
  gap.subject_name = "清源县";
  gap.opened_on = "2026-01-01";
  gap.definition.id = "m";
  gap.definition.kind = pack::MeasureKind::kMean;
  gap.definition.direction = pack::Direction::kDown;
  gap.definition.cases_sql = "SELECT 'it''s \"x\"'\nFROM t";
  gap.definition.target = pack::Target{Decimal::Parse("7.50").value(), {}};
  gap.definition.guard.window_months = 6;
  gap.definition.exclusions = {"药店", "Pharmacies"};
  gap.list = pack::CapabilityList{"some-list", {"清单", "List"}, "2025.1", {}, {{"copd", {"慢阻肺", "COPD"}, "呼吸", {"J44", "J43"}, 10, "K"}}};
  gap.tables = {{"settlement", "aa"}, {"disease_group", "bb"}};
  gap.kept_on = "2026-01-01";
  gap.tables_changed_on = "2026-02-01";
  gap.unmeasured_on = "2026-03-01";
  gap.baseline = {"2025-10..2025-12", "10", "20", "0.5"};
  gap.severity = 0.25;
  store::Resource resource;
  resource.id = gap.id;
  resource.version = 4;
  resource.body = GapAsFhir(gap);
  const GapRecord back = GapFromFhir(resource).value();
  EXPECT_EQ(back.definition.cases_sql, gap.definition.cases_sql);
  EXPECT_EQ(back.definition.kind, pack::MeasureKind::kMean);
  EXPECT_EQ(back.definition.target->value.ToString(), "7.50");
  EXPECT_EQ(back.definition.guard.window_months, 6);
  EXPECT_EQ(back.definition.exclusions.en, "Pharmacies");
  ASSERT_TRUE(back.list.has_value());
  ASSERT_EQ(back.list->items.size(), 1u);
  EXPECT_EQ(back.list->items[0].codes, (std::vector<std::string>{"J44", "J43"}));
  EXPECT_EQ(back.list->items[0].cases_minimum, 10);
  EXPECT_EQ(back.list->items[0].name.zh, "慢阻肺");
  EXPECT_EQ(HashOfDefinition(back.definition, &*back.list), HashOfDefinition(gap.definition, &*gap.list));
  EXPECT_EQ(back.tables, gap.tables);
  EXPECT_EQ(back.kept_on + back.tables_changed_on + back.unmeasured_on, "2026-01-012026-02-012026-03-01");
  EXPECT_EQ(back.baseline.numerator, "10");
  EXPECT_EQ(back.version, 4u);
  EXPECT_DOUBLE_EQ(back.severity, 0.25);
}

TEST(GapMonths, SpansAreMonths) {
  EXPECT_EQ(MonthText(2025 * 12 + 11), "2025-12");
  EXPECT_EQ(ParseMonth("2025-12|lung"), 2025 * 12 + 11);
  EXPECT_EQ(ParseMonth("2025-13"), -1);
  EXPECT_EQ(SpanText(2024 * 12 + 10, 2025 * 12 + 1), "2024-11..2025-02");
}

}  // namespace
}  // namespace qianxian::gap
