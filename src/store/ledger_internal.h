// Shared by the ledger's own files: batches as documents of the record, folders and lock, SQL of the current rows.
// Threads: plain functions; a Lock belongs to who holds it. Failures: as ledger.h says.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/ledger_bounds.h"

namespace qianxian::store::ledger {

std::string SqlType(ColumnType type);
const LedgerSchema* FindSchema(std::string_view kind);                // nullptr: no such kind

// A batch as its DocumentReference tells it.
struct BatchRecord {
  std::string kind;
  uint64_t sequence = 0;
  uint64_t rows = 0;
  uint64_t t = 0;
  bool withdrawn = false;      // the document was deleted: its rows no longer count, its files stay
  struct File {
    std::string url;           // relative to the data folder
    std::string sha256;
    uint64_t bytes = 0;
    bool any() const { return !url.empty(); }
  };
  File data, superseded;
};

std::string BatchId(std::string_view kind, uint64_t sequence);        // "ledger-settlement-000001"
std::string DocumentJson(const BatchRecord& batch, Instant at);
std::string ProvenanceJson(const BatchRecord& batch, const BatchOrigin& origin, Instant at);
Result<BatchRecord> ParseDocument(std::string_view json);
// All batches of a kind at the store's newest t, in order of sequence, the withdrawn ones too.
Result<std::vector<BatchRecord>> ReadBatches(Store& store, std::string_view kind);

// Where things are below the data folder (absolute).
struct Folders {
  std::string root;                        // the data folder
  std::string Ledger() const { return root + "/ledger"; }
  std::string OfKind(std::string_view kind) const { return Ledger() + "/" + std::string(kind); }
  std::string Absolute(std::string_view url) const { return root + "/" + std::string(url); }
};

// flock of DIR/ledger/lock: one session at a time, whatever the process. Error: busy "locked".
class Lock {
 public:
  static Result<std::unique_ptr<Lock>> Take(const Folders& folders);
  explicit Lock(int file) : file_(file) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

 private:
  int file_;
};

// Removes what a killed session left: staging folders, and files that no document ever named. Only under the Lock.
Status RemoveLeftovers(const Folders& folders, Store& store);

// SELECT of batch, row and the named columns of the current rows; "" where there is no batch.
std::string SelectCurrent(const Folders& folders, const std::vector<BatchRecord>& batches,
                          const std::vector<std::string>& columns);

Result<std::unique_ptr<LedgerSession>> MakeSession(const Folders& folders, Store& store, Clock& clock, Random& random,
                                                   const LedgerSchema& schema, const LedgerBounds& bounds);
Result<CheckReport> CheckLedgers(const Folders& folders, Store& store);

}  // namespace qianxian::store::ledger
