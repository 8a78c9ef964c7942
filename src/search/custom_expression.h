// The expression of a custom search parameter, compiled for one type. Inner part of search; pure.
// Failures: invalid ("bad-expression", "unsupported-expression", "empty-expression"), in zh and en.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhir/definitions.h"
#include "fhirpath/expression.h"
#include "search/index_entry.h"

namespace qianxian::search {

struct CustomExpression {
  std::shared_ptr<const fhirpath::Expression> expression;
  std::vector<const fhirpath::Node*> alternatives;      // those for this type; into `expression`
  const fhir::CodeList* implied_codes = nullptr;
};

Result<CustomExpression> CompileCustom(const fhir::Definitions& definitions, const fhir::Type& type, ParameterKind kind, std::string_view text);

}  // namespace qianxian::search
