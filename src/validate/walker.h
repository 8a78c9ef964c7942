// Walks a resource with the rules of a schema. Inner part of validate; one walker a resource, one thread.
// walker.cc: elements, children, nested resources; values.cc: one element's value, bindings, references, invariants;
// slices.cc: which slice an element is of.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhirpath/engine.h"
#include "validate/validator.h"

namespace qianxian::validate {

// Where we are: steps back to the root, made into text only when there is something to say.
struct Place {
  const Place* outer = nullptr;
  std::string_view name;
  int index = -1;
  std::string Text() const;
};

// The elements of one name of an object, as items, with the definition's member.
struct Group {
  const fhir::Element* element = nullptr;
  std::string_view name;                   // as in JSON
  std::vector<fhirpath::Item> items;
  bool repeats = false;
};

class Walker {
 public:
  struct Tools {
    const fhir::Definitions& definitions;
    Schemas& schemas;
    terminology::Terminology& terminology;
    const Options& options;
  };
  explicit Walker(const Tools& tools);

  // A whole resource with all that is within it; `container`: the outermost one, nullptr for itself.
  void Resource(const fhirpath::Item& resource, const Place& place, const std::vector<std::string>& profiles, const fhirpath::Item* container);
  std::vector<fhir::Issue> Take();

 private:
  using Item = fhirpath::Item;
  using Severity = fhir::Severity;
  // What is being walked: the schema, and the resource that %resource is.
  struct Scope {
    const Schema* schema = nullptr;
    bool base = true;                      // a definition of R4, not a profile: goes on into data types
    const Item* resource = nullptr;
  };

  // walker.cc
  void Element(const Scope& scope, const Rule& rule, const Item& item, const Place& place, const fhir::Element* element);
  void Children(const Scope& scope, const Rule& rule, const Item& item, const Place& place);
  void Child(const Scope& scope, const Rule& rule, const Group& group, const Place& place);
  void Count(const Rule& rule, size_t count, const Place& place, std::string_view slice);
  void Extension(const Scope& scope, const Item& item, const Place& place, bool is_modifier);
  void TypeProfiles(const Scope& scope, const Rule& rule, const Item& item, const Place& place);
  void Profile(const Schema& schema, const Item& item, const Place& place, const Item& resource);
  void NestedResource(const Scope& scope, const Item& item, const Place& place, bool contained);
  std::vector<Group> Groups(const Item& item) const;
  const Schema* Find(std::string_view url);                            // nullptr: there is none, or it is bad (said once)
  // How many errors that would make; they are not kept.
  bool Holds(const std::function<void()>& check);
  bool Enter(const Place& place);                                      // counts; false: enough
  void Say(const Place& place, Severity severity, std::string_view code, std::string_view detail, std::string en, std::string zh);

  // values.cc
  void Value(const Scope& scope, const Rule& rule, const Item& item, const Place& place, const fhir::Element* element);
  void Type(const Rule& rule, const Item& item, const Place& place);
  void Bounds(const Rule& rule, const Item& item, const Place& place);
  void Constraints(const Scope& scope, const Rule& rule, const Item& item, const Place& place);
  void BindingOf(const Rule& rule, const Item& item, const Place& place);
  void Target(const Scope& scope, const Rule& rule, const Item& item, const Place& place);
  bool IsTarget(const TypeRule& type, std::string_view resource_type);
  // What a reference leads to within this resource or its Bundle.
  std::optional<Item> Referenced(std::string_view reference) const;
  std::string_view ReferencedType(const Item& item) const;             // "" if it cannot be said
  terminology::Membership IsMember(const std::string& value_set, const Item& item, bool& any_code);
  const terminology::ValueSet* FindValueSet(const std::string& canonical);

  // slices.cc
  void Slices(const Scope& scope, const Rule& rule, const Group& group, const Place& place);
  bool Fits(const Scope& scope, const Rule& rule, const Rule& slice, const Item& item, const Place& place);
  bool Discriminates(const Scope& scope, const Discriminator& discriminator, const Rule& slice, const Item& item, const Place& place);
  std::vector<Item> Navigate(const Item& item, std::string_view path);
  std::vector<const Rule*> Targets(const Rule& rule, std::string_view path);
  bool FitsValue(const Rule& target, const Item& item);
  bool HasValue(const Rule& target) const;

  const Tools tools_;
  fhirpath::Evaluator evaluator_;
  std::vector<fhir::Issue> issues_;
  std::set<std::string> said_;
  size_t dropped_ = 0;
  size_t elements_ = 0;
  int depth_ = 0;
  bool enough_ = false;
  const Item* container_ = nullptr;        // outermost resource but for Bundles: has the contained ones
  const Item* bundle_ = nullptr;
  std::unordered_map<std::string, std::shared_ptr<const Schema>> schemas_;
  std::unordered_map<std::string, std::shared_ptr<const terminology::ValueSet>> value_sets_;
};

// Is all of `pattern` in `value`? https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
bool HasPattern(json::Value value, json::Value pattern);

}  // namespace qianxian::validate
