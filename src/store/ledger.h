// Ledger: rows that another authority keeps and we only count (settlements, population). Truth, but not one resource a row:
// immutable columnar batches (Parquet files under DIR/ledger/<kind>/), each named by the hash of its content and recorded
// as a DocumentReference with a Provenance in the same commit. Later batches correct earlier ones by key; nothing is edited.
//
// An import is one Session: rows are staged on disk, then Finish() compares them by key with what the ledger holds,
// writes the accepted rows as batch files, fsyncs them and commits. Killed before that commit: nothing happened (left-over
// files are removed at the next open). Memory stays flat: staging and comparing spill to disk.
// Threads: a Session belongs to one thread. Several processes may read; one Session at a time (lock file; error busy).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/cancel.h"
#include "base/date.h"
#include "base/result.h"
#include "store/store.h"

namespace qianxian::store {

enum class ColumnType : uint8_t { kText, kDate, kMoney /* DECIMAL(18,2) */, kInteger };

struct LedgerColumn {
  std::string name;
  ColumnType type = ColumnType::kText;
};

struct LedgerSchema {
  std::string kind;                        // "settlement", "population"
  std::vector<LedgerColumn> columns;
  std::vector<std::string> key;            // names of the columns that make two rows the same one
  std::string order_by;                    // column that a batch file is sorted by; "" = as the rows came
};
// The schemas that this release knows.
const LedgerSchema& SettlementSchema();    // columns and order as in the insurance export; key setl_id
const LedgerSchema& PopulationSchema();    // region,year,sex,age_group,persons; key all but persons

// A value of one row; null is a value of any type.
struct LedgerValue {
  bool is_null = true;
  std::string_view text;                   // kText
  int64_t number = 0;                      // kDate: days since 1970; kMoney: fen (1/100); kInteger
};

struct LedgerCounts {
  uint64_t accepted = 0;                   // new keys
  uint64_t unchanged = 0;                  // the same row is already there (or stands again in this file)
  uint64_t replaced = 0;                   // the key was there with another row; the later row wins
};

struct LedgerReceipt {
  LedgerCounts counts;
  uint64_t t = 0;                          // of the commit
  std::string batch;                       // DocumentReference id; "" where no row was new
};

struct BatchOrigin {
  std::string file_name;                   // as the user knows it, no folder
  std::string file_hash;                   // SHA-256 of the file's bytes, hex
  std::string who;
};

class LedgerSession {
 public:
  virtual ~LedgerSession() = default;
  // One row, in the schema's column order; `line` is its line in the file. The views need live only for the call.
  virtual Status Append(uint64_t line, const std::vector<LedgerValue>& row) = 0;
  // Compares, writes, commits. `extra` makes the changes that must stand or fall with it (the job's Task) from the counts.
  // After an error or a Cancel the ledger is as before. Rows of the same key in one session: the last one counts, the
  // others are kept in the batch as superseded by it, unless the last one is what the ledger holds already.
  virtual Result<LedgerReceipt> Finish(const access::Caller& caller, const BatchOrigin& origin,
                                       std::function<std::vector<Change>(const LedgerCounts&)> extra, const Cancel& cancel,
                                       std::function<void(double fraction)> progress) = 0;
};

struct Batch {
  std::string id;                          // DocumentReference id
  std::string kind;
  std::string path;                        // the Parquet file
  std::string superseded_path;             // Parquet (batch VARCHAR, row BIGINT): rows that this one replaces, of earlier
                                           // batches or of its own; "" if none
  uint64_t sequence = 0;                   // order of batches of a kind: 1, 2, …
  uint64_t rows = 0;
  uint64_t t = 0;
};

class Ledger {
 public:
  virtual ~Ledger() = default;
  virtual Result<std::unique_ptr<LedgerSession>> Begin(const access::Caller& caller, const LedgerSchema& schema) = 0;
  // The batches of a kind that the record knows at the store's newest t, in order.
  virtual Result<std::vector<Batch>> Batches(const access::Caller& caller, std::string_view kind) = 0;
  // SQL (DuckDB) of a relation (a SELECT, to be put in brackets) with the kind's columns plus `batch` VARCHAR, `row` BIGINT
  // and `line` BIGINT, that holds each key's current row: the batch files in place, less the superseded rows. An empty
  // relation where there is no batch.
  virtual Result<std::string> CurrentRowsSql(const access::Caller& caller, std::string_view kind) = 0;
  // Verifies every batch file against its hash and row count.
  virtual Result<CheckReport> Check(const access::Caller& caller) = 0;
};
// `directory` is the data folder; nothing is made there before the first Begin. All three must outlive the ledger.
Result<std::unique_ptr<Ledger>> OpenLedger(const std::string& directory, Store& store, Clock& clock, Random& random);

}  // namespace qianxian::store
