// Turns the FHIRPath of a search parameter into plain paths through the JSON, where it is plain: nearly always. Inner
// part of search; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fhir/definitions.h"
#include "fhirpath/expression.h"

namespace qianxian::search {

// One step: the JSON member, and perhaps a member of it that must have a certain text: where(system = 'phone').
struct PathStep {
  std::string member;
  std::string guard_member;
  std::string guard_value;
  bool operator==(const PathStep&) const = default;
};

// A path without choices: value[x] has become one path for each type.
struct PlainPath {
  std::vector<PathStep> steps;
  const fhir::Type* type = nullptr;       // of what it leads to
  const fhir::CodeList* codes = nullptr;  // of the last element
  std::string reference_type;             // where(resolve() is Patient)
  bool from_resource = false;             // begins at %resource, not at the focus
};

// The alternatives of a union, from left to right: (a | b) | c gives a, b, c.
void SplitUnion(const fhirpath::Node& node, std::vector<const fhirpath::Node*>& out);
// The name that a path begins with, "" if it begins with something else than a name.
std::string_view RootName(const fhirpath::Node& node);

// Those of a union that may give something for resources of `type`.
std::vector<const fhirpath::Node*> AlternativesFor(const fhir::Definitions& definitions, const fhirpath::Node& node, const fhir::Type& type);
// The list of codes, whose system is implied, that these lead to; nullptr: none.
const fhir::CodeList* ImpliedCodesOf(const fhir::Definitions& definitions, const std::vector<const fhirpath::Node*>& alternatives, const fhir::Type& type);

// The paths of an expression for a focus of type `focus`; none if it is not plain (then the general engine is needed).
// An empty list: it can never give anything for this type.
std::optional<std::vector<PlainPath>> CompilePaths(const fhir::Definitions& definitions, const fhirpath::Node& node,
                                                   const fhir::Type& focus, const fhir::Type& resource);

}  // namespace qianxian::search
