// The appender: what goes in comes out, across chunks, and misuse is told.
#include <gtest/gtest.h>

#include "columns/database.h"

namespace qianxian::columns {
namespace {

std::unique_ptr<Connection> Memory() {
  auto database = Database::Open({});
  EXPECT_TRUE(database.ok());
  return std::move((*database)->Connect()).value();
}

TEST(Appender, RowsOfEveryTypeAcrossChunks) {
  auto c = Memory();
  ASSERT_TRUE(c->Run("CREATE TABLE t(i BIGINT, s VARCHAR, d DATE, m DECIMAL(18,2), b BOOLEAN, f DOUBLE, h UBIGINT, "
                     "n INTEGER, k DECIMAL(4,1))").ok());
  auto appender = c->Append("t");
  ASSERT_TRUE(appender.ok()) << Describe(appender.error());
  const int64_t count = 5000;                  // two whole chunks and a rest
  for (int64_t i = 0; i < count; ++i) {
    Appender& a = **appender;
    a.Integer(i);
    if (i % 5 == 0) a.Null(); else a.Text("县医院-" + std::to_string(i) + "-a longer text than fits inside");
    a.Date(static_cast<int32_t>(i));
    a.Decimal(i * 100 + 1, 2);
    a.Boolean(i % 2 == 0);
    a.Double(static_cast<double>(i) / 4);
    a.Integer(-1);                             // the bits of a hash
    if (i % 7 == 0) a.Null(); else a.Integer(static_cast<int32_t>(-i));
    a.Decimal(15, 1);
    ASSERT_TRUE(a.EndRow().ok());
  }
  ASSERT_TRUE((*appender)->Close().ok());
  auto rows = c->Query("SELECT i, s, d, m, b, f, (h = 18446744073709551615) h, n, k FROM t ORDER BY i");
  ASSERT_TRUE(rows.ok()) << Describe(rows.error());
  ASSERT_EQ(rows->rows.size(), static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const auto& r = rows->rows[i];
    ASSERT_EQ(r[0].integer, i);
    ASSERT_EQ(r[1].is_null, i % 5 == 0);
    ASSERT_EQ(r[1].text, i % 5 ? "县医院-" + std::to_string(i) + "-a longer text than fits inside" : "");
    ASSERT_EQ(r[2].integer, i);
    ASSERT_EQ(r[3].integer, i * 100 + 1);
    ASSERT_EQ(r[4].boolean, i % 2 == 0);
    ASSERT_EQ(r[5].real, static_cast<double>(i) / 4);
    ASSERT_TRUE(r[6].boolean);
    ASSERT_EQ(r[7].is_null, i % 7 == 0);
    ASSERT_EQ(r[7].integer, i % 7 ? -i : 0);
    ASSERT_EQ(r[8].integer, 15);
  }
}

TEST(Appender, MisuseIsAnErrorNotANumber) {
  auto c = Memory();
  ASSERT_TRUE(c->Run("CREATE TABLE t(i INTEGER, m DECIMAL(18,2), s VARCHAR)").ok());
  const auto refused = [&](auto fill) {
    auto appender = c->Append("t");
    EXPECT_TRUE(appender.ok());
    fill(**appender);
    auto status = (*appender)->EndRow();
    return !status.ok() && status.error().code == "append" && !(*appender)->Close().ok();
  };
  EXPECT_TRUE(refused([](Appender& a) { a.Text("1"); a.Null(); a.Null(); }));
  EXPECT_TRUE(refused([](Appender& a) { a.Integer(1); a.Decimal(1, 3); a.Null(); }));
  EXPECT_TRUE(refused([](Appender& a) { a.Integer(1); a.Integer(1); a.Null(); }));
  EXPECT_TRUE(refused([](Appender& a) { a.Integer(int64_t{1} << 40); a.Null(); a.Null(); }));
  EXPECT_TRUE(refused([](Appender& a) { a.Null(); a.Null(); a.Text("\xff\xfe"); }));
  EXPECT_TRUE(refused([](Appender& a) { a.Null(); }));
  EXPECT_TRUE(refused([](Appender& a) { a.Null(); a.Null(); a.Null(); a.Null(); }));
  EXPECT_FALSE(c->Append("no_such_table").ok());
  auto rows = c->Query("SELECT count(*) FROM t");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->rows[0][0].integer, 0);
}

TEST(Appender, AConstraintIsToldAtClose) {
  auto c = Memory();
  ASSERT_TRUE(c->Run("CREATE TABLE t(i INTEGER PRIMARY KEY)").ok());
  auto appender = c->Append("t");
  ASSERT_TRUE(appender.ok());
  for (int k = 0; k < 2; ++k) {
    (*appender)->Integer(1);
    ASSERT_TRUE((*appender)->EndRow().ok());
  }
  auto closed = (*appender)->Close();
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().category, ErrorCategory::kInvalid);
}

}  // namespace
}  // namespace qianxian::columns
