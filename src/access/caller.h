// Who asks, for what, and what they may do. Plain values and one function, Decide; no input or output. Every store call
// takes a Caller, so that nothing can be read or written by nobody. Who you are is found out in auth/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::access {

// Few roles; product.md names the people behind them.
enum class Role {
  kSystem,           // the program itself: jobs, the feed's readers. Never a person, never from a token.
  kAdministrator,    // accounts, organisations, imports, settings; sees records (issue: audit) of the county
  kDirector,         // county director: everything of the county, approves actions
  kInsurance,        // insurance officer: settlements, first pages, measures of the county
  kHospitalManager,  // one hospital (and below it): its records, measures, gaps, actions
  kHospitalIt,       // one hospital: imports and row reports of it
  kClinician,        // one organisation: its records
  kViewer,           // numbers of the county without cases
};
std::string_view Name(Role role);                  // "county-director", …
Result<Role> ParseRole(std::string_view name);

enum class Verb {
  kRead,       // a resource, its versions, a search
  kWrite,      // create, update, delete
  kImport,     // sheets and bundles
  kMeasure,    // numbers
  kCases,      // the rows behind a number
  kDecide,     // approve, change or close an action
  kManage,     // accounts, settings, rebuild
};

struct Caller {
  std::string user;                        // account name; "system" for kSystem
  std::string practitioner;                // FHIR id of the person, may be empty
  Role role = Role::kViewer;
  bool whole_county = false;               // sees every organisation
  std::vector<std::string> organizations;  // else exactly these organisation codes (the tree below is expanded at sign-in)
  std::string purpose = "TREAT";           // PurposeOfUse code, for the audit
  std::string origin;                      // address or "command-line"
};

// The program's own caller, for a named purpose ("import-job", "feed:warehouse").
Caller SystemCaller(std::string_view purpose);

// May `caller` do `verb` on things of `type` (a FHIR type, "settlement", "account", "*") owned by organisation `owner`
// ("" = the county's own)? Ok, or forbidden with code "not-yours" / "not-your-work".
Status Decide(const Caller& caller, Verb verb, std::string_view type, std::string_view owner);

// Types that only the program itself may touch (accounts, sessions): not found for everybody else.
bool IsInternalType(std::string_view type);

// Records that the program keeps under ids of its own making: the ledger's batches and their Provenance, gaps, actions,
// receipts of imports, and enrolments, plans and steps of pathways. Their floors write them, each under a reason of its own ("gap:sweep"); whoever may read them does,
// nobody edits them through a front door. A gap closes only by the record, a batch is corrected only by an import.
bool IsKeptRecord(std::string_view type, std::string_view id);
// Ok, or forbidden "kept-by-program". `reason` is the word of the floor that commits.
Status DecideKept(const Caller& caller, std::string_view reason, std::string_view type, std::string_view id);

}  // namespace qianxian::access
