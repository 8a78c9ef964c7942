// Names of the roles. The table is the whole of it: a role that is not in it does not exist.
#include <array>

#include "access/caller.h"

namespace qianxian::access {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};
constexpr std::array<RoleName, 10> kRoleNames = {{
    {Role::kSystem, "system"},
    {Role::kAdministrator, "administrator"},
    {Role::kDirector, "county-director"},
    {Role::kInsurance, "insurance-officer"},
    {Role::kHospitalManager, "hospital-manager"},
    {Role::kHospitalIt, "hospital-it"},
    {Role::kClinician, "clinician"},
    {Role::kViewer, "viewer"},
    {Role::kSecurity, "security-administrator"},
    {Role::kAuditor, "auditor"},
}};

}  // namespace

std::string_view Name(Role role) {
  for (const RoleName& entry : kRoleNames) {
    if (entry.role == role) return entry.name;
  }
  QX_CHECK(false, "a role without a name");
}

Result<Role> ParseRole(std::string_view name) {
  for (const RoleName& entry : kRoleNames) {
    if (entry.name == name) return entry.role;
  }
  return Invalid("unknown-role", "There is no role \"" + std::string(name) + "\".",
                 "没有“" + std::string(name) + "”这个角色。");
}

bool SeesMasked(Role role) {
  return role == Role::kAdministrator || role == Role::kDirector || role == Role::kInsurance || role == Role::kHospitalManager;
}

Caller Unmasked(const Caller& caller, std::string_view reason) {
  Caller whole = caller;
  whole.masked = false;
  whole.purpose = std::string(kUnmaskPurpose) + " " + std::string(reason);
  return whole;
}

Caller SystemCaller(std::string_view purpose) {
  Caller caller;
  caller.user = "system";
  caller.role = Role::kSystem;
  caller.whole_county = true;
  caller.purpose = std::string(purpose);
  caller.origin = "system";
  return caller;
}

}  // namespace qianxian::access
