// What a FHIRPath Patch puts in: value[x], a resource, or parts that together make a complex value. Of patch's own .cc files
// only. Pure. Errors: invalid "bad-patch".
#pragma once

#include <string>

#include "base/result.h"
#include "fhir/definitions.h"
#include "json/value.h"

namespace qianxian::patch {

struct NewValue {
  std::string json;                        // "" if there is only a shadow
  std::string shadow;                      // of a primitive: its id and extensions; "" if none
  std::string type;                        // "Quantity" of valueQuantity; "" of parts and resources
};

// `part` is the operation's part named value; `element` says what it becomes (nullptr: of no known element).
Result<NewValue> ReadValue(const fhir::Definitions& definitions, json::Value part, const fhir::Element* element);

// What the element is called in JSON when it holds this value: "valueQuantity" for a choice, else its name.
Result<std::string> MemberName(const fhir::Type& parent, std::string_view name, const NewValue& value);
// The element that `name` means in `parent`: "deceased" or "deceasedBoolean"; nullptr if there is none.
const fhir::Element* FindElement(const fhir::Type& parent, std::string_view name);

}  // namespace qianxian::patch
