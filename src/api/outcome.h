// The only place that turns an Error into an HTTP status and words: OperationOutcome under /fhir, {"error":…} under /api.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhir/outcome.h"
#include "http/server.h"

namespace qianxian::api {

inline constexpr std::string_view kFhirJson = "application/fhir+json; charset=utf-8";
inline constexpr std::string_view kPlainJson = "application/json; charset=utf-8";

http::Response FhirAnswer(std::string resource);   // 200 with this JSON
int HttpStatus(const Error& error);
http::Response FhirError(const Error& error);
// The same with several issues (a shape check finds more than one fault).
http::Response FhirIssues(int status, const std::vector<fhir::Issue>& issues);
http::Response ApiError(const Error& error);
std::string ApiErrorJson(const Error& error);   // {"category":…,"code":…,"zh":…,"en":…}

}  // namespace qianxian::api
