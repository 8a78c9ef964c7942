// Which county this is, where nobody said so. Failures: as columns::Connection.
#pragma once

#include <string>

#include "columns/database.h"
#include "pack/pack.h"

namespace qianxian::warehouse::internal {

// The region (six digits) of most county hospitals; else of most organisations; else of most insured people; else "".
Result<std::string> FindCounty(columns::Connection& connection, const pack::Pack& pack);

}  // namespace qianxian::warehouse::internal
