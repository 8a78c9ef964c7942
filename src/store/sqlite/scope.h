// Whose rows a caller may see. The one place that turns access::Decide into sets of slots: reads, searches, sub-selects of
// chains, includes, counts and histories all come through here. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "store/sqlite/engine.h"

namespace qianxian::store::sqlite {

struct Scope {
  bool everything = false;
  std::vector<int64_t> owners;          // else exactly these
  bool patients = false;                // and what belongs to the record of a patient who is open to him (relations.h)
  bool nothing() const { return !everything && owners.empty() && !patients; }
  bool Has(int64_t owner) const;        // without the patients
};

// forbidden ("not-your-work", "not-in-scope") if the caller's role never reads this type. A type that is the program's own is nothing.
// `patients`: those open to him, of Relations::PatientsOf. `verb`: kRead for what is asked for by its id, else kSearch.
Result<Scope> ReadScope(Engine& engine, const access::Caller& caller, std::string_view type, const std::vector<Slot>& patients,
                        access::Verb verb = access::Verb::kSearch);
// The same, with nothing instead of the refusal: for searches over many types.
Scope ReadScopeOrNothing(Engine& engine, const access::Caller& caller, std::string_view type, const std::vector<Slot>& patients);

}  // namespace qianxian::store::sqlite
