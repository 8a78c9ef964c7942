// Kept tables of the pack (tables/NN-NAME.sql with CREATE TABLE): tables that cost too much to work out at every question,
// as each patient's state in each month. When rows of a followed view change, only the rows of the keys concerned are made
// again; all of them when a view was read from nothing, when too many keys changed, or when `anew_when` gives another text.
// Inside the transaction of a CatchUp. Threads: one. Failures: invalid ("pack-sql": file and message), cancelled.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "columns/database.h"
#include "pack/pack.h"
#include "warehouse/state.h"

namespace qianxian::warehouse::internal {

// CREATE TABLE with the right columns and no rows.
std::string EmptyKeptTableSql(const pack::KeptTable& table);
Status DropKeptTables(columns::Connection& connection, State& state);
// An error of a pack's SQL with its file in front.
Status Told(const std::string& path, const Status& status);

class KeptTables {
 public:
  KeptTables(columns::Connection& connection, const pack::Pack& pack) : connection_(connection), pack_(pack), pending_(pack.kept_tables.size()) {}

  bool Follows(std::string_view view) const;
  // Rows of these resources are about to go from the view, or have just come.
  Status Note(const std::string& view, const std::vector<std::string>& resource_keys);
  void NoteAll(std::string_view view);
  // Makes the rows again. True if any table changed.
  Result<bool> Refresh(State& state);

 private:
  struct Pending {
    bool all = false;
    std::set<std::string> keys;
  };
  Result<bool> RefreshOne(const pack::KeptTable& table, const Pending& pending, State& state);

  columns::Connection& connection_;
  const pack::Pack& pack_;
  std::vector<Pending> pending_;           // beside pack_.kept_tables
};

}  // namespace qianxian::warehouse::internal
