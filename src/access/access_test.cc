// Every role × verb, and whose things are in reach.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "access/caller.h"

namespace qianxian::access {
namespace {

constexpr Role kRoles[] = {Role::kSystem,          Role::kAdministrator, Role::kDirector,  Role::kInsurance,
                           Role::kHospitalManager, Role::kHospitalIt,    Role::kClinician, Role::kViewer,
                           Role::kSecurity,        Role::kAuditor};
constexpr Verb kVerbs[] = {Verb::kRead,    Verb::kWrite, Verb::kImport, Verb::kMeasure,
                           Verb::kCases,   Verb::kDecide, Verb::kManage};

Caller Make(Role role, bool whole_county, std::vector<std::string> organizations = {}) {
  Caller caller;
  caller.user = "somebody";
  caller.role = role;
  caller.whole_county = whole_county;
  caller.organizations = std::move(organizations);
  return caller;
}

std::string Code(const Status& status) { return status.ok() ? "ok" : status.error().code; }

TEST(Roles, NamesReadBack) {
  std::set<std::string_view> names;
  for (Role role : kRoles) {
    names.insert(Name(role));
    auto parsed = ParseRole(Name(role));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, role);
  }
  EXPECT_EQ(names.size(), std::size(kRoles));
  auto unknown = ParseRole("emperor");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, "unknown-role");
  EXPECT_FALSE(unknown.error().zh.empty());
}

// Rows: role; columns: read write import measure cases decide manage. One table a kind of thing.
using Expected = std::map<Role, std::string>;
void ExpectTable(std::string_view type, const Expected& expected) {
  for (Role role : kRoles) {
    const Caller caller = Make(role, true);
    const std::string& row = expected.at(role);
    for (size_t i = 0; i < std::size(kVerbs); ++i) {
      const Status got = Decide(caller, kVerbs[i], type, "330101");
      EXPECT_EQ(Code(got), row[i] == '+' ? "ok" : "not-your-work")
          << Name(role) << " verb " << i << " type " << type;
    }
  }
}

TEST(Decide, EveryRoleAndVerbOnRecords) {
  ExpectTable("Patient", {{Role::kSystem, "+++++++"},
                          {Role::kAdministrator, "+++++++"},
                          {Role::kDirector, "++++++-"},
                          {Role::kInsurance, "+--++--"},
                          {Role::kHospitalManager, "++++++-"},
                          {Role::kHospitalIt, "--+----"},
                          {Role::kClinician, "++-++--"},
                          {Role::kViewer, "---+---"},
                          {Role::kSecurity, "-------"},
                          {Role::kAuditor, "-------"}});
}

TEST(Decide, EveryRoleAndVerbOnSettlements) {
  ExpectTable("settlement", {{Role::kSystem, "+++++++"},
                             {Role::kAdministrator, "+-+++++"},
                             {Role::kDirector, "+-++++-"},
                             {Role::kInsurance, "+-+++--"},
                             {Role::kHospitalManager, "---+++-"},
                             {Role::kHospitalIt, "-------"},
                             {Role::kClinician, "---++--"},
                             {Role::kViewer, "---+---"},
                             {Role::kSecurity, "-------"},
                             {Role::kAuditor, "-------"}});
}

TEST(Decide, EveryRoleAndVerbOnWork) {
  ExpectTable("Task", {{Role::kSystem, "+++++++"},
                       {Role::kAdministrator, "+++++++"},
                       {Role::kDirector, "++++++-"},
                       {Role::kInsurance, "+++++--"},
                       {Role::kHospitalManager, "++++++-"},
                       {Role::kHospitalIt, "+-+----"},
                       {Role::kClinician, "++-++--"},
                       {Role::kViewer, "---+---"},
                       {Role::kSecurity, "-------"},
                       {Role::kAuditor, "-------"}});
}

TEST(Decide, EveryRoleAndVerbOnDirectory) {
  ExpectTable("Organization", {{Role::kSystem, "+++++++"},
                               {Role::kAdministrator, "+++++++"},
                               {Role::kDirector, "++++++-"},
                               {Role::kInsurance, "+--++--"},
                               {Role::kHospitalManager, "+--+++-"},
                               {Role::kHospitalIt, "+------"},
                               {Role::kClinician, "+--++--"},
                               {Role::kViewer, "+--+---"},
                               {Role::kSecurity, "+------"},
                               {Role::kAuditor, "+------"}});
}

TEST(Decide, ManagingIsThreePeoplesWork) {
  const std::map<std::string_view, Duty> things = {{"*", kSystemDuty}, {"settings", kSystemDuty}, {"settlement", kSystemDuty}, {"account", kSecurityDuty}, {"audit", kAuditDuty}};
  for (unsigned handed_over : {0U, unsigned{kSecurityDuty}, unsigned{kAuditDuty}, kSecurityDuty | kAuditDuty}) {
    Caller administrator = Make(Role::kAdministrator, true);
    administrator.handed_over = handed_over;
    EXPECT_EQ(DutiesOf(administrator), (kSystemDuty | kSecurityDuty | kAuditDuty) & ~handed_over);
    for (const auto& [type, duty] : things) {
      EXPECT_EQ(Code(Decide(administrator, Verb::kManage, type, "")), (handed_over & duty) != 0 ? "handed-over" : "ok") << type;
    }
    EXPECT_EQ(Code(Decide(administrator, Verb::kImport, "Patient", "")), "ok") << "only managing changes hands";
  }
  for (const auto& [type, duty] : things) {
    EXPECT_EQ(Decide(Make(Role::kSecurity, true), Verb::kManage, type, "").ok(), duty == kSecurityDuty) << type;
    EXPECT_EQ(Decide(Make(Role::kAuditor, true), Verb::kManage, type, "").ok(), duty == kAuditDuty) << type;
  }
}

TEST(Decide, OneOrganizationSeesItsOwnOnly) {
  for (Role role : {Role::kHospitalManager, Role::kClinician}) {
    const Caller caller = Make(role, false, {"H1", "T7"});
    for (Verb verb : {Verb::kRead, Verb::kWrite, Verb::kMeasure, Verb::kCases}) {
      EXPECT_EQ(Code(Decide(caller, verb, "Encounter", "H1")), "ok");
      EXPECT_EQ(Code(Decide(caller, verb, "Encounter", "T7")), "ok");
      EXPECT_EQ(Code(Decide(caller, verb, "Encounter", "H2")), "not-yours");
      EXPECT_EQ(Code(Decide(caller, verb, "Encounter", "H")), "not-yours");
      EXPECT_EQ(Code(Decide(caller, verb, "Encounter", "")), "not-yours") << "the county's own";
    }
  }
}

TEST(Decide, DirectoryAndKnowledgeAreReadByAllAndWrittenByFew) {
  const Caller clinician = Make(Role::kClinician, false, {"H1"});
  EXPECT_EQ(Code(Decide(clinician, Verb::kRead, "Organization", "")), "ok");
  EXPECT_EQ(Code(Decide(clinician, Verb::kRead, "Practitioner", "H2")), "ok");
  EXPECT_EQ(Code(Decide(clinician, Verb::kRead, "Measure", "")), "ok");
  EXPECT_EQ(Code(Decide(clinician, Verb::kWrite, "Organization", "H1")), "not-your-work");
}

TEST(Decide, NobodyWithoutOrganizationsSeesRecords) {
  for (Role role : kRoles) {
    if (role == Role::kSystem) continue;
    for (std::string_view owner : {"", "H1"}) {
      EXPECT_NE(Code(Decide(Make(role, false), Verb::kRead, "Patient", owner)), "ok") << Name(role);
    }
  }
}

TEST(Decide, InternalTypesAreTheProgramsOwn) {
  for (std::string_view type : {"QianxianAccount", "QianxianSession"}) {
    EXPECT_TRUE(IsInternalType(type));
    for (Role role : kRoles) {
      for (Verb verb : kVerbs) {
        EXPECT_EQ(Decide(Make(role, true), verb, type, "").ok(), role == Role::kSystem) << Name(role);
      }
    }
  }
  EXPECT_FALSE(IsInternalType("Patient"));
}

TEST(Decide, KeptRecordsAreWrittenByTheirFloorOnly) {
  const Caller admin = Make(Role::kAdministrator, true);
  for (auto [type, id] : {std::pair("DocumentReference", "ledger-settlement-000001"), std::pair("Provenance", "ledger-settlement-000001-provenance"),
                          std::pair("DetectedIssue", "gap-x-1"), std::pair("Task", "action-x-1"), std::pair("Task", "import-1"),
                          std::pair("EpisodeOfCare", "care-1"), std::pair("CarePlan", "plan-1"), std::pair("Task", "step-1"),
                          std::pair("Basic", "flow-cursor"), std::pair("Basic", "referral-cursor")}) {
    EXPECT_EQ(Code(DecideKept(admin, "api", type, id)), "kept-by-program") << type;
    EXPECT_EQ(Code(DecideKept(admin, "gap:action", type, id)), "ok") << type;
    EXPECT_EQ(Code(DecideKept(Make(Role::kSystem, true), "import:fhir", type, id)), "ok") << type;
  }
  EXPECT_EQ(Code(DecideKept(admin, "api", "Task", "errand-1")), "ok");
  EXPECT_EQ(Code(DecideKept(admin, "api", "Patient", "gap-1")), "ok");
}

TEST(Decide, RefusalsSayItInBothLanguages) {
  const Status refused = Decide(Make(Role::kViewer, true), Verb::kCases, "Patient", "");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().category, ErrorCategory::kForbidden);
  EXPECT_FALSE(refused.error().zh.empty());
  EXPECT_FALSE(refused.error().en.empty());
}

TEST(SystemCaller, SaysItsPurpose) {
  const Caller caller = SystemCaller("feed:warehouse");
  EXPECT_EQ(caller.user, "system");
  EXPECT_EQ(caller.purpose, "feed:warehouse");
  EXPECT_TRUE(caller.whole_county);
}

}  // namespace
}  // namespace qianxian::access
