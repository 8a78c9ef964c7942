// What a care relation opens (store/relation.h): a decision like the others of access, kept apart because only the store asks
// it. Pure; any thread.
#pragma once

#include <string_view>

#include "access/caller.h"

namespace qianxian::access {

// The purpose of use (v3-ActReason) of an emergency: under it also the program's own looking, in the name of a person, is noted.
inline constexpr std::string_view kEmergencyPurpose = "BTG";

// May a caller who is named in a patient's care relation read things of `type` in that patient's record, whoever owns them?
// Those who treat may; managers of accounts, numbers and imports may not. Reading only: nothing opens writing.
bool RelationOpens(const Caller& caller, std::string_view type);

}  // namespace qianxian::access
