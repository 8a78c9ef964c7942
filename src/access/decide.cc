// Decide: one table says which role does which work on which kind of thing; one rule says whose things are in reach.
// The store asks it for every owner whose rows it is about to show, so that a search, a count and a history follow the
// same two answers as a read.
#include <algorithm>
#include <array>

#include "access/caller.h"
#include "access/relation.h"

namespace qianxian::access {
namespace {

// What a type is to this table.
enum Kind : unsigned {
  kDirectory = 1,   // who and where: organisations, staff, places. Everybody who is signed in may look things up.
  kKnowledge = 2,   // what comes from packs and standards: measures, forms, codes. Everybody may read it.
  kWork = 4,        // tasks, documents, receipts of imports
  kClinical = 8,    // everything else: records about people
  kSettlement = 16, // ledger rows of the insurance bureau
  kPopulation = 32, // ledger rows without persons
  kAccount = 64,    // accounts, settings
  kEverything = 127,
  kOpen = kDirectory | kKnowledge,
};

constexpr std::array kDirectoryTypes = {
    std::string_view("Organization"), std::string_view("OrganizationAffiliation"), std::string_view("Practitioner"),
    std::string_view("PractitionerRole"), std::string_view("Location"), std::string_view("HealthcareService"),
    std::string_view("Endpoint"),
};
constexpr std::array kKnowledgeTypes = {
    std::string_view("ActivityDefinition"), std::string_view("CapabilityStatement"), std::string_view("CodeSystem"),
    std::string_view("ConceptMap"), std::string_view("ImplementationGuide"), std::string_view("Library"),
    std::string_view("Measure"), std::string_view("NamingSystem"), std::string_view("OperationDefinition"),
    std::string_view("PlanDefinition"), std::string_view("Questionnaire"), std::string_view("SearchParameter"),
    std::string_view("StructureDefinition"), std::string_view("StructureMap"), std::string_view("ValueSet"),
    std::string_view("ViewDefinition"),
};
constexpr std::array kWorkTypes = {
    std::string_view("Task"), std::string_view("DocumentReference"), std::string_view("Provenance"),
    std::string_view("Binary"),
};
constexpr std::array kInternalTypes = {std::string_view("QianxianAccount"),      std::string_view("QianxianSession"),
                                       std::string_view("QianxianSubscription"), std::string_view("QianxianSubscriptionDelivery"),
                                       std::string_view("QianxianSubscriptionEvents"), std::string_view("QianxianFeedCursor"),
                                       std::string_view("QianxianPackage")};

struct Kept {
  std::string_view type, prefix;   // of the id
};
constexpr std::array kKeptRecords = {
    Kept{"DocumentReference", "ledger-"}, Kept{"Provenance", "ledger-"}, Kept{"DetectedIssue", "gap-"},
    Kept{"Task", "action-"},              Kept{"Task", "import-"},
    Kept{"EpisodeOfCare", "care-"},       Kept{"CarePlan", "plan-"},      Kept{"Task", "step-"},
    Kept{"Basic", "flow-"},               Kept{"Basic", "referral-"},
    Kept{"Consent", "relation-"},         Kept{"ServiceRequest", "referral-"},
    Kept{"Task", "referral-"},            Kept{"Appointment", "referral-"},
    Kept{"Communication", "referral-"},   Kept{"CarePlan", "referral-"},
    Kept{"DocumentReference", "referral-"}, Kept{"Provenance", "referral-"},
    Kept{"ServiceRequest", "consultation-"}, Kept{"Task", "consultation-"},
    Kept{"ClinicalImpression", "consultation-"}, Kept{"Provenance", "consultation-"},
    Kept{"Appointment", "consultation-"}, Kept{"Communication", "notice-"},
};

template <typename Array>
bool Has(const Array& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

unsigned KindOf(std::string_view type) {
  if (type == "*") return kEverything;
  if (Has(kDirectoryTypes, type)) return kDirectory;
  if (Has(kKnowledgeTypes, type)) return kKnowledge;
  if (Has(kWorkTypes, type)) return kWork;
  if (type == "settlement") return kSettlement;
  if (type == "population") return kPopulation;
  if (type == "account" || type == "settings" || type == "organization" || IsInternalType(type)) return kAccount;
  return kClinical;
}

struct Line {
  Role role;
  Verb verb;
  unsigned kinds;
};

// A pair of role and verb that is not here is refused. "*" as a type needs any kind at all: it asks whether the work is
// the role's work; the kinds are then asked for thing by thing.
constexpr unsigned kRecords = kOpen | kWork | kClinical;
constexpr Line kTable[] = {
    {Role::kAdministrator, Verb::kRead, kRecords | kSettlement | kPopulation | kAccount},
    {Role::kAdministrator, Verb::kWrite, kRecords | kAccount},
    {Role::kAdministrator, Verb::kImport, kEverything},
    {Role::kAdministrator, Verb::kMeasure, kEverything},
    {Role::kAdministrator, Verb::kCases, kEverything},
    {Role::kAdministrator, Verb::kDecide, kEverything},
    {Role::kAdministrator, Verb::kManage, kEverything},

    {Role::kDirector, Verb::kRead, kRecords | kSettlement | kPopulation},
    {Role::kDirector, Verb::kWrite, kRecords},
    {Role::kDirector, Verb::kImport, kRecords | kSettlement | kPopulation},
    {Role::kDirector, Verb::kMeasure, kEverything},
    {Role::kDirector, Verb::kCases, kEverything},
    {Role::kDirector, Verb::kDecide, kEverything},

    {Role::kInsurance, Verb::kRead, kRecords | kSettlement | kPopulation},
    {Role::kInsurance, Verb::kWrite, kWork},
    {Role::kInsurance, Verb::kImport, kWork | kSettlement | kPopulation},
    {Role::kInsurance, Verb::kMeasure, kEverything},
    {Role::kInsurance, Verb::kCases, kEverything},

    {Role::kHospitalManager, Verb::kRead, kRecords},
    {Role::kHospitalManager, Verb::kWrite, kWork | kClinical},
    {Role::kHospitalManager, Verb::kImport, kWork | kClinical},
    {Role::kHospitalManager, Verb::kMeasure, kEverything},
    {Role::kHospitalManager, Verb::kCases, kEverything},
    {Role::kHospitalManager, Verb::kDecide, kEverything},

    {Role::kHospitalIt, Verb::kRead, kOpen | kWork},
    {Role::kHospitalIt, Verb::kImport, kWork | kClinical},

    {Role::kClinician, Verb::kRead, kRecords},
    {Role::kClinician, Verb::kWrite, kWork | kClinical},
    {Role::kClinician, Verb::kMeasure, kEverything},
    {Role::kClinician, Verb::kCases, kEverything},

    {Role::kViewer, Verb::kRead, kOpen},
    {Role::kViewer, Verb::kMeasure, kEverything},
};

Error NotYourWork() {
  return MakeError(ErrorCategory::kForbidden, "not-your-work", "Your role does not do this.", "您的角色没有这项权限。");
}
Error NotYours() {
  return MakeError(ErrorCategory::kForbidden, "not-yours", "This belongs to another organisation.",
                   "这属于其他机构，您无权访问。");
}

}  // namespace

bool RelationOpens(const Caller& caller, std::string_view type) {
  const unsigned kind = KindOf(type);
  return (caller.role == Role::kClinician || caller.role == Role::kHospitalManager) && type != "*" && !IsInternalType(type) &&
         (kind & (kWork | kClinical)) != 0;
}

bool IsInternalType(std::string_view type) { return Has(kInternalTypes, type); }

bool IsKeptRecord(std::string_view type, std::string_view id) {
  return std::any_of(kKeptRecords.begin(), kKeptRecords.end(),
                     [&](const Kept& kept) { return kept.type == type && id.starts_with(kept.prefix); });
}

Status DecideKept(const Caller& caller, std::string_view reason, std::string_view type, std::string_view id) {
  const bool floor = reason.starts_with("gap:") || reason.starts_with("flow:") || reason.starts_with("referral:");
  if (caller.role == Role::kSystem || floor || !IsKeptRecord(type, id)) return Ok();
  return MakeError(ErrorCategory::kForbidden, "kept-by-program",
                   "The program keeps this record itself; it is changed on its own page or by an import, not here.",
                   "此记录由系统维护，只能在相应页面或通过导入更改，不能在此修改。");
}

Status Decide(const Caller& caller, Verb verb, std::string_view type, std::string_view owner) {
  if (caller.role == Role::kSystem) return Ok();
  if (IsInternalType(type)) return NotYourWork();
  const unsigned kind = KindOf(type);
  bool work = false;
  for (const Line& line : kTable) {
    if (line.role == caller.role && line.verb == verb && (line.kinds & kind) != 0) work = true;
  }
  if (!work) return NotYourWork();
  // Directory and knowledge are there to be looked up, whoever keeps them.
  if (verb == Verb::kRead && type != "*" && (kind & kOpen) != 0) return Ok();
  if (caller.whole_county) return Ok();
  if (owner.empty()) return NotYours();  // the county's own
  if (std::find(caller.organizations.begin(), caller.organizations.end(), owner) == caller.organizations.end()) {
    return NotYours();
  }
  return Ok();
}

}  // namespace qianxian::access
