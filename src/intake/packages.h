// FHIR packages in the record: each "name#version" with its own resources, whose ids are made of it, so that two versions of a
// package stand beside each other; the resources are found by canonical URL and version like all others. What a package
// brought is kept as a record of its own, so that it can be listed and taken out again whole.
// Threads: any. Errors: not_found ("no-such-package"), forbidden; the store's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "access/caller.h"
#include "store/store.h"

namespace qianxian::intake {

struct InstalledPackage {
  std::string name, version, title;
  std::string imported_at;
  std::vector<std::pair<std::string, std::string>> resources;   // type and id in the record
};

Result<std::vector<InstalledPackage>> ListPackages(store::Store& store);
// In one commit; says how many resources were taken out.
Result<uint64_t> RemovePackage(const access::Caller& caller, store::Store& store, const std::string& name, const std::string& version);

}  // namespace qianxian::intake
