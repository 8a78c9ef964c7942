#include "api/point_read.h"

#include "api/fhir_exchange.h"
#include "base/text.h"
#include "fhir/primitive.h"

namespace qianxian::api {

std::optional<PointRead> ParsePointRead(std::string_view method, std::string_view path) {
  constexpr std::string_view kPrefix = "/fhir/", kHistory = "/_history/";
  if ((method != "GET" && method != "HEAD") || !StartsWith(path, kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  PointRead read{path.substr(0, slash), path.substr(slash + 1)};
  // Ids cannot hold what makes another route: '/', '$', '_'.
  if (size_t history = read.id.find(kHistory); history != std::string_view::npos) {
    int64_t version = 0;
    if (!ParseInteger(read.id.substr(history + kHistory.size()), version) || version < 1) return std::nullopt;
    read.version = static_cast<uint64_t>(version);
    read.id = read.id.substr(0, history);
  }
  if (!fhir::IsValidId(read.id) || MayBeVirtual(read.type)) return std::nullopt;   // those are queries
  return read;
}

}  // namespace qianxian::api
