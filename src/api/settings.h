// What the program keeps about the data folder itself, as Basic records: the county's name, and that its people are
// invented. Written by app/ (demo), shown by the page. Any thread. Failures: the store's.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace qianxian::api {

struct Settings {
  std::string county_name;                 // "" = only its code is known
  bool demonstration = false;
};

Result<Settings> ReadSettings(store::Store& store);
// The change that writes them (Basic/qianxian-settings).
store::Change SettingsChange(const Settings& settings);

}  // namespace qianxian::api
