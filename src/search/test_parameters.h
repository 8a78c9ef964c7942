// Only for tests of search: the R4 parameters, made once.
#pragma once

#include "fhir/definitions.h"
#include "search/parameters.h"
#include "search/parameters_state.h"

namespace qianxian::search {

inline const Parameters& TestParameters() {
  static const std::unique_ptr<const Parameters> made = std::move(Parameters::Create(fhir::Definitions::R4())).value();
  return *made;
}

inline const Parameters::State& TestState() { return TestParameters().state(); }

inline std::vector<IndexEntry> ExtractFrom(const std::string& json) {
  auto document = json::Document::Parse(json);
  QX_CHECK(document.ok(), "bad JSON in a test: " + json);
  std::vector<IndexEntry> entries;
  TestParameters().Extract(document->root(), entries);
  return entries;
}

}  // namespace qianxian::search
