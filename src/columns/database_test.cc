// DuckDB through our door: values exactly as they are, errors by their kind, cancel, locks.
#include "columns/database.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/date.h"
#include "base/files.h"
#include "base/temporary_folder.h"

namespace qianxian::columns {
namespace {

std::unique_ptr<Connection> Memory() {
  auto database = Database::Open({});
  EXPECT_TRUE(database.ok()) << Describe(database.error());
  auto connection = (*database)->Connect();     // it may outlive the Database
  EXPECT_TRUE(connection.ok());
  return std::move(connection).value();
}

Cell One(Connection& connection, const std::string& sql, const std::vector<Parameter>& parameters = {}) {
  auto rows = connection.Query(sql, parameters);
  EXPECT_TRUE(rows.ok()) << sql << ": " << Describe(rows.error());
  if (!rows.ok() || rows->rows.size() != 1 || rows->rows[0].size() != 1) return {};
  return rows->rows[0][0];
}

TEST(Database, ValuesOfEveryType) {
  auto c = Memory();
  auto rows = c->Query(
      "SELECT true a, 7::TINYINT b, -7::SMALLINT c, 70000 d, 7e9::BIGINT e, 200::UTINYINT f, 60000::USMALLINT g, "
      "4000000000::UINTEGER h, 9000000000000000000::UBIGINT i, 12::HUGEINT j, 1.5::FLOAT k, 2.25::DOUBLE l, "
      "12.50::DECIMAL(4,2) m, 12.50::DECIMAL(9,2) n, -12.50::DECIMAL(18,2) o, 12.500::DECIMAL(38,3) p, "
      "'县'::VARCHAR q, DATE '2025-07-01' r, TIMESTAMP '2025-07-01 00:00:01.5' s, NULL t, "
      "'b'::ENUM('a','b') u");
  ASSERT_TRUE(rows.ok()) << Describe(rows.error());
  const auto& r = rows->rows.at(0);
  const auto at = [&](const char* name) { return r[rows->FindColumn(name)]; };
  EXPECT_TRUE(at("a").boolean);
  EXPECT_EQ(at("b").integer, 7);
  EXPECT_EQ(at("c").integer, -7);
  EXPECT_EQ(at("d").integer, 70000);
  EXPECT_EQ(at("e").integer, 7000000000);
  EXPECT_EQ(at("f").integer, 200);
  EXPECT_EQ(at("g").integer, 60000);
  EXPECT_EQ(at("h").integer, 4000000000);
  EXPECT_EQ(at("i").integer, 9000000000000000000);
  EXPECT_EQ(at("j").integer, 12);
  EXPECT_EQ(at("k").real, 1.5);
  EXPECT_EQ(at("l").real, 2.25);
  for (const char* name : {"m", "n"}) EXPECT_EQ(at(name).integer, 1250) << name;
  EXPECT_EQ(at("o").integer, -1250);
  EXPECT_EQ(at("p").integer, 12500);
  EXPECT_EQ(rows->columns[rows->FindColumn("p")].scale, 3);
  EXPECT_EQ(at("q").text, "县");
  EXPECT_EQ(at("r").integer, (Date{2025, 7, 1}.ToDays()));
  EXPECT_EQ(at("s").integer, at("r").integer * 86'400'000'000 + 1'500'000);
  EXPECT_TRUE(at("t").is_null);
  EXPECT_EQ(at("u").text, "b");
  EXPECT_EQ(rows->FindColumn("zz"), -1);
}

TEST(Database, ValuesThatHaveOnlyAText) {
  auto c = Memory();
  EXPECT_EQ(One(*c, "SELECT [1, NULL, 3]").text, "[1, NULL, 3]");
  EXPECT_EQ(One(*c, "SELECT {'a': 1, 'b': DATE '2025-01-02'}").text, "{'a': 1, 'b': 2025-01-02}");
  EXPECT_EQ(One(*c, "SELECT map(['x'], [1.50::DECIMAL(4,2)])").text, "{x=1.50}");
  EXPECT_EQ(One(*c, "SELECT TIME '08:30:01'").text, "08:30:01");
  EXPECT_EQ(One(*c, "SELECT INTERVAL 3 DAY").text, "3 days");
  EXPECT_EQ(One(*c, "SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID").text, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  EXPECT_EQ(One(*c, "SELECT '\\x01\\xAB'::BLOB").text, "01ab");
  EXPECT_EQ(One(*c, "SELECT [1, 2]::INTEGER[2]").text, "[1, 2]");
}

TEST(Database, SumsOfMoneyAreExactAndTooLargeOnesAreAnError) {
  auto c = Memory();
  // In binary floating point this would be 999999.9999998…
  auto rows = c->Query("SELECT sum(x) s FROM (SELECT 0.10::DECIMAL(18,2) x FROM range(10000000))");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->columns[0].type, Type::kDecimal);
  EXPECT_EQ(rows->columns[0].scale, 2);
  EXPECT_EQ(rows->rows[0][0].integer, 100'000'000);
  EXPECT_EQ(One(*c, "SELECT sum(x) FROM (VALUES (-9223372036854775807::BIGINT), (-1)) t(x)").integer, INT64_MIN);
  for (const char* sql : {"SELECT 9223372036854775808::HUGEINT", "SELECT 9223372036854775808::UBIGINT",
                          "SELECT (-9223372036854775809)::HUGEINT"}) {
    auto large = c->Query(sql);
    ASSERT_FALSE(large.ok()) << sql;
    EXPECT_EQ(large.error().code, "number-too-large");
  }
}

TEST(Database, ParametersAreValuesNotText) {
  auto c = Memory();
  EXPECT_EQ(One(*c, "SELECT $1::VARCHAR", {Parameter::Text("it's; DROP TABLE x")}).text, "it's; DROP TABLE x");
  EXPECT_EQ(One(*c, "SELECT $1 + $2", {Parameter::Integer(40), Parameter::Integer(2)}).integer, 42);
  EXPECT_EQ(One(*c, "SELECT $1::DATE", {Parameter::Date(20000)}).integer, 20000);
  EXPECT_TRUE(One(*c, "SELECT $1::BOOLEAN", {Parameter::Boolean(true)}).boolean);
  EXPECT_TRUE(One(*c, "SELECT $1::VARCHAR", {Parameter{}}).is_null);
  auto wrong = c->Query("SELECT $1 + $2", {Parameter::Integer(1)});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, "sql");
}

TEST(Database, ManyChunksKeepTheirOrder) {
  auto c = Memory();
  auto rows = c->Query("SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 't' || i END t FROM range(10000) r(i) ORDER BY i");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->rows.size(), 10000u);
  for (int64_t i = 0; i < 10000; ++i) {
    ASSERT_EQ(rows->rows[i][0].integer, i);
    ASSERT_EQ(rows->rows[i][1].is_null, i % 3 == 0);
    ASSERT_EQ(rows->rows[i][1].text, i % 3 ? "t" + std::to_string(i) : "");
  }
}

TEST(Database, RunTakesSeveralStatementsAndErrorsSayWhat) {
  auto c = Memory();
  ASSERT_TRUE(c->Run("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1), (2);").ok());
  EXPECT_EQ(One(*c, "SELECT count(*) FROM t").integer, 2);
  auto bad = c->Run("SELEKT 1");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().category, ErrorCategory::kInvalid);
  EXPECT_EQ(bad.error().code, "sql");
  EXPECT_NE(bad.error().en.find("SELEKT"), std::string::npos);
  auto missing = c->Query("SELECT * FROM '/no/such/folder/x.parquet'");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().category, ErrorCategory::kUnavailable);
  EXPECT_EQ(missing.error().code, "io");
  auto runtime = c->Query("SELECT error('no')");
  ASSERT_FALSE(runtime.ok());
  EXPECT_EQ(runtime.error().code, "sql");
}

TEST(Database, NothingIsFetchedFromANetwork) {
  auto c = Memory();
  EXPECT_FALSE(c->Run("LOAD httpfs").ok());
  EXPECT_EQ(One(*c, "SELECT current_setting('autoinstall_known_extensions')").boolean, false);
  EXPECT_EQ(One(*c, "SELECT count(*) FROM duckdb_extensions() WHERE loaded AND extension_name IN ('parquet','json','icu')")
                .integer, 3);
}

TEST(Database, FilesReadOnlyAndLocked) {
  TemporaryFolder folder;
  const std::string path = folder / "deep/x.duckdb";
  auto database = Database::Open({.path = path, .memory_bytes = 100 << 20, .threads = 1});
  ASSERT_TRUE(database.ok()) << Describe(database.error());
  {
    auto c = std::move((*database)->Connect()).value();
    ASSERT_TRUE(c->Run("CREATE TABLE t AS SELECT 5 a; CHECKPOINT").ok());
    EXPECT_EQ(One(*c, "SELECT current_setting('threads')").integer, 1);
  }
  // Another process is refused while we have it.
  const pid_t child = fork();
  if (child == 0) {
    auto other = Database::Open({.path = path});
    _exit(!other.ok() && other.error().category == ErrorCategory::kBusy && other.error().code == "locked" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  database->reset();
  auto reader = Database::Open({.path = path, .read_only = true});
  ASSERT_TRUE(reader.ok()) << Describe(reader.error());
  auto c = std::move((*reader)->Connect()).value();
  EXPECT_EQ(One(*c, "SELECT a FROM t").integer, 5);
  EXPECT_FALSE(c->Run("INSERT INTO t VALUES (6)").ok());
  auto none = Database::Open({.path = folder / "none.duckdb", .read_only = true});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().category, ErrorCategory::kNotFound);
  ASSERT_TRUE(WriteFileDurably(folder / "junk.duckdb", std::string(20000, 'x')).ok());
  auto junk = Database::Open({.path = folder / "junk.duckdb"});
  ASSERT_FALSE(junk.ok());
  EXPECT_EQ(junk.error().category, ErrorCategory::kUnavailable);
}

TEST(Database, CancelStopsARunningStatementAndTheConnectionLivesOn) {
  TemporaryFolder folder;
  const std::string path = folder / "endless.csv";
  auto c = Memory();
  Cancel cancel;
  c->SetCancel(&cancel);
  EXPECT_EQ(One(*c, "SELECT 1").integer, 1);
  std::thread asker([&] {                      // asks once the statement is surely running: its file is there
    while (!cancel.requested() && !FileExists(path) && !FileExists(folder / "tmp_endless.csv")) std::this_thread::yield();
    cancel.Request();
  });
  // Years of work unless it is stopped.
  auto rows = c->Query("COPY (SELECT a.range x, b.range y FROM range(1000000000) a, range(1000000000) b WHERE "
                       "a.range * b.range % 7 = 3) TO " + QuoteText(path));
  EXPECT_TRUE(cancel.requested());
  cancel.Request();
  asker.join();
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, "cancelled") << Describe(rows.error());
  EXPECT_EQ(c->Run("SELECT 1").error().code, "cancelled");
  c->SetCancel(nullptr);
  EXPECT_EQ(One(*c, "SELECT 2").integer, 2);
}

TEST(Database, QuotesNamesAndTexts) {
  auto c = Memory();
  EXPECT_EQ(One(*c, "SELECT " + QuoteText("a'b''c")).text, "a'b''c");
  auto rows = c->Query("SELECT 1 AS " + QuoteName("odd \"name\""));
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->columns[0].name, "odd \"name\"");
}

}  // namespace
}  // namespace qianxian::columns
