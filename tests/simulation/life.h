// What happens in a simulated life: the records that come, go and change, as FHIR. Pure but for its Random. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "simulation/model.h"
#include "store/store.h"

namespace qianxian::simulation {

// The places of care, which are there from the first day.
store::CommitRequest Places();
// A few changes as programs send them: of people, conditions, readings, first pages; with and without a version that must be there,
// right or wrong. `number` makes new ids.
store::CommitRequest SomeChanges(const Model& model, Random& random, Instant now, uint64_t number);
// Many at once, as an import does.
store::CommitRequest AnImport(Random& random, uint64_t number);
// A search parameter of the record's own comes or changes.
store::CommitRequest ASearchParameter(Random& random);

// A first page of a hospital, as far as a plain count of the measures needs it.
struct Discharge {
  std::string organization, disposition;
  int64_t days = 0;
};
std::vector<Discharge> DischargesOf(const Model& model);   // those that are there now

}  // namespace qianxian::simulation
