// What a Reference.reference or canonical says: local "Patient/1", "Patient/1/_history/2", "#contained", absolute
// "https://host/fhir/Patient/1", "urn:uuid:…". Pure; any thread. No failures: what is nothing of these is kOther.
// Source: https://hl7.org/fhir/R4/references.html#literal
#pragma once

#include <string_view>

namespace qianxian::fhir {

struct Reference {
  enum class Kind { kEmpty, kLocal, kContained, kAbsolute, kUrn, kOther };
  Kind kind = Kind::kEmpty;
  std::string_view base;      // kAbsolute: "https://host/fhir"; empty if the URL does not end in Type/id
  std::string_view type;      // kLocal, kAbsolute: "Patient"; empty if the URL does not end in Type/id
  std::string_view id;        // kContained: without #
  std::string_view version;   // after /_history/
  std::string_view whole;     // without /_history/…
};
// The views point into `text`.
Reference ParseReference(std::string_view text);
// Does it look like a type name: an upper-case letter, then letters?
bool LooksLikeTypeName(std::string_view text);

struct Canonical {
  std::string_view url;
  std::string_view version;   // after |
  std::string_view fragment;  // after #
};
Canonical ParseCanonical(std::string_view text);

}  // namespace qianxian::fhir
