// Rows of one import on their way into a batch. They are held in memory only until a run of them is full; a run then goes to a
// Parquet file of its own, sorted (but for pieces of a run that threads may write in another order: only speed hangs on it), and its keys to another, sorted by their hash. So a session holds no
// more however many rows come, and the judge (ledger_judge.h) can read the keys slice by slice.
// Owner: the session; files below its folder, which it removes. Threads: one. Failures: those of columns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columns/database.h"
#include "store/ledger_bounds.h"

namespace qianxian::store::ledger {

struct Run {
  std::string rows;                        // batch file's columns but `batch`
  std::string keys;                        // "row", key_hash, row_hash, key columns
  uint64_t first = 0, last = 0;            // numbers of its rows, both in it
};

class Stage {
 public:
  Stage(columns::Connection& connection, const LedgerSchema& schema, const LedgerBounds& bounds, std::string directory);
  Status Start();
  Status Append(uint64_t line, const std::vector<LedgerValue>& row);
  Status Close();                          // writes the last run
  const std::vector<Run>& runs() const { return runs_; }
  uint64_t rows() const { return rows_; }
  uint64_t most_rows_held() const { return most_rows_held_; }

 private:
  Status Begin();
  Status WriteRun();
  void Watch(const LedgerValue& ordering);

  columns::Connection& connection_;
  const LedgerSchema& schema_;
  const LedgerBounds bounds_;
  const std::string directory_;
  std::vector<bool> is_key_;
  size_t ordering_;                        // place of the column that runs are sorted by
  std::unique_ptr<columns::Appender> appender_;
  std::vector<Run> runs_;
  uint64_t rows_ = 0, rows_held_ = 0, bytes_held_ = 0, most_rows_held_ = 0;
  int64_t newest_ = 0;                     // of that column, where it is a number
  bool is_sorted_ = true;                  // the run's rows came in its order
};

// read_parquet(['…', …])
std::string ReadParquet(const std::vector<std::string>& paths);

}  // namespace qianxian::store::ledger
