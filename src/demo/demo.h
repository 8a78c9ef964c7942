// The demonstration county: invented people, hospitals and three years of care, written as the files that a real county
// has (docs/formats/first-page.md, docs/formats/sheets.md), so that they come in through the front door, and beside them truth.json
// with the exact parts of every measure and of every planted story. Owner: edge floor; knows no store and no pack
// machinery. Every clinical or insurance fact is in packs/demo-county/*.csv with its source and mark.
// Same options and tables: same bytes. A later last_month in the same year only appends to the streams of rows.
// Threads: one call is one thread; calls with different directories may run side by side.
// Errors: invalid ("unknown-size", "bad-month", "bad-table"; "cancelled": what was written is removed again), unavailable
// ("io", "disk-full").
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace qianxian::demo {

struct Options {
  std::string size = "small";          // a row of sizes.csv: tiny (tests), small, county, province
  uint64_t seed = 1;
  std::string directory;               // is made if missing
  std::string last_month = "2025-12";  // the last month with data; the years are its own and the two before
  std::string packs_directory;         // the folder that holds demo-county/
  bool dirty_rows = true;              // a few rows such as real exports have: refused, repeated, corrected
};

// A row that an importer must refuse.
struct Refusal {
  uint64_t line = 0;    // physical; the header is line 1
  std::string column;   // as in the header
  std::string code;     // docs/formats/sheets.md
};

// A file in the order of import, and what an importer must say of it.
struct GeneratedFile {
  std::string kind;          // organizations, population, settlements, first-pages
  std::string path;
  std::string organization;  // first pages: the hospital's code
  std::string region;        // the county's six digits; empty where the file belongs to all
  uint64_t bytes = 0;
  uint64_t rows = 0;
  uint64_t accepted = 0;
  uint64_t unchanged = 0;
  uint64_t replaced = 0;
  std::map<std::string, uint64_t> rejected;  // reason code -> rows
  std::vector<Refusal> refusals;             // the same rows, one by one
};

struct GeneratedRegion {
  std::string code;  // six digits
  std::string name;
};

struct GeneratedCounty {
  std::vector<GeneratedRegion> counties;
  std::vector<GeneratedFile> files;
  std::string truth_path;
  uint64_t rows = 0;
};

// About how much a size is going to be, for three years; what `small` and `county` were, by the person (docs/numbers.md).
struct Expected {
  uint64_t persons = 0;
  uint64_t rows = 0;
  uint64_t file_bytes = 0;
  uint64_t data_bytes = 0;   // what the files become: the record, the ledger, the warehouse
};
Result<Expected> Expect(const Options& options);

// How much is done (0 to 1) and how many rows are written.
using Progress = std::function<void(double fraction, uint64_t rows)>;

Result<GeneratedCounty> Generate(const Options& options, const Progress& progress = {}, const Cancel* cancel = nullptr);

}  // namespace qianxian::demo
