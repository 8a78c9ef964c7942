// Base64 as base64Binary has it: with padding, white space passed over. Pure; any thread. Error: invalid ("bad-base64").
// Source: https://www.rfc-editor.org/rfc/rfc4648#section-4, https://hl7.org/fhir/R4/datatypes.html#base64Binary
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::fhir {

Result<std::string> DecodeBase64(std::string_view text);
std::string EncodeBase64(std::string_view bytes);

}  // namespace qianxian::fhir
