// Is this JSON a FHIR resource of the R4 definitions? Known resourceType, known elements, JSON kinds, how often each
// element is there, one member of each choice, syntax of primitives, closed code lists. (Not: invariants, profiles,
// open code lists, whether references lead anywhere.)
// Pure; any thread. No failures: what is wrong is in the issues, at most `maximum_issues` of them.
// Source: https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/validation.html
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/outcome.h"
#include "json/value.h"

namespace qianxian::fhir {

// Empty when all is well; refuse the resource if HasErrors. Warnings are for what HL7's own examples do against the rules. `expected_type` "" = any resource type.
std::vector<Issue> CheckShape(const Definitions& definitions, json::Value resource, std::string_view expected_type = {},
                              size_t maximum_issues = 50);

bool HasErrors(const std::vector<Issue>& issues);   // severity error or fatal

}  // namespace qianxian::fhir
