// The 120 Synthea patients beside the checkout, as changes: for tests and benchmarks. References within the bundles are
// made local, as an import does.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace qianxian::store {

// The folder of the sample, or "" where it is not there.
std::string SyntheaFolder();
// One list for each bundle file, in order of their names. `files` at most (0: all).
Result<std::vector<std::vector<Change>>> ReadSynthea(const std::string& folder, size_t files = 0);
// What is put before every id of a copy; "" for copy 0, which is the sample itself.
std::string CopyMark(int copy);
// The same resource in another county of the same people: its ids and local references with the mark in front.
Change Rekey(Change change, const std::string& mark);

}  // namespace qianxian::store
