#include "store/sqlite/scope.h"

#include <algorithm>

#include "access/relation.h"

namespace qianxian::store::sqlite {
namespace {
// No organisation has this code: who may see it may see everybody's.
constexpr std::string_view kNobody = "\x01";
}  // namespace

bool Scope::Has(int64_t owner) const {
  return everything || std::find(owners.begin(), owners.end(), owner) != owners.end();
}

Result<Scope> ReadScope(Engine& engine, const access::Caller& caller, std::string_view type, const std::vector<Slot>& patients,
                        access::Verb verb) {
  Scope scope;
  if (access::IsInternalType(type) && caller.role != access::Role::kSystem) return scope;
  const Status anybodys = access::Decide(caller, verb, type, kNobody);
  if (anybodys.ok()) {
    // The county's own is a matter of its own.
    if (access::Decide(caller, verb, type, "").ok()) {
      scope.everything = true;
      return scope;
    }
  } else if (anybodys.error().code != "not-yours") {
    return anybodys.error();
  }
  for (const auto& [number, code] : engine.catalog.Owners()) {
    if (access::Decide(caller, verb, type, code).ok()) scope.owners.push_back(number);
  }
  scope.patients = !patients.empty() && access::RelationOpens(caller, type);
  return scope;
}

Scope ReadScopeOrNothing(Engine& engine, const access::Caller& caller, std::string_view type, const std::vector<Slot>& patients) {
  Result<Scope> scope = ReadScope(engine, caller, type, patients);
  return scope.ok() ? std::move(scope).value() : Scope{};
}

}  // namespace qianxian::store::sqlite
