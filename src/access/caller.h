// Who asks, for what, and what they may do. Plain values and one function, Decide; no input or output. Every store call
// takes a Caller, so that nothing can be read or written by nobody. Who you are is found out in auth/.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/scope.h"
#include "base/result.h"

namespace qianxian::access {

// Few roles; product.md names the people behind them.
enum class Role {
  kSystem,           // the program itself: jobs, the feed's readers. Never a person, never from a token.
  kAdministrator,    // organisations, imports, backups, settings; accounts and the audit while nobody else has them (Duty)
  kDirector,         // county director: everything of the county, approves actions
  kInsurance,        // insurance officer: settlements, first pages, measures of the county
  kHospitalManager,  // one hospital (and below it): its records, measures, gaps, actions
  kHospitalIt,       // one hospital: imports and row reports of it
  kClinician,        // one organisation: its records
  kViewer,           // numbers of the county without cases
  kSecurity,         // security administrator: accounts, roles, programs, rules of signing in; no records
  kAuditor,          // reads the audit and reviews emergency openings; no records, changes nothing else
};
std::string_view Name(Role role);                  // "county-director", …
Result<Role> ParseRole(std::string_view name);

enum class Verb {
  kRead,       // a resource by its id, its versions
  kWrite,      // create, update and delete
  kImport,     // sheets and bundles
  kMeasure,    // numbers
  kCases,      // the rows behind a number
  kDecide,     // approve, change or close an action
  kManage,     // a duty: "account" is security's, "audit" the auditor's, all else (settings, backup, rebuild) the system's
  // The same work as kRead and kWrite for every role; a granted scope tells them apart.
  kSearch,     // searches, histories of a type, counts
  kCreate,
  kUpdate,
  kDelete,
};

// Managing is three people's work (GB/T 22239-2019, 8.1.5: 系统管理, 审计管理, 安全管理). The administrator does all of it until somebody
// has the role that is made for a duty; from then on that duty is theirs alone.
enum Duty : unsigned {
  kSystemDuty = 1,
  kSecurityDuty = 2,
  kAuditDuty = 4,
};

struct Caller {
  std::string user;                        // account name; "system" for kSystem
  std::string practitioner;                // FHIR id of the person, may be empty
  Role role = Role::kViewer;
  bool whole_county = false;               // sees every organisation
  std::vector<std::string> organizations;  // else exactly these organisation codes (the tree below is expanded at sign-in)
  std::string purpose = "TREAT";           // PurposeOfUse code, for the audit
  std::string origin;                      // address or "command-line"
  std::string client;                      // the program that acts for the user by an OAuth grant; "" = none
  std::optional<GrantedScope> scope;       // what that grant narrows him to; none: all of the account
  unsigned handed_over = 0;                // an administrator's duties (Duty) that others have now
  bool masked = false;                     // a view of records (store/masked.h) shows him no names, numbers and telephones of people
};

// Roles whose work needs records and not who the people in them are: what a person of such a role sees is masked until he asks.
bool SeesMasked(Role role);
// The same, for one answer that was asked for with a reason. The purpose says so in the audit.
Caller Unmasked(const Caller& caller, std::string_view reason);
constexpr std::string_view kUnmaskPurpose = "UNMASK";     // "UNMASK reason"

// The duties that the caller has now; 0 for who manages nothing.
unsigned DutiesOf(const Caller& caller);

// The program's own caller, for a named purpose ("import-job", "feed:warehouse").
Caller SystemCaller(std::string_view purpose);

// May `caller` do `verb` on things of `type` (a FHIR type, "settlement", "account", "audit", "*") owned by organisation `owner`
// ("" = the county's own)? Ok, or forbidden with code "not-yours" / "not-your-work" / "handed-over" / "not-in-scope".
// A caller with a scope does no more than the scope says: no managing, no deciding, and no Subscription of his, which would go
// on without the scope.
Status Decide(const Caller& caller, Verb verb, std::string_view type, std::string_view owner);

// The part of Decide that asks the scope alone: Ok for who has none.
Status DecideScope(const Caller& caller, Verb verb, std::string_view type);

// Types that only the program itself may touch (accounts, sessions): not found for everybody else.
bool IsInternalType(std::string_view type);

// Records that the program keeps under ids of its own making: the ledger's batches and their Provenance, gaps, actions,
// receipts of imports, and enrolments, plans and steps of pathways. Their floors write them, each under a reason of its own ("gap:sweep"); whoever may read them does,
// nobody edits them through a front door. A gap closes only by the record, a batch is corrected only by an import.
bool IsKeptRecord(std::string_view type, std::string_view id);
// Ok, or forbidden "kept-by-program"; "masked-view": by the FHIR door (reason "api") nobody changes records who sees them masked, since
// what he sends back would be the mask. `reason` is the word of the floor that commits.
Status DecideKept(const Caller& caller, std::string_view reason, std::string_view type, std::string_view id);

}  // namespace qianxian::access
