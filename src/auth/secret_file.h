// Files that only the owner of the data folder may read (mode 0600): one-time passwords that nobody has changed yet.
// Each line is "USER PASSWORD", further words are for people. Any thread; written durably, whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::auth {

inline constexpr std::string_view kAdministratorFile = "admin-password.txt";
inline constexpr std::string_view kDemonstrationFile = "demo-logins.txt";

Status WriteSecretFile(const std::string& path, std::string_view content);
// A user has changed the password: its line goes out of both files; a file without a line is removed.
Status ForgetOneTimePassword(const std::string& directory, std::string_view user);

}  // namespace qianxian::auth
