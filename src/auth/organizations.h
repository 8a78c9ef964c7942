// The tree of organisations, read from the Organization records: partOf, and the extension `lead` (docs/formats/sheets.md).
// Reads a snapshot; any thread. Failures as the store's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace qianxian::auth {

// The codes themselves and those of all organisations below them, sorted, each once. A code that no record has stays in.
Result<std::vector<std::string>> ExpandOrganizations(store::Snapshot& snapshot, const std::vector<std::string>& codes);
// An organisation's code: the identifier of our system, else its id.
std::string OrganizationCode(std::string_view body);

}  // namespace qianxian::auth
