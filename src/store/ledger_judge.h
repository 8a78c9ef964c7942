// Judges the staged rows of a session against each other and against the ledger, in sets (SQL over `stage`).
// The tables it makes, all in the session's own database:
//   met       each staged row whose key the ledger holds: batch and row of that, its row_hash, whether they are the same
//   repeated  staged rows whose key stands more than once in the session, with their neighbours
//   idle      staged rows that change nothing and are not written
// Threads: one. Failures: those of columns.
#pragma once

#include <cstdint>
#include <string>

#include "columns/database.h"
#include "store/ledger.h"

namespace qianxian::store::ledger {

std::string CreateStageSql(const LedgerSchema& schema);

class Judge {
 public:
  Judge(columns::Connection& connection, const LedgerSchema& schema, std::string batch_id)
      : connection_(connection), schema_(schema), batch_id_(std::move(batch_id)) {}
  // `current`: SELECT of batch, row, key columns, key_hash, row_hash of the ledger's current rows; "" for none.
  Result<LedgerCounts> Compare(uint64_t staged, const std::string& current);
  uint64_t rows_to_write() const { return rows_to_write_; }
  Status WriteRows(const std::string& path);
  Result<uint64_t> WriteSuperseded(const std::string& path);    // 0: nothing is superseded, no file

 private:
  Status MakeMet(const std::string& current);
  Status MakeRepeated();
  Result<uint64_t> Count(const std::string& sql);

  columns::Connection& connection_;
  const LedgerSchema& schema_;
  const std::string batch_id_;
  uint64_t rows_to_write_ = 0;
};

}  // namespace qianxian::store::ledger
