// The syntax of R4's primitive types, written out by hand (the definitions' regular expressions say the same).
// Pure; any thread. No failures. Source: https://hl7.org/fhir/R4/datatypes.html#primitive
#pragma once

#include <string_view>

#include "fhir/definitions.h"
#include "json/value.h"

namespace qianxian::fhir {

// Is `value` right for the primitive `type`: JSON kind and syntax? `text` only for what is a string in JSON.
bool IsValidPrimitive(const Type& type, json::Value value);
bool IsValidPrimitiveText(std::string_view type_name, std::string_view text);

bool IsValidId(std::string_view text);          // [A-Za-z0-9\-\.]{1,64}
// The same up to 128: one of HL7's own examples has 69. What we make ourselves is valid; what we are given is stored.
bool IsStorableId(std::string_view text);

}  // namespace qianxian::fhir
