// The packs of a folder, read from disk. One thread. Failures: not_found (no such folder), invalid (every fault of every
// pack, with file and line).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"
#include "pack/referral_rules.h"

namespace qianxian::app {

struct Packs {
  std::vector<pack::Pack> all;             // by folder name
  pack::Pack merged;
  pack::ReferralRules referral;            // of all of them
};
// Folders without pack.yaml are none.
Result<Packs> LoadPacks(const std::string& directory);
Result<pack::Pack> LoadPack(const std::string& directory);   // one
// Where things are when nobody says: beside the program in a checkout, or under PREFIX/share/qianxian.
std::string DefaultPacksDirectory();
std::string DefaultWebDirectory();         // "" if there is no built page

}  // namespace qianxian::app
