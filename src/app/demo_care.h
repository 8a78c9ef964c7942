// What the invented county does for people at home: residents of its first two townships, enrolled as packs/demo-county/care.csv
// says and visited for half a year with the answers of care-answers.csv, up to yesterday; what is left is due or overdue today.
// Everything goes through flow, with a clock that starts half a year ago. Threads: one. Failures: those of sheet/csv.h and
// flow/flow.h; a folder that has such residents already is left as it is.
#pragma once

#include <string>
#include <vector>

#include "app/folder.h"
#include "base/cancel.h"
#include "base/result.h"

namespace qianxian::app {

struct DemoPlaces {
  std::string township, village;           // codes of the first township and the first of its villages; "" if there are none
};
Result<DemoPlaces> FindDemoPlaces(Folder& folder, const std::string& region);

// How many residents were made.
Result<size_t> MakeDemoCare(Folder& folder, const std::string& packs_directory, const std::string& region, const Cancel& cancel);

}  // namespace qianxian::app
