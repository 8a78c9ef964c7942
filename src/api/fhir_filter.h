// _summary and _elements: a part of a resource, marked SUBSETTED. Driven by the R4 definitions. Pure; any thread.
// Source: https://hl7.org/fhir/R4/search.html#summary
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhir/definitions.h"
#include "json/value.h"
#include "search/query.h"

namespace qianxian::api {

struct Filter {
  search::Summary summary = search::Summary::kFalse;
  std::vector<std::string> elements;       // "name", or "Patient.name"
  bool active() const { return summary != search::Summary::kFalse || !elements.empty(); }
};

// From the parameters of a read. Error: invalid ("bad-value").
Result<Filter> ParseFilter(const std::vector<std::pair<std::string, std::string>>& query);
// `body` as it is if the filter is not active. kCount of a single resource shows as kTrue.
Result<std::string> ApplyFilter(const fhir::Definitions& definitions, const Filter& filter, std::string body);
// The same JSON over several lines.
std::string Indent(json::Value value);

}  // namespace qianxian::api
