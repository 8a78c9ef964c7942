// What a request was about, without anything of a person: its class, for counting, and its pattern ("/api/patients/{}",
// "/fhir/Patient/{id}"), for the log. Only words that the program knows by itself stand in a pattern: whatever else a client
// wrote is {}. Threads: not changed once it is made; any. Failures: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions.h"
#include "http/server.h"

namespace qianxian::api {

enum class RouteClass : uint8_t { kFhirRead, kFhirSearch, kFhirWrite, kFhirBatch, kFhirOther, kPageRead, kPageWrite, kEvents, kWatch, kFiles };
inline constexpr size_t kRouteClasses = 10;
std::string_view Name(RouteClass route);
// Quick: it is asked of every request. `path` is decoded.
RouteClass ClassOf(std::string_view method, std::string_view path);

class RouteNames {
 public:
  // `patterns`: of the page's calls ("/api/patients/{}/visits").
  RouteNames(std::vector<std::string_view> patterns, const fhir::Definitions& definitions);
  std::string PatternOf(const http::Request& request) const;
  static std::string_view MethodOf(const http::Request& request);   // one of HTTP's, else "OTHER"

 private:
  std::string FhirPattern(std::string_view path) const;
  const std::vector<std::string_view> patterns_;
  const fhir::Definitions& definitions_;
};

}  // namespace qianxian::api
