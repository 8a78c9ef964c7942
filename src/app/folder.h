// A data folder, opened: the record and the ledger, and on demand the numbers (warehouse, measures, gaps, pathways). The only place
// that wires the modules together. Its first use makes the administrator, and says so.
// Threads: open and close in one; what is inside has its own rules. Failures: those of the parts.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "access/caller.h"
#include "api/vocabulary.h"
#include "app/packs.h"
#include "auth/auth.h"
#include "base/clock.h"
#include "base/ids.h"
#include "flow/flow.h"
#include "gap/gap.h"
#include "intake/import.h"
#include "measure/measure.h"
#include "search/parameters.h"
#include "store/ledger.h"
#include "store/store.h"
#include "warehouse/warehouse.h"

namespace qianxian::app {

struct FolderOptions {
  std::string directory = "./data";
  std::string packs_directory;             // "" = found beside the program
  std::string clock_file;                  // the time stands in this file (base/file_clock.h); "" = the machine's
  bool expects_data = false;               // who checks or counts hardly means a new folder: it is made all the same, and it is said
  bool quiet = false;                      // says nothing of the first administrator (it stands in the folder all the same)
};

inline FolderOptions WithData(FolderOptions options) {
  options.expects_data = true;
  return options;
}

class Folder {
 public:
  static Result<std::unique_ptr<Folder>> Open(const FolderOptions& options);
  // Warehouse, measures, gaps. Busy ("locked") while another process has the warehouse.
  Status OpenNumbers();
  // Eats what is new, with progress on standard error.
  Status CatchUp(const Cancel& cancel);

  const FolderOptions& options() const { return options_; }
  const std::string& directory() const { return options_.directory; }
  Clock& clock() { return *clock_; }
  Random& random() { return random_; }
  const search::Parameters& parameters() const { return *parameters_; }
  store::Store& store() { return *store_; }
  store::Ledger& ledger() { return *ledger_; }
  api::Vocabulary& vocabulary() { return *vocabulary_; }
  auth::Auth& auth() { return *auth_; }
  const Packs& packs() const { return *packs_; }                 // after OpenNumbers
  warehouse::Warehouse& warehouse() { return *warehouse_; }      // after OpenNumbers
  measure::Measures& measures() { return *measures_; }           // after OpenNumbers
  gap::Gaps& gaps() { return *gaps_; }                           // after OpenNumbers
  flow::Flow& flow() { return *flow_; }                          // after OpenNumbers
  intake::Tools intake_tools();

 private:
  explicit Folder(FolderOptions options) : options_(std::move(options)) {}
  FolderOptions options_;
  std::unique_ptr<Clock> clock_;
  SystemRandom random_;
  std::unique_ptr<const search::Parameters> parameters_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<api::Vocabulary> vocabulary_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<auth::Auth> auth_;
  std::optional<Packs> packs_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<measure::Measures> measures_;
  std::unique_ptr<gap::Gaps> gaps_;
  std::unique_ptr<flow::Flow> flow_;
};

// Whoever may read the folder's files may do everything with them anyway.
access::Caller CommandLineCaller();

}  // namespace qianxian::app
