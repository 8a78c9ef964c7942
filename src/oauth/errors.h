// The errors that the OAuth protocol names, as Error values: the code is the protocol's word ("invalid_grant"), whatever
// category it has. Pure; any thread. Source: RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::oauth {

Error InvalidRequest(std::string en, std::string zh);
Error InvalidGrant(std::string en, std::string zh);
Error InvalidScope(std::string en, std::string zh);
Error InvalidClient(std::string en, std::string zh);       // unauthenticated
Error ProtocolError(std::string code, std::string en, std::string zh);
// Does the protocol know this code? Others are a "server_error" to a program.
bool IsProtocolCode(std::string_view code);
// What may stand in error_description: printable ASCII without quotes and backslashes.
std::string Description(const Error& error);

}  // namespace qianxian::oauth
