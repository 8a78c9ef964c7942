#include "api/route_names.h"

#include <algorithm>
#include <array>

#include "api/routes.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

constexpr std::array<std::string_view, kRouteClasses> kNames = {"fhir-read",  "fhir-search", "fhir-write", "fhir-batch", "fhir-other",
                                                                "page-read", "page-write",  "events",     "watch",      "files"};
constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
// Fixed parts of /fhir paths. An operation that is not among them is "$".
constexpr std::array kFhirWords = {
    std::string_view("metadata"),       std::string_view("_history"),  std::string_view("_search"),       std::string_view("$apply"),
    std::string_view("$everything"),    std::string_view("$validate"), std::string_view("$validate-code"), std::string_view("$expand"),
    std::string_view("$lookup"),        std::string_view("$subsumes"), std::string_view("$translate"),    std::string_view("$export"),
    std::string_view("$import"),        std::string_view("$job"),      std::string_view("$meta"),         std::string_view("$meta-add"),
    std::string_view("$meta-delete"),   std::string_view("$run"),      std::string_view("$fhirpath"),     std::string_view("$status"),
    std::string_view("$events"),        std::string_view("$evaluate-measure"), std::string_view("$get-ws-binding-token")};

bool IsUnder(std::string_view path, std::string_view folder) {
  return StartsWith(path, folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

RouteClass FhirClassOf(bool safe, std::string_view rest) {   // rest: after "/fhir", "" or "/…"
  if (rest.size() <= 1) return safe ? RouteClass::kFhirSearch : RouteClass::kFhirBatch;
  if (rest.find('$') != std::string_view::npos || rest.find("/_history") != std::string_view::npos) return RouteClass::kFhirOther;
  if (!safe) return EndsWith(rest, "/_search") ? RouteClass::kFhirSearch : RouteClass::kFhirWrite;
  return rest.find('/', 1) == std::string_view::npos ? RouteClass::kFhirSearch : RouteClass::kFhirRead;
}

}  // namespace

std::string_view Name(RouteClass route) { return kNames[static_cast<size_t>(route)]; }

RouteClass ClassOf(std::string_view method, std::string_view path) {
  const bool safe = method == "GET" || method == "HEAD";
  if (IsUnder(path, "/fhir")) return FhirClassOf(safe, path.substr(5));
  if (path == "/api/events" || path == "/subscriptions") return RouteClass::kEvents;
  if (IsUnder(path, "/api")) return safe ? RouteClass::kPageRead : RouteClass::kPageWrite;
  if (path == "/health" || path == "/ready" || path == "/metrics") return RouteClass::kWatch;
  return RouteClass::kFiles;
}

RouteNames::RouteNames(std::vector<std::string_view> patterns, const fhir::Definitions& definitions)
    : patterns_(std::move(patterns)), definitions_(definitions) {}

std::string_view RouteNames::MethodOf(const http::Request& request) {
  const auto found = std::ranges::find(kMethods, request.method);
  return found == kMethods.end() ? std::string_view("OTHER") : *found;
}

std::string RouteNames::FhirPattern(std::string_view path) const {
  std::string pattern = "/fhir";
  const std::vector<std::string_view> parts = Split(path, '/');   // "", "fhir", …
  for (size_t i = 2; i < std::min<size_t>(parts.size(), 6); ++i) {
    const std::string_view part = parts[i];
    const fhir::Type* type = i == 2 || i == 4 ? definitions_.Find(part) : nullptr;
    pattern += '/';
    if (std::ranges::find(kFhirWords, part) != kFhirWords.end() || (type && type->kind == fhir::TypeKind::kResource)) pattern += part;
    else pattern += StartsWith(part, "$") ? "$" : "{}";
  }
  return pattern;
}

std::string RouteNames::PatternOf(const http::Request& request) const {
  if (IsUnder(request.path, "/fhir")) return FhirPattern(request.path);
  for (std::string_view fixed : {"/health", "/ready", "/metrics", "/subscriptions", "/"}) {
    if (request.path == fixed) return std::string(fixed);
  }
  if (!IsUnder(request.path, "/api")) return "/{}";
  const std::string_view target = request.target;
  const std::vector<std::string_view> path = Split(target.substr(0, target.find('?')), '/');
  std::vector<std::string> ignored;
  for (std::string_view pattern : patterns_) {
    if (FitsPattern(pattern, path, ignored)) return std::string(pattern);
  }
  return "/api/{}";
}

}  // namespace qianxian::api
