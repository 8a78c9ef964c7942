// What a write of SearchParameters must meet: one with status active is searched with from then on (search/custom_parameters.h), so
// what cannot be is refused before the commit. Packages and bulk imports keep theirs all the same; those are not used. Any thread.
#pragma once

#include <vector>

#include "api/fhir_exchange.h"

namespace qianxian::api {

// invalid, unsupported: what is wrong with it, or with which other one its code clashes.
Status CheckSearchParameters(const Services& services, const std::vector<store::Change>& changes);

}  // namespace qianxian::api
