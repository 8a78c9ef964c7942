#include "search/compartments.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace qianxian::search {
namespace {

constexpr std::string_view kItself = "{def}";

struct Compartment {
  std::string_view type;
  std::string_view members;                // "Type:parameter,parameter" between blanks
};

constexpr Compartment kCompartments[] = {
    {"Patient",
     "Account:subject AdverseEvent:subject AllergyIntolerance:patient,recorder,asserter Appointment:actor "
     "AppointmentResponse:actor AuditEvent:patient Basic:patient,author BodyStructure:patient CarePlan:patient,performer "
     "CareTeam:patient,participant ChargeItem:subject Claim:patient,payee ClaimResponse:patient ClinicalImpression:subject "
     "Communication:subject,sender,recipient CommunicationRequest:subject,sender,recipient,requester "
     "Composition:subject,author,attester Condition:patient,asserter Consent:patient "
     "Coverage:policy-holder,subscriber,beneficiary,payor CoverageEligibilityRequest:patient "
     "CoverageEligibilityResponse:patient DetectedIssue:patient DeviceRequest:subject,performer DeviceUseStatement:subject "
     "DiagnosticReport:subject DocumentManifest:subject,author,recipient DocumentReference:subject,author Encounter:patient "
     "EnrollmentRequest:subject EpisodeOfCare:patient ExplanationOfBenefit:patient,payee FamilyMemberHistory:patient "
     "Flag:patient Goal:patient Group:member ImagingStudy:patient Immunization:patient ImmunizationEvaluation:patient "
     "ImmunizationRecommendation:patient Invoice:subject,patient,recipient List:subject,source MeasureReport:patient "
     "Media:subject MedicationAdministration:patient,performer,subject MedicationDispense:subject,patient,receiver "
     "MedicationRequest:subject MedicationStatement:subject MolecularSequence:patient NutritionOrder:patient "
     "Observation:subject,performer Patient:link Person:patient Procedure:patient,performer Provenance:patient "
     "QuestionnaireResponse:subject,author RelatedPerson:patient RequestGroup:subject,participant ResearchSubject:individual "
     "RiskAssessment:subject Schedule:actor ServiceRequest:subject,performer Specimen:subject SupplyDelivery:patient "
     "SupplyRequest:subject VisionPrescription:patient"},
    {"Encounter",
     "CarePlan:encounter CareTeam:encounter ChargeItem:context Claim:encounter ClinicalImpression:encounter "
     "Communication:encounter CommunicationRequest:encounter Composition:encounter Condition:encounter "
     "DeviceRequest:encounter DiagnosticReport:encounter DocumentManifest:related-ref DocumentReference:encounter "
     "Encounter:{def} ExplanationOfBenefit:encounter Media:encounter MedicationAdministration:context "
     "MedicationRequest:encounter NutritionOrder:encounter Observation:encounter Procedure:encounter "
     "QuestionnaireResponse:encounter RequestGroup:encounter ServiceRequest:encounter VisionPrescription:encounter"},
    {"RelatedPerson",
     "AdverseEvent:recorder AllergyIntolerance:asserter Appointment:actor AppointmentResponse:actor Basic:author "
     "CarePlan:performer CareTeam:participant ChargeItem:enterer,performer-actor Claim:payee Communication:sender,recipient "
     "CommunicationRequest:sender,recipient,requester Composition:author Condition:asserter "
     "Coverage:policy-holder,subscriber,payor DocumentManifest:author,recipient DocumentReference:author "
     "Encounter:participant ExplanationOfBenefit:payee Invoice:recipient MedicationAdministration:performer "
     "MedicationStatement:source Observation:performer Patient:link Person:link Procedure:performer Provenance:agent "
     "QuestionnaireResponse:author,source RelatedPerson:{def} RequestGroup:participant Schedule:actor "
     "ServiceRequest:performer SupplyRequest:requester"},
    {"Practitioner",
     "Account:subject AdverseEvent:recorder AllergyIntolerance:recorder,asserter Appointment:actor AppointmentResponse:actor "
     "AuditEvent:agent Basic:author CarePlan:performer CareTeam:participant ChargeItem:enterer,performer-actor "
     "Claim:enterer,provider,payee,care-team ClaimResponse:requestor ClinicalImpression:assessor "
     "Communication:sender,recipient CommunicationRequest:sender,recipient,requester Composition:subject,author,attester "
     "Condition:asserter CoverageEligibilityRequest:enterer,provider CoverageEligibilityResponse:requestor "
     "DetectedIssue:author DeviceRequest:requester,performer DiagnosticReport:performer "
     "DocumentManifest:subject,author,recipient DocumentReference:subject,author,authenticator "
     "Encounter:practitioner,participant EpisodeOfCare:care-manager ExplanationOfBenefit:enterer,provider,payee,care-team "
     "Flag:author Group:member Immunization:performer Invoice:participant Linkage:author List:source Media:subject,operator "
     "MedicationAdministration:performer MedicationDispense:performer,receiver MedicationRequest:requester "
     "MedicationStatement:source MessageHeader:receiver,author,responsible,enterer NutritionOrder:provider "
     "Observation:performer Patient:general-practitioner PaymentNotice:provider PaymentReconciliation:requestor "
     "Person:practitioner Practitioner:{def} PractitionerRole:practitioner Procedure:performer Provenance:agent "
     "QuestionnaireResponse:author,source RequestGroup:participant,author ResearchStudy:principalinvestigator "
     "RiskAssessment:performer Schedule:actor ServiceRequest:performer,requester Specimen:collector "
     "SupplyDelivery:supplier,receiver SupplyRequest:requester VisionPrescription:prescriber"},
    {"Device",
     "Account:subject Appointment:actor AppointmentResponse:actor AuditEvent:agent ChargeItem:enterer,performer-actor "
     "Claim:procedure-udi,item-udi,detail-udi,subdetail-udi Communication:sender,recipient "
     "CommunicationRequest:sender,recipient Composition:author DetectedIssue:author "
     "DeviceRequest:device,subject,requester,performer DeviceUseStatement:device DiagnosticReport:subject "
     "DocumentManifest:subject,author DocumentReference:subject,author "
     "ExplanationOfBenefit:procedure-udi,item-udi,detail-udi,subdetail-udi Flag:author Group:member Invoice:participant "
     "List:subject,source Media:subject MedicationAdministration:device MessageHeader:target Observation:subject,device "
     "Provenance:agent QuestionnaireResponse:author RequestGroup:author RiskAssessment:performer Schedule:actor "
     "ServiceRequest:performer,requester Specimen:subject SupplyRequest:requester"},
};

std::string_view MembersOf(std::string_view compartment) {
  for (const Compartment& one : kCompartments) {
    if (one.type == compartment) return one.members;
  }
  return {};
}

}  // namespace

std::vector<std::string> CompartmentParameters(std::string_view compartment, std::string_view type) {
  std::vector<std::string> parameters;
  for (std::string_view member : Split(MembersOf(compartment), ' ')) {
    size_t colon = member.find(':');
    if (member.substr(0, colon) != type) continue;
    for (std::string_view parameter : Split(member.substr(colon + 1), ',')) parameters.emplace_back(parameter);
  }
  // Whose compartment it is, is in it.
  bool named = std::find(parameters.begin(), parameters.end(), kItself) != parameters.end();
  if (compartment == type && !MembersOf(compartment).empty() && !named) parameters.emplace_back(kItself);
  return parameters;
}

std::vector<std::string> CompartmentTypes(std::string_view compartment) {
  std::vector<std::string> types;
  std::string_view members = MembersOf(compartment);
  if (members.empty()) return types;
  for (std::string_view member : Split(members, ' ')) types.emplace_back(member.substr(0, member.find(':')));
  types.emplace_back(compartment);
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

Result<Clause> CompartmentClause(const Parameters& parameters, std::string_view compartment, std::string_view id,
                                 const std::vector<std::string>& types) {
  Clause any;
  any.kind = Clause::Kind::kAny;
  std::string place = std::string(compartment) + "/" + std::string(id);
  for (const std::string& type : types) {
    for (const std::string& parameter : CompartmentParameters(compartment, type)) {
      bool itself = parameter == kItself;
      QX_TRY(Query query, Query::Parse(parameters, type, {{itself ? "_id" : parameter, itself ? std::string(id) : place}}, {}));
      any.chained.push_back(std::move(query.clauses.front()));
    }
  }
  return any;
}

std::vector<const Parameter*> RecordParameters(const Parameters& parameters, std::string_view type) {
  constexpr std::string_view kOfMany[] = {"AuditEvent", "Group", "List", "Person", "Patient"};
  constexpr std::pair<std::string_view, std::string_view> kNamedOtherwise[] = {
      {"Appointment", "actor"}, {"AppointmentResponse", "actor"}, {"Coverage", "beneficiary"}, {"Task", "patient"}};
  std::vector<const Parameter*> found;
  if (std::find(std::begin(kOfMany), std::end(kOfMany), type) != std::end(kOfMany)) return found;
  std::vector<std::string> codes = CompartmentParameters("Patient", type);
  std::erase_if(codes, [](const std::string& code) { return code != "patient" && code != "subject"; });
  for (const auto& [named, code] : kNamedOtherwise) {
    if (named == type) codes.emplace_back(code);
  }
  for (const std::string& code : codes) {
    if (const Parameter* parameter = parameters.Find(type, code)) found.push_back(parameter);
  }
  return found;
}

}  // namespace qianxian::search
