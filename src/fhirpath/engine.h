// Evaluates FHIRPath expressions on resources.
//
//   auto expression = fhirpath::Expression::Parse("name.where(use = 'official').given");
//   fhirpath::Evaluator evaluator({.definitions = &fhir::Definitions::R4(), .now = clock.Now()});
//   auto names = evaluator.Evaluate(*expression, fhirpath::ResourceItem(fhir::Definitions::R4(), document.root()));
//
// FHIRPath N1 (2.0.0) with the functions of later editions that R4 tools use (defineVariable, sort, lowBoundary, …) and
// those of SQL on FHIR (getResourceKey, getReferenceKey). Not strict (the default), an unknown element is empty and
// as() filters; strict, these are errors. memberOf() and other questions to a terminology server are unsupported.
// Threads: an Evaluator belongs to one; make one for each thread and keep it (it holds compiled regular expressions).
// Errors: invalid "bad-evaluation", "too-deep", "too-many-steps"; unsupported "unsupported-function".
// Source: https://hl7.org/fhirpath/N1/, https://hl7.org/fhir/R4/fhirpath.html
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "fhirpath/expression.h"
#include "fhirpath/value.h"

namespace qianxian::fhirpath {

struct Environment {
  const fhir::Definitions* definitions = nullptr;
  Instant now;                                             // now(), today(), timeOfDay()
  int offset_minutes = 0;                                  // the zone of now(), and of times without one
  bool strict = false;
  bool check_order = false;                                // refuse skip() and such after children(): their order is chance
  bool keep_resource_type = false;                         // getResourceKey() gives "Patient/1" instead of "1"
  bool join_of_nothing_is_text = false;                    // {}.join() gives "" (SQL on FHIR), not {} (FHIRPath)
  std::map<std::string, Collection> variables;             // %name, without %
  // What a reference leads to, or none. Contained resources and entries of the same Bundle are found without it. Where
  // nothing is found, `type_only_references` gives an item that has only the type that the reference names.
  std::function<std::optional<Item>(std::string_view reference)> resolve;
  bool type_only_references = false;
  std::function<void(std::string_view name, const Collection& items)> trace;
};

class EvaluatorState;

class Evaluator {
 public:
  explicit Evaluator(Environment environment);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;

  // The items live as long as the resource, the expression, and until Clear.
  Result<Collection> Evaluate(const Expression& expression, const Item& focus);
  Result<Collection> Evaluate(const Expression& expression, const Item& focus, const Item& resource);
  // With no focus at all: paths give nothing, literals themselves.
  Result<Collection> EvaluateOnNothing(const Expression& expression, const Item& resource);
  // None for empty. An error if the result is not one boolean (or empty).
  Result<std::optional<bool>> EvaluateBoolean(const Expression& expression, const Item& focus);
  void SetVariable(const std::string& name, Collection value);
  void Clear();                                            // frees what earlier results needed
  Arena& arena();

 private:
  std::unique_ptr<EvaluatorState> state_;
};

}  // namespace qianxian::fhirpath
