// Import: what a county really has becomes records or ledger rows. One door for the command line and the page.
// Every row is accounted for: accepted, unchanged, replaced or rejected with line, column, value and a reason in two
// languages. Work is committed in pieces together with the job's Task (a record), so a killed import that is started
// again repeats without doubles: ids come from the rows' keys and equal rows are left alone.
// Threads: Run blocks; call it from a worker. Several imports may run at once (settlements: one at a time, else busy).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/ledger.h"
#include "store/store.h"

namespace qianxian::intake {

enum class Kind { kFirstPages, kSettlements, kOrganizations, kPopulation, kFhir, kCodes, kPackage };
std::string_view Name(Kind kind);                  // "first-pages" …
Result<Kind> ParseKind(std::string_view name);     // error names the kinds that there are

struct Counts {
  uint64_t accepted = 0;
  uint64_t unchanged = 0;
  uint64_t replaced = 0;
  uint64_t rejected = 0;
};

struct Rejection {
  uint64_t line = 0;
  std::string column;                              // as in the file; "" if it is about the whole row
  std::string value;
  std::string code;                                // docs/formats/sheets.md
  std::string reason_zh;
  std::string reason_en;
  std::string file;                                // only shown when several files are imported at once
};

struct Progress {
  std::string stage;                               // "reading", "comparing", "committing", "done"
  double fraction = 0;                             // 0 … 1 of the whole
  uint64_t rows_read = 0;
  Counts so_far;
};

struct Request {
  Kind kind = Kind::kFirstPages;
  std::vector<std::string> paths;                  // files; folders are walked for kFhir
  std::vector<std::string> names;                  // what the user calls them; empty: the last part of the path
  std::string organization;                        // --org
  bool stay_days_inclusive = false;                // days of stay = out − in + 1
  std::string system, version, title;              // kCodes: URL and version of the code system, what it is called
  std::string job_id;                              // id of the job's Task; "" makes one
  std::string report_path;                         // CSV of refused rows; "" = DIR/reports/<job>.csv
};

struct Summary {
  std::string job_id;
  Counts counts;
  std::string report_path;
  std::vector<std::string> notes_zh, notes_en;     // "hospital H9 was not known and has been added", encodings seen, …
  uint64_t t = 0;                                  // newest t afterwards
};

struct Tools {                                     // all must outlive the call
  store::Store* store = nullptr;
  store::Ledger* ledger = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  std::string directory;                           // the data folder
};

// Errors (nothing or a clean prefix was imported, the Task says so): invalid (not such a file: "missing-columns" names them,
// sheet/csv.h's codes), forbidden, busy, unavailable, "cancelled" (invalid). Rejected rows are no error.
Result<Summary> Run(const access::Caller& caller, const Tools& tools, const Request& request, const Cancel& cancel,
                    std::function<void(const Progress&)> progress);

}  // namespace qianxian::intake
