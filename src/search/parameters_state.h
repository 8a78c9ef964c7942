// What Parameters holds. Inner part of search, for its tests too.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/extract.h"
#include "search/parameters.h"

namespace qianxian::fhir {
struct SearchParameterDefinition;
}

namespace qianxian::search {

struct TypeParameters {
  std::vector<const Parameter*> list;     // sorted by code
  std::unordered_map<std::string_view, const Parameter*> by_code;
  std::unique_ptr<Extraction> extraction;
};

struct Parameters::State {
  const fhir::Definitions* definitions = nullptr;   // outlives this
  int offset_minutes = 0;
  uint64_t fingerprint = 0;
  std::vector<std::string> types;
  std::deque<Parameter> parameters;       // number - 1
  std::map<std::string, TypeParameters, std::less<>> by_type;
};

// Of this program, beside those of the definitions (own_parameters.cc).
const std::vector<fhir::SearchParameterDefinition>& OwnParameters();

// Sorts the entries from `from` on and takes equal ones away.
void RemoveDoubles(std::vector<IndexEntry>& entries, size_t from);

}  // namespace qianxian::search
