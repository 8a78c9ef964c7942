// What a password must be: long enough, of enough classes, not the user's name. Pure; any thread. The bounds are in
// base/limits.h. Failure: invalid ("weak-password"), whose text names everything that is missing.
#pragma once

#include <string_view>

#include "base/result.h"

namespace qianxian::auth {

Status CheckPassword(std::string_view password, std::string_view user);

}  // namespace qianxian::auth
