// The sign must change with every commit of every connection, whatever becomes of the log; where it does not, nothing has.
#include "store/sqlite/change_sign.h"

#include <gtest/gtest.h>

#include <set>

#include "store/contract/contract.h"

namespace qianxian::store::sqlite {
namespace {

class ChangeSignTest : public testing::Test {
 protected:
  void SetUp() override {
    writer_ = Open(Database::Mode::kWrite);
    Must(*writer_, "PRAGMA journal_mode=WAL");
    Must(*writer_, "PRAGMA synchronous=OFF");
    Must(*writer_, "CREATE TABLE number(value INTEGER)");
    reader_ = Open(Database::Mode::kRead);
    Must(*reader_, "SELECT count(*) FROM number");
  }
  void TearDown() override {
    reader_.reset();
    writer_.reset();
  }
  std::unique_ptr<Database> Open(Database::Mode mode) { return Database::Open(folder_.path() + "/a.db", mode, 1'000).value(); }
  static void Must(Database& database, const std::string& sql) {
    Status done = database.Execute(sql);
    ASSERT_TRUE(done.ok()) << sql;
  }

  ContractFolder folder_;
  std::unique_ptr<Database> writer_, reader_;
};

TEST_F(ChangeSignTest, ChangesWithEachCommitAndWithNothingElse) {
  ChangeSign sign = ChangeSign::Of(*reader_);
  std::set<ChangeSign::Mark> seen;
  ASSERT_TRUE(sign.Read().has_value());
  seen.insert(*sign.Read());
  for (int i = 0; i < 300; ++i) {
    auto other = i % 30 == 0 ? Open(Database::Mode::kWrite) : nullptr;
    Must(other ? *other : *writer_, "INSERT INTO number VALUES(1)");
    if (i % 7 == 0) Must(*writer_, i % 2 == 0 ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)");
    EXPECT_TRUE(seen.insert(*sign.Read()).second) << "a mark that was there before, after " << i;
    Must(*reader_, "SELECT count(*) FROM number");
    EXPECT_FALSE(seen.insert(*sign.Read()).second) << "nothing was committed after " << i;
  }
  EXPECT_EQ(reader_->QueryInteger("SELECT count(*) FROM number").value(), 300);
}

TEST_F(ChangeSignTest, KnowsNothingWithoutALog) {
  EXPECT_FALSE(ChangeSign().Read().has_value());
}

}  // namespace
}  // namespace qianxian::store::sqlite
