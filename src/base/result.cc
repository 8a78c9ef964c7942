#include "base/result.h"

namespace qianxian {

std::string_view Name(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::kInvalid: return "invalid";
    case ErrorCategory::kNotFound: return "not-found";
    case ErrorCategory::kConflict: return "conflict";
    case ErrorCategory::kForbidden: return "forbidden";
    case ErrorCategory::kUnauthenticated: return "unauthenticated";
    case ErrorCategory::kUnsupported: return "unsupported";
    case ErrorCategory::kBusy: return "busy";
    case ErrorCategory::kUnavailable: return "unavailable";
    case ErrorCategory::kFault: return "fault";
  }
  return "fault";
}

std::string Describe(const Error& error) {
  std::string out(Name(error.category));
  out += ' ';
  out += error.code;
  const std::string& message = error.en.empty() ? error.zh : error.en;
  if (!message.empty()) out += ": " + message;
  return out;
}

}  // namespace qianxian
