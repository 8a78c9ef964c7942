// A kept table follows its views: made whole at first, then only for the keys whose rows changed; the same as made anew.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/text.h"
#include "warehouse/kept_tables.h"

namespace qianxian::warehouse::internal {
namespace {

class Kept : public testing::Test {
 protected:
  void SetUp() override {
    auto database = columns::Database::Open({});
    ASSERT_TRUE(database.ok());
    database_ = std::move(*database);
    connection_ = std::move(*database_->Connect());
    pack_.kept_tables.push_back({"tables/10-sum.sql", "person_sum", "person", {{"visit", "patient"}}, "SELECT max(day) FROM visit",
                                 "SELECT patient AS person, sum(amount) AS total, count(*) AS visits FROM visit GROUP BY patient"});
    Run("CREATE TABLE visit (resource_key VARCHAR, patient VARCHAR, day BIGINT, amount BIGINT)");
    Run(EmptyKeptTableSql(pack_.kept_tables[0]));
    Run("INSERT INTO visit SELECT 'v' || i, 'p' || (i % 10), i % 7, i FROM range(100) r(i)");
    KeptTables kept(*connection_, pack_);
    kept.NoteAll("visit");
    ASSERT_TRUE(kept.Refresh(state_).ok());
  }
  void Run(const std::string& sql) {
    const Status status = connection_->Run(sql);
    ASSERT_TRUE(status.ok()) << Describe(status.error());
  }
  int64_t Number(const std::string& sql) { return QueryInteger(*connection_, sql).value_or(-1); }
  // How many rows differ from those made anew.
  int64_t Wrong() {
    return Number("SELECT count(*) FROM ((SELECT * FROM person_sum EXCEPT SELECT * FROM (" + pack_.kept_tables[0].select +
                  ")) UNION ALL (SELECT * FROM (" + pack_.kept_tables[0].select + ") EXCEPT SELECT * FROM person_sum))");
  }
  // The rows that a change puts in the table are those of these keys only: others, spoilt before, stay spoilt.
  void Spoil() { Run("UPDATE person_sum SET total = total + 1000 WHERE person = 'p9'"); }

  std::unique_ptr<columns::Database> database_;
  std::unique_ptr<columns::Connection> connection_;
  pack::Pack pack_;
  State state_;
};

TEST_F(Kept, MadeWholeAtFirst) {
  EXPECT_EQ(Number("SELECT count(*) FROM person_sum"), 10);
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(Kept, AChangedRowMakesItsKeyAgainAndNoOther) {
  Spoil();
  KeptTables kept(*connection_, pack_);
  ASSERT_TRUE(kept.Note("visit", {"v1"}).ok());      // its old key
  Run("UPDATE visit SET patient = 'p2', amount = 500 WHERE resource_key = 'v1'");
  ASSERT_TRUE(kept.Note("visit", {"v1"}).ok());      // its new one
  const Result<bool> changed = kept.Refresh(state_);
  ASSERT_TRUE(changed.ok() && *changed);
  EXPECT_EQ(Wrong(), 2);                               // p9, as it was spoilt and as it should be
  EXPECT_EQ(Number("SELECT total FROM person_sum WHERE person = 'p2'"), 2 + 12 + 22 + 32 + 42 + 52 + 62 + 72 + 82 + 92 + 500);
}

TEST_F(Kept, NothingChangedMakesNothing) {
  Spoil();
  KeptTables kept(*connection_, pack_);
  const Result<bool> changed = kept.Refresh(state_);
  ASSERT_TRUE(changed.ok());
  EXPECT_FALSE(*changed);
  EXPECT_EQ(Wrong(), 2);
}

TEST_F(Kept, AnotherAnswerOfAnewMakesAllAgain) {
  Spoil();
  Run("INSERT INTO visit VALUES ('new', 'p1', 99, 1)");
  KeptTables kept(*connection_, pack_);
  ASSERT_TRUE(kept.Note("visit", {"new"}).ok());
  ASSERT_TRUE(kept.Refresh(state_).ok());
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(Kept, TooManyKeysMakeAllAgain) {
  Spoil();
  std::vector<std::string> keys;
  for (size_t i = 0; i <= limits::kKeptChangedKeys; ++i) keys.push_back("v" + std::to_string(i));
  KeptTables kept(*connection_, pack_);
  ASSERT_TRUE(kept.Note("visit", keys).ok());
  ASSERT_TRUE(kept.Refresh(state_).ok());
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(Kept, ABrokenStatementIsToldWithItsFile) {
  pack_.kept_tables[0].select = "SELECT nothing FROM nowhere";
  KeptTables kept(*connection_, pack_);
  kept.NoteAll("visit");
  const Result<bool> changed = kept.Refresh(state_);
  ASSERT_FALSE(changed.ok());
  EXPECT_EQ(changed.error().code, "pack-sql");
  EXPECT_TRUE(StartsWith(changed.error().en, "tables/10-sum.sql"));
}

}  // namespace
}  // namespace qianxian::warehouse::internal
