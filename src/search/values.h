// Makes index entries of one element: what a Coding, a HumanName, a Period … means for a search parameter of a kind.
// Inner part of search; pure.
#pragma once

#include <vector>

#include "fhir/definitions.h"
#include "json/value.h"
#include "search/index_entry.h"

namespace qianxian::search {

// How an element of a type is read for a kind of parameter; kNone: it says nothing to that kind.
enum class Reading : uint8_t {
  kNone,
  kTokenCoding, kTokenConcept, kTokenIdentifier, kTokenContact, kTokenPrimitive,
  kStringName, kStringSound, kStringAddress, kStringPrimitive,
  kDatePrimitive, kDatePeriod, kDateTiming,
  kReferenceObject, kReferenceCanonical, kReferenceUri, kReferenceResource,
  kQuantity, kMoney, kRange, kSampledData, kNumber, kUri, kPosition,
};
Reading ReadingFor(ParameterKind kind, const fhir::Type& type, bool by_sound = false);

struct ValueTarget {
  uint16_t parameter = 0;
  ParameterKind kind = ParameterKind::kToken;
  std::string_view reference_type;      // only references to this type; "" = any
  int offset_minutes = 0;
  bool by_sound = false;
};
// A position gives number_low: latitude, number_high: longitude.
void AppendValue(const ValueTarget& target, Reading reading, json::Value value, std::vector<IndexEntry>& out);

}  // namespace qianxian::search
