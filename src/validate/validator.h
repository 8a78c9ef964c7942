// Is this resource right, by R4 and by profiles? Structure (fhir/shape.h: elements, cardinality, types, primitives), then for
// each element of the base definitions and of each profile: cardinality, types, fixed and pattern values, bounds, bindings
// (required: error, extensible: warning), invariants by FHIRPath, targets of references, slices, extensions.
//
//   Schemas schemas(source);                                 // both kept; they compile each definition once
//   Validator validator(definitions, schemas, terminology);
//   auto issues = validator.Validate(document.root(), {.now = clock.Now()});
//
// Each issue has its place as a FHIRPath expression and its text in Chinese and English. What could not be judged (a code
// system or a profile that is not here, a function that FHIRPath does not have) is said as information or a warning.
// Threads: any number. Failures of the resource are issues; bounds: limits::kValidate….
// Source: https://hl7.org/fhir/R4/validation.html, https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "fhir/definitions.h"
#include "fhir/outcome.h"
#include "json/value.h"
#include "terminology/terminology.h"
#include "validate/schemas.h"

namespace qianxian::validate {

struct Options {
  Instant now;                             // what now() and today() are in invariants
  int offset_minutes = 0;
  std::string expected_type;               // "" = any resource
  std::vector<std::string> profiles;       // beside those that meta.profile names
};

class Validator {
 public:
  // All must outlive this.
  Validator(const fhir::Definitions& definitions, Schemas& schemas, terminology::Terminology& terminology)
      : definitions_(definitions), schemas_(schemas), terminology_(terminology) {}
  std::vector<fhir::Issue> Validate(json::Value resource, const Options& options) const;

 private:
  const fhir::Definitions& definitions_;
  Schemas& schemas_;
  terminology::Terminology& terminology_;
};

}  // namespace qianxian::validate
