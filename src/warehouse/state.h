// What the warehouse knows of itself, in its own tables: how far each view has eaten the feed, which pack made it, which
// ledger batches are in. Part of the same transaction as the rows, so that a kill leaves both or neither.
// Threads: as the connection. Failures: as columns::Connection.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "columns/database.h"

namespace qianxian::warehouse::internal {

inline constexpr char kFormat[] = "2";               // a file of another format is thrown away and made again

struct State {
  std::map<std::string, std::string> values;          // format, as_of, changed_at, pack, tables, settlement, county, pack-view …
  std::map<std::string, uint64_t> view_t;             // view → how far it is
  std::map<std::string, std::string> view_hash;       // view → its definition's hash
  std::map<std::string, std::string> batches;         // ledger batch in the tables → its kind
  uint64_t Number(const std::string& name) const;
};

Status MakeStateTables(columns::Connection& connection);
Result<State> ReadState(columns::Connection& connection);
// Writes the whole state over the old one (it is small).
Status WriteState(columns::Connection& connection, const State& state);

// A stable short hash of some texts.
std::string HashOf(const std::vector<std::string>& texts);

// Some value's text, or one integer, of a query that gives one row with one column.
Result<std::string> QueryText(columns::Connection& connection, const std::string& sql);
Result<int64_t> QueryInteger(columns::Connection& connection, const std::string& sql);
Result<bool> HasRelation(columns::Connection& connection, const std::string& name);

}  // namespace qianxian::warehouse::internal
