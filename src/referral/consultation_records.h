// A consultation as FHIR, and back. The Task holds all of it; the ServiceRequest and the ClinicalImpression say parts of it in
// FHIR's own words for whoever reads FHIR. Pure; any thread. Failures: kFault ("bad-consultation-record").
#pragma once

#include <string>

#include "referral/consultation.h"

namespace qianxian::referral {

inline constexpr std::string_view kConsultationPrefix = "consultation-";
// Beside SNOMED CT's: other programs order consultations too, and theirs must not fill the pages of these.
inline constexpr std::string_view kConsultationCategory = "https://fhir.qianxian.cn/task|consultation";

bool IsOver(const Consultation& consultation);                // concluded, closed, withdrawn
std::string TaskAsFhir(const Consultation& consultation);
std::string RequestAsFhir(const Consultation& consultation);
std::string ConclusionAsFhir(const Consultation& consultation);
Result<Consultation> ConsultationFrom(const store::Resource& task);

}  // namespace qianxian::referral
