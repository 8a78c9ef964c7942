// What a password must be: long enough, of enough classes, not the user's name, not one that is guessed first
// (auth/common_password.h), none of the last ones. Any thread. The bounds are in
// base/limits.h and base/limits_sign_in.h. Failures: invalid ("weak-password"), whose text names everything that is missing;
// invalid ("password-reused").
#pragma once

#include <string>
#include <string_view>

#include "auth/account.h"
#include "base/ids.h"
#include "base/result.h"

namespace qianxian::auth {

Status CheckPassword(std::string_view password, std::string_view user);
// Not the present one and none of those before it that are remembered. Takes as long as it has passwords to compare with.
Status CheckNotUsedBefore(const Account& account, std::string_view password);
bool PasswordFits(const std::string& hash, std::string_view password);
// The new hash in place of the old one, which is remembered.
void SetPassword(Account& account, std::string_view password, Random& random);

}  // namespace qianxian::auth
