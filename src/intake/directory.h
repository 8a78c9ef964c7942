// The organisations that the record knows, by code and by name as people write it. Filled once from a snapshot, then
// kept up by the import itself. One thread. Failures: the store's.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace qianxian::intake {

struct KnownOrganization {
  std::string code;
  std::string id;              // of the Organization
};

class Directory {
 public:
  static Result<Directory> Read(store::Store& store, const access::Caller& caller);
  const KnownOrganization* FindCode(std::string_view code) const;
  // By code, name or alias: exact after folding width, case and spaces. Several, where a name is used twice.
  std::vector<const KnownOrganization*> Find(std::string_view text) const;
  void Add(KnownOrganization organization, const std::vector<std::string>& names);

 private:
  std::unordered_map<std::string, KnownOrganization> by_code_;
  std::unordered_map<std::string, std::vector<std::string>> codes_by_name_;
};

// The JSON of an Organization (docs/formats/sheets.md). Empty parts are left out; `lead_id` is a FHIR id.
struct OrganizationRow {
  std::string code, name, kind, level, region, lead;
  std::string id, lead_id;
};
std::string OrganizationJson(const OrganizationRow& row);

}  // namespace qianxian::intake
