// FHIR resources in XML, both ways, driven by the definitions: XML is written in the order of the elements, and must be in it
// when it is read. Decimals keep their text, narratives every byte of theirs. Reading goes through the text once with memory for
// the result only; there are no document types, so no entities are expanded and nothing is fetched.
// Pure; any thread. Errors: reading: invalid "bad-xml" (with the line), "too-deep", "too-large"; writing: unsupported "no-xml"
// (a text that XML cannot hold, a narrative that is no XML, a member that the definitions do not know).
// Source: https://hl7.org/fhir/R4/xml.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "fhir/definitions.h"
#include "json/value.h"

namespace qianxian::xml {

Result<std::string> FromJson(const fhir::Definitions& definitions, json::Value resource, bool pretty = false);

Result<std::string> ToJson(const fhir::Definitions& definitions, std::string_view text);

// Is this text one element, well-formed? (A narrative, before it goes into XML as it is.)
bool IsWellFormed(std::string_view text);

}  // namespace qianxian::xml
