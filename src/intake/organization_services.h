// What an organisation can do for patients that others send (the column `services` of the sheet of organisations): codes,
// and the one HealthcareService that says them to referrals (docs/formats/sheets.md). Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "intake/directory.h"
#include "intake/faults.h"

namespace qianxian::intake {

inline constexpr size_t kServiceCodes = 200;         // of one organisation

// Codes between `;` or `；`, in small letters, sorted, each once. Which codes mean something is said by the referral criteria
// of the packs: any code of the right form is taken. A code of another form, or too many, is a fault of the row.
std::vector<std::string> ParseServices(std::string_view field, Faults& faults);

// `services-CODE`, or made from the code where that can be no id.
std::string ServicesId(std::string_view organization_code);
// Without codes it is inactive and offers nothing.
std::string ServicesJson(const OrganizationRow& row, const std::vector<std::string>& services);

}  // namespace qianxian::intake
