// Judges the staged rows of a session against each other and against the ledger, in sets (SQL), a slice of the keys at a time:
// rows of the same key have the same hash, so they meet in the same slice, and memory holds one slice however many rows there are.
// The tables of a slice, all in the session's own database:
//   stage     keys of the slice's staged rows
//   met       each staged row whose key the ledger holds: batch and row of that, its row_hash, whether they are the same
//   repeated  staged rows whose key stands more than once in the session, with their neighbours
//   idle      staged rows that change nothing and are not written
//   superseded rows of the ledger or of the session that a staged row replaces
// What a slice found idle or superseded is kept in files beside the runs. Threads: one. Failures: those of columns.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "columns/database.h"
#include "store/ledger.h"
#include "store/ledger_stage.h"

namespace qianxian::store::ledger {

class Judge {
 public:
  Judge(columns::Connection& connection, const LedgerSchema& schema, std::string batch_id, std::string directory)
      : connection_(connection), schema_(schema), batch_id_(std::move(batch_id)), directory_(std::move(directory)) {}
  // `current`: SELECT of batch, row, key columns, key_hash, row_hash of the ledger's current rows; "" for none.
  Result<LedgerCounts> Compare(const std::vector<Run>& runs, uint64_t slice_rows, const std::string& current,
                               const std::function<void(double fraction)>& progress);
  uint64_t rows_to_write() const { return rows_to_write_; }
  uint64_t slices() const { return slices_; }
  Status WriteRows(const std::string& path);
  Result<bool> WriteSuperseded(const std::string& path);    // false: nothing is superseded, no file

 private:
  Status CompareSlice(uint64_t slice, const std::string& current, LedgerCounts& counts);
  Status MakeMet(const std::string& current, const std::string& of_slice);
  Status MakeRepeated();
  Status KeepFindings(uint64_t slice, uint64_t idle);
  Status LeaveOutIdle(Run& run);
  Result<uint64_t> Count(const std::string& sql);

  columns::Connection& connection_;
  const LedgerSchema& schema_;
  const std::string batch_id_;
  const std::string directory_;
  std::vector<Run> runs_;
  std::vector<std::string> keys_, idle_, superseded_;    // files
  uint64_t slices_ = 1, rows_to_write_ = 0;
};

}  // namespace qianxian::store::ledger
