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
  kAccount = 64,    // accounts, programs, rules of signing in
  kAudit = 128,     // who did and saw what
  kSetting = 256,   // settings, organisations
  kEverything = 511,
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
                                       std::string_view("QianxianPackage"),      std::string_view("QianxianClient"),
                                       std::string_view("QianxianGrantCode"),
                                       std::string_view("QianxianRefreshToken"), std::string_view("QianxianClientAssertion")};

struct Kept {
  std::string_view type, prefix;   // of the id
};
constexpr std::array kKeptRecords = {
    Kept{"DocumentReference", "ledger-"}, Kept{"Provenance", "ledger-"}, Kept{"DetectedIssue", "gap-"},
    Kept{"Task", "action-"},              Kept{"Task", "import-"},
    Kept{"EpisodeOfCare", "care-"},       Kept{"CarePlan", "plan-"},      Kept{"Task", "step-"},
    Kept{"Basic", "flow-"},               Kept{"Basic", "referral-"},
    Kept{"Basic", "qianxian-settings"},
    Kept{"Consent", "relation-"},         Kept{"Task", "emergency-"},
    Kept{"ServiceRequest", "referral-"},
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
  if (type == "account" || IsInternalType(type)) return kAccount;
  if (type == "audit") return kAudit;
  if (type == "settings" || type == "organization") return kSetting;
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
    {Role::kAdministrator, Verb::kRead, kRecords | kSettlement | kPopulation | kAccount | kSetting},
    {Role::kAdministrator, Verb::kWrite, kRecords | kAccount | kSetting},
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

    {Role::kSecurity, Verb::kRead, kOpen},
    {Role::kSecurity, Verb::kManage, kAccount},

    {Role::kAuditor, Verb::kRead, kOpen},
    {Role::kAuditor, Verb::kManage, kAudit},
};

// Whose work managing a thing of this type is.
Duty DutyOf(std::string_view type) {
  const unsigned kind = KindOf(type);
  return kind == kAccount ? kSecurityDuty : kind == kAudit ? kAuditDuty : kSystemDuty;
}

Error NotYourWork() {
  return MakeError(ErrorCategory::kForbidden, "not-your-work", "Your role does not do this.", "您的角色没有这项权限。");
}
Error HandedOver(Duty duty) {
  return duty == kAuditDuty
             ? MakeError(ErrorCategory::kForbidden, "handed-over", "There is an auditor: reading the audit is the auditor's work alone.",
                         "已设审计管理员：审计记录只由审计管理员查阅。")
             : MakeError(ErrorCategory::kForbidden, "handed-over",
                         "There is a security administrator: accounts, programs and rules of signing in are the security administrator's work alone.",
                         "已设安全管理员：账号、应用和登录规则只由安全管理员管理。");
}
Error NotInScope() {
  return MakeError(ErrorCategory::kForbidden, "not-in-scope", "The program was not granted this: it is outside the scope of its token.",
                   "该应用未获得此项授权：超出其令牌的授权范围。");
}
Error NotYours() {
  return MakeError(ErrorCategory::kForbidden, "not-yours", "This belongs to another organisation.",
                   "这属于其他机构，您无权访问。");
}

// What the roles' table calls it.
Verb WorkOf(Verb verb) {
  switch (verb) {
    case Verb::kSearch: return Verb::kRead;
    case Verb::kCreate:
    case Verb::kUpdate:
    case Verb::kDelete: return Verb::kWrite;
    default: return verb;
  }
}

constexpr unsigned kReads = ScopeLine::kRead | ScopeLine::kSearch;
constexpr unsigned kWrites = ScopeLine::kCreate | ScopeLine::kUpdate | ScopeLine::kDelete;

// The rights that a verb needs; 0: no scope gives it.
unsigned NeededFor(Verb verb) {
  switch (verb) {
    case Verb::kRead: return ScopeLine::kRead;
    case Verb::kSearch: return ScopeLine::kSearch;
    case Verb::kCreate: return ScopeLine::kCreate;
    case Verb::kUpdate: return ScopeLine::kUpdate;
    case Verb::kDelete: return ScopeLine::kDelete;
    case Verb::kWrite:
    case Verb::kImport: return kWrites;
    case Verb::kMeasure:
    case Verb::kCases: return kReads;
    case Verb::kDecide:
    case Verb::kManage: return 0;
  }
  return 0;
}

}  // namespace

Status DecideScope(const Caller& caller, Verb verb, std::string_view type) {
  if (!caller.scope) return Ok();
  const unsigned needed = NeededFor(verb);
  // The work of a subscription is done later, in the name of the account alone.
  if (needed == 0 || (type == "Subscription" && (needed & (ScopeLine::kCreate | ScopeLine::kUpdate)) != 0)) return NotInScope();
  unsigned given = 0;
  if (verb == Verb::kMeasure || verb == Verb::kCases) {
    // A number may come from anything; a settlement is shown as one type.
    given = caller.scope->RightsOn(verb == Verb::kCases && type == "settlement" ? "ExplanationOfBenefit" : "*");
  } else {
    given = type == "*" ? caller.scope->RightsOnAnything() : caller.scope->RightsOn(type);
  }
  return (needed & ~given) == 0 ? Ok() : Status(NotInScope());
}

unsigned DutiesOf(const Caller& caller) {
  switch (caller.role) {
    case Role::kSystem: return kSystemDuty | kSecurityDuty | kAuditDuty;
    case Role::kAdministrator: return (kSystemDuty | kSecurityDuty | kAuditDuty) & ~caller.handed_over;
    case Role::kSecurity: return kSecurityDuty;
    case Role::kAuditor: return kAuditDuty;
    default: return 0;
  }
}

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
  if (caller.masked && reason == "api" && (KindOf(type) & kOpen) == 0) {
    return MakeError(ErrorCategory::kForbidden, "masked-view",
                     "You see this record with names and numbers masked, so you cannot change it here: an account for care, or a program's token, can.",
                     "您看到的是脱敏后的记录，不能在此修改；请由诊疗账号或应用令牌修改。");
  }
  const bool floor = reason.starts_with("gap:") || reason.starts_with("flow:") || reason.starts_with("referral:");
  if (caller.role == Role::kSystem || floor || !IsKeptRecord(type, id)) return Ok();
  return MakeError(ErrorCategory::kForbidden, "kept-by-program",
                   "The program keeps this record itself; it is changed on its own page or by an import, not here.",
                   "此记录由系统维护，只能在相应页面或通过导入更改，不能在此修改。");
}

Status Decide(const Caller& caller, Verb verb, std::string_view type, std::string_view owner) {
  if (caller.role == Role::kSystem) return Ok();
  if (IsInternalType(type)) return NotYourWork();
  QX_DO(DecideScope(caller, verb, type));
  const unsigned kind = KindOf(type);
  const Verb asked = WorkOf(verb);
  bool work = false;
  for (const Line& line : kTable) {
    if (line.role == caller.role && line.verb == asked && (line.kinds & kind) != 0) work = true;
  }
  if (!work) return NotYourWork();
  // "*" is the system's: the table's kinds alone would let anybody who manages something manage that.
  if (asked == Verb::kManage && (DutiesOf(caller) & DutyOf(type)) == 0) return caller.role == Role::kAdministrator ? HandedOver(DutyOf(type)) : NotYourWork();
  // Directory and knowledge are there to be looked up, whoever keeps them.
  if (asked == Verb::kRead && type != "*" && (kind & kOpen) != 0) return Ok();
  if (caller.whole_county) return Ok();
  if (owner.empty()) return NotYours();  // the county's own
  if (std::find(caller.organizations.begin(), caller.organizations.end(), owner) == caller.organizations.end()) {
    return NotYours();
  }
  return Ok();
}

}  // namespace qianxian::access
