// The five compartments of R4 (Patient, Encounter, RelatedPerson, Practitioner, Device): which resources belong to one of
// them, by which search parameters. Pure; any thread. Failures: those of a query's parsing.
// Source: https://hl7.org/fhir/R4/compartmentdefinition.html#compartments and the definitions named there (4.0.1)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "search/query.h"

namespace qianxian::search {

// The parameters that put a resource of `type` into the compartment; "{def}": being the resource that it is about. Empty: never in it.
std::vector<std::string> CompartmentParameters(std::string_view compartment, std::string_view type);
// The types that may be in it, sorted, its own among them; empty: there is no such compartment.
std::vector<std::string> CompartmentTypes(std::string_view compartment);

// What a resource must meet, one of these types, to be in the compartment of `compartment`/`id`.
Result<Clause> CompartmentClause(const Parameters& parameters, std::string_view compartment, std::string_view id,
                                 const std::vector<std::string>& types);

// The parameters by which a resource of `type` is about a patient, as a part of his record: those of the Patient compartment that
// say whom it is about (not who wrote, got or pays it), and Task's. What names many people at once (Group, List, Person) is
// nobody's record. Patient itself has none: it is the record's own head. In the order of the type's definitions.
std::vector<const Parameter*> RecordParameters(const Parameters& parameters, std::string_view type);

}  // namespace qianxian::search
