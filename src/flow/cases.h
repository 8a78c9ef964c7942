// Plays the boundary cases of a pack's pathways: each on a memory store of its own with a clock that moves, through the same
// engine as the server. Threads: one. Failures: invalid (a bad case file), and those of the engine; a case that comes out
// otherwise is a fault of its result.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"
#include "search/parameters.h"

namespace qianxian::flow {

struct PathwayCaseResult {
  std::string name;                        // "hypertension: …"
  size_t compared = 0;
  std::vector<std::string> faults;         // "line 7: follow-up is due on day 90, expected 14"
};

// `pack`: merged, with the forms and pathways that the cases need.
Result<std::vector<PathwayCaseResult>> RunPathwayCases(const pack::Pack& pack, const search::Parameters& parameters,
                                                       const std::string& path, const std::string& text);

}  // namespace qianxian::flow
