// What FHIR's XML does otherwise than its JSON. Of xml's own .cc files only. Pure; no failures.
#pragma once

#include <string_view>

#include "fhir/definitions.h"

namespace qianxian::xml {

inline constexpr std::string_view kFhirNamespace = "http://hl7.org/fhir";
inline constexpr std::string_view kXhtmlNamespace = "http://www.w3.org/1999/xhtml";

// The id of an element (not of a resource) and the url of an extension are attributes.
inline bool IsAttribute(const fhir::Type& type, std::string_view element) {
  if (element == "id") return type.kind != fhir::TypeKind::kResource;
  return element == "url" && type.name == "Extension";
}

}  // namespace qianxian::xml
