#include "oauth/errors.h"

#include <algorithm>
#include <array>

namespace qianxian::oauth {
namespace {

constexpr std::array<std::string_view, 12> kCodes = {
    "invalid_request",     "invalid_grant",       "invalid_scope",        "invalid_client",         "unauthorized_client",      "unsupported_grant_type",
    "access_denied",       "interaction_required", "request_not_supported", "request_uri_not_supported", "unsupported_response_type", "invalid_token"};

}  // namespace

Error ProtocolError(std::string code, std::string en, std::string zh) {
  const ErrorCategory category = code == "invalid_client" || code == "invalid_token" ? ErrorCategory::kUnauthenticated : ErrorCategory::kInvalid;
  return MakeError(category, std::move(code), std::move(en), std::move(zh));
}

Error InvalidRequest(std::string en, std::string zh) { return ProtocolError("invalid_request", std::move(en), std::move(zh)); }
Error InvalidGrant(std::string en, std::string zh) { return ProtocolError("invalid_grant", std::move(en), std::move(zh)); }
Error InvalidScope(std::string en, std::string zh) { return ProtocolError("invalid_scope", std::move(en), std::move(zh)); }
Error InvalidClient(std::string en, std::string zh) { return ProtocolError("invalid_client", std::move(en), std::move(zh)); }

bool IsProtocolCode(std::string_view code) { return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end(); }

std::string Description(const Error& error) {
  std::string text;
  for (char c : error.en) text += c < ' ' || c > '~' ? '?' : c == '"' || c == '\\' ? '\'' : c;
  return text;
}

}  // namespace qianxian::oauth
