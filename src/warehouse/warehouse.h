// Warehouse: derived tables for counting (DuckDB, DIR/warehouse/). Resources come in through the feed and the pack's
// ViewDefinitions, one table a view; ledgers are read in place. Can be deleted and made again from the record at any time.
//
// Tables: one for each ViewDefinition of the pack (its name; a column resource_key is added), `settlement` and
// `population` (the ledgers' current rows), `disease_group`, `disease_category`, `capability_item`, `capability_code`
// (from the pack), `setting(county)`, and the pack's own views (tables/*.sql). docs/formats/pack.md lists the columns.
//
// One process at a time may hold a data folder's warehouse (Open: busy "locked", the message names what to do).
// Threads: CatchUp is serialised inside; Query may be called from many threads and sees the last finished CatchUp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/caller.h"
#include "base/cancel.h"
#include "base/result.h"
#include "columns/database.h"
#include "pack/pack.h"
#include "store/ledger.h"
#include "store/store.h"

namespace qianxian::fhir {
class Definitions;
}

namespace qianxian::warehouse {

struct Options {
  std::string directory;                   // the data folder
  store::Store* store = nullptr;
  store::Ledger* ledger = nullptr;
  const fhir::Definitions* definitions = nullptr;
  const pack::Pack* pack = nullptr;        // all must outlive the warehouse
  std::string county;                      // six digits; "" = found from the records (the region of the county hospitals,
                                           // else of most organisations, else of most insured people)
};

class Warehouse {
 public:
  virtual ~Warehouse() = default;
  static Result<std::unique_ptr<Warehouse>> Open(const Options& options);
  // Eats the feed up to the store's newest t and returns it. Quick when there is nothing new. A changed pack (views,
  // tables) rebuilds what it touches.
  virtual Result<uint64_t> CatchUp(const Cancel& cancel, std::function<void(uint64_t done, uint64_t total)> progress) = 0;
  // The t that this pack's tables stand for; 0 when they were made by another edition of the packs: CatchUp first.
  virtual uint64_t as_of() const = 0;
  // False until the first CatchUp with these packs: their tables are not there yet.
  virtual bool ready() const { return true; }
  virtual std::string county() const = 0;
  // Read only. The access scope is the caller's business in measure/ (a warehouse row has no owner of its own but `org`).
  virtual Result<columns::Rows> Query(const std::string& sql, const std::vector<columns::Parameter>& parameters,
                                      const Cancel* cancel) = 0;
  // Small answers kept with the t they are true for; gone with the warehouse.
  virtual std::string CachedAnswer(std::string_view key, uint64_t as_of) = 0;     // "" if none
  virtual void KeepAnswer(std::string_view key, uint64_t as_of, std::string_view answer) = 0;
  // Throws the derived tables away and makes them again.
  virtual Status Rebuild(const Cancel& cancel, std::function<void(uint64_t, uint64_t)> progress) = 0;
};

}  // namespace qianxian::warehouse
