#include "api/outcome.h"

#include "base/text.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kRetrySeconds = "5";

void AddHints(http::Response& response) {
  if (response.status == 503) response.Set("Retry-After", kRetrySeconds);
  if (response.status == 401) response.Set("WWW-Authenticate", "Bearer realm=\"qianxian\"");
}

}  // namespace

int HttpStatus(const Error& error) {
  switch (error.category) {
    case ErrorCategory::kInvalid:
      if (error.code == "too-large") return 413;
      if (error.code == "patch-failed") return 422;
      if (error.code == "not-acceptable") return 406;
      if (error.code == "unsupported-media-type") return 415;
      return 400;
    case ErrorCategory::kNotFound:
      return error.code == "deleted" ? 410 : 404;
    case ErrorCategory::kConflict:
      return error.code == "precondition-failed" || error.code == "multiple-matches" ? 412 : 409;
    case ErrorCategory::kForbidden:
      return 403;
    case ErrorCategory::kUnauthenticated:
      return 401;
    case ErrorCategory::kUnsupported:
      return error.code == "method-not-allowed" ? 405 : 501;
    case ErrorCategory::kBusy:
      return error.code == "too-many-requests" ? 429 : 503;
    case ErrorCategory::kUnavailable:
      return 503;
    case ErrorCategory::kFault:
      return 500;
  }
  return 500;
}

http::Response FhirAnswer(std::string resource) {
  http::Response response;
  response.Set("Content-Type", kFhirJson);
  response.body = std::move(resource);
  return response;
}

http::Response FhirIssues(int status, const std::vector<fhir::Issue>& issues) {
  http::Response response = FhirAnswer(fhir::OutcomeJson(issues));
  response.status = status;
  return response;
}

http::Response FhirError(const Error& error) {
  http::Response response = FhirIssues(HttpStatus(error), {fhir::IssueOf(error)});
  AddHints(response);
  return response;
}

std::string ApiErrorJson(const Error& error) {
  json::Writer writer;
  writer.BeginObject().Member("category", ReplaceAll(Name(error.category), "-", "_")).Member("code", error.code);
  writer.Member("zh", error.zh.empty() ? error.en : error.zh).Member("en", error.en).EndObject();
  return writer.Take();
}

http::Response ApiError(const Error& error) {
  http::Response response;
  response.status = HttpStatus(error);
  response.Set("Content-Type", kPlainJson);
  response.body = "{\"error\":" + ApiErrorJson(error) + "}";
  AddHints(response);
  return response;
}

}  // namespace qianxian::api
