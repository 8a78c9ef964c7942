// The first use of a data folder makes the administrator `admin` with a one-time password, once, whichever program and
// however many come first (a lock file decides between processes). Any thread. Failures as the store's, unavailable ("io").
#pragma once

#include <optional>
#include <string>

#include "auth/auth.h"
#include "base/result.h"

namespace qianxian::auth {

// The one-time password if this call made the administrator; it is also kept in DIR/admin-password.txt (0600) until it is
// changed. None if there was one already.
Result<std::optional<std::string>> EnsureAdministrator(const Tools& tools);

}  // namespace qianxian::auth
