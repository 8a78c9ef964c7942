// Where in a resource something that FHIRPath found stands. Of patch's own .cc files only. Pure; no failures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fhirpath/value.h"
#include "json/value.h"
#include "patch/tree.h"

namespace qianxian::patch {

struct Step {
  std::string name;                        // member of the object above; "_birthDate" where the way leads through it
  std::optional<size_t> index;             // in its array
  bool operator==(const Step&) const = default;
};

struct Place {
  std::vector<Step> steps;                 // none: the resource itself
  Place Parent() const;
  bool operator==(const Place&) const = default;
};

// None: the item is not of this resource (a value that was computed).
std::optional<Place> FindPlace(json::Value resource, const fhirpath::Item& item);
// The tree at the place; nullptr if it has no JSON of its own there (a primitive that has only extensions).
Tree* Go(Tree& root, const Place& place);

}  // namespace qianxian::patch
