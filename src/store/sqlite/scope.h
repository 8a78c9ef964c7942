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
  bool nothing() const { return !everything && owners.empty(); }
  bool Has(int64_t owner) const;
};

// forbidden ("not-your-work") if the caller's role never reads this type. A type that is the program's own is nothing.
Result<Scope> ReadScope(Engine& engine, const access::Caller& caller, std::string_view type);
// The same, with nothing instead of the refusal: for searches over many types.
Scope ReadScopeOrNothing(Engine& engine, const access::Caller& caller, std::string_view type);

}  // namespace qianxian::store::sqlite
