// The ledger on both engines of the record: what is accepted, replaced and left alone, judged by a slow and plain model;
// files, documents, locks, cancel, crashes before the commit, damage.
#include "store/ledger.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/files.h"
#include "base/ids.h"
#include "base/temporary_folder.h"
#include "columns/database.h"
#include "json/value.h"
#include "store/ledger_bounds.h"
#include "store/ledger_test_stores.h"

namespace qianxian::store {
namespace {

using access::SystemCaller;

class LedgerTest : public ::testing::TestWithParam<Engine> {
 protected:
  LedgerTest() : folder_(), store_(OpenTestStore(GetParam(), folder_.path(), clock_, random_)) {
    auto opened = OpenLedger(folder_.path(), *store_, clock_, random_);
    EXPECT_TRUE(opened.ok());
    ledger_ = std::move(opened).value();
  }

  // A row of the small test schema.
  struct TestRow {
    std::string key, text;
    int64_t money = 0;
    int32_t day = 0;
    bool operator==(const TestRow&) const = default;
  };

  // Settlements with only what the test looks at.
  static void Append(LedgerSession& session, uint64_t line, const TestRow& row) {
    std::vector<LedgerValue> values(SettlementSchema().columns.size());
    const auto at = [&](std::string_view name) -> LedgerValue& {
      for (size_t i = 0; i < values.size(); ++i)
        if (SettlementSchema().columns[i].name == name) return values[i];
      QX_CHECK(false, "no such column");
    };
    at("setl_id") = {false, row.key};
    if (!row.text.empty()) at("dise_name") = {false, row.text};
    at("enddate") = {false, {}, row.day};
    at("fund_pay_sumamt") = {false, {}, row.money};
    ASSERT_TRUE(session.Append(line, values).ok());
  }

  void Reopen(const LedgerBounds& bounds) {
    auto opened = OpenLedger(folder_.path(), *store_, clock_, random_, bounds);
    ASSERT_TRUE(opened.ok());
    ledger_ = std::move(opened).value();
  }

  Result<LedgerReceipt> Import(const std::vector<TestRow>& rows, const Cancel& cancel = {}) {
    QX_TRY(auto session, ledger_->Begin(SystemCaller("test"), SettlementSchema()));
    uint64_t line = 1;
    for (const TestRow& row : rows) Append(*session, ++line, row);
    return session->Finish(SystemCaller("test"), {"月报.csv", std::string(64, 'a'), "李会计"}, nullptr, cancel, nullptr);
  }

  std::map<std::string, TestRow> Current() {
    auto sql = ledger_->CurrentRowsSql(SystemCaller("test"), "settlement");
    EXPECT_TRUE(sql.ok());
    auto connection = std::move((*columns::Database::Open({}))->Connect()).value();
    auto rows = connection->Query("SELECT setl_id, dise_name, fund_pay_sumamt, enddate, batch, \"row\", line FROM (" + *sql + ")");
    EXPECT_TRUE(rows.ok()) << Describe(rows.error());
    std::map<std::string, TestRow> current;
    for (const auto& r : rows->rows) {
      EXPECT_FALSE(current.contains(r[0].text)) << r[0].text << " twice";
      current[r[0].text] = {r[0].text, r[1].text, r[2].integer, static_cast<int32_t>(r[3].integer)};
    }
    return current;
  }

  std::vector<std::string> Files() {
    std::vector<std::string> names;
    const auto files = ListFiles(folder_.path() + "/ledger");
    for (const std::string& path : files.value())
      if (!path.ends_with("/lock")) names.push_back(path);
    return names;
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  SeededRandom random_{42};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Ledger> ledger_;
};

void ExpectCounts(const Result<LedgerReceipt>& receipt, uint64_t accepted, uint64_t unchanged, uint64_t replaced) {
  ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
  EXPECT_EQ(receipt->counts.accepted, accepted);
  EXPECT_EQ(receipt->counts.unchanged, unchanged);
  EXPECT_EQ(receipt->counts.replaced, replaced);
}

TEST_P(LedgerTest, NewRowsThenTheSameThenOthers) {
  auto first = Import({{"a", "x", 100, 5}, {"b", "", -1, 3}});
  ExpectCounts(first, 2, 0, 0);
  EXPECT_EQ(first->batch, "ledger-settlement-000001");
  EXPECT_EQ(first->t, store_->LastT());
  const uint64_t t = store_->LastT();
  auto again = Import({{"a", "x", 100, 5}, {"b", "", -1, 3}});
  ExpectCounts(again, 0, 2, 0);
  EXPECT_EQ(again->batch, "");
  EXPECT_EQ(store_->LastT(), t);
  auto third = Import({{"a", "x", 101, 5}, {"b", "", -1, 3}, {"c", "z", 7, 7}});
  ExpectCounts(third, 1, 1, 1);
  const auto current = Current();
  EXPECT_EQ(current.size(), 3u);
  EXPECT_EQ(current.at("a").money, 101);
  EXPECT_EQ(Files().size(), 3u);      // two batches, one list of superseded rows
  // And back: the first row of "a" is not revived but written anew.
  auto back = Import({{"a", "x", 100, 5}});
  ExpectCounts(back, 0, 0, 1);
  EXPECT_EQ(Current().at("a").money, 100);
}

TEST_P(LedgerTest, NullAndEmptyAndZeroAreNotTheSame) {
  ExpectCounts(Import({{"a", "", 0, 0}}), 1, 0, 0);
  ExpectCounts(Import({{"a", "0", 0, 0}}), 0, 0, 1);
  ExpectCounts(Import({{"a", "", 0, 0}}), 0, 0, 1);
}

TEST_P(LedgerTest, TheLaterRowOfAFileWinsAndTheEarlierIsKept) {
  const std::vector<TestRow> rows = {{"a", "1", 1, 1}, {"b", "1", 1, 1}, {"a", "2", 2, 2}, {"a", "2", 2, 2}, {"a", "3", 3, 3}};
  ExpectCounts(Import(rows), 2, 1, 2);
  EXPECT_EQ(Current().at("a"), (TestRow{"a", "3", 3, 3}));
  EXPECT_EQ(Current().size(), 2u);
  auto batches = ledger_->Batches(SystemCaller("test"), "settlement");
  ASSERT_TRUE(batches.ok());
  ASSERT_EQ(batches->size(), 1u);
  EXPECT_EQ((*batches)[0].rows, 4u);                       // history keeps a=1 and a=2
  EXPECT_NE((*batches)[0].superseded_path, "");
  ExpectCounts(Import(rows), 0, 5, 0);                    // the same file again changes nothing
  ExpectCounts(Import({{"a", "9", 9, 9}, {"a", "3", 3, 3}}), 0, 2, 0);
}

// Many random sessions, put down in runs and compared in slices of every size, against a model that is nothing but a map.
TEST_P(LedgerTest, AsThePlainModelSays) {
  std::map<std::string, TestRow> model;
  SeededRandom random(7);
  for (int round = 0; round < 25; ++round) {
    std::vector<TestRow> rows;
    const uint64_t count = random.NextBelow(60);
    for (uint64_t i = 0; i < count; ++i)
      rows.push_back({"k" + std::to_string(random.NextBelow(40)), std::to_string(random.NextBelow(2)),
                      static_cast<int64_t>(random.NextBelow(2)), static_cast<int32_t>(random.NextBelow(3))});
    LedgerCounts expected;
    std::map<std::string, std::vector<TestRow>> by_key;
    for (const TestRow& row : rows) by_key[row.key].push_back(row);
    for (const auto& [key, list] : by_key) {
      if (model.contains(key) && model[key] == list.back()) {
        expected.unchanged += list.size();
        continue;
      }
      for (const TestRow& row : list) {
        if (!model.contains(key)) ++expected.accepted;
        else if (model[key] == row) ++expected.unchanged;
        else ++expected.replaced;
        model[key] = row;
      }
    }
    Reopen({.run_rows = 4 + random.NextBelow(40), .run_bytes = 500 + random.NextBelow(10'000), .slice_rows = 10 + random.NextBelow(40)});
    auto receipt = Import(rows);
    ExpectCounts(receipt, expected.accepted, expected.unchanged, expected.replaced);
    ASSERT_EQ(Current(), model) << "round " << round;
  }
  auto report = ledger_->Check(SystemCaller("test"));
  ASSERT_TRUE(report.ok());
  for (const auto& line : report->lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
}

TEST_P(LedgerTest, MoreRowsAreMoreRunsAndSlicesNotMoreHeldAtOnce) {
  LedgerSeen seen;
  Reopen({.run_rows = 100, .run_bytes = 1 << 20, .slice_rows = 150, .seen = &seen});
  const auto rows = [](int count, int64_t money) {
    std::vector<TestRow> all;
    for (int i = 0; i < count; ++i) all.push_back({"k" + std::to_string(i), "x", money + i % 50 / 49, i});
    return all;
  };
  for (const auto& [count, runs, slices] : {std::tuple{90, 1, 1}, {450, 5, 3}, {1200, 12, 8}}) {
    const auto receipt = Import(rows(count, count));
    ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
    EXPECT_EQ(seen.runs, static_cast<uint64_t>(runs));
    EXPECT_EQ(seen.slices, static_cast<uint64_t>(slices));
    EXPECT_LE(seen.most_rows_held, 100u);
  }
  ExpectCounts(Import(rows(1200, 1200)), 0, 1200, 0);
  ExpectCounts(Import(rows(1200, 1201)), 0, 0, 1200);
  // One in fifty is another: what stays is left out of runs that are written anyway.
  auto some = rows(1200, 1201);
  for (size_t i = 0; i < some.size(); i += 50) some[i].text = "y";
  ExpectCounts(Import(some), 0, 1176, 24);
  EXPECT_EQ(Current().size(), 1200u);
  EXPECT_EQ(Current().at("k50").text, "y");
  EXPECT_EQ(Current().at("k51").text, "x");
  EXPECT_EQ(ledger_->Batches(SystemCaller("test"), "settlement")->back().rows, 24u);
  // Long values fill a run before its rows do.
  Reopen({.run_rows = 100, .run_bytes = 10'000, .slice_rows = 150, .seen = &seen});
  std::vector<TestRow> wide;
  for (int i = 0; i < 50; ++i) wide.push_back({"w" + std::to_string(i), std::string(2000, 'w'), i, i});
  const auto receipt = Import(wide);
  ExpectCounts(receipt, 50, 0, 0);
  EXPECT_LE(seen.most_rows_held, 5u);
}

// A batch lies sorted by the schema's column where the file came sorted, and within each run where it did not.
TEST_P(LedgerTest, ABatchKeepsTheOrderOfItsRunsAndSortsEach) {
  Reopen({.run_rows = 4, .run_bytes = 1 << 20, .slice_rows = 5});
  ExpectCounts(Import({{"a", "", 0, 3}, {"b", "", 0, 1}, {"c", "", 0, 4}, {"d", "", 0, 2}, {"e", "", 0, 9}, {"f", "", 0, 0}}), 6, 0, 0);
  const std::string path = ledger_->Batches(SystemCaller("test"), "settlement")->back().path;
  auto connection = std::move((*columns::Database::Open({}))->Connect()).value();
  const auto rows = connection->Query("SELECT setl_id FROM read_parquet(" + columns::QuoteText(path) + ")");
  ASSERT_TRUE(rows.ok());
  std::string order;
  for (const auto& row : rows->rows) order += row[0].text;
  EXPECT_EQ(order, "bdacfe");
  // Many rows that came sorted, and the same backwards.
  for (const bool backwards : {false, true}) {
    Reopen({});
    std::vector<TestRow> many;
    for (int i = 0; i < 10'000; ++i) many.push_back({(backwards ? "x" : "y") + std::to_string(i), "", i, backwards ? 10'000 - i : i});
    ExpectCounts(Import(many), 10'000, 0, 0);
    const std::string batch = ledger_->Batches(SystemCaller("test"), "settlement")->back().path;
    const auto unsorted = connection->Query("SELECT count(*) FILTER (enddate < before) FROM (SELECT enddate, lag(enddate) OVER (ORDER BY "
                                            "file_row_number) AS before FROM read_parquet(" + columns::QuoteText(batch) +
                                            ", file_row_number = true))");
    ASSERT_TRUE(unsorted.ok()) << Describe(unsorted.error());
    EXPECT_LE(unsorted->rows[0][0].integer, 4) << "pieces that threads wrote beside each other may change places, rows may not";
  }
}

TEST_P(LedgerTest, TheRecordSaysWhoWhenAndFromWhat) {
  ASSERT_TRUE(Import({{"a", "x", 1, 1}}).ok());
  auto snapshot = std::move(store_->OpenSnapshot(SystemCaller("test"))).value();
  auto document = snapshot->Read("DocumentReference", "ledger-settlement-000001");
  auto provenance = snapshot->Read("Provenance", "ledger-settlement-000001-provenance");
  ASSERT_TRUE(document.ok() && provenance.ok());
  EXPECT_EQ(document->t, provenance->t);
  EXPECT_NE(provenance->body.find("李会计"), std::string::npos);
  EXPECT_NE(provenance->body.find("月报.csv"), std::string::npos);
  EXPECT_NE(provenance->body.find(std::string(64, 'a')), std::string::npos);
  EXPECT_NE(document->body.find("ledger/settlement/"), std::string::npos);
  EXPECT_EQ(document->owner, "");
}

TEST_P(LedgerTest, ExtraChangesStandOrFallWithIt) {
  auto session = std::move(ledger_->Begin(SystemCaller("test"), SettlementSchema())).value();
  Append(*session, 2, {"a", "x", 1, 1});
  const auto extra = [](const LedgerCounts& counts) {
    return std::vector<Change>{{.type = "Basic", .id = "job", .body = R"({"resourceType":"Basic","code":{"text":")" +
                                std::to_string(counts.accepted) + R"("}})"}};
  };
  auto receipt = session->Finish(SystemCaller("test"), {}, extra, {}, nullptr);
  session.reset();
  ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
  auto snapshot = std::move(store_->OpenSnapshot(SystemCaller("test"))).value();
  auto job = snapshot->Read("Basic", "job");
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->t, receipt->t);
  EXPECT_NE(job->body.find("\"1\""), std::string::npos);
  // No new row: no batch, but the extra change is committed.
  session = std::move(ledger_->Begin(SystemCaller("test"), SettlementSchema())).value();
  Append(*session, 2, {"a", "x", 1, 1});
  receipt = session->Finish(SystemCaller("test"), {}, extra, {}, nullptr);
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->batch, "");
  EXPECT_GT(receipt->t, job->t);
}

TEST_P(LedgerTest, CancelAndAbandonLeaveNothing) {
  ASSERT_TRUE(Import({{"a", "x", 1, 1}}).ok());
  const auto before = Files();
  Cancel cancel;
  cancel.Request();
  auto cancelled = Import({{"a", "y", 1, 1}, {"b", "y", 1, 1}}, cancel);
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code, "cancelled");
  {
    auto session = std::move(ledger_->Begin(SystemCaller("test"), SettlementSchema())).value();
    Append(*session, 2, {"c", "x", 1, 1});
  }
  EXPECT_EQ(Files(), before);
  EXPECT_EQ(Current().size(), 1u);
}

TEST_P(LedgerTest, OneSessionAtATime) {
  auto session = std::move(ledger_->Begin(SystemCaller("test"), SettlementSchema())).value();
  auto second = ledger_->Begin(SystemCaller("test"), PopulationSchema());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().category, ErrorCategory::kBusy);
  session.reset();
  EXPECT_TRUE(ledger_->Begin(SystemCaller("test"), PopulationSchema()).ok());
}

TEST_P(LedgerTest, LeftoversOfAKilledImportAreRemovedAndNothingElse) {
  ASSERT_TRUE(Import({{"a", "x", 1, 1}}).ok());
  const auto before = Files();
  std::filesystem::create_directories(folder_.path() + "/ledger/staging-dead/spill");
  std::ofstream(folder_.path() + "/ledger/staging-dead/stage.duckdb") << "half";
  std::ofstream(folder_.path() + "/ledger/settlement/" + std::string(64, 'f') + ".parquet") << "written, not committed";
  ASSERT_TRUE(Import({{"a", "x", 1, 1}}).ok());
  EXPECT_EQ(Files(), before);
}

TEST_P(LedgerTest, AWithdrawnBatchNoLongerCountsButIsKept) {
  ASSERT_TRUE(Import({{"a", "x", 1, 1}}).ok());
  ASSERT_TRUE(Import({{"a", "y", 2, 2}, {"b", "y", 2, 2}}).ok());
  CommitRequest request;
  request.changes.push_back({.kind = Change::Kind::kDelete, .type = "DocumentReference", .id = "ledger-settlement-000002"});
  ASSERT_TRUE(store_->Commit(SystemCaller("test"), request).ok());
  EXPECT_EQ(Current(), (std::map<std::string, TestRow>{{"a", {"a", "x", 1, 1}}}));
  auto next = Import({{"c", "z", 3, 3}});
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->batch, "ledger-settlement-000003");
  EXPECT_EQ(Files().size(), 4u);
}

TEST_P(LedgerTest, CheckFindsADamagedAndAMissingFile) {
  ASSERT_TRUE(Import({{"a", "x", 1, 1}}).ok());
  ASSERT_TRUE(Import({{"b", "x", 1, 1}}).ok());
  auto good = ledger_->Check(SystemCaller("test"));
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(good->good());
  EXPECT_EQ(good->lines.at(0).checked, 2u);
  const auto files = Files();
  {
    std::fstream file(files[0], std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file.put('~');
  }
  auto damaged = ledger_->Check(SystemCaller("test"));
  ASSERT_TRUE(damaged.ok());
  EXPECT_EQ(damaged->lines.at(0).bad, 1u);
  std::filesystem::remove(files[1]);
  auto missing = ledger_->Check(SystemCaller("test"));
  ASSERT_TRUE(missing.ok());
  EXPECT_EQ(missing->lines.at(0).bad, 2u);
}

TEST_P(LedgerTest, PopulationHasAKeyOfFourColumnsAndAnEmptyLedgerHasNoRows) {
  auto empty = ledger_->CurrentRowsSql(SystemCaller("test"), "population");
  ASSERT_TRUE(empty.ok());
  auto connection = std::move((*columns::Database::Open({}))->Connect()).value();
  auto none = connection->Query("SELECT region, year, sex, age_group, persons, batch, \"row\", line FROM (" + *empty + ")");
  ASSERT_TRUE(none.ok()) << Describe(none.error());
  EXPECT_TRUE(none->rows.empty());
  EXPECT_FALSE(ledger_->CurrentRowsSql(SystemCaller("test"), "no-such").ok());
  const auto import = [&](int64_t persons, const char* sex) {
    auto session = std::move(ledger_->Begin(SystemCaller("test"), PopulationSchema())).value();
    EXPECT_TRUE(session->Append(2, {{false, "410123"}, {false, {}, 2025}, {false, sex}, {false, "0-4"}, {false, {}, persons}}).ok());
    return session->Finish(SystemCaller("test"), {}, nullptr, {}, nullptr);
  };
  ExpectCounts(import(100, "1"), 1, 0, 0);
  ExpectCounts(import(100, "1"), 0, 1, 0);
  ExpectCounts(import(100, "2"), 1, 0, 0);
  ExpectCounts(import(120, "1"), 0, 0, 1);
}

TEST_P(LedgerTest, OnlyThoseWhoMay) {
  access::Caller viewer{.user = "v", .role = access::Role::kClinician, .organizations = {"H1"}};
  auto session = ledger_->Begin(viewer, SettlementSchema());
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().category, ErrorCategory::kForbidden);
  access::Caller insurance{.user = "i", .role = access::Role::kInsurance, .whole_county = true};
  EXPECT_TRUE(ledger_->Begin(insurance, SettlementSchema()).ok());
}

INSTANTIATE_TEST_SUITE_P(Engines, LedgerTest, ::testing::ValuesIn(TestEngines()),
                         [](const auto& info) { return EngineName(info.param); });

}  // namespace
}  // namespace qianxian::store
