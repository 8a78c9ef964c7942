// The demonstration's files as they lie in DIR/demo-files: what an earlier run left there and can be used again, and the room
// that is needed before anything is written. Threads: plain functions. Failures: those of files and JSON; unavailable ("disk-full").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo/demo.h"

namespace qianxian::app {

// The files that truth.json vouches for, if it is there, is of this size and seed, and every file that is not in `done` (names) lies
// there at its full length. None: they have to be generated.
Result<std::optional<demo::GeneratedCounty>> FindGenerated(const demo::Options& options, const std::vector<std::string>& done);

struct Room {
  uint64_t needed = 0;                     // bytes, with what working beside the data takes
  uint64_t there = 0;
};
// `folder`: the data folder, whose bytes count as there. `drop`: each file goes once it is imported.
Result<Room> FindRoom(const demo::Options& options, const std::string& folder, bool drop);
Error NoRoom(const Room& room, const std::string& directory);

}  // namespace qianxian::app
