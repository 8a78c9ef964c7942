// A value set ready for questions: is this code in it? which codes are? Made from a ValueSet's compose (or from its
// expansion, where it has no compose) by Terminology, which also finds the systems and value sets that it names.
// Asking is cheap and never expands: a hash step for listed codes, a walk up the hierarchy for is-a.
// Threads: immutable; any number. Errors (Compile): invalid "bad-value-set", "bad-regex"; unsupported
// "unsupported-filter". A system that is not known is no error here: the answer about its codes is kUnknown.
// Source: https://hl7.org/fhir/R4/valueset.html#compositions
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "fhirpath/pattern.h"
#include "json/value.h"
#include "terminology/code_system.h"

namespace qianxian::terminology {

enum class Membership : uint8_t { kNo, kYes, kUnknown };   // kUnknown: the code system is not here

enum class FilterOperation : uint8_t { kEqual, kIsA, kDescendentOf, kIsNotA, kRegex, kIn, kNotIn, kGeneralizes, kExists };

struct Filter {
  FilterOperation operation = FilterOperation::kEqual;
  std::string property;
  std::string value;
  std::unordered_set<std::string> values;            // kIn, kNotIn
  std::optional<fhirpath::Pattern> pattern;          // kRegex
  uint32_t root = CodeSystem::kNone;                 // kIsA, kDescendentOf, kIsNotA, kGeneralizes
  std::unordered_set<uint32_t> above;                // kGeneralizes: the root and its ancestors
  bool Holds(const CodeSystem& system, uint32_t at) const;
};

class ValueSet;

struct ListedConcept {
  std::string code;
  std::string display;
  std::vector<std::array<std::string, 5>> designations;   // language, use system, use code, use display, value
  bool abstract = false, inactive = false;                // of an expansion
};

struct Component {                                   // one include or exclude
  std::string system, version;                       // version as asked for
  std::shared_ptr<const CodeSystem> code_system;     // nullptr: not known
  bool listed = false;                               // `concepts` says which; else all codes, or those of the filters
  std::vector<ListedConcept> concepts;
  std::unordered_map<std::string, uint32_t> places;  // code → concepts
  std::vector<Filter> filters;
  std::vector<std::shared_ptr<const ValueSet>> value_sets;   // must hold all of them
  Membership Contains(std::string_view asked_system, std::string_view code) const;
};

// How Compile reaches what the value set names.
struct Resolver {
  std::function<Result<std::shared_ptr<const CodeSystem>>(std::string_view url, std::string_view version)> code_system;  // nullptr: none
  std::function<Result<std::shared_ptr<const ValueSet>>(std::string_view canonical)> value_set;
};

class ValueSet {
 public:
  static Result<std::shared_ptr<const ValueSet>> Compile(json::Value resource, const Resolver& resolver);
  // All codes of a system, or those below one: "SYSTEM?fhir_vs", "SYSTEM?fhir_vs=isa/CODE".
  static std::shared_ptr<const ValueSet> OfSystem(std::shared_ptr<const CodeSystem> system, std::string_view url, uint32_t root);

  std::string url, version, name, title, status;
  std::vector<Component> includes, excludes;
  bool from_expansion = false;
  size_t bytes = 0;                                  // about how much memory it holds, without the systems

  // system "" = whatever system has the code (a code element, whose system is implied).
  Membership Contains(std::string_view system, std::string_view code) const;
  // What the value set itself calls it: the display of a listed concept, else ""; and its component.
  const ListedConcept* FindListed(std::string_view system, std::string_view code) const;
  // The systems that it takes codes from, also through others; once each.
  void Systems(std::vector<const Component*>& out) const;
};

// Membership in systems that are grammars, not lists (languages, media types, UCUM): kUnknown for every other system.
Membership InGrammar(std::string_view system, std::string_view code);

}  // namespace qianxian::terminology
