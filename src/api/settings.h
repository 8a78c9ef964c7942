// What the program keeps about the data folder itself, in one Basic record: the county's name, that its people are invented, and
// which roles must have a second factor. Written by app/ (demo) and by administrators, shown by the page. Nobody writes the record
// through /fhir (access::DecideKept). Any thread. Failures: the store's; forbidden; invalid ("unknown-role").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "base/result.h"
#include "store/store.h"

namespace qianxian::api {

struct Settings {
  std::string county_name;                 // "" = only its code is known
  bool demonstration = false;
  std::optional<std::vector<access::Role>> second_factor_roles;   // not set: as usual, see SecondFactorRoles
  uint64_t version = 0;                    // of the record; 0 = not written yet
};

Result<Settings> ReadSettings(store::Store& store);
// The change that writes them (Basic/qianxian-settings).
store::Change SettingsChange(const Settings& settings);
// Who must have a second factor. As usual: whoever manages accounts, decides, or sees the money; in a demonstration nobody.
std::vector<access::Role> SecondFactorRoles(const Settings& settings);
Result<bool> NeedsSecondFactor(store::Store& store, access::Role role);
// For callers who may manage settings; not set: as usual again.
Status SaveSecondFactorRoles(store::Store& store, const access::Caller& caller, const std::optional<std::vector<access::Role>>& roles);

}  // namespace qianxian::api
