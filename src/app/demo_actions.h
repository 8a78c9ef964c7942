// What the invented county has already done: the actions of packs/demo-county/actions.csv, approved on the gaps that the
// demonstration's data opened, with the days on which they began. A line whose gap is not open is passed over.
// Threads: one. Failures: those of sheet/csv.h and gap/gap.h.
#pragma once

#include <string>

#include "base/result.h"
#include "gap/gap.h"

namespace qianxian::app {

// `hospital`: the county's general hospital, for lines whose subject is a kind of hospital. Returns how many were approved;
// none where the gaps have actions already.
Result<size_t> ApproveDemoActions(gap::Gaps& gaps, const std::string& packs_directory, const std::string& county,
                                  const std::string& hospital);

}  // namespace qianxian::app
